"""Tables: Frictionless validates types and keys of CSV and Parquet, and mlcroissant the description, and reads the rows of each."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.referees.example_export import derived_export
from tests.referees.result import RefereeResult
from tests.support.records import ROOT
from tests.support.validators import validator, validator_version

from pfocr2rdf.derived.tables.schema import TABLES

_COUNT_RECORDS = ROOT / "tests" / "support" / "programs" / "croissant_records.py"


def run() -> RefereeResult:
    """The tables of the examples."""
    return check_tables(derived_export() / "tables", derived_export().parent / "csv" / "tables")


def check_tables(parquet: Path, comma_separated: Path) -> RefereeResult:
    """The same tables as Parquet and as CSV: for each syntax all tables and the Croissant description, with the rows of all record sets."""
    expected, folders, findings = _count_rows(comma_separated), (parquet, comma_separated), []
    for folder, counts in zip(folders, count_croissant_records(*folders), strict=True):
        name = "Parquet" if folder == parquet else "CSV"
        findings += [f"{name}, {table}: {count} errors" for table, count in sorted(frictionless_errors(folder).items())]
        findings += [f"{name}: mlcroissant finds {error}" for error in croissant_errors(folder)]
        findings += [f"{name}, {table}: mlcroissant reads {counts.get(table)} of {rows} rows" for table, rows in expected.items()
                     if counts.get(table) != rows]  # fmt: skip
    asked = len(folders) * (2 * len(TABLES) + 1)
    versions = f"{validator_version('frictionless')}, {validator_version('mlcroissant')}"
    return RefereeResult("Frictionless, mlcroissant", versions, asked, asked - min(asked, len(findings)), tuple(findings))


def frictionless_errors(folder: Path) -> Counter[str]:
    """The number of errors that Frictionless finds in each table of a data package, without tables that have none."""
    command = [validator("frictionless"), "validate", "datapackage.json", "--json"]
    process = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=120)
    report = json.loads(process.stdout)
    assert [task["type"] for task in report["tasks"]] == ["table"] * len(TABLES)
    errors = Counter({task["name"]: len(task["errors"]) for task in report["tasks"] if task["errors"]})
    assert errors.total() == report["stats"]["errors"]
    return errors


def croissant_errors(folder: Path) -> list[str]:
    """What mlcroissant reports about the description of a folder."""
    command = [validator("mlcroissant"), "validate", "--jsonld", "croissant.json"]
    process = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=120)
    accepted = process.returncode == 0 and "error(s)" not in process.stderr and "Done." in process.stderr
    return [] if accepted else [process.stderr]


def count_croissant_records(*folders: Path) -> list[dict[str, int]]:
    """How many records of each record set mlcroissant reads in each folder."""
    command: Iterable[str | Path] = [validator("python", "mlcroissant"), _COUNT_RECORDS, *folders]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)
    assert process.returncode == 0, process.stderr
    counts: list[dict[str, int]] = json.loads(process.stdout)
    return counts


def _count_rows(folder: Path) -> dict[str, int]:
    """The number of rows of each table, as the csv module counts them."""

    def rows() -> Iterator[tuple[str, int]]:
        for table in TABLES:
            with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
                yield table.name, sum(1 for _ in csv.reader(file)) - 1

    return dict(rows())
