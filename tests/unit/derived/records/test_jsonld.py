"""The JSON-LD blocks of records, and the fields beside them, from nodes."""

from __future__ import annotations

from typing import Any

import pytest

from pfocr2rdf.derived.nodes import FigureNodes
from pfocr2rdf.derived.records.facts import GraphFacts
from pfocr2rdf.derived.records.fields import RecordOptions, read_figid, restore_record
from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iris import CC0_IRI, WIKIPATHWAYS_IRI
from pfocr2rdf.storage.sqlite import create_database

FIGURE = {
    "type": "pfocr:Figure",
    "id": "figure:PMC1__f1.html",
    "title": "A title",
    "identifier": ["PMC1__f1", "PMC1__F1"],
    "citedIn": "pmc:PMC1",
}
PUBLISHED = {
    **FIGURE,
    "type": ["pfocr:Figure", "schema:Dataset"],
    "description": "A caption",
    "license": CC0_IRI,
    "schema_license": CC0_IRI,
    "schema_name": "A title",
    "creator": WIKIPATHWAYS_IRI,
    "keywords": ["STAT3"],
}
PUBLISHER = {"type": "schema:Organization", "id": WIKIPATHWAYS_IRI, "schema_name": "WikiPathways"}
BLOCK = {"@id": "https://pfocr.wikipathways.org/figures/PMC1__f1.html"}


def fields(figure: dict[str, Any], *entities: dict[str, Any], image_url: str = "") -> dict[str, Any]:
    """The fields of the record of a figure without mentions."""
    facts, nodes = GraphFacts(create_database(), lambda _: ""), FigureNodes(figure, [])
    for entity in entities:
        facts.add_entity(entity)
    facts.add_figure(nodes)
    facts.finish()
    return restore_record(nodes, facts, RecordOptions({}, image_url)).fields


def test_a_published_block_comes_back_as_it_was() -> None:
    assert fields(PUBLISHED, PUBLISHER)["schema-jsonld"] == {
        "@context": "https://schema.org/",
        **BLOCK,
        "@type": "Dataset",
        "description": "A caption",
        "name": "CreativeWork",
        "keywords": ["STAT3"],
        "license": "CC0",
        "creator": {"@type": "Organization", "name": "WikiPathways"},
    }


def test_a_figure_without_further_statements_has_no_block() -> None:
    record = fields({**FIGURE, "description": "A caption"})
    assert "schema-jsonld" not in record
    assert (record["caption"], record["figid_alias"], record["redirect_from"]) == ("A caption", "PMC1__F1", "/figures/PMC1__F1")


def test_two_descriptions_are_that_of_the_block_and_the_caption() -> None:
    record = fields({**PUBLISHED, "description": ["A description", "A caption"]})
    assert (record["caption"], record["schema-jsonld"]["description"]) == ("A caption", "A description")


def test_a_licence_that_is_no_statement_of_the_block_goes_without_its_context() -> None:
    block = fields({**FIGURE, "license": CC0_IRI, "schema_license": [{"@value": "CC0"}]})["schema-jsonld"]
    assert block == {**BLOCK, "license": "CC0", "http://schema.org/license": [{"@value": "CC0"}]}


def test_other_statements_are_in_expanded_form() -> None:
    node = {"type": "schema:Book", "id": "urn:x", "schema_name": "A book", "schema:author": {"id": "urn:y"}}
    other = {"type": "schema:Person", "id": "urn:y", "schema_name": "A person"}
    unreferenced = {"type": "pfocr:Organism", "id": "taxon:1", "identifier": "1", "schema:sameAs": {"id": "urn:z"}}
    figure = {**FIGURE, "schema:about": [{"id": "urn:x"}, {"@value": "ein", "@language": "de"}], "urn:p#q": "text"}
    block = fields(figure, node, other, unreferenced)["schema-jsonld"]
    assert block["about"] == [{"@id": "urn:x"}, {"@value": "ein", "@language": "de"}]
    assert block["urn:p#q"] == [{"@value": "text"}]
    assert [entity["@id"] for entity in block["@included"]] == ["urn:x", "urn:y", "http://purl.obolibrary.org/obo/NCBITaxon_1"]
    assert block["@included"][2]["http://schema.org/sameAs"] == [{"@id": "urn:z"}]


