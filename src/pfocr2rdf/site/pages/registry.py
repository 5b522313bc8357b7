"""The registry of pages: the page class and its specification for each entity type."""

from __future__ import annotations

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term
from pfocr2rdf.site.pages import schema_org
from pfocr2rdf.site.pages.entity import EntityPage, EntityPageSpec, InverseRelation
from pfocr2rdf.site.pages.figure import FigurePage
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.urls import PageAddress

_MENTIONED_ON_FIGURES = InverseRelation("pfocr:mentions", "figure", "Figures that mention it")

ENTITY_PAGE_SPECS: dict[str, EntityPageSpec] = {
    "gene": EntityPageSpec(
        "gene",
        (_MENTIONED_ON_FIGURES,),
        schema_org.describe_gene,
        {"pfocr:memberOf": ("family", "Families"), "pfocr:organism": ("organism", "Organism")},
        has_mentions=True,
    ),
    "family": EntityPageSpec(
        "family of genes",
        (InverseRelation("pfocr:memberOf", "gene", "Members"), InverseRelation("pfocr:mentionsFamily", "figure", "Figures that name it")),
        schema_org.describe_family,
    ),
    "paper": EntityPageSpec("paper", (InverseRelation("pfocr:citedIn", "figure", "Figures of it"),), schema_org.describe_paper),
    "chemical": EntityPageSpec("chemical", (_MENTIONED_ON_FIGURES,), schema_org.describe_chemical, has_mentions=True),
    "disease": EntityPageSpec("disease", (_MENTIONED_ON_FIGURES,), schema_org.describe_disease, has_mentions=True),
    "organism": EntityPageSpec(
        "organism",
        (InverseRelation("pfocr:organism", "gene", "Genes of it"), InverseRelation("pfocr:organism", "figure", "Figures on it")),
        schema_org.describe_organism,
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
