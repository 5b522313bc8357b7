"""Releases: roc-validator validates the RO-Crate, the schema of DataCite its metadata, and cffconvert the citation file."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.referees.example_export import derived_export
from tests.referees.result import RefereeResult
from tests.support.browser import skip_or_fail
from tests.support.records import ROOT
from tests.support.servers import program
from tests.support.validators import validator, validator_version

from pfocr2rdf import Release, create_release

_FILL_CACHE = ROOT / "tests" / "support" / "programs" / "fill_crate_cache.py"
_DATACITE = """
import json, sys
from datacite import schema45
for name in sys.argv[1:]:
    for error in schema45.validator.iter_errors(json.load(open(name, encoding="utf-8"))):
        print(name, error.json_path, error.message)
"""
_CITATION = """
import sys
from cffconvert import Citation
for name in sys.argv[1:]:
    try:
        Citation(open(name, encoding="utf-8").read()).validate()
    except Exception as error:
        print(name, type(error).__name__, str(error).partition("\\n")[0])
"""


def run() -> RefereeResult:
    """A release of the examples."""
    with tempfile.TemporaryDirectory() as folder:
        create_release(derived_export(), Path(folder) / "bundle", release=Release("2025-01", "2025-01-31"))
        return check_bundle(Path(folder) / "bundle")


def check_bundle(bundle: Path) -> RefereeResult:
    """The descriptions of a bundle; of an RO-Crate, the requirements and not the recommendations."""
    with tempfile.TemporaryDirectory() as folder:
        fill_crate_cache(Path(folder) / "cache")
        issues, checks = crate_issues(bundle, Path(folder) / "cache", "required", Path(folder) / "report.json")
    findings = [f"roc-validator: {issue}" for issue in sorted(issues)]
    errors = [*datacite_errors([bundle / "datacite.json"]), *citation_errors([bundle / "CITATION.cff"])]
    versions = ", ".join(map(validator_version, ("roc-validator", "datacite", "cffconvert")))
    passed = checks - len(findings) + 2 - min(2, len(errors))
    return RefereeResult("roc-validator, DataCite, cffconvert", versions, checks + 2, passed, (*findings, *errors))


def fill_crate_cache(cache: Path) -> None:
    """Make the HTTP cache of roc-validator with the context, from the npm package ro-crate."""
    prefix = subprocess.run([program("npm", "apt-get install npm"), "prefix", "--global"], capture_output=True, text=True, check=True)
    context = Path(prefix.stdout.strip(), "lib", "tarballs", "ro-crate", "package", "lib", "context.json")
    if not context.is_file():
        skip_or_fail(f"{context} is not there: .ci/system")
    subprocess.run([validator("python", "rocrate_validator"), _FILL_CACHE, context, cache], check=True)


def crate_issues(bundle: Path, cache: Path, severity: str, report: Path) -> tuple[set[str], int]:
    """The checks that an RO-Crate fails, and the number of checks; those that need the network are skipped."""
    options = ["--offline", "--cache-path", cache, "-p", "ro-crate-1.2", "--no-paging", "-f", "json", "-o", report, "-l", severity]
    subprocess.run([validator("rocrate-validator"), "-y", "validate", bundle, *options], capture_output=True, check=False)
    result = json.loads(report.read_text(encoding="utf-8"))
    assert bool(result["issues"]) == (not result["passed"])
    statistics = result["statistics"]
    issues = {issue["check"]["identifier"] for issue in result["issues"]}
    return issues, statistics["total_checks"] - statistics["total_skipped_checks"]


def datacite_errors(paths: Iterable[Path]) -> list[str]:
    """The errors of metadata files by the JSON schema of DataCite 4.5."""
    return _lines([validator("python", "datacite"), "-c", _DATACITE, *paths])


def citation_errors(paths: Iterable[Path]) -> list[str]:
    """The errors of files in the Citation File Format."""
    return _lines([validator("python", "cffconvert"), "-c", _CITATION, *paths])


def _lines(command: list[str | Path]) -> list[str]:
    process = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()