def test_the_fields_of_the_paper_come_from_its_node() -> None:
    paper = {"type": ["pfocr:Paper"], "id": "pmc:PMC1", "title": "A paper", "issued": "2020", "doi": "10.1000/1", "keyword": ["A", "B|C"]}
    record = fields(FIGURE, paper)
    assert [record[name] for name in ("pmcid", "papertitle", "year", "doi", "keywords")] == [
        "PMC1",
        "A paper",
        "2020",
        "10.1000/1",
        ["A", "B|C"],
    ]
    assert fields(FIGURE, {**paper, "keyword": ["A", "B"]})["keywords"] == "A | B"


@pytest.mark.parametrize(
    ("text", "annotation"),
    [
        ("Disease: asthma", {"type": "Disease", "value": "asthma"}),
        ("asthma", "asthma"),
        ("NA: asthma", "NA: asthma"),
        ("Disease:  asthma", "Disease:  asthma"),
        (": asthma", ": asthma"),
    ],
)
def test_annotations_have_a_type_where_it_is_read_again(text: str, annotation: Any) -> None:
    assert fields({**FIGURE, "annotation": text})["annotations"] == [annotation]


@pytest.mark.parametrize(
    ("url", "template", "filename"),
    [
        ("https://europepmc.org/api/fulltextRepo?pmcId=PMC1&type=FILE&fileName=fig%201.png&mimeType=image/png", "", "fig 1.png"),
        ("https://europepmc.org/api/fulltextRepo?pmcId=PMC2&type=FILE&fileName=fig1.png&mimeType=image/png", "", None),
        ("https://example.org/PMC1/PMC1/a.jpg/a.jpg", "https://example.org/{pmcid}/{pmcid}/{filename}/{filename}", "a.jpg"),
        ("https://example.org/PMC1/a.jpg", "", None),
    ],
)
def test_the_file_of_the_picture_is_in_its_url(url: str, template: str, filename: str | None) -> None:
    record = fields({**FIGURE, "image": url}, image_url=template)
    assert record.get("filename") == filename
    assert ("image" in record.get("schema-jsonld", {})) == (filename is None)


@pytest.mark.parametrize(
    ("url", "figlink"),
    [
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/", "/pmc/articles/PMC1/figure/F1/"),
        ("https://www.ncbi.nlm.nih.gov/%00", "/%00"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
    ],
)
def test_the_page_is_a_path_at_pubmed_central(url: str, figlink: str) -> None:
    assert fields({**FIGURE, "page": url})["figlink"] == figlink


def test_networks_and_pathways_are_ids() -> None:
    see_also = ["https://www.ndexbio.org/viewer/networks/04108d1c-dec4-11ea-99da-0ac135e8bacf", "urn:x"]
    record = fields({**FIGURE, "seeAlso": see_also, "pathway": ["wikipathways:WP1", "wikipathways:WP2"]})
    assert (record["ndex"], record["wpid"]) == ("04108d1c-dec4-11ea-99da-0ac135e8bacf", "WP1, WP2")
    assert record["schema-jsonld"]["http://www.w3.org/2000/01/rdf-schema#seeAlso"] == [{"@id": "urn:x"}]


@pytest.mark.parametrize(
    "figure", ["urn:x", "figure:PMC1__f1", "figure:.html", "figure:..%2Fx.html", "https://pfocr.wikipathways.org/figures/a%20.html"]
)
def test_a_figure_without_a_figid_is_refused(figure: str) -> None:
    with pytest.raises(SourceError, match="has no figure id, so that it cannot be written as a record: "):
        read_figid(figure)


def test_a_figid_is_decoded() -> None:
    assert read_figid("https://pfocr.wikipathways.org/figures/PMC1__%C3%BC.html") == "PMC1__ü"
