"""What the documentation says is true: its commands, their output, its tables, its links."""

from __future__ import annotations

import doctest
import re
import struct
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import click
import pytest
from tests.support.records import ROOT
from tests.support.scripts import load_script

from pfocr2rdf import stats
from pfocr2rdf.analysis.stats.render import write_plots
from pfocr2rdf.cli import main
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PREFIXES, PROPERTIES
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.validation.shapes import load_shapes

README = ROOT / "README.md"

TEXTS = [README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

hooks = load_script(ROOT / "docs" / "hooks.py", "docs_hooks")


def relative_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# -- commands and what they say --------------------------------------------------------------------------------------------


def test_the_first_two_commands_of_the_readme_are_those_that_ci_runs() -> None:
    first, second = (
        subprocess.run([sys.executable, ".ci/readme.py", n], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        for n in ("1", "2")
    )
    blocks = re.findall(r"^```(?:sh|console)\n(.*)\n```$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert blocks[:2] == [first, second]  # nothing stands before them that looks like a command
    assert first == "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/pfocr2rdf export examples --output output"
    assert second == ".venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest -n auto"


def test_extras_that_are_named_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for page in TEXTS:
        for names in re.findall(r"-e '\.\[([a-z,]+)\]'", page.read_text(encoding="utf-8")):
            assert set(names.split(",")) <= extras.keys(), page


@pytest.mark.parametrize("page", TEXTS, ids=relative_name)
def test_what_is_imported_in_python_is_there(page: Path) -> None:
    lines = re.findall(r"^(?:>>> )?(from pfocr2rdf\S* import .+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    for line in lines:
        exec(line, {})


def test_python_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failures, attempted = doctest.testfile(str(ROOT / "docs" / "reference" / "python.md"), module_relative=False, encoding="utf-8")
    assert attempted > 20
    assert not failures


# -- the command line ------------------------------------------------------------------------------------------------------


def commands(group: click.Group = main, path: str = "") -> list[tuple[str, click.Command]]:
    pairs: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        pairs.append((f"{path} {name}".strip(), command))
        if isinstance(command, click.Group):
            pairs += commands(command, f"{path} {name}".strip())
    return pairs


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_and_option_has_help(name: str, command: click.Command) -> None:
    assert command.help
    assert "Examples:" in (command.epilog or "") or isinstance(command, click.Group)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.name


def test_every_command_is_on_the_page_of_commands() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert ":module: pfocr2rdf.cli" in page
    assert ":command: main" in page


def test_options_on_the_pages_exist() -> None:
    options = {name: {"-h", "--help"}.union(*((*it.opts, *it.secondary_opts) for it in command.params)) for name, command in commands()}
    count = 0
    for page in TEXTS:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for name, arguments in re.findall(rf"pfocr2rdf ({'|'.join(options)})\b([^;|`\n]*)", text):
            used = set(re.findall(r"(?<= )--?[a-zA-Z][a-z-]*", arguments))
            assert used <= options[name], (relative_name(page), name, arguments)
            count += len(used)
    assert count > 200


# -- tables that are made from the code ------------------------------------------------------------------------------------


def test_every_table_is_on_a_page_and_every_mark_has_a_table() -> None:
    marks = [mark for page in TEXTS for mark in re.findall(r"<!-- table: ([a-z ]+) -->", page.read_text(encoding="utf-8"))]
    assert sorted(marks) == sorted(hooks.TABLES)


def test_tables_have_every_row() -> None:
    tables = {name: make() for name, make in hooks.TABLES.items()}
    assert all(f"`{row.name}`" in tables["classes"] for row in CLASSES)
    assert all(f"`{row.name}`" in tables["evidence"] for row in EVIDENCE_TYPES)
    assert all(f"| `{row.name}` |" in tables["own properties"] + tables["borrowed properties"] for row in PROPERTIES)
    assert all(f"`{prefix}:`" in tables["prefixes"] for prefix in PREFIXES)
    assert all(f"`{name}`" in tables["formats"] for name in SERIALIZERS)
    assert len({line.count(" | ") for line in tables["shapes"].splitlines()}) == 1
    named = set(re.findall(r"^(shape:\S+) a sh:", load_shapes().text, re.MULTILINE))
    assert {name for name in named if f"`{name}`" not in tables["shapes"]} == set()


def test_borrowed_properties_are_those_of_the_vocabulary() -> None:
    assert hooks.BORROWED.keys() == {row.name for row in PROPERTIES if not row.name.startswith("pfocr:")}


def test_tables_say_of_what_each_property_is() -> None:
    """No figure of the examples has a property where the tables do not have it."""
    owners = {
        expand_term(row.name): {name.partition(":")[2].lower() for name in row.domain}
        for row in PROPERTIES
        if row.name.startswith("pfocr:")
    }
    owners |= {expand_term(name): set(row_cells[0].split(", ")) for name, row_cells in hooks.BORROWED.items()}
    names = {expand_term(row.name): row.label for row in CLASSES}
    for record in read_records(ROOT / "examples"):
        for node in build_figure_graph(record).resources():
            label = next((names[value] for predicate, value in node.pairs if predicate == RDF_TYPE and value in names), "")
            predicates = {predicate for predicate, _ in node.pairs if predicate != RDF_TYPE} if label else set()
            assert {predicate for predicate in predicates if label not in owners.get(predicate, ())} == set(), node.subject


def imports_of_packages() -> set[tuple[str, str]]:
    """Which package imports which, as far as that does not follow from other imports."""
    root = ROOT / "src" / "pfocr2rdf"
    below: dict[str, set[str]] = defaultdict(set)
    for path in root.rglob("*/*.py"):
        package = path.relative_to(root).parts[0]
        imported = re.findall(r"^\s*from pfocr2rdf\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        below[package].update(name for name in imported if name != package)

    def reach(package: str) -> set[str]:
        return {package}.union(*(reach(name) for name in below[package]))

    pairs = [(package, name) for package in list(below) for name in below[package]]
    return {(package, name) for package, name in pairs if not any(name in reach(other) for other in below[package] - {name})}


def test_the_picture_has_the_packages_and_their_imports() -> None:
    picture = (ROOT / "docs" / "layers.svg").read_text(encoding="utf-8")
    boxes = set(re.findall(r'class="name"[^>]*>([a-z0-9]+)<', picture))
    assert boxes == {path.parent.name for path in (ROOT / "src" / "pfocr2rdf").glob("*/__init__.py")} | {"errors"}
    assert boxes == set(re.findall(r"^\| \d+ \| `([a-z0-9]+)`", hooks.layers(), re.MULTILINE))
    assert set(re.findall(r'data-from="(\w+)" data-to="(\w+)"', picture)) == imports_of_packages()


@pytest.mark.parametrize("name", ["glossary.md", "design.md"])
def test_names_on_the_page_are_in_the_code(name: str) -> None:
    text = " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())
    named = re.findall(r"(?:`(\w+)` in )?`((?:[a-z_]+/)*[a-z_0-9]+\.py)`", text)
    assert len(named) > 40
    for symbol, path in named:
        source = (ROOT / "src" / "pfocr2rdf" / path).read_text(encoding="utf-8")
        assert re.search(rf"^(?:class |def |async def )?{symbol}\b", source, re.MULTILINE), (symbol, path)


def test_decisions_are_listed_with_their_titles_and_statuses() -> None:
    index = (ROOT / "docs" / "adr" / "index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \| (\S+) \| (.+) \|$", index, re.MULTILINE)
    assert [row[1] for row in rows] == sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))
    for number, name, title, date, status in rows:
        text = (ROOT / "docs" / "adr" / name).read_text(encoding="utf-8")
        assert name.startswith(number)
        assert text.startswith(f"# {int(number)}. {title}\n\n- Status: {status}\n- Date: {date}\n"), name
        parts = re.findall("^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Alternatives", "Consequences"], name


def test_properties_of_the_picture_are_in_the_vocabulary() -> None:
    names = set(re.findall(r">((?:pfocr|oa):[A-Za-z]+)<", (ROOT / "docs" / "graph.svg").read_text(encoding="utf-8")))
    assert names <= {row.name for row in PROPERTIES}


# -- links -----------------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title.replace("`", "")).strip().lower()) for title in titles}


@pytest.mark.parametrize("page", TEXTS, ids=relative_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def test_pages_ask_nothing_of_the_network() -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in settings
    assert not re.findall(r"extra_javascript|repo_url|mermaid|https?://", settings)
    for page in TEXTS:
        assert not re.findall(r"<(?:script|iframe|link)\b|!\[[^]]*\]\(https?:", page.read_text(encoding="utf-8")), page
    for picture in (ROOT / "docs").rglob("*.svg"):
        assert not re.findall(r"(?:href|src|url\()\s*=?\s*[\"'(]?https?:", picture.read_text(encoding="utf-8")), picture


# -- the gallery -----------------------------------------------------------------------------------------------------------


def gallery_pictures() -> dict[str, tuple[str, str]]:
    """The pictures of the gallery: their texts and attributes."""
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    pictures = re.findall(r"^!\[(.*)\]\((\S+)\)(.*)$", page, re.MULTILINE)
    return {path: (text, attributes) for text, path, attributes in pictures}


def height_by_width(picture: Path) -> float:
    """The height of a PNG or SVG file, divided by its width."""
    if picture.suffix == ".png":
        width, height = struct.unpack(">2I", picture.read_bytes()[16:24])
        return float(height / width)
    (box,) = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.read_text(encoding="utf-8"))
    return float(box[1]) / float(box[0])


def test_the_gallery_shows_every_screenshot_with_a_text_and_its_size() -> None:
    pictures = gallery_pictures()
    screenshots = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "screenshots").iterdir()}
    assert len(screenshots) > 5
    assert {path for path in pictures if path.startswith("screenshots/")} == screenshots
    for path, (text, attributes) in pictures.items():
        assert len(text) > 40, path
        size = re.fullmatch(r'\{ \.screenshot width="(\d+)" height="(\d+)" loading=lazy \}', attributes)
        assert size, path
        assert int(size[2]) == pytest.approx(int(size[1]) * height_by_width(ROOT / "docs" / path), abs=1), path
        assert (ROOT / "docs" / path).stat().st_size <= 150_000, path


def test_plots_of_the_gallery_are_those_of_the_examples(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib, the extra plots")
    write_plots(stats(ROOT / "examples"), tmp_path)
    names = [path.removeprefix("plots/") for path in gallery_pictures() if path.startswith("plots/")]
    assert len(names) > 2
    for name in names:
        shown, drawn = ((folder / name).read_text(encoding="utf-8") for folder in (ROOT / "docs" / "plots", tmp_path))
        assert re.findall(r"<text [^>]*>(.*?)</text>", shown) == re.findall(r"<text [^>]*>(.*?)</text>", drawn) != [], name


def test_the_text_of_a_note_is_no_code_block() -> None:
    """A note is indented by four blanks; its text with eight would be shown as code."""
    notes = [
        (relative_name(path), line)
        for path in TEXTS
        for line in re.findall(r"^!!! .*\n+(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert notes
    assert [note for note in notes if not re.match(r" {4}\S", note[1])] == []


# -- promises --------------------------------------------------------------------------------------------------------------


def test_every_promise_has_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| guarantee", "| ---"))]
    assert len(rows) > 25
    for row in rows:
        tests = re.findall(r"`([\w/]+\.py)::(\w+)`", row.split(" | ")[-1])
        assert tests, row
        for file, name in tests:
            assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, name)
