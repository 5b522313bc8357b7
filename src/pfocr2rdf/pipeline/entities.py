"""The entity store: descriptions of genes, families, papers and other entities of all figures, merged to one resource each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from pfocr2rdf.mapping.merge import FUNCTIONAL_PREDICATES, resolve_functional
from pfocr2rdf.pipeline.descriptions import Description
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, lexical_form, sort_pairs
from pfocr2rdf.storage.sqlite import create_database, free_page_cache

_DOI, _SAME_AS = expand_term("bibo:doi"), expand_term("owl:sameAs")

ENTITY_BATCH_SIZE = 512
"""The number of entities in a batch for the serializers: some formats show where it begins."""

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


# The DOI that a description has by owl:sameAs. Where the text of a literal looks like a statement, it does not begin a line.
_SAME_AS_START = f"instr(char(10) || pairs, char(10) || '{_SAME_AS} ')"
_SELECT_SHARED_DOIS = f"""
WITH objects AS (
    SELECT subject, substr(pairs, {_SAME_AS_START} + {len(_SAME_AS) + 1}) || char(10) AS object
    FROM descriptions WHERE rank IS NOT NULL AND {_SAME_AS_START} > 0
), claims AS (SELECT DISTINCT substr(object, 1, instr(object, char(10)) - 1) AS doi, subject FROM objects)
SELECT doi, subject FROM claims WHERE doi IN (SELECT doi FROM claims GROUP BY doi HAVING COUNT(*) > 1)
ORDER BY doi COLLATE BINARY, subject COLLATE BINARY"""  # noqa: S608 - made of constants


class Origin(NamedTuple):
    """The record that a description comes from: the rank of its schema (newer is higher), its figure and its number."""

    schema_rank: int
    figid: str
    number: int = 0


class Conflict(NamedTuple):
    """Two records that disagree about an entity: the value that is exported and the one that is dropped, each with its figure."""

    subject: str
    predicate: str
    winner: str
    winner_figid: str
    dropped: str
    dropped_figid: str


class EntityStore:
    """The descriptions of entities by all records, in a database that goes to disk as it grows; in memory without one.

    Each distinct description is stored once, with its origin: the first record of the newest schema that gives it.
    """

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or create_database()
        self._database.execute(_TABLE)
        self._cached_ranks: LruCache[bytes, int] = LruCache()
        self._pending_descriptions: dict[bytes, Description] = {}
        self._pending_origins: list[tuple[object, ...]] = []
        self._last_read: tuple[str, _OriginByDescription] = ("", {})
        self._shared_dois: dict[str, list[str]] | None = None
        self._losing_papers: dict[str, str] = {}

    def __len__(self) -> int:
        self.flush()
        count: int = self._database.execute(_COUNT_SUBJECTS).fetchone()[0]
        return count

    def add_descriptions(self, descriptions: Iterable[Description]) -> None:
        """Add descriptions, which count when ``assert_given_by`` names a record that gives them."""
        self.flush()
        self._pending_descriptions = {description.key: description for description in descriptions}

    def assert_given_by(self, keys: Iterable[bytes], origin: Origin) -> None:
        """Assert that a record gives these descriptions. Records come in the order of their numbers."""
        get_rank, rank = self._cached_ranks.get, origin.schema_rank
        for key in [key for key in keys if get_rank(key, -1) < rank]:
            self._assert_key(key, origin)

    def _assert_key(self, key: bytes, origin: Origin) -> None:
        """The slow path: the young generation of the cache does not have the key with such a rank."""
        rank, figid, number = origin
        cached_rank = self._cached_ranks.lookup(key)
        if cached_rank is not None and cached_rank >= rank:
            return
        if description := self._pending_descriptions.pop(key, None):
            self._pending_origins.append((*description, rank, number, figid))
        else:
            self.flush()
            if not self._database.execute(_UPDATE_ORIGIN, (rank, number, figid, key)).rowcount and not self.has_description(key):
                raise KeyError(f"no worker sent the description {key.hex()}")
        self._cached_ranks.put(key, rank)

    def flush(self) -> None:
        """Write what is pending to the database."""
        if self._pending_origins or self._pending_descriptions:
            self._shared_dois = None
        if self._pending_origins:
            self._database.executemany(_UPSERT, self._pending_origins)
            self._pending_origins = []
        if self._pending_descriptions:
            self._database.executemany(_INSERT, self._pending_descriptions.values())
            self._pending_descriptions = {}

    def free_memory(self) -> None:
        """Free the caches, also that of the database."""
        self._cached_ranks.drop_all()
        free_page_cache(self._database)

    def has_description(self, key: bytes) -> bool:
        """Whether the description was added."""
        return (
            key in self._cached_ranks
            or key in self._pending_descriptions
            or self._database.execute(_SELECT_KEY, (key,)).fetchone() is not None
        )

    def iter_descriptions(self) -> Iterator[Description]:
        """All descriptions that count."""
        self.flush()
        return map(Description._make, self._database.execute("SELECT key, subject, pairs FROM descriptions WHERE rank IS NOT NULL"))

    def first_figid(self) -> str:
        """The first of the figures that descriptions come from; ``""`` if there is none."""
        self.flush()
        figid: str | None = self._database.execute("SELECT MIN(figid) FROM descriptions WHERE rank IS NOT NULL").fetchone()[0]
        return figid or ""

    def is_merged(self, subject: str) -> bool:
        """Whether there is more than one description of the entity."""
        return len(self._read_subject(subject)) > 1

    def origins(self, subject: str) -> list[str]:
        """The figures of the records that the different descriptions of the entity come from."""
        return sorted({origin.figid for origin in self._read_subject(subject).values()})

    def get_resource(self, subject: str) -> Resource | None:
        """The merged entity, or ``None`` where no figure describes it."""
        descriptions = self._read_subject(subject)
        return self._without_shared_doi(Resource(subject, _merge(subject, descriptions, []))) if descriptions else None

    def class_origins(self, subject: str, cls: str) -> list[str]:
        """The figures of the records that the different descriptions of the entity with this class come from."""
        pair = (RDF_TYPE, cls)
        return sorted({origin.figid for description, origin in self._read_subject(subject).items() if pair in description})

    def shared_dois(self) -> dict[str, list[str]]:
        """The DOIs of several papers, each with these papers in code point order. The first one keeps its ``owl:sameAs``.

        It would make one paper of them all, with several titles and identifiers.
        """
        self.flush()
        if self._shared_dois is None:
            shared: dict[str, list[str]] = {}
            for doi, subject in self._database.execute(_SELECT_SHARED_DOIS):
                if (_SAME_AS, doi) in _merge(subject, self._read_subject(subject), []):
                    shared.setdefault(doi, []).append(subject)
            self._shared_dois = {doi: subjects for doi, subjects in shared.items() if len(subjects) > 1}
            self._losing_papers = {subject: doi for doi, subjects in self._shared_dois.items() for subject in subjects[1:]}
        return self._shared_dois

    def lost_doi(self, subject: str) -> str:
        """The DOI of a paper that is ``owl:sameAs`` another paper, which has it too; mostly ``""``."""
        if self._shared_dois is None:
            self.shared_dois()
        return self._losing_papers.get(subject, "")

    def _without_shared_doi(self, entity: Resource) -> Resource:
        if doi := self.lost_doi(entity.subject):
            return Resource(entity.subject, tuple([pair for pair in entity.pairs if pair != (_SAME_AS, doi)]))
        return entity

    def _read_subject(self, subject: str) -> _OriginByDescription:
        self.flush()
        last_subject, descriptions = self._last_read
        return descriptions if subject == last_subject else _decode_descriptions(self._database.execute(_SELECT_SUBJECT, (subject,)))

    def merged_resources(self, conflicts: list[Conflict]) -> Iterator[Resource]:
        """The merged entities, sorted by IRI, with one value for each functional property; ``conflicts`` takes every disagreement.

        Where records disagree, the newest schema wins, and of its values the first in code point order, so that the result does not
        depend on the order of the records.
        """
        self.flush()
        self._database.execute("CREATE INDEX IF NOT EXISTS descriptions_of ON descriptions (subject, number)")
        for subject, rows in groupby(self._database.execute(_SELECT_ALL), itemgetter(0)):
            descriptions = _decode_descriptions(rows)
            self._last_read = (subject, descriptions)
            yield self._without_shared_doi(_merge_unless_single(subject, descriptions, conflicts))
        self._last_read = ("", {})

    def merge_resource(self, subject: str, conflicts: list[Conflict]) -> Resource | None:
        """One entity as ``merged_resources`` has it; ``None`` where no figure describes it."""
        descriptions = self._read_subject(subject)
        return self._without_shared_doi(_merge_unless_single(subject, descriptions, conflicts)) if descriptions else None


_OriginByDescription = dict[tuple[PredicateObject, ...], Origin]


def _decode_descriptions(rows: Iterable[tuple[str, str, int, str]]) -> _OriginByDescription:
    return {_decode_pairs(text): Origin(rank, figid) for _, text, rank, figid in rows}


def _decode_pairs(text: str) -> tuple[PredicateObject, ...]:
    return tuple([(line[:cut], line[cut + 1 :]) for line in text.split("\n") if (cut := line.index(" "))])


def _merge_unless_single(subject: str, descriptions: _OriginByDescription, conflicts: list[Conflict]) -> Resource:
    first = Resource(subject, next(iter(descriptions)))
    if len(descriptions) == 1 and resolve_functional(first) is first:
        return first
    return Resource(subject, _merge(subject, descriptions, conflicts))


def _merge(subject: str, descriptions: _OriginByDescription, conflicts: list[Conflict]) -> tuple[PredicateObject, ...]:
    pairs: set[PredicateObject] = set()
    functional: dict[str, dict[str, Origin]] = {}
    for description, origin in descriptions.items():
        for pair in description:
            if pair[0] not in FUNCTIONAL_PREDICATES:
                pairs.add(pair)
                continue
            values = functional.setdefault(pair[0], {})
            if pair[1] not in values or values[pair[1]].schema_rank < origin.schema_rank:
                values[pair[1]] = origin
    for predicate, values in sorted(functional.items()):
        winner, *dropped = sorted(values, key=lambda value: (-values[value].schema_rank, lexical_form(value)))
        pairs.add((predicate, winner))
        conflicts += [Conflict(subject, predicate, winner, values[winner].figid, value, values[value].figid) for value in dropped]
        if predicate == _DOI:  # what a dropped DOI names is not the same as the paper
            pairs -= {(_SAME_AS, iri_term(iris.doi_iri(lexical_form(doi)))) for doi in dropped}
    return sort_pairs(pairs)
