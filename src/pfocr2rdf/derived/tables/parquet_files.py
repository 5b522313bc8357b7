"""Tables as Parquet, compressed with Zstandard. pyarrow, the extra ``tables``, writes it."""

from __future__ import annotations

import importlib.util
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, cast

from pfocr2rdf.derived.tables.schema import INTEGER, LIST, NUMBER, STRING, Cells, Column, IndexedCells, Table
from pfocr2rdf.derived.tables.writer import TableWriter
from pfocr2rdf.storage.files import FileInfo, HashingWriter

if TYPE_CHECKING:
    import pyarrow

_ROW_GROUP_ROWS = 32_768  # readers such as DuckDB read large row groups faster
_ROW_GROUP_BYTES = 12 << 20  # of the rows in memory: figures have long texts
REPLACED_SENTENCE = "lone surrogates, which Unicode text cannot have, were replaced by U+FFFD in values of tables"


def is_available() -> bool:
    """Whether pyarrow is installed."""
    return importlib.util.find_spec("pyarrow") is not None


@contextmanager
def _system_memory() -> Iterator[None]:
    """Allocate with the system's allocator, which returns memory sooner than that of pyarrow: the peak is a fifth less."""
    import pyarrow

    pool = pyarrow.default_memory_pool()
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    try:
        yield
    finally:
        pyarrow.set_memory_pool(pool)


class ParquetWriter(TableWriter):
    """Writes a table as Parquet. Rows are in memory as Arrow batches, which are compact, until there are enough for a row group."""

    suffix = ".parquet"
    media_type = "application/vnd.apache.parquet"

    def __init__(self, table: Table, file: HashingWriter, warn: Callable[[str, int], None]) -> None:
        import pyarrow.parquet  # here, for a quick start

        super().__init__(table, file, warn)
        self._schema = _make_schema(table)
        repeated = [
            f"{column.name}.list.element" if column.type is LIST else column.name for column in table.columns if not column.distinct
        ]
        self._batches: list[pyarrow.RecordBatch] = []
        with _system_memory():
            self._writer = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd", use_dictionary=repeated)

    def write(self, columns: Sequence[Cells]) -> None:
        """Add rows to the row group, and write it if it is full."""
        import pyarrow

        with _system_memory():
            arrays = [self._make_array(cells, field.type) for cells, field in zip(columns, self._schema, strict=True)]
        self._batches.append(pyarrow.RecordBatch.from_arrays(arrays, schema=self._schema))
        rows, size = map(sum, zip(*((batch.num_rows, batch.nbytes) for batch in self._batches), strict=True))
        if rows >= _ROW_GROUP_ROWS or size >= _ROW_GROUP_BYTES:
            self._write_row_group()

    def close(self) -> FileInfo:
        """Write the end of the file."""
        if self._batches:
            self._write_row_group()
        self._writer.close()
        return super().close()

    def _write_row_group(self) -> None:
        import pyarrow

        with _system_memory():
            self._writer.write_table(pyarrow.Table.from_batches(self._batches))
        self._batches = []

    def _make_array(self, cells: Cells, data_type: pyarrow.DataType) -> pyarrow.Array:
        """An array, without ``pyarrow.array``: that imports pandas where it is installed, which takes longer than writing small tables."""
        import pyarrow

        if isinstance(cells, IndexedCells):
            values = self._make_array(cells.values, data_type)
            return pyarrow.DictionaryArray.from_arrays(_make_integers(cells.indexes), values).dictionary_decode()
        if pyarrow.types.is_list(data_type):
            lists = cast("Sequence[list[str]]", cells)
            offsets = _make_integers(accumulate(map(len, lists), initial=0))
            return pyarrow.ListArray.from_arrays(offsets, self._make_strings(chain.from_iterable(lists)), data_type)
        if pyarrow.types.is_string(data_type):
            return self._make_strings(cells)
        return self._make_strings(None if cell is None else str(cell) for cell in cells).cast(data_type)

    def _make_strings(self, cells: Iterable[Any]) -> pyarrow.Array:
        from pyarrow.lib import StringBuilder

        cells = list(cells)
        builder = StringBuilder()
        try:
            builder.append_values(cells)
        except UnicodeEncodeError:
            builder = StringBuilder()
            builder.append_values([self._join_surrogate_pairs(cell) for cell in cells])
        return builder.finish()

    def _join_surrogate_pairs(self, cell: str | None) -> str | None:
        """The text with a character for each pair of surrogates, and U+FFFD for those without a partner."""
        text = None if cell is None else cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self._warn(REPLACED_SENTENCE, int(text != cell))
        return text


def _make_integers(numbers: Iterable[int]) -> pyarrow.Array:
    import pyarrow

    data = array("i", numbers)
    return pyarrow.Array.from_buffers(pyarrow.int32(), len(data), [None, pyarrow.py_buffer(data)])


def _make_schema(table: Table) -> pyarrow.Schema:
    import pyarrow

    types = {
        STRING: pyarrow.string(),
        INTEGER: pyarrow.int64(),
        NUMBER: pyarrow.float64(),
        LIST: pyarrow.list_(pyarrow.field("element", pyarrow.string())),
    }

    def make_field(column: Column) -> pyarrow.Field:
        is_nullable = column.type is not LIST and column.name not in table.primary_key
        return pyarrow.field(column.name, types[column.type], is_nullable, {"description": column.description})

    return pyarrow.schema([make_field(column) for column in table.columns], {"description": table.description})
