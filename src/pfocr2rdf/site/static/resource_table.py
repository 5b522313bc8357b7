"""The resource table: what the pages of a site ask of a store, prepared in one pass over its statements.

A store answers a page by hundreds of lookups. The table has the answers ready: the statements of a resource, the resources that lead to an
entity, and annotations (mentions) with their statements by target and by body. Statements that many annotations have in common are stored
once, as a column store does with its dictionary. A process reads it through a cache of such statements.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import chain, groupby, product
from pathlib import Path

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.iris import MENTION_NAMESPACE
from pfocr2rdf.rdf.terms import (
    PredicateObject,
    Resource,
    expand_term,
    group_by_predicate,
    normalize_escapes,
    predicate_sort_key,
    sort_pairs,
)
from pfocr2rdf.site.pages.overview import MentionCounts
from pfocr2rdf.site.pages.registry import ENTITY_PAGE_SPECS
from pfocr2rdf.site.pages.resource_reader import (
    FAMILY,
    HAS_BODY,
    HAS_EVIDENCE,
    HAS_TARGET,
    MENTION_PREDICATES,
    VIA_SYMBOL,
    WORD,
    EntityMention,
    ResourceReader,
)
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.sqlite import create_database, open_database_read_only
from pfocr2rdf.stores.embedded import canonicalize_literal

_SCHEMA = """
CREATE TABLE resource (subject TEXT PRIMARY KEY, pairs TEXT);
CREATE TABLE shared (number INTEGER PRIMARY KEY, pairs TEXT);
CREATE TABLE inverse (key TEXT PRIMARY KEY, subjects TEXT);
"""
# Long rows are not in the tree of the keys (``WITHOUT ROWID``): a search would copy each one that it compares a key with.
# ``inverse`` has a line for each subject with this predicate and object, the key. The lines of an annotation continue with its targets and
# the number of its other statements. After ``VIA_SYMBOL`` and a figure are the genes whose symbols are in it.
_INVERSE_PREDICATES = frozenset(
    expand_term(relation.predicate) for spec in ENTITY_PAGE_SPECS.values() for relation in spec.inverse_relations
)
_TARGET_RANK = predicate_sort_key(HAS_TARGET)
_INSERTED_ROWS = 1000
_ANNOTATION_START = f"<{MENTION_NAMESPACE}"
_CACHED_LITERALS = 20_000  # literals that are no strings
_CACHED_RESOURCES = 20_000  # resources whose statements a reader caches
_MAPPED_BYTES = 1 << 30  # of the table, which readers share in memory
_NO_VALUE = ("",)

_Annotation = tuple[str, str]  # its targets, with blanks between them, and the number of its other statements
_SharedPairs = tuple[tuple[PredicateObject, ...], tuple[PredicateObject, ...]]  # the statements before and after the targets


class UngroupedError(Exception):
    """The statements of one subject are not side by side."""


class ResourceTableWriter:
    """Makes the table in a new file, of N-Triples with the statements of one subject side by side.

    Whole lines are added in blocks. With ``is_export``, they come in the order of an export: annotations follow their target, and it
    is made sure of that no subject comes twice. Otherwise they come from a store.

    Raises:
        OutputError: there is no room for it.
        UngroupedError: an export has a subject twice, or lines in another form than exports have.
    """

    def __init__(self, path: Path, *, is_export: bool = False) -> None:
        self._path = path
        self._is_export = is_export
        scratch = path.with_name(f"{path.name}-sort")
        with map_os_errors(path):
            scratch.mkdir()
            self._database = create_database(path)
        self._database.executescript(_SCHEMA)
        self._sorter = ExternalSorter(scratch)
        self._subject = ""  # followed by a blank
        self._lines: list[str] = []  # of this subject, without it
        self._target = ""  # the last resource that is no annotation
        self._annotations: set[str] = set()  # of that target
        self._resources: list[tuple[str, str]] = []
        self._shared: list[tuple[int, str]] = []
        self._shared_count = 0
        self._numbers: LruCache[str, tuple[int, list[str], list[str]]] = LruCache(ROW_CACHE_ENTRIES, self._add_shared)
        self._symbol_genes: set[str] = set()  # whose symbols are in that target
        self.mention_counts = MentionCounts(Counter(), Counter())  # of an export

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, block: bytes) -> bytes:
        """Add whole lines. The result are those that are not of mentions, which are most lines; no query of a site asks for mentions."""
        subject, lines = self._subject, self._lines
        with map_os_errors(self._path), self._map_other_forms():
            block_lines = block.decode().split("\n")
            for line in block_lines[:-1]:
                if not line.startswith(subject) or not subject:
                    self._add_resource(subject, lines)
                    subject = line[: line.index(" ") + 1]
                    lines = []
                lines.append(line[len(subject) : -2])
            self._subject, self._lines = subject, lines
            if len(self._resources) >= _INSERTED_ROWS or len(self._shared) >= _INSERTED_ROWS:
                self._insert()
        return "\n".join([line for line in block_lines if not line.startswith(_ANNOTATION_START)]).encode()

    @contextmanager
    def _map_other_forms(self) -> Iterator[None]:
        """Lines that are not as an export writes them, such as with tabs or comments: its file was edited, and its manifest with it."""
        try:
            yield
        except (ValueError, SyntaxError):
            if not self._is_export:
                raise
            raise UngroupedError from None

    def _add_resource(self, subject: str, lines: list[str]) -> None:
        targets = [line for line in lines if line.startswith(HAS_TARGET)]
        if targets:
            iri = subject[1:-2]
            number, bodies, symbol_genes = self._numbers["\n".join([line for line in lines if not line.startswith(HAS_TARGET)])]
            if self._is_export:
                self._check_position(iri, targets)
                self._symbol_genes.update(symbol_genes)
            terms = [value for _, value in sort_pairs(set(map(_parse, targets)))]
            rest = f"\t{iri}\t{' '.join(terms)}\t{number}\n"
            for key in dict.fromkeys([*targets, *bodies]):
                self._sorter.write(f"{key}{rest}".encode())
            for gene in symbol_genes:
                for target in terms:
                    self._sorter.write(f"{VIA_SYMBOL} {target}\t{gene}\n".encode())
        elif lines:
            self._count_mentions()
            self._target = subject[:-1]
            if self._is_export and subject.startswith(_ANNOTATION_START):
                raise UngroupedError
            pairs = sort_pairs(set(map(_parse, lines)))
            self._resources.append((self._target, _encode(pairs)))
            for predicate, value in pairs:
                if predicate in _INVERSE_PREDICATES:
                    self._sorter.write(f"{predicate} {value}\t{subject[1:-2]}\n".encode())

    def _check_position(self, iri: str, targets: list[str]) -> None:
        """An annotation is where the only one of its IRI can be."""
        is_in_place = targets == [f"{HAS_TARGET} {self._target}"] and iri.startswith(_ANNOTATION_START[1:])
        if not is_in_place or iri in self._annotations:
            raise UngroupedError
        self._annotations.add(iri)

    def _count_mentions(self) -> None:
        """Count those of the last target."""
        if self._annotations:
            self.mention_counts.figures_by_mentions[len(self._annotations)] += 1
            self.mention_counts.figures_by_gene.update(self._symbol_genes)
            self._annotations.clear()
            self._symbol_genes.clear()

    def _add_shared(self, text: str) -> tuple[int, list[str], list[str]]:
        """The number of an annotation's statements, those that lead to bodies, and these bodies if they are there by their symbols."""
        pairs = sort_pairs(set(map(_parse, text.split("\n")))) if text else ()
        self._shared_count += 1
        self._shared.append((self._shared_count, _encode(pairs)))
        bodies = [value for predicate, value in pairs if predicate == HAS_BODY]
        return self._shared_count, [f"{HAS_BODY} {body}" for body in bodies], bodies if (HAS_EVIDENCE, VIA_SYMBOL) in pairs else []

    def _insert(self) -> None:
        try:
            self._database.executemany("INSERT INTO resource VALUES (?, ?)", self._resources)
        except sqlite3.IntegrityError:
            raise UngroupedError from None
        self._database.executemany("INSERT INTO shared VALUES (?, ?)", self._shared)
        self._resources.clear()
        self._shared.clear()

    def finish(self) -> None:
        """Write what is left."""
        with map_os_errors(self._path), self._map_other_forms():
            self._add_resource(self._subject, self._lines)
            self._count_mentions()
            self._insert()
            lines = (line.decode()[:-1].split("\t", 1) for line in self._sorter.finish().merge())
            groups = ((key, "\n".join([subject for _, subject in group])) for key, group in groupby(lines, lambda line: line[0]))
            self._database.executemany("INSERT INTO inverse VALUES (?, ?)", groups)
            self._database.commit()
            self._database.execute("PRAGMA journal_mode = DELETE")


