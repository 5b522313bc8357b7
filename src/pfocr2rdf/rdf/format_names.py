"""Names of formats: besides those of the project, the suffixes and spellings of other tools."""

from __future__ import annotations

_ALIASES = {
    "ttl": "turtle",
    "nt": "ntriples", "n-triples": "ntriples",
    "nq": "nquads", "n-quads": "nquads",
    "json-ld": "jsonld",
    "rdf": "rdfxml", "rdf+xml": "rdfxml", "rdf/xml": "rdfxml", "rdf-xml": "rdfxml",
}  # fmt: skip


def canonical_format_name(name: str) -> str:
    """The project's name of a format; a name that is no alias stays.

    >>> canonical_format_name("ttl"), canonical_format_name("JSON-LD"), canonical_format_name("csv"), canonical_format_name("word")
    ('turtle', 'jsonld', 'csv', 'word')
    """
    lower = name.lower()
    return _ALIASES.get(lower, lower)
