"""The constraints of SHACL Core on one value that the screen knows, as checks on N-Triples text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from pfocr2rdf.terms import XSD_STRING, lexical, parse, ref

SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Patterns that mean the same in Python as in XPath: no escapes but of punctuation, no (?...), no sets within sets.
_SAFE_PATTERN = re.compile(r"(?:[^\\(&\[-]|\\[.\-$^/]|\((?!\?)|&(?!&)|\[(?!\[)|-(?!\[))*").fullmatch

Test = Callable[[str], bool]
"""Whether a value, as N-Triples text, is as it must be."""

Index = Mapping[str, Mapping[str, list[str]]]
"""The shapes graph: objects by subject and predicate; predicates without their brackets."""


class UnscreenableError(Exception):
    """A constraint that the screen does not know."""


def _datatype(value: str, _index: Index) -> Test:
    if value == ref(XSD_STRING):
        return lambda term: term.endswith('"')
    ending = f'"^^{value}'
    return lambda term: term.endswith(ending)


def _node_kind(value: str, _index: Index) -> Test:
    kind = value.removeprefix(f"<{SH}").removesuffix(">")
    if kind == "IRI":
        return lambda term: term.startswith("<")
    if kind == "Literal":
        return lambda term: term.startswith('"')
    raise UnscreenableError(value)


def _pattern(value: str, _index: Index) -> Test:
    text = parse(value).value
    if not _SAFE_PATTERN(text):
        raise UnscreenableError(value)
    search = re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", text)).search if "$" not in text[:-1] else None
    if search is None:
        raise UnscreenableError(value)
    return lambda term: search(lexical(term)) is not None


def _length(at_least: bool) -> Callable[[str, Index], Test]:
    def make(value: str, _index: Index) -> Test:
        bound = int(parse(value).value)
        if at_least:
            return lambda term: len(lexical(term)) >= bound
        return lambda term: len(lexical(term)) <= bound

    return make


def _bound(at_least: bool) -> Callable[[str, Index], Test]:
    def make(value: str, _index: Index) -> Test:
        bound = Decimal(parse(value).value)

        def test(term: str) -> bool:
            try:
                number = Decimal(lexical(term))
            except InvalidOperation:
                return False
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
