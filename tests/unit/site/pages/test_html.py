"""The page of the search, published and served."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.support.search import ALL, STAT1, STAT3, urls_of

from pfocr2rdf.site.pages.html import ASSETS_DIR, Site, render_page
from pfocr2rdf.site.pages.urls import ENTITY_TYPES

# -- the page ----------------------------------------------------------------------------------------------------------------


def page(**values: Any) -> str:
    given_values = {"search_text": "", "type_name": "", "results": (), "total": 0, "indexed": True, **values}
    return render_page("search", site=Site(), root="", title="Search", entity_types=ENTITY_TYPES, **given_values)


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
    assert [option["value"] for option in elements.each("option")] == ["", *(entity_type.name for entity_type in ENTITY_TYPES)]
    assert {label["for"] for label in elements.each("label")} == {"q", "kind"}
    noscript = page().split("<noscript>")[1].split("</noscript>")[0]
    assert 'href="browse/index.html"' in noscript


def test_a_served_page_lists_what_was_found_without_a_script() -> None:
    hostile_text = '<script>"&'
    elements = Elements(
        page(indexed=False, search_text=hostile_text, type_name="gene", results=(STAT3, STAT1._replace(title=hostile_text)), total=1234)
    )
    assert elements.each("script") == []
    assert elements.each("noscript") == []
    assert elements.each("input")[0]["value"] == hostile_text
    assert [option["value"] for option in elements.each("option") if "selected" in option] == ["gene"]
    assert [link["href"] for link in elements.each("a") if str(link["href"]).startswith("genes/")] == urls_of(STAT3, STAT1)
    assert len(elements.each("bdi")) == 4
    assert hostile_text in elements.text
    assert "The first 2 of 1,234 found" in elements.text
    assert "Nothing is found." in page(indexed=False, search_text="x")
    assert "1 found." in page(indexed=False, search_text="x", results=(STAT3,), total=1)
    assert "found" not in page(indexed=False).split("</form>")[1].split('id="status"')[1]


def test_the_page_keeps_to_the_policy_of_the_site() -> None:
    for html in (page(), page(indexed=False, search_text="x", results=ALL, total=9)):
        elements = Elements(html)
        assert all("style" not in attributes for _, attributes in elements.elements)
        assert all(not name.startswith("on") for _, attributes in elements.elements for name in attributes)
        assert all("src" in script for script in elements.each("script"))
    for name in ("search.js", "search-index.js"):
        text = (ASSETS_DIR / name).read_text(encoding="utf-8")
        assert [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", ".style") if word in text
        ] == []
