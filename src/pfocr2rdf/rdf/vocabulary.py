"""The vocabulary: tables of every prefix, class and property of the graph.

The ontology, the JSON-LD context, the prefixes of every serializer and the closed namespace of the mapping are all made from
these tables, so a new term is one new row.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pfocr2rdf.rdf.prefixes import PrefixMap

PFOCR = "https://pfocr.wikipathways.org/vocab#"
ONTOLOGY_VERSION = "1.0.0"  # goes up with each change of a term, as the date of change in the ontology does
SITE_URL = "https://pfocr.wikipathways.org/"

PREFIXES: dict[str, str] = {
    "pfocr": PFOCR,
    "figure": f"{SITE_URL}figures/",
    "mention": f"{SITE_URL}mentions/",
    "fam": f"{SITE_URL}families/",
    "ncbigene": "https://identifiers.org/ncbigene/",
    "fplx": "https://identifiers.org/fplx/",
    "pmc": "https://identifiers.org/pmc/",
    "wikipathways": "https://identifiers.org/wikipathways/",
    "chebi": "https://identifiers.org/chebi/CHEBI:",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "doid": "http://purl.obolibrary.org/obo/DOID_",
    "taxon": "http://purl.obolibrary.org/obo/NCBITaxon_",
    "bibo": "http://purl.org/ontology/bibo/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wp": "http://vocabularies.wikipathways.org/wp#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes of the exported data, in the order in which they are written."""

LINKED_DATASETS: dict[str, str] = {
    **{prefix: PREFIXES[prefix] for prefix in ("ncbigene", "fplx", "pmc", "wikipathways", "chebi", "mesh", "doid", "taxon")},
    "doi": "https://doi.org/",
}
"""The namespaces of the datasets that the graph links to, by prefix."""

ALIGNMENT_PREFIXES: dict[str, str] = {
    "biolink": "https://w3id.org/biolink/vocab/",
    "fabio": "http://purl.org/spar/fabio/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "sio": "http://semanticscience.org/resource/",
    "vann": "http://purl.org/vocab/vann/",
}
"""Prefixes that only the ontology's axioms use."""

DEFAULT_PREFIXES = PrefixMap(PREFIXES)  # the prefix map of the exported data, which all formats share
ONTOLOGY_PREFIXES = PrefixMap({**PREFIXES, **ALIGNMENT_PREFIXES})


class Class(NamedTuple):
    """A class of the vocabulary: its CURIE, its label, its definition, and the classes that it aligns with."""

    name: str
    label: str
    definition: str
    superclasses: tuple[str, ...] = ()
    close_matches: tuple[str, ...] = ()


class Property(NamedTuple):
    """A property of the graph.

    ``jsonld_key`` is its term in JSON-LD. ``range`` is a class for IRI values (``rdfs:Resource`` for any IRI) and a datatype for
    literals. ``superproperties`` and ``close_matches`` are the alignments. Only ``pfocr:`` rows are defined in the ontology; the
    others are here because the mapping and the JSON-LD context use them.
    """

    name: str
    jsonld_key: str
    range: str
    label: str = ""
    definition: str = ""
    domain: tuple[str, ...] = ()
    superproperties: tuple[str, ...] = ()
    close_matches: tuple[str, ...] = ()

    @property
    def is_object(self) -> bool:
        """Whether the values are IRIs."""
        return not self.range.startswith(("xsd:", "rdf:langString"))


class Inverse(NamedTuple):
    """A property that is the inverse of another. It is for reasoners: no statement is written with it (SPARQL has ``^``)."""

    name: str
    label: str
    definition: str
    inverse_of: str


class Evidence(NamedTuple):
    """An individual of ``pfocr:Evidence``, which describes how a word was recognised, and the lexicon sources that mean it."""

    name: str
    label: str
    definition: str
    sources: tuple[str, ...]


CLASSES: tuple[Class, ...] = (
    Class("pfocr:Figure", "figure", "A pathway figure published in an article.", (), ("fabio:Figure", "schema:ImageObject")),
    Class("pfocr:Mention", "mention", "A word that OCR read in a figure, as identified by a lexicon or a named-entity recogniser.",
        ("oa:Annotation",)),
    Class("pfocr:Gene", "gene", "A gene as NCBI Gene identifies it.", ("wp:GeneProduct",), ("biolink:Gene", "sio:SIO_010035")),
    Class("pfocr:Family", "family", "A family or complex of genes, named in figures by one word.", (), ("biolink:GeneFamily",)),
    Class("pfocr:Chemical", "chemical", "A chemical substance as MeSH or ChEBI identifies it.", (),
        ("biolink:ChemicalEntity", "sio:SIO_010004", "wp:Metabolite")),
    Class("pfocr:Disease", "disease", "A disease as MeSH identifies it.", (), ("biolink:Disease", "sio:SIO_010299")),
    Class("pfocr:Organism", "organism", "A taxon of the NCBI Taxonomy that a figure or a gene is about.", (),
        ("biolink:OrganismTaxon", "sio:SIO_010000")),
    Class("pfocr:Paper", "paper", "An article of PubMed Central that a figure was published in.", ("schema:ScholarlyArticle",),
        ("fabio:JournalArticle", "biolink:JournalArticle")),
    Class("pfocr:Pathway", "pathway", "A pathway of WikiPathways that was drawn from a figure.", (), ("wp:Pathway", "biolink:Pathway")),
    Class("pfocr:Evidence", "evidence", "A way in which a word in a figure was recognised.", ("skos:Concept",)),
)  # fmt: skip
OVERLAPPING_CLASSES = ("pfocr:Chemical", "pfocr:Disease")
"""The classes that one entity can have together: both are of MeSH, and the recogniser decides word by word."""

