"""Genes, families, papers and the other things that many figures describe: gathered while figures stream by, written once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from pfocr2rdf.mapping.merge import FUNCTIONAL_PREDICATES, settled
from pfocr2rdf.pipeline.descriptions import Description, described
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import Remembered
from pfocr2rdf.rdf.ordering import ordered
from pfocr2rdf.rdf.terms import Node, Pair, lexical, ref, term
from pfocr2rdf.storage.sqlite import connect

_DOI, _SAME_AS = term("bibo:doi"), term("owl:sameAs")

_TABLE = """
CREATE TABLE IF NOT EXISTS descriptions (
    key BLOB NOT NULL UNIQUE, subject TEXT NOT NULL, pairs TEXT NOT NULL, rank INTEGER, number INTEGER, figid TEXT
)"""

_INSERT = "INSERT OR IGNORE INTO descriptions (key, subject, pairs) VALUES (?, ?, ?)"

_SAY = """
INSERT INTO descriptions (key, subject, pairs, rank, number, figid) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, number = excluded.number, figid = excluded.figid
WHERE rank IS NULL OR rank < excluded.rank"""

_SAID = "UPDATE descriptions SET rank = ?1, number = ?2, figid = ?3 WHERE key = ?4 AND (rank IS NULL OR rank < ?1)"
_IS_KNOWN = "SELECT 1 FROM descriptions WHERE key = ?"
_COUNT = "SELECT COUNT(DISTINCT subject) FROM descriptions WHERE rank IS NOT NULL"
_OF_ONE = "SELECT subject, pairs, rank, figid FROM descriptions WHERE subject = ? AND rank IS NOT NULL ORDER BY number"
_ALL = "SELECT subject, pairs, rank, figid FROM descriptions WHERE rank IS NOT NULL ORDER BY subject, number"


class Origin(NamedTuple):
    """Which record said it: the rank of its generation (newer is higher), the figure, and its place among all records."""

    rank: int
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


class Entities:
    """What figures say of the things they share.

    Each distinct description of an entity is kept once, with the record it came from: of the newest generation that says so, the
    first one. They are kept in a database, which goes to disk as it grows.

    Args:
        database: where to keep them; in memory without one.
    """

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or connect()
        self._database.execute(_TABLE)
        self._known: Remembered[bytes, int] = Remembered()
        self._learnt: dict[bytes, Description] = {}
        self._said: list[tuple[object, ...]] = []
        self._last: tuple[str, _Said] = ("", {})

    def __len__(self) -> int:
        self.flush()
        count: int = self._database.execute(_COUNT).fetchone()[0]
        return count

    def learn(self, descriptions: Iterable[Description]) -> None:
        """Descriptions that records may be said to give from now on."""
        self.flush()
        self._learnt = {one.key: one for one in descriptions}

    def say(self, keys: Iterable[bytes], origin: Origin) -> None:
        """That a record gives these descriptions. Records come in the order of their numbers."""
        known = self._known
        for key in keys:
            if known.get(key, -1) < origin.rank:
                self._say(key, origin)

    def _say(self, key: bytes, origin: Origin) -> None:
        """The same of a description that was not said yet, or not by so new a generation, as far as that is remembered."""
        if (self._known.recall(key) or 0) >= origin.rank and key in self._known:
            return
        rank, figid, number = origin
        if learnt := self._learnt.pop(key, None):
            self._said.append((*learnt, rank, number, figid))
        else:
            self.flush()
            if not self._database.execute(_SAID, (rank, number, figid, key)).rowcount and not self.knows(key):
                raise KeyError(f"no worker sent the description {key.hex()}")
        self._known.keep(key, rank)

    def flush(self) -> None:
        """Hand over to the database what was learnt and said."""
        if self._said:
            self._database.executemany(_SAY, self._said)
            self._said = []
        if self._learnt:
            self._database.executemany(_INSERT, self._learnt.values())
            self._learnt = {}

    def knows(self, key: bytes) -> bool:
        """Whether this description was learnt."""
        return key in self._known or key in self._learnt or self._database.execute(_IS_KNOWN, (key,)).fetchone() is not None

    def add(self, node: Node, origin: Origin) -> None:
        """One record's description of an entity."""
        description = described(node)
        self.learn([description])
        self.say([description.key], origin)

    def is_merged(self, subject: str) -> bool:
        """Whether there is more than one description of the entity."""
        return len(self._descriptions(subject)) > 1

    def origins(self, subject: str) -> list[str]:
        """The figures that the different descriptions of the entity come from, each named by the first of them."""
        return sorted({origin.figid for origin in self._descriptions(subject).values()})

    def node(self, subject: str) -> Node | None:
        """The entity, or ``None`` where no figure describes it."""
        said = self._descriptions(subject)
        return Node(subject, _settle(subject, said, [])) if said else None

    def _descriptions(self, subject: str) -> _Said:
        self.flush()
        last, said = self._last
        return said if subject == last else _said(self._database.execute(_OF_ONE, (subject,)))

    def merged(self, conflicts: list[Conflict]) -> Iterator[Node]:
        """The entities, sorted by IRI, each with one value for what it can have only one of.

        Where records disagree, the newest generation is believed, and of its values the first in code point order, so
        that the choice does not hang on the order of the records.

        Args:
            conflicts: takes every disagreement.
        """
        self.flush()
        self._database.execute("CREATE INDEX IF NOT EXISTS descriptions_of ON descriptions (subject, number)")
        for subject, rows in groupby(self._database.execute(_ALL), itemgetter(0)):
            said = _said(rows)
            self._last = (subject, said)
            alone = Node(subject, next(iter(said)))
            if len(said) == 1 and settled(alone) is alone:
                yield alone
            else:
                yield Node(subject, _settle(subject, said, conflicts))
        self._last = ("", {})


_Said = dict[tuple[Pair, ...], Origin]


def _said(rows: Iterable[tuple[str, str, int, str]]) -> _Said:
    return {_pairs(text): Origin(rank, figid) for _, text, rank, figid in rows}


def _pairs(text: str) -> tuple[Pair, ...]:
    return tuple([(line[:cut], line[cut + 1 :]) for line in text.split("\n") if (cut := line.index(" "))])


def _settle(subject: str, said: _Said, conflicts: list[Conflict]) -> tuple[Pair, ...]:
    pairs: set[Pair] = set()
    single: dict[str, dict[str, Origin]] = {}
    for description, origin in said.items():
        for pair in description:
            if pair[0] not in FUNCTIONAL_PREDICATES:
                pairs.add(pair)
                continue
            values = single.setdefault(pair[0], {})
            if pair[1] not in values or values[pair[1]].rank < origin.rank:
                values[pair[1]] = origin
    for predicate, values in sorted(single.items()):
        kept, *dropped = sorted(values, key=lambda value: (-values[value].rank, lexical(value)))
        pairs.add((predicate, kept))
        conflicts += [Conflict(subject, predicate, kept, values[kept].figid, one, values[one].figid) for one in dropped]
        if predicate == _DOI:  # what a dropped DOI names is not the same as the paper
            pairs -= {(_SAME_AS, ref(iris.doi(lexical(one)))) for one in dropped}
    return ordered(pairs)
