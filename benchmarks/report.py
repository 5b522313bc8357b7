"""Run all benchmarks, write their tables and plots into the page ``docs/benchmarks.md``, and end with a table of the bars.

    python -m benchmarks.report [--size quick|small|full] [--against CHECKOUT [--compiled ENVIRONMENT]] [--only plain engines ...]
        [--no-page] [--results DIR] [--from DIR]

Run it from the top of the checkout, on a machine that does nothing else; it needs the extras ``test`` and ``bench``. ``--size full`` has
the sizes of the bars and takes hours, ``small`` takes about 15 minutes, and ``quick`` only shows that all works: its numbers say little.
``--against`` names an older checkout with its ``.venv``; without it the bars of ``releases`` are not measured.
``--compiled`` names a virtual environment with compiled modules, to measure these, too. ``--from`` takes the
results of an earlier run in the place of new ones. The exit status is 1 where a bar is missed or was not measured.
"""

from __future__ import annotations

import argparse
import compileall
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.bars import table
from benchmarks.plots import DRAWN, draw
from benchmarks.results import Result, load, markdown

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
MODULES = {
    "plain": "benchmarks.compare",
    "whole": "benchmarks.whole",
    "releases": "benchmarks.releases",
    "engines": "benchmarks.engines",
    "floor": "benchmarks.floor",
    "derived": "benchmarks.derived",
    "sizes": "benchmarks.sizes",
    "loading": "benchmarks.loading",
    "serving": "benchmarks.serving",
    "publishing": "benchmarks.publishing",
    "startup": "benchmarks.startup",
}
FOLDER = '--into "folder, named graph"'
SIZES = {
    "quick": {
        "plain": "--records 100",
        "whole": "--records 300 --plain 20 --rounds 2",
        "releases": "--records 300 --figures 100 --rounds 2 --publish-rounds 1",
        "engines": "--records 300 --rounds 1",
        "floor": "--records 300 --rounds 2",
        "derived": "--records 300 --rounds 2",
        "sizes": "--sizes 300 1000",
        "loading": f"--quick --rounds 2 {FOLDER}",
        "serving": "--quick --requests 50 --rounds 1",
        "publishing": "--quick",
        "startup": "--rounds 1",
    },
    "small": {
        "plain": "--records 300",
        "whole": "--records 4000 --plain 200",
        "releases": "--records 2000 --figures 500 --publish-rounds 3",
        "engines": "--records 600",
        "floor": "--records 2000",
        "derived": "--records 2000",
        "sizes": "--sizes 1000 10000 --rounds 3",
        "loading": f"--triples 1000000 {FOLDER}",
        "serving": "--figures 5000 --requests 100",
        "publishing": "--size 500",
        "startup": "--rounds 10",
    },
    "full": {
        "plain": "--records 1500",
        "whole": "--records 66000 --plain 400",
        "releases": "--records 6000 --figures 3000 --publish-rounds 5",
        "engines": "--records 5000 --slow",
        "floor": "--records 6000",
        "derived": "--records 66000 --rounds 1",
        "sizes": "--sizes 1000 10000 66000 200000",
        "loading": "--triples 20000000 --rounds 3",
        "serving": "--figures 5000 --requests 1000",
        "publishing": "--size 66000",
        "startup": "--rounds 30",
    },
}


def run(name: str, options: Iterable[str], results: Path) -> None:
    """Run one benchmark, and keep its result as ``NAME.json``, also where a bar is missed.

    Raises:
        RuntimeError: it gave no result.
    """
    path, command = results / f"{name}.json", ["-m", MODULES[name], *options]
    print(f"$ python {shlex.join(command)}", flush=True)
    subprocess.run([sys.executable, *command, "--json", str(path)], cwd=ROOT, check=False)
    if not path.exists():
        raise RuntimeError(f"{MODULES[name]} gave no result")


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


def bars_table(results: Mapping[str, Result]) -> str:
    """The bars of all benchmarks; those of one that did not run are not measured."""
    return table({name: results[name].bars if name in results else () for name in MODULES})


def write_page(results: Mapping[str, Result], page: Path = PAGE, plots: Path | None = None) -> None:
    """Put the tables and the pictures into the page."""
    text = page.read_text(encoding="utf-8")
    for name, result in results.items():
        text = between(text, name, markdown(result))
        if name in DRAWN:
            draw(result, plots or page.parent / "plots")
    page.write_text(between(text, "bars", bars_table(results)), encoding="utf-8")


def results_in(folder: Path, names: Iterable[str]) -> dict[str, Result]:
    """The results of these names that the folder has."""
    return {name: load(folder / f"{name}.json") for name in names if (folder / f"{name}.json").exists()}


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed or was not measured.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Run all benchmarks and rewrite the page of them.")
    parser.add_argument("--size", choices=SIZES, default="small", help="how much is measured (default: small)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="an older checkout with its .venv, to compare with")
    parser.add_argument("--compiled", type=Path, metavar="ENVIRONMENT", help="a virtual environment with compiled modules, for --against")
    parser.add_argument("--only", nargs="+", choices=MODULES, default=list(MODULES), help="run only these; the others stay as they were")
    parser.add_argument("--no-page", action="store_true", help="leave the page and its plots as they are")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "pfocr2rdf-results", help="where results are kept")
    parser.add_argument("--from", dest="earlier", type=Path, metavar="DIR", help="run nothing; take the results in this folder")
    options = parser.parse_args(arguments)
    folder = options.earlier or options.results
    folder.mkdir(parents=True, exist_ok=True)
    if not options.earlier:
        compileall.compile_dir(ROOT / "src", quiet=1)  # Python may be set up to write no bytecode, which would slow down each start
        for name in options.only:  # no result of an earlier run must pass for one of this
            (folder / f"{name}.json").unlink(missing_ok=True)
        for name in options.only:
            more = ["--against", str(options.against.absolute())] if name == "releases" and options.against else []
            more += ["--compiled", str(options.compiled.absolute())] if more and options.compiled else []
            if more or name != "releases":
                run(name, [*shlex.split(SIZES[options.size][name]), *more], folder)
    results = results_in(folder, MODULES)
    if not options.no_page:
        write_page(results)
    print(f"\n{bars_table(results)}", end="")
    bars = [bar for result in results.values() for bar in result.bars]
    return 0 if len(results) == len(MODULES) and all(bar.is_held for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
