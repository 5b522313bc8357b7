"""The registry of pages: the page class, its specification, and what a page of each entity type adds to the minimum of its profile."""

from __future__ import annotations

from typing import Any

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term, lexical_form
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.bioschemas import describe_entity
from pfocr2rdf.site.pages.entity import EntityPage, EntityPageSpec, InverseRelation
from pfocr2rdf.site.pages.figure import FigurePage
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.resource_reader import ResourceReader
from pfocr2rdf.site.pages.urls import PageAddress

_CODING_SYSTEMS = {"mesh": "MeSH", "doid": "Disease Ontology"}


def _describe_gene(page: ResourcePage) -> dict[str, Any]:
    """A gene, with the organism it is of."""
    organisms = page.values.get(expand_term("pfocr:organism"), ())
    return {"taxonomicRange": [describe_entity(page.reader, organism, "organism") for organism in organisms]}


def _describe_paper(page: ResourcePage) -> dict[str, Any]:
    """A paper, with its journal and its publisher."""
    journal, publisher = page.first_text("pfocr:journal"), page.first_text("pfocr:publisher")
    dois = [f"doi:{lexical_form(value)}" for value in page.values.get(expand_term("bibo:doi"), ())]
    return {
        "headline": page.title,
        "identifier": [f"pmc:{page.address.name}", *dois],
        "datePublished": page.first_text("dcterms:issued"),
        "isPartOf": {"@type": "Periodical", "name": journal} if journal else None,
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
        "keywords": list(map(lexical_form, page.values.get(expand_term("pfocr:keyword"), ()))),
        "sameAs": _same_as_iris(page),
    }


def _describe_disease(page: ResourcePage) -> dict[str, Any]:
    """A disease, with its code in MeSH or the Disease Ontology."""
    system = next(label for prefix, label in _CODING_SYSTEMS.items() if page.address.iri.startswith(PREFIXES[prefix]))
    code = {"@type": "MedicalCode", "codeValue": page.first_text("dcterms:identifier"), "codingSystem": system}
    return {"code": code, "sameAs": _same_as_iris(page)}


def _describe_same(page: ResourcePage) -> dict[str, Any]:
    return {"sameAs": _same_as_iris(page)}


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
        draws_neighbours=True,
    ),
    "family": EntityPageSpec(
        "family of genes",
        (InverseRelation("pfocr:memberOf", "gene", "Members"), InverseRelation("pfocr:mentionsFamily", "figure", "Figures that name it")),
        _describe_same,
        draws_neighbours=True,
    ),
    "paper": EntityPageSpec("paper", (InverseRelation("pfocr:citedIn", "figure", "Figures"),), _describe_paper),
    "chemical": EntityPageSpec("chemical", (_MENTIONED_ON_FIGURES,), _describe_same, has_mentions=True, draws_neighbours=True),
    "disease": EntityPageSpec("disease", (_MENTIONED_ON_FIGURES,), _describe_disease, has_mentions=True, draws_neighbours=True),
    "organism": EntityPageSpec(
        "organism",
        (InverseRelation("pfocr:organism", "gene", "Genes"), InverseRelation("pfocr:organism", "figure", "Figures")),
        _describe_same,
    ),
}
"""The specifications by the name of the entity type; figures have a separate class."""


def load_resource_page(reader: ResourceReader, address: PageAddress) -> ResourcePage | None:
    """The page at an address of an entity type; ``None`` if the dataset has no such resource of that type."""
    assert address.entity_type is not None  # standalone pages are not asked for  # noqa: S101
    pairs = reader.pairs(iri_term(address.iri))
    if (RDF_TYPE, expand_term(address.entity_type.cls)) not in pairs:
        return None
    spec = ENTITY_PAGE_SPECS.get(address.entity_type.name)
    return EntityPage(reader, address, pairs, spec) if spec else FigurePage(reader, address, pairs)
