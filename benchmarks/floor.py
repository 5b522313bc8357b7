"""The floor of an export: what reading its records and writing its files cost, if all between them were free.

    python -m benchmarks.floor [--records 2000] [--generation mixed] [--seed 1] [--rounds 5] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. The floor is the reading of all bytes, the parsing of all YAML by the exporter's own reader, and
the writing of the bytes that an export wrote. Each is done in a fresh process, all of them in each round, and the ratios of CPU time
are those of each round. Imports are not in them; neither is the first record of the export, which prepares shapes and contexts.
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
from typing import Any

import yaml_rs

from benchmarks.bars import Bar
from benchmarks.export_runs import add_corpus, corpus_of, corpus_options, export_to, run_export
from benchmarks.measured import Measured, in_fresh_process
from benchmarks.pairs import alternate, ratios
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns, ratio_of
from pfocr2rdf.records.documents import extract_front_matter
from pfocr2rdf.records.yaml import load_yaml

BAR = 3.0
CHUNK = 1 << 20
EXPORT = "pfocr2rdf with one worker"
READ, WRITE = "read and parse, the exporter's reader", "write the bytes of Turtle and JSON-LD"
COLUMNS = (*ratio_columns("CPU time, times the floor"), Column("name", "what is done"))
NOTES = (
    "The floor is the exporter's own reader and the writing of the files. yaml-rs alone is faster, but it types what was written (`010`).",
    "{records:,} records. Every run is a fresh process, without imports and, but for the export, without garbage collection.",
    "Medians, minimum and maximum of {rounds} rounds.",
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


def rows(corpus: Path, rounds: int) -> list[Row]:
    """The export, the floor and its parts, as multiples of the floor."""
    with tempfile.TemporaryDirectory() as folder:
        export_to(Path(folder) / "export", corpus, 1)
        files = {path.name: path.read_bytes() for path in (Path(folder) / "export").glob("figures.*")}
    quiet, warm = gc.disable, partial(run_export, corpus, 1, limit=1)
    parts: dict[str, Callable[[], Measured[Any]]] = {
        EXPORT: partial(in_fresh_process, partial(run_export, corpus, 1), warm),
        "read all bytes": partial(in_fresh_process, partial(contents_only, corpus), quiet),
        "read and parse, yaml-rs alone": partial(in_fresh_process, partial(parse, corpus, yaml_rs.loads), quiet),
        READ: partial(in_fresh_process, partial(parse, corpus, load_yaml), quiet),
        WRITE: partial(in_fresh_process, partial(rewrite, files), quiet),
    }
    cpu = {name: [run.cpu for run in runs] for name, runs in alternate(parts, rounds).items()}
    cpu["the floor"] = [sum(times) for times in zip(cpu[READ], cpu[WRITE], strict=True)]
    return [{"name": name, **ratio_cells(ratios(times, cpu["the floor"]))} for name, times in cpu.items()]


def contents_only(corpus: Path) -> int:
    """Read all; how many records there were."""
    return len(contents(corpus))


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where the bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor", description="Compare an export with reading and writing alone.")
    parser.add_argument("--records", type=int, default=2000)
    add_rounds(parser)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    options = parser.parse_args(arguments)
    table = rows(corpus_of(options.records, options.generation, options.seed, options.corpus_dir), options.rounds)
    bar = Bar("CPU time of an export with one worker, to that of reading and writing alone", BAR, *ratio_of(table[0]))
    notes = [note.format(records=options.records, rounds=options.rounds) for note in NOTES]
    command = f"python -m benchmarks.floor --records {options.records} --rounds {options.rounds} {corpus_options(options)}"
    return give_out(Result("floor", command, machine(), COLUMNS, table, notes, [bar]), options)


if __name__ == "__main__":
    sys.exit(main())
