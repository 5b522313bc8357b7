"""Mapping sets: sssom, of the SSSOM community, validates each file and parses all its rows."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.referees.example_export import derived_export
from tests.referees.result import RefereeResult
from tests.support.validators import validator, validator_version

_PROGRAM = """
import sys, traceback
from sssom.cli import main
for file in sys.argv[1:]:
    for command in (["validate", file], ["parse", file, "--prefix-map-mode", "metadata_only", "--output", f"{file}.parsed"]):
        try:
            main(command, standalone_mode=False)
        except Exception as error:
            traceback.print_exc()
            print("refused", command[0], file)
"""  # in one process, since they take seconds to import, and with the prefixes of the files alone, since all others take a minute to index


def run() -> RefereeResult:
    """The mapping sets of the examples."""
    return check_mapping_sets(sorted(derived_export().glob("sssom/*.sssom.tsv")))


def check_mapping_sets(paths: Iterable[Path]) -> RefereeResult:
    """Validate and parse each mapping set."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(shutil.copy(path, folder)) for path in paths]
        process = subprocess.run(
            [validator("python", "sssom"), "-c", _PROGRAM, *files], capture_output=True, encoding="utf-8", timeout=300, check=False
        )
        assert process.returncode == 0, process.stderr
        findings = [line.replace(f"{folder}/", "") for line in process.stdout.splitlines() if line.startswith("refused ")]
        for file in files:
            parsed = Path(f"{file}.parsed")
            if f"refused parse {file.name}" not in findings and len(mapping_rows(parsed)) != len(mapping_rows(file)):
                findings.append(f"{file.name}: {len(mapping_rows(parsed))} of {len(mapping_rows(file))} rows are parsed")
    return RefereeResult("sssom", validator_version("sssom"), 2 * len(files), 2 * len(files) - len(findings), tuple(findings))


def mapping_rows(path: Path) -> list[str]:
    """The rows of a mapping set, with its header."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
