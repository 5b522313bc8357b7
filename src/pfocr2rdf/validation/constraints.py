"""Constraint components of SHACL Core that compare one value with a parameter, as checks on N-Triples text."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from pfocr2rdf.rdf.terms import XSD_STRING, iri_term, lexical_form, parse_term

SH = "http://www.w3.org/ns/shacl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Patterns that mean the same in Python as in XPath: no escapes but of punctuation, no (?...), no sets within sets.
_SAFE_SET = r"\[\^?(?:[^\\\[\]&|~-]|-(?!-)|\\[.\-$^/])+\]"
_SAFE_PATTERN = re.compile(rf"(?:[^\\(\[]|\\[.\-$^/]|\((?!\?)|{_SAFE_SET})*").fullmatch

TermCheck = Callable[[str], bool]  # whether a value, as N-Triples text, conforms
IriCheck = Callable[[str], object]  # the same for an IRI without its brackets; the result is truthy or falsy
ShapesIndex = Mapping[str, Mapping[str, list[str]]]  # the shapes graph: objects by subject and predicate; predicates without their brackets


class UnsupportedConstraintError(Exception):
    """A constraint that cannot be compiled."""


# Lexical forms that every engine takes for well-formed. A value of another form, or of another datatype, is left to the engine.
_WELL_FORMED = {
    iri_term(f"{_XSD}{name}"): re.compile(rf'"{form}"\^\^{re.escape(iri_term(f"{_XSD}{name}"))}').fullmatch
    for name, form in {"integer": "[+-]?[0-9]{1,18}", "decimal": r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?", "gYear": "[0-9]{4}"}.items()
}
_NUMBER_FORMS = tuple(_WELL_FORMED[iri_term(f"{_XSD}{name}")] for name in ("integer", "decimal"))


def _datatype(value: str, _index: ShapesIndex) -> TermCheck:
    if value == iri_term(XSD_STRING):
        return lambda term: term.endswith('"')
    well_formed = _WELL_FORMED.get(value)
    return lambda term: well_formed is not None and well_formed(term) is not None


def _is_number(term: str) -> bool:
    return any(well_formed(term) for well_formed in _NUMBER_FORMS)


def _is_iri(term: str) -> bool:
    return term.startswith("<")


def _node_kind(value: str, _index: ShapesIndex) -> TermCheck:
    node_kind = value.removeprefix(f"<{SH}").removesuffix(">")
    if node_kind == "IRI":
        return _is_iri
    if node_kind == "Literal":
        return lambda term: term.startswith('"')
    raise UnsupportedConstraintError(value)


class _PatternCheck:
    """The check for ``sh:pattern``."""

    def __init__(self, search: Callable[[str], object]) -> None:
        self.search = search

    def __call__(self, term: str) -> bool:
        return self.search(lexical_form(term)) is not None


def _pattern(value: str, _index: ShapesIndex) -> TermCheck:
    text = lexical_form(value)
    if not _SAFE_PATTERN(text) or "$" in text[:-1]:
        raise UnsupportedConstraintError(value)
    try:
        search = re.compile(re.sub(r"(?<!\\)\$\Z", r"\\Z", text)).search  # Python's $ also matches before a last line end
    except re.error:
        raise UnsupportedConstraintError(value) from None
    return _PatternCheck(search)


def _length(compare: Callable[[int, int], bool], value: str, _index: ShapesIndex) -> TermCheck:
    length = int(parse_term(value).value)
    return lambda term: compare(len(lexical_form(term)), length)


def _bound(compare: Callable[[Decimal, Decimal], bool], value: str, _index: ShapesIndex) -> TermCheck:
    if not _is_number(value):
        raise UnsupportedConstraintError(value)
    bound = Decimal(lexical_form(value))
    return lambda term: _is_number(term) and compare(Decimal(lexical_form(term)), bound)


def list_members(value: str, index: ShapesIndex) -> Iterator[str]:
    """The members of an RDF list."""
    while value in index:
        yield from index[value][f"{_RDF}first"]
        value = index[value][f"{_RDF}rest"][0]


def _in(value: str, index: ShapesIndex) -> TermCheck:
    return frozenset(list_members(value, index)).__contains__


CONSTRAINT_CHECKS: dict[str, Callable[[str, ShapesIndex], TermCheck]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "minLength": partial(_length, operator.ge),
    "maxLength": partial(_length, operator.le),
    "minInclusive": partial(_bound, operator.ge),
    "maxInclusive": partial(_bound, operator.le),
    "in": _in,
}


def to_iri_check(check: TermCheck) -> IriCheck | None:
    """The check for an IRI without its brackets; ``None`` where every IRI passes."""
    if check is _is_iri:
        return None
    return check.search if isinstance(check, _PatternCheck) else lambda iri: check(iri_term(iri))
