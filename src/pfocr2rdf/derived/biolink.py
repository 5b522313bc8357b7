"""The Biolink Model: categories, CURIE prefixes and kinds of edges for what the graph describes."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.derived.nodes import Node, expand_id, shorten_id, values

KNOWLEDGE_SOURCE = "infores:pfocr"

CATEGORIES = {
    "pfocr:Figure": "biolink:InformationContentEntity",  # the model has no class for figures
    "pfocr:Gene": "biolink:Gene",
    "pfocr:Family": "biolink:GeneFamily",
    "pfocr:Chemical": "biolink:ChemicalEntity",
    "pfocr:Disease": "biolink:Disease",
    "pfocr:Organism": "biolink:OrganismTaxon",
    "pfocr:Paper": "biolink:JournalArticle",
    "pfocr:Pathway": "biolink:Pathway",
}
"""The categories of nodes by class, as the ontology aligns them."""

PREFIXES_BY_START = {
    "ncbigene:": "NCBIGene:",
    "mesh:": "MESH:",
    "chebi:": "CHEBI:",
    "doid:": "DOID:",
    "taxon:": "NCBITaxon:",
    "wikipathways:": "WIKIPATHWAYS:",
    "pmc:PMC": "PMC:",  # PMC:7378365 is http://europepmc.org/articles/PMC7378365 in the model's prefix map
    "https://doi.org/": "doi:",
    "fplx:": "FPLX:",
    "figure:": "pfocr.figure:",
    "fam:": "pfocr.family:",
    "mention:": "pfocr.mention:",
}
"""How identifiers start in the graph and in KGX. The last four prefixes are not registered in the Biolink Model."""

_ESCAPES = str.maketrans({"/": "%2F", ":": "%3A"})


class EdgeKind(NamedTuple):
    """What all edges of a kind have in common.

    Attributes:
        predicate: the predicate, without its prefix.
        category: the class of the association.
        knowledge_level: a value of ``KnowledgeLevelEnum``.
        agent_type: a value of ``AgentTypeEnum``.
    """

    predicate: str
    category: str
    knowledge_level: str
    agent_type: str


# The statement is only that the word was read in the figure.
MENTIONS = EdgeKind("mentions", "biolink:InformationContentEntityToNamedThingAssociation", "observation", "image_processing_agent")
# Some lexicons are curated manually, some are not, and a record does not show which of them lists the member.
MEMBER_OF = EdgeKind("member_of", "biolink:GeneToGeneFamilyAssociation", "knowledge_assertion", "not_provided")
IN_TAXON = EdgeKind("in_taxon", "biolink:Association", "knowledge_assertion", "not_provided")
# In the model, published_in is a property of publications and no predicate.
PART_OF = EdgeKind("part_of", "biolink:Association", "knowledge_assertion", "automated_agent")
RELATED_TO_ORGANISM = EdgeKind("related_to", "biolink:Association", "not_provided", "automated_agent")
RELATED_TO_PATHWAY = EdgeKind("related_to", "biolink:Association", "knowledge_assertion", "manual_agent")


def biolink_curie(identifier: str) -> str:
    """The CURIE of an identifier with the prefixes of the Biolink Model, in which the part after the prefix has no ``/`` and ``:``.

    >>> biolink_curie("ncbigene:6772"), biolink_curie("pmc:PMC7378365"), biolink_curie("figure:PMC7378365__F2.html")
    ('NCBIGene:6772', 'PMC:7378365', 'pfocr.figure:PMC7378365__F2')
    >>> biolink_curie("fam:IL-1/2"), biolink_curie("https://doi.org/10.1000/1"), biolink_curie("https://example.org/x")
    ('pfocr.family:IL-1%2F2', 'doi:10.1000/1', 'https://example.org/x')
    >>> biolink_curie("figure:PMC7378365__F2")
    'https://pfocr.wikipathways.org/figures/PMC7378365__F2'
    """
    identifier = shorten_id(identifier)
    for start, prefix in PREFIXES_BY_START.items():
        if identifier.startswith(start):
            reference = identifier[len(start) :]
            if prefix == "pfocr.figure:":
                if not reference.endswith(".html"):  # of another program: the CURIE would be that of the IRI with the suffix
                    return expand_id(identifier)
                reference = reference.removesuffix(".html")
            return prefix + (reference if prefix == "doi:" else reference.translate(_ESCAPES))
    return identifier


def categories(node: Node) -> list[str]:
    """The categories of a node; none for a node that the Biolink Model is not to have, such as an organization."""
    return [CATEGORIES[class_name] for class_name in values(node, "type") if class_name in CATEGORIES]
