"""The page of the search, published and served."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tests.support.search import ALL, STAT1, STAT3, urls_of

from pfocr2rdf.server.search import ResultKind
from pfocr2rdf.site.pages.browse_pages import render_search_page
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site
from pfocr2rdf.site.search.index import SearchEntry
from pfocr2rdf.site.search.reader import SearchResult

# -- the page ----------------------------------------------------------------------------------------------------------------


def page(**values: Any) -> str:
    return render_search_page(Site(), **values)


def served_page(**values: Any) -> str:
    return page(**{"scripted": False, **values})


def result(entry: SearchEntry, snippet: str = "") -> SearchResult:
    return SearchResult(entry.url, entry.type_name, entry.title, entry.detail, snippet)


class Elements(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def each(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_a_published_page_has_all_that_the_script_needs_and_a_way_without_it() -> None:
    elements = Elements(page())
    ids = {attributes.get("id") for _, attributes in elements.elements}
    script = (ASSETS_DIR / "search.js").read_text(encoding="utf-8")
    ids_in_script = {part.split('"')[0] for part in script.split('getElementById("')[1:]}
    assert ids_in_script <= ids
    assert {"type": "module", "src": "assets/search.js"} in elements.each("script")
    assert elements.each("form")[0].items() >= {"method": "get", "action": "search.html"}.items()
    assert [bool(field.get("aria-label")) for field in elements.each("input") if field["type"] == "search"] == [True]
    noscript = page().split("<noscript>")[1].split("</noscript>")[0]
    assert 'href="browse/index.html"' in noscript


def test_a_served_page_lists_what_was_found_without_a_script() -> None:
    hostile_text = '<script>"&'
    elements = Elements(
        served_page(
            search_text=hostile_text,
            type_name="gene",
            summary=hostile_text,
            results=[result(STAT3), result(STAT1._replace(title=hostile_text), hostile_text)],
            corrections=[(hostile_text, ["stat3", "stat5"])],
            suggestions=[hostile_text],
            kinds=[
                ResultKind("", "All", 1_200, "q=a"),
                ResultKind("gene", hostile_text, 3, urlencode({"q": hostile_text, "kind": "gene"})),
            ],
        )
    )
    assert elements.each("script") == []
    assert elements.each("noscript") == []
    assert elements.each("input")[0]["value"] == hostile_text
    assert [(field["name"], field["value"]) for field in elements.each("input")] == [("q", hostile_text), ("kind", "gene")]
    kinds = [link for link in elements.each("a") if str(link["href"]).startswith("?")]
    assert [(parse_qsl(str(link["href"])[1:]), link.get("aria-current")) for link in kinds] == [
        ([("q", "a")], None),
        ([("q", hostile_text), ("kind", "gene")], "true"),
    ]
    assert "1,200" in elements.text
    assert [link["href"] for link in elements.each("a") if str(link["href"]).startswith("genes/")] == urls_of(STAT3, STAT1)
    assert len(elements.each("bdi")) == 8
    assert elements.text.count(hostile_text) == 6
    assert "stat3, stat5" in elements.text
    assert {"href": f"search.html?q={quote(hostile_text)}"} in elements.each("a")
    assert "found" not in served_page().split("</form>")[1].split('id="status"')[1]


def test_a_served_page_has_the_script_as_soon_as_there_is_an_index() -> None:
    elements = Elements(served_page(scripted=True))
    assert {"type": "module", "src": "assets/search.js"} in elements.each("script")
    assert elements.each("noscript") == []


def test_the_page_keeps_to_the_policy_of_the_site() -> None:
    for html in (page(), served_page(search_text="x", results=list(map(result, ALL)))):
        elements = Elements(html)
        assert all("style" not in attributes for _, attributes in elements.elements)
        assert all(not name.startswith("on") for _, attributes in elements.elements for name in attributes)
        assert all("src" in script for script in elements.each("script"))
    for name in ("search.js", "search-index.js"):
        text = (ASSETS_DIR / name).read_text(encoding="utf-8")
        assert [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", ".style") if word in text
        ] == []
