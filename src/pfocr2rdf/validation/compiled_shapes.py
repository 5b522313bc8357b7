"""A SHACL fast path: shapes compiled to checks on N-Triples text, which identify conforming data without the SHACL engine.

They say only "conforms" or "may not conform": validation results always come from the engine. Only the everyday constraints of
SHACL Core are compiled; with shapes that use any other, every figure goes to the engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from operator import itemgetter
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
    list_members,
    to_iri_check,
)

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_NON_CONSTRAINTS = {
    f"{SH}{name}" for name in ("name", "description", "message", "severity", "order", "group", "defaultValue", "property")
} | {f"{_RDF}type", f"{_RDFS}label", f"{_RDFS}comment"}
_CLASS_TYPES = {iri_term(f"{_RDFS}Class"), iri_term("http://www.w3.org/2002/07/owl#Class")}


class _PropertyCheck(NamedTuple):
    """The checks of the property shapes on one path of one class, or the constraints of a shape."""

    min_count: int
    max_count: float
    checks: tuple[TermCheck, ...]
    classes: tuple[str, ...]
    valid_values: set[str]

    def accepts(self, values: list[str]) -> bool:
        """Whether each value passes the checks. It is cached then, unless it is long: long ones do not come again."""
        valid_values = self.valid_values
        for value in values:
            if value not in valid_values:
                for check in self.checks:
                    if not check(value):
                        return False
                if len(value) <= _MAX_CACHED_CHARS:
                    valid_values.add(value)
        if len(valid_values) > _MAX_VALID_VALUES:
            valid_values.clear()
        return True


_MAX_VALID_VALUES, _MAX_CACHED_CHARS = 20_000, 200

_UNSATISFIABLE: PredicateObject = ("", "")  # a requirement that nothing meets


class _ClassCheck:
    """The checks of all shapes on one class; ``needed_classes`` are those that values of the properties must be of."""

    def __init__(self, checks: tuple[IriCheck, ...], properties: dict[str, _PropertyCheck]) -> None:
        self.checks = checks  # the checks of the IRIs of its instances
        self.required = tuple(path for path, check in properties.items() if check.min_count)  # the properties that each instance must have
        self.needed_classes = frozenset(name for check in properties.values() for name in check.classes)
        self._properties = properties

    def needs(self, values_by_predicate: Mapping[str, list[str]]) -> list[PredicateObject]:
        """Which values must be of which class for these to conform, as (value, class); missing properties are not checked."""
        needs: list[PredicateObject] = []
        for predicate, values in values_by_predicate.items():
            check = self._properties.get(predicate)
            if check is None:
                continue
            min_count, max_count, checks, classes, valid_values = check
            if not min_count <= len(values) <= max_count:
                return [_UNSATISFIABLE]
            if checks and not valid_values.issuperset(values) and not check.accepts(values):
                return [_UNSATISFIABLE]
            for name in classes:
                needs += zip(values, repeat(name))
        return needs


class _TypeSetCheck:
    """The classes of a resource, with their superclasses, and the checks of all of them.

    ``cached_needs`` has what an interned predicate-object list needs: as for a whole resource, and that the resource has the required
    properties which are missing in the list, as ``("", property)``.
    """

    def __init__(self, classes: frozenset[str], checks: tuple[_ClassCheck, ...]) -> None:
        self.classes = classes  # the classes that values of some property must be of
        self._checks = checks
        self._iri_checks = tuple(iri_check for check in checks for iri_check in check.checks)
        self._required = frozenset(path for check in checks for path in check.required)
        self.cached_needs: LruCache[PredicateObjectList, tuple[PredicateObject, ...]] = LruCache(ROW_CACHE_ENTRIES, self._needs_of_list)

    def accepts(self, iris: list[str]) -> bool:
        """Whether resources of these classes may have these IRIs."""
        return all(all(map(check, iris)) for check in self._iri_checks)

    def needs(self, values_by_predicate: Mapping[str, list[str]]) -> list[PredicateObject]:
        """Which values must be of which class; see ``_ClassCheck.needs``."""
        return [need for check in self._checks for need in check.needs(values_by_predicate)]

    def needs_of_complete(self, values_by_predicate: Mapping[str, list[str]]) -> list[PredicateObject]:
        """The same for a resource that has no other properties."""
        return self.needs(values_by_predicate) if self._required <= values_by_predicate.keys() else [_UNSATISFIABLE]

    def _needs_of_list(self, shared: PredicateObjectList) -> tuple[PredicateObject, ...]:
        values_by_predicate = group_by_predicate(shared.pairs)
        return (*self.needs(values_by_predicate), *[("", path) for path in self._required if path not in values_by_predicate])


_ResourceCheck = tuple[Resource | None, list[PredicateObject], list[PredicateObject]]
"""A resource, if it is cached, the classes that it states, as (subject, class), and those that it needs, as (value, class)."""

_get_stated, _get_needs = itemgetter(1), itemgetter(2)


class CompiledShapes:
    """SHACL shapes, compiled from Turtle, with the superclasses of each class as IRIs."""

    def __init__(self, text: str, superclasses: Mapping[str, frozenset[str]]) -> None:
        self._superclasses = {iri_term(name): tuple(map(iri_term, sorted(names))) for name, names in superclasses.items()}
        self._types: LruCache[tuple[str, ...], _TypeSetCheck] = LruCache(1_000, self._close_types)
        self._resource_checks: LruCache[int, _ResourceCheck] = LruCache(ROW_CACHE_ENTRIES)
        self.is_exact = True  # whether all constraints were compiled; if not, ``conforms`` is always False
        try:
            self._classes = _compile(_index_shapes(text))
        except UnsupportedConstraintError:
            self.is_exact = False
            self._classes = {}
        self._needed = frozenset(name for check in self._classes.values() for name in check.needed_classes)

    def conforms(
        self, resources: Iterable[Resource], figure: GroupedResource | None = None, mentions: ResourceColumns | None = None
    ) -> bool:
        """Whether the graph of these resources, this figure and these mentions surely conforms."""
        if not self.is_exact:
            return False
        resources = list(resources)
        checks = [
            cached or self._check_resource(resource)
            for cached, resource in zip(map(self._resource_checks.get, map(id, resources)), resources, strict=True)
        ]
        if figure:
            checks.append(self._check_values(figure.subject, figure.values_by_predicate))
        stated = set(chain.from_iterable(map(_get_stated, checks)))
        needs = set(chain.from_iterable(map(_get_needs, checks)))
        if mentions and mentions.local_names:
            self._check_columns(mentions, stated, needs)
        return needs <= stated

    def _check_resource(self, resource: Resource) -> _ResourceCheck:
        if not resource.pairs_interned:
            return self._check_values(resource.subject, resource.values_by_predicate)
        return self._resource_checks.lookup(id(resource)) or self._resource_checks.put(
            id(resource), self._check_values(resource.subject, resource.values_by_predicate, resource)
        )

    def _check_values(self, subject: str, values_by_predicate: Mapping[str, list[str]], resource: Resource | None = None) -> _ResourceCheck:
        types = self._types[tuple(values_by_predicate.get(RDF_TYPE, ()))]
        needs = types.needs_of_complete(values_by_predicate) if types.accepts([subject[1:-1]]) else [_UNSATISFIABLE]
        return resource, [(subject, name) for name in types.classes], needs

    def _check_columns(self, columns: ResourceColumns, stated: set[PredicateObject], needs: set[PredicateObject]) -> None:
        """Add what the resources of the columns state and need; most of it is cached from other figures."""
        trailers, common = set(columns.trailers), group_by_predicate(columns.common)
        types = self._types[tuple(common.get(RDF_TYPE, ()))]
        iris = [columns.namespace + name for name in columns.local_names]
        if not types.accepts(iris):
            needs.add(_UNSATISFIABLE)
        needs.update(*map(types.cached_needs.__getitem__, columns.bodies), types.needs(common))
        for trailer in trailers:
            needs.update([need for need in types.cached_needs[trailer] if need[0] or need == _UNSATISFIABLE])
        stated.update((iri_term(iri), name) for name in types.classes for iri in iris)
        in_all_trailers = set.intersection(*[{predicate for predicate, _ in trailer.pairs} for trailer in trailers])
        stated.update([("", path) for path in (*common, *in_all_trailers)])

    def _close_types(self, types: tuple[str, ...]) -> _TypeSetCheck:
        names = {*types, *(superclass for name in types for superclass in self._superclasses.get(name, ()))}
        return _TypeSetCheck(self._needed & names, tuple(self._classes[name] for name in sorted(names) if name in self._classes))


def _index_shapes(text: str) -> ShapesIndex:
    index: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE):
        index[str(quad.subject)][str(quad.predicate)[1:-1]].append(str(quad.object))
    return index


def _compile(index: ShapesIndex) -> dict[str, _ClassCheck]:
    """The checks for each target class; ``UnsupportedConstraintError`` for a target or a constraint that is not compiled here."""
    shapes: dict[str, list[str]] = defaultdict(list)
    reached: set[str] = set()
    for subject, facts in index.items():
        for target in facts.get(f"{SH}targetClass", ()):
            shapes[target].append(subject)
        reached.update(facts.get(f"{SH}property", ()), facts.get(f"{SH}qualifiedValueShape", ()))
        reached.update(member for members in facts.get(f"{SH}or", ()) for member in list_members(members, index))
    for subject, facts in index.items():
        is_shape = any(name.startswith(SH) for name in facts)
        if is_shape and not _CLASS_TYPES.isdisjoint(facts.get(f"{_RDF}type", ())):
            raise UnsupportedConstraintError(f"{subject} is a class, and so its own target")
        if is_shape and f"{SH}targetClass" not in facts and subject not in reached:
            raise UnsupportedConstraintError(subject)
    return {target: _compile_class([index[name] for name in names], index) for target, names in shapes.items()}


def _compile_class(shapes: list[Mapping[str, list[str]]], index: ShapesIndex) -> _ClassCheck:
    iri_checks: list[IriCheck] = []
    property_shapes: dict[str, list[Mapping[str, list[str]]]] = defaultdict(list)
    for facts in shapes:
        constraints = _compile_constraints({name: values for name, values in facts.items() if name != f"{SH}targetClass"}, index)
        if constraints.min_count or constraints.max_count != float("inf") or constraints.classes:
            raise UnsupportedConstraintError("a count or class on a node shape")
        iri_checks += filter(None, map(to_iri_check, constraints.checks))
        for name in facts.get(f"{SH}property", ()):
            path = index[name].get(f"{SH}path", [""])
            if len(path) != 1 or not path[0].startswith("<"):
                raise UnsupportedConstraintError("a property path")
            if f"{SH}property" in index[name]:
                raise UnsupportedConstraintError("a property of a property")
            property_shapes[path[0]].append({key: values for key, values in index[name].items() if key != f"{SH}path"})
    properties = {path: _merge(_compile_constraints(facts, index) for facts in shapes) for path, shapes in property_shapes.items()}
    return _ClassCheck(tuple(iri_checks), properties)


def _merge(checks: Iterable[_PropertyCheck]) -> _PropertyCheck:
    min_counts, max_counts, value_checks, classes, _ = zip(*checks, strict=True)
    return _PropertyCheck(
        max(min_counts),
        min(max_counts),
        tuple(chain.from_iterable(value_checks)),
        tuple(dict.fromkeys(chain.from_iterable(classes))),
        set(),
    )


def _compile_constraints(facts: Mapping[str, list[str]], index: ShapesIndex) -> _PropertyCheck:
    min_count, max_count = 0, float("inf")
    checks: list[TermCheck] = []
    classes: list[str] = []
    for name, values in facts.items():
        if name in _NON_CONSTRAINTS or not name.startswith(SH):
            continue
        parameter = name.removeprefix(SH)
        for value in values:
            if parameter == "minCount":
                min_count = max(min_count, int(parse_term(value).value))
            elif parameter == "maxCount" or parameter == "qualifiedMaxCount":
                max_count = min(max_count, int(parse_term(value).value))
            elif parameter == "qualifiedValueShape" and f"{SH}qualifiedMinCount" not in facts:
                continue
            elif parameter == "class":
                classes.append(value)
            elif parameter == "or":  # what conforms to the first shape conforms; of the rest the engine judges
                first = _compile_constraints(_first_alternative(value, index), index)
                checks += first.checks
                classes += first.classes
            elif parameter in CONSTRAINT_CHECKS:
                checks.append(CONSTRAINT_CHECKS[parameter](value, index))
            else:
                raise UnsupportedConstraintError(name)
    return _PropertyCheck(min_count, max_count, tuple(checks), tuple(classes), set())


def _first_alternative(members: str, index: ShapesIndex) -> Mapping[str, list[str]]:
    """The constraints of the first member of an RDF list of shapes, which must be a node shape without property shapes."""
    facts = index.get(next(list_members(members, index), ""), {})
    if not facts or any(f"{SH}{name}" in facts for name in ("path", "property", "minCount", "maxCount", "qualifiedMaxCount")):
        raise UnsupportedConstraintError("an alternative that is more than a node shape")
    return facts
