"""Mentions that are kept as columns are written and counted as their nodes are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.support.columns import counted, resource_columns
from tests.support.mutations import made_figures, shared_records

from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.rdf.iris import figure_graph_iri
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.terms import RDF_TYPE, GroupedResource, Resource, ResourceColumns


@pytest.mark.parametrize("fmt", SERIALIZERS)
def test_a_figure_is_written_as_its_nodes_are(fmt: str) -> None:
    writer, slow = SERIALIZERS[fmt](), SERIALIZERS[fmt]()
    graphs = [*made_figures(), *map(build_figure_graph, shared_records()[:100])]
    for graph in graphs * 2:
        name = figure_graph_iri(graph.figid)
        nodes = [Resource(graph.figure.subject, graph.figure.pairs), *graph.mentions.resources()]
        assert writer.serialize_figure(graph.figure, graph.mentions, name) == slow.serialize_resources(nodes, name)


@settings(deadline=None)
@given(resource_columns())
def test_whatever_columns_hold_they_are_written_and_counted_as_nodes(columns: ResourceColumns) -> None:
    figure = GroupedResource("<urn:f>", {RDF_TYPE: ["<urn:F>", "<urn:G>"], "<urn:p>": ['"f"'], "<urn:q>": ['"f"', '"g"@en', "<urn:F>"]})
    nodes = [Resource(figure.subject, figure.pairs), *columns.resources()]
    for make in SERIALIZERS.values():
        assert make().serialize_figure(figure, columns, "urn:g") == make().serialize_resources(nodes, "urn:g")
    one_by_one = TripleCounts()
    one_by_one.add(nodes)
    assert counted(TripleCounts.for_figure(figure, columns, {})) == counted(one_by_one)


@pytest.mark.parametrize("fmt", SERIALIZERS)
def test_a_batch_is_the_texts_of_its_resources_between_delimiters(fmt: str) -> None:
    serializer, graph = SERIALIZERS[fmt](), "https://example.org/graph"
    resources = [Resource(f"<https://example.org/{number}>", ((RDF_TYPE, "<https://example.org/T>"),)) for number in range(3)]
    begin, end = serializer.batch_delimiters(graph)
    for batch in (resources, resources[:1]):
        texts = b"".join(
            [begin.encode(), serializer.resource_separator.encode().join(serializer.serialize_each(batch, graph)), end.encode()]
        )
        assert texts.decode() == serializer.serialize_resources(batch, graph)
