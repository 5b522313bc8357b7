"""Descriptions of entities as content-addressed bytes: a worker sends each of them once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import Resource

KEY_BYTES = 16
"""Bytes in the key of a description."""


class Description(NamedTuple):
    """What one record says of a thing: a key that is made of it, the subject, and its statements, a line each."""

    key: bytes
    subject: str
    pairs: str


class DescriptionEncoder:
    """The descriptions that one worker comes upon: each has a key, and is handed over once."""

    def __init__(self) -> None:
        self._keys: LruCache[int, tuple[Resource, bytes]] = LruCache(50_000)  # by identity: the node is held, so that it keeps it
        self._new: list[Description] = []

    def encode_keys(self, nodes: Iterable[Resource]) -> bytes:
        """The keys of these descriptions, one behind the other."""
        known = self._keys
        return b"".join([found[1] if (found := known.get(id(node))) else self._key(node) for node in nodes])

    def take_new(self) -> list[Description]:
        """Those that were not handed over yet."""
        fresh, self._new = self._new, []
        return fresh

    def _key(self, node: Resource) -> bytes:
        if found := self._keys.lookup(id(node)):
            return found[1]
        description = encode_description(node)
        self._new.append(description)
        if not node.pairs_own:  # many figures have this very node
            self._keys.put(id(node), (node, description.key))
        return description.key


def encode_description(node: Resource) -> Description:
    """A node as a description."""
    pairs = "\n".join([f"{predicate} {value}" for predicate, value in node.pairs])  # no term has a line end or a blank before its end
    return Description(description_key(node.subject, pairs), node.subject, pairs)


def description_key(subject: str, pairs: str) -> bytes:
    """The key of a description."""
    return hashlib.blake2b(f"{subject}\n{pairs}".encode(), digest_size=KEY_BYTES).digest()
