"""RDF terms as N-Triples text: how statements travel through the package.

A term is the very text that N-Triples writes (``<iri>``, ``"text"``, ``"2020"^^<...gYear>``). It is hashable, compares as RDF
terms do, costs nothing to write, and every writer can keep what it made of one. Figures hold IRIs and literals only: no
blank node is ever made.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pfocr2rdf.rdf.vocabulary import expand

Pair = tuple[str, str]
"""A predicate and an object, both as N-Triples text."""

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_UNESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


class Node(NamedTuple):
    """One subject with its statements, those of one predicate side by side, in the order in which they are written.

    Attributes:
        subject: an IRI, as N-Triples text.
        own: the first statements; most nodes have no others.
        shared: the last ones, which are the same tuple object in many nodes, so that what is made of it (text, a verdict) can be
            kept. No predicate is in both.
    """

    subject: str
    own: tuple[Pair, ...]
    shared: tuple[Pair, ...] = ()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All statements."""
        return self.own + self.shared if self.shared else self.own

    @property
    def values(self) -> dict[str, list[str]]:
        """The values of each predicate."""
        return grouped(self.pairs)


class Grouped(NamedTuple):
    """One subject with the values of each of its predicates, in the order in which they are written: a figure, which has many."""

    subject: str
    values: dict[str, list[str]]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All statements."""
        return tuple([(predicate, value) for predicate, values in self.values.items() for value in values])


def grouped(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """The values of each predicate."""
    values: dict[str, list[str]] = {}
    for predicate, value in pairs:
        if predicate in values:
            values[predicate].append(value)
        else:
            values[predicate] = [value]
    return values


class Shared:
    """Statements that many nodes have. Each of these objects is like no other, so what is made of it (text, a verdict) is found by it.

    Attributes:
        pairs: the statements.
        shape: their ``shape``.
    """

    __slots__ = ("pairs", "shape")

    def __init__(self, pairs: tuple[Pair, ...]) -> None:
        self.pairs = pairs
        self.shape = sys.intern(shape(pairs))


def shape(pairs: Iterable[Pair]) -> str:
    """What is counted of statements, a line each: the predicate, and the class behind a blank where the statement gives one."""
    return "\n".join([f"{TYPE} {value}" if predicate == TYPE else predicate for predicate, value in pairs])


class Alike(NamedTuple):
    """Nodes that differ in little, kept as columns: the mentions of one figure. No predicate is in two columns.

    Attributes:
        space: the name space of their IRIs.
        names: their names in it: letters and digits only, so every format can write them behind a prefix.
        first: the statements that each of them begins with.
        said: what each of them says then; at least one statement.
        last: the last statement of each; there are few different ones.
    """

    space: str
    names: list[str]
    first: tuple[Pair, ...]
    said: Sequence[Shared]
    last: list[Shared]

    def nodes(self) -> Iterator[Node]:
        """The nodes one by one."""
        for name, said, last in zip(self.names, self.said, self.last, strict=True):
            yield Node(f"<{self.space}{name}>", self.first + said.pairs + last.pairs)


class Term(NamedTuple):
    """A term taken apart: ``kind`` is ``iri`` or ``literal``; ``datatype`` is an IRI, ``language`` a tag, or ``""``."""

    kind: str
    value: str
    datatype: str = ""
    language: str = ""


def ref(iri: str) -> str:
    """An IRI as a term."""
    return f"<{iri}>"


@cache
def term(curie: str) -> str:
    """A vocabulary term, by CURIE.

    >>> term("rdfs:label")
    '<http://www.w3.org/2000/01/rdf-schema#label>'
    """
    return f"<{expand(curie)}>"


def literal(text: str, datatype: str = "") -> str:
    r"""A literal; ``datatype`` is a CURIE, none for a string.

    >>> literal('say "hi"')
    '"say \\"hi\\""'
    >>> literal("2020", "xsd:gYear")
    '"2020"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    if '"' in text or "\\" in text or "\n" in text or "\r" in text or "\t" in text:  # five quick looks: most texts have none
        text = text.translate(_ESCAPES)
    return f'"{text}"^^<{expand(datatype)}>' if datatype else f'"{text}"'


def _unescape(match: re.Match[str]) -> str:
    short, long, char = match.groups()
    return chr(int(short or long, 16)) if short or long else _CONTROL.get(char, char)


def parse(text: str) -> Term:
    r"""A term taken apart.

    >>> parse('"a\\"b"@en')
    Term(kind='literal', value='a"b', datatype='', language='en')
    """
    if text.startswith("<"):
        return Term("iri", text[1:-1])
    end = text.rindex('"')
    value = text[1:end]
    if "\\" in value:
        value = _UNESCAPE.sub(_unescape, value)
    tail = text[end + 1 :]
    if tail.startswith("@"):
        return Term("literal", value, "", tail[1:])
    return Term("literal", value, tail[3:-1])


def lexical(text: str) -> str:
    r"""What a term says, without its datatype or language: the IRI, or the literal's text.

    >>> lexical('"a\"b"@en'), lexical("<urn:x>")
    ('a"b', 'urn:x')
    """
    if text.startswith("<") or (text.endswith('"') and "\\" not in text):
        return text[1:-1]
    return parse(text).value


TYPE = term("rdf:type")
