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

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    GroupedResource,
    PredicateObject,
    PredicateObjectList,
    Resource,
    ResourceColumns,
    group_by_predicate,
    iri_term,
    parse_term,
)
from pfocr2rdf.validation.constraints import (
    CONSTRAINT_CHECKS,
    SH,
    IriCheck,
    ShapesIndex,
    TermCheck,
    UnsupportedConstraintError,
    to_iri_check,
)

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_NON_CONSTRAINTS = {
    f"{SH}{name}" for name in ("name", "description", "message", "severity", "order", "group", "defaultValue", "property")
} | {f"{_RDF}type", f"{_RDFS}label", f"{_RDFS}comment"}
_CLASS_TYPES = {iri_term(f"{_RDFS}Class"), iri_term("http://www.w3.org/2002/07/owl#Class")}


class _PropertyCheck(NamedTuple):
    """The checks of all property shapes on one path of one class."""

    min_count: int
    max_count: float
    checks: tuple[TermCheck, ...]
    classes: tuple[str, ...]
    valid_values: set[str]

    def accepts(self, values: list[str]) -> bool:
        """Whether each value passes the tests. It is noted then, unless it is long: long ones do not come again."""
        if not self.checks or self.valid_values.issuperset(values):
            return True
        for value in values:
            if value not in self.valid_values:
                for test in self.checks:
                    if not test(value):
                        return False
                if len(value) <= _MAX_CACHED_CHARS:
                    self.valid_values.add(value)
        if len(self.valid_values) > _MAX_VALID_VALUES:
            self.valid_values.clear()
        return True


_MAX_VALID_VALUES, _MAX_CACHED_CHARS = 20_000, 200

_UNSATISFIABLE: PredicateObject = ("", "")
"""A need that nothing meets."""


class _ClassCheck:
    """The checks of all shapes on one class.

    Attributes:
        checks: those on the IRIs of its nodes.
        required: the properties that each of them must have.
        needed_classes: the classes that values of their properties must be of.
    """

    def __init__(self, tests: tuple[IriCheck, ...], properties: dict[str, _PropertyCheck]) -> None:
        self.checks = tests
        self.required = tuple(path for path, rule in properties.items() if rule.min_count)
        self.needed_classes = frozenset(name for rule in properties.values() for name in rule.classes)
        self._properties = properties

    def needs(self, values_of: Mapping[str, list[str]]) -> list[PredicateObject]:
        """Which values must be of which class for a node to be right that has these; nothing is said of properties that are missing."""
        needs: list[PredicateObject] = []
        rules = self._properties
        for predicate, values in values_of.items():
            rule = rules.get(predicate)
            if rule is None:
                continue
            if not rule.min_count <= len(values) <= rule.max_count or not rule.accepts(values):
                return [_UNSATISFIABLE]
            for name in rule.classes:
                needs += zip(values, repeat(name))
        return needs


class _TypeSetCheck:
    """The classes of a node, with those above them, and the checks that go with them.

    Attributes:
        classes: the classes, as far as some value must be of one of them.
        cached_needs: what statements need that many nodes of these classes share: as for a whole node, and that the node has the
            properties which are missing among them, as ``("", property)``.
    """

    def __init__(self, names: frozenset[str], checks: tuple[_ClassCheck, ...]) -> None:
        self.classes = names
        self._checks = checks
        self._tests = tuple(test for one in checks for test in one.checks)
        self._required = frozenset(path for one in checks for path in one.required)
        self.cached_needs: LruCache[PredicateObjectList, tuple[PredicateObject, ...]] = LruCache(ROW_CACHE_ENTRIES, self._needs_of_shared)

    def accept(self, iris: list[str]) -> bool:
        """Whether nodes of these classes may have these IRIs."""
        return all(all(map(test, iris)) for test in self._tests)

    def needs(self, values_of: Mapping[str, list[str]]) -> list[PredicateObject]:
        """Which values must be of which class; see ``_ClassCheck.needs``."""
        return [need for one in self._checks for need in one.needs(values_of)]

    def needs_of_complete(self, values_of: Mapping[str, list[str]]) -> list[PredicateObject]:
        """The same for a node that has no others."""
        return self.needs(values_of) if self._required <= values_of.keys() else [_UNSATISFIABLE]

    def _needs_of_shared(self, shared: PredicateObjectList) -> tuple[PredicateObject, ...]:
        values_of = group_by_predicate(shared.pairs)
        return (*self.needs(values_of), *[("", path) for path in self._required if path not in values_of])


