"""A quick look that tells which figures need no SHACL engine.

Shapes are compiled to checks on N-Triples text. The screen says only "nothing is wrong here" or "look closer": what is wrong
is always said by the engine. It knows the everyday constraints of SHACL Core; where shapes use any other, it knows itself to be
incomplete, and every figure goes to the engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.rdf.cache import ROWS, Remembered
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Pair, Shared, grouped, parse, ref
from pfocr2rdf.validation.constraints import SH, TESTS, Index, IriTest, Test, UnscreenableError, on_iri

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_HARMLESS = {f"{SH}{name}" for name in ("name", "description", "message", "severity", "order", "group", "defaultValue", "property")} | {
    f"{_RDF}type", f"{_RDFS}label", f"{_RDFS}comment"
}  # fmt: skip
_CLASSES = {ref(f"{_RDFS}Class"), ref("http://www.w3.org/2002/07/owl#Class")}


class _Property(NamedTuple):
    """The checks of all property shapes on one path of one class."""

    at_least: int
    at_most: float
    tests: tuple[Test, ...]
    classes: tuple[str, ...]
    good: set[str]

    def accepts(self, values: list[str]) -> bool:
        """Whether each value passes the tests. It is noted then, unless it is long: long ones do not come again."""
        if not self.tests or self.good.issuperset(values):
            return True
        for value in values:
            if value not in self.good:
                for test in self.tests:
                    if not test(value):
                        return False
                if len(value) <= _LONG:
                    self.good.add(value)
        if len(self.good) > _GOOD:
            self.good.clear()
        return True


_GOOD, _LONG = 20_000, 200

_WRONG: Pair = ("", "")
"""A need that nothing meets."""


class _Class:
    """The checks of all shapes on one class.

    Attributes:
        tests: those on the IRIs of its nodes.
        required: the properties that each of them must have.
        needed: the classes that values of their properties must be of.
    """

    def __init__(self, tests: tuple[IriTest, ...], properties: dict[str, _Property]) -> None:
        self.tests = tests
        self.required = tuple(path for path, rule in properties.items() if rule.at_least)
        self.needed = frozenset(name for rule in properties.values() for name in rule.classes)
        self._properties = properties

    def needs(self, values_of: Mapping[str, list[str]]) -> list[Pair]:
        """Which values must be of which class for a node to be right that has these; nothing is said of properties that are missing."""
        needs: list[Pair] = []
        rules = self._properties
        for predicate, values in values_of.items():
            rule = rules.get(predicate)
            if rule is None:
                continue
            if not rule.at_least <= len(values) <= rule.at_most or not rule.accepts(values):
                return [_WRONG]
            for name in rule.classes:
                needs += zip(values, repeat(name))
        return needs


class _Types:
    """The classes of a node, with those above them, and the checks that go with them.

    Attributes:
        names: the classes, as far as some value must be of one of them.
        said: what statements need that many nodes of these classes share: as for a whole node, and that the node has the
            properties which are missing among them, as ``("", property)``.
    """

    def __init__(self, names: frozenset[str], checks: tuple[_Class, ...]) -> None:
        self.names = names
        self._checks = checks
        self._tests = tuple(test for one in checks for test in one.tests)
        self._required = frozenset(path for one in checks for path in one.required)
        self.said: Remembered[Shared, tuple[Pair, ...]] = Remembered(ROWS, self._needs_of_shared)

    def accept(self, iris: list[str]) -> bool:
        """Whether nodes of these classes may have these IRIs."""
        return all(all(map(test, iris)) for test in self._tests)

    def needs(self, values_of: Mapping[str, list[str]]) -> list[Pair]:
        """Which values must be of which class; see ``_Class.needs``."""
        return [need for one in self._checks for need in one.needs(values_of)]

    def whole(self, values_of: Mapping[str, list[str]]) -> list[Pair]:
        """The same for a node that has no others."""
        return self.needs(values_of) if self._required <= values_of.keys() else [_WRONG]

    def _needs_of_shared(self, shared: Shared) -> tuple[Pair, ...]:
        values_of = grouped(shared.pairs)
        return (*self.needs(values_of), *[("", path) for path in self._required if path not in values_of])


_Looked = tuple[Node | None, list[Pair], list[Pair]]
"""A node that is remembered, the classes that it states, as (subject, class), and those that it needs, as (value, class)."""


class Screen:
    """The compiled shapes.

    Args:
        text: shapes, as Turtle.
        superclasses: for each class IRI, the IRIs of the classes above it.

    Attributes:
        complete: whether all constraints are known. If not, ``clean`` is always False.
    """

    def __init__(self, text: str, superclasses: Mapping[str, frozenset[str]]) -> None:
        self._above = {ref(name): tuple(map(ref, sorted(above))) for name, above in superclasses.items()}
        self._types: Remembered[tuple[str, ...], _Types] = Remembered(1_000, self._close)
        self._looked: Remembered[int, _Looked] = Remembered(ROWS)
        self.complete = True
        try:
            self._classes = _compile(_index(text))
        except UnscreenableError:
            self.complete = False
            self._classes = {}
        self._needed = frozenset(name for one in self._classes.values() for name in one.needed)

    def clean(self, nodes: Iterable[Node], figure: Grouped | None = None, mentions: Alike | None = None) -> bool:
        """Whether the engine would surely find nothing in the graph of these nodes, this figure and these mentions."""
        if not self.complete:
            return False
        nodes = list(nodes)
        known = [found or self._look(node) for found, node in zip(map(self._looked.get, map(id, nodes)), nodes, strict=True)]
        if figure:
            known.append(self._look_at(figure.subject, figure.values))
        stated = {pair for _, states, _ in known for pair in states}
        needs = {pair for _, _, requires in known for pair in requires}
        if mentions and mentions.names:
            self._look_at_alike(mentions, stated, needs)
        return needs <= stated

    def _look(self, node: Node) -> _Looked:
        if node.shared and (known := self._looked.recall(id(node))):
            return known
        looked = self._look_at(node.subject, node.values, node)
        return self._looked.keep(id(node), looked) if node.shared else looked  # many figures have this very node

    def _look_at(self, subject: str, values_of: Mapping[str, list[str]], node: Node | None = None) -> _Looked:
        types = self._types[tuple(values_of.get(TYPE, ()))]
        needs = types.whole(values_of) if types.accept([subject[1:-1]]) else [_WRONG]
        return node, [(subject, name) for name in types.names], needs

    def _look_at_alike(self, nodes: Alike, stated: set[Pair], needs: set[Pair]) -> None:
        """Add what nodes state and need that differ in little; most of it is known from other figures."""
        first, *last = map(grouped, (nodes.first, *[one.pairs for one in set(nodes.last)]))
        types = self._types[tuple(first.get(TYPE, ()))]
        iris = [nodes.space + name for name in nodes.names]
        if not types.accept(iris):
            needs.add(_WRONG)
        needs.update(*map(types.said.__getitem__, nodes.said), *map(types.needs, (first, *last)))
        stated.update((ref(iri), name) for name in types.names for iri in iris)
        stated.update([("", path) for path in (*first, *set.intersection(*map(set, last)))])

    def _close(self, types: tuple[str, ...]) -> _Types:
        names = frozenset(name for one in types for name in (one, *self._above.get(one, ())))
        return _Types(names & self._needed, tuple(self._classes[name] for name in sorted(names) if name in self._classes))


def _index(text: str) -> Index:
    index: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE):
        index[str(quad.subject)][str(quad.predicate)[1:-1]].append(str(quad.object))
    return index


def _compile(index: Index) -> dict[str, _Class]:
    """The checks for each target class.

    Raises:
        UnscreenableError: a shape, or part of one, is of no kind that is known here.
    """
    shapes: dict[str, list[str]] = defaultdict(list)
    reached: set[str] = set()
    for subject, facts in index.items():
        for target in facts.get(f"{SH}targetClass", ()):
            shapes[target].append(subject)
        reached.update(facts.get(f"{SH}property", ()))
    for subject, facts in index.items():
        is_shape = any(name.startswith(SH) for name in facts)
        if is_shape and not _CLASSES.isdisjoint(facts.get(f"{_RDF}type", ())):
            raise UnscreenableError(f"{subject} is a class, and so its own target")
        if is_shape and f"{SH}targetClass" not in facts and subject not in reached:
            raise UnscreenableError(subject)
    return {target: _class([index[name] for name in names], index) for target, names in shapes.items()}


def _class(shapes: list[Mapping[str, list[str]]], index: Index) -> _Class:
    tests: list[IriTest] = []
    rules: dict[str, list[Mapping[str, list[str]]]] = defaultdict(list)
    for facts in shapes:
        own = {name: values for name, values in facts.items() if name != f"{SH}targetClass"}
        at_least, at_most, found, classes = _constraints(own, index)
        if at_least or at_most != float("inf") or classes:
            raise UnscreenableError("a count or class on a node shape")
        tests += filter(None, map(on_iri, found))
        for name in facts.get(f"{SH}property", ()):
            path = index[name].get(f"{SH}path", [""])
            if len(path) != 1 or not path[0].startswith("<"):
                raise UnscreenableError("a property path")
            if f"{SH}property" in index[name]:
                raise UnscreenableError("a property of a property")
            rules[path[0]].append({key: values for key, values in index[name].items() if key != f"{SH}path"})
    properties = {path: _property([_constraints(facts, index) for facts in found]) for path, found in rules.items()}
    return _Class(tuple(tests), properties)


_Constraints = tuple[int, float, list[Test], list[str]]


def _property(found: list[_Constraints]) -> _Property:
    return _Property(
        max(one[0] for one in found),
        min(one[1] for one in found),
        tuple(test for one in found for test in one[2]),
        tuple(dict.fromkeys(name for one in found for name in one[3])),
        set(),
    )


def _constraints(facts: Mapping[str, list[str]], index: Index) -> _Constraints:
    at_least, at_most = 0, float("inf")
    tests: list[Test] = []
    classes: list[str] = []
    for name, values in facts.items():
        if name in _HARMLESS or not name.startswith(SH):
            continue
        local = name.removeprefix(SH)
        for value in values:
            if local == "minCount":
                at_least = max(at_least, int(parse(value).value))
            elif local == "maxCount":
                at_most = min(at_most, int(parse(value).value))
            elif local == "class":
                classes.append(value)
            elif local in TESTS:
                tests.append(TESTS[local](value, index))
            else:
                raise UnscreenableError(name)
    return at_least, at_most, tests, classes
