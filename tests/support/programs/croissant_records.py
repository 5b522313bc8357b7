"""Prints how many records of each record set mlcroissant reads from the tables in folders: ``croissant_records.py FOLDER...``."""

import json
import os
import sys

import mlcroissant

results = []
for folder in sys.argv[1:]:
    os.chdir(folder)
    dataset = mlcroissant.Dataset(jsonld="croissant.json")
    names = [record_set.id for record_set in dataset.metadata.record_sets]
    results.append({name: sum(1 for _ in dataset.records(record_set=name)) for name in names})
print(json.dumps(results))
