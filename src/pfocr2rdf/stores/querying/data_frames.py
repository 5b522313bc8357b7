"""Rows as DataFrames of pandas and Polars, which are optional: they are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr2rdf.errors import require_extra
from pfocr2rdf.stores.querying.python_values import PythonValue

if TYPE_CHECKING:
    import pandas
    import polars

_INT64_LIMIT = 1 << 63


class DataColumns(NamedTuple):
    """The names of columns, and rows with a value for each."""

    names: tuple[str, ...]
    rows: Iterable[Iterable[PythonValue]]

    def read(self) -> dict[str, list[Any]]:
        """The values of each column, in which numbers with a fraction are ``float``: a ``Decimal`` can be neither drawn nor averaged."""
        lists: list[list[Any]] = [[] for _ in self.names]
        for row in self.rows:
            for values, value in zip(lists, row, strict=True):
                values.append(float(value) if isinstance(value, Decimal) else value)
        return dict(zip(self.names, lists, strict=True))


def to_pandas(columns: DataColumns) -> pandas.DataFrame:
    """A pandas DataFrame. Integers and booleans keep their type where a value is missing (``Int64``, ``boolean``).

    Raises:
        MissingExtraError: pandas is not installed.
    """
    with require_extra("to_pandas", "pandas"):
        import pandas
    values = columns.read()
    frame = pandas.DataFrame({name: pandas.Series(column, dtype=_pandas_type(column)) for name, column in values.items()})
    return frame[list(values)]


def _pandas_type(values: list[Any]) -> Any:
    """The nullable type of a column of integers or booleans; ``None`` for the one that pandas finds."""
    types = set(map(type, values))
    if not types - {type(None)}:
        return "object"
    if types == {int, type(None)} and _fit_int64(values):
        return "Int64"
    return "boolean" if types == {bool, type(None)} else "object" if len(types - {type(None)}) > 1 and types - {int, float} else None


def to_polars(columns: DataColumns) -> polars.DataFrame:
    """A Polars DataFrame. A column with values of several types, or with integers beyond 64 bits, is text.

    Raises:
        MissingExtraError: Polars is not installed.
    """
    with require_extra("to_polars", "polars"):
        import polars
    return polars.DataFrame({name: polars.Series(name, _uniform(values)) for name, values in columns.read().items()})


def _uniform(values: list[Any]) -> list[Any]:
    """Values of one type: numbers as they are, if all are numbers; else text, where types differ."""
    types = set(map(type, values)) - {type(None)}
    if types == {int, float}:
        return [None if value is None else float(value) for value in values]
    if len(types) > 1 or (types == {int} and not _fit_int64(values)):
        return [None if value is None else str(value) for value in values]
    return values


def _fit_int64(values: list[Any]) -> bool:
    return all(value is None or -_INT64_LIMIT <= value < _INT64_LIMIT for value in values)
