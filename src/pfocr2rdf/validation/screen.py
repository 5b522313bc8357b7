"""A quick look that tells which figures need no SHACL engine.

Shapes are compiled to checks on N-Triples text. The screen says only "nothing is wrong here" or "look closer": what is wrong
is always said by the engine. It knows the everyday constraints of SHACL Core; where shapes use any other, it knows itself to be
incomplete, and every figure goes to the engine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.remembered import RememberedOf
from pfocr2rdf.terms import TYPE, Node, Pair, parse, ref
from pfocr2rdf.validation.constraints import SH, TESTS, Index, Test, UnscreenableError

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


class _Values(NamedTuple):
    """What can be said of some statements of a node alone.

    Attributes:
        needs: which values must be of which class.
        missing: the properties that the node must have, and does not have among these.
    """

    needs: tuple[Pair, ...]
    missing: tuple[str, ...]


_GOOD = 20_000
_BAD = _Values((), ("",))


class _Class:
    """The checks of all shapes on one class."""

    def __init__(self, tests: tuple[Test, ...], properties: dict[str, _Property]) -> None:
        self.tests = tests
        self._seen: RememberedOf[tuple[Pair, ...], _Values] = RememberedOf(30_000)
        self._last: tuple[tuple[Pair, ...], _Values] = ((), _BAD)
        self._properties = properties
        self._required = tuple(path for path, rule in properties.items() if rule.at_least)
        self._limited = [(path, rule) for path, rule in properties.items() if rule.at_least > 1 or rule.at_most != float("inf")]
        self._has_odd_counts = any(rule.at_least > 1 or rule.at_most < 1 for rule in properties.values())

    def look(self, pairs: tuple[Pair, ...]) -> _Values:
        """What the statements come to: ``_BAD`` where a value is wrong or there are too many."""
        present = dict(pairs)
        if (len(present) < len(pairs) or self._has_odd_counts) and not self._counts_are_right(pairs):
            return _BAD
        needs: list[Pair] = []
        for predicate, value in pairs:
            rule = self._properties.get(predicate)
            if rule is None:
                continue
            if value not in rule.good:
                for test in rule.tests:
                    if not test(value):
                        return _BAD
                if len(rule.good) >= _GOOD:
                    rule.good.clear()
                rule.good.add(value)
            if rule.classes:
                needs += [(value, name) for name in rule.classes]
        return _Values(tuple(needs), tuple([path for path in self._required if path not in present]))

    def _counts_are_right(self, pairs: tuple[Pair, ...]) -> bool:
        """Whether no property has more values than it may, or some but fewer than it must."""
        counts = Counter(map(itemgetter(0), pairs))
        return all(rule.at_least <= counts[path] <= rule.at_most for path, rule in self._limited if path in counts)

    def needs(self, node: Node) -> tuple[Pair, ...] | None:
        """Which values must be of which class for the node to be clean; ``None`` where it is not, whatever they are."""
        own, shared = node.own, node.shared
        if not own or not shared:
            values = self.look(own or shared)
            return None if values.missing else values.needs
        if self._last[0] is not own:  # the mentions of a figure come one after the other, with the same statement on their figure
            self._last = (own, self.look(own))
        first = self._last[1]
        second = self._seen.get(shared) or self._seen.keep(shared, self.look(shared))
        if first is _BAD or second is _BAD or not set(second.missing).isdisjoint(first.missing):
            return None
        return first.needs + second.needs


class _Types(NamedTuple):
    """The classes of a node, with those above them, and the checks that go with them."""

    names: frozenset[str]
    checks: tuple[_Class, ...]


_Looked = tuple[frozenset[str], tuple[Pair, ...]]
"""Of a node that is clean if some values are of some classes: the names of its own classes, and those values with theirs."""


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
        self._closed: dict[tuple[str, ...], _Types] = {}
        self._last_types: tuple[tuple[Pair, ...], _Types] = ((), _Types(frozenset(), ()))
        self._looked: RememberedOf[Node, _Looked] = RememberedOf(30_000)
        self.complete = True
        try:
            self._classes = _compile(_index(text))
        except UnscreenableError:
            self.complete = False
            self._classes = {}

    def clean(self, nodes: Iterable[Node]) -> bool:
        """Whether the engine would surely find nothing in the graph of these nodes."""
        if not self.complete:
            return False
        described: dict[str, frozenset[str]] = {}
        needs: set[Pair] = set()
        seen = self._looked.made
        for node in nodes:
            known = seen.get(id(node))
            looked = known[1] if known else self._look(node)
            if looked is None:
                return False
            if not known and not node.own:  # many figures have this very node
                self._looked.keep(node, looked)
            described[node.subject] = looked[0]
            needs.update(looked[1])
        return all(name in described.get(value, ()) for value, name in needs)

    def _look(self, node: Node) -> _Looked | None:
        types = self._types(node.own or node.shared)
        needs: tuple[Pair, ...] = ()
        for one in types.checks:
            for test in one.tests:
                if not test(node.subject):
                    return None
            found = one.needs(node)
            if found is None:
                return None
            needs += found
        return types.names, needs

    def _types(self, pairs: tuple[Pair, ...]) -> _Types:
        if self._last_types[0] is pairs:
            return self._last_types[1]
        stated = []
        for predicate, value in pairs:
            if predicate != TYPE:
                break
            stated.append(value)
        types = tuple(stated)
        known = self._closed.get(types) or self._closed.setdefault(types, self._close(types))
        self._last_types = (pairs, known)
        return known

    def _close(self, types: tuple[str, ...]) -> _Types:
        names = frozenset(name for one in types for name in (one, *self._above.get(one, ())))
        return _Types(names, tuple(self._classes[name] for name in sorted(names) if name in self._classes))


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
    tests: list[Test] = []
    rules: dict[str, list[Mapping[str, list[str]]]] = defaultdict(list)
    for facts in shapes:
        own = {name: values for name, values in facts.items() if name != f"{SH}targetClass"}
        at_least, at_most, found, classes = _constraints(own, index)
        if at_least or at_most != float("inf") or classes:
            raise UnscreenableError("a count or class on a node shape")
        tests += found
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
