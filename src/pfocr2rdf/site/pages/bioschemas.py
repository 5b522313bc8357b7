"""Bioschemas: entities as nodes of schema.org, each with the minimum of its profile, on its own page and where another page names it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pfocr2rdf.rdf.prefixes import ANY_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL
from pfocr2rdf.site.pages.resource_reader import ResourceReader

_PROFILES = "https://bioschemas.org/profiles/"
FAMILY_SET_URL = f"{SITE_URL}browse/families/index.html"  # the page of the set of terms that families are of
_CURIES = PrefixMap({("NCBITaxon" if prefix == "taxon" else prefix): iri for prefix, iri in PREFIXES.items()}, ANY_LOCAL_NAME)
_match_binomial = re.compile(r"[A-Z][a-z]+ (?!virus|phage)[a-z-]+( [a-z-]+)?").fullmatch


class Profile(NamedTuple):
    """A Bioschemas profile: its type in schema.org, and its name with its version."""

    schema_type: str
    name: str

    def node(self, iri: str) -> dict[str, Any]:
        """A node of this profile without its properties."""
        return {"@type": self.schema_type, "@id": iri, "dct:conformsTo": {"@id": _PROFILES + self.name}}


DATASET = Profile("Dataset", "Dataset/1.0-RELEASE")
DATA_CATALOG = Profile("DataCatalog", "DataCatalog/0.3-RELEASE-2019_07_01")
ENTITY_PROFILES = {
    "gene": Profile("Gene", "Gene/1.0-RELEASE"),
    "family": Profile("DefinedTerm", "DefinedTerm/0.1-DRAFT"),
    "paper": Profile("ScholarlyArticle", "ScholarlyArticle/0.3-DRAFT"),
    "chemical": Profile("ChemicalSubstance", "ChemicalSubstance/0.4-RELEASE"),
    "disease": Profile("MedicalCondition", "Disease/0.2-DRAFT"),
    "organism": Profile("Taxon", "Taxon/1.0-RELEASE"),
}
"""The profiles by the name of the entity type: the newest release, or the newest draft of a profile that has no release."""


def describe_entity(reader: ResourceReader, subject: str, type_name: str) -> dict[str, Any]:
    """The node of an entity: its type and profile, name, identifier and page, and what else its profile cannot do without."""
    iri, name = subject[1:-1], reader.display_name(subject)
    node = {**ENTITY_PROFILES[type_name].node(iri), "name": name, "url": _page_url(reader, iri, type_name)}
    if type_name == "family":
        return {**node, "termCode": name, "inDefinedTermSet": FAMILY_SET_URL}
    node["identifier"] = _CURIES.compress(iri) or iri
    return {**node, "taxonRank": _taxon_rank(name)} if type_name == "organism" else node


def _page_url(reader: ResourceReader, iri: str, type_name: str) -> str:
    """The published page of an entity; its IRI if it has none."""
    url = reader.page_url(f"<{iri}>", type_name)
    return iri if url == iri else SITE_URL + url


def _taxon_rank(name: str) -> str:
    """The rank, as far as it follows from the scientific name: PFOCR names organisms, not their ranks.

    >>> _taxon_rank("Mus musculus"), _taxon_rank("Canis lupus familiaris"), _taxon_rank("Zika virus")
    ('species', 'subspecies', 'unknown')
    """
    match = _match_binomial(name)
    return "unknown" if not match else "subspecies" if match[1] else "species"