_NodeCheck = tuple[Resource | None, list[PredicateObject], list[PredicateObject]]
"""A node that is remembered, the classes that it states, as (subject, class), and those that it needs, as (value, class)."""


class CompiledShapes:
    """The compiled shapes.

    Args:
        text: shapes, as Turtle.
        superclasses: for each class IRI, the IRIs of the classes above it.

    Attributes:
        is_exact: whether all constraints are known. If not, ``conforms`` is always False.
    """

    def __init__(self, text: str, superclasses: Mapping[str, frozenset[str]]) -> None:
        self._superclasses = {iri_term(name): tuple(map(iri_term, sorted(above))) for name, above in superclasses.items()}
        self._types: LruCache[tuple[str, ...], _TypeSetCheck] = LruCache(1_000, self._close_types)
        self._node_checks: LruCache[int, _NodeCheck] = LruCache(ROW_CACHE_ENTRIES)
        self.is_exact = True
        try:
            self._classes = _compile(_index_shapes(text))
        except UnsupportedConstraintError:
            self.is_exact = False
            self._classes = {}
        self._needed = frozenset(name for one in self._classes.values() for name in one.needed_classes)

    def conforms(
        self, resources: Iterable[Resource], figure: GroupedResource | None = None, mentions: ResourceColumns | None = None
    ) -> bool:
        """Whether the engine would surely find nothing in the graph of these nodes, this figure and these mentions."""
        if not self.is_exact:
            return False
        resources = list(resources)
        known = [
            found or self._check_resource(node)
            for found, node in zip(map(self._node_checks.get, map(id, resources)), resources, strict=True)
        ]
        if figure:
            known.append(self._check_values(figure.subject, figure.values_by_predicate))
        stated = {pair for _, states, _ in known for pair in states}
        needs = {pair for _, _, requires in known for pair in requires}
        if mentions and mentions.local_names:
            self._check_columns(mentions, stated, needs)
        return needs <= stated

    def _check_resource(self, node: Resource) -> _NodeCheck:
        if node.pairs_interned and (known := self._node_checks.lookup(id(node))):
            return known
        looked = self._check_values(node.subject, node.values_by_predicate, node)
        return self._node_checks.put(id(node), looked) if node.pairs_interned else looked  # many figures have this very node

    def _check_values(self, subject: str, values_of: Mapping[str, list[str]], node: Resource | None = None) -> _NodeCheck:
        types = self._types[tuple(values_of.get(RDF_TYPE, ()))]
        needs = types.needs_of_complete(values_of) if types.accept([subject[1:-1]]) else [_UNSATISFIABLE]
        return node, [(subject, name) for name in types.classes], needs

    def _check_columns(self, nodes: ResourceColumns, stated: set[PredicateObject], needs: set[PredicateObject]) -> None:
        """Add what nodes state and need that differ in little; most of it is known from other figures."""
        first, *last = map(group_by_predicate, (nodes.common, *[one.pairs for one in set(nodes.trailers)]))
        types = self._types[tuple(first.get(RDF_TYPE, ()))]
        iris = [nodes.namespace + name for name in nodes.local_names]
        if not types.accept(iris):
            needs.add(_UNSATISFIABLE)
        needs.update(*map(types.cached_needs.__getitem__, nodes.bodies), *map(types.needs, (first, *last)))
        stated.update((iri_term(iri), name) for name in types.classes for iri in iris)
        stated.update([("", path) for path in (*first, *set.intersection(*map(set, last)))])

    def _close_types(self, types: tuple[str, ...]) -> _TypeSetCheck:
        names = frozenset(name for one in types for name in (one, *self._superclasses.get(one, ())))
        return _TypeSetCheck(names & self._needed, tuple(self._classes[name] for name in sorted(names) if name in self._classes))


