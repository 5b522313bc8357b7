"""Small lookups: a basic graph pattern is evaluated by index nested-loop joins, in steps that can be counted and stopped.

pyoxigraph cannot stop a query that runs. Here every step reads one quad of an index, so that a lookup of any kind ends after a bound;
a whole query is quicker than in pyoxigraph, because its optimizer is not needed. Only a subset of SPARQL is supported: SELECT and
ASK with triple patterns of IRIs, literals and variables, DISTINCT and LIMIT. pyoxigraph evaluates the other queries, and slow ones.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.embedded import EmbeddedStore, map_store_errors

MAX_LOOKUP_CHARS = 2000
_PARSED_LOOKUPS = 64  # that are kept
_MAX_PATTERNS = 8
_MAX_ROWS = 32  # of a single pattern: each is read with all its terms, of which pyoxigraph reads those of the result
_MAX_LATER_LOOKUPS = 8  # of the other patterns, by the rows of the first
_MAX_STEPS = 256  # in all: quads that are read, and ranges of an index that are begun
_MAX_SECONDS = 0.005
_CLOCK_STEPS = 32  # between two looks at the clock
MAX_RESULT_CHARS = 1 << 18  # literals may be long

# An IRI has a scheme and no dot segment, and so is resolved to itself. Names and strings with escapes, or letters beyond ASCII in names,
# are not understood. Names are atomic groups: what follows a name must not be taken for another token.
_BLANKS = r"[\x20\t\r\n]*+"
_IRI = r"""<(?P<iri>[A-Za-z][A-Za-z0-9+.\-]*:(?!/?\.)(?:(?!/\.)[^\x00-\x20<>"{}|^`\\])*)>"""
_PREFIX = r"(?>(?P<prefix>[A-Za-z][A-Za-z0-9_\-]*)?:)"
_LOCAL_NAME = r"(?P<local>(?>[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?))(?!\.*(?:[:%\\]|[^\x00-\x7f]))"
_match_token = re.compile(
    rf"""{_BLANKS}(?:{_IRI}
  | [?$](?P<variable>[A-Za-z_][A-Za-z0-9_]*+)(?![^\x00-\x7f])
  | "(?P<text>[^"\\\r\n]*+)"(?!")(?:@(?P<language>[A-Za-z]++(?:-[A-Za-z0-9]++)*+)|(?P<typed>\^\^))?
  | {_PREFIX}{_LOCAL_NAME}
  | (?P<word>[A-Za-z]++|[0-9]++)(?![\w:.\-])
  | (?P<mark>[{{}}.;,*])
  | (?P<end>\Z))""",
    re.VERBOSE,
).match
_match_prologue = re.compile(rf"{_BLANKS}(?i:PREFIX)[\x20\t\r\n]++{_PREFIX}{_BLANKS}{_IRI}").match

_Term = NamedNode | Literal | BlankNode
_Slot = _Term | str  # a variable by its name
_Pattern = tuple[_Slot, _Slot, _Slot]
_Solution = dict[str, _Term]


class Lookup(NamedTuple):
    """A query that is small enough to try."""

    variables: tuple[str, ...] | None  # of the result; ``None`` for those of an ASK
    patterns: tuple[_Pattern, ...]  # in the order of their evaluation
    is_distinct: bool
    limit: int | None


class LookupExceededError(Exception):
    """The lookup exceeds its steps or its time, or the query has an unsupported feature."""


class _UnknownSyntaxError(Exception):
    """The query is not of the subset."""


@lru_cache(_PARSED_LOOKUPS)
def parse_lookup(text: str) -> Lookup | None:
    """A query of the subset; ``None`` for any other, which may be valid or not."""
    if len(text) > MAX_LOOKUP_CHARS:
        return None
    try:
        return _Parser(text).parse()
    except (_UnknownSyntaxError, ValueError):  # an IRI or a language tag that pyoxigraph refuses
        return None


class _Parser:
    """A recursive descent parser of the subset, over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._prefixes: dict[str, str] = {}
        self._position = 0
        while match := _match_prologue(text, self._position):
            NamedNode(match["iri"])  # it is valid
            self._prefixes[match["prefix"] or ""] = match["iri"]
            self._position = match.end()
        self._token = self._next_token()

    def parse(self) -> Lookup:
        form = self._word()
        is_distinct, variables = False, None
        if form == "SELECT":
            is_distinct = self._accept_word("DISTINCT")
            variables = self._projection()
        elif form != "ASK":
            raise _UnknownSyntaxError
        self._accept_word("WHERE")
        self._expect("{")
        patterns = self._triples()
        limit = int(self._word()) if self._accept_word("LIMIT") else None
        if limit is not None and limit > sys.maxsize:
            raise _UnknownSyntaxError
        if self._token.lastgroup != "end" or len(patterns) > _MAX_PATTERNS or (variables is None and limit is not None):
            raise _UnknownSyntaxError
        if variables == ():
            variables = tuple(sorted({slot for pattern in patterns for slot in pattern if isinstance(slot, str)}))
        return Lookup(variables, _join_order(patterns), is_distinct, limit)

    def _projection(self) -> tuple[str, ...]:
        """The variables of a SELECT; none for all."""
        if self._accept("*"):
            return ()
        names: list[str] = []
        while name := self._token["variable"]:
            names.append(name)
            self._advance()
        if not names or len(set(names)) < len(names):
            raise _UnknownSyntaxError
        return tuple(names)

    def _triples(self) -> list[_Pattern]:
        patterns: list[_Pattern] = []
        while not self._accept("}"):
            subject = self._term()
            if isinstance(subject, Literal):
                raise _UnknownSyntaxError
            while True:
                predicate = NamedNode(f"{PREFIXES['rdf']}type") if self._accept_a() else self._term()
                if isinstance(predicate, Literal):
                    raise _UnknownSyntaxError
                patterns.append((subject, predicate, self._term()))
                while self._accept(","):
                    patterns.append((subject, predicate, self._term()))
                if not self._accept(";"):
                    break
                if self._token["mark"] in (".", "}"):  # a semicolon may end the list
                    break
            if not self._accept("."):
                self._expect("}")
                break
        if not patterns:
            raise _UnknownSyntaxError
        return patterns

    def _term(self) -> _Slot:
        token = self._token
        self._advance()
        if token["iri"] is not None:
            return NamedNode(token["iri"])
        if token["variable"] is not None:
            return token["variable"]
        if token["local"] is not None:
            return self._expand(token)
        if token["text"] is None:
            raise _UnknownSyntaxError
        if token["language"]:
            return Literal(token["text"], language=token["language"])
        if token["typed"] is None:
            return Literal(token["text"])
        datatype = self._term()
        if not isinstance(datatype, NamedNode):
            raise _UnknownSyntaxError
        return Literal(token["text"], datatype=datatype)

    def _expand(self, token: re.Match[str]) -> NamedNode:
        prefix = token["prefix"] or ""
        namespace = self._prefixes.get(prefix) or PREFIXES.get(prefix)
        if namespace is None:
            raise _UnknownSyntaxError
        return NamedNode(namespace + token["local"])

    def _word(self) -> str:
        word = self._token["word"]
        if word is None:
            raise _UnknownSyntaxError
        self._advance()
        return word.upper()

    def _accept_word(self, word: str) -> bool:
        if (self._token["word"] or "").upper() != word:
            return False
        self._advance()
        return True

    def _accept_a(self) -> bool:
        if self._token["word"] != "a":
            return False
        self._advance()
        return True

    def _accept(self, mark: str) -> bool:
        if self._token["mark"] != mark:
            return False
        self._advance()
        return True

    def _expect(self, mark: str) -> None:
        if not self._accept(mark):
            raise _UnknownSyntaxError

    def _advance(self) -> None:
        self._token = self._next_token()

    def _next_token(self) -> re.Match[str]:
        match = _match_token(self._text, self._position)
        if match is None:
            raise _UnknownSyntaxError
        self._position = match.end()
        return match


def _join_order(patterns: list[_Pattern]) -> tuple[_Pattern, ...]:
    """The patterns, each time that with most bound positions first; a type is the last of equals, since many resources have it."""
    rest, ordered, bound = list(patterns), [], set[str]()

    def rank(pattern: _Pattern) -> tuple[int, bool]:
        weights = zip(pattern, (3, 1, 2), strict=True)
        weight = sum(weight for slot, weight in weights if not isinstance(slot, str) or slot in bound)
        return weight, not (isinstance(pattern[1], NamedNode) and pattern[1].value == f"{PREFIXES['rdf']}type")

    while rest:
        best = max(rest, key=rank)
        rest.remove(best)
        ordered.append(best)
        bound.update(slot for slot in best if isinstance(slot, str))
    return tuple(ordered)


class _Steps:
    """The bound of a lookup."""

    def __init__(self) -> None:
        self._left = _MAX_STEPS
        self._deadline = time.monotonic() + _MAX_SECONDS

    def count(self) -> None:
        """Count one step."""
        self._left -= 1
        if self._left < 0 or (self._left % _CLOCK_STEPS == 0 and time.monotonic() > self._deadline):
            raise LookupExceededError


def evaluate_lookup(store: EmbeddedStore, lookup: Lookup) -> bytes:
    """The result of a lookup in all graphs, as SPARQL results in JSON.

    Raises:
        LookupExceededError: it takes more than it may; nothing is known of its result.
        StoreError: the store cannot be read.
    """
    steps = _Steps()
    with map_store_errors(store.path):
        max_rows = _MAX_LATER_LOOKUPS // (len(lookup.patterns) - 1) if len(lookup.patterns) > 1 else _MAX_ROWS
        first = list(islice(_match(store, lookup.patterns[0], {}, steps), max_rows + 1))
        are_enough = len(lookup.patterns) == 1 and not lookup.is_distinct and lookup.limit is not None and lookup.limit <= max_rows
        if len(first) > max_rows and not are_enough:
            raise LookupExceededError
        solutions = (solution for row in first for solution in _join(store, lookup.patterns, 1, row, steps))
        if lookup.variables is None:
            return b'{"head":{},"boolean":%s}' % (b"false" if next(solutions, None) is None else b"true")
        bindings = ",".join(islice(_json_rows(lookup.variables, solutions, is_distinct=lookup.is_distinct), lookup.limit))
    return f'{{"head":{{"vars":{_json(lookup.variables)}}},"results":{{"bindings":[{bindings}]}}}}'.encode()


def _join(store: EmbeddedStore, patterns: tuple[_Pattern, ...], index: int, solution: _Solution, steps: _Steps) -> Iterator[_Solution]:
    """The solutions that extend a solution by the patterns from an index on."""
    if index == len(patterns):
        yield solution
        return
    for extended in _match(store, patterns[index], solution, steps):
        yield from _join(store, patterns, index + 1, extended, steps)


def _match(store: EmbeddedStore, pattern: _Pattern, solution: _Solution, steps: _Steps) -> Iterator[_Solution]:
    """The solutions that extend a solution by one pattern: a range of an index."""
    subject, predicate, value = terms = [solution.get(slot) if isinstance(slot, str) else slot for slot in pattern]
    steps.count()
    if isinstance(subject, Literal) or isinstance(predicate, Literal | BlankNode):
        return  # a value that is no subject or predicate
    free = [(slot, position) for position, slot in enumerate(pattern) if terms[position] is None and isinstance(slot, str)]
    for quad in store.match(subject, predicate, value):
        steps.count()
        extended = dict(solution)
        for name, position in free:
            term = quad[position]
            if isinstance(term, Triple) or (isinstance(term, Literal) and len(term.value) > MAX_RESULT_CHARS):
                raise LookupExceededError
            if extended.setdefault(name, term) != term:
                break  # a variable that the pattern has twice
        else:
            yield extended


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json_rows(names: tuple[str, ...], solutions: Iterator[_Solution], *, is_distinct: bool) -> Iterator[str]:
    rows_before: set[str] = set()
    char_count = 0
    for solution in solutions:
        cells = [f"{_json(name)}:{_json_term(solution[name])}" for name in names if name in solution]
        row = f"{{{','.join(cells)}}}"
        if row in rows_before:
            continue
        if is_distinct:
            rows_before.add(row)
        char_count += len(row)
        if char_count > MAX_RESULT_CHARS:
            raise LookupExceededError
        yield row


def _json_term(term: _Term) -> str:
    if isinstance(term, NamedNode):
        return f'{{"type":"uri","value":{_json(term.value)}}}'
    if isinstance(term, BlankNode):
        return f'{{"type":"bnode","value":{_json(term.value)}}}'
    if term.language:
        return f'{{"type":"literal","value":{_json(term.value)},"xml:lang":{_json(term.language)}}}'
    datatype = term.datatype.value
    if datatype == _XSD_STRING:
        return f'{{"type":"literal","value":{_json(term.value)}}}'
    return f'{{"type":"literal","value":{_json(term.value)},"datatype":{_json(datatype)}}}'


_XSD_STRING = f"{PREFIXES['xsd']}string"
