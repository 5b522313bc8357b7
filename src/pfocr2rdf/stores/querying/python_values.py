"""RDF terms as values of Python, as ``json`` or a database driver returns them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from pfocr2rdf.stores.store import SolutionTerm

PythonValue = str | int | float | Decimal | bool | datetime.date | datetime.datetime | None
"""The value of a term; ``None`` for a variable that is not bound."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGER_TYPES = (
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger",
    "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte", "gYear",
)  # fmt: skip
_match_integer = re.compile(r"[+-]?[0-9]{1,4000}").fullmatch
_match_decimal = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_match_float = re.compile(r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|INF)|NaN").fullmatch
_match_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_match_date_time = re.compile(r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?").fullmatch
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def python_value(term: SolutionTerm | Triple) -> PythonValue:
    """The value of a term: IRIs and blank nodes as text, literals by their datatype.

    A literal whose datatype has no type in Python, or that is not valid for its datatype, is its text: nothing is lost.

    >>> python_value(NamedNode("urn:a")), python_value(Literal("STAT", language="en"))
    ('urn:a', 'STAT')
    >>> python_value(Literal(7)), python_value(Literal(True)), python_value(Literal(0.5))
    (7, True, 0.5)
    >>> [python_value(Literal(text, datatype=NamedNode(_XSD + name))) for text, name in
    ...     (("0.950", "decimal"), ("2020", "gYear"), ("2026-01-31", "date"), ("high", "decimal"), ("2026-02-30", "date"))]
    [Decimal('0.950'), 2020, datetime.date(2026, 1, 31), 'high', '2026-02-30']
    """
    if isinstance(term, NamedNode):
        return term.value
    if not isinstance(term, Literal):
        return str(term)
    parse = _PARSERS.get(term.datatype.value)
    if parse is None:
        return term.value
    try:
        return parse(term.value)
    except (ValueError, LookupError):
        return term.value


def _matching(match: Callable[[str], object], parse: Callable[[str], PythonValue]) -> Callable[[str], PythonValue]:
    """A parser of the lexical forms of XML Schema alone: Python's own parsers take more, such as ``1_000``."""

    def parse_matching(text: str) -> PythonValue:
        if not match(text):
            raise ValueError(text)
        return parse(text)

    return parse_matching


_PARSERS: dict[str, Callable[[str], PythonValue]] = {
    **{_XSD + name: _matching(_match_integer, int) for name in _INTEGER_TYPES},
    f"{_XSD}decimal": _matching(_match_decimal, Decimal),
    f"{_XSD}double": _matching(_match_float, float),
    f"{_XSD}float": _matching(_match_float, float),
    f"{_XSD}boolean": _BOOLEANS.__getitem__,
    f"{_XSD}date": _matching(_match_date, datetime.date.fromisoformat),
    f"{_XSD}dateTime": _matching(_match_date_time, datetime.datetime.fromisoformat),
}
