"""Statement counts by characteristic set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter

from pfocr2rdf.rdf.terms import RDF_TYPE, GroupedResource, Resource, ResourceColumns, characteristic_set

_get_characteristic_set = attrgetter("characteristic_set")


class TripleCounts:
    """Counts of statements, subjects, classes and properties.

    The same few predicates come together again and again, so what is counted is characteristic sets: the lines of one are its
    predicates, and the classes behind ``rdf:type``. Statements beside such a set are counted as sets of one.
    """

    def __init__(self) -> None:
        self.subjects = 0
        self.characteristic_sets: Counter[str] = Counter()  # the number of subjects with each characteristic set

    @classmethod
    def for_figure(cls, figure: GroupedResource, mentions: ResourceColumns) -> TripleCounts:
        """The counts of one figure."""
        counts = cls()
        counts.subjects = 1 + len(mentions.local_names)
        once = [f"{RDF_TYPE} {value}" for value in figure.values_by_predicate.get(RDF_TYPE, ())]
        for predicate, values in figure.values_by_predicate.items():
            if len(values) > 1 and predicate != RDF_TYPE:
                counts.characteristic_sets[predicate] = len(values)
            elif predicate != RDF_TYPE:
                once.append(predicate)
        counts.characteristic_sets["\n".join(once)] = 1
        if mentions.local_names:
            counts.characteristic_sets[characteristic_set(mentions.common)] = len(mentions.local_names)
            counts.characteristic_sets.update(map(_get_characteristic_set, chain(mentions.bodies, mentions.trailers)))
        return counts

    def add(self, resources: Iterable[Resource]) -> None:
        """Count resources, which must not have a subject in common."""
        for resource in resources:
            self.subjects += 1
            self.characteristic_sets[characteristic_set(resource.pairs)] += 1

    def merge(self, other: TripleCounts) -> None:
        """Add other counts."""
        self.subjects += other.subjects
        self.characteristic_sets.update(other.characteristic_sets)

    def subtract(self, other: TripleCounts) -> None:
        """Take away counts that were merged."""
        self.subjects -= other.subjects
        self.characteristic_sets = self.characteristic_sets - other.characteristic_sets

    @property
    def triples(self) -> int:
        """The number of statements."""
        return sum(times * (lines.count("\n") + 1) for lines, times in self.characteristic_sets.items())

    @property
    def properties(self) -> Counter[str]:
        """The number of statements of each property."""
        return self._count_by(lambda predicate, _: predicate)

    @property
    def classes(self) -> Counter[str]:
        """The number of subjects of each class."""
        return self._count_by(lambda _, cls: cls)

    def _count_by(self, choose: Callable[[str, str], str]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for lines, times in self.characteristic_sets.items():
            for line in lines.split("\n"):
                predicate, _, cls = line.partition(" ")
                if name := choose(predicate, cls):
                    counts[name] += times
        return counts
