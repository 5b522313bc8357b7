"""A file is replaced at once or not at all, and a writer knows size and digest at any time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pfocr2rdf.storage.files import FileInfo, HashingWriter, atomic_write


class BrokenError(Exception):
    pass


def replace_and_break(path: Path) -> None:
    with atomic_write(path) as partial:
        partial.write_text("half")
        raise BrokenError


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_write(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a.txt": "new"}


def test_a_file_that_cannot_be_written_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(BrokenError):
        replace_and_break(path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a.txt": "old"}


def test_a_partial_file_may_be_in_another_directory(tmp_path: Path) -> None:
    directory = tmp_path / "partial"
    directory.mkdir()
    with atomic_write(tmp_path / "a.txt", directory) as partial:
        assert partial.parent == directory
        partial.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert list(directory.iterdir()) == []


def test_a_writer_knows_size_and_digest_of_what_was_written_so_far(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        writer = HashingWriter(file)
        assert writer.file_info("a.txt") == FileInfo("a.txt", 0, hashlib.sha256().hexdigest())
        writer.write(b"word")
        assert writer.file_info("a.txt") == FileInfo("a.txt", 4, hashlib.sha256(b"word").hexdigest())
