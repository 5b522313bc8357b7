"""Tables as Parquet, compressed with Zstandard. pyarrow, the extra ``tables``, writes it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pfocr2rdf.derived.tables.schema import INTEGER, LIST, NUMBER, STRING, Cells, Column, IndexedCells, Table
from pfocr2rdf.derived.tables.writer import TableWriter
from pfocr2rdf.storage.files import FileInfo, HashingWriter

if TYPE_CHECKING:
    import pyarrow

REPLACED_SENTENCE = "characters that are no Unicode text were replaced by U+FFFD in values of tables"


def is_available() -> bool:
    """Whether pyarrow is installed."""
    return importlib.util.find_spec("pyarrow") is not None


class ParquetWriter(TableWriter):
    """Writes a table as Parquet, with a row group for each call of ``write``."""

    suffix = ".parquet"
    media_type = "application/vnd.apache.parquet"

    def __init__(self, table: Table, file: HashingWriter, warn: Callable[[str, int], None]) -> None:
        import pyarrow.parquet  # here, for a quick start

        super().__init__(table, file, warn)
        self._schema = _make_schema(table)
        repeated = [
            f"{column.name}.list.element" if column.type is LIST else column.name for column in table.columns if not column.distinct
        ]
        self._writer = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd", use_dictionary=repeated)

    def write(self, columns: Sequence[Cells]) -> None:
        """Write rows as a row group."""
        import pyarrow

        arrays = [self._make_array(cells, field.type) for cells, field in zip(columns, self._schema, strict=True)]
        self._writer.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=self._schema))

    def close(self) -> FileInfo:
        """Write the end of the file."""
        self._writer.close()
        return super().close()

    def _make_array(self, cells: Cells, data_type: pyarrow.DataType) -> pyarrow.Array:
        import pyarrow

        if isinstance(cells, IndexedCells):
            return self._make_array(cells.values, data_type).take(pyarrow.array(cells.indexes, pyarrow.int32()))
        try:
            return pyarrow.array(cells, data_type)
        except UnicodeEncodeError:
            return pyarrow.array([self._replace(cell) for cell in cells], data_type)

    def _replace(self, value: Any) -> Any:
        if type(value) is list:
            return [self._replace(item) for item in value]
        if type(value) is not str:
            return value
        text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if text != value:
            self._warn(REPLACED_SENTENCE, 1)
        return text


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
