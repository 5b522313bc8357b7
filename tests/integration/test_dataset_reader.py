"""The queries of the reader of one graph find what its look-ups find, which are those of a store of many graphs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.records import ROOT

from pfocr2rdf import export, load
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.mentions import MentionView
from pfocr2rdf.site.pages.resource_reader import HAS_BODY, HAS_TARGET, SHOWN_PREDICATES, ResourceReader
from pfocr2rdf.stores.chunks import Chunk
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


def test_shown_mentions_have_what_pages_show(readers: Readers) -> None:
    single, _ = readers
    figures = single.subjects(RDF_TYPE, expand_term("pfocr:Figure"))
    for figure in figures:
        expected = ResourceReader.shown_mentions(single, figure)
        assert list(map(MentionView.from_resource, single.shown_mentions(figure))) == list(map(MentionView.from_resource, expected))
    for gene in single.subjects(RDF_TYPE, expand_term("pfocr:Gene")):
        mentions = single.mentions(gene)
        views = [MentionView.from_resource(mention)._replace(body="") for mention in single.describe_mentions(gene, mentions)]
        expected = ResourceReader.describe_mentions(single, gene, mentions)
        assert views == [MentionView.from_resource(mention)._replace(body="") for mention in expected]


def test_statements_and_subjects_are_those_of_quad_patterns(readers: Readers) -> None:
    single, many = readers
    figures = single.subjects(RDF_TYPE, expand_term("pfocr:Figure"))
    assert figures == many.subjects(RDF_TYPE, expand_term("pfocr:Figure"))
    assert [single.pairs(figure) for figure in figures] == [many.pairs(figure) for figure in figures]


def test_mentions_with_several_values(tmp_path: Path) -> None:
    load(ROOT / "examples", tmp_path / "store")
    figure, gene, mention, other = (f"<https://example.org/{name}>" for name in ("f", "g", "m", "m2"))
    lines = [f"{each} {link} ." for each in (mention, other) for link in (f"{HAS_TARGET} {figure}", f"{HAS_BODY} {gene}")]
    lines += [f'{mention} {predicate} "{value}" .' for predicate in SHOWN_PREDICATES[1:5] for value in ("2", "1")]
    lines += [f'{other} {SHOWN_PREDICATES[1]} "a\\u0001b" .']
    with closing(EmbeddedStore(tmp_path / "store", writable=True)) as store:
        store.bulk_load(DATASET_IRI, Chunk(0, "".join(f"{line}\n" for line in lines).encode(), len(lines), quads=False))
    with closing(EmbeddedStore(tmp_path / "store")) as store:
        reader = DatasetReader(store)
        views = list(map(MentionView.from_resource, reader.shown_mentions(figure)))
        assert [(view.name, view.word) for view in views] == [("m", "1"), ("m2", "a\x01b")]
        assert views == list(map(MentionView.from_resource, ResourceReader.shown_mentions(reader, figure)))
        described = list(map(MentionView.from_resource, reader.describe_mentions(gene, reader.mentions(gene))))
        assert sorted(described) == [view._replace(body="") for view in views]
        assert reader.subjects(SHOWN_PREDICATES[1], '"2"') == [mention]
