"""Scratch directories: removed at the end, or by the next run where their owner is dead; nothing else is ever removed."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from pfocr2rdf.errors import OutputError
from pfocr2rdf.storage import scratch
from pfocr2rdf.storage.locks import DirectoryLock
from pfocr2rdf.storage.scratch import remove_abandoned, scratch_directory


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def abandon(folder: Path, suffix: str = "dead") -> Path:
    """A scratch directory whose owner is dead."""
    path = folder / f"{scratch._PREFIX}{suffix}"
    (path / "inner").mkdir(parents=True)
    (path / "inner" / "file").write_bytes(b"x")
    return path


def test_it_is_removed_at_the_end_also_after_an_error(temporary: Path) -> None:
    with scratch_directory() as path:
        (path / "file").write_bytes(b"x")
    with pytest.raises(ZeroDivisionError), scratch_directory() as path:
        raise ZeroDivisionError
    assert not list(temporary.iterdir())


def test_those_of_dead_owners_are_removed_and_those_in_use_stay(temporary: Path) -> None:
    abandon(temporary)
    with scratch_directory() as first, scratch_directory() as second:
        assert set(temporary.iterdir()) == {first, second}
        remove_abandoned()
        assert set(temporary.iterdir()) == {first, second}


def test_what_is_no_scratch_directory_of_this_machine_stays(temporary: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    (target / "inner").mkdir(parents=True)
    (temporary / f"{scratch._PREFIX}link").symlink_to(target)
    (temporary / f"{scratch._PREFIX}file").write_bytes(b"")
    (temporary / "pfocr2rdf-temporary-another-machine-x").mkdir()
    (temporary / "pfocr2rdf-notes").mkdir()
    before = set(temporary.iterdir())
    remove_abandoned()
    assert set(temporary.iterdir()) == before
    assert (target / "inner").is_dir()


def test_a_link_within_is_removed_and_not_followed(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_bytes(b"x")
    (abandon(temporary) / "link").symlink_to(tmp_path / "precious")
    remove_abandoned()
    assert not list(temporary.iterdir())
    assert (tmp_path / "precious" / "file").read_bytes() == b"x"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no user ids")
def test_those_of_other_users_stay(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = abandon(temporary)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    remove_abandoned()
    assert path.exists()


@pytest.mark.parametrize("moment", ["before", "meanwhile", "between"])
def test_one_that_another_process_removes_before_it_is_locked_is_made_again(
    moment: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process takes it for left behind: it was removed, is being removed, or is removed after it was opened for the lock."""
    real_lock, removed = scratch.DirectoryLock, []

    def lock(path: Path) -> DirectoryLock:
        if removed:
            return real_lock(path)
        removed.append(path)
        handle = real_lock(path) if moment == "between" else None
        shutil.rmtree(path)
        if moment == "meanwhile":
            raise OutputError("locked")
        return handle or real_lock(path)

    monkeypatch.setattr(scratch, "DirectoryLock", lock)
    with scratch_directory() as path:
        assert path.is_dir()
        assert path not in removed
    assert removed
    assert not list(temporary.iterdir())


def test_where_there_are_no_locks_none_is_taken_for_left_behind(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lock(_: Path) -> object:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(scratch, "DirectoryLock", lock)
    path = abandon(temporary)
    with scratch_directory() as own:
        assert own.is_dir()
    assert set(temporary.iterdir()) == {path}


def test_no_folder_for_temporary_files_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with (
        pytest.raises(OutputError, match=r"temporary files \(TMPDIR\): cannot be written: No such file or directory; check the path$"),
        scratch_directory(),
    ):
        pass
