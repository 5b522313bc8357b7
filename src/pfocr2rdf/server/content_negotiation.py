"""Content negotiation by the ``Accept`` header (RFC 9110, section 12)."""

from __future__ import annotations

import re
from collections.abc import Sequence

RESULT_MEDIA_TYPES = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/html": "html",
}
"""Media types of SELECT and ASK results in order of preference, with their format names."""

GRAPH_MEDIA_TYPES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/xml": "rdfxml",
    "application/trig": "turtle",  # Turtle is a subset of TriG,
    "application/n-quads": "ntriples",  # and N-Triples one of N-Quads
    "text/html": "html",
}
"""Media types of graphs, likewise."""

FORMAT_MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "html": "text/html",
}
"""Media types of the ``format`` parameter."""

_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_RANGE = re.compile(r"\s*([\w.+*!#$&^-]+/[\w.+*!#$&^-]+)\s*(?:;(.*))?", re.DOTALL).fullmatch
_QUALITY = re.compile(r'(?:^|;)\s*q\s*=\s*([^;"]*)', re.IGNORECASE).search
_WEIGHT = re.compile(r"\s*(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*").fullmatch


def negotiate(accept: str, offered: Sequence[str]) -> str | None:
    """The preferred media type of those offered, or ``None`` if none is acceptable.

    >>> negotiate("text/html, application/xml;q=0.9, */*;q=0.8", list(RESULT_MEDIA_TYPES))
    'text/html'
    >>> negotiate("text/*;q=0.5, text/csv;q=0, application/xml;q=0.1", list(RESULT_MEDIA_TYPES))
    'text/tab-separated-values'
    >>> negotiate("image/png", list(RESULT_MEDIA_TYPES))

    Args:
        accept: the value of the header; empty accepts everything.
        offered: the media types on offer; of equally preferred ones the first is chosen.
    """
    if not accept.strip():
        return offered[0]
    range_weights = _parse_accept(accept)
    weights = [_match_weight(range_weights, kind) for kind in offered]
    best = max(weights)
    return offered[weights.index(best)] if best > 0 else None


def _parse_accept(accept: str) -> dict[str, float]:
    """The weight of each media range; malformed ones are ignored."""
    range_weights: dict[str, float] = {}
    for part in _PART.findall(accept):
        if media_range := _RANGE(part):
            quality = _QUALITY(_QUOTED.sub("", media_range[2] or ""))
            if quality is None or _WEIGHT(quality[1]):
                range_weights.setdefault(media_range[1].lower(), float(quality[1]) if quality else 1.0)
    return range_weights


def _match_weight(weights: dict[str, float], media_type: str) -> float:
    """The weight of the most specific range."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[media_range] for media_range in ranges if media_range in weights), 0.0)


def add_charset(media_type: str) -> str:
    """The value of a ``Content-Type`` header."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
