"""The floor of an export: what reading its records and writing its files cost, if all between them were free.

    python -m benchmarks.floor [--records 2000] [--generation mixed] [--seed 1] [--repeats 3] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. The floor is the reading of all bytes, the parsing of all YAML by the exporter's own reader, and
the writing of the bytes that an export wrote. Each is done in a fresh process, and the middle one of the times counts. Imports are not
in them; neither is the first record of the export, which prepares shapes and contexts (it still reads its shapes again).
The exit status is 1 where the export with one worker takes more than ``BAR`` times the CPU of the floor.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml_rs

from benchmarks.export_runs import add_corpus, corpus_of, export_to, run_export
from benchmarks.measured import in_fresh_process
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine
from pfocr2rdf.records.documents import extract_front_matter
from pfocr2rdf.records.yaml import load_yaml

BAR = 4.0
CHUNK = 1 << 20
EXPORT = "pfocr2rdf with one worker"
COLUMNS = (
    Column("ratio", "times the floor (CPU)", ".2f"),
    Column("name", "what is done"),
    Column("cpu", "CPU ms a record", ".3f"),
    Column("wall", "ms a record", ".3f"),
)
NOTES = (
    "The bar is {bar:g} times the floor; the export with one worker is {held} it.",
    "The floor is the exporter's own reader and the writing of the files. yaml-rs alone is quicker, but it types what was written (`010`).",
    "All times are of a fresh process, without imports; the middle one of {repeats}. The floor is without Python's search for garbage.",
)


def contents(corpus: Path) -> list[bytes]:
    """The bytes of all records, after those of all side tables have been read too."""
    for path in (corpus / "_data").glob("*.tsv"):
        path.read_bytes()
    return [path.read_bytes() for path in (corpus / "_figures").glob("*.md")]


def parse(corpus: Path, parser: Callable[[str], object]) -> int:
    """Read all, and parse the front matter of all records; how many there were."""
    records = contents(corpus)
    for data in records:
        parser(extract_front_matter(data).data.decode())
    return len(records)


def rewrite(files: dict[str, bytes]) -> int:
    """Write the files of an export again; how many bytes that was."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            with (Path(folder) / name).open("wb") as file:
                for start in range(0, len(data), CHUNK):
                    file.write(data[start : start + CHUNK])
    return sum(map(len, files.values()))


def middle(function: Callable[[], object], repeats: int, records: int, prepare: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall milliseconds a record: the middle one of several fresh processes, by CPU."""
    costs = sorted((run.cpu, run.wall) for run in (in_fresh_process(function, prepare) for _ in range(repeats)))
    cpu, wall = costs[len(costs) // 2]
    return cpu / records * 1000, wall / records * 1000


def rows(corpus: Path, records: int, repeats: int) -> list[Row]:
    """The parts of the floor, the floor, and the export."""
    with tempfile.TemporaryDirectory() as folder:
        export_to(Path(folder) / "export", corpus, 1)
        files = {path.name: path.read_bytes() for path in (Path(folder) / "export").glob("figures.*")}
    quiet, warm = gc.disable, partial(run_export, corpus, 1, limit=1)
    parts: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        EXPORT: (partial(run_export, corpus, 1), warm),
        "read all bytes": (partial(contents_only, corpus), quiet),
        "read and parse, yaml-rs alone": (partial(parse, corpus, yaml_rs.loads), quiet),
        "read and parse, the exporter's reader": (partial(parse, corpus, load_yaml), quiet),
        "write the bytes of Turtle and JSON-LD": (partial(rewrite, files), quiet),
    }
    times = {name: middle(function, repeats, records, prepare) for name, (function, prepare) in parts.items()}
    floor = [a + b for a, b in zip(*(times[name] for name in list(parts)[-2:]), strict=True)]
    times = {EXPORT: times[EXPORT], "the floor": (floor[0], floor[1])} | times
    return [{"name": name, "cpu": cpu, "wall": wall, "ratio": cpu / floor[0]} for name, (cpu, wall) in times.items()]


def contents_only(corpus: Path) -> int:
    """Read all; how many records there were."""
    return len(contents(corpus))


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where the bar is not held.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor", description="Compare an export with reading and writing alone.")
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    asked = parser.parse_args(arguments)
    table = rows(corpus_of(asked.records, asked.generation, asked.seed, asked.corpus_dir), asked.records, asked.repeats)
    is_within = float(str(table[0]["ratio"])) <= BAR
    notes = [note.format(bar=BAR, held="within" if is_within else "above", repeats=asked.repeats) for note in NOTES]
    command = f"python -m benchmarks.floor --records {asked.records} --generation {asked.generation} --seed {asked.seed}"
    give_out(Result("floor", command, machine(), COLUMNS, table, notes), asked)
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
