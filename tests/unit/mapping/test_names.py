"""The names of chemicals and diseases: which is the label, and which are further labels."""

from __future__ import annotations

import pytest

from pfocr2rdf import to_graph
from pfocr2rdf.mapping.names import has_label, name_entity, needs_name
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, expand_term, lexical_form, literal
from pfocr2rdf.records.model import FigureRecord, Mention

LABEL, ALT_LABEL = expand_term("rdfs:label"), expand_term("skos:altLabel")
ETHANOL, UNKNOWN = "<http://id.nlm.nih.gov/mesh/D000431>", "<http://id.nlm.nih.gov/mesh/C999999>"
CHEBI = "<https://identifiers.org/chebi/CHEBI:16236>"


def chemical(subject: str, label: str = "", *further: str) -> Resource:
    pairs = [(RDF_TYPE, expand_term("pfocr:Chemical")), *([(LABEL, literal(label))] if label else [])]
    return Resource(subject, (*pairs, *((ALT_LABEL, literal(name)) for name in further)))


def names(resource: Resource) -> tuple[list[str], list[str]]:
    values = resource.values_by_predicate
    return [lexical_form(value) for value in values.get(LABEL, [])], [lexical_form(value) for value in values.get(ALT_LABEL, [])]


@pytest.mark.parametrize(
    ("entity", "word", "labels", "further"),
    [
        (chemical(ETHANOL), "EtOH", ["Ethanol"], ["EtOH"]),
        (chemical(ETHANOL), "ETHANOL", ["Ethanol"], []),
        (chemical(ETHANOL), "", ["Ethanol"], []),
        (chemical(ETHANOL, "Spirit", "ethanol"), "spirit", ["Ethanol"], ["Spirit"]),
        (chemical(ETHANOL, "ethanol", "Alcohol"), "EtOH", ["Ethanol"], ["Alcohol", "EtOH"]),
        (chemical(UNKNOWN, "Newdrug", "ND-1"), "nd-2", ["Newdrug"], ["ND-1", "nd-2"]),
        (chemical(UNKNOWN), "nd-2 ", [], ["nd-2 "]),
        (chemical(UNKNOWN), " ", [], []),
        (chemical(CHEBI), "EtOH", [], ["EtOH"]),
        (chemical(CHEBI, "ethanol"), "", ["ethanol"], []),
    ],
)
def test_the_label_is_meshs_or_else_the_records(entity: Resource, word: str, labels: list[str], further: list[str]) -> None:
    named = name_entity(entity, word)
    assert names(named) == (labels, further)
    assert has_label(named) == bool(labels)


def test_names_that_lost_a_conflict_stay_as_further_labels() -> None:
    assert names(name_entity(chemical(ETHANOL, "Spirit"), "", ["Vodka", "ethanol"]))[1] == ["Spirit", "Vodka"]


def test_only_chemicals_and_diseases_are_named() -> None:
    assert needs_name(chemical(ETHANOL))
    assert needs_name(Resource(ETHANOL, ((RDF_TYPE, expand_term("pfocr:Disease")),)))
    assert not needs_name(Resource("<https://identifiers.org/ncbigene/1>", ((RDF_TYPE, expand_term("pfocr:Gene")),)))


def test_the_graph_of_a_record_has_the_word_that_it_lists_most_often() -> None:
    rows = [Mention("disease", word, entity="mesh:D009369") for word in ("tumour", "Growth", "Growth")]
    rows += [Mention("chemical", word, entity="mesh:C999999") for word in ("zz", "aa")]
    graph = to_graph(FigureRecord("PMC1__F1", "2021", mentions=tuple(rows)))
    found_names = {
        (str(row.s)[27:], str(row.n), str(row.w))
        for row in graph.query("""
        SELECT ?s ?n ?w { ?s skos:altLabel ?w . OPTIONAL { ?s rdfs:label ?l } BIND (COALESCE(?l, "") AS ?n) }""")
    }  # type: ignore[union-attr]
    assert found_names == {("D009369", "Neoplasms", "Growth"), ("C999999", "", "aa")}
