"""A staged directory publishes no file that was not closed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from tests.support.output_directories import UnexpectedError, contents

from pfocr2rdf.storage.export_directory import ExportDirectory


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


# -- what goes wrong within the process ---------------------------------------------------------------------------------------


def test_a_file_that_was_not_closed_is_not_published(output: Path) -> None:
    with ExportDirectory(output) as directory:
        with contextlib.suppress(UnexpectedError), directory.open("figures.ttl") as file:
            file.write(b"half")
            raise UnexpectedError
        assert directory.written_files == []
        directory.publish()
    assert contents(output) == {}
