"""The resource table: what the pages of a site ask of a store, prepared in one pass over its statements.

A store answers a page by hundreds of look-ups. The table has the answers ready: the statements of a resource, the resources that lead to an
entity, and annotations (mentions) with their statements by target and by body. Statements that many annotations have in common are stored
once, as a column store does with its dictionary. A process reads it through a cache of such statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, predicate_sort_key, sort_pairs
from pfocr2rdf.site.pages.graph_reader import normalize_escapes
from pfocr2rdf.site.pages.registry import ENTITY_PAGE_SPECS
from pfocr2rdf.site.pages.resource_reader import HAS_BODY, HAS_EVIDENCE, HAS_TARGET, VIA_SYMBOL, ResourceReader
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.sqlite import create_database, open_database_read_only

_SCHEMA = """
CREATE TABLE resource (subject TEXT PRIMARY KEY, pairs TEXT) WITHOUT ROWID;
CREATE TABLE shared (number INTEGER PRIMARY KEY, pairs TEXT);
CREATE TABLE leading (key TEXT PRIMARY KEY, subjects TEXT) WITHOUT ROWID;
"""
# ``leading`` has a line for each subject with this predicate and object, the key. The lines of an annotation go on with its targets and
# the number of its other statements.
_INVERSE_PREDICATES = frozenset(
    expand_term(relation.predicate) for spec in ENTITY_PAGE_SPECS.values() for relation in spec.inverse_relations
)
_TARGET_RANK = predicate_sort_key(HAS_TARGET)
_INSERTED_ROWS = 1000
_CACHED_RESOURCES = 20_000  # resources whose statements a reader has at hand


def build_resource_table(path: Path, blocks: Iterable[bytes]) -> None:
    """Make the table in a new file, of N-Triples with the statements of one subject side by side.

    Raises:
        OutputError: there is no room for it.
    """
    scratch = path.with_name(f"{path.name}-sort")
    with map_os_errors(path):
        scratch.mkdir()
        database = create_database(path)
        try:
            database.executescript(_SCHEMA)
            builder = _TableBuilder(database, ExternalSorter(scratch))
            for subject, pairs in _read_resources(blocks):
                builder.add(subject, pairs)
            builder.finish()
            database.commit()
            database.execute("PRAGMA journal_mode = DELETE")
        finally:
            database.close()


def _read_resources(blocks: Iterable[bytes]) -> Iterator[tuple[str, set[PredicateObject]]]:
    """The subjects with their statements."""
    current, pairs = "", set[PredicateObject]()
    for block in blocks:
        for line in block.decode().split("\n")[:-1]:
            subject, predicate, value = line[:-2].split(" ", 2)
            if subject != current:
                if pairs:
                    yield current, pairs
                current, pairs = subject, set()
            pairs.add((predicate, normalize_escapes(value)))
    if pairs:
        yield current, pairs


class _TableBuilder:
    """Takes resources and writes their rows."""

    def __init__(self, database: sqlite3.Connection, sorter: ExternalSorter) -> None:
        self._database = database
        self._sorter = sorter
        self._resources: list[tuple[str, str]] = []
        self._shared: list[tuple[int, str]] = []
        self._shared_count = 0
        self._numbers: LruCache[frozenset[PredicateObject], int] = LruCache(ROW_CACHE_ENTRIES, self._add_shared)

    def _add_shared(self, pairs: frozenset[PredicateObject]) -> int:
        self._shared_count += 1
        self._shared.append((self._shared_count, _encode(sort_pairs(pairs))))
        return self._shared_count

    def add(self, subject: str, pairs: set[PredicateObject]) -> None:
        if targets := [pair for pair in pairs if pair[0] == HAS_TARGET]:
            number = self._numbers[frozenset(pairs.difference(targets))]  # which is found before it is sorted
            rest = f"\t{' '.join([value for _, value in sort_pairs(targets)])}\t{number}"
            keys = [pair for pair in pairs if pair[0] in (HAS_TARGET, HAS_BODY)]
        else:
            rest = ""
            keys = [pair for pair in pairs if pair[0] in _INVERSE_PREDICATES]
            self._resources.append((subject, _encode(sort_pairs(pairs))))
        for predicate, value in keys:
            self._sorter.write(f"{predicate} {value}\t{subject[1:-1]}{rest}\n".encode())
        if len(self._resources) >= _INSERTED_ROWS or len(self._shared) >= _INSERTED_ROWS:
            self._insert()

    def _insert(self) -> None:
        self._database.executemany("INSERT INTO resource VALUES (?, ?)", self._resources)
        self._database.executemany("INSERT INTO shared VALUES (?, ?)", self._shared)
        self._resources.clear()
        self._shared.clear()

    def finish(self) -> None:
        self._insert()
        lines = (line.decode()[:-1].split("\t", 1) for line in self._sorter.finish().merge())
        groups = ((key, "\n".join([subject for _, subject in group])) for key, group in groupby(lines, lambda line: line[0]))
        self._database.executemany("INSERT INTO leading VALUES (?, ?)", groups)


def _encode(pairs: Iterable[PredicateObject]) -> str:
    return "\n".join([f"{predicate} {value}" for predicate, value in pairs])


def _decode(text: str) -> tuple[PredicateObject, ...]:
    return tuple([tuple(line.split(" ", 1)) for line in text.split("\n")])  # type: ignore[misc]  # a blank ends each predicate


class TableReader(ResourceReader):
    """Reads a resource table. It knows annotations by their target and body only, and then what they say: pages ask for that next."""

    def __init__(self, path: Path, page_folders: frozenset[str], *, portable_names: bool = False) -> None:
        super().__init__(page_folders, portable_names=portable_names)
        self._database = open_database_read_only(path)
        self._shared: LruCache[int, tuple[tuple[PredicateObject, ...], tuple[PredicateObject, ...]]] = LruCache(
            ROW_CACHE_ENTRIES, self._read_shared
        )
        self._shared_genes: LruCache[str, list[str]] = LruCache(ROW_CACHE_ENTRIES, self._read_shared_genes)
        self._cached_pairs = lru_cache(_CACHED_RESOURCES)(self._read_pairs)
        self._annotated = {HAS_TARGET: "", HAS_BODY: ""}  # the last target, and the last body
        self._annotations: dict[str, dict[str, Resource]] = {HAS_TARGET: {}, HAS_BODY: {}}  # of these

    def pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        """The statements about a resource, in the order in which they are serialized."""
        for resources in self._annotations.values():
            if annotation := resources.get(subject):
                return annotation.pairs
        return self._cached_pairs(subject)

    def _read_pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        row = self._database.execute("SELECT pairs FROM resource WHERE subject = ?", (subject,)).fetchone()
        return _decode(row[0]) if row else ()

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property of a resource, sorted."""
        return sorted([value for name, value in self.pairs(subject) if name == predicate])

    def linked_values(self, predicate: str, value: str, link: str) -> list[tuple[str, str]]:
        """The resources that have this value, each with its values of another property, sorted."""
        return sorted(
            [
                (resource.subject, linked)
                for resource in self.find_resources(predicate, value)
                for name, linked in resource.pairs
                if name == link
            ]
        )

    def genes_by_symbol(self, figure: str) -> list[str]:
        """The genes whose current symbols were read on a figure, sorted."""
        shared_genes = [self._shared_genes[line.rpartition("\t")[2]] for line in self._lines(HAS_TARGET, figure)]
        return sorted({gene for genes in shared_genes for gene in genes})

    def _read_shared_genes(self, number: str) -> list[str]:
        """The genes of mentions with these statements, if they are by symbol."""
        head, tail = self._shared[int(number)]
        pairs = head + tail
        return [value for name, value in pairs if name == HAS_BODY] if (HAS_EVIDENCE, VIA_SYMBOL) in pairs else []

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The resources that have this value, sorted."""
        if predicate in (HAS_TARGET, HAS_BODY):
            return [resource.subject for resource in self.find_resources(predicate, value)]
        return [f"<{line}>" for line in self._lines(predicate, value)]

    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        """The resources that have this value, in the order of their IRIs."""
        if predicate not in (HAS_TARGET, HAS_BODY):
            return [Resource(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]
        if self._annotated[predicate] == value:
            return list(self._annotations[predicate].values())
        resources = []
        for line in self._lines(predicate, value):
            iri, targets, number = line.split("\t")
            head, tail = self._shared[int(number)]
            resources.append(Resource(f"<{iri}>", (*head, *[(HAS_TARGET, target) for target in targets.split(" ")]), tail))
        self._annotated[predicate] = value
        self._annotations[predicate] = {resource.subject: resource for resource in resources}
        return resources

    def _lines(self, predicate: str, value: str) -> list[str]:
        row = self._database.execute("SELECT subjects FROM leading WHERE key = ?", (f"{predicate} {value}",)).fetchone()
        return row[0].split("\n") if row else []

    def _read_shared(self, number: int) -> tuple[tuple[PredicateObject, ...], tuple[PredicateObject, ...]]:
        """The statements before and after the targets."""
        text = self._database.execute("SELECT pairs FROM shared WHERE number = ?", (number,)).fetchone()[0]
        pairs = _decode(text) if text else ()
        first_after = sum(predicate_sort_key(predicate) < _TARGET_RANK for predicate, _ in pairs)
        return pairs[:first_after], pairs[first_after:]
