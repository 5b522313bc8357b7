"""The JSON-LD of pages keeps the profiles of Bioschemas and Google's rules, on a published site and from a service, and worse does not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.referees import bioschemas, google_dataset
from tests.referees.bioschemas import check_blocks, read_blocks
from tests.referees.google_dataset import check_pages
from tests.support.sites import BuiltSite, evil_site, real_site, small_site

from pfocr2rdf import publish
from pfocr2rdf.server.linked_data import PageHandler, PageRequest
from pfocr2rdf.stores.embedded import EmbeddedStore

KINDS = ("figures", "genes", "families", "papers", "chemicals", "diseases", "organisms")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    return small_site(tmp_path_factory)


def blocks_of(site: Path, step: int = 1) -> Iterator[tuple[str, Any]]:
    """The blocks of the index, the dataset and each ``step``-th page of every kind."""
    pages = [site / "index.html", site / "dataset.html"]
    for kind in KINDS:
        pages += sorted((site / kind).rglob("*.html"))[::step]
    for path in pages:
        for block in read_blocks(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(site)), block


@pytest.mark.parametrize("referee", [bioschemas, google_dataset])
def test_the_pages_of_the_examples_are_accepted(referee: Any) -> None:
    result = referee.run()
    assert result.findings == ()
    assert result.passed == result.asked > 30


def test_real_and_hostile_records_are_accepted(tmp_path_factory: pytest.TempPathFactory) -> None:
    for built, step in ((real_site(tmp_path_factory), 5), (evil_site(tmp_path_factory), 1)):
        result = check_blocks(blocks_of(built.site, step))
        assert result.findings == ()
        assert result.passed == result.asked > 30


def test_every_kind_of_page_says_what_it_is_about(small: BuiltSite) -> None:
    types = {page.partition("/")[0]: block["@type"] for page, block in blocks_of(small.site)}
    assert types == {
        "index.html": "DataCatalog", "dataset.html": "Dataset", "figures": "ImageObject", "genes": "Gene", "families": "DefinedTerm",
        "papers": "ScholarlyArticle", "chemicals": "ChemicalSubstance", "diseases": "MedicalCondition", "organisms": "Taxon",
    }  # fmt: skip


def test_a_service_says_the_same_as_the_published_site(small: BuiltSite) -> None:
    handler = PageHandler(EmbeddedStore(small.store))
    for page, block in blocks_of(small.site, 3):
        request = PageRequest(page, "text/html", "http://127.0.0.1:8000/")
        assert read_blocks(handler.handle(request).body) == [block], page


def test_a_site_of_a_store_has_the_files_of_the_published_site(small: BuiltSite, tmp_path: Path) -> None:
    publish(small.store, tmp_path / "site", pages=["organisms"])
    for name in ("index.html", "dataset.html"):
        assert read_blocks((tmp_path / "site" / name).read_text("utf-8")) == read_blocks((small.site / name).read_text("utf-8"))


def leave_out(*names: str) -> Callable[[dict[str, Any]], None]:
    def change(block: dict[str, Any]) -> None:
        for name in names[:-1]:
            block = block[name][0] if isinstance(block[name], list) else block[name]
        del block[names[-1]]

    return change


@pytest.mark.parametrize(
    ("page", "change", "finding"),
    [
        ("genes/6772.html", leave_out("identifier"), "identifier is not there"),
        ("genes/6772.html", leave_out("dct:conformsTo"), "dct:conformsTo is not Gene/1.0-RELEASE"),
        ("genes/6772.html", leave_out("description"), "description is not there"),
        ("genes/6772.html", leave_out("taxonomicRange", "taxonRank"), "taxonRank is not there"),
        ("genes/6772.html", lambda block: block.update(name=["a", "b"]), "name has several values"),
        ("genes/6772.html", lambda block: block.update({"@context": "https://schema.org/"}), "the prefix dct is not declared"),
        ("papers/PMC10030840.html", lambda block: block.update(publisher="A publisher"), "and no Organization Person"),
        ("papers/PMC10030840.html", lambda block: block.update(datePublished="May"), "and no Date"),
        ("index.html", leave_out("dataset", "keywords"), "keywords is not there"),
        ("dataset.html", leave_out("includedInDataCatalog", "provider"), "provider is not there"),
        ("dataset.html", lambda block: block.update(license="CC0"), "and no CreativeWork URL"),
    ],
)
def test_a_fault_in_a_node_is_found(page: str, change: Callable[[dict[str, Any]], Any], finding: str, small: BuiltSite) -> None:
    (block,) = read_blocks((small.site / page).read_text(encoding="utf-8"))
    assert check_blocks([(page, block)]).findings == ()
    change(block)
    assert any(finding in line for line in check_blocks([(page, block)]).findings)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (leave_out("dataset", "description"), "index: description"),
        (leave_out("dataset", "distribution", "contentUrl"), "contentUrl"),
        (lambda home: home["dataset"].update(description="Too short."), "index: description"),
        (lambda home: home["dataset"]["distribution"][0].update(encodingFormat="Turtle"), "encodingFormat"),
        (lambda home: home["dataset"].update(creator=[{"@type": "Person"}]), "creator"),
    ],
)
def test_a_fault_in_the_dataset_is_found(change: Callable[[dict[str, Any]], Any], finding: str, small: BuiltSite) -> None:
    (home,), (page,) = (read_blocks((small.site / name).read_text(encoding="utf-8")) for name in ("index.html", "dataset.html"))
    changed = copy.deepcopy(home)
    change(changed)
    assert check_pages(home, page).findings == ()
    assert any(finding in line for line in check_pages(changed, page).findings)
