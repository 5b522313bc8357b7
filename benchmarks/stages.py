"""What each stage of a worker costs for a record, with rows that are new to the worker and with rows that it knows.

    python -m benchmarks.stages [--records 1000] [--warm-up 1500] [--rounds 4] [--generation mixed] [--seed 1] [--corpus-dir DIR]

One worker maps the first records of a corpus, to warm up, and then the next ones: once as new records, and again in further rounds,
of which the quickest counts. The difference is what new rows and new entities cost. Times are of the CPU, in microseconds a record.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any
from unittest.mock import patch

from benchmarks.export_runs import FORMATS, add_corpus, corpus_of
from pfocr2rdf.pipeline import worker
from pfocr2rdf.pipeline.results import IndexedRecord
from pfocr2rdf.pipeline.tasks import BATCH_RECORDS
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.validation.shapes import load_shapes

TOTAL = "whole batch"


def name_of(stage: Any) -> str:
    """The name of a stage's function; of the serialization, with the format."""
    if isinstance(stage, partial):
        return " ".join([name_of(stage.func), *filter(lambda argument: isinstance(argument, str), stage.args)])
    return str(stage.__name__).removeprefix("_").replace("_", " ")


def batches_of(refs: Iterable[RecordRef]) -> Iterator[list[IndexedRecord]]:
    """The records in batches, numbered from 0."""
    records = (IndexedRecord(number, ref) for number, ref in enumerate(refs))
    while batch := list(islice(records, BATCH_RECORDS)):
        yield batch


def measure(batches: list[list[IndexedRecord]], warm_up: int, rounds: int) -> list[dict[str, float]]:
    """The CPU seconds of each stage in each round of the batches behind the first ones."""
    run_stage = worker._run_stage
    seconds: defaultdict[str, float] = defaultdict(float)

    def timed(stage: Any, drafts: Iterable[Any]) -> None:
        begin = time.thread_time()
        run_stage(stage, drafts)
        seconds[name_of(stage)] += time.thread_time() - begin

    results = []
    with patch.object(worker, "_run_stage", timed):
        mapper = worker.Worker(FORMATS, load_shapes(), "quarantine", "")
        for batch in batches[:warm_up]:
            mapper.run(batch)
        for _ in range(1 + rounds):
            seconds.clear()
            begin = time.thread_time()
            for batch in batches[warm_up:]:
                mapper.run(batch)
            results.append({**seconds, TOTAL: time.thread_time() - begin})
    return results


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--warm-up", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=4)
    add_corpus(parser, seed=1)
    options = parser.parse_args()
    corpus = corpus_of(options.warm_up + options.records, options.generation, options.seed, options.corpus_dir)
    with RecordSource([corpus]) as source:
        batches = list(batches_of(ref for ref in source if isinstance(ref, RecordRef)))
    gc.set_threshold(700_000)
    warm_up = options.warm_up // BATCH_RECORDS
    first, *others = measure(batches, warm_up, options.rounds)
    records = sum(map(len, batches[warm_up:]))
    print("| stage | new records | known records |\n| --- | --- | --- |")
    for name, seconds in first.items():
        known = min(other[name] for other in others)
        print(f"| {name} | {seconds / records * 1e6:.0f} | {known / records * 1e6:.0f} |")


if __name__ == "__main__":
    main()
