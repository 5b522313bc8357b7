"""Enrichments by gseapy: standard input has a JSON list of ``[file, genes, background]``, standard output the sets and p-values of each."""

import json
import sys

import gseapy

answers = []
for path, genes, background in json.load(sys.stdin):
    if all(gene.isdecimal() for gene in genes):
        background = [int(gene) for gene in background]  # gseapy makes numbers of the genes then, but not of the background
    results = gseapy.enrich(gene_list=genes, gene_sets=path, background=background, outdir=None, no_plot=True).results
    answers.append({"sets": gseapy.read_gmt(path), "p_values": dict(zip(results["Term"], results["P-value"], strict=True))})
json.dump(answers, sys.stdout)
