"""Documents for BioThings: their shape, what is in which file, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.derived_files import derive_in_memory, figure, gene, mention

from pfocr2rdf.derived.nodes import FigureNodes, Node

LEVELS = {"strict": "biothings.strict.jsonl", "synonyms": "biothings.synonyms.jsonl", "all": "biothings.jsonl"}
ENTITIES: list[Node] = [
    gene(20, "TWENTY"),
    gene(3, "THREE"),
    gene(100, "HUNDRED"),
    {"type": "pfocr:Chemical", "id": "mesh:D005947", "closeMatch": ["chebi:4167", "chebi:17234"]},
    {"type": "pfocr:Chemical", "id": "mesh:C065987"},
    {"type": "pfocr:Chemical", "id": "chebi:15422"},
    {"type": "pfocr:Disease", "id": "mesh:D008545", "closeMatch": "doid:1909"},
    {"type": "pfocr:Disease", "id": "doid:162"},
    {"type": ["pfocr:Chemical", "pfocr:Disease"], "id": "mesh:D000077", "closeMatch": ["chebi:77", "doid:77"]},
]


def documents(*figures: FigureNodes, entities: list[Node] = ENTITIES) -> tuple[dict[str, list[Any]], dict[str, int]]:
    """The documents of each level, and the warnings."""
    files, warnings = derive_in_memory(entities, list(figures), "biothings")
    assert sorted(files.contents) == sorted(LEVELS.values())
    return {level: [json.loads(line) for line in files.contents[name].split(b"\n")[:-1]] for level, name in LEVELS.items()}, warnings


def test_a_document_has_the_fields_of_the_api() -> None:
    bodies = ("ncbigene:20", "ncbigene:3", "mesh:D005947", "mesh:C065987", "chebi:15422", "mesh:D008545", "doid:162", "ncbigene:20")
    terms = {"image": "https://example.org/a.jpg", "citedIn": "pmc:PMC1"}
    by_level, warnings = documents(figure("PMC1__a", "A title", [mention(body) for body in bodies], **terms))
    key = {
        "_id": "PMC1__a",
        "associatedWith": {
            "title": "A title",
            "pfocrUrl": "https://pfocr.wikipathways.org/figures/PMC1__a.html",
            "figureUrl": "https://example.org/a.jpg",
            "pmc": "PMC1",
            "mentions": {
                "chemicals": {"mesh": ["C065987", "D005947"], "chebi": ["4167", "15422", "17234"]},
                "diseases": {"mesh": ["D008545"], "doid": ["162", "1909"]},
                "genes": {"ncbigene": ["3", "20"]},
            },
        },
    }
    assert by_level == {level: [key] for level in LEVELS}
    assert warnings == {}


def test_the_files_differ_in_the_genes_only() -> None:
    found = [mention("ncbigene:3"), mention("ncbigene:20", "previous"), mention("ncbigene:100", "family"), mention("mesh:C065987", "")]
    by_level, _ = documents(figure("PMC1__a", "T", found))
    genes = {level: document["associatedWith"]["mentions"].pop("genes") for level, (document,) in by_level.items()}
    assert genes == {
        "strict": {"ncbigene": ["3"]},
        "synonyms": {"ncbigene": ["3", "20"]},
        "all": {"ncbigene": ["3", "20", "100"]},
    }
    assert by_level["strict"] == by_level["synonyms"] == by_level["all"]


def test_an_entity_that_is_a_chemical_and_a_disease_is_in_both_fields() -> None:
    by_level, _ = documents(figure("PMC1__a", "T", [mention("mesh:D000077")]))
    mentions = by_level["all"][0]["associatedWith"]["mentions"]
    assert mentions["chemicals"] == {"mesh": ["D000077"], "chebi": ["77"]}
    assert mentions["diseases"] == {"mesh": ["D000077"], "doid": ["77"]}


def test_an_entity_that_is_a_gene_and_a_chemical_is_in_both_fields() -> None:
    both = {"type": ["pfocr:Chemical", "pfocr:Gene"], "id": "ncbigene:7", "closeMatch": "mesh:D7"}
    plain = {"type": ["pfocr:Chemical", "pfocr:Gene"], "id": "ncbigene:8"}
    by_level, warnings = documents(figure("PMC1__a", "T", [mention("ncbigene:7"), mention("ncbigene:8")]), entities=[both, plain])
    mentions = by_level["all"][0]["associatedWith"]["mentions"]
    assert (mentions["genes"], mentions["chemicals"]["mesh"]) == ({"ncbigene": ["7", "8"]}, ["D7"])
    assert warnings == {}


def test_a_figure_without_a_paper_picture_and_mentions_has_all_lists_and_a_null_that_the_parser_removes() -> None:
    by_level, warnings = documents(figure("PMC1__a", "", []))
    lists = {"chemicals": {"mesh": [], "chebi": []}, "diseases": {"mesh": [], "doid": []}, "genes": {"ncbigene": []}}
    url = "https://pfocr.wikipathways.org/figures/PMC1__a.html"
    assert by_level["all"] == [{"_id": "PMC1__a", "associatedWith": {"title": "", "pfocrUrl": url, "pmc": None, "mentions": lists}}]
    assert warnings == {}


@pytest.mark.parametrize(
    ("entity", "kind"),
    [
        ({"type": "pfocr:Gene", "id": "https://example.org/gene/5"}, "gene"),
        ({"type": "pfocr:Gene", "id": "ncbigene:ABC"}, "gene"),
        ({"type": "pfocr:Chemical", "id": "https://example.org/chemical/5"}, "chemical"),
        ({"type": "pfocr:Disease", "id": "https://example.org/disease/5"}, "disease"),
    ],
)
def test_an_entity_without_an_identifier_of_the_api_is_left_out_and_counted_once(entity: Node, kind: str) -> None:
    mentioned = [mention(str(entity["id"])), mention("ncbigene:3")]
    by_level, warnings = documents(figure("PMC1__a", "T", mentioned), figure("PMC1__b", "T", mentioned), entities=[*ENTITIES, entity])
    assert [document["associatedWith"]["mentions"]["genes"]["ncbigene"] for document in by_level["all"]] == [["3"], ["3"]]
    assert warnings == {f"mentioned entities ({kind}) without an identifier that BioThings has, left out": 1}


@given(st.text(st.characters(exclude_categories=())))
def test_any_title_is_a_line_of_json_in_utf8(title: str) -> None:
    by_level, warnings = documents(figure("PMC1__a", title, []))
    expected = "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in title)
    assert [document["associatedWith"]["title"] for document in by_level["all"]] == [expected]
    assert warnings == ({} if title == expected else {"text with lone surrogates, replaced in documents for BioThings": 1})
