"""The pages of search results that a server renders for browsers without JavaScript."""

from __future__ import annotations

import re

import pytest
from tests.support.search import write

from pfocr2rdf.server.search import MAX_SEARCH_RESULTS, SearchIndexFolder, search_page_values
from pfocr2rdf.site.pages.browse_pages import render_search_page
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.search.index import SearchEntry
from pfocr2rdf.site.search.reader import SearchIndexReader

COUNT = 2 * MAX_SEARCH_RESULTS + 5


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndexFolder:
    folder = tmp_path_factory.mktemp("many")
    write(folder, [SearchEntry(f"genes/{number}.html", "gene", f"TRIM{number}", "") for number in range(COUNT)])
    return SearchIndexFolder(folder / "search", is_complete=True, reader=SearchIndexReader(folder / "search"))


def results(index: SearchIndexFolder, page_number: int, search_text: str = "TRIM", type_name: str = "") -> str:
    return render_search_page(Site(), **search_page_values(index, search_text, type_name, page_number))


def links(html: str, relation: str) -> list[str]:
    return re.findall(f'<a rel="{relation}" href="([^"]*)"', html)


def test_all_results_are_on_the_pages_that_follow_each_other(index: SearchIndexFolder) -> None:
    pages = [results(index, number) for number in (1, 2, 3)]
    urls = [re.findall(r'<li><a href="(genes/\d+\.html)"', html) for html in pages]
    assert list(map(len, urls)) == [MAX_SEARCH_RESULTS, MAX_SEARCH_RESULTS, 5]
    assert len({url for page in urls for url in page}) == COUNT
    assert [links(html, "next") for html in pages] == [["search.html?q=TRIM&amp;page=2"], ["search.html?q=TRIM&amp;page=3"], []]
    assert [links(html, "prev") for html in pages] == [[], ["search.html?q=TRIM&amp;page=1"], ["search.html?q=TRIM&amp;page=2"]]
    assert ["Showing 1 to 100" in pages[0], "Showing 201 to 205" in pages[2]] == [True, True]
    assert results(index, 999_999) == pages[2]


def test_pages_keep_the_chosen_type_and_any_text(index: SearchIndexFolder) -> None:
    assert links(results(index, 1, 'TRIM&"', "gene"), "next") == ["search.html?q=TRIM%26%22&amp;kind=gene&amp;page=2"]


@pytest.mark.parametrize("search_text", ["TRIM7 ", "nothing", "", " "])
def test_few_results_have_no_pages(index: SearchIndexFolder, search_text: str) -> None:
    assert 'class="pages"' not in results(index, 2, search_text)
