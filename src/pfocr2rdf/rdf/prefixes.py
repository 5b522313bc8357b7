"""CURIEs and QNames: expansion to IRIs, and compression of IRIs, in the terms of ``curies.Converter``."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from pfocr2rdf.rdf.cache import LruCache

LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]++|%[0-9A-Fa-f]{2}|\.++(?!\Z))*+")
"""A local name that Turtle, TriG and JSON-LD read back without an escape."""

READABLE_LOCAL_NAME = re.compile(r"\w(?:[\w.-]*[\w-])?", re.ASCII)
"""A local name that people read at a glance: ``LOCAL_NAME`` without percent-encoding."""

ANY_LOCAL_NAME = re.compile(r".*", re.DOTALL)  # any local name, also one that needs escapes
_XML_NAME_START_CHARS = f"{string.ascii_letters}_"
_XML_NAME_FOLLOWING_CHARS = f"{string.digits}-."  # they may not be the first ones


class PrefixMap:
    """A prefix map: namespaces by prefix, in the order of declaration, which expands CURIEs and compresses IRIs.

    The first prefix of a namespace is used; ``local_name`` matches what may follow the prefix of a compressed IRI.
    """

    def __init__(self, namespaces: Mapping[str, str], local_name: re.Pattern[str] = LOCAL_NAME) -> None:
        self.namespaces = dict(namespaces)
        self._prefixes = {namespace: prefix for prefix, namespace in reversed(self.namespaces.items())}
        self._sizes = sorted(set(map(len, self._prefixes)), reverse=True)
        self._is_local_name = local_name.fullmatch
        self._curies: LruCache[str, str] = LruCache(20_000, self._compress)

    def expand(self, curie: str) -> str:
        """The IRI of a CURIE; ``KeyError`` where the prefix is unknown.

        >>> PrefixMap({"ex": "http://example.org/"}).expand("ex:a")
        'http://example.org/a'
        """
        prefix, _, local_name = curie.partition(":")
        return self.namespaces[prefix] + local_name

    def expand_term(self, curie: str) -> str:
        """The IRI of a CURIE as an RDF term, ``<iri>``."""
        return f"<{self.expand(curie)}>"

    def compress(self, iri: str) -> str:
        """The CURIE with the longest namespace that leaves a local name; ``""`` where there is none.

        >>> prefixes = PrefixMap({"ex": "http://example.org/", "taxon": "http://example.org/NCBITaxon_"})
        >>> prefixes.compress("http://example.org/a.b"), prefixes.compress("http://example.org/NCBITaxon_9606"), prefixes.compress("urn:x")
        ('ex:a.b', 'taxon:9606', '')
        """
        return self._curies[iri]

    def _compress(self, iri: str) -> str:
        for size in self._sizes:
            prefix = self._prefixes.get(iri[:size])
            if prefix is not None and self._is_local_name(iri, size):
                return f"{prefix}:{iri[size:]}"
        return ""


def split_qname(iri: str) -> tuple[str, str]:
    """The namespace and the local name that RDF/XML can write a property with; no local name where the IRI ends in none.

    >>> split_qname("http://example.org/a.1"), split_qname("http://example.org/1")
    (('http://example.org/', 'a.1'), ('http://example.org/1', ''))
    """
    last_segment = iri[max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1 :]
    rest = last_segment.rstrip(_XML_NAME_START_CHARS + _XML_NAME_FOLLOWING_CHARS)
    name = last_segment[len(rest) :].lstrip(_XML_NAME_FOLLOWING_CHARS)
    return iri[: len(iri) - len(name)], name
