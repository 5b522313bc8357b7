"""An update copies what has not changed, and writes the bytes of an export that maps all records."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.corpus import make_corpus
from tests.support.output_directories import contents
from tests.support.profiles import example_count
from tests.support.records import CHEMICAL_COLUMNS, front_matter, newer, older, table, write

from pfocr2rdf.pipeline import aggregate, entity_section, entity_update, results, run, update, update_plan
from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.storage.layout import STATE_FILE


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each update that was written to its end."""
    written: list[str] = []
    write_update = update.ExportUpdate.write

    def spy(self: update.ExportUpdate, state: State) -> Aggregator:
        aggregator = write_update(self, state)
        written.append("update")
        return aggregator

    monkeypatch.setattr(update.ExportUpdate, "write", spy)
    return written


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of entities that begin elsewhere when one comes or goes: TriG shows that."""
    for module in (aggregate, entity_section, entity_update):
        monkeypatch.setattr(module, "ENTITY_BATCH_SIZE", 7)
    monkeypatch.setattr(update, "BATCH_RECORDS", 3)


class Folder:
    """A folder of records with an export that is updated again and again."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.source, self.output, self._fresh = path / "in", path / "out", path / "fresh"
        self._options: dict[str, Any] = {"formats": list(SERIALIZERS), "workers": 1, **options}

    def export(self, **options: Any) -> ExportSummary:
        """The export over the one that is there, whose files must be those of a fresh one."""
        options = self._options | options
        summary = export([self.source], self.output, **options)
        fresh = export([self.source], self._fresh, fresh=True, **options)
        assert contents(self.output) == contents(self._fresh)
        assert summary.as_dict(timing=False) == fresh.as_dict(timing=False)
        assert (summary.files, summary.exit_status) == (fresh.files, fresh.exit_status)
        return summary

    def write(self, **pages: str | None) -> None:
        """Write records by the names of their files; remove those that are ``None``."""
        for name, text in pages.items():
            if text is None:
                (self.source / f"{name}.md").unlink()
            else:
                write(self.source, {f"{name}.md": text})


