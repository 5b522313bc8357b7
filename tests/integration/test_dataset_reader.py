"""The queries of the reader of one graph find what its look-ups find, which are those of a store of many graphs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.support.records import ROOT

from pfocr2rdf import export, load
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.resource_reader import HAS_BODY, HAS_TARGET
from pfocr2rdf.stores.embedded import EmbeddedStore

Readers = tuple[DatasetReader, DatasetReader]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """The readers of a store of one graph and of one with a graph for each figure."""
    folder = tmp_path_factory.mktemp("layouts")
    export([ROOT / "examples"], folder / "out", formats=["nquads"])
    for layout in ("dataset", "figure"):
        load(folder / "out", folder / layout, graphs=layout)
    with closing(EmbeddedStore(folder / "dataset")) as single, closing(EmbeddedStore(folder / "figure")) as many:
        yield DatasetReader(single), DatasetReader(many)


def test_mentions_of_an_entity(readers: Readers) -> None:
    single, many = readers
    genes = single.subjects(RDF_TYPE, expand_term("pfocr:Gene"))
    found = [single.mentions(gene) for gene in genes]
    assert found == [many.mentions(gene) for gene in genes]
    assert any(each.family for mentions in found for each in mentions)
    assert any(each.word and not each.family for mentions in found for each in mentions)
    assert single.mentions("<https://example.org/none>") == []


def test_genes_by_symbol_and_mentions_of_a_figure(readers: Readers) -> None:
    single, many = readers
    figures = single.subjects(RDF_TYPE, expand_term("pfocr:Figure"))
    assert any(single.genes_by_symbol(figure) for figure in figures)
    for figure in figures:
        assert single.genes_by_symbol(figure) == many.genes_by_symbol(figure)
        assert single.find_resources(HAS_TARGET, figure) == many.find_resources(HAS_TARGET, figure)
    assert single.find_resources(HAS_BODY, "<https://example.org/none>") == []
