"""Mentions that are kept as columns are written and counted as their nodes are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.support.columns import counted, made_up
from tests.support.mutations import made_figures, shared_records

from pfocr2rdf.mapping.figure_graph import describe
from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.rdf.iris import figure_graph
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node


@pytest.mark.parametrize("form", FORMATS)
def test_a_figure_is_written_as_its_nodes_are(form: str) -> None:
    writer, slow = FORMATS[form](), FORMATS[form]()
    graphs = [*made_figures(), *map(describe, shared_records()[:100])]
    for graph in graphs * 2:
        name = figure_graph(graph.figid)
        nodes = [Node(graph.figure.subject, graph.figure.pairs), *graph.mentions.nodes()]
        assert writer.figure(graph.figure, graph.mentions, name) == slow.nodes(nodes, name)


@settings(deadline=None)
@given(made_up())
def test_whatever_columns_hold_they_are_written_and_counted_as_nodes(alike: Alike) -> None:
    figure = Grouped("<urn:f>", {TYPE: ["<urn:F>", "<urn:G>"], "<urn:p>": ['"f"'], "<urn:q>": ['"f"', '"g"@en', "<urn:F>"]})
    nodes = [Node(figure.subject, figure.pairs), *alike.nodes()]
    for make in FORMATS.values():
        assert make().figure(figure, alike, "urn:g") == make().nodes(nodes, "urn:g")
    one_by_one = Counts()
    one_by_one.add(nodes)
    assert counted(Counts.of(figure, alike)) == counted(one_by_one)
