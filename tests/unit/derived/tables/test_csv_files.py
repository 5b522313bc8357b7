"""CSV: quotes, lists, missing values, and what it cannot hold."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pfocr2rdf.derived.tables.csv_files import EMPTY_SENTENCE, REPLACED_SENTENCE, CsvWriter
from pfocr2rdf.derived.tables.schema import INTEGER, LIST, Cells, Column, IndexedCells, Table
from pfocr2rdf.storage.files import HashingWriter

TABLE = Table("t", "A table.", (Column("a", "A."), Column("n", "N.", type=INTEGER), Column("l", "L.", type=LIST)), ("a",))
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
ANY_TEXT = st.text(st.characters(codec=None, categories=None))  # surrogates, too


def write(*columns: Cells) -> tuple[str, dict[str, int]]:
    file, warnings = io.BytesIO(), Counter[str]()
    writer = CsvWriter(TABLE, HashingWriter(file), lambda sentence, count: warnings.update({sentence: count}))
    writer.write(columns)
    info = writer.close()
    assert (info.name, info.size) == ("t.csv", len(file.getvalue()))
    return file.getvalue().decode(), +warnings


def test_lines_end_in_crlf_and_quotes_are_doubled() -> None:
    assert write(['a"b', "x,y", "two\nlines", None], [1, None, -2, 0], [["p", 'q"'], [], ["é"], []]) == (
        'a,n,l\r\n"a""b",1,"[""p"", ""q\\""""]"\r\n"x,y",,[]\r\n"two\nlines",-2,"[""é""]"\r\n,0,[]\r\n',
        {},
    )


def test_indexed_cells_are_expanded() -> None:
    assert write(IndexedCells([None, "x"], [1, 0, 1]), [1, 2, 3], [[], [], []])[0] == "a,n,l\r\nx,1,[]\r\n,2,[]\r\nx,3,[]\r\n"


def test_formulas_stay() -> None:
    assert write(["=SUM(A1)", "+1", "@x", "-y"], [1] * 4, [[]] * 4)[0].splitlines()[1:] == [
        "=SUM(A1),1,[]",
        "+1,1,[]",
        "@x,1,[]",
        "-y,1,[]",
    ]


def test_what_csv_cannot_hold_is_replaced_and_counted() -> None:
    text, warnings = write(["a\x00b\x01", "\ud800", "", "tab\tstays"], [1] * 4, [["\x00"], [], [], []])
    assert text.splitlines()[1:] == ['a\ufffdb\ufffd,1,"[""\\u0000""]"', "\ufffd,1,[]", ",1,[]", "tab\tstays,1,[]"]
    assert warnings == {REPLACED_SENTENCE: 2, EMPTY_SENTENCE: 1}


@given(st.lists(st.tuples(ANY_TEXT, st.lists(ANY_TEXT, max_size=3)), max_size=5))
def test_a_reader_gets_every_text_back(rows: list[tuple[str, list[str]]]) -> None:
    text, _ = write([row[0] for row in rows], [1] * len(rows), [row[1] for row in rows])
    records: list[Any] = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [record[0] for record in records] == [CONTROL.sub("\ufffd", row[0]) for row in rows]
    lists = [[re.sub("[\ud800-\udfff\x7f]", "\ufffd", item) for item in row[1]] for row in rows]
    assert [json.loads(record[2]) for record in records] == lists
