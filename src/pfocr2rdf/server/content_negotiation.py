"""Content negotiation by the ``Accept`` header (RFC 9110, section 12)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pfocr2rdf.rdf.format_names import canonical_format_name

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

_FORMAT_NAMES: dict[str, Sequence[str]] = {
    "json": ("application/sparql-results+json", "application/ld+json"),
    **dict.fromkeys(("xml", "text/xml"), ("application/sparql-results+xml", "application/rdf+xml")),
    **dict.fromkeys(("srj", "sparql-json", "sparql-results+json"), ("application/sparql-results+json",)),
    **dict.fromkeys(("srx", "sparql-xml", "sparql-results+xml"), ("application/sparql-results+xml",)),
    "csv": ("text/csv",),
    **dict.fromkeys(("tsv", "text/tsv"), ("text/tab-separated-values",)),
    **dict.fromkeys(("html", "application/xhtml+xml"), ("text/html",)),
    **dict.fromkeys(
        ("turtle", "n3", "application/turtle", "application/x-turtle", "application/n3", "text/n3", "text/rdf+n3"), ("text/turtle",)
    ),
    **dict.fromkeys(("ntriples", "text/plain"), ("application/n-triples",)),
    **dict.fromkeys(("jsonld", "ld+json", "application/x-json+ld"), ("application/ld+json",)),
    "rdfxml": ("application/rdf+xml",),
    "trig": ("application/trig",),
    "nquads": ("application/n-quads",),
    **dict.fromkeys(("", "auto", "default", "*/*"), ()),  # they leave the choice to the server
}
"""Values of the ``format`` parameter, each with the media types that it stands for.

Besides the project's names they are those of Virtuoso, Fuseki and SPARQLWrapper, and media types that clients use and no standard has.
"""

# Each is linear: no part of a text is matched in two ways, and a quoted string that does not end is one.
_QUOTED = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_find_parts = re.compile(rf'(?:[^,"]++|{_QUOTED})++', re.DOTALL).findall
_drop_quoted = re.compile(_QUOTED, re.DOTALL).sub
_RANGE = re.compile(r"\s*+([\w.+*!#$&^/-]++)\s*+(?:;(.*))?", re.DOTALL).fullmatch
_QUALITY = re.compile(r'(?:^|;)\s*+q\s*+=\s*+([^;"]*+)', re.IGNORECASE).search
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*+").fullmatch


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
    return choose_media_type(accept, (), offered)


def choose_media_type(accept: str, format_names: Sequence[str], offered: Sequence[str]) -> str | None:
    """The preferred media type by the header, then by the ``format`` parameter; ``None`` if neither can be met.

    The header decides. A format chooses among what the header prefers equally, and everything that it accepts if it prefers HTML:
    such is the header of a browser that follows a link to a file. Only where the header cannot be met, the format is enough.

    >>> choose_media_type("application/rdf+xml", ["json"], list(GRAPH_MEDIA_TYPES))
    'application/rdf+xml'
    >>> choose_media_type("text/html, */*;q=0.8", ["xml"], list(GRAPH_MEDIA_TYPES))
    'application/rdf+xml'
    >>> choose_media_type("image/png", ["rdf", "csv"], list(RESULT_MEDIA_TYPES))
    'text/csv'

    Args:
        accept: the value of the header; empty accepts everything.
        format_names: names and media types.
        offered: the media types on offer; of equally preferred ones the first is chosen.
    """
    range_weights = _parse_weights(accept) if accept.strip() else {"*/*": 1.0}
    weights = {media_type: _match_weight(range_weights, media_type) for media_type in offered}
    named = [media_type for name in format_names for media_type in _media_types_of(name)]
    best = max(offered, key=weights.__getitem__)
    if weights[best] <= 0:
        return next((media_type for media_type in (*_accepted_synonyms(range_weights), *named) if media_type in weights), None)
    least = 0.001 if best == "text/html" else weights[best]
    return next((media_type for media_type in named if weights.get(media_type, 0.0) >= least), best)


def is_format(name: str) -> bool:
    """Whether a value of the ``format`` parameter stands for a format, or leaves the choice."""
    normalized = _normalize_format(name)
    return normalized in _FORMAT_NAMES or normalized in RESULT_MEDIA_TYPES or normalized in GRAPH_MEDIA_TYPES


def states_preference(accept: str) -> bool:
    """Whether an ``Accept`` header asks for more than anything."""
    return not _parse_weights(accept).keys() <= {"*/*"}


def negotiate_coding(accept_encoding: str, offered: Sequence[str]) -> str | None:
    """The preferred content coding of those offered; ``None`` for none (RFC 9110, section 12.5.3).

    >>> negotiate_coding("gzip, br;q=0.9, *;q=0.1", ["zstd", "br", "gzip"])
    'gzip'
    >>> negotiate_coding("gzip;q=0, identity", ["zstd", "br", "gzip"])
    """
    weights = _parse_weights(accept_encoding)
    if "x-gzip" in weights:  # RFC 9110, section 8.4.1.3
        weights.setdefault("gzip", weights["x-gzip"])
    rest = weights.get("*", 0.0)
    best = max(offered, key=lambda coding: weights.get(coding, rest))
    weight = weights.get(best, rest)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def _parse_weights(header: str) -> dict[str, float]:
    """The weight of each member of an ``Accept`` or ``Accept-Encoding`` header, in lower case; malformed ones are ignored."""
    weights: dict[str, float] = {}
    for part in _find_parts(header):
        if member := _RANGE(part):
            quality = _QUALITY(_drop_quoted("", member[2] or ""))
            if quality is None or _WEIGHT(quality[1]):
                weights.setdefault(member[1].lower(), float(quality[1]) if quality else 1.0)
    return weights


def _match_weight(weights: Mapping[str, float], media_type: str) -> float:
    """The weight of the most specific range."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[media_range] for media_range in ranges if media_range in weights), 0.0)


def _accepted_synonyms(range_weights: Mapping[str, float]) -> list[str]:
    """The media types that an ``Accept`` header means by names that no standard has, such as ``application/turtle``."""
    ranges = sorted((media_range for media_range in range_weights if "/" in media_range), key=range_weights.__getitem__, reverse=True)
    return [media_type for media_range in ranges if range_weights[media_range] > 0 for media_type in _media_types_of(media_range)]


def _media_types_of(name: str) -> Sequence[str]:
    """The media types that a value of the ``format`` parameter stands for."""
    normalized = _normalize_format(name)
    return _FORMAT_NAMES.get(normalized, (normalized,))


def _normalize_format(name: str) -> str:
    """A value without parameters, in lower case; in an address that is not encoded, a space was a plus sign."""
    return canonical_format_name(name.partition(";")[0].strip().replace(" ", "+"))


def add_charset(media_type: str) -> str:
    """The value of a ``Content-Type`` header."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
