"""The table of CURIE prefixes covers the prefixes of identifiers in the graph."""

from __future__ import annotations

from pfocr2rdf.derived.biolink import CATEGORIES, PREFIXES_BY_START, biolink_curie, categories
from pfocr2rdf.rdf.vocabulary import CLASSES, LINKED_DATASETS


def test_every_linked_dataset_has_a_prefix() -> None:
    starts = {start.partition(":")[0] for start in PREFIXES_BY_START} - {"https"}
    assert starts == (set(LINKED_DATASETS) - {"doi"}) | {"figure", "fam", "mention"}


def test_categories_are_those_that_the_ontology_aligns_with() -> None:
    aligned = {item.name: match for item in CLASSES for match in (*item.superclasses, *item.close_matches) if match.startswith("biolink:")}
    assert {name: category for name, category in CATEGORIES.items() if name != "pfocr:Figure"} == aligned


def test_an_entity_of_two_classes_has_two_categories() -> None:
    assert categories({"type": ["pfocr:Chemical", "pfocr:Disease"]}) == ["biolink:ChemicalEntity", "biolink:Disease"]
    assert categories({"type": "schema:Organization"}) == []


def test_two_identifiers_never_have_the_same_curie() -> None:
    identifiers = [f"{start}{end}" for start in PREFIXES_BY_START for end in ("1", "1/2", "1:2", "1 2", "1.html")]
    assert len({biolink_curie(identifier) for identifier in identifiers}) == len(identifiers)
