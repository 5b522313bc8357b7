"""Genes, families, papers and the other things that many figures describe: gathered while figures stream by, written once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from pfocr2rdf.mapping.merge import FUNCTIONAL_PREDICATES, resolve_functional
from pfocr2rdf.pipeline.descriptions import Description, encode_description
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.ordering import sort_pairs
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, iri_term, lexical_form
from pfocr2rdf.storage.sqlite import create_database

_DOI, _SAME_AS = expand_term("bibo:doi"), expand_term("owl:sameAs")

_TABLE = """
CREATE TABLE IF NOT EXISTS descriptions (
    key BLOB NOT NULL UNIQUE, subject TEXT NOT NULL, pairs TEXT NOT NULL, rank INTEGER, number INTEGER, figid TEXT
)"""

_INSERT = "INSERT OR IGNORE INTO descriptions (key, subject, pairs) VALUES (?, ?, ?)"

_UPSERT = """
INSERT INTO descriptions (key, subject, pairs, rank, number, figid) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, number = excluded.number, figid = excluded.figid
WHERE rank IS NULL OR rank < excluded.rank"""

_UPDATE_ORIGIN = "UPDATE descriptions SET rank = ?1, number = ?2, figid = ?3 WHERE key = ?4 AND (rank IS NULL OR rank < ?1)"
_SELECT_KEY = "SELECT 1 FROM descriptions WHERE key = ?"
_COUNT_SUBJECTS = "SELECT COUNT(DISTINCT subject) FROM descriptions WHERE rank IS NOT NULL"
_SELECT_SUBJECT = "SELECT subject, pairs, rank, figid FROM descriptions WHERE subject = ? AND rank IS NOT NULL ORDER BY number"
_SELECT_ALL = "SELECT subject, pairs, rank, figid FROM descriptions WHERE rank IS NOT NULL ORDER BY subject, number"


class Origin(NamedTuple):
    """Which record said it: the rank of its generation (newer is higher), the figure, and its place among all records."""

    schema_rank: int
    figid: str
    number: int = 0


class Conflict(NamedTuple):
    """Two records that disagree about an entity, and which value was kept."""

    subject: str
    predicate: str
    kept: str
    kept_from: str
    dropped: str
    dropped_from: str


class EntityStore:
    """What figures say of the things they share.

    Each distinct description of an entity is kept once, with the record it came from: of the newest generation that says so, the
    first one. They are kept in a database, which goes to disk as it grows.

    Args:
        database: where to keep them; in memory without one.
    """

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or create_database()
        self._database.execute(_TABLE)
        self._cached_ranks: LruCache[bytes, int] = LruCache()
        self._pending_descriptions: dict[bytes, Description] = {}
        self._pending_origins: list[tuple[object, ...]] = []
        self._last_read: tuple[str, _OriginByDescription] = ("", {})

    def __len__(self) -> int:
        self.flush()
        count: int = self._database.execute(_COUNT_SUBJECTS).fetchone()[0]
        return count

    def add_descriptions(self, descriptions: Iterable[Description]) -> None:
        """Descriptions that records may be said to give from now on."""
        self.flush()
        self._pending_descriptions = {one.key: one for one in descriptions}

    def assert_given_by(self, keys: Iterable[bytes], origin: Origin) -> None:
        """That a record gives these descriptions. Records come in the order of their numbers."""
        known = self._cached_ranks
        for key in keys:
            if known.get(key, -1) < origin.schema_rank:
                self._assert_key(key, origin)

    def _assert_key(self, key: bytes, origin: Origin) -> None:
        """The same of a description that was not said yet, or not by so new a generation, as far as that is remembered."""
        if (self._cached_ranks.lookup(key) or 0) >= origin.schema_rank and key in self._cached_ranks:
            return
        rank, figid, number = origin
        if learnt := self._pending_descriptions.pop(key, None):
            self._pending_origins.append((*learnt, rank, number, figid))
        else:
            self.flush()
            if not self._database.execute(_UPDATE_ORIGIN, (rank, number, figid, key)).rowcount and not self.has_description(key):
                raise KeyError(f"no worker sent the description {key.hex()}")
        self._cached_ranks.put(key, rank)

    def flush(self) -> None:
        """Hand over to the database what was learnt and said."""
        if self._pending_origins:
            self._database.executemany(_UPSERT, self._pending_origins)
            self._pending_origins = []
        if self._pending_descriptions:
            self._database.executemany(_INSERT, self._pending_descriptions.values())
            self._pending_descriptions = {}

    def has_description(self, key: bytes) -> bool:
        """Whether this description was learnt."""
        return (
            key in self._cached_ranks
            or key in self._pending_descriptions
            or self._database.execute(_SELECT_KEY, (key,)).fetchone() is not None
        )

    def add_description(self, node: Resource, origin: Origin) -> None:
        """One record's description of an entity."""
        description = encode_description(node)
        self.add_descriptions([description])
        self.assert_given_by([description.key], origin)

    def is_merged(self, subject: str) -> bool:
        """Whether there is more than one description of the entity."""
        return len(self._read_subject(subject)) > 1

    def origins(self, subject: str) -> list[str]:
        """The figures that the different descriptions of the entity come from, each named by the first of them."""
        return sorted({origin.figid for origin in self._read_subject(subject).values()})

    def get_resource(self, subject: str) -> Resource | None:
        """The entity, or ``None`` where no figure describes it."""
        said = self._read_subject(subject)
        return Resource(subject, _resolve_values(subject, said, [])) if said else None

    def _read_subject(self, subject: str) -> _OriginByDescription:
        self.flush()
        last, said = self._last_read
        return said if subject == last else _decode_descriptions(self._database.execute(_SELECT_SUBJECT, (subject,)))

    def merged_resources(self, conflicts: list[Conflict]) -> Iterator[Resource]:
        """The entities, sorted by IRI, each with one value for what it can have only one of.

        Where records disagree, the newest generation is believed, and of its values the first in code point order, so
        that the choice does not hang on the order of the records.

        Args:
            conflicts: takes every disagreement.
        """
        self.flush()
        self._database.execute("CREATE INDEX IF NOT EXISTS descriptions_of ON descriptions (subject, number)")
        for subject, rows in groupby(self._database.execute(_SELECT_ALL), itemgetter(0)):
            said = _decode_descriptions(rows)
            self._last_read = (subject, said)
            alone = Resource(subject, next(iter(said)))
            if len(said) == 1 and resolve_functional(alone) is alone:
                yield alone
            else:
                yield Resource(subject, _resolve_values(subject, said, conflicts))
        self._last_read = ("", {})


