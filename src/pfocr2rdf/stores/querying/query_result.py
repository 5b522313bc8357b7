"""The result of a query as a collection: complete, and read as often as wanted, from memory or from a temporary file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, cast

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple, parse, parse_query_results

from pfocr2rdf.errors import OutputError, StoreError, describe_os_error
from pfocr2rdf.rdf.text import truncate
from pfocr2rdf.stores.querying.data_frames import DataColumns, to_pandas, to_polars
from pfocr2rdf.stores.querying.html_table import result_as_html
from pfocr2rdf.stores.querying.network import result_as_network
from pfocr2rdf.stores.querying.result import FORM_DESCRIPTIONS, ResultStream

if TYPE_CHECKING:
    import networkx
    import pandas
    import polars

RESULT_MEMORY_BYTES = 32 << 20
"""The size of a result, as SPARQL JSON or N-Triples, beyond which it is in a temporary file."""

_SHOWN_ROWS = 3
_SHOWN_CHARS = 200


class QueryResult:
    """The complete result of a query, as a collection of rows or triples with ``len``, items, slices, and loops that can be repeated.

    A row of a SELECT is a dictionary by variable, and a triple of a CONSTRUCT or DESCRIBE is a ``Statement``. Their values are those of
    Python: ``str`` for IRIs and text, ``int``, ``float``, ``Decimal``, ``bool``, ``date``, ``datetime``, and ``None`` for a variable that
    is not bound. ``terms`` gives RDF terms instead. The truth value is the answer of an ASK, else whether there is a row or a triple.

    Attributes:
        query_form: ``"select"``, ``"ask"`` or ``"construct"``, which is also that of a DESCRIBE.
        variables: the names of a SELECT's variables, in their order.
        prefixes: the namespaces by prefix that IRIs may be compressed with.
    """

    def __init__(self, stream: ResultStream) -> None:
        self.query_form = stream.query_form
        self.variables = stream.variables
        self.prefixes = stream.prefixes
        self._boolean = stream.query_form == "ask" and stream.boolean
        self._length: int | None = None
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(RESULT_MEMORY_BYTES, prefix="pfocr2rdf-")  # noqa: SIM115 - it is read later
        try:
            stream.write(self._file, "ntriples" if self.query_form == "construct" else "json")
        except OSError as error:
            self._file.close()
            raise OutputError(f"the folder for temporary files (TMPDIR): cannot be written: {describe_os_error(error)}") from None

    @property
    def boolean(self) -> bool:
        """The boolean of an ASK; ``StoreError`` if it is another query form."""
        if self.query_form != "ask":
            raise StoreError(f"{FORM_DESCRIPTIONS[self.query_form]}, not yes or no")
        return self._boolean

    def __bool__(self) -> bool:
        return self._boolean if self.query_form == "ask" else next(self.terms(), None) is not None

    def __len__(self) -> int:
        if self._length is None:
            rows = self._parse()
            if isinstance(rows, QueryBoolean):
                raise StoreError(f"{FORM_DESCRIPTIONS['ask']}, not rows")
            self._length = sum(1 for _ in rows)
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return iter(self._open())

    def __getitem__(self, index: int | slice) -> Any:
        """A row or triple by its number, or a list of them for a slice; the ones before are read and skipped."""
        if isinstance(index, str):
            raise TypeError(f"a result is indexed by the number of a row, as in result[0][{index!r}]")
        if isinstance(index, int):
            return next(islice(self, range(len(self))[index], None))
        numbers = range(len(self))[index]
        ascending = numbers if numbers.step > 0 else numbers[::-1]
        rows = list(islice(self, ascending.start, ascending.stop, ascending.step))
        return rows if numbers.step > 0 else rows[::-1]

    def terms(self) -> Iterator[Any]:
        """The rows as dictionaries of pyoxigraph's terms, without variables that are not bound, or the triples as ``pyoxigraph.Triple``."""
        return self._open().terms()

    def write(self, file: IO[bytes], format_name: str) -> None:
        """Write it to a binary file, in a format of ``QUERY_RESULT_FORMATS``.

        Raises:
            StoreError: the format is unknown or does not fit the query form.
        """
        self._open().write(file, format_name)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame; see ``data_frames.to_pandas``. It needs the extra ``pandas``."""
        return to_pandas(self._data_columns())

    def to_polars(self) -> polars.DataFrame:
        """A Polars DataFrame; see ``data_frames.to_polars``. It needs the extra ``polars``."""
        return to_polars(self._data_columns())

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """A network whose nodes are IRIs; see ``network.result_as_network``. It needs the extra ``networkx``."""
        return result_as_network(self._open())

    def __repr__(self) -> str:
        if self.query_form == "ask":
            return f"QueryResult({self._boolean})"
        rows = list(self._first_rows(_SHOWN_ROWS + 1))
        items = [truncate(repr(row), _SHOWN_CHARS) for row in rows[:_SHOWN_ROWS]] + ["..."] * (len(rows) > _SHOWN_ROWS)
        unit = "row" if self.query_form == "select" else "triple"
        return f"QueryResult({len(self):,} {unit}{'' if len(self) == 1 else 's'}: [{', '.join(items)}])"

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of the first rows."""
        return f"<p>{'yes' if self._boolean else 'no'}</p>" if self.query_form == "ask" else result_as_html(self._open(), len(self))

    def _first_rows(self, count: int) -> Iterator[Any]:
        return (row for row, _ in zip(self, range(count), strict=False))

    def _data_columns(self) -> DataColumns:
        if self.query_form == "ask":
            raise StoreError(f"{FORM_DESCRIPTIONS['ask']}, not a table; use bool(result)")
        if self.query_form == "construct":
            return DataColumns(("subject", "predicate", "object"), iter(self))
        return DataColumns(self.variables, (row.values() for row in self))

    def _open(self) -> ResultStream:
        """A stream over the whole result."""
        return ResultStream(self._parse(), self.prefixes, "the temporary file of the result")

    def _parse(self) -> QuerySolutions | QueryBoolean | Iterator[Triple]:
        """The result as pyoxigraph reads it, with its own position in the file."""
        reader = cast("IO[bytes]", _SharedFileReader(self._file))
        if self.query_form == "construct":
            return (quad.triple for quad in parse(reader, format=RdfFormat.N_TRIPLES, lenient=True))
        return parse_query_results(reader, format=QueryResultsFormat.JSON)


class _SharedFileReader(io.RawIOBase):
    """A reader of a file that others read as well: it has its own position."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._file.seek(self._position)
        data = self._file.read(size)
        self._position += len(data)
        return data
