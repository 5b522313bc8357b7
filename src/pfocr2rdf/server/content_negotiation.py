"""In which form an answer goes out: what the client accepts, and what there is."""

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
"""The media types of rows and truths, the preferred ones first, each with the name of its format."""

GRAPH_MEDIA_TYPES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/xml": "rdfxml",
    "application/trig": "turtle",  # every text of Turtle is one of TriG,
    "application/n-quads": "ntriples",  # and every one of N-Triples is one of N-Quads
    "text/html": "html",
}
"""The media types of statements in the same way."""

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
"""The formats that can be asked for by name, which links and forms need."""

_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_RANGE = re.compile(r"\s*([\w.+*!#$&^-]+/[\w.+*!#$&^-]+)\s*(?:;(.*))?", re.DOTALL).fullmatch
_QUALITY = re.compile(r'(?:^|;)\s*q\s*=\s*([^;"]*)', re.IGNORECASE).search
_WEIGHT = re.compile(r"\s*(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*").fullmatch


def negotiate(accept: str, offered: Sequence[str]) -> str | None:
    """The media type that the client likes best, or nothing where it accepts none of them.

    >>> negotiate("text/html, application/xml;q=0.9, */*;q=0.8", list(RESULT_MEDIA_TYPES))
    'text/html'
    >>> negotiate("text/*;q=0.5, text/csv;q=0, application/xml;q=0.1", list(RESULT_MEDIA_TYPES))
    'text/tab-separated-values'
    >>> negotiate("image/png", list(RESULT_MEDIA_TYPES))

    Args:
        accept: the value of the header; an empty one accepts everything.
        offered: the media types there are; of those that are liked the same, the first is taken.
    """
    if not accept.strip():
        return offered[0]
    liked = _parse_accept(accept)
    weights = [_match_weight(liked, kind) for kind in offered]
    best = max(weights)
    return offered[weights.index(best)] if best > 0 else None


def _parse_accept(accept: str) -> dict[str, float]:
    """How much each range of media types is liked; what nobody can understand is left out."""
    liked: dict[str, float] = {}
    for part in _PART.findall(accept):
        if found := _RANGE(part):
            said = _QUALITY(_QUOTED.sub("", found[2] or ""))
            if said is None or _WEIGHT(said[1]):
                liked.setdefault(found[1].lower(), float(said[1]) if said else 1.0)
    return liked


def _match_weight(weights: dict[str, float], media_type: str) -> float:
    """What the most exact range says."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[one] for one in ranges if one in weights), 0.0)


def add_charset(media_type: str) -> str:
    """The media type as a header says it."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
