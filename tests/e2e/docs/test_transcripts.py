"""The commands of the documentation, run as a reader runs them, say what the pages show."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from tests.support.records import ROOT
from tests.support.scripts import load_script

README = ROOT / "README.md"

transcripts = load_script(ROOT / "docs" / "transcripts.py", "docs_transcripts")
played = functools.cache(lambda page: tuple(transcripts.play(page)))

PLAYED = [page for page in transcripts.PAGES if "```console" in page.read_text(encoding="utf-8")]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


# -- commands and what they say --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PLAYED, ids=shown)
def test_commands_say_what_the_page_shows(page: Path) -> None:
    for step in played(page):
        assert "Traceback" not in step.said, step.said
        assert step.same, (
            f"$ {step.command}\nshown:\n{step.shown}\nsaid:\n{step.said}\nto write it anew: python docs/transcripts.py {shown(page)}"
        )


def test_readme_shows_the_answer_of_its_query() -> None:
    (query_step,) = [step for step in played(README) if "query families.rq" in step.command]
    assert query_step.same
    rows = [line.split()[-2:] for line in query_step.said.splitlines()]
    assert ["STAT", "7"] in rows
    assert ["JAK", "4"] in rows
