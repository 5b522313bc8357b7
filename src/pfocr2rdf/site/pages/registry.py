"""The registry of pages: the page class, its specification, and the schema.org description (after Bioschemas) of each entity type."""

from __future__ import annotations

from typing import Any

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term, lexical_form
from pfocr2rdf.site.pages.entity import EntityPage, EntityPageSpec, InverseRelation
from pfocr2rdf.site.pages.figure import FigurePage
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.urls import PageAddress

_TAXON = {"@type": "Taxon"}


def _describe_gene(page: ResourcePage) -> dict[str, Any]:
    """A gene, with the organism it is of."""
    organisms = page.values.get(expand_term("pfocr:organism"), ())
    return {
        "@type": "Gene",
        "dct:conformsTo": {"@id": "https://bioschemas.org/profiles/Gene/1.0-RELEASE"},
        "identifier": f"ncbigene:{page.first_text('dcterms:identifier')}",
        "name": page.title,
        "taxonomicRange": [{**_TAXON, "@id": organism[1:-1], "name": page.reader.display_name(organism)} for organism in organisms],
    }


def _describe_family(page: ResourcePage) -> dict[str, Any]:
    return {"@type": "DefinedTerm", "name": page.title, "termCode": page.title, "sameAs": _same_as_iris(page)}


def _describe_paper(page: ResourcePage) -> dict[str, Any]:
    """A paper, with its journal and its publisher."""
    journal, publisher = page.first_text("pfocr:journal"), page.first_text("pfocr:publisher")
    return {
        "@type": "ScholarlyArticle",
        "name": page.title,
        "headline": page.title,
        "identifier": page.first_text("dcterms:identifier"),
        "datePublished": page.first_text("dcterms:issued"),
        "isPartOf": {"@type": "Periodical", "name": journal} if journal else None,
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
        "keywords": list(map(lexical_form, page.values.get(expand_term("pfocr:keyword"), ()))),
        "sameAs": _same_as_iris(page),
    }


def _describe_chemical(page: ResourcePage) -> dict[str, Any]:
    identifier = page.first_text("dcterms:identifier")
    return {"@type": "ChemicalSubstance", "identifier": identifier, "name": page.title, "sameAs": _same_as_iris(page)}


def _describe_disease(page: ResourcePage) -> dict[str, Any]:
    """A disease, with its code in MeSH."""
    code = {"@type": "MedicalCode", "codeValue": page.first_text("dcterms:identifier"), "codingSystem": "MeSH"}
    return {"@type": "MedicalCondition", "name": page.title, "code": code, "sameAs": _same_as_iris(page)}


def _describe_organism(page: ResourcePage) -> dict[str, Any]:
    return {**_TAXON, "name": page.title, "identifier": f"NCBITaxon:{page.address.name}"}


def _same_as_iris(page: ResourcePage) -> list[str]:
    values = (value for curie in ("skos:exactMatch", "owl:sameAs") for value in page.values.get(expand_term(curie), ()))
    return [value[1:-1] for value in values if value.startswith("<http")]


_MENTIONED_ON_FIGURES = InverseRelation("pfocr:mentions", "figure", "Figures that mention it")

ENTITY_PAGE_SPECS: dict[str, EntityPageSpec] = {
    "gene": EntityPageSpec(
        "gene",
        (_MENTIONED_ON_FIGURES,),
        _describe_gene,
        {"pfocr:memberOf": ("family", "Families"), "pfocr:organism": ("organism", "Organism")},
        has_mentions=True,
    ),
    "family": EntityPageSpec(
        "family of genes",
        (InverseRelation("pfocr:memberOf", "gene", "Members"), InverseRelation("pfocr:mentionsFamily", "figure", "Figures that name it")),
        _describe_family,
    ),
    "paper": EntityPageSpec("paper", (InverseRelation("pfocr:citedIn", "figure", "Figures of it"),), _describe_paper),
    "chemical": EntityPageSpec("chemical", (_MENTIONED_ON_FIGURES,), _describe_chemical, has_mentions=True),
    "disease": EntityPageSpec("disease", (_MENTIONED_ON_FIGURES,), _describe_disease, has_mentions=True),
    "organism": EntityPageSpec(
        "organism",
        (InverseRelation("pfocr:organism", "gene", "Genes of it"), InverseRelation("pfocr:organism", "figure", "Figures on it")),
        _describe_organism,
    ),
}
"""The specifications by the name of the entity type; figures have a class of their own."""


def load_resource_page(reader: DatasetReader, address: PageAddress) -> ResourcePage | None:
    """The page at an address of an entity type; ``None`` if the dataset has no such resource of that type."""
    assert address.entity_type is not None  # standalone pages are not asked for  # noqa: S101
    pairs = reader.pairs(iri_term(address.iri))
    if (RDF_TYPE, expand_term(address.entity_type.cls)) not in pairs:
        return None
    spec = ENTITY_PAGE_SPECS.get(address.entity_type.name)
    return EntityPage(reader, address, pairs, spec) if spec else FigurePage(reader, address, pairs)
