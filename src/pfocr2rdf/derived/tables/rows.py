"""Rows of nodes: a cell for each column, and the statements that no column has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pfocr2rdf.derived.nodes import Node, expand_id, node_id
from pfocr2rdf.derived.tables.schema import INTEGER, LIST, NUMBER, STRING, Cell, Column, Row, Table, as_is
from pfocr2rdf.rdf.vocabulary import PROPERTIES, expand_curie

_RDF_TYPE = expand_curie("rdf:type")
_PROPERTIES = {row.jsonld_key: row for row in PROPERTIES}
_match_integer = re.compile(r"0|-?[1-9][0-9]{0,17}").fullmatch
_match_number = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})").fullmatch


class RowReader:
    """Makes the rows of a table from nodes.

    A column has the plain values of its term, sorted: a single-valued one the first in code point order. Other values, those with a
    datatype or language that the term does not have, and numbers that a cell does not have digit by digit are rows of ``STATEMENTS``, so
    nothing is lost.

    Args:
        table: the table.
        computed_terms: terms that computed columns or other tables have, whose plain values therefore are no rows of ``STATEMENTS``.
    """

    def __init__(self, table: Table, computed_terms: Sequence[str] = ()) -> None:
        self._columns = table.columns
        self._computed_terms = computed_terms
        self._known_terms = frozenset(("id", *(column.term for column in table.columns if column.term), *computed_terms))

    def read(self, node: Node, computed: Mapping[str, Cell], statements: list[Row]) -> Row:
        """The row of a node.

        Args:
            node: the node.
            computed: the cells of the columns without a term, by name.
            statements: gets the rows of ``STATEMENTS``.
        """
        if not node.keys() <= self._known_terms:
            statements.extend(iter_statements(node, [term for term in node if term not in self._known_terms]))
        for term in self._computed_terms:
            if type(node.get(term, "")) is not str:
                _read_plain(node, term, statements)
        row: list[Cell] = []
        add, get = row.append, node.get
        for column in self._columns:
            name, _, term, column_type, convert, _, make_key = column
            content = get(term)
            if make_key:
                cell = make_key(node_id(node))
                statements.extend(make_statement(node, term, value) for value in _read_plain(node, term, statements) if value != cell)
                add(cell)
            elif not term:
                add(computed[name])
            elif content is None:
                add([] if column_type is LIST else None)
            elif column_type is STRING and type(content) is str:
                add(content if convert is as_is else convert(content))
            else:
                add(self._read_cell(column, node, statements))
        return tuple(row)

    def _read_cell(self, column: Column, node: Node, statements: list[Row]) -> Cell:
        plain = _read_plain(node, column.term, statements)
        if column.type is LIST:
            return sorted(map(column.convert, plain))
        first = min(plain, default=None)
        cell = None if first is None else to_cell(column, first)
        is_inexact = column.type is not STRING and str(cell) != first
        statements.extend([make_statement(node, column.term, value) for value in plain if value != first or is_inexact])
        return cell


def _read_plain(node: Node, term: str, statements: list[Row]) -> list[str]:
    """The plain values of a term; ``statements`` gets the others."""
    content = node.get(term)
    if content is None:
        return []
    if type(content) is str:
        return [content]
    values: list[Any] = content if type(content) is list else [content]
    if set(map(type, values)) == {str}:
        return values
    statements.extend([make_statement(node, term, value) for value in values if type(value) is not str])
    return [value for value in values if type(value) is str]


def to_cell(column: Column, text: str) -> Cell:
    """The cell of a single-valued column; ``None`` for a value that is not a number in a column of numbers."""
    if column.type is INTEGER:
        return parse_canonical_integer(text)
    if column.type is NUMBER:
        return float(text) if _match_number(text) else None
    return column.convert(text)


def parse_canonical_integer(text: str) -> int | None:
    """The number that a text is, if it has at most 18 digits and is in canonical form, as ``str`` writes it: not ``042``, not ``+42``."""
    return int(text) if _match_integer(text) else None


def iter_statements(node: Node, terms: Iterable[str]) -> Iterator[Row]:
    """The rows of ``STATEMENTS`` for all values of terms."""
    for term in terms:
        content = node[term]
        for value in content if type(content) is list else [content]:
            yield make_statement(node, term, value)


def make_statement(node: Node, term: str, value: Any) -> Row:
    """The row of ``STATEMENTS`` for a value of a term."""
    subject = expand_id(node_id(node))
    if term == "type":
        return subject, _RDF_TYPE, expand_id(value), None, None
    row = _PROPERTIES.get(term)
    predicate = expand_curie(row.name) if row else expand_id(term)
    if type(value) is str:
        if row and row.is_object:
            return subject, predicate, expand_id(value), None, None
        return subject, predicate, value, expand_curie(row.range if row else "xsd:string"), None
    if "id" in value:
        return subject, predicate, expand_id(value["id"]), None, None
    language = value.get("@language")
    datatype = expand_curie("rdf:langString") if language else expand_id(value.get("@type", "xsd:string"))
    return subject, predicate, value["@value"], datatype, language
