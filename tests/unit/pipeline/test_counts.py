"""The counts of a figure that is kept as columns are those of its nodes."""

from __future__ import annotations

from tests.support.columns import counted
from tests.support.mutations import made_figures, shared_records

from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.rdf.terms import Resource


def test_counts_of_figures_are_those_of_their_nodes() -> None:
    merged, one_by_one = TripleCounts(), TripleCounts()
    for graph in (*made_figures(), *map(build_figure_graph, shared_records())):
        merged.merge(TripleCounts.for_figure(graph.figure, graph.mentions, graph.entities))
        one_by_one.add([Resource(graph.figure.subject, graph.figure.pairs), *graph.mentions.resources()])
    triples = sum(one_by_one.properties.values())
    assert counted(merged) == counted(one_by_one)
    assert merged.triples == triples
    assert 0 not in merged.classes.values()