EVIDENCE_TYPES: tuple[Evidence, ...] = (
    Evidence("pfocr:viaSymbol", "via symbol", "The word is the gene's current symbol.", ("hgnc_symbol", "ncbigene_symbol")),
    Evidence("pfocr:viaSynonym", "via synonym", "The word is a synonym of the gene.", ("hgnc_alias_symbol", "ncbigene_synonym")),
    Evidence("pfocr:viaPreviousSymbol", "via previous symbol", "The word is a symbol that the gene had before.", ("hgnc_prev_symbol",)),
    Evidence("pfocr:viaFamily", "via family", "The word is the name of a family or complex that the gene belongs to.",
        ("bioentities_symbol", "famplex_relations")),
    Evidence("pfocr:viaNer", "via NER", "A named-entity recogniser read the word as a chemical or a disease.", ()),
)  # fmt: skip
EVIDENCE_BY_SOURCE: dict[str, str] = {source: row.name for row in EVIDENCE_TYPES for source in row.sources}
PROPERTIES: tuple[Property, ...] = (
    Property("dcterms:title", "title", "xsd:string"),
    Property("dcterms:identifier", "identifier", "xsd:string"),
    Property("rdfs:label", "label", "xsd:string"),
    Property("skos:prefLabel", "prefLabel", "xsd:string"),
    Property("skos:altLabel", "altLabel", "xsd:string", "alternative label"),
    Property("pfocr:figureNumber", "figureNumber", "xsd:string", "figure number", "The number that the paper gives the figure, as text.",
        ("pfocr:Figure",), close_matches=("fabio:hasSequenceIdentifier",)),
    Property("pfocr:figureType", "figureType", "xsd:string", "figure type", "What the paper calls it: figure, scheme, graphical abstract.",
        ("pfocr:Figure",), close_matches=("dcterms:type",)),
    Property("schema:image", "image", "rdfs:Resource"),
    Property("foaf:page", "page", "rdfs:Resource"),
    Property("pfocr:pathwayScore", "pathwayScore", "xsd:decimal", "pathway score",
        "How sure the classifier was that the picture is a pathway figure, from 0 to 1.", ("pfocr:Figure",)),
    Property("pfocr:organismName", "organismName", "xsd:string", "organism name",
        "The name of an organism in the figure, exactly as in the record.", ("pfocr:Figure",)),
    Property("pfocr:organism", "organism", "pfocr:Organism", "of organism", "The taxon that a figure or a gene belongs to.",
        ("pfocr:Figure", "pfocr:Gene"), close_matches=("wp:organism", "biolink:in_taxon")),
    Property("dcterms:license", "license", "rdfs:Resource"),
    Property("rdfs:seeAlso", "seeAlso", "rdfs:Resource"),
    Property("pfocr:pathway", "pathway", "pfocr:Pathway", "drawn as pathway", "The WikiPathways pathway that was drawn from the figure.",
        ("pfocr:Figure",), close_matches=("rdfs:seeAlso",)),
    Property("pfocr:annotation", "annotation", "xsd:string", "annotation", "A curator's annotation of the figure, as 'type: value'.",
        ("pfocr:Figure",)),
    Property("pfocr:citedIn", "citedIn", "pfocr:Paper", "cited in", "The paper that the figure was published in.", ("pfocr:Figure",),
        ("dcterms:isPartOf",), ("schema:isPartOf",)),
    Property("pfocr:mentions", "mentions", "rdfs:Resource", "mentions",
        "A gene, chemical or disease that a word in the figure was recognised as.", ("pfocr:Figure",),
        ("schema:mentions", "dcterms:references"), ("biolink:mentions", "sio:SIO_000628")),
    Property("pfocr:mentionsFamily", "mentionsFamily", "pfocr:Family", "mentions family",
        "A family or complex whose name is a word in the figure.", ("pfocr:Figure",), ("schema:mentions", "dcterms:references")),
    Property("pfocr:memberOf", "memberOf", "pfocr:Family", "member of", "A family or complex that the gene belongs to.", ("pfocr:Gene",),
        close_matches=("biolink:member_of", "sio:SIO_000095")),
    Property("oa:hasTarget", "hasTarget", "rdfs:Resource"),
    Property("oa:hasBody", "hasBody", "rdfs:Resource"),
    Property("pfocr:word", "word", "xsd:string", "word", "The word exactly as OCR read it.", ("pfocr:Mention",),
        close_matches=("oa:exact",)),
    Property("pfocr:match", "match", "xsd:string", "match", "The lexicon's entry that the word was matched with.", ("pfocr:Mention",)),
    Property("pfocr:lexiconSource", "lexiconSource", "xsd:string", "lexicon source",
        "The lexicon, or the recogniser's vocabulary, that the match comes from.", ("pfocr:Mention",), close_matches=("dcterms:source",)),
    Property("pfocr:evidence", "evidence", "pfocr:Evidence", "has evidence",
        "How the word was recognised: the filter for strict, synonym and family matches.", ("pfocr:Mention",)),
    Property("pfocr:family", "family", "pfocr:Family", "via the family",
        "The family whose name the word is, where the gene was reached by it.", ("pfocr:Mention",)),
    Property("pfocr:occurrences", "occurrences", "xsd:integer", "occurrences",
        "How many times the record lists this word with this meaning.", ("pfocr:Mention",)),
    Property("dcterms:bibliographicCitation", "citation", "xsd:string"),
    Property("dcterms:issued", "issued", "xsd:gYear"),
    Property("bibo:doi", "doi", "xsd:string"),
    Property("owl:sameAs", "sameAs", "rdfs:Resource"),
    Property("pfocr:journal", "journal", "xsd:string", "journal", "The title of the journal.", ("pfocr:Paper",),
        close_matches=("prism:publicationName",)),
    Property("pfocr:journalAbbreviation", "journalAbbreviation", "xsd:string", "journal abbreviation",
        "The journal's title as NLM abbreviates it.", ("pfocr:Paper",), close_matches=("bibo:shortTitle",)),
    Property("pfocr:publisher", "publisher", "xsd:string", "publisher", "The name of the publisher.", ("pfocr:Paper",),
        close_matches=("dcterms:publisher",)),
    Property("pfocr:keyword", "keyword", "xsd:string", "keyword", "A keyword that the paper's authors gave.", ("pfocr:Paper",),
        ("schema:keywords",), ("prism:keyword",)),
    Property("skos:exactMatch", "exactMatch", "rdfs:Resource"),
    Property("skos:closeMatch", "closeMatch", "rdfs:Resource"),
    Property("schema:name", "schema_name", "xsd:string"),
    Property("schema:description", "description", "xsd:string"),
    Property("schema:keywords", "keywords", "xsd:string"),
    Property("schema:license", "schema_license", "rdfs:Resource"),
    Property("schema:creator", "creator", "rdfs:Resource"),
)  # fmt: skip

