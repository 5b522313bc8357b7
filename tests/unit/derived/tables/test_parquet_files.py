"""Parquet: types, missing values, row groups, and what it cannot hold."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfocr2rdf.derived.tables.parquet_files import REPLACED_SENTENCE, ParquetWriter, is_available
from pfocr2rdf.derived.tables.schema import INTEGER, LIST, NUMBER, Cells, Column, IndexedCells, Table
from pfocr2rdf.storage.files import HashingWriter

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'pfocr2rdf[tables]'")
parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: pip install 'pfocr2rdf[tables]'")

COLUMNS = (Column("a", "A text."), Column("n", "N.", type=INTEGER), Column("f", "F.", type=NUMBER), Column("l", "L.", type=LIST))
TABLE = Table("t", "A table.", COLUMNS, ("n",))


def write(*batches: list[Cells]) -> tuple[bytes, dict[str, int]]:
    file, warnings = io.BytesIO(), Counter[str]()
    with ParquetWriter(TABLE, HashingWriter(file), lambda sentence, count: warnings.update({sentence: count})) as writer:
        for batch in batches:
            writer.write(batch)
        info = writer.close()
    assert (info.name, info.size) == ("t.parquet", len(file.getvalue()))
    return file.getvalue(), warnings


def test_values_have_their_types() -> None:
    data, warnings = write([["", None], [1, 2], [0.5, None], [["x", "y"], []]], [IndexedCells([None, "z"], [1]), [3], [None], [["\x00"]]])
    table = parquet.read_table(io.BytesIO(data))
    assert table.to_pylist() == [
        {"a": "", "n": 1, "f": 0.5, "l": ["x", "y"]},
        {"a": None, "n": 2, "f": None, "l": []},
        {"a": "z", "n": 3, "f": None, "l": ["\x00"]},
    ]
    assert [str(field.type) for field in table.schema] == ["string", "int64", "double", "list<element: string>"]
    assert [field.nullable for field in table.schema] == [True, False, True, False]
    assert table.schema.field("a").metadata[b"description"] == b"A text."
    metadata = parquet.ParquetFile(io.BytesIO(data)).metadata
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    assert warnings == {}


def test_the_same_rows_are_the_same_bytes() -> None:
    batch: list[Cells] = [["p", "q"], [1, 2], [0.1, 2.0], [["x"], []]]
    assert write(batch) == write(batch)


def test_a_row_group_has_the_rows_of_several_batches() -> None:
    batch: list[Cells] = [["p"] * 8_192, range(8_192), [0.1] * 8_192, [["x"]] * 8_192]
    metadata = parquet.ParquetFile(io.BytesIO(write(*[batch] * 5)[0])).metadata
    assert [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)] == [32_768, 8_192]


def test_a_row_group_of_long_texts_has_fewer_rows() -> None:
    batch: list[Cells] = [["p" * 10_000] * 1_024, range(1_024), [0.1] * 1_024, [["x"]] * 1_024]
    metadata = parquet.ParquetFile(io.BytesIO(write(*[batch] * 5)[0])).metadata
    assert [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)] == [2_048, 2_048, 1_024]


def test_the_memory_pool_of_the_program_stays() -> None:
    name = pyarrow.default_memory_pool().backend_name
    write([["p"], [1], [None], [[]]])
    assert pyarrow.default_memory_pool().backend_name == name


def test_no_rows_are_a_table() -> None:
    assert parquet.read_table(io.BytesIO(write()[0])).num_rows == 0


@given(st.lists(st.text(st.characters(codec=None, categories=None)), min_size=1, max_size=5))
def test_surrogates_are_replaced_and_counted(texts: list[str]) -> None:
    data, warnings = write([texts, [1] * len(texts), [None] * len(texts), [[text] for text in texts]])
    clean = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    rows = parquet.read_table(io.BytesIO(data)).to_pylist()
    assert [row["a"] for row in rows] == [row["l"][0] for row in rows] == clean
    assert warnings.get(REPLACED_SENTENCE, 0) == 2 * sum(a != b for a, b in zip(texts, clean, strict=True))


def test_pyarrow_is_there() -> None:
    assert is_available()
