"""Sources with what is no file: each is refused by its name, nothing is waited for, and the other records are exported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.irregular_files import IRREGULAR, make_irregular
from tests.support.records import ROOT, exported, front_matter, newer, older, write

from pfocr2rdf import ShapesError, SourceError, load, publish, read_records, stats, validate
from pfocr2rdf.cli import main
from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.release import read_release
from pfocr2rdf.records import trees
from pfocr2rdf.storage import regular_files
from pfocr2rdf.validation.shapes import load_shapes

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"_figures/PMC1__good.md": front_matter(older("PMC1__good"))})


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("suffix", [".md", ".yaml"])
def test_in_a_folder(suffix: str, workers: int, tmp_path: Path) -> None:
    write(tmp_path / "in", {"good.md": front_matter(older("PMC1__good"))})
    paths = [make_irregular(tmp_path / "in", word, f"x{suffix}") for word in IRREGULAR]
    result = exported([tmp_path / "in"], tmp_path / "out", workers=workers)
    assert result.figids == ["PMC1__good"]
    assert result.summary.exit_status == 1
    assert sorted(row["source"] for row in result.refusals) == sorted(map(str, paths))
    assert all(any(word in row["reason"] for word in IRREGULAR) for row in result.refusals)


@pytest.mark.parametrize("name", ["circle", "a/circle", "z/circle"])
def test_a_link_that_leads_in_a_circle_hides_no_folder_beside_it(name: str, tmp_path: Path) -> None:
    pages = {
        f"{path}.md": front_matter(older(figid)) for path, figid in (("a/one", "PMC1__one"), ("a/b/two", "PMC2__two"), ("z/y/x", "PMC3__x"))
    }
    folder = write(tmp_path / "in", pages)
    (folder / name).symlink_to("circle")
    result = exported([folder], tmp_path / "out")
    assert result.figids == ["PMC1__one", "PMC2__two", "PMC3__x"]
    assert result.summary.exit_status == 0


@pytest.mark.parametrize("word", IRREGULAR)
@pytest.mark.parametrize("place", ["_data", "_figures"])
def test_as_the_table_of_a_record(word: str, place: str, folder: Path, tmp_path: Path) -> None:
    table = make_irregular(tmp_path, word, "PMC2__bad-genes.tsv")
    write(folder, {"_figures/PMC2__bad.md": front_matter(newer("PMC2__bad"))})
    (folder / place).mkdir(exist_ok=True)
    table.rename(folder / place / "PMC2__bad-genes.tsv")
    result = exported([folder], tmp_path / "out", workers=1)
    assert result.figids == ["PMC1__good"]
    assert [row["source"] for row in result.refusals if word in row["reason"]] == ["PMC2__bad-genes.tsv"]


@pytest.mark.parametrize("word", [word for word in IRREGULAR if word != "folder"])
def test_as_the_source_itself(word: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_files, "PIPE_TIMEOUT_SECONDS", 0.01)
    path = make_irregular(tmp_path, word)
    result = exported([folder, path], tmp_path / "out", workers=1)
    assert result.figids == ["PMC1__good"]
    (refusal,) = result.refusals
    assert refusal["source"] == str(path)
    assert word in refusal["reason"]
    assert [word in error.reason for error in validate(path).refusals] == [True]


@pytest.mark.parametrize("name", ["graph.nt", "graph.ttl.gz"])
def test_rdf_that_is_a_pipe_is_an_error(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    for read in (validate, stats, lambda path: load(path, tmp_path / "store")):
        with pytest.raises(SourceError, match="is not a regular file but a named pipe"):
            read(tmp_path / name)


# -- files of an export --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def export_folder(folder: Path, tmp_path: Path) -> Path:
    exported([folder], tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize("word", IRREGULAR)
def test_an_export_with_such_a_manifest_has_none(word: str, export_folder: Path, folder: Path, tmp_path: Path) -> None:
    """It is not waited for, not read without end, and replaced by the next export, unless it is a folder."""
    (export_folder / "manifest.json").unlink()
    make_irregular(tmp_path, word, "manifest.json").rename(export_folder / "manifest.json")
    for read in (validate, stats, lambda path: load(path, tmp_path / "store")):
        with pytest.raises(SourceError, match=r"the export has no manifest\.json"):
            read(export_folder)
    if word != "folder":
        assert exported([folder], export_folder).summary.exit_status == 0
        assert validate(export_folder).graph_count == 1


@pytest.mark.parametrize("word", ["FIFO", "socket"])
def test_a_graph_file_of_an_export_is_not_waited_for(word: str, export_folder: Path, tmp_path: Path) -> None:
    (export_folder / "figures.nt").unlink()
    make_irregular(tmp_path, word, "figures.nt").rename(export_folder / "figures.nt")
    for read in (validate, lambda path: load(path, tmp_path / "store"), lambda path: publish(path, tmp_path / "site")):
        with pytest.raises(SourceError, match=r"figures\.nt: cannot be read: it is not a regular file"):
            read(export_folder)


# -- folders that cannot be listed ---------------------------------------------------------------------------------------------------


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Have a folder refuse to be listed: for the superuser, permissions do not."""
    scandir = os.scandir

    def forbid_folder(folder: Path) -> None:
        def refuse(path: Any) -> Any:
            if path == str(folder):
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(trees.os, "scandir", refuse)

    return forbid_folder


