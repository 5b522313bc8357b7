"""``publish --portable-names``: a site that a file system without case and Unicode normalization can hold, with all its links."""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from click.testing import CliRunner
from tests.support.records import front_matter, older, write
from tests.support.sites import files

from pfocr2rdf import publish
from pfocr2rdf.cli import main
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME, HTML, REPRESENTATIONS, TURTLE, PageAddress
from pfocr2rdf.site.static.file_names import find_unportable_paths

FIGURES = ("PMC1__Fig_t", "PMC1__Fig_T", "PMC1__fig_t", "PMC1__a.b.", "PMC1__plain")
FAMILIES = ("Notch", "NOTCH", "notch", "PI3K/AKT", "CON", "com1", "a?b#c", "caf\u00e9", "cafe\u0301", "50%", "STAT")


def family_row(name: str, number: int) -> str:
    return f"- word: '{name}'\n  symbol: '{name}'\n  source: bioentities_symbol\n  hgnc_symbol: G{number}\n  entrez: '{4800 + number}'\n"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = "".join(family_row(name, number) for number, name in enumerate(FAMILIES))
    texts = {f"{number}.md": front_matter(older(name).replace("genes:\n", f"genes:\n{rows}")) for number, name in enumerate(FIGURES)}
    return write(tmp_path_factory.mktemp("records"), texts)


@pytest.fixture(scope="module")
def site(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portable") / "site"
    summary = publish(records, folder, portable_names=True, precompressed="beside")
    assert (summary.left_out, summary.unportable, summary.renamed) == ([], [], 12)
    return folder


def address(type_name: str, name: str) -> PageAddress:
    return PageAddress(ENTITY_TYPES_BY_NAME[type_name], name, has_portable_path=True)


def fold(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def test_no_two_paths_of_the_site_fold_to_one_and_windows_can_hold_each(site: Path) -> None:
    paths = sorted(str(path.relative_to(site)) for path in site.rglob("*"))
    assert len({fold(path) for path in paths}) == len(paths) > 100
    assert find_unportable_paths(paths) == []


def test_every_resource_has_its_page_and_documents(site: Path) -> None:
    for type_name, names in (("figure", FIGURES), ("family", FAMILIES)):
        for name in names:
            for representation in REPRESENTATIONS:
                assert (site / address(type_name, name).file_path(representation)).is_file(), name
            turtle = (site / address(type_name, name).file_path(TURTLE)).read_text(encoding="utf-8")
            page = (site / address(type_name, name).file_path(HTML)).read_text(encoding="utf-8")
            iri = address(type_name, name).iri
            assert f"<{iri}>" in turtle or iri.rpartition("/")[2] in turtle, "the names of things do not change"
            assert f'"@id": "{iri}"' in page


class LinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name in ("href", "src") and value]


def test_every_link_and_the_sitemap_and_the_search_lead_to_files_that_are_there(site: Path) -> None:
    for path in site.rglob("*.html"):
        parser = LinkParser()
        parser.feed(path.read_text(encoding="utf-8"))
        for link in parser.links:
            url = urlsplit(urljoin(f"http://site/{path.relative_to(site)}", link))
            if url.netloc == "site":
                assert (site / unquote(url.path[1:] or "index.html")).is_file(), (path, link)
    things = b"".join(path.read_bytes() for path in (site / "search/things").iterdir()).decode(errors="replace")
    sitemap = (site / "sitemaps/1.xml").read_text(encoding="utf-8")
    for item in (*(address("figure", name) for name in FIGURES), *(address("family", name) for name in FAMILIES)):
        assert json.dumps(item.url(HTML).partition("/")[2].removesuffix(HTML.suffix)) in things
        assert f"/{item.url(HTML)}</loc>" in sitemap


def test_two_runs_and_fewer_records_give_a_page_the_same_name(site: Path, records: Path, tmp_path: Path) -> None:
    publish(records, tmp_path / "again", portable_names=True, precompressed="beside")
    assert files(tmp_path / "again") == files(site)
    (tmp_path / "fewer").mkdir()
    (tmp_path / "fewer/0.md").write_bytes((records / "0.md").read_bytes())
    publish(tmp_path / "fewer", tmp_path / "small", portable_names=True)
    names = {path.name for path in (tmp_path / "small/figures").iterdir()}
    assert names == {Path(address("figure", FIGURES[0]).file_path(representation)).name for representation in REPRESENTATIONS}


def test_the_command_says_how_many_pages_have_another_name(records: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "site")
    result = CliRunner().invoke(main, ["publish", str(records), "--output", output, "--portable-names"])
    assert result.exit_code == 0, result.output
    assert f"{output}: 12 pages have portable names" in result.stderr
    assert "not valid or not unique" not in result.stderr
    assert json.loads((tmp_path / "site/site.json").read_text())["portable_names"] is True
    plain = CliRunner().invoke(main, ["publish", str(records), "--output", output])
    assert "publish with --portable-names" in plain.stderr
    assert not (tmp_path / "site/hosting/nginx-names.conf").exists()