_OriginByDescription = dict[tuple[PredicateObject, ...], Origin]


def _decode_descriptions(rows: Iterable[tuple[str, str, int, str]]) -> _OriginByDescription:
    return {_decode_pairs(text): Origin(rank, figid) for _, text, rank, figid in rows}


def _decode_pairs(text: str) -> tuple[PredicateObject, ...]:
    return tuple([(line[:cut], line[cut + 1 :]) for line in text.split("\n") if (cut := line.index(" "))])


def _resolve_values(subject: str, said: _OriginByDescription, conflicts: list[Conflict]) -> tuple[PredicateObject, ...]:
    pairs: set[PredicateObject] = set()
    single: dict[str, dict[str, Origin]] = {}
    for description, origin in said.items():
        for pair in description:
            if pair[0] not in FUNCTIONAL_PREDICATES:
                pairs.add(pair)
                continue
            values = single.setdefault(pair[0], {})
            if pair[1] not in values or values[pair[1]].schema_rank < origin.schema_rank:
                values[pair[1]] = origin
    for predicate, values in sorted(single.items()):
        kept, *dropped = sorted(values, key=lambda value: (-values[value].schema_rank, lexical_form(value)))
        pairs.add((predicate, kept))
        conflicts += [Conflict(subject, predicate, kept, values[kept].figid, one, values[one].figid) for one in dropped]
        if predicate == _DOI:  # what a dropped DOI names is not the same as the paper
            pairs -= {(_SAME_AS, iri_term(iris.doi_iri(lexical_form(one)))) for one in dropped}
    return sort_pairs(pairs)
