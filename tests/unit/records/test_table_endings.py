"""A folder in which tables are named in more ways than are looked for: the others are reported."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from pfocr2rdf.records.side_files import MAX_TABLE_ENDINGS
from pfocr2rdf.records.sources import RecordSource


def test_tables_whose_names_are_written_in_too_many_ways_are_reported(tmp_path: Path) -> None:
    spellings = ["".join(letters) for letters in product(*((letter, letter.upper()) for letter in "genes"))]
    tables = [f"PMC1__f{number}-{spelling}.tsv" for number, spelling in enumerate(spellings)]
    for number, table in enumerate(tables):
        (tmp_path / f"PMC1__f{number}.md").write_text("---\nfigid: x\n---\n", encoding="utf-8")
        (tmp_path / table).write_text("", encoding="utf-8")
    with RecordSource([str(tmp_path)]) as source:
        references = list(source)
        (endings,) = {folder.endings for reference in references for folder in reference.table_folders}
        unread = {table for table in tables if table[table.index("-") :] not in endings}
        assert len(unread) == len(tables) - MAX_TABLE_ENDINGS
        assert {Path(name).name for names in source.unread.values() for name in names} == unread