def test_a_folder_that_cannot_be_listed_is_refused(folder: Path, tmp_path: Path, forbid: Callable[[Path], None]) -> None:
    secret = write(folder / "_figures/secret", {"a.md": front_matter(older("PMC2__F1"))})
    forbid(secret)
    result = exported([folder], tmp_path / "out", workers=1)
    assert result.figids == ["PMC1__good"]
    assert [(row["source"], row["reason"]) for row in result.refusals] == [(str(secret), "cannot be listed: Permission denied")]


def test_a_source_that_cannot_be_listed_is_refused(folder: Path, tmp_path: Path, forbid: Callable[[Path], None]) -> None:
    forbid(folder)
    with pytest.raises(SourceError, match=f"^{folder}: cannot be listed: Permission denied; check the permissions$"):
        exported([folder], tmp_path / "out", workers=1)


def test_tables_are_read_where_their_folder_cannot_be_listed(folder: Path, tmp_path: Path, forbid: Callable[[Path], None]) -> None:
    write(folder, {"_figures/PMC2__F1.md": front_matter(newer("PMC2__F1")), "_data/PMC2__F1-genes.tsv": "nothing\n"})
    forbid(folder / "_data")
    result = exported([folder], tmp_path / "out", workers=1)
    assert result.figids == ["PMC1__good"]
    assert [row["source"] for row in result.refusals] == ["PMC2__F1-genes.tsv"]


def test_tables_in_a_folder_that_is_a_file_are_not_taken_for_none(folder: Path, tmp_path: Path) -> None:
    write(folder, {"_figures/PMC2__F1.md": front_matter(newer("PMC2__F1")), "_data": "../tables"})  # git's way where it has no links
    result = exported([folder], tmp_path / "out", workers=1)
    assert result.summary.exported == 0
    assert {row["reason"] for row in result.refusals} == {"cannot be opened: Not a directory"}


# -- pipes ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pipe() -> Iterator[Callable[[bytes], str]]:
    """What a shell gives for ``<(command)``."""
    handles = []

    def make(data: bytes) -> str:
        reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        handles.append(reader)
        return f"/dev/fd/{reader}"

    yield make
    for handle in handles:
        os.close(handle)


PAGE = front_matter(older("PMC1__F1")).encode()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there is no /dev/fd")
def test_a_pipe_is_read_once(pipe: Callable[[bytes], str], tmp_path: Path) -> None:
    assert exported([pipe(PAGE), pipe(PAGE.replace(b"F1", b"F2"))], tmp_path / "out").figids == ["PMC1__F1", "PMC1__F2"]
    assert validate(pipe(PAGE)).graph_count == 1
    assert stats(pipe(PAGE)).figures == 1
    assert [record.figid for record in read_records(pipe(PAGE))] == ["PMC1__F1"]
    assert exported([pipe(b"")], tmp_path / "empty").refusals[0]["reason"] == "the file is empty"


@pytest.mark.parametrize(
    "arguments", ["export {} --output out", "validate {}", "stats {}", "load {}", "publish {} --output out", "diff {} {} --output out"]
)
def test_process_substitution(arguments: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(PAGE)
    command = f"{sys.executable} -m pfocr2rdf {arguments.replace('{}', '<(cat a.md)')}"
    process = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="there is no /dev/stdin")
@pytest.mark.parametrize("by_pipe", [True, False])
def test_standard_input_by_its_name(by_pipe: bool, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(PAGE)
    command = [sys.executable, "-m", "pfocr2rdf", "validate", "/dev/stdin"]
    with (tmp_path / "a.md").open("rb") as file:
        stdin: dict[str, Any] = {"input": PAGE} if by_pipe else {"stdin": file}
        process = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False, **stdin)
    assert process.stdout == b"1 validated: conforms, 0 refused\n"


def test_a_query_settings_and_shapes_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_files, "PIPE_TIMEOUT_SECONDS", 0.01)
    (tmp_path / "shapes").mkdir()
    for name in ("query.rq", "settings.yaml", "shapes/more.ttl"):
        os.mkfifo(tmp_path / name)
    result = CliRunner().invoke(main, ["query", str(tmp_path / "query.rq")])
    assert (result.exit_code, "no process has written to it" in result.output) == (2, True)
    with pytest.raises(OptionError, match="no process has written to it"):
        read_release(tmp_path / "settings.yaml")
    with pytest.raises(ShapesError, match="is not a regular file"):
        load_shapes([tmp_path / "shapes"])