def page(number: int, *lines: str, generation: int = 0) -> str:
    return front_matter((newer if generation else older)(f"PMC{number}__F1", *lines, title=f"Title {number}"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.write(**{f"r{number}": page(number) for number in range(10, 20)})
    folder.export()
    return folder


# -- what is copied and what is not ---------------------------------------------------------------------------------------------------


def test_one_changed_record_is_all_that_is_written(folder: Folder, updates: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    merged: list[str] = []
    serialize = SERIALIZERS["turtle"].serialize_resources

    def spy(self: Any, resources: list[Resource], graph: str) -> str:
        merged.extend(resource.subject for resource in resources)
        return serialize(self, resources, graph)

    monkeypatch.setattr(SERIALIZERS["turtle"], "serialize_resources", spy)
    folder.write(r15=page(15, "something: else"))
    assert export([folder.source], folder.output, formats=list(SERIALIZERS), workers=1).mapped == 1
    assert updates
    assert not any("/ncbigene/" in subject or "/pmc/" in subject for subject in merged), "an entity that is the same was written again"
    folder.export()


CHANGES: dict[str, dict[str, str | None]] = {
    "a title": {"r15": page(15).replace("Title 15", "A much longer title of this figure")},
    "the first": {"r10": page(10, "year: '2001'")},
    "the last": {"r19": page(19, "year: '2001'")},
    "two side by side": {"r14": page(14, "year: '2001'"), "r15": page(15, "year: '2002'")},
    "several come before all": {f"a{number}": page(number) for number in (1, 2, 3)},
    "several come in one gap": {f"r15{letter}": page(number) for number, letter in enumerate("abcdef", 150)},
    "several come behind all": {f"z{number}": page(number) for number in (91, 92)},
    "one goes, one comes in its place": {"r15": None, "r15b": page(155)},
    "all but two go": {f"r{number}": None for number in range(11, 19)},
    "two figures change places": {"r12": page(13), "r13": page(12)},
    "an entity comes": {"r15": page(15).replace("STAT3", "TP53").replace("6774", "7157")},
    "the title of the paper differs": {"r15": page(15).replace("A paper", "Another paper")},
    "the first title of the paper differs": {"r10": page(10).replace("A paper", "Another paper")},
    "another paper": {"r15": page(15).replace("PMC100", "PMC101")},
    "a newer schema gives another title": {"r15": page(15, generation=1).replace("A paper", "Another paper")},
    "an alias comes": {"r15": page(15, "figid_alias: PMC15__old")},
    "refused": {"r15": page(15).replace("pmcid: PMC100", "pmcid: X")},
    "quarantined": {"r15": page(15, "year: abcd")},
    "unreadable": {"r15": "---\na: [\n---\n"},
}


def test_a_paper_gets_and_loses_the_doi_that_another_one_shares(folder: Folder, updates: list[str]) -> None:
    first, second = (page(number, "doi: 10.1000/twice", generation=1).replace("PMC100", f"PMC{number}") for number in (11, 16))
    links = "sameAs> <https://doi.org/10.1000/twice>"
    expected = {"none": [], "both": ["pmc/PMC11>"], "second": ["pmc/PMC16>"]}
    for state, pages in (
        ("second", (page(11), second)),
        ("both", (first, second)),
        ("second", (page(11), second)),
        ("none", (page(11), page(16))),
    ):
        folder.write(r11=pages[0], r16=pages[1])
        folder.export()
        lines = [line for line in (folder.output / "figures.nt").read_text(encoding="utf-8").splitlines() if links in line]
        assert [line.partition(" ")[0].removeprefix("<https://identifiers.org/") for line in lines] == expected[state]
    folder.write(r11=first, r16=second)
    folder.export()
    folder.write(r11=first.replace("PMC11__F1", "PMC11__F1b"))  # the warning of the other paper names this figure
    folder.export()
    assert len(updates) == 6


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_and_back(change: dict[str, str | None], folder: Folder, updates: list[str]) -> None:
    original = {name: (folder.source / f"{name}.md").read_text() if (folder.source / f"{name}.md").exists() else None for name in change}
    folder.write(**change)
    folder.export()
    folder.write(**original)
    folder.export()
    assert updates == ["update", "update"]


@pytest.mark.parametrize("compress", ["gz", "zst"])
def test_compressed_files(compress: str, tmp_path: Path, updates: list[str]) -> None:
    folder = Folder(tmp_path, compress=compress, workers=2)
    folder.write(**{f"r{number}": page(number) for number in range(10, 20)})
    folder.export()
    folder.write(r15=page(15, "year: '2001'"), r16=None, r17b=page(177))
    folder.export()
    assert updates == ["update"]


def test_the_word_that_was_read_most_often(folder: Folder, updates: list[str]) -> None:
    """An entity whose name hangs on the words of all records."""
    for number, word in ((10, "EtOH"), (11, "EtOH"), (12, "alcohol")):
        folder.write(**{f"r{number}": page(number, generation=1)})
        write(folder.source, {f"PMC{number}__F1-chemicals.tsv": table(CHEMICAL_COLUMNS, (word, "C999999", "ETHANOL", "", ""))})
    folder.export()
    for name in ("PMC10__F1", "PMC11__F1"):
        path = folder.source / f"{name}-chemicals.tsv"
        path.write_text(path.read_text().replace("EtOH", "alcohol"))
        folder.export()
    assert updates == ["update"] * 3
    assert 'skos:altLabel "alcohol"' in (folder.output / "figures.ttl").read_text()


def test_options_that_no_file_of_the_graph_hangs_on(folder: Folder, updates: list[str]) -> None:
    folder.write(r15=page(15, "year: '2001'"))
    folder.export(limit=8)
    folder.export(limit=9)
    folder.export()
    assert updates == ["update"] * 3
    folder.export(compress="gz")
    folder.write(r15=page(15, "year: '2002'"))
    folder.export(formats=["turtle", "nquads"])
    assert updates == ["update"] * 3


# -- when passes are made over all records -------------------------------------------------------------------------------------------------


def test_duplicates_that_stay_are_updated_around_and_others_are_not(folder: Folder, updates: list[str]) -> None:
    folder.write(z=page(15, "year: '2001'"))
    folder.export()
    assert not updates, "a record came that another one has the figure of"
    folder.write(r11=page(11, "year: '2001'"))
    folder.export()
    assert updates == ["update"]
    folder.write(r15=None)
    folder.export()
    assert updates == ["update"], "the one that gave way must take its place"


def test_many_changes_or_another_order_pass_over_all(folder: Folder, updates: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update_plan, "MIN_UPDATE_RECORDS", 1)
    folder.write(r15=page(15, "year: '2001'"), r16=page(16, "year: '2001'"))
    assert folder.export().mapped == 2
    folder.write(r15=None, r16=None)
    assert folder.export().mapped == 0
    assert not updates


def test_numbers_that_have_no_room_are_given_anew(tmp_path: Path, updates: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (results, run, update_plan):
        monkeypatch.setattr(module, "NUMBER_STEP", 4)
    monkeypatch.setattr("pfocr2rdf.pipeline.incremental.NUMBER_STEP", 4)
    folder = Folder(tmp_path)
    folder.write(a=page(1), z=page(2))
    folder.export()
    for number, name in enumerate(("m", "t", "w"), 3):
        folder.write(**{name: page(number)})
        folder.export()
    assert updates == ["update", "update"], "between the numbers 3 and 4 there is none"


def damage_untouched_row(path: Path) -> None:
    data = bytearray(path.read_bytes())
    position = data.index(b"PMC12__F1")
    data[position : position + 5] = b"PMC99"
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "another row": damage_untouched_row,
    "more bytes": lambda path: path.write_bytes(path.read_bytes() + bytes(4096)),
    "no seal": lambda path: path.write_bytes((data := path.read_bytes())[:60] + bytes(4) + data[64:]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_state_that_is_not_as_it_was_sealed_is_written_anew(damage: Callable[[Path], object], folder: Folder, updates: list[str]) -> None:
    damage(folder.output / STATE_FILE)
    folder.write(r15=page(15, "year: '2001'"))
    folder.export()
    assert not updates
    folder.write(r15=page(15, "year: '2002'"))
    folder.export()
    assert updates == ["update"]


def test_an_update_that_is_interrupted_leaves_the_export_and_no_checkpoint(folder: Folder, updates: list[str]) -> None:
    before = contents(folder.output)
    folder.write(r15=page(15, "year: '2001'"))

    def progress(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export([folder.source], folder.output, formats=list(SERIALIZERS), workers=1, progress=progress)
    assert contents(folder.output) == before
    assert sorted(path.name for path in folder.output.glob(".*")) == [STATE_FILE]
    folder.export()
    assert updates == ["update"]


# -- the law ---------------------------------------------------------------------------------------------------------------------------


def iter_edits(chosen: random.Random, folder: Path, spare: list[tuple[str, str]]) -> Iterator[str]:
    """Random edits of a folder of records, each with its name."""
    pages = sorted((folder / "_figures").glob("*.md"))
    tables = sorted(folder.rglob("*.tsv"))
    for _ in range(chosen.randrange(1, 6)):
        kind = chosen.choice(["key", "year", "table", "remove", "add", "paper", "title"])
        path = chosen.choice(tables if kind == "table" and tables else pages)
        if not path.exists():
            continue
        text = path.read_text()
        if kind == "table":
            head, *rows = text.splitlines(keepends=True)
            path.write_text("".join([head, *chosen.sample(rows, chosen.randrange(len(rows) + 1))]))
        elif kind == "remove":
            spare.append((path.name, text))
            path.unlink()
        elif kind == "add" and spare:
            name, page_text = spare.pop(chosen.randrange(len(spare)))
            (folder / "_figures" / name).write_text(page_text)
        else:
            lines = {"year": f"year: {chosen.randrange(1990, 1995)}", "paper": "papertitle: Of all", "title": "figtitle: Of one"}
            key = lines.get(kind, f"extra: {chosen.random()}").partition(":")[0]
            body = [line for line in text.splitlines() if not line.startswith(f"{key}:")]
            path.write_text("\n".join([body[0], lines.get(kind, f"extra: {chosen.random()}"), *body[1:]]) + "\n")
        yield kind


@pytest.mark.parametrize("seed", range(example_count(10)))
def test_updates_of_updates_are_what_a_fresh_export_is(seed: int, tmp_path: Path, updates: list[str]) -> None:
    """The state is made of differences again and again; nothing may drift."""
    chosen = random.Random(seed)
    compress = chosen.choice([None, None, "gz", "zst"])
    folder = Folder(tmp_path, compress=compress, formats=chosen.sample(list(SERIALIZERS), 3))
    make_corpus(40, folder.source, seed=seed, source=None, rows=6)
    folder.export()
    spare: list[tuple[str, str]] = []
    for _ in range(6):
        list(iter_edits(chosen, folder.source, spare))
        folder.export()
    assert len(updates) > 2
