"""Run all benchmarks, and write their numbers and plots into the page ``docs/benchmarks.md``.

    python -m benchmarks.report [--quick] [--only plain engines ...] [--results DIR] [--from DIR]

Run it from the top of the checkout, on a machine that does nothing else; it needs the extras ``test`` and ``bench``, and takes about
an hour. ``--quick`` takes small corpora, to see that all works: its numbers are not for the page, but they get there.
``--from`` takes the results of an earlier run in the place of new ones.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.loading.bars import BARS
from benchmarks.plots import DRAWN, draw
from benchmarks.results import Column, Result, Row, load, machine, markdown, save

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
COMMANDS = {
    "plain": ("benchmarks.compare", "--records", "1500"),
    "whole": ("benchmarks.whole", "--records", "10000"),
    "engines": ("benchmarks.engines", "--records", "5000", "--slow"),
    "floor": ("benchmarks.floor", "--records", "2000"),
    "sizes": ("benchmarks.sizes", "--sizes", "1000", "10000", "66000", "200000"),
    "loading": ("benchmarks.loading", "--triples", "1000000"),
    "serving": ("benchmarks.serving", "--figures", "5000"),
    "publishing": ("benchmarks.publishing", "--size", "66000"),
}
QUICK = {
    "plain": ("benchmarks.compare", "--records", "100"),
    "whole": ("benchmarks.whole", "--records", "300", "--plain", "20"),
    "engines": ("benchmarks.engines", "--records", "300", "--repeats", "1", "--slow"),
    "floor": ("benchmarks.floor", "--records", "500", "--repeats", "1"),
    "sizes": ("benchmarks.sizes", "--sizes", "300", "1000"),
    "loading": ("benchmarks.loading", "--quick", "--repeats", "1"),
    "serving": ("benchmarks.serving", "--quick", "--requests", "100", "--repeats", "1"),
    "publishing": ("benchmarks.publishing", "--quick"),
}
PLAIN = re.compile(r"plain pipeline +([\d.]+) ms\n +pfocr2rdf +([\d.]+) ms\n +ratio +([\d.]+) +\(pair by pair ([\d.]+) to ([\d.]+)\)")
PLAIN_COLUMNS = (Column("ratio", "times the export's", ".1f"), Column("name", "pipeline"), Column("cpu", "CPU ms a record", ".2f"))


def from_plain(output: str, command: str) -> Result:
    """The result of ``benchmarks.compare``, from what it says.

    Raises:
        ValueError: it says no ratio.
    """
    match = PLAIN.search(output)
    if not match:
        raise ValueError(f"{command} gave no ratio:\n{output}")
    slow, fast, ratio, low, high = map(float, match.groups())
    rows: list[Row] = [
        {"ratio": ratio, "name": "the usual libraries (PyYAML, PyLD, rdflib, pySHACL)", "cpu": slow},
        {"ratio": 1.0, "name": "pfocr2rdf", "cpu": fast},
    ]
    note = f"Both made the same statements of every record, which was proved first. Pair by pair, the ratio was {low:g} to {high:g}."
    return Result("plain", command, machine(), PLAIN_COLUMNS, rows, [note])


def run(name: str, arguments: tuple[str, ...], results: Path) -> None:
    """Run one benchmark, and keep its result as ``NAME.json``. It may say that a bar is not held: then the page says it too.

    Raises:
        RuntimeError: it gave no result.
    """
    path, command = results / f"{name}.json", f"python -m {' '.join(arguments)}"
    print(f"$ {command}", flush=True)
    path.unlink(missing_ok=True)
    if name == "plain":
        completed = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
        save(from_plain(completed.stdout, command), path)
    else:
        subprocess.run([sys.executable, "-m", *arguments, "--json", str(path)], cwd=ROOT, check=False)
    if not path.exists():
        raise RuntimeError(f"{command} gave no result")


def between(page: str, name: str, text: str) -> str:
    r"""The page with this text between the marks of that name.

    >>> between("a <!-- result: x --> old <!-- end --> b", "x", "new")
    'a <!-- result: x -->\n\nnew\n<!-- end --> b'

    Raises:
        ValueError: the page does not have the marks once.
    """
    begin = f"<!-- result: {name} -->"
    replaced, count = re.subn(f"{re.escape(begin)}.*?<!-- end -->", lambda _: f"{begin}\n\n{text}\n<!-- end -->", page, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"the page has {count} times {begin}")
    return replaced


def number(result: Result, key: str, **columns: object) -> float:
    """A number of the first row that has these values."""
    row = next(row for row in result.rows if all(str(row[name]).startswith(str(value)) for name, value in columns.items()))
    return float(str(row[key]))


def in_short(results: Mapping[str, Result]) -> str:
    """The table of ratios that the page begins with."""
    lines: list[tuple[str, str, str]] = []
    if result := results.get("plain"):
        what = "CPU time of the usual libraries to that of the export, for the same graph"
        lines.append((f"{number(result, 'ratio'):.1f}", what, result.command))
    if result := results.get("whole"):
        what = "seconds of the usual libraries to those of a whole export with all workers (bar: 120)"
        lines.append((f"{number(result, 'ratio', name='pfocr2rdf, '):.1f}", what, result.command))
    if result := results.get("engines"):
        for name in ("LinkML", "SDM-RDFizer", "Morph-KGC", "maplib"):
            ratios = [float(str(row["ratio"])) for row in result.rows if row["name"] == f"{name}, CSV" and row.get("ratio")]
            what = f"seconds of {name}, for the core of the statements, from tables, to those of the export"
            lines += [(f"{min(ratios):.2f}", what, result.command)] if ratios else []
    if result := results.get("floor"):
        what = "CPU time of the export to that of reading and writing alone (bar: 4)"
        lines.append((f"{number(result, 'ratio', name='pfocr2rdf'):.2f}", what, result.command))
    if result := results.get("sizes"):
        far = max(float(str(row["deviation"])) for row in result.rows)
        lines.append(
            (f"{far:+.1%}", "how much longer a record takes than at the quickest smaller size, at most (bar: 10%)", result.command)
        )
    if result := results.get("loading"):
        for bar in BARS:
            value = bar.value(result.rows)
            lines += [(f"{value:.2f}", f"{bar.title} (bar: {bar.asked})", result.command)] if value else []
    if result := results.get("serving"):
        lines += served(result)
    head = ("ratio", "of what to what", "command")
    table = [head, ("---",) * 3, *((ratio, what, f"`{command}`") for ratio, what, command in lines)]
    return "".join(f"| {' | '.join(line)} |\n" for line in table)


def served(results: Result) -> list[tuple[str, str, str]]:
    """The lines of the service, for each kind of question that both servers answer."""
    what = "p95 of 'pfocr2rdf serve' to that of Oxigraph's own server"
    return [(f"{row['ratio']:.2f}", f"{what}, {row['kind']} (bar: 1.5)", results.command) for row in results.rows if row.get("ratio")]


def write_page(results: Mapping[str, Result], page: Path = PAGE, plots: Path | None = None) -> None:
    """Put the tables and the pictures into the page."""
    text = page.read_text(encoding="utf-8")
    for name, result in results.items():
        text = between(text, name, markdown(result))
        if name in DRAWN:
            draw(result, plots or page.parent / "plots")
    page.write_text(between(text, "in short", in_short(results)), encoding="utf-8")


def results_in(folder: Path, names: Iterable[str]) -> dict[str, Result]:
    """The results of these names that the folder has."""
    return {name: load(folder / f"{name}.json") for name in names if (folder / f"{name}.json").exists()}


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Run all benchmarks and rewrite the page of them.")
    parser.add_argument("--quick", action="store_true", help="small corpora, to see that all works")
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=list(COMMANDS), help="run only these; the others stay as they were")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "pfocr2rdf-results", help="where results are kept")
    parser.add_argument("--from", dest="earlier", type=Path, metavar="DIR", help="run nothing; take the results in this folder")
    asked = parser.parse_args(arguments)
    folder = asked.earlier or asked.results
    folder.mkdir(parents=True, exist_ok=True)
    if not asked.earlier:
        for name in asked.only:
            run(name, (QUICK if asked.quick else COMMANDS)[name], folder)
    write_page(results_in(folder, COMMANDS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