INVERSES: tuple[Inverse, ...] = (
    Inverse("pfocr:mentionedOn", "mentioned on", "A figure on which the gene, chemical or disease was recognised.", "pfocr:mentions"),
    Inverse("pfocr:familyMentionedOn", "family mentioned on", "A figure that has the name of the family or complex as a word.",
        "pfocr:mentionsFamily"),
    Inverse("pfocr:hasMember", "has member", "A gene that belongs to the family or complex.", "pfocr:memberOf"),
    Inverse("pfocr:hasFigure", "has figure", "A figure that was published in the paper.", "pfocr:citedIn"),
    Inverse("pfocr:drawnFrom", "drawn from", "A figure that the pathway of WikiPathways was drawn from.", "pfocr:pathway"),
    Inverse("pfocr:organismOf", "organism of", "A figure or a gene that belongs to the taxon.", "pfocr:organism"),
)  # fmt: skip

FUNCTIONAL_PROPERTIES = frozenset(
    ("rdfs:label", "skos:prefLabel", "dcterms:title", "dcterms:bibliographicCitation", "dcterms:issued", "bibo:doi",
     "pfocr:journal", "pfocr:journalAbbreviation", "pfocr:publisher")
)  # fmt: skip
"""Functional properties, of which an entity has one value: two sources that disagree are a conflict."""

_DEFINED_TERMS = frozenset(row.name for table in (CLASSES, PROPERTIES, INVERSES, EVIDENCE_TYPES) for row in table)


@cache
def expand_curie(curie: str) -> str:
    """The IRI of a CURIE of the vocabulary. A ``pfocr:`` term that is not in the tables is a mistake and raises ``KeyError``.

    >>> expand_curie("dcterms:title")
    'http://purl.org/dc/terms/title'
    >>> expand_curie("pfocr:memberOff")
    Traceback (most recent call last):
    ...
    KeyError: 'pfocr:memberOff is not a term of the vocabulary'
    """
    if curie.partition(":")[0] == "pfocr" and curie not in _DEFINED_TERMS:
        raise KeyError(f"{curie} is not a term of the vocabulary")
    return ONTOLOGY_PREFIXES.expand(curie)


def superclasses() -> dict[str, frozenset[str]]:
    """The superclasses of each class of the vocabulary, as IRIs; shapes on a superclass need them."""
    return {expand_curie(row.name): frozenset(map(expand_curie, row.superclasses)) for row in CLASSES if row.superclasses}
