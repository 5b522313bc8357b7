"""Results are kept as they are, and the page of benchmarks takes them over."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

import pytest
from benchmarks.bars import Bar
from benchmarks.engines import __main__ as engines
from benchmarks.engines.run import Cost
from benchmarks.loading import __main__ as loading
from benchmarks.pairs import Spread, alternate, ratios
from benchmarks.publishing import __main__ as publishing
from benchmarks.results import Column, Result, Row, give_out, load, machine, markdown, ratio_cells, ratio_of, save
from benchmarks.serving import __main__ as serving
from tests.support.records import ROOT

from benchmarks import compare, derived, floor, releases, sizes, startup, whole
from pfocr2rdf.pipeline.summary import ExportSummary

BENCHMARKS = (compare, derived, engines, floor, loading, publishing, releases, serving, sizes, startup, whole)
PAGE = ROOT / "docs" / "benchmarks.md"


def result() -> Result:
    rows: list[Row] = [
        {"records": 10_000, **ratio_cells(Spread(0.0, 0.0, 0.0)), "wall": 1.0, "cpu": 1.0, "peak": 200.0, "worker": None},
        {"records": 66_000, **ratio_cells(Spread(0.05, 0.01, 0.2)), "wall": 1.05, "cpu": 1.8, "peak": 400.0, "worker": 150.0},
    ]
    bars = [Bar("longer than before", 0.1, 0.05, 0.01, 0.2, spec="+.1%"), Bar("not run", 1.5, at_least=True)]
    return Result("sizes", "python -m benchmarks.sizes", machine(), sizes.COLUMNS, rows, ["A note."], bars)


def test_results_come_back_as_they_were_kept(tmp_path: Path) -> None:
    save(result(), tmp_path / "sizes.json")
    loaded = load(tmp_path / "sizes.json")
    assert markdown(loaded) == markdown(result())
    assert loaded.bars == result().bars


def test_table_has_a_line_a_row_and_dashes_where_nothing_is() -> None:
    lines = markdown(result()).splitlines()
    assert lines[3].startswith("| 66,000 | +5.0% | +1.0% | +20.0% | 1.05 | 1.80 |")
    assert "| 200 | – |" in lines[2]
    assert lines[-1].startswith("- Measured by `python -m benchmarks.sizes` on ")


def test_growth_is_off_flat_and_the_cost_of_starting_is_not() -> None:
    summary = ExportSummary()
    samples = [
        [sizes.Sample(summary, 1.0, wall, 10.0, 5.0) for wall in walls]
        for walls in ((2.0, 4.0, 2.0), (1.0, 1.0, 1.0), (1.5, 1.2, 1.4))  # three rounds of three sizes
    ]
    table = sizes.rows(samples)
    assert [ratio_of(row) for row in table] == [
        Spread(0.0, 0.0, 0.0),
        Spread(0.0, 0.0, 0.0),
        Spread(pytest.approx(0.4), pytest.approx(0.2), pytest.approx(0.5)),
    ]
    assert [row["wall"] for row in table] == [1.0, 0.5, pytest.approx(0.7)]


def test_rounds_take_turns_and_ratios_are_of_the_same_round() -> None:
    order: list[str] = []
    results = alternate({"a": lambda: order.append("a") or len(order), "b": lambda: order.append("b") or len(order)}, 3)
    assert "".join(order) == "abbaab"
    assert ratios(results["a"], results["b"]) == Spread(5 / 6, 1 / 2, 4 / 3)


def test_bars_are_held_missed_or_not_measured() -> None:
    at_most, at_least = Bar("t", 1.2, 1.3), Bar("t", 0.7, 0.7, at_least=True)
    assert [bar.verdict for bar in (at_most, at_most._replace(got=1.2), at_least, at_least._replace(got=0.6))] == [
        "missed", "held", "held", "missed",
    ]  # fmt: skip
    assert Bar("t", 1.0).verdict == "not measured"
    assert not Bar("t", 1.0).is_held
    assert at_most.with_ratio(Spread(1.0, 0.5, 2.0)).cells() == ("t", "at most 1.20", "1.00", "0.50", "2.00", "held")


def test_a_benchmark_fails_where_a_bar_is_missed_or_not_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = argparse.Namespace(json=tmp_path / "a.json", markdown=None)
    assert give_out(result(), options) == 1
    assert "| not run | at least 1.50 | – | – | – | not measured | sizes |" in capsys.readouterr().out
    assert give_out(result()._replace(bars=result().bars[:1]), options) == 0


def test_no_table_has_times_of_a_clock() -> None:
    pages = [columns for module in BENCHMARKS for columns in module.COLUMNS]
    assert [column.title for column in pages if re.search(r"\b(ms|milliseconds|seconds)\b", column.title)] == []


def test_exports_of_a_compiled_build_have_rows_and_bars_of_their_own() -> None:
    def make_runs(seconds: float) -> list[dict[str, releases.Run]]:
        run = releases.Run(Cost(seconds, seconds, 100.0), 10)
        return [dict.fromkeys((releases.SINGLE, releases.SEVERAL), run)]

    runs = {releases.OLDER: make_runs(3.0), releases.OURS: make_runs(2.0), releases.COMPILED: make_runs(1.0)}
    table = [releases.row(runs, releases.SEVERAL, 2, build) for build in (releases.OURS, releases.COMPILED)]
    assert [(row["name"], row["cpu"], row["wall"]) for row in table] == [
        ("export, 2 workers", 1.5, 1.5),
        ("export, 2 workers, compiled", 3.0, 3.0),
    ]
    bars = releases.export_bars(runs, 6000, 2, releases.COMPILED)
    assert [(bar.got, "ours, compiled" in bar.title) for bar in bars] == [(3.0, True)] * 2


def test_a_compiled_build_must_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / ".venv" / "bin" / "pfocr2rdf"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'pfocr2rdf, version 1 (compiled: no)'\n", encoding="utf-8")
    program.chmod(0o755)
    assert releases.main(["--against", str(tmp_path), "--compiled", str(tmp_path / ".venv")]) == 2
    assert "pfocr2rdf is not compiled" in capsys.readouterr().err


def test_floor_writes_as_many_bytes_as_there_are() -> None:
    assert floor.rewrite({"a": b"x" * (floor.CHUNK + 1), "b": b"y"}) == floor.CHUNK + 2


def test_page_has_a_place_for_each_result_and_takes_it_over(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'pfocr2rdf[plots]'")
    from benchmarks import report

    names = re.findall(r"<!-- result: ([a-z ]+) -->", PAGE.read_text(encoding="utf-8"))
    assert sorted(names) == sorted([*report.MODULES, "bars"])
    assert all(set(sizes) == set(report.MODULES) for sizes in report.SIZES.values())
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    results = {"sizes": result(), "plain": compare.result_of(Spread(37.4, 35.0, 39.0), "python -m benchmarks.compare")}
    for _ in range(2):  # the second time in the place of the first
        report.write_page(results, page)
        text = page.read_text(encoding="utf-8")
        assert text.count("| longer than before | at most +10.0% | +5.0% | +1.0% | +20.0% | held |") == text.count("| 66,000 |") == 1
        assert text.count("| at least 60.0 | 37.4 | 35.0 | 39.0 | missed | plain |") == 1
        assert text.count("| – | – | – | – | not measured |") == len(report.MODULES) - 2
    first = (tmp_path / "plots" / "sizes.svg").read_bytes()
    report.write_page(results, page)
    assert (tmp_path / "plots" / "sizes.svg").read_bytes() == first
    assert b"Time for a record, as a multiple" in first


@pytest.mark.parametrize("size", ["quick", "small", "full"])
def test_every_command_of_the_report_has_options_that_exist(size: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'pfocr2rdf[plots]'")
    from benchmarks import report

    commands: list[list[str]] = []

    def record_command(command: list[str], **options: object) -> None:
        commands.append(command)
        save(result(), Path(command[-1]))

    monkeypatch.setattr(report.subprocess, "run", record_command)
    monkeypatch.setattr(report.compileall, "compile_dir", lambda *_, **__: True)
    assert report.main(["--size", size, "--no-page", "--against", "older", "--compiled", "venv", "--results", str(tmp_path)]) == 1
    assert [command[2] for command in commands] == list(report.MODULES.values())
    for _, _, module, *options in commands:
        help_text = importlib.import_module(f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module).__doc__
        assert [name for name in options if name.startswith("--") and name not in help_text] == []


def test_an_earlier_result_does_not_pass_for_one_of_this_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'pfocr2rdf[plots]'")
    from benchmarks import report

    for name in ("releases", "floor"):
        save(result(), tmp_path / f"{name}.json")
    monkeypatch.setattr(report.compileall, "compile_dir", lambda *_, **__: True)
    monkeypatch.setattr(report.subprocess, "run", lambda command, **options: save(result(), Path(command[-1])))
    report.main(["--no-page", "--results", str(tmp_path), "--only", "releases", "sizes"])
    verdicts = capsys.readouterr().out
    assert "| not measured | releases |" in verdicts
    assert "| held | sizes |" in verdicts
    assert "| held | floor |" in verdicts  # it was not to be run again


def test_comparison_with_an_older_release_needs_its_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert releases.main(["--against", str(tmp_path)]) == 2
    assert "name a checkout whose .venv has pfocr2rdf" in capsys.readouterr().err


def test_page_without_the_marks_is_refused() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'pfocr2rdf[plots]'")
    from benchmarks.report import between

    assert between("a <!-- result: x --> old <!-- end --> b", "x", "new") == "a <!-- result: x -->\n\nnew\n<!-- end --> b"
    with pytest.raises(ValueError, match="0 times"):
        between("nothing", "x", "new")


def test_column_forms_write_numbers() -> None:
    table_result = Result("x", "c", machine(), [Column("a", "A", ",d"), Column("b", "B")], [{"a": 1234, "b": "s|t"}], [])
    assert "| 1,234 | s\\|t |" in markdown(table_result)
