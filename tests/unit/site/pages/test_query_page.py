"""The page with the queries, with and without an endpoint."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.query_page import render_query_page
from pfocr2rdf.site.pages.query_problem import ADVICE_BY_STATUS, QueryProblem, describe_problem
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


def names_of(page: Page) -> list[str]:
    """The names of the examples, in their order."""
    return [str(details["data-name"]) for details in page.all("details") if details.get("class") == "example"]


@pytest.mark.parametrize("endpoint", ["", "sparql", ELSEWHERE])
def test_every_example_is_on_the_page(endpoint: str) -> None:
    page = page_of(endpoint)
    examples = load_examples()
    assert sorted(names_of(page)) == sorted(example.name for example in examples)
    assert {example.title for example in examples} <= {text.strip() for text in page.texts["summary"]}
    queries = set(page.texts["code"]) | {str(field.get("value")) for field in page.all("input")}
    assert {example.query for example in examples if not (endpoint == "sparql" and example.parameters)} <= queries


def test_examples_are_grouped_by_task_and_federated_ones_are_last() -> None:
    page = page_of("sparql")
    federated = {example.name for example in load_examples() if example.services}
    assert set(names_of(page)[-len(federated) :]) == federated
    assert page.texts["span"].count("federated") == len(federated)
    assert page.texts["h3"][0] == "Genes"
    assert page.texts["h3"][-1] == "With data of other servers"


@pytest.mark.parametrize("endpoint", ["sparql", ELSEWHERE])
def test_with_an_endpoint_each_query_can_be_sent_without_scripts(endpoint: str) -> None:
    page = page_of(endpoint, text="ASK {}", problem=QueryProblem("<b>it is wrong</b>"))
    with_fields = [example for example in load_examples() if example.parameters and endpoint == "sparql"]
    actions = [str(form["action"]) for form in page.all("form") if form.get("role") != "search"]
    assert sorted(set(actions)) == sorted({endpoint, *(f"queries/{example.name}" for example in with_fields)})
    assert len(actions) == 1 + len(load_examples())
    values = [str(field["value"]) for field in page.all("input") if field.get("name") == "query"]
    assert sorted(values) == sorted(example.query for example in load_examples() if example not in with_fields)
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


def test_each_parameter_has_a_field_with_its_default_and_a_label() -> None:
    page = page_of("sparql")
    labels = {str(label["for"]) for label in page.all("label")}
    parameters = [(example, parameter) for example in load_examples() for parameter in example.parameters]
    fields = {str(field.get("id")): field for field in page.all("input")}
    assert parameters
    for example, parameter in parameters:
        name = f"example-{example.name}-{parameter.name}"
        assert (fields[name]["name"], fields[name]["value"]) == (parameter.name, parameter.default)
        assert name in labels
    commands = set(page_of("").texts["code"])
    assert {f"--set {parameter.name}={parameter.default}" for _, parameter in parameters} <= commands


@pytest.mark.parametrize("allow_service", [False, True])
def test_federated_examples_are_run_where_the_service_allows_it(allow_service: bool) -> None:
    page = page_of("sparql", allow_service=allow_service)
    federated = [example for example in load_examples() if example.services]
    buttons = [text for text in page.texts["button"] if text == "Run"]
    assert len(buttons) == 1 + len(load_examples()) - (0 if allow_service else len(federated))
    commands = {f"pfocr2rdf query {example.name} --service" for example in federated}
    assert (commands <= set(page.texts.get("code", []))) == (not allow_service)


def test_a_problem_shows_the_place_and_what_helps() -> None:
    text = "SELECT * {\r\n  ?s ?p <b>\r\n}"
    problem = describe_problem("the query, line 2, column 9: it cannot be understood", text, 400)
    assert problem[2:] == (2, "  ?s ?p ", "<b>")
    page = page_of("sparql", text=text, problem=problem)
    assert (page.texts["pre"], page.texts["mark"]) == (["  ?s ?p "], ["<b>"])
    slow = page_of("sparql", text=text, problem=describe_problem("the query took longer than 30 seconds, line 1, column 1", text, 504))
    assert "mark" not in slow.texts
    assert [item for item in slow.texts["li"] if item in ADVICE_BY_STATUS[504]] == list(ADVICE_BY_STATUS[504])


@pytest.mark.parametrize(
    "message", ["line 9, column 1", "line 0, column 1", "line 1, column 9999999", "line 99999999, column 1", "line 1 column x"]
)
def test_places_that_are_not_in_the_query_are_harmless(message: str) -> None:
    problem = describe_problem(message, "ASK {}", 400)
    assert (problem.line, problem.wrong_part) in ((0, ""), (1, " "))
