"""QLever's own command reads the Qleverfile of a plan, and shows what it would run; the engine itself is not here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.support.records import ROOT
from tests.support.validators import validator

from pfocr2rdf import export
from pfocr2rdf.stores.bulk_scripts.plan import plan_bulk_load


@pytest.mark.parametrize(
    ("graph_format", "options", "graphs", "streams"),
    [
        ("ntriples", {"compress": "gz"}, "default", ["-f <(gzip -dc data-1.nt.gz) -g - -F nt -p true", "-F ttl -p false"]),
        ("nquads", {"partition_size": 3}, "figure", ["-f <(cat data-1.nq) ", "-f <(cat data-3.nq) ", "-F nq -p true"]),
    ],
)
def test_qlever_reads_the_qleverfile(
    graph_format: str, options: dict[str, object], graphs: str, streams: list[str], tmp_path: Path
) -> None:
    export(ROOT / "examples", tmp_path / "out", formats=(graph_format,), workers=1, **options)  # type: ignore[arg-type]
    plan_bulk_load("qlever", tmp_path / "out", tmp_path / "plan", graphs=graphs)
    program = validator("qlever").absolute()
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    folder = tmp_path / "index"
    folder.mkdir()
    folder.joinpath("Qleverfile").write_bytes((tmp_path / "plan" / "Qleverfile").read_bytes())
    names = next(line for line in (folder / "Qleverfile").read_text(encoding="utf-8").splitlines() if line.startswith("INPUT_FILES"))
    for name in names.partition("=")[2].split():
        folder.joinpath(name).touch()
    for command, expected in (("index", ["qlever-index -i pfocr", *streams]), ("start", ["qlever-server -i pfocr", "-p 7019", "-m 5G"])):
        shown = _show(program, command, folder, environment)
        assert [text for text in expected if text not in shown] == [], shown
    in_container = _show(program, "index", folder, environment, "--system", "docker")
    assert "docker run" in in_container


def _show(program: Path, command: str, folder: Path, environment: dict[str, str], *options: str) -> str:
    process = subprocess.run(
        [program, command, "--show", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stdout
    return process.stdout
