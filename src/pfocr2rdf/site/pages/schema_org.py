"""Structured data for search engines: schema.org descriptions of entities, after the profiles of Bioschemas."""

from __future__ import annotations

from typing import Any

from pfocr2rdf.rdf.terms import expand_term, lexical_form
from pfocr2rdf.site.pages.resource import ResourcePage

_TAXON = {"@type": "Taxon"}


def describe_gene(page: ResourcePage) -> dict[str, Any]:
    """A gene, with the organism it is of."""
    organisms = page.values.get(expand_term("pfocr:organism"), ())
    return {
        "@type": "Gene",
        "dct:conformsTo": {"@id": "https://bioschemas.org/profiles/Gene/1.0-RELEASE"},
        "identifier": f"ncbigene:{page.first_text('dcterms:identifier')}",
        "name": page.title,
        "taxonomicRange": [{**_TAXON, "@id": organism[1:-1], "name": page.reader.display_name(organism)} for organism in organisms],
    }


def describe_family(page: ResourcePage) -> dict[str, Any]:
    """A family of genes, as a defined term."""
    return {"@type": "DefinedTerm", "name": page.title, "termCode": page.title, "sameAs": _same_as_iris(page)}


def describe_paper(page: ResourcePage) -> dict[str, Any]:
    """A paper, with its journal and its publisher."""
    journal = page.first_text("pfocr:journal")
    publisher = page.first_text("pfocr:publisher")
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


def describe_chemical(page: ResourcePage) -> dict[str, Any]:
    """A chemical."""
    return {
        "@type": "ChemicalSubstance",
        "identifier": page.first_text("dcterms:identifier"),
        "name": page.title,
        "sameAs": _same_as_iris(page),
    }


def describe_disease(page: ResourcePage) -> dict[str, Any]:
    """A disease, with its code in MeSH."""
    code = {"@type": "MedicalCode", "codeValue": page.first_text("dcterms:identifier"), "codingSystem": "MeSH"}
    return {"@type": "MedicalCondition", "name": page.title, "code": code, "sameAs": _same_as_iris(page)}


def describe_organism(page: ResourcePage) -> dict[str, Any]:
    """An organism, as a taxon."""
    return {**_TAXON, "name": page.title, "identifier": f"NCBITaxon:{page.address.name}"}


def _same_as_iris(page: ResourcePage) -> list[str]:
    return [
        value[1:-1]
        for curie in ("skos:exactMatch", "owl:sameAs")
        for value in page.values.get(expand_term(curie), ())
        if value.startswith("<http")
    ]
