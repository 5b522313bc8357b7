"""The file of an answer: what a command that was killed has left of it goes with the next one, and what is being written stays."""

from __future__ import annotations

from pathlib import Path

from pfocr2rdf.cli.output import open_output_file


def test_what_a_killed_command_left_is_removed(tmp_path: Path) -> None:
    stale = tmp_path / ".rows[1].tsv.0123abcd-partial"
    others = [tmp_path / name for name in (".rows[1].tsv.note-partial", ".rows1.tsv.0123abcd-partial", "rows[1].tsv.0123abcd-partial")]
    for path in (stale, *others):
        path.write_bytes(b"half")
    with open_output_file(tmp_path / "rows[1].tsv") as file:
        assert not stale.exists()
        file.write(b"whole")
    assert all(path.exists() for path in others)
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "rows[1].tsv"])


def test_what_another_command_is_writing_stays(tmp_path: Path) -> None:
    with open_output_file(tmp_path / "rows.tsv") as first:
        first.write(b"first")
        with open_output_file(tmp_path / "rows.tsv") as second:
            second.write(b"second")
        assert (tmp_path / "rows.tsv").read_bytes() == b"second"
    assert (tmp_path / "rows.tsv").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["rows.tsv"]