def build_resource_table(path: Path, blocks: Iterable[bytes]) -> None:
    """Make the table of the statements of a store.

    Raises:
        OutputError: there is no room for it.
    """
    with closing(ResourceTableWriter(path)) as writer:
        for block in blocks:
            writer.add(block)
        writer.finish()


def _parse(line: str) -> PredicateObject:
    predicate, value = line.split(" ", 1)
    if value[0] == "<":
        return predicate, value
    return predicate, normalize_escapes(value) if value[-1] == '"' else _canonicalize(value)


@lru_cache(_CACHED_LITERALS)
def _canonicalize(value: str) -> str:
    """A literal with a datatype or a language as a store has it."""
    return normalize_escapes(canonicalize_literal(value))


def _encode(pairs: Iterable[PredicateObject]) -> str:
    return "\n".join([f"{predicate} {value}" for predicate, value in pairs])


def _decode(text: str) -> tuple[PredicateObject, ...]:
    return tuple([tuple(line.split(" ", 1)) for line in text.split("\n")])  # type: ignore[misc]  # a blank ends each predicate


class TableReader(ResourceReader):
    """Reads a resource table. It knows annotations by their target and body only, and then what they say: pages ask for that next."""

    def __init__(self, path: Path, page_folders: frozenset[str], *, portable_names: bool = False) -> None:
        super().__init__(page_folders, portable_names=portable_names)
        self._database = open_database_read_only(path)
        self._database.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        self._database.execute("BEGIN")  # one read transaction: otherwise each lookup would lock and unlock the file
        self._shared: LruCache[str, _SharedPairs] = LruCache(ROW_CACHE_ENTRIES, self._read_shared)
        self._shared_values: LruCache[str, dict[str, list[str]]] = LruCache(
            ROW_CACHE_ENTRIES, lambda number: group_by_predicate(chain(*self._shared[number]))
        )
        self._cached_pairs = lru_cache(_CACHED_RESOURCES)(self._read_pairs)
        self._annotated = {HAS_TARGET: "", HAS_BODY: ""}  # the last target, and the last body
        self._annotations: dict[str, dict[str, _Annotation]] = {HAS_TARGET: {}, HAS_BODY: {}}  # of these, by their terms

    def pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        """The statements about a resource, in the order in which they are serialized."""
        resource = self.find_resource(subject)
        return resource.pairs if resource else ()

    def find_resource(self, subject: str) -> Resource | None:
        """A resource, if there are statements about it."""
        for of_last in self._annotations.values():
            if annotation := of_last.get(subject):
                return self._annotation_resource(subject, annotation)
        pairs = self._cached_pairs(subject)
        return Resource(subject, pairs) if pairs else None

    def _read_pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        row = self._database.execute("SELECT pairs FROM resource WHERE subject = ?", (subject,)).fetchone()
        return _decode(row[0]) if row else ()

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property of a resource, sorted."""
        return sorted([value for name, value in self.pairs(subject) if name == predicate])

    def linked_values(self, predicate: str, value: str, link: str) -> list[tuple[str, str]]:
        """The resources that have this value, each with its values of another property, sorted."""
        if predicate not in self._annotated or link == HAS_TARGET:
            return super().linked_values(predicate, value, link)
        annotations = self._find_annotations(predicate, value).items()
        return sorted([(subject, linked) for subject, (_, number) in annotations for linked in self._shared_values[number].get(link, ())])

    def linked_values_unless(self, predicate: str, value: str, link: str, excluded: str) -> list[str]:
        """The values of another property of the resources that have this value and no value of ``excluded``, sorted."""
        if predicate not in self._annotated or HAS_TARGET in (link, excluded):
            return super().linked_values_unless(predicate, value, link, excluded)
        shared_values = [self._shared_values[number] for _, number in self._find_annotations(predicate, value).values()]
        return sorted({linked for values in shared_values if excluded not in values for linked in values.get(link, ())})

    def mentions(self, body: str) -> list[EntityMention]:
        """The mentions of an entity, sorted."""
        _, *predicates = MENTION_PREDICATES  # without the target
        mentions = set()
        for subject, (targets, number) in self._find_annotations(HAS_BODY, body).items():
            shared_values = self._shared_values[number]
            columns = targets.split(" "), *[shared_values.get(predicate, _NO_VALUE) for predicate in predicates]
            mentions.update([EntityMention(subject, *values) for values in product(*columns)])
        return sorted(mentions)

    def genes_by_symbol(self, figure: str) -> list[str]:
        """The genes whose current symbols were read in a figure, sorted."""
        return self._lines(VIA_SYMBOL, figure)

    def family_words(self, figure: str, family: str) -> list[str]:
        """The words in a figure that were recognised as the name of a family, sorted."""
        shared_values = [self._shared_values[line.rpartition("\t")[2]] for line in self._lines(HAS_TARGET, figure)]
        return sorted({word for values in shared_values if family in values.get(FAMILY, ()) for word in values.get(WORD, ())})

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The resources that have this value, sorted."""
        if predicate in self._annotated:
            return list(self._find_annotations(predicate, value))
        return [f"<{line}>" for line in self._lines(predicate, value)]

    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        """The resources that have this value, in the order of their IRIs."""
        if predicate not in self._annotated:
            return [Resource(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]
        return [self._annotation_resource(*item) for item in self._find_annotations(predicate, value).items()]

    def describe_mentions(self, body: str, mentions: Sequence[EntityMention]) -> list[Resource]:
        """Some mentions of an entity, in any order."""
        annotations = self._find_annotations(HAS_BODY, body)
        return [self._annotation_resource(name, annotations[name]) for name in dict.fromkeys([each.mention for each in mentions])]

    def _find_annotations(self, predicate: str, value: str) -> dict[str, _Annotation]:
        if self._annotated[predicate] != value:
            rows = [line.split("\t") for line in self._lines(predicate, value)]
            self._annotated[predicate] = value
            self._annotations[predicate] = {f"<{iri}>": (targets, number) for iri, targets, number in rows}
        return self._annotations[predicate]

    def _annotation_resource(self, subject: str, annotation: _Annotation) -> Resource:
        targets, number = annotation
        head, tail = self._shared[number]
        return Resource(subject, (*head, *[(HAS_TARGET, target) for target in targets.split(" ")]), tail)

    def _lines(self, predicate: str, value: str) -> list[str]:
        row = self._database.execute("SELECT subjects FROM inverse WHERE key = ?", (f"{predicate} {value}",)).fetchone()
        return row[0].split("\n") if row else []

    def _read_shared(self, number: str) -> _SharedPairs:
        text = self._database.execute("SELECT pairs FROM shared WHERE number = ?", (int(number),)).fetchone()[0]
        pairs = _decode(text) if text else ()
        first_after = sum(predicate_sort_key(predicate) < _TARGET_RANK for predicate, _ in pairs)
        return pairs[:first_after], pairs[first_after:]
