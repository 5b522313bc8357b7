"""Databases that are sealed and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfocr2rdf.storage.sqlite import close_database, copy_sealed_database, create_database, open_database_copy, seal_database


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "state.sqlite"
    database = create_database(path)
    database.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT)")
    database.executemany("INSERT INTO numbers VALUES (?, ?)", ((number, "x" * 100) for number in range(1000)))
    close_database(database)
    seal_database(path)
    return path


def test_a_copy_of_a_sealed_database_can_be_changed_and_sealed_again(sealed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    assert copy_sealed_database(sealed, copy)
    assert copy.read_bytes() == sealed.read_bytes()
    database = open_database_copy(copy)
    database.execute("DELETE FROM numbers WHERE number > 3")
    close_database(database)
    assert not copy_sealed_database(copy, tmp_path / "third.sqlite"), "it was changed since it was sealed"
    seal_database(copy)
    assert copy_sealed_database(copy, tmp_path / "third.sqlite")
    database = open_database_copy(tmp_path / "third.sqlite")
    assert database.execute("SELECT COUNT(*) FROM numbers").fetchone() == (4,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_change_of_any_byte_breaks_the_seal(sealed: Path, tmp_path: Path) -> None:
    data = sealed.read_bytes()
    for position in (*range(0, 100, 4), *range(100, len(data), 9973), len(data) - 1):
        sealed.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        assert not copy_sealed_database(sealed, tmp_path / "copy.sqlite"), position
    for changed in (data[:-1], data + b"\0", data[:50], b""):
        sealed.write_bytes(changed)
        assert not copy_sealed_database(sealed, tmp_path / "copy.sqlite")