def _index_shapes(text: str) -> ShapesIndex:
    index: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE):
        index[str(quad.subject)][str(quad.predicate)[1:-1]].append(str(quad.object))
    return index


def _compile(index: ShapesIndex) -> dict[str, _ClassCheck]:
    """The checks for each target class.

    Raises:
        UnsupportedConstraintError: a shape, or part of one, is of no kind that is known here.
    """
    shapes: dict[str, list[str]] = defaultdict(list)
    reached: set[str] = set()
    for subject, facts in index.items():
        for target in facts.get(f"{SH}targetClass", ()):
            shapes[target].append(subject)
        reached.update(facts.get(f"{SH}property", ()))
    for subject, facts in index.items():
        is_shape = any(name.startswith(SH) for name in facts)
        if is_shape and not _CLASS_TYPES.isdisjoint(facts.get(f"{_RDF}type", ())):
            raise UnsupportedConstraintError(f"{subject} is a class, and so its own target")
        if is_shape and f"{SH}targetClass" not in facts and subject not in reached:
            raise UnsupportedConstraintError(subject)
    return {target: _compile_class([index[name] for name in names], index) for target, names in shapes.items()}


def _compile_class(shapes: list[Mapping[str, list[str]]], index: ShapesIndex) -> _ClassCheck:
    tests: list[IriCheck] = []
    rules: dict[str, list[Mapping[str, list[str]]]] = defaultdict(list)
    for facts in shapes:
        own = {name: values for name, values in facts.items() if name != f"{SH}targetClass"}
        at_least, at_most, found, classes = _compile_constraints(own, index)
        if at_least or at_most != float("inf") or classes:
            raise UnsupportedConstraintError("a count or class on a node shape")
        tests += filter(None, map(to_iri_check, found))
        for name in facts.get(f"{SH}property", ()):
            path = index[name].get(f"{SH}path", [""])
            if len(path) != 1 or not path[0].startswith("<"):
                raise UnsupportedConstraintError("a property path")
            if f"{SH}property" in index[name]:
                raise UnsupportedConstraintError("a property of a property")
            rules[path[0]].append({key: values for key, values in index[name].items() if key != f"{SH}path"})
    properties = {path: _merge_constraints([_compile_constraints(facts, index) for facts in found]) for path, found in rules.items()}
    return _ClassCheck(tuple(tests), properties)


_Constraints = tuple[int, float, list[TermCheck], list[str]]


def _merge_constraints(found: list[_Constraints]) -> _PropertyCheck:
    return _PropertyCheck(
        max(one[0] for one in found),
        min(one[1] for one in found),
        tuple(test for one in found for test in one[2]),
        tuple(dict.fromkeys(name for one in found for name in one[3])),
        set(),
    )


def _compile_constraints(facts: Mapping[str, list[str]], index: ShapesIndex) -> _Constraints:
    at_least, at_most = 0, float("inf")
    tests: list[TermCheck] = []
    classes: list[str] = []
    for name, values in facts.items():
        if name in _NON_CONSTRAINTS or not name.startswith(SH):
            continue
        local = name.removeprefix(SH)
        for value in values:
            if local == "minCount":
                at_least = max(at_least, int(parse_term(value).value))
            elif local == "maxCount":
                at_most = min(at_most, int(parse_term(value).value))
            elif local == "class":
                classes.append(value)
            elif local in CONSTRAINT_CHECKS:
                tests.append(CONSTRAINT_CHECKS[local](value, index))
            else:
                raise UnsupportedConstraintError(name)
    return at_least, at_most, tests, classes
