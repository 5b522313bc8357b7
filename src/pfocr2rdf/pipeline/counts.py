"""Statement counts by characteristic set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter

from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, shape

_SHAPE = attrgetter("shape")


class Counts:
    """What was written, counted: statements, subjects, and how many there are of each class and property.

    Few different predicates stand together again and again, so it is their ``shape`` that is counted, and taken apart when
    somebody asks. A statement that is counted alone has a shape too.

    Attributes:
        subjects: how many there are.
        shapes: how often each shape was met.
    """

    def __init__(self) -> None:
        self.subjects = 0
        self.shapes: Counter[str] = Counter()

    @classmethod
    def of(cls, figure: Grouped, mentions: Alike) -> Counts:
        """What one figure comes to."""
        counts = cls()
        counts.subjects = 1 + len(mentions.names)
        once = [f"{TYPE} {value}" for value in figure.values.get(TYPE, ())]
        for predicate, values in figure.values.items():
            if len(values) > 1 and predicate != TYPE:
                counts.shapes[predicate] = len(values)
            elif predicate != TYPE:
                once.append(predicate)
        counts.shapes["\n".join(once)] = 1
        if mentions.names:
            counts.shapes[shape(mentions.first)] = len(mentions.names)
            counts.shapes.update(map(_SHAPE, chain(mentions.said, mentions.last)))
        return counts

    def add(self, nodes: Iterable[Node]) -> None:
        """Count nodes. A subject must come as one node, and once."""
        for node in nodes:
            self.subjects += 1
            self.shapes[shape(node.pairs)] += 1

    def merge(self, other: Counts) -> None:
        """Add other counts."""
        self.subjects += other.subjects
        self.shapes.update(other.shapes)

    def take_away(self, other: Counts) -> None:
        """Take away counts that were added."""
        self.subjects -= other.subjects
        self.shapes = self.shapes - other.shapes

    @property
    def triples(self) -> int:
        """How many statements there are."""
        return sum(times * (lines.count("\n") + 1) for lines, times in self.shapes.items())

    @property
    def properties(self) -> Counter[str]:
        """How many statements there are of each property."""
        return self._each(lambda predicate, _: predicate)

    @property
    def classes(self) -> Counter[str]:
        """How many subjects there are of each class."""
        return self._each(lambda _, cls: cls)

    def _each(self, choose: Callable[[str, str], str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for lines, times in self.shapes.items():
            for line in lines.split("\n"):
                predicate, _, cls = line.partition(" ")
                if name := choose(predicate, cls):
                    found[name] += times
        return found
