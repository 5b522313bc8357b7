"""Rows of side tables are looked up by their lines: what is read is the same as by their values."""

from __future__ import annotations

from typing import Any

import pytest

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.pfocr2023 import _TABLES, _mentions, _read_mentions
from pfocr2rdf.records.tables import SideTable

COLUMNS, MAKE = _TABLES["genes"]
HEADER = "\t".join(COLUMNS)
ROWS = ["9606\tHomo sapiens\tp53\tP53\tTP53\t7157\tncbigene_synonym", "9606\tHomo sapiens\tJAK\tJAK\tJAK1\t3716\thgnc_symbol"]
QUOTED = ['"{}"'.format(line.replace("\t", '"\t"')) for line in (HEADER, *ROWS)]
TABLES = {
    "usual": "\n".join([HEADER, *ROWS, ""]),
    "a row twice": "\n".join([HEADER, ROWS[0], ROWS[0], ROWS[1], ""]),
    "no line end": "\n".join([HEADER, *ROWS]),
    "blank lines": "\n".join([HEADER, ROWS[0], "", " \t", ROWS[1], "", ""]),
    "of Windows": "\r\n".join([HEADER, *ROWS, ""]),
    "a lone carriage return": "\n".join([HEADER, ROWS[0] + "\r" + ROWS[1], ""]),
    "byte order mark": "\ufeff" + "\n".join([HEADER, *ROWS, ""]),
    "quoted": "\n".join([*QUOTED, ""]),
    "quoted header only": "\n".join([QUOTED[0], *ROWS, ""]),
    "quoted rows only": "\n".join([HEADER, *QUOTED[1:], ""]),
    "another column": "\n".join([f"count\t{HEADER}", *(f"1\t{row}" for row in ROWS), ""]),
    "a missing column": "\n".join(["word", "JAK", ""]),
    "a missing column, no rows": "word\n",
    "a missing value": "\n".join([HEADER, ROWS[0], ROWS[1].rpartition("\t")[0], ""]),
    "an invalid id": "\n".join([HEADER, ROWS[0], ROWS[1].replace("3716", "x"), ""]),
    "no rows": f"{HEADER}\n",
    "a very long header": "\n".join([HEADER + "\t" + "x" * 2_000, *(f"{row}\ty" for row in ROWS), ""]),
    "a very long row": "\n".join([HEADER, ROWS[0].replace("p53", "p" * 2_000), ""]),
    "empty": "",
}


def outcome(read: Any, text: str) -> Any:
    """The mentions, or the refusal."""
    try:
        return read("genes", COLUMNS, SideTable("PMC1__F1-genes.tsv", text.encode()), MAKE)
    except RecordError as error:
        return str(error)


@pytest.mark.parametrize("name", TABLES)
def test_lines_and_values_make_the_same_mentions(name: str) -> None:
    expected = outcome(_read_mentions, TABLES[name])
    for _ in range(2):
        assert outcome(_mentions, TABLES[name]) == expected
        outcome(_mentions, TABLES["usual"])  # so that its rows are known


def test_a_row_that_is_no_text_is_refused_where_others_are_known() -> None:
    outcome(_mentions, TABLES["usual"])
    table = SideTable("PMC1__F1-genes.tsv", TABLES["usual"].encode() + ROWS[0].encode().replace(b"p53", b"p\xff53") + b"\n")
    with pytest.raises(RecordError, match="UTF-8"):
        _mentions("genes", COLUMNS, table, MAKE)
