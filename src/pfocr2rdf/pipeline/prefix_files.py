"""The prefix map of an export, by which the library ``curies`` makes a CURIE of each IRI: ``prefixes.ttl`` and ``prefixes.jsonld``.

It covers the IRIs of all files of an export but for pictures, whose addresses are no identifiers and may move.
"""

from __future__ import annotations

import json

from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.terms import literal
from pfocr2rdf.rdf.vocabulary import ALIGNMENT_PREFIXES, LINKED_DATASETS, SITE_URL

NAMESPACES: dict[str, str] = {
    **DESCRIPTION_PREFIXES.namespaces,
    **ALIGNMENT_PREFIXES,
    **LINKED_DATASETS,
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": f"{SITE_URL}shapes#",
    "graph": f"{SITE_URL}graphs/",
    "pfocrsite": SITE_URL,
    "ndex": "https://www.ndexbio.org/viewer/networks/",
    "pmcarticle": "https://www.ncbi.nlm.nih.gov/pmc/articles/",
    "wpsite": "https://www.wikipathways.org/",
    "orcid": "https://orcid.org/",
    "cc": "http://creativecommons.org/",
    "lexvo": "http://lexvo.org/id/",
    "euvoc": "http://publications.europa.eu/resource/authority/",
    "mediatype": "https://www.iana.org/assignments/media-types/",
    # of the example queries
    "dc": "http://purl.org/dc/elements/1.1/",
    "keyword": "http://purl.uniprot.org/keywords/",
    "meshv": "http://id.nlm.nih.gov/mesh/vocab#",
    "up": "http://purl.uniprot.org/core/",
    "uptaxon": "http://purl.uniprot.org/taxonomy/",
}
"""The namespaces by prefix. The longest one that fits is that of an IRI."""

_PREFIXES_IRI = f"{SITE_URL}prefixes"


def serialize_prefixes_turtle(profile: IriProfile = DEFAULT_PROFILE) -> str:
    """The declarations of SHACL (section 5.2.1), each with its own IRI."""
    head = "".join(f"@prefix {prefix}: <{NAMESPACES[prefix]}> .\n" for prefix in ("owl", "sh", "xsd"))
    namespaces = _map_namespaces(profile)
    names = " ,\n        ".join(f"prefix:{prefix}" for prefix in namespaces)
    declarations = "".join(
        f"\nprefix:{prefix} a sh:PrefixDeclaration ;\n    sh:prefix {literal(prefix)} ;\n"
        f"    sh:namespace {literal(namespace, 'xsd:anyURI')} .\n"
        for prefix, namespace in namespaces.items()
    )
    ontology = f"<{_PREFIXES_IRI}> a owl:Ontology ;\n    sh:declare\n        {names} .\n"
    return f"{head}@prefix prefix: <{_PREFIXES_IRI}#> .\n\n{ontology}{declarations}"


def serialize_prefixes_jsonld(profile: IriProfile = DEFAULT_PROFILE) -> str:
    """A context of JSON-LD that has nothing but prefixes."""
    context = {prefix: {"@id": namespace, "@prefix": True} for prefix, namespace in _map_namespaces(profile).items()}
    return json.dumps({"@context": {"@version": 1.1, **context}}, indent=1) + "\n"


def _map_namespaces(profile: IriProfile) -> dict[str, str]:
    """The namespaces in an IRI profile, each with its first prefix: two of the default ones may be the same there."""
    prefixes: dict[str, str] = {}
    for prefix, namespace in profile.map_namespaces(NAMESPACES).items():
        prefixes.setdefault(namespace, prefix)
    return {prefix: namespace for namespace, prefix in prefixes.items()}
