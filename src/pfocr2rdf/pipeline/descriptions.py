"""Content-addressed descriptions of entities, each of which a worker sends once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import Resource

_KEY_BYTES = 16  # bytes in the key of a description


class Description(NamedTuple):
    """The statements of one record about an entity: a key that is their hash, the subject, and a line for each predicate and object."""

    key: bytes
    subject: str
    pairs: str

    def list_objects(self) -> list[str]:
        """The objects of the statements."""
        return [line.partition(" ")[2] for line in self.pairs.split("\n")]


class DescriptionEncoder:
    """Encodes the descriptions of one worker."""

    def __init__(self) -> None:
        self._keys: LruCache[int, tuple[Resource, bytes]] = LruCache(50_000)  # by identity, which holds as long as the resource is here
        self._new: list[Description] = []

    def encode_keys(self, entities: Iterable[Resource]) -> bytes:
        """The keys of the entities' descriptions, one behind the other."""
        keys = self._keys
        return b"".join([entry[1] if (entry := keys.get(id(entity))) else self._key(entity) for entity in entities])

    def take_new(self) -> list[Description]:
        """The descriptions that were encoded since the last call."""
        descriptions, self._new = self._new, []
        return descriptions

    def _key(self, entity: Resource) -> bytes:
        if entry := self._keys.lookup(id(entity)):
            return entry[1]
        description = encode_description(entity)
        self._new.append(description)
        if not entity.pairs_own:  # an interned resource, which many figures share
            self._keys.put(id(entity), (entity, description.key))
        return description.key


def encode_description(entity: Resource) -> Description:
    """The description of an entity."""
    pairs = "\n".join([f"{predicate} {value}" for predicate, value in entity.pairs])  # no predicate has a blank, no term a line end
    return Description(description_key(entity.subject, pairs), entity.subject, pairs)


def description_key(subject: str, pairs: str) -> bytes:
    """The key of a description."""
    return hashlib.blake2b(f"{subject}\n{pairs}".encode(), digest_size=_KEY_BYTES).digest()


def list_keys(packed_keys: bytes) -> list[bytes]:
    """The keys of descriptions that stand one behind the other."""
    return [packed_keys[begin : begin + _KEY_BYTES] for begin in range(0, len(packed_keys), _KEY_BYTES)]
