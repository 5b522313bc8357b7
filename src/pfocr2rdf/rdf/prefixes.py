"""IRIs by prefix: the short names that Turtle, TriG and JSON-LD share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.vocabulary import PREFIXES

# A local name that every one of these formats reads back without an escape.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]++|%[0-9A-Fa-f]{2}|\.++(?!\Z))*+").fullmatch


class PrefixMap:
    """Finds the prefixed name of an IRI.

    Args:
        prefixes: name space by prefix. A name space ends in ``/``, ``#``, ``:`` or ``_``.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefix = {space: prefix for prefix, space in prefixes.items()}
        self._names: LruCache[str, str] = LruCache(20_000, self._compress)

    def __call__(self, iri: str) -> str:
        """The prefixed name, or ``""`` where no prefix fits or what is left is no plain local name.

        >>> short = PrefixMap({"ex": "http://example.org/", "taxon": "http://example.org/NCBITaxon_"})
        >>> short("http://example.org/a.b"), short("http://example.org/NCBITaxon_9606"), short("urn:x")
        ('ex:a.b', 'taxon:9606', '')
        """
        return self._names[iri]

    def _compress(self, iri: str) -> str:
        space, slash, local = iri.rpartition("/")
        prefix = self._prefix.get(space + slash)
        if prefix and "_" not in local and _LOCAL(local):
            return f"{prefix}:{local}"
        cut = max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1
        space, local = iri[:cut], iri[cut:]
        if "_" in local:
            longer, underscore, rest = local.partition("_")
            if prefix := self._prefix.get(f"{space}{longer}{underscore}"):
                return f"{prefix}:{rest}" if _LOCAL(rest) else ""
        prefix = self._prefix.get(space)
        return f"{prefix}:{local}" if prefix and _LOCAL(local) else ""


DEFAULT_PREFIXES = PrefixMap(PREFIXES)
"""The names of the exported data, which all formats share."""
