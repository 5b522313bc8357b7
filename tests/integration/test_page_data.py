"""The materialized data of pages is that of the store as it is now, and pages with it are those without it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.loads import two_releases
from tests.support.processes import wait_until
from tests.support.records import ROOT, exported
from tests.support.service import served

from pfocr2rdf import OutputError, apply, diff, load
from pfocr2rdf.cli import main
from pfocr2rdf.server import page_data_builder
from pfocr2rdf.server.linked_data import PageHandler, PageRequest
from pfocr2rdf.server.page_data import (
    COMPLETE_INDEX,
    EARLY_INDEX,
    LISTS_DIR,
    OVERVIEW_FILE,
    PAGE_DATA_DIR,
    PageData,
    PageDataFinder,
    version_key,
)
from pfocr2rdf.server.page_data_builder import build_page_data
from pfocr2rdf.site.pages.pictures import PicturePolicy
from pfocr2rdf.site.pages.urls import ENTITY_TYPES
from pfocr2rdf.site.search.index import INDEX_DIR
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager

LISTS = [f"browse/{entity_type.folder}/index.html" for entity_type in ENTITY_TYPES]
PATHS = ["", "browse/index.html", *LISTS, "browse/genes/s/index.html", "sitemap.xml", "sitemaps/1.xml"]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, loaded."""
    folder = tmp_path_factory.mktemp("examples")
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    return folder / "store"


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    shutil.copytree(original, tmp_path / "store")
    return tmp_path / "store"


def data_of(store: Path) -> PageData:
    return PageData(store / PAGE_DATA_DIR / version_key(store))


def respond(store: Path, data: PageData | None, monkeypatch: pytest.MonkeyPatch | None = None) -> list[str]:
    """The pages of a store; with a patch, nothing of them may be computed."""
    with closing(EmbeddedStore(store)) as embedded:
        pages = PageHandler(embedded, PicturePolicy("link"), lambda: data)
        if monkeypatch:
            monkeypatch.setattr("pfocr2rdf.server.linked_data.list_resources", None)
            monkeypatch.setattr(pages._reader, "query_rows", None)
        return [pages.handle(PageRequest(path, base_url="https://example.org/")).body for path in PATHS]


