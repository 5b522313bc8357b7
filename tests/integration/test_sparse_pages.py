"""Pages of datasets that have little of something, or much: no names, no years, no pictures, one figure, a gene on thousands of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.support.records import ROOT, exported
from tests.support.sites import BuiltSite

from pfocr2rdf import load, publish
from pfocr2rdf.rdf.terms import expand_term
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.server.linked_data import PageHandler, PageRequest
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import list_resources
from pfocr2rdf.site.pages.pictures import PICTURE_MODES, PicturePolicy
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML
from pfocr2rdf.site.pages.view_models import ROWS_PER_PAGE
from pfocr2rdf.stores.embedded import EmbeddedStore

MAX_FIGURE_PAGE_BYTES = 60_000
PLAIN_PAGES = ("", "browse/index.html", "dataset.html", "vocab.html", "search.html")


@contextmanager
def handled(store: Path, pictures: PicturePolicy = PicturePolicy()) -> Iterator[PageHandler]:  # noqa: B008 - it cannot be changed
    with closing(EmbeddedStore(store)) as embedded:
        yield PageHandler(embedded, pictures)


def html_of(pages: PageHandler, path: str) -> str:
    return pages.handle(PageRequest(path, "text/html")).body


def resource_paths(store: Path) -> list[str]:
    with closing(EmbeddedStore(store)) as embedded:
        reader = DatasetReader(embedded)
        return [address.file_path(HTML) for entity_type in ENTITY_TYPES for address in list_resources(reader, entity_type).addresses()]


def assert_complete(html: str) -> None:
    """A page with a heading, and nothing that is called None, or is an empty list, chart or table."""
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert heading
    assert re.sub(r"<[^>]+>|\s", "", heading[1])
    assert ">None<" not in html
    assert re.findall(r"<(?:ul|ol(?! id)|dl|tbody|dd)[^>]*>\s*</", html) == []
    assert "NaN" not in html


def without(triples: str, *curies: str) -> str:
    predicates = {expand_term(curie) for curie in curies}
    return "".join(line for line in triples.splitlines(keepends=True) if line.split(" ", 2)[1] not in predicates)


@pytest.fixture(scope="module")
def triples(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("sparse")
    exported([ROOT / "examples"], folder)
    return (folder / "figures.nt").read_text("utf-8")


@pytest.mark.parametrize(
    "missing",
    [
        ("dcterms:title", "rdfs:label", "skos:prefLabel", "skos:altLabel", "schema:name"),
        ("dcterms:issued", "pfocr:citedIn"),
        ("schema:image", "foaf:page"),
        ("pfocr:evidence", "pfocr:lexiconSource", "pfocr:word"),
        ("oa:hasTarget",),
    ],
    ids=["names", "years-and-papers", "pictures", "evidence-and-words", "mentions"],
)
def test_every_page_stands_without(triples: str, missing: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "figures.nt").write_text(without(triples, *missing), "utf-8")
    load(tmp_path / "figures.nt", tmp_path / "store")
    paths = resource_paths(tmp_path / "store")
    assert len(paths) > 100
    with handled(tmp_path / "store") as pages:
        for path in (*PLAIN_PAGES, *paths):
            assert_complete(html_of(pages, path))


def test_newest_figures_go_by_year_where_the_numbers_of_papers_do_not(triples: str, tmp_path: Path) -> None:
    """An old paper may come to PubMed Central late, with a high number: here the highest number has the oldest year."""
    issued = f" {expand_term('dcterms:issued')} "
    papers = sorted(
        {line.split(" ", 1)[0] for line in triples.splitlines() if issued in line}, key=lambda paper: int(paper[:-1].rpartition("PMC")[2])
    )
    years = "".join(f'{paper}{issued}"{2020 - number}"^^{expand_term("xsd:gYear")} .\n' for number, paper in enumerate(papers))
    (tmp_path / "figures.nt").write_text(without(triples, "dcterms:issued") + years, "utf-8")
    load(tmp_path / "figures.nt", tmp_path / "store")
    with handled(tmp_path / "store") as pages:
        html = html_of(pages, "organisms/9606.html")
    strip = html[html.index("Newest figures") : html.index("<table")]
    shown = [int(number) for number in re.findall(r'href="[^"]*figures/PMC(\d+)__', strip)]
    assert len(set(shown)) > 2
    assert shown == sorted(shown)


@pytest.mark.parametrize("mode", PICTURE_MODES)
def test_a_dataset_of_one_figure_has_all_its_pages(mode: str, tmp_path: Path) -> None:
    figure = ROOT / "examples" / "_figures" / "PMC2628838__46fig1.md"
    summary = publish(figure, tmp_path / "site", pictures=mode)
    assert summary.things["figures"] == 1
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        if "aliases" not in page.parts and 'http-equiv="refresh"' not in (text := page.read_text("utf-8")):
            assert_complete(text)
    home = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert ('<img src="https://' in home) == (mode == "embed")


def test_a_gene_on_thousands_of_figures_is_shown_in_pages(tmp_path: Path) -> None:
    count, strict_every = 5_000, 25
    rdf_type, gene = expand_term("rdf:type"), f"<{PREFIXES['ncbigene']}1>"
    lines = [f"{gene} {rdf_type} {expand_term('pfocr:Gene')} .", f'{gene} {expand_term("rdfs:label")} "MANY1" .']
    for number in range(count):
        figure, mention = f"<{PREFIXES['figure']}PMC{number}__F.html>", f"<{PREFIXES['mention']}{number}>"
        evidence = expand_term("pfocr:viaSynonym" if number % strict_every else "pfocr:viaSymbol")
        lines += [
            f"{figure} {rdf_type} {expand_term('pfocr:Figure')} .",
            f'{figure} {expand_term("dcterms:title")} "Figure {number}" .',
            f"{figure} {expand_term('pfocr:mentions')} {gene} .",
            f"{mention} {rdf_type} {expand_term('pfocr:Mention')} .",
            f"{mention} {expand_term('oa:hasTarget')} {figure} .",
            f"{mention} {expand_term('oa:hasBody')} {gene} .",
            f"{mention} {expand_term('pfocr:evidence')} {evidence} .",
            f'{mention} {expand_term("pfocr:word")} "MANY1" .',
        ]
    (tmp_path / "figures.nt").write_text("\n".join(lines) + "\n", "utf-8")
    load(tmp_path / "figures.nt", tmp_path / "store")
    strict_count, page_count = count // strict_every, count // ROWS_PER_PAGE
    with handled(tmp_path / "store") as pages:
        first, third, last = (html_of(pages, path) for path in ("genes/1.html", "genes/1/page-3.html", f"genes/1/page-{page_count}.html"))
    assert f"{strict_count} by symbol" in first
    assert f"{count:,} in all" in first
    assert f"by any evidence ({count:,})" in first
    assert first.count('class="strict"') == ROWS_PER_PAGE
    assert 'class="strict"' not in third
    assert "by any evidence" not in third
    assert f"Page {page_count} of {page_count}" in last
    assert max(map(len, (first, third, last))) < MAX_FIGURE_PAGE_BYTES


def test_pages_of_figures_are_small(small: BuiltSite, real: BuiltSite) -> None:
    sizes = {path.name: path.stat().st_size for site in (small, real) for path in (site.site / "figures").glob("*.html")}
    assert len(sizes) > 600
    assert {name: size for name, size in sizes.items() if size > MAX_FIGURE_PAGE_BYTES} == {}


def test_what_is_recognised_on_a_figure_goes_on_to_other_pages_and_chips_lead_there(small: BuiltSite) -> None:
    with handled(small.store) as pages:
        first, second, third = (html_of(pages, f"figures/PMC9__many{page}.html") for page in ("", "/page-2", "/page-3"))
    ids = [re.findall(r'<span id="([^"]+)">', html) for html in (first, second, third)]
    assert len(set(ids[0] + ids[1] + ids[2])) == sum(map(len, ids)) == 201
    assert [first.count("<tr>"), second.count("<tr>")] == [ROWS_PER_PAGE + 1] * 2
    anchors = set(re.findall(r'href="#([^"]+)"', first))
    assert anchors - {"main"} <= {*ids[0]}
    assert 'aria-label="Pages"' in first
