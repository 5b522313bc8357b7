"""The page with the queries, with and without an endpoint."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.query_page import render_query_page
from pfocr2rdf.site.pages.urls import ENTITY_TYPES
from pfocr2rdf.stores.querying.examples import load_examples

ELSEWHERE = "https://example.org:8443/pfocr/sparql"


class Page(HTMLParser):
    """Elements with their attributes, and texts by the element that they are in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(endpoint: str, **values: Any) -> Page:
    """The page, with no script and no style but those of files of the site."""
    text = render_query_page(Site(endpoint=endpoint), **values)
    page = Page(text)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert all(script.get("type") == "application/json" or str(script["src"]).startswith("assets/") for script in page.all("script"))
    assert not page.all("style")
    return page


@pytest.mark.parametrize("endpoint", ["", "sparql", ELSEWHERE])
def test_every_example_is_on_the_page(endpoint: str) -> None:
    page = page_of(endpoint)
    examples = load_examples()
    assert sorted(str(details["data-name"]) for details in page.all("details")) == sorted(example.name for example in examples)
    assert sorted(page.texts["summary"]) == sorted(example.title for example in examples)
    queries = [text for text in page.texts["code"] if text in {example.query for example in examples}]
    assert sorted(queries) == sorted(example.query for example in examples)


def test_examples_are_grouped_by_task_and_federated_ones_are_last() -> None:
    page = page_of("sparql")
    federated = {example.name for example in load_examples() if example.services}
    names = [str(details["data-name"]) for details in page.all("details")]
    assert set(names[-len(federated) :]) == federated
    assert page.texts["h3"][0] == "Genes"
    assert page.texts["h3"][-1] == "With data of other servers"


@pytest.mark.parametrize("endpoint", ["sparql", ELSEWHERE])
def test_with_an_endpoint_each_query_can_be_sent_without_scripts(endpoint: str) -> None:
    page = page_of(endpoint, text="ASK {}", problem="<b>it is wrong</b>")
    assert [form["action"] for form in page.all("form") if form.get("role") != "search"] == [endpoint] * (1 + len(load_examples()))
    values = [str(field["value"]) for field in page.all("input") if field.get("name") == "query"]
    assert sorted(values) == sorted(example.query for example in load_examples())
    assert page.texts["textarea"] == ["\nASK {}"]
    assert "<b>it is wrong</b>" in page.texts["bdi"]
    assert bool(page.all("select")) == (endpoint == "sparql")
    policy = next(str(meta["content"]) for meta in page.all("meta") if meta.get("http-equiv"))
    assert ("https://example.org:8443" in policy) == (endpoint == ELSEWHERE)


def test_without_an_endpoint_the_commands_are_there_and_nothing_can_be_sent() -> None:
    page = page_of("")
    assert ([form for form in page.all("form") if form.get("role") != "search"], page.all("textarea")) == ([], [])
    assert "yasqe" not in str(page.all("script"))
    assert {f"pfocr2rdf query {example.name}" for example in load_examples()} <= set(page.texts["code"])
    assert page.texts["code"].count("--service") == len([example for example in load_examples() if example.services])
    assert any("has no SPARQL endpoint" in text for text in page.texts["p"])


def test_a_query_cannot_end_its_field_and_scripts_are_given_all_entity_types() -> None:
    page = page_of("sparql", text="</textarea><script>alert(1)</script>")
    assert page.texts["textarea"] == ["\n</textarea><script>alert(1)</script>"]
    (page_data,) = [text for script, text in zip(page.all("script"), page.texts["script"], strict=True) if script.get("id") == "given"]
    assert [entry["folder"] for entry in json.loads(page_data)["kinds"]] == [entity_type.folder for entity_type in ENTITY_TYPES]
