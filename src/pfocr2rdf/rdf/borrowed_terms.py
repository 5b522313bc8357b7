"""The terms of other vocabularies that the graph and the ontology use, with what each is in OWL 2 DL.

An ontology is in OWL 2 DL only if each of its terms is declared, and declared as one kind of property (OWL 2 Structural
Specification, sections 3 and 5.8). Terms of Dublin Core that describe are annotation properties, because they describe the ontology
itself as well; so are the mappings of SKOS, which describe classes here. What is built into OWL needs no declaration.
"""

from __future__ import annotations

from typing import NamedTuple


class BorrowedTerm(NamedTuple):
    """A term of another vocabulary, its type in OWL, and its label there."""

    name: str
    owl_type: str
    label: str


BORROWED_TERMS: tuple[BorrowedTerm, ...] = (
    BorrowedTerm("oa:Annotation", "owl:Class", "Annotation"),
    BorrowedTerm("schema:Dataset", "owl:Class", "Dataset"),
    BorrowedTerm("schema:Organization", "owl:Class", "Organization"),
    BorrowedTerm("schema:ScholarlyArticle", "owl:Class", "ScholarlyArticle"),
    BorrowedTerm("skos:Concept", "owl:Class", "Concept"),
    BorrowedTerm("wp:GeneProduct", "owl:Class", "Gene Product"),
    BorrowedTerm("dcterms:isPartOf", "owl:ObjectProperty", "Is Part Of"),
    BorrowedTerm("dcterms:references", "owl:ObjectProperty", "References"),
    BorrowedTerm("foaf:page", "owl:ObjectProperty", "page"),
    BorrowedTerm("oa:hasBody", "owl:ObjectProperty", "hasBody"),
    BorrowedTerm("oa:hasTarget", "owl:ObjectProperty", "hasTarget"),
    BorrowedTerm("schema:creator", "owl:ObjectProperty", "creator"),
    BorrowedTerm("schema:image", "owl:ObjectProperty", "image"),
    BorrowedTerm("schema:license", "owl:ObjectProperty", "license"),
    BorrowedTerm("schema:mentions", "owl:ObjectProperty", "schema:mentions"),  # ours has the label "mentions"
    BorrowedTerm("bibo:doi", "owl:DatatypeProperty", "doi"),
    BorrowedTerm("schema:description", "owl:DatatypeProperty", "description"),
    BorrowedTerm("schema:keywords", "owl:DatatypeProperty", "keywords"),
    BorrowedTerm("schema:name", "owl:DatatypeProperty", "name"),
    BorrowedTerm("dcterms:bibliographicCitation", "owl:AnnotationProperty", "Bibliographic Citation"),
    BorrowedTerm("dcterms:contributor", "owl:AnnotationProperty", "Contributor"),
    BorrowedTerm("dcterms:created", "owl:AnnotationProperty", "Date Created"),
    BorrowedTerm("dcterms:creator", "owl:AnnotationProperty", "Creator"),
    BorrowedTerm("dcterms:description", "owl:AnnotationProperty", "Description"),
    BorrowedTerm("dcterms:identifier", "owl:AnnotationProperty", "Identifier"),
    BorrowedTerm("dcterms:issued", "owl:AnnotationProperty", "Date Issued"),
    BorrowedTerm("dcterms:license", "owl:AnnotationProperty", "License"),
    BorrowedTerm("dcterms:modified", "owl:AnnotationProperty", "Date Modified"),
    BorrowedTerm("dcterms:title", "owl:AnnotationProperty", "Title"),
    BorrowedTerm("schema:domainIncludes", "owl:AnnotationProperty", "domainIncludes"),
    BorrowedTerm("skos:altLabel", "owl:AnnotationProperty", "alternative label"),
    BorrowedTerm("skos:closeMatch", "owl:AnnotationProperty", "has close match"),
    BorrowedTerm("skos:definition", "owl:AnnotationProperty", "definition"),
    BorrowedTerm("skos:exactMatch", "owl:AnnotationProperty", "has exact match"),
    BorrowedTerm("skos:example", "owl:AnnotationProperty", "example"),
    BorrowedTerm("skos:note", "owl:AnnotationProperty", "note"),
    BorrowedTerm("skos:prefLabel", "owl:AnnotationProperty", "preferred label"),
    BorrowedTerm("vann:preferredNamespacePrefix", "owl:AnnotationProperty", "Preferred Namespace Prefix"),
    BorrowedTerm("vann:preferredNamespaceUri", "owl:AnnotationProperty", "Preferred Namespace Uri"),
)
