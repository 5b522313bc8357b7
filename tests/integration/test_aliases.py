"""Old addresses: ``aliases.tsv`` of an export, and what the report says of aliases that are not of one figure alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.support.records import front_matter, newer, older, shared_data, write

from pfocr2rdf import export

HEADER = "alias\tfigid\tiri\n"
RECORDS = {
    f"PMC{number}__f{number}.md": front_matter(older(f"PMC{number}__f{number}", f"figid_alias: {alias}"))
    for number, alias in enumerate(["PMC1__F1", "PMC9__F9", "PMC9__F9", "PMC1__f1", "'a/b'", "'two words'", "PMC7__f7"], 1)
}
LINES = [
    ("PMC1__F1", "PMC1__f1"),
    ("PMC9__F9", "PMC2__f2"),
    ("PMC9__F9", "PMC3__f3"),
    ("two words", "PMC6__f6"),
]


def expected_text(lines: list[tuple[str, str]]) -> str:
    return HEADER + "".join(f"{alias}\t{figid}\thttps://pfocr.wikipathways.org/figures/{figid}.html\n" for alias, figid in lines)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", RECORDS)


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 1},
        {"workers": 2},
        {"workers": 5},
        {"workers": 1, "partition_size": 2},
        {"workers": 2, "partition_size": 3, "merge": True},
    ],
)
def test_aliases_are_a_sorted_table_in_every_layout(options: dict[str, Any], source: Path, tmp_path: Path) -> None:
    export([source], tmp_path / "out", formats=["nt"], **options)
    assert (tmp_path / "out" / "aliases.tsv").read_text(encoding="utf-8") == expected_text(LINES)
    files = json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]
    assert [file["size"] for file in files if file["name"] == "aliases.tsv"] == [len(expected_text(LINES))]


@pytest.mark.parametrize("size", [None, 2])
def test_an_alias_that_is_not_of_one_figure_alone_gets_a_warning(size: int | None, source: Path, tmp_path: Path) -> None:
    summary = export([source], tmp_path / "out", formats=["nt"], workers=1, partition_size=size)
    warnings = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["warnings"]
    messages = {row["figid"]: row["warning"] for row in warnings}
    assert messages == {
        "PMC2__f2": "figid_alias: 'PMC9__F9' is claimed by PMC2__f2, PMC3__f3; it redirects to a page that lists them",
        "PMC4__f4": "figid_alias: 'PMC1__f1' is the id of another figure, so its URL leads to that figure",
        "PMC5__f5": (
            "figid_alias: 'a/b' is not a valid address because it has a slash, a backslash, '..', a control character, a leading "
            "dot, or a leading or trailing space, or more than 200 bytes; correct or remove it; there is no redirect from it"
        ),
    }
    assert (summary.warnings, summary.exit_status) == (3, 0)


@pytest.mark.parametrize("alias", ["PMC1__f1.html", "PMC2__f2.ttl", "PMC2__f2.jsonld", "PMC2__f2.html.gz", "old.TTL", "index", "page-2"])
def test_an_alias_that_is_named_like_a_file_of_the_site_leads_nowhere(alias: str, tmp_path: Path) -> None:
    records = {
        "1.md": front_matter(older("PMC1__f1", f"figid_alias: [{alias}, PMC1__F1]")),
        "2.md": front_matter(older("PMC2__f2", "figid_alias: index.ttl.old")),
    }
    summary = export([write(tmp_path / "in", records)], tmp_path / "out", formats=["nt"], workers=1)
    warnings = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["warnings"]
    assert [(row["figid"], Path(row["source"]).name, row["warning"]) for row in warnings] == [
        (
            "PMC1__f1",
            "1.md",
            f"figid_alias: {alias!r} is not a valid address because it has the name of a file of the site; "
            "correct or remove it; there is no redirect from it",
        )
    ]
    assert summary.exported == 2
    expected = expected_text([("PMC1__F1", "PMC1__f1"), ("index.ttl.old", "PMC2__f2")])
    assert (tmp_path / "out" / "aliases.tsv").read_text(encoding="utf-8") == expected
    assert f'"{alias}"' in (tmp_path / "out" / "figures.nt").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [{}, {"partition_size": 2}])
def test_a_second_run_has_the_aliases_of_now(options: dict[str, Any], source: Path, tmp_path: Path) -> None:
    def run(name: str) -> tuple[int, bytes]:
        summary = export([source], tmp_path / name, formats=["nt"], workers=1, **options)
        return summary.mapped, (tmp_path / name / "aliases.tsv").read_bytes()

    run("out")
    (source / "PMC3__f3.md").write_text(front_matter(older("PMC3__f3", "figid_alias: PMC3__F3")), encoding="utf-8")
    mapped, text = run("out")
    assert 0 < mapped < len(RECORDS)
    assert text == run("fresh")[1]
    assert text.decode() == expected_text([*LINES[:1], ("PMC3__F3", "PMC3__f3"), LINES[1], LINES[3]])
    shutil.rmtree(tmp_path / "fresh")
    (tmp_path / "out" / "aliases.tsv").unlink()
    assert run("out")[1] == run("fresh")[1]


@pytest.mark.parametrize("size", [None, 1])
def test_nothing_of_a_superseded_record_is_an_alias(size: int | None, tmp_path: Path) -> None:
    records = {
        "a.md": front_matter(older("PMC1__f1", "figid_alias: PMC1__F1")),
        "b.md": front_matter(newer("PMC1__f1", "figid_alias: PMC1__F2")),
    }
    export([write(tmp_path / "in", records)], tmp_path / "out", formats=["nt"], workers=1, partition_size=size)
    assert (tmp_path / "out" / "aliases.tsv").read_text() == expected_text([("PMC1__F2", "PMC1__f1")])


def test_real_aliases(tmp_path: Path) -> None:
    export([shared_data("real-gen2")], tmp_path / "out", formats=["nt"], workers=1)
    rows = [line.split("\t") for line in (tmp_path / "out" / "aliases.tsv").read_text().splitlines()]
    assert len(rows) == 13
    assert ["PMC100008__F9", "PMC100008__mb2411709009", "https://pfocr.wikipathways.org/figures/PMC100008__mb2411709009.html"] in rows
