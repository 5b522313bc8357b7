"""The constraints of SHACL Core on one value that the screen knows, as checks on N-Triples text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from pfocr2rdf.rdf.terms import XSD_STRING, lexical, parse, ref

SH = "http://www.w3.org/ns/shacl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Patterns that mean the same in Python as in XPath: no escapes but of punctuation, no (?...), no sets within sets.
_SAFE_SET = r"\[\^?(?:[^\\\[\]&|~-]|-(?!-)|\\[.\-$^/])+\]"
_SAFE_PATTERN = re.compile(rf"(?:[^\\(\[]|\\[.\-$^/]|\((?!\?)|{_SAFE_SET})*").fullmatch

Test = Callable[[str], bool]
"""Whether a value, as N-Triples text, is as it must be."""

IriTest = Callable[[str], object]
"""The same for an IRI without its brackets; what it gives back is true or false."""

Index = Mapping[str, Mapping[str, list[str]]]
"""The shapes graph: objects by subject and predicate; predicates without their brackets."""


class UnscreenableError(Exception):
    """A constraint that the screen does not know."""


# Forms that every engine takes for well-formed. A value of another form, or of another datatype, is left to the engine.
_WELL_FORMED = {
    ref(f"{_XSD}{name}"): re.compile(rf'"{form}"\^\^{re.escape(ref(f"{_XSD}{name}"))}').fullmatch
    for name, form in {"integer": "[+-]?[0-9]{1,18}", "decimal": r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?", "gYear": "[0-9]{4}"}.items()
}
_NUMBERS = tuple(_WELL_FORMED[ref(f"{_XSD}{name}")] for name in ("integer", "decimal"))


def _datatype(value: str, _index: Index) -> Test:
    if value == ref(XSD_STRING):
        return lambda term: term.endswith('"')
    well_formed = _WELL_FORMED.get(value)
    return lambda term: well_formed is not None and well_formed(term) is not None


def _is_number(term: str) -> bool:
    return any(well_formed(term) for well_formed in _NUMBERS)


def _is_iri(term: str) -> bool:
    return term.startswith("<")


def _node_kind(value: str, _index: Index) -> Test:
    kind = value.removeprefix(f"<{SH}").removesuffix(">")
    if kind == "IRI":
        return _is_iri
    if kind == "Literal":
        return lambda term: term.startswith('"')
    raise UnscreenableError(value)


class _Pattern:
    """The test for a pattern."""

    def __init__(self, search: Callable[[str], object]) -> None:
        self.search = search

    def __call__(self, term: str) -> bool:
        return self.search(lexical(term)) is not None


def _pattern(value: str, _index: Index) -> Test:
    text = lexical(value)
    if not _SAFE_PATTERN(text) or "$" in text[:-1]:
        raise UnscreenableError(value)
    try:
        search = re.compile(re.sub(r"(?<!\\)\$\Z", r"\\Z", text)).search  # Python's $ also stands before a last line end
    except re.error:
        raise UnscreenableError(value) from None
    return _Pattern(search)


def _length(at_least: bool) -> Callable[[str, Index], Test]:
    def make(value: str, _index: Index) -> Test:
        bound = int(parse(value).value)
        if at_least:
            return lambda term: len(lexical(term)) >= bound
        return lambda term: len(lexical(term)) <= bound

    return make


def _bound(at_least: bool) -> Callable[[str, Index], Test]:
    def make(value: str, _index: Index) -> Test:
        if not _is_number(value):
            raise UnscreenableError(value)
        bound = Decimal(lexical(value))

        def test(term: str) -> bool:
            if not _is_number(term):
                return False
            number = Decimal(lexical(term))
            return number >= bound if at_least else number <= bound

        return test

    return make


def _one_of(value: str, index: Index) -> Test:
    allowed: set[str] = set()
    while value in index:
        allowed.update(index[value][f"{_RDF}first"])
        value = index[value][f"{_RDF}rest"][0]
    return allowed.__contains__


TESTS: dict[str, Callable[[str, Index], Test]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "minLength": _length(True),
    "maxLength": _length(False),
    "minInclusive": _bound(True),
    "maxInclusive": _bound(False),
    "in": _one_of,
}


def on_iri(test: Test) -> IriTest | None:
    """The test for an IRI without its brackets; ``None`` where it takes each of them."""
    if test is _is_iri:
        return None
    return test.search if isinstance(test, _Pattern) else lambda iri: test(ref(iri))
