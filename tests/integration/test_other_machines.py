"""Other machines: without what only POSIX has, with spawned workers, without the SHACL engine in Rust. All write the same bytes.

They are imitated on this one; ``docs/platforms.md`` says what that proves and what not.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.output_directories import contents
from tests.support.records import PROGRAMS, ROOT, SHARED, older

POSIX, SHACL, SPAWN = "posix", "shacl", "spawn"
PROGRAM = PROGRAMS / "other_machine.py"
SLOW_ENGINE = "pySHACL is used instead"


def run(machine: str, *arguments: object, status: int = 0) -> str:
    """The output of a command on such a machine; ``""`` is this one."""
    program = [PROGRAM, machine] if machine in (POSIX, SHACL) else ["-m", "pfocr2rdf"]
    environment = {**os.environ, **({"PFOCR2RDF_START_METHOD": SPAWN} if machine == SPAWN else {})}
    command = [sys.executable, *map(str, program), *map(str, arguments)]
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert process.returncode == status, process.stderr
    assert (process.stderr.count(SLOW_ENGINE)) == (machine == SHACL and arguments[0] in ("export", "validate"))
    assert "Traceback" not in process.stderr
    return process.stdout


MAPPING_DIGEST = re.compile(rb"(?<=\npart:sha256-input-mapping a spdx:Checksum ;\n).*\n.*\n")


def comparable(folder: Path, machine: str) -> dict[str, bytes]:
    """The files of an export; what names the version of the SHACL engine (by a digest) only where that is the same."""
    files = contents(folder)
    if machine == SHACL:
        files = {name: data for name, data in files.items() if not name.startswith(("manifest.json", ".pfocr2rdf-parts/"))}
        files["dataset.ttl"], count = MAPPING_DIGEST.subn(b"", files["dataset.ttl"])
        assert count == 1
    return files


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, real records where they are there, and one that breaks a shape."""
    source = tmp_path_factory.mktemp("in") / "records"
    shutil.copytree(ROOT / "examples", source)
    folder = source / "_figures"
    for path in sorted((SHARED / "corpus-gen1").glob("*.md"))[::40]:
        shutil.copy(path, folder)
    (folder / "broken.md").write_text(f"---\n{older('PMC1__broken', 'year: abcd', 'pathway_score: 1.5')}---\n", encoding="utf-8")
    return source


@pytest.fixture(scope="module")
def expected(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("out") / "export"
    run("", "export", records, "--output", output, "--workers", 2, "--quiet", status=1)
    return output


@pytest.mark.parametrize("machine", [POSIX, SHACL])
def test_all_modules_can_be_imported(machine: str) -> None:
    modules = run(machine, "import-all").split()
    assert len(modules) > 150
    assert {"pfocr2rdf.pipeline.export", "pfocr2rdf.server.worker", "pfocr2rdf.stores.embedded"} <= set(modules)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("machine", [POSIX, SHACL, SPAWN])
def test_an_export_has_the_same_bytes(machine: str, workers: int, records: Path, expected: Path, tmp_path: Path) -> None:
    output = tmp_path / "export"
    run(machine, "export", records, "--output", output, "--workers", workers, "--json", status=1)
    assert comparable(output, machine) == comparable(expected, machine)
    assert any(name.startswith("quarantine/") for name in contents(output))
    run(machine, "export", records, "--output", output, "--workers", workers, "--json", status=1)
    assert comparable(output, machine) == comparable(expected, machine)


@pytest.mark.parametrize("machine", [POSIX, SHACL, SPAWN])
def test_parts_have_the_same_bytes(machine: str, records: Path, tmp_path: Path) -> None:
    for name, its_machine in (("here", ""), ("there", machine)):
        run(its_machine, "export", records, "--output", tmp_path / name, "--workers", 2, "--partition-size", 5, status=1)
    assert comparable(tmp_path / "there", machine) == comparable(tmp_path / "here", machine)


@pytest.mark.parametrize("machine", [POSIX, SHACL])
def test_validate_finds_the_same(machine: str, records: Path, expected: Path) -> None:
    for source in (records, expected / "figures.nt" if (expected / "figures.nt").exists() else expected / "figures.ttl"):
        status = 1 if source == records else 0
        arguments = ("validate", source, "--report-format", "json")
        assert run(machine, *arguments, status=status) == run("", *arguments, status=status)


def test_a_store_is_loaded_and_queried(expected: Path, tmp_path: Path) -> None:
    outputs = []
    for machine in ("", POSIX):
        store = tmp_path / f"store{machine}"
        run(machine, "load", expected, "--to", store, "--quiet")
        run(machine, "load", expected, "--to", store, "--quiet")
        outputs.append(run(machine, "query", "both-genes", "--store", store, "--format", "csv"))
    assert outputs[0] == outputs[1] != ""
    assert not list(tmp_path.glob(".*"))


def test_a_site_a_delta_and_statistics_are_the_same(tmp_path: Path) -> None:
    expected = tmp_path / "export"
    run("", "export", ROOT / "examples", "--output", expected, "--limit", 2, "--quiet")
    for machine in ("", POSIX):
        folder = tmp_path / f"here{machine}"
        run(machine, "diff", expected, expected, "--output", folder / "delta", "--quiet")
        run(machine, "stats", expected, "--output", folder / "stats", "--quiet")
        run(machine, "publish", expected, "--output", folder / "site", "--base", "https://example.org/", "--workers", 2, "--quiet")
    assert contents(tmp_path / f"here{POSIX}") == contents(tmp_path / "here")


def test_windows_serves_nothing_and_says_so(expected: Path, tmp_path: Path) -> None:
    run("", "load", expected, "--to", tmp_path / "store", "--quiet")
    command = [sys.executable, str(PROGRAM), POSIX, "serve", str(tmp_path / "store"), "--port", "0"]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert process.returncode == 3
    assert "serve the store on Linux or macOS" in process.stderr


def test_a_start_method_that_is_none_is_refused(records: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pfocr2rdf", "export", str(records), "--output", str(tmp_path / "out"), "--workers", "2"]
    environment = {**os.environ, "PFOCR2RDF_START_METHOD": "beg"}
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert process.returncode == 3
    assert "PFOCR2RDF_START_METHOD is 'beg', and this system has: fork, spawn; choose one of them" in process.stderr


def test_a_script_without_a_main_guard_is_one_error_and_no_record_is_blamed(records: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    call = f"pfocr2rdf.export([{str(records)!r}], {str(tmp_path / 'out')!r}, workers=2)"
    script.write_text(f"import pfocr2rdf\n{call}\n", encoding="utf-8")
    environment = {**os.environ, "PFOCR2RDF_START_METHOD": SPAWN}
    process = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert process.returncode == 1
    assert "worker processes cannot be started: exit status 1; in a script, put the calls under if __name__ == '__main__'" in process.stderr
    assert not (tmp_path / "out" / "manifest.json").exists()
