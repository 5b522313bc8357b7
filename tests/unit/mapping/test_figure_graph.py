"""The graph of one figure: what its fields and its JSON-LD say, under one IRI."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from tests.support.records import front_matter, newer, older, statements, write

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.figure_graph import FigureGraph, build_figure_graph
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import read_records

# -- what takes more than one record to see ----------------------------------------------------------------------------------


def read(tmp_path: Path, yaml: str, name: str = "record.md") -> FigureRecord:
    (record,) = read_records(write(tmp_path, {name: front_matter(yaml)}) / name)
    return record


def with_block(figid: str, *lines: str) -> str:
    """A record with a JSON-LD block of these lines."""
    return newer(figid, "schema-jsonld:", "  '@context': https://schema.org/", *(f"  {line}" for line in lines))


def objects_of(graph: FigureGraph, predicate: str) -> list[str]:
    return [value for name, value in graph.figure.pairs if name.endswith(f"/{predicate}>")]


def test_both_generations_of_one_figure_have_one_iri(tmp_path: Path) -> None:
    older_graph = build_figure_graph(read(tmp_path, older("PMC1__F 1"), "a.md"))
    newer_graph = build_figure_graph(read(tmp_path, newer("PMC1__F 1"), "b.md"))
    assert older_graph.figure.subject == newer_graph.figure.subject == "<https://pfocr.wikipathways.org/figures/PMC1__F%201.html>"


@pytest.mark.parametrize("figid", ["PMC1__F1", "PMC1__F 1", "PMC1__Fig(1)", "PMC1__é", "PMC1__a+b"])
def test_a_figid_names_the_same_figure_with_and_without_json_ld(tmp_path: Path, figid: str) -> None:
    block = with_block(figid, f"'@id': https://pfocr.wikipathways.org/figures/{figid}.html")
    assert (
        build_figure_graph(read(tmp_path, block, "a.md")).figure.subject
        == build_figure_graph(read(tmp_path, newer(figid), "b.md")).figure.subject
    )


def test_describing_a_record_changes_nothing_in_it(tmp_path: Path) -> None:
    record = read(tmp_path, with_block("PMC1__F1", "name: CreativeWork", "license: CC0", "keywords: [NA, A]", "about: {name: x}"))
    copied = copy.deepcopy(record)
    build_figure_graph(record)
    assert record == copied


def test_describing_a_record_changes_nothing_inside_its_block(tmp_path: Path) -> None:
    record = read(tmp_path, with_block("PMC1__F1", "author:", "- name: Ada", "- {'@id': 'http://example.org/bo', address: {name: x}}"))
    copied = copy.deepcopy(record)
    first, second = build_figure_graph(record), build_figure_graph(record)
    assert record == copied
    assert first == second


def test_a_relative_iri_is_relative_to_its_own_figure(tmp_path: Path) -> None:
    for figid in ("PMC1__F1", "PMC1__F2"):
        graph = build_figure_graph(read(tmp_path, with_block(figid, "url: '#panel'")))
        assert objects_of(graph, "url") == [f"<https://pfocr.wikipathways.org/figures/{figid}.html#panel>"]


def test_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    record = read(tmp_path, with_block("PMC1__F1", "headline: {'@value': x, '@language': 'not a language'}"))
    with pytest.raises(RecordError, match="language"):
        build_figure_graph(record)


@pytest.mark.parametrize("line", [
    "description: NA",
    "license: .na.character",
    "'@type': NA",
    "'@type': [Dataset, NA]",
    "'@id': .na.character",
    "creator: {name: NA}",
    "author: [{name: Ada, email: .na.character}]",
])  # fmt: skip
def test_no_value_of_a_block_is_exported_as_text(tmp_path: Path, line: str) -> None:
    lines = statements(build_figure_graph(read(tmp_path, with_block("PMC1__F1", line))))
    assert [text for text in lines if '"NA"' in text or "/NA>" in text or ".na.character" in text] == []


@pytest.mark.parametrize("nothing", ["''", "NA", ".na.character", "[]", "{}", "[NA]"])
def test_a_block_that_says_nothing_is_no_block(tmp_path: Path, nothing: str) -> None:
    graph = build_figure_graph(read(tmp_path, newer("PMC1__F1", "caption: The caption", f"schema-jsonld: {nothing}")))
    assert objects_of(graph, "description") == ['"The caption"']


def test_a_figure_without_title_is_not_called_creative_work(tmp_path: Path) -> None:
    record = read(tmp_path, with_block("PMC1__F1", "name: CreativeWork"))._replace(title="")
    assert objects_of(build_figure_graph(record), "name") == []


@pytest.mark.parametrize("license_", ["CC0", "CC0-1.0", "CC0 1.0", "http://creativecommons.org/publicdomain/zero/1.0/"])
def test_the_licence_is_said_in_both_vocabularies(tmp_path: Path, license_: str) -> None:
    pairs = build_figure_graph(read(tmp_path, with_block("PMC1__F1", f"license: {license_}"))).figure.pairs
    predicates = {name for name, value in pairs if value == "<http://creativecommons.org/publicdomain/zero/1.0/>"}
    assert predicates == {"<http://purl.org/dc/terms/license>", "<http://schema.org/license>"}


def test_what_a_block_says_of_the_paper_joins_what_the_record_says_of_it(tmp_path: Path) -> None:
    record = read(tmp_path, with_block("PMC1__F1", "isPartOf: {'@id': 'https://identifiers.org/pmc/PMC100', alternateName: the paper}"))
    lines = statements(build_figure_graph(record))
    assert '<https://identifiers.org/pmc/PMC100> <http://schema.org/alternateName> "the paper" .' in lines
    assert '<https://identifiers.org/pmc/PMC100> <http://purl.org/dc/terms/title> "A paper" .' in lines


def test_a_figure_is_one_node_even_where_its_block_speaks_of_it_twice(tmp_path: Path) -> None:
    figure = "https://pfocr.wikipathways.org/figures/PMC1__F1.html"
    block = with_block("PMC1__F1", "name: one", f"about: {{'@id': '{figure}', alternateName: two}}")
    subjects = [node.subject for node in build_figure_graph(read(tmp_path, block)).resources()]
    assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize(("figlink", "page"), [
    ("/pmc/articles/PMC100/figure/F1", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC100/figure/F1"),
    ("pmc/articles/PMC100/figure/F1/", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC100/figure/F1/"),
    ("pmc/a b[<>]\"\\^`{|}é%zz", "https://www.ncbi.nlm.nih.gov/pmc/a%20b%5B%3C%3E%5D%22%5C%5E%60%7B%7C%7D%C3%A9%25zz"),
])  # fmt: skip
def test_the_page_of_a_figure_is_at_pmc(tmp_path: Path, figlink: str, page: str) -> None:
    record = read(tmp_path, newer("PMC1__F1"))._replace(figlink=figlink)
    assert objects_of(build_figure_graph(record), "page") == [f"<{page}>"]
    assert is_absolute_iri(page)


@pytest.mark.parametrize("figlink", ["/pmc/a#b#c", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC100/figure/F1/"])
def test_the_page_of_a_figure_is_an_iri(tmp_path: Path, figlink: str) -> None:
    record = read(tmp_path, newer("PMC1__F1"))._replace(figlink=figlink)
    (page,) = objects_of(build_figure_graph(record), "page")
    assert is_absolute_iri(page[1:-1])
    assert "https://www.ncbi.nlm.nih.gov/https:" not in page


def test_a_page_of_a_figure_that_can_be_no_iri_is_refused(tmp_path: Path) -> None:
    record = read(tmp_path, newer("PMC1__F1"))._replace(figlink="http://x:y:z/")
    with pytest.raises(RecordError, match="figlink: 'http://x:y:z/' is not an absolute IRI"):
        build_figure_graph(record)


def test_a_mention_is_the_same_in_every_run_and_another_for_another_word(tmp_path: Path) -> None:
    graphs = [build_figure_graph(read(tmp_path, older("PMC1__F1", word=word))) for word in ("STAT3", "STAT3", "stat3")]
    first, second, other = (next(graph.mentions.resources()).subject for graph in graphs)
    assert first == second
    assert first != other
