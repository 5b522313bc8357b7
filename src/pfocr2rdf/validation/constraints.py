"""The constraints of SHACL Core on one value that the screen knows, as checks on N-Triples text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from pfocr2rdf.rdf.terms import XSD_STRING, iri_term, lexical_form, parse_term

SH = "http://www.w3.org/ns/shacl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Patterns that mean the same in Python as in XPath: no escapes but of punctuation, no (?...), no sets within sets.
_SAFE_SET = r"\[\^?(?:[^\\\[\]&|~-]|-(?!-)|\\[.\-$^/])+\]"
_SAFE_PATTERN = re.compile(rf"(?:[^\\(\[]|\\[.\-$^/]|\((?!\?)|{_SAFE_SET})*").fullmatch

TermCheck = Callable[[str], bool]
"""Whether a value, as N-Triples text, is as it must be."""

IriCheck = Callable[[str], object]
"""The same for an IRI without its brackets; what it gives back is true or false."""

ShapesIndex = Mapping[str, Mapping[str, list[str]]]
"""The shapes graph: objects by subject and predicate; predicates without their brackets."""


class UnsupportedConstraintError(Exception):
    """A constraint that the screen does not know."""


# Forms that every engine takes for well-formed. A value of another form, or of another datatype, is left to the engine.
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
    kind = value.removeprefix(f"<{SH}").removesuffix(">")
    if kind == "IRI":
        return _is_iri
    if kind == "Literal":
        return lambda term: term.startswith('"')
    raise UnsupportedConstraintError(value)


class _PatternCheck:
    """The test for a pattern."""

    def __init__(self, search: Callable[[str], object]) -> None:
        self.search = search

    def __call__(self, term: str) -> bool:
        return self.search(lexical_form(term)) is not None


def _pattern(value: str, _index: ShapesIndex) -> TermCheck:
    text = lexical_form(value)
    if not _SAFE_PATTERN(text) or "$" in text[:-1]:
        raise UnsupportedConstraintError(value)
    try:
        search = re.compile(re.sub(r"(?<!\\)\$\Z", r"\\Z", text)).search  # Python's $ also stands before a last line end
    except re.error:
        raise UnsupportedConstraintError(value) from None
    return _PatternCheck(search)


def _length_check(at_least: bool) -> Callable[[str, ShapesIndex], TermCheck]:
    def make(value: str, _index: ShapesIndex) -> TermCheck:
        bound = int(parse_term(value).value)
        if at_least:
            return lambda term: len(lexical_form(term)) >= bound
        return lambda term: len(lexical_form(term)) <= bound

    return make


def _bound_check(at_least: bool) -> Callable[[str, ShapesIndex], TermCheck]:
    def make(value: str, _index: ShapesIndex) -> TermCheck:
        if not _is_number(value):
            raise UnsupportedConstraintError(value)
        bound = Decimal(lexical_form(value))

        def test(term: str) -> bool:
            if not _is_number(term):
                return False
            number = Decimal(lexical_form(term))
            return number >= bound if at_least else number <= bound

        return test

    return make


def _in_check(value: str, index: ShapesIndex) -> TermCheck:
    allowed: set[str] = set()
    while value in index:
        allowed.update(index[value][f"{_RDF}first"])
        value = index[value][f"{_RDF}rest"][0]
    return allowed.__contains__


CONSTRAINT_CHECKS: dict[str, Callable[[str, ShapesIndex], TermCheck]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "minLength": _length_check(True),
    "maxLength": _length_check(False),
    "minInclusive": _bound_check(True),
    "maxInclusive": _bound_check(False),
    "in": _in_check,
}


def to_iri_check(check: TermCheck) -> IriCheck | None:
    """The test for an IRI without its brackets; ``None`` where it takes each of them."""
    if check is _is_iri:
        return None
    return check.search if isinstance(check, _PatternCheck) else lambda iri: check(iri_term(iri))
