"""Results are kept as they are, and the page of benchmarks takes them over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from benchmarks.results import Column, Result, load, machine, markdown, save
from tests.support.records import ROOT

from benchmarks import floor, sizes

PAGE = ROOT / "docs" / "benchmarks.md"

SAID = """\
CPU a record, from files to validated Turtle and JSON-LD (500 records, one process):
  plain pipeline           61.050 ms
  pfocr2rdf                 1.632 ms
  ratio                      37.4    (pair by pair 35.0 to 39.0)
"""


def result() -> Result:
    rows = [
        {"records": 10_000, "deviation": 0.0, "wall": 1.0, "cpu": 1.9, "peak": 200.0, "worker": None},
        {"records": 66_000, "deviation": 0.05, "wall": 1.05, "cpu": 1.8, "peak": 400.0, "worker": 150.0},
    ]
    return Result("sizes", "python -m benchmarks.sizes", machine(), sizes.COLUMNS, rows, ["A note."])


def test_results_come_back_as_they_were_kept(tmp_path: Path) -> None:
    save(result(), tmp_path / "sizes.json")
    assert markdown(load(tmp_path / "sizes.json")) == markdown(result())


def test_table_has_a_line_a_row_and_dashes_where_nothing_is() -> None:
    lines = markdown(result()).splitlines()
    assert lines[2].startswith("| 10,000 | +0.0% | 1.000 | 1.900 |")
    assert "| 200 | – |" in lines[2]
    assert lines[-1].startswith("- Measured by `python -m benchmarks.sizes` on ")


def test_growth_is_off_flat_and_what_it_costs_to_begin_is_not() -> None:
    assert sizes.off_flat([{"wall": 2.0}, {"wall": 1.0}, {"wall": 1.5}]) == [0.0, 0.0, 0.5]


def test_floor_writes_as_many_bytes_as_there_are() -> None:
    assert floor.rewrite({"a": b"x" * (floor.CHUNK + 1), "b": b"y"}) == floor.CHUNK + 2


def test_page_has_a_place_for_each_result_and_takes_it_over(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'pfocr2rdf[plots]'")
    from benchmarks import report

    names = re.findall(r"<!-- result: ([a-z ]+) -->", PAGE.read_text(encoding="utf-8"))
    assert sorted(names) == sorted([*report.COMMANDS, "in short"])
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    results = {"sizes": result(), "plain": report.from_plain(SAID, "python -m benchmarks.compare")}
    for _ in range(2):  # the second time in the place of the first
        report.write_page(results, page)
        text = page.read_text(encoding="utf-8")
        assert text.count("| +5.0% | how much longer") == text.count("| 37.4 | CPU time of") == text.count("| 66,000 |") == 1
    first = (tmp_path / "plots" / "sizes.svg").read_bytes()
    report.write_page(results, page)
    assert (tmp_path / "plots" / "sizes.svg").read_bytes() == first
    assert b"Milliseconds a record</text>" in first


def test_page_without_the_marks_is_refused() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'pfocr2rdf[plots]'")
    from benchmarks.report import between

    assert between("a <!-- result: x --> old <!-- end --> b", "x", "new") == "a <!-- result: x -->\n\nnew\n<!-- end --> b"
    with pytest.raises(ValueError, match="0 times"):
        between("nothing", "x", "new")


def test_column_forms_write_numbers() -> None:
    table_result = Result("x", "c", machine(), [Column("a", "A", ",d"), Column("b", "B")], [{"a": 1234, "b": "s|t"}], [])
    assert "| 1,234 | s\\|t |" in markdown(table_result)
