"""IRIs by prefix: the short names that Turtle, TriG and JSON-LD share."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A local name that every one of these formats reads back without an escape.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]|%[0-9A-Fa-f]{2}|\.(?=[A-Za-z0-9_\-%.]*[A-Za-z0-9_\-%]))*").fullmatch


class Shortener:
    """Finds the prefixed name of an IRI.

    Args:
        prefixes: name space by prefix; of two that fit, the longer name space is taken.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._spaces = sorted(((space, prefix) for prefix, space in prefixes.items()), key=lambda row: (-len(row[0]), row))

    def __call__(self, iri: str) -> str:
        """The prefixed name, or ``""`` where no prefix fits or what is left is no plain local name.

        >>> Shortener({"ex": "http://example.org/"})("http://example.org/a.b"), Shortener({})("urn:x")
        ('ex:a.b', '')
        """
        for space, prefix in self._spaces:
            if iri.startswith(space) and _LOCAL(local := iri[len(space) :]):
                return f"{prefix}:{local}"
        return ""
