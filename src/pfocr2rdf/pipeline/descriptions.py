"""Descriptions of entities as content-addressed bytes: a worker sends each of them once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.rdf.cache import Remembered
from pfocr2rdf.rdf.terms import Node

KEY_SIZE = 16
"""Bytes in the key of a description."""


class Description(NamedTuple):
    """What one record says of a thing: a key that is made of it, the subject, and its statements, a line each."""

    key: bytes
    subject: str
    pairs: str


class Descriptions:
    """The descriptions that one worker comes upon: each has a key, and is handed over once."""

    def __init__(self) -> None:
        self._keys: Remembered[int, tuple[Node, bytes]] = Remembered(50_000)  # by identity: the node is held, so that it keeps it
        self._fresh: list[Description] = []

    def keys(self, nodes: Iterable[Node]) -> bytes:
        """The keys of these descriptions, one behind the other."""
        known = self._keys
        return b"".join([found[1] if (found := known.get(id(node))) else self._key(node) for node in nodes])

    def fresh(self) -> list[Description]:
        """Those that were not handed over yet."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def _key(self, node: Node) -> bytes:
        if found := self._keys.recall(id(node)):
            return found[1]
        description = described(node)
        self._fresh.append(description)
        if not node.own:  # many figures have this very node
            self._keys.keep(id(node), (node, description.key))
        return description.key


def described(node: Node) -> Description:
    """A node as a description."""
    pairs = "\n".join([f"{predicate} {value}" for predicate, value in node.pairs])  # no term has a line end or a blank before its end
    return Description(key_of(node.subject, pairs), node.subject, pairs)


def key_of(subject: str, pairs: str) -> bytes:
    """The key of a description."""
    return hashlib.blake2b(f"{subject}\n{pairs}".encode(), digest_size=KEY_SIZE).digest()
