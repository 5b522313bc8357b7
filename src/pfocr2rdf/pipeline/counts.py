"""Statement counts by characteristic set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    STRING_KIND,
    XSD_STRING,
    GroupedResource,
    Resource,
    ResourceColumns,
    entity_kind,
    iri_term,
    list_classes,
    object_kind,
    parse_term,
)

_get_characteristic_set = attrgetter("characteristic_set")
_mention_sets: LruCache[tuple[str, str], str] = LruCache(1_000, "\n".join)


class StatementKind(NamedTuple):
    """What statements that are counted together have in common.

    ``object_classes`` are the classes of the object, ``dataset`` is the prefix of the dataset that it is in; a literal has a ``datatype``.
    The objects of ``rdf:type``, and others that come often, are counted one by one: ``value``.
    """

    subject_classes: tuple[str, ...]
    predicate: str
    object_classes: tuple[str, ...] = ()
    dataset: str = ""
    datatype: str = ""
    value: str = ""

    @classmethod
    def parse(cls, subject_classes: tuple[str, ...], line: str) -> StatementKind:
        """The kind of a line of a characteristic set."""
        predicate, _, kind = line.partition("\t")
        if kind.startswith("="):
            value = kind[1:]
            return cls(subject_classes, predicate, datatype=_datatype(value), value=value)
        if kind.startswith("^^"):
            return cls(subject_classes, predicate, datatype=kind[2:])
        dataset, *classes = kind.split(" ")
        return cls(subject_classes, predicate, tuple(filter(None, classes)), dataset)


class TripleCounts:
    """Counts of statements, subjects, classes and properties.

    The same few statements come together again and again, so what is counted is characteristic sets: the first line of one are the
    classes of the subject, the others are its statements. Statements outside such a set are counted as sets of one.
    """

    def __init__(self) -> None:
        self.subjects = 0
        self.characteristic_sets: Counter[str] = Counter()  # the number of subjects with each characteristic set

    @classmethod
    def for_figure(cls, figure: GroupedResource, mentions: ResourceColumns, entities: Mapping[str, Resource]) -> TripleCounts:
        """The counts of one figure, with the classes that the record gives the objects."""
        counts = cls()
        sets = counts.characteristic_sets
        counts.subjects = 1 + len(mentions.local_names)
        types = figure.values_by_predicate.get(RDF_TYPE, [])
        classes = " ".join(types)
        figure_kind = figure.subject, object_kind(figure.subject, classes)
        once: list[str] = []
        for predicate, values in figure.values_by_predicate.items():
            if predicate == RDF_TYPE:
                for value in values:
                    once += predicate, f"={value}"
            elif len(values) == 1:
                value = values[0]
                once += predicate, STRING_KIND if value[-1] == '"' else _kind_in_figure(value, figure_kind, entities)
            else:
                for kind, count in _count_kinds(values, figure_kind, entities):
                    sets[_characteristic_set(classes, predicate, kind)] = count
        sets[_characteristic_set(classes, *once)] = 1
        if mentions.local_names:
            mention_classes = list_classes(mentions.common)
            common = [
                (predicate, f"={value}" if predicate == RDF_TYPE else _kind_in_figure(value, figure_kind, entities))
                for predicate, value in mentions.common
            ]
            sets[_characteristic_set(mention_classes, *chain.from_iterable(common))] = len(mentions.local_names)
            for lines, count in Counter(map(_get_characteristic_set, chain(mentions.bodies, mentions.trailers))).items():
                sets[_mention_sets[mention_classes, lines]] += count
        return counts

    def add(self, resources: Iterable[Resource], classes_of: Callable[[str], str] = lambda _: "") -> None:
        """Count resources, which must not have a subject in common; ``classes_of`` returns the classes of an object."""
        for resource in resources:
            self.subjects += 1
            items: list[str] = []
            for predicate, value in resource.pairs:
                if predicate == RDF_TYPE:
                    items += predicate, f"={value}"
                else:
                    items += predicate, object_kind(value, classes_of(value) if value[0] == "<" else "")
            self.characteristic_sets[_characteristic_set(list_classes(resource.pairs), *items)] += 1

    def merge(self, other: TripleCounts) -> None:
        """Add other counts."""
        self.subjects += other.subjects
        self.characteristic_sets.update(other.characteristic_sets)

    def subtract(self, other: TripleCounts) -> None:
        """Take away counts that were merged."""
        self.subjects -= other.subjects
        for characteristic_set, count in other.characteristic_sets.items():
            self.characteristic_sets[characteristic_set] -= count
            if not self.characteristic_sets[characteristic_set]:
                del self.characteristic_sets[characteristic_set]

    @property
    def triples(self) -> int:
        """The number of statements."""
        return sum(times * lines.count("\n") for lines, times in self.characteristic_sets.items())

    @property
    def properties(self) -> Counter[str]:
        """The number of statements of each property."""
        return self._count_by(lambda kind: kind.predicate)

    @property
    def classes(self) -> Counter[str]:
        """The number of subjects of each class."""
        return self._count_by(lambda kind: kind.value if kind.predicate == RDF_TYPE else "")

    @property
    def statement_kinds(self) -> Counter[StatementKind]:
        """The number of statements of each kind."""
        counts: Counter[StatementKind] = Counter()
        for kind, times in self._iter_kinds():
            counts[kind] += times
        return counts

    def _count_by(self, choose: Callable[[StatementKind], str]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for kind, times in self._iter_kinds():
            if name := choose(kind):
                counts[name] += times
        return counts

    def _iter_kinds(self) -> Iterator[tuple[StatementKind, int]]:
        for characteristic_lines, times in self.characteristic_sets.items():
            classes, *lines = characteristic_lines.split("\n")
            subject_classes = tuple(classes.split())
            yield from ((StatementKind.parse(subject_classes, line), times) for line in lines)


@lru_cache(2_000)
def _characteristic_set(classes: str, *predicates_and_kinds: str) -> str:
    """The characteristic set of statements, which are given as predicate and kind of each: one text object, however often it is made."""
    return "\n".join([classes, *map("{}\t{}".format, predicates_and_kinds[::2], predicates_and_kinds[1::2])])


def _datatype(value: str) -> str:
    term = parse_term(value)
    return iri_term(term.datatype or XSD_STRING) if term.term_type == "literal" else ""


def _count_kinds(values: list[str], figure_kind: tuple[str, str], entities: Mapping[str, Resource]) -> Iterable[tuple[str, int]]:
    """The kinds of the objects of a figure, some of which are its entities, each with the number of these."""
    if values[0][0] == '"':
        kinds = [STRING_KIND if value[-1] == '"' else object_kind(value) for value in values]
    else:
        kinds = [
            (entity and entity.kind) or _kind_in_figure(value, figure_kind, entities)
            for entity, value in zip(map(entities.get, values), values, strict=True)
        ]
    first_count = kinds.count(kinds[0])
    return Counter(kinds).items() if first_count < len(kinds) else ((kinds[0], first_count),)


def _kind_in_figure(value: str, figure_kind: tuple[str, str], entities: Mapping[str, Resource]) -> str:
    if value[-1] == '"':
        return STRING_KIND
    if value == figure_kind[0]:
        return figure_kind[1]
    entity = entities.get(value)
    return entity_kind(entity) if entity else object_kind(value)