def test_pages_are_those_without_data_and_nothing_is_computed(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = respond(store, None)
    build_page_data(store)
    assert data_of(store).is_complete
    assert respond(store, data_of(store), monkeypatch) == computed


@pytest.mark.parametrize("name", [OVERVIEW_FILE, f"{LISTS_DIR}/genes.json"])
@pytest.mark.parametrize("damage", ["[]", "{", "null", '{"groups": {"a": [["one"]]}}', '{"groups": [], "iris": [], "skipped": []}'])
def test_damaged_files_are_as_if_they_were_not_there(name: str, damage: str, store: Path) -> None:
    build_page_data(store)
    (store / PAGE_DATA_DIR / version_key(store) / name).write_text(damage, encoding="utf-8")
    assert respond(store, data_of(store)) == respond(store, None)


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", "null", '{"kinds": 1}'])
def test_a_damaged_search_index_is_made_again(damage: str, store: Path) -> None:
    build_page_data(store)
    path = store / PAGE_DATA_DIR / version_key(store) / COMPLETE_INDEX / INDEX_DIR / "index.json"
    whole = path.read_bytes()
    path.write_text(damage, encoding="utf-8")
    assert not data_of(store).is_complete
    build_page_data(store)
    assert (path.read_bytes(), data_of(store).is_complete) == (whole, True)


def test_data_that_somebody_removed_is_missed_by_a_server_that_had_it(store: Path) -> None:
    build_page_data(store)
    data = data_of(store)
    assert data.is_complete
    shutil.rmtree(store / PAGE_DATA_DIR)
    assert not data.is_complete
    build_page_data(store)
    assert data.is_complete


@pytest.mark.parametrize("is_link", [False, True])
def test_the_builder_removes_nothing_that_no_builder_made(is_link: bool, store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work" if is_link else store / PAGE_DATA_DIR
    for name in ("thesis", "0" * 31, f"{'a' * 32}.old"):
        (folder / name).mkdir(parents=True)
        (folder / name / "chapter.txt").write_text("a year of work", encoding="utf-8")
    (folder / ("f" * 32)).mkdir()  # data of an earlier version
    if is_link:
        (store / PAGE_DATA_DIR).symlink_to(folder)
    build_page_data(store)
    assert sorted(os.listdir(folder)) == sorted(["thesis", "0" * 31, f"{'a' * 32}.old", version_key(store)])


def test_the_version_is_that_of_the_contents(store: Path, tmp_path: Path) -> None:
    key = version_key(store)
    with closing(EmbeddedStore(store)):  # to read
        pass
    shutil.copytree(store, tmp_path / "copy")
    assert version_key(store) == version_key(tmp_path / "copy") == key
    for path in (store, tmp_path / "copy"):
        with closing(EmbeddedStore(path, writable=True)):
            pass
        assert version_key(path) != key


def test_another_version_of_the_program_makes_its_own(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = version_key(store)
    monkeypatch.setattr("pfocr2rdf.server.page_data._program_digest", lambda: b"another")
    assert version_key(store) != key


def test_data_of_an_earlier_version_is_not_used_and_goes(tmp_path: Path) -> None:
    old, new = two_releases(tmp_path)
    store = tmp_path / "store"
    load(old, store)
    build_page_data(store)
    earlier = data_of(store)
    diff(old, new, tmp_path / "delta")
    apply(tmp_path / "delta", store)
    assert earlier.is_complete
    assert not data_of(store).is_complete
    build_page_data(store)
    assert [path.name for path in (store / PAGE_DATA_DIR).iterdir()] == [version_key(store)]
    assert respond(store, data_of(store)) == respond(store, None)
    load(old, store)  # the folder goes with the store that is replaced
    assert not (store / PAGE_DATA_DIR).exists()


def test_a_builder_that_fails_leaves_nothing_that_looks_whole(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(page_data_builder._Builder, "_finish", fail)
        with pytest.raises(OutputError, match="no room"):
            build_page_data(store)
    assert not data_of(store).is_complete
    assert data_of(store).query_rows()
    build_page_data(store)
    folder = store / PAGE_DATA_DIR / version_key(store)
    assert sorted(os.listdir(folder)) == ["complete", LISTS_DIR, OVERVIEW_FILE]


def test_a_store_that_changes_meanwhile_is_read_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish, keys = page_data_builder._Builder._finish, []

    def write_meanwhile(builder: page_data_builder._Builder, writer: object, name: str) -> None:
        finish(builder, writer, name)  # type: ignore[arg-type]
        if name == EARLY_INDEX and len(keys) < 2:
            keys.append(version_key(store))
            with closing(EmbeddedStore(store, writable=True)):
                pass

    monkeypatch.setattr(page_data_builder._Builder, "_finish", write_meanwhile)
    build_page_data(store)
    assert len({*keys, version_key(store)}) == 3
    assert [path.name for path in (store / PAGE_DATA_DIR).iterdir()] == [version_key(store)]
    assert data_of(store).is_complete


def test_one_of_two_builders_makes_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build, builders = page_data_builder._Builder.build, []
    monkeypatch.setattr(page_data_builder._Builder, "build", lambda self, progress: (builders.append(self), build(self, progress)))
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(build_page_data, store) for _ in range(2)]:
            future.result()
    assert len(builders) == 1
    assert data_of(store).is_complete


def test_where_nobody_may_write_it_is_in_the_temporary_folder(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finder = PageDataFinder(store, StoreManager(store, lambda embedded: embedded).modification_stamp)
    finder.scratch = tmp_path / "scratch"
    assert finder.build_folders() == [store / PAGE_DATA_DIR, finder.scratch]
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        assert finder.build_folders() == [finder.scratch]
    (store / PAGE_DATA_DIR).write_text("a file, where a folder cannot be made", encoding="utf-8")
    command = [sys.executable, "-m", "pfocr2rdf.server.page_data_builder", store, str(os.getpid()), *finder.build_folders()]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stderr) == (0, "")
    data = finder.find()
    assert data
    assert data.is_complete
    assert respond(store, data) == respond(store, None)


def test_a_first_search_is_answered_from_the_data_of_the_load(store: Path, tmp_path: Path) -> None:
    build_page_data(store)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*") if path.is_file()}
    with served(store, tmp_path, "--workers", "1") as server:
        assert "figure" in server.get("/search.html?q=STAT3").text
        assert server.get("/search/index.json").status_code == 200
        assert server.get("/search/things/999999.json").status_code == 404
        assert server.get("/").status_code == 200
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*") if path.is_file()} == before


def test_the_first_start_stores_the_data(store: Path, tmp_path: Path) -> None:
    with served(store, tmp_path, "--workers", "1"):
        assert wait_until(lambda: data_of(store).is_complete)


def test_load_makes_it_if_it_is_asked_to(tmp_path: Path) -> None:
    exported([ROOT / "examples"], tmp_path / "out")
    store = tmp_path / "store"
    arguments = ["load", str(tmp_path / "out"), "--to", str(store)]
    runner = CliRunner()
    assert runner.invoke(main, [*arguments, "--index", "--dry-run"]).exit_code == 0
    assert not store.exists()
    assert runner.invoke(main, arguments).exit_code == 0
    assert not (store / PAGE_DATA_DIR).exists()
    result = runner.invoke(main, [*arguments, "--index", "--json"])
    assert json.loads(result.stdout)["driver"] == "embedded"
    assert data_of(store).is_complete


def test_a_server_gets_no_index(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["load", str(tmp_path), "--to", "http://127.0.0.1:1/sparql", "--index"])
    assert result.exit_code == 2
    assert "--index is for an embedded store" in result.stderr
