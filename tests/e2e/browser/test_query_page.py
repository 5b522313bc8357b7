"""The page with the queries: right with and without an endpoint, asks nobody but its endpoint, and makes hostile answers inert."""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.support.browser import AXE, WIDE, Visit, axe_script, chromium, skip_or_fail, visiting
from tests.support.records import ROOT, exported
from tests.support.service import Served, served

from pfocr2rdf import load, query
from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site
from pfocr2rdf.site.pages.portable_names import PORTABLE_PATH_PATTERN
from pfocr2rdf.site.pages.query_page import EDITOR_SCRIPT, render_query_page
from pfocr2rdf.site.pages.query_problem import ADVICE_BY_STATUS
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, ENTITY_TYPES_BY_NAME, HTML, PageAddress, address_from_iri
from pfocr2rdf.stores.querying.examples import find_example, load_examples

HOSTILE = "https://example.org/hostile"

EVIL = "</script><img src=x onerror=\"alert(1)\"><svg onload='alert(2)'>\u202egpj.exe"

EVIL_IRIS = [
    "javascript:alert(1)",
    "https://example.org/a'b&c",
    "data:text/html,x",
    "https://pfocr.wikipathways.org/families/..%2F..%2Fetc",
]

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


# -- in a browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, loaded, and hostile statements."""
    folder = tmp_path_factory.mktemp("queries")
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    rdf_store = pyoxigraph.Store(folder / "store")
    for iri in EVIL_IRIS:
        rdf_store.add(Quad(NamedNode("https://example.org/a"), NamedNode(iri), Literal(EVIL, language="en"), NamedNode(HOSTILE)))
    return folder / "store"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(store, tmp_path_factory.mktemp("server"), "--workers", "2", "--timeout", "8") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def visit(browser: Any, server: Served) -> Iterator[Visit]:
    """A visit to the page of the service, which must be quiet until its end."""
    with visiting(browser) as opened:
        opened.page.goto(f"{server.url}/queries.html")
        yield opened
        opened.assert_quiet(server.url)


def with_editor() -> None:
    if not (ASSETS_DIR / EDITOR_SCRIPT).is_file():
        skip_or_fail("the package was built without the editor: apt-get install npm, then pip install -e .")


def put(visit: Visit, text: str) -> None:
    """Write a query as a person would, in whichever field there is."""
    visit.page.get_by_label("Query", exact=True).last.focus()  # there are two with the editor, and the first is hidden
    visit.page.keyboard.press("Control+A")
    visit.page.keyboard.insert_text(text)


def run_query(visit: Visit, says: str) -> str:
    """Run the query, and the message that follows."""
    visit.page.locator("#run").click()
    return message_of(visit, says)


def message_of(visit: Visit, says: str) -> str:
    """The message on a query, as soon as it contains this text."""
    status = visit.page.locator("#status", has_text=says)
    status.wait_for()
    return str(status.inner_text())


def rows(visit: Visit) -> list[list[str]]:
    script = "rows => rows.map((row) => [...row.cells].map((cell) => cell.innerText))"
    return list(visit.page.locator("#answer tbody tr").evaluate_all(script))


def test_an_example_is_chosen_and_run_and_a_link_of_its_answer_followed(visit: Visit, server: Served) -> None:
    page = visit.page
    page.get_by_label("Find by words").fill("both two genes")
    assert page.inner_text("#found") == f"{page.locator('.example:visible').count()} of {len(load_examples())}"
    page.locator("#example-both-genes summary").click()
    page.locator("#example-both-genes .use").click()
    message_of(visit, "The editor has the example")
    assert re.fullmatch(r"1 row, in [\d.]+ s\.", run_query(visit, "1 row"))
    chosen = find_example("both-genes")
    assert chosen
    expected = [row["title"]["value"] for row in server.ask(chosen.text).json()["results"]["bindings"]]
    assert [row[1] for row in rows(visit)] == expected
    with page.expect_navigation() as opened:
        page.get_by_role("link", name="PMC7378365__fimmu-11-01424-g0002.html").click()
    assert opened.value.status == 200
    assert page.url == f"{server.url}/figures/PMC7378365__fimmu-11-01424-g0002.html"


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_parameters_of_an_example_are_filled_in(has_scripts: bool, browser: Any, server: Served) -> None:
    with visiting(browser, java_script_enabled=has_scripts) as visit:
        page = visit.page
        page.goto(f"{server.url}/queries.html")
        example = page.locator("#example-drawn-with")
        example.locator("summary").click()
        example.get_by_label("gene", exact=True).fill("jak2")
        example.get_by_role("button", name="Edit").click()
        page.wait_for_url("**/queries.html?*gene=jak2*")
        editor = page.locator(".CodeMirror-code") if has_scripts else page.locator("textarea")
        assert "identifiers.org/ncbigene/3717>" in (editor.inner_text() if has_scripts else editor.input_value())
        page.reload()
        assert "identifiers.org/ncbigene/3717>" in (editor.inner_text() if has_scripts else editor.input_value())
        example.locator("summary").click()
        example.get_by_label("gene", exact=True).fill("JAK2")
        example.get_by_role("button", name="Run").click()
        page.locator("#answer td a[title='https://identifiers.org/ncbigene/6774']").wait_for()
        visit.assert_quiet(server.url)
        page.goto(f"{server.url}/queries.html")
        example.locator("summary").click()
        example.get_by_label("gene", exact=True).fill("JAKK2")
        example.get_by_role("button", name="Run").click()
        page.locator("#status, #problem", has_text="similar names: JAK2").wait_for()


def test_iris_of_resources_lead_to_the_pages_of_the_table_of_urls(visit: Visit) -> None:
    iris = [
        "https://pfocr.wikipathways.org/figures/PMC1__F1.html", "https://pfocr.wikipathways.org/figures/.html",
        "https://identifiers.org/ncbigene/6772", "https://pfocr.wikipathways.org/families/NF-%CE%BAB", "https://identifiers.org/ncbigene/",
        "https://pfocr.wikipathways.org/families/a%2Fb%20c", "https://pfocr.wikipathways.org/families/..%2F..%2Fetc",
        "https://pfocr.wikipathways.org/families/%00", "https://pfocr.wikipathways.org/families/%FF", "https://identifiers.org/pmc/PMC1",
        "https://identifiers.org/chebi/CHEBI:76072", "http://id.nlm.nih.gov/mesh/D000431", "http://purl.obolibrary.org/obo/DOID_162",
        "http://purl.obolibrary.org/obo/NCBITaxon_9606", "https://example.org/", "javascript:alert(1)",
    ]  # fmt: skip
    expected = [[address.url(HTML) for entity_type in ENTITY_TYPES if (address := address_from_iri(iri, entity_type))] for iri in iris]
    script = """async iris => {
        const { pagesOf } = await import("./assets/answers.js");
        const { kinds } = JSON.parse(document.getElementById("given").textContent);
        return iris.map((iri) => pagesOf(iri, kinds).map(({ url }) => url));
    }"""
    assert visit.page.evaluate(script, iris) == expected


def test_pages_with_portable_names_are_reached_by_the_paths_of_iris(visit: Visit) -> None:
    names = (("figure", "PMC1__f1"), ("figure", "PMC1__F1"), ("family", "STAT"), ("family", "Notch"), ("family", "a/b c"))
    addresses = [PageAddress(ENTITY_TYPES_BY_NAME[type_name], name, has_portable_path=True) for type_name, name in names]
    script = """async ([iris, portable]) => {
        const { pagesOf } = await import("./assets/answers.js");
        const { kinds } = JSON.parse(document.getElementById("given").textContent);
        return iris.map((iri) => pagesOf(iri, kinds, portable).map(({ url }) => url));
    }"""
    expected = [[address.iri.removeprefix(SITE_URL) if address.is_renamed else address.url(HTML)] for address in addresses]
    assert sum(address.is_renamed for address in addresses) == 3
    assert visit.page.evaluate(script, [[address.iri for address in addresses], PORTABLE_PATH_PATTERN]) == expected


def test_resources_whose_iris_do_not_give_their_type_lead_to_the_right_pages(visit: Visit, store: Path) -> None:
    text = "SELECT DISTINCT ?thing ?kind { ?thing a ?kind FILTER (STRSTARTS(STR(?thing), STR(mesh:))) } ORDER BY ?thing LIMIT 20"
    class_names = {row["thing"]: row["kind"].rpartition("#")[2] for row in query(store, text)}
    assert {"Chemical", "Disease"} <= set(class_names.values())
    put(visit, text)
    run_query(visit, " rows")
    visit.page.locator("#answer td a[href^='chemicals/']").first.wait_for()
    links = visit.page.locator("#answer td:first-child a").all()
    folders = {"Chemical": "chemicals", "Disease": "diseases"}
    for link in links:
        class_name = class_names[link.get_attribute("title")]
        assert link.get_attribute("href").split("/")[0] == folders[class_name]


@pytest.mark.parametrize("query_form", ["select", "construct", "answer"])
def test_hostile_answers_are_inert(query_form: str, visit: Visit, server: Served) -> None:
    page = visit.page
    pattern = f"GRAPH <{HOSTILE}> {{ ?s ?p ?o }}"
    text = f"SELECT * {{ {pattern} }} ORDER BY ?p" if query_form != "construct" else f"CONSTRUCT {{ ?s ?p ?o }} {{ {pattern} }}"
    if query_form == "answer":
        page.goto(f"{server.url}/sparql?{urlencode({'query': text})}")
    else:
        put(visit, text)
        run_query(visit, " statements" if query_form == "construct" else " rows")
    area = page.locator("main")
    assert area.locator("img, svg, script").count() == 0
    assert all(href.startswith(("https://", "#", "?", "queries.html", "sparql?query=", "dataset.html")) for href in links_of(area))
    values = page.locator("table.rows bdi", has_text="onerror").all()
    assert [value.text_content() for value in values] == [replace_bidi_controls(EVIL) if query_form == "answer" else EVIL] * len(EVIL_IRIS)
    assert {value.evaluate("element => getComputedStyle(element).unicodeBidi") for value in values} == {"isolate"}
    assert [link for link in links_of(page.locator("table.rows")) if "etc" in link] == [EVIL_IRIS[3]]


def links_of(area: Any) -> list[str]:
    return [str(link.get_attribute("href")) for link in area.locator("a").all()]


def downloaded(visit: Visit, name: str) -> bytes:
    """The file that a download button gives."""
    with visit.page.expect_download() as download:
        visit.page.locator(".downloads").get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_an_answer_is_downloaded_in_every_format(visit: Visit, server: Served) -> None:
    text = "SELECT ?s ?p ?o { ?s ?p ?o FILTER (?s != <https://example.org/a>) } ORDER BY ?s ?p STR(?o) LIMIT 1200"
    put(visit, text)
    assert run_query(visit, " rows").startswith("1,200 rows, in ")
    assert visit.page.locator("#answer tbody tr").count() == 100
    rows_of_csv = list(csv.reader(io.StringIO(downloaded(visit, "CSV").decode(), newline="")))
    expected = list(csv.reader(io.StringIO(server.ask(text, "text/csv").content.decode(), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in rows_of_csv] == [
        [cell.removeprefix("'") for cell in row] for row in expected
    ]
    for name, media_type in (("TSV", "text/tab-separated-values"), ("XML", "application/sparql-results+xml")):
        assert downloaded(visit, name) == server.ask(text, media_type).content
    assert len(json.loads(downloaded(visit, "JSON"))["results"]["bindings"]) == 1200


def test_statements_are_a_table_with_downloads_in_every_format(visit: Visit, server: Served) -> None:
    text = "CONSTRUCT { ?s a ?o ; rdfs:label ?label } { ?s a ?o ; rdfs:label ?label }"
    put(visit, text)
    reply = server.ask(text, "application/n-triples").content
    expected = {str(quad.triple) for quad in pyoxigraph.parse(reply, format=pyoxigraph.RdfFormat.N_TRIPLES)}
    assert run_query(visit, " statements").startswith(f"{len(expected):,} statements, in ")
    assert visit.page.locator("#answer th").all_inner_texts() == ["subject", "predicate", "object"]
    formats = {"Turtle": "TURTLE", "JSON-LD": "JSON_LD", "N-Triples": "N_TRIPLES", "RDF/XML": "RDF_XML"}
    for name, format_name in formats.items():
        parsed = pyoxigraph.parse(downloaded(visit, name), format=getattr(pyoxigraph.RdfFormat, format_name))
        assert {str(quad.triple) for quad in parsed} == expected, name
    put(visit, "ASK { ?s a pfocr:Figure }")
    assert run_query(visit, "Yes").startswith("Yes, in ")
    assert visit.page.inner_text(".truth") == "Yes The pattern matches."
    assert visit.page.locator(".downloads button").all_inner_texts() == ["JSON", "XML"]


def test_cells_of_a_csv_file_are_no_formulas(visit: Visit) -> None:
    put(visit, """SELECT * { VALUES ?a { "=1+1" "@SUM(A1)" "+1" "-1" -1 "a,\\"b" } }""")
    run_query(visit, "6 rows")
    cells = [row[0] for row in csv.reader(io.StringIO(downloaded(visit, "CSV").decode()))]
    assert cells == ["a", "'=1+1", "'@SUM(A1)", "'+1", "'-1", "-1", 'a,"b']


SORTED = """SELECT ?value { VALUES ?value {
  "b" "a10" "a9" 10 9 -1.5 1000 "2023-05-01"^^xsd:date "2022"^^xsd:gYear "2022-12"^^xsd:gYearMonth "2023-05-01T10:00:00Z"^^xsd:dateTime
  UNDEF
} }"""


def test_columns_are_sorted_by_type_with_the_keyboard_and_back(visit: Visit) -> None:
    put(visit, SORTED)
    run_query(visit, "12 rows")
    given = [row[0] for row in rows(visit)]
    header, button = visit.page.locator("#answer th"), visit.page.locator("#answer th button")
    button.focus()
    visit.page.keyboard.press("Enter")
    ascending = [
        "-1.5", "9", "10", "1000", "2022 xsd:gYear", "2022-12 xsd:gYearMonth", "2023-05-01 xsd:date", "2023-05-01T10:00:00Z xsd:dateTime",
        "a9", "a10", "b", "",
    ]  # fmt: skip
    assert (header.get_attribute("aria-sort"), [row[0] for row in rows(visit)]) == ("ascending", ascending)
    visit.page.keyboard.press("Space")
    assert (header.get_attribute("aria-sort"), [row[0] for row in rows(visit)]) == ("descending", [*ascending[-2::-1], ""])
    visit.page.keyboard.press("Enter")
    assert (header.get_attribute("aria-sort"), [row[0] for row in rows(visit)]) == (None, given)
    assert button.evaluate("element => element === document.activeElement")


def test_the_table_of_a_served_answer_is_sorted_by_type(visit: Visit, server: Served) -> None:
    text = "SELECT ?value { VALUES ?value { 10 9 -1.5 1000 -20 } }"
    visit.page.goto(f"{server.url}/sparql?{urlencode({'query': text})}")
    visit.page.get_by_role("button", name="value").click()
    assert rows(visit) == [["-20"], ["-1.5"], ["9"], ["10"], ["1000"]]


def test_thousands_of_rows_are_paged_and_filtered(visit: Visit) -> None:
    page = visit.page
    digits = "{ " + " ".join(str(digit) for digit in range(10)) + " }"
    variables = "?a ?b ?c ?d"
    values = " ".join(f"VALUES {name} {digits}" for name in variables.split())
    put(visit, f"SELECT (1000 * ?a + 100 * ?b + 10 * ?c + ?d AS ?n) {{ {values} }} ORDER BY DESC(?n)")
    run_query(visit, "10,000 rows")
    shown = page.locator(".pager output")
    assert (shown.inner_text(), len(rows(visit))) == ("1–100 of 10,000", 100)
    page.locator("#answer th button").click()
    assert rows(visit)[0] == ["0"]
    page.get_by_role("button", name="Next").click()
    assert (shown.inner_text(), rows(visit)[0]) == ("101–200 of 10,000", ["100"])
    page.get_by_role("button", name="Last").click()
    assert (shown.inner_text(), rows(visit)[-1]) == ("9,901–10,000 of 10,000", ["9999"])
    page.get_by_role("button", name="Next").click(force=True)  # there is no next page
    assert rows(visit)[-1] == ["9999"]
    page.get_by_label("Rows per page").select_option("500")
    assert (shown.inner_text(), len(rows(visit))) == ("9,501–10,000 of 10,000", 500)
    page.get_by_label("Filter the rows by a text").fill("77")
    assert shown.inner_text() == "1–280 of 280 that match"
    page.get_by_label("Filter the rows by a text").fill("x")
    assert shown.inner_text() == "No row matches"


def test_resources_have_their_names_unless_the_row_has_them(visit: Visit) -> None:
    put(visit, "SELECT ?gene { VALUES ?gene { ncbigene:6772 <https://example.org/unknown> } }")
    run_query(visit, "2 rows")
    assert rows(visit) == [["ncbigene:6772 STAT1"], ["https://example.org/unknown"]]
    put(
        visit,
        "PREFIX entrez: <https://identifiers.org/ncbigene/> SELECT ?gene ?symbol { VALUES ?gene { entrez:6772 } ?gene rdfs:label ?symbol }",
    )
    run_query(visit, "1 row")
    assert rows(visit) in ([["ncbigene:6772", "STAT1"]], [["entrez:6772", "STAT1"]])


def test_values_say_their_types(visit: Visit) -> None:
    put(visit, 'SELECT * { VALUES (?a ?b ?c ?d) { (12 "wort"@de "2023"^^xsd:gYear UNDEF) } BIND (BNODE() AS ?e) }')
    run_query(visit, "1 row")
    assert rows(visit)[0][:4] == ["12", "wort de", "2023 xsd:gYear", ""]
    assert rows(visit)[0][4].startswith("_:")
    assert visit.page.locator("#answer td.number").get_attribute("title") == "xsd:integer"


def test_what_goes_wrong_is_told_in_words(browser: Any, server: Served) -> None:
    with visiting(browser) as visit:
        visit.page.goto(f"{server.url}/queries.html")
        put(visit, "SELECT * { ?s ?p")
        assert "The endpoint reports: the query, line 1" in run_query(visit, "reports")
        put(visit, "SELECT * {}")
        for reply, says in (
            ({"status": 502, "content_type": "text/html", "body": "<h1>no</h1>"}, "did not answer: 502"),
            ({"content_type": "text/html", "body": "<h1>Welcome</h1>"}, "may be no SPARQL endpoint"),
            ({"content_type": "application/json", "body": '{"head": 1}'}, "JSON that is no answer"),
            ({"content_type": "application/json", "body": "{"}, "JSON that is no answer"),
        ):  # fmt: skip
            visit.page.route("**/sparql", partial(lambda reply, route: route.fulfill(**reply), reply))
            assert says in run_query(visit, says)
            assert visit.page.locator("#answer").is_hidden()
        visit.page.route("**/sparql", lambda route: route.abort())
        assert "cannot be reached" in run_query(visit, "cannot be reached")


def test_a_query_can_be_cancelled(browser: Any, server: Served) -> None:
    with visiting(browser) as visit:
        visit.page.goto(f"{server.url}/queries.html")
        put(visit, ENDLESS)
        run_query(visit, "Running")
        visit.page.get_by_role("button", name="Cancel").click()
        message_of(visit, "Cancelled after")
        assert visit.page.locator("#cancel").is_hidden()
        put(visit, "ASK {}")
        assert run_query(visit, "Yes")


def test_the_address_says_what_is_in_the_field(visit: Visit, server: Served) -> None:
    put(visit, "ASK { ?s ?p 'ä+&' }")
    run_query(visit, "No")
    visit.page.reload()
    assert run_query(visit, "No")
    chosen = find_example("years")
    assert chosen
    visit.page.goto(f"{server.url}/queries.html?example=years")
    run_query(visit, " row")
    assert len(rows(visit)) == len(server.ask(chosen.text).json()["results"]["bindings"])


def test_the_editor_completes_marks_what_is_wrong_and_lets_go(visit: Visit) -> None:
    with_editor()
    page = visit.page
    put(visit, "")
    page.keyboard.type("SELECT * { ?figure pfocr:mentionsF")
    page.locator(".CodeMirror-hint:only-child", has_text="pfocr:mentionsFamily").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type(" ?family }")
    assert re.fullmatch(r"[1-9]\d* rows, in .*", run_query(visit, " rows"))  # so the prefix was declared, and the name completed
    put(visit, "")
    page.keyboard.type("SELECT * { ?figure a pfocr:Fi")
    page.keyboard.press("Control+Space")  # which asks a server in the editor as it comes
    page.locator(".CodeMirror-hint", has_text="pfocr:Figure").first.wait_for()
    page.keyboard.press("Escape")
    put(visit, "SELECT * {\n  ?s nothing:here ?o }")
    assert page.inner_text("#syntax") == "Line 2, column 6: Prefix 'nothing' is not defined."
    page.locator(".mark").hover()
    put(visit, "SELECT * {}")
    assert page.inner_text("#syntax") == ""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Query"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("Object.keys(localStorage)") == ["pfocr-queries"]  # the editor stores nothing


def brightness(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_can_be_read_in_light_and_dark(scheme: Any, browser: Any, server: Served) -> None:
    with_editor()
    with visiting(browser, color_scheme=scheme) as visit:
        visit.page.goto(f"{server.url}/queries.html")
        put(visit, "# why\nPREFIX a: <https://a.b/>\nSELECT * { ?s a:b 'x', 12 ; }} wrong")
        colours = visit.page.evaluate("""() => {
            const ground = getComputedStyle(document.querySelector(".CodeMirror")).backgroundColor;
            const parts = [...document.querySelectorAll(".CodeMirror-line span[class^=cm-], .CodeMirror-linenumber, .mark")];
            return parts.map((part) => [part.className, getComputedStyle(part).color, ground]);
        }""")
        assert len({name for name, _, _ in colours}) > 7
        for name, text, ground in colours:
            light, dark = sorted((brightness(text), brightness(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, text, ground)


def wrong_parts(visit: Visit) -> list[str]:
    return list(visit.page.locator(".wrong-part").all_inner_texts())


def test_an_error_is_marked_where_the_endpoint_found_it(browser: Any, server: Served) -> None:
    with_editor()
    with visiting(browser) as visit:
        visit.page.goto(f"{server.url}/queries.html")
        put(visit, "SELECT * {\n  ?s ?p ?o .\n  FILTER (STRLENGTH(?o) > 3)\n}")
        message = run_query(visit, "reports")
        assert re.search(r"line 3, column \d+", message)
        assert visit.page.locator(".mark").count() == 1
        assert (
            visit.page.locator(".CodeMirror-code > div", has=visit.page.locator(".mark")).locator(".CodeMirror-linenumber").inner_text()
            == "3"
        )
        assert wrong_parts(visit)
        put(visit, "ASK {}")
        assert wrong_parts(visit) == []


@pytest.mark.parametrize(
    "update", ["INSERT DATA { <a:b> <a:c> 1 }", "PREFIX a: <a:>\nDELETE WHERE { ?s a:b ?o }", "LOAD <https://example.org/>"]
)
def test_the_editor_never_offers_updates(update: str, visit: Visit) -> None:
    with_editor()
    put(visit, update)
    verb = next(word for word in ("INSERT", "DELETE", "LOAD") if word in update)
    assert visit.page.inner_text("#syntax").endswith(f"{verb} changes data, and this page only queries.")
    assert wrong_parts(visit) == [verb]
    put(visit, "X")
    message = visit.page.inner_text("#syntax")
    assert "expected" in message
    assert not re.search("INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH", message)


def test_prefixes_that_the_service_knows_need_no_declaration(visit: Visit) -> None:
    with_editor()
    put(visit, "SELECT * { ?figure a pfocr:Figure }")
    assert visit.page.inner_text("#syntax") == ""


def test_a_query_that_is_too_slow_says_what_helps(browser: Any, store: Path, tmp_path: Path) -> None:
    with served(store, tmp_path, "--workers", "1", "--timeout", "1") as impatient:
        with visiting(browser) as visit:
            visit.page.goto(f"{impatient.url}/queries.html")
            put(visit, ENDLESS)
            visit.page.locator("#run").click()
            message = message_of(visit, "took longer than 1 seconds")
            assert all(advice in message for advice in ADVICE_BY_STATUS[504])
        with visiting(browser, java_script_enabled=False) as visit:
            visit.page.goto(f"{impatient.url}/sparql?{urlencode({'query': ENDLESS})}")
            assert all(advice in visit.page.inner_text("#problem") for advice in ADVICE_BY_STATUS[504])
            assert visit.page.locator("textarea").input_value() == ENDLESS


def test_an_answer_that_is_too_large_for_a_page_can_be_downloaded(browser: Any, server: Served) -> None:
    with visiting(browser) as visit:
        replace = partial(lambda route: route.fulfill(content_type="text/javascript", body=script))
        script = (ASSETS_DIR / "endpoint.js").read_text(encoding="utf-8").replace("1 << 26", "1 << 6")
        visit.page.route("**/assets/endpoint.js", replace)
        visit.page.goto(f"{server.url}/queries.html")
        put(visit, "SELECT ?gene { ?gene a pfocr:Gene } LIMIT 3")
        assert run_query(visit, "too large") == "The answer is too large for a page: add LIMIT, or download it."
        assert downloaded(visit, "CSV").count(b"\r\n") == 4


def open_menu(visit: Visit, name: str) -> None:
    visit.page.locator(f"#{name}:not([open]) summary").click()
    visit.page.locator(f"#{name} div > *").first.wait_for()


def test_queries_are_in_the_history_until_it_is_cleared(visit: Visit) -> None:
    page = visit.page
    hostile = f'ASK {{ ?s ?p "{EVIL.replace(chr(34), "")}" }}'
    for text in ("ASK {}", hostile):
        put(visit, text)
        run_query(visit, ", in ")
    page.reload()
    open_menu(visit, "history")
    items = page.locator("#history li")
    assert items.count() == 2
    assert items.nth(0).locator("img, svg, script").count() == 0
    assert "onerror" in items.nth(0).inner_text()
    assert "\u202e" not in str(items.nth(0).locator("button").get_attribute("title"))
    items.nth(1).locator("button").click()
    assert run_query(visit, "Yes")
    page.get_by_role("button", name="Clear").click()
    assert (items.count(), page.evaluate("localStorage.length")) == (0, 0)


def test_the_history_has_the_last_fifty_queries(visit: Visit) -> None:
    script = """async () => {
        const { QueryHistory } = await import("./assets/history.js");
        const past = new QueryHistory();
        for (let index = 0; index < 60; index += 1) past.add(`ASK { ?s ?p ${index} }`, "No");
        past.add("x".repeat(30_000), "No");
        past.add("ASK { ?s ?p 30 }", "Yes");
        return [new QueryHistory().entries.length, new QueryHistory().entries[0].query, new QueryHistory().entries.at(-1).query];
    }"""
    assert visit.page.evaluate(script) == [50, "ASK { ?s ?p 30 }", "ASK { ?s ?p 10 }"]


@pytest.mark.parametrize("stored", ["{", "null", "[1, null, {}]", '[{"query": 1, "time": 2}]', '[{"query": "ASK {}", "time": "x"}]'])
def test_a_history_that_another_program_wrote_is_no_history(stored: str, visit: Visit) -> None:
    visit.page.evaluate("stored => localStorage.setItem('pfocr-queries', stored)", stored)
    visit.page.reload()
    open_menu(visit, "history")
    visit.page.locator("#history div", has_text="No queries yet.").wait_for()


def test_the_page_works_where_storage_is_forbidden(visit: Visit) -> None:
    page = visit.page
    page.add_init_script("Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })")
    page.reload()
    put(visit, "ASK {}")
    run_query(visit, "Yes")
    open_menu(visit, "history")
    assert "This browser stores nothing" in page.inner_text("#history")
    assert page.locator("#history li").count() == 1


def test_a_query_is_shared_as_a_link_and_as_code_that_runs(visit: Visit, server: Served) -> None:
    page = visit.page
    filters = """FILTER (?label != "it's $(id) `id` \\\\")"""
    text = f"SELECT ?gene WHERE {{\n  ?gene a pfocr:Gene ; rdfs:label ?label {filters}\n}} ORDER BY ?gene LIMIT 2"
    put(visit, text)
    open_menu(visit, "share")
    link, command, program = page.locator("#share pre").all_text_contents()
    answer = server.ask(text, "text/csv")
    assert answer.status_code == 200
    assert subprocess.run(["sh", "-c", f"{command} --silent"], capture_output=True, check=True).stdout == answer.content
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert printed.splitlines() == [str({"gene": row["gene"]["value"]}) for row in server.ask(text).json()["results"]["bindings"]]
    page.goto(link)
    run_query(visit, "2 rows")
    put(visit, f"ASK {{}} # {'x' * 4000}")
    open_menu(visit, "share")
    assert "longer than 4,000 characters, too long for a link" in page.inner_text("#share")
    assert page.locator("#share pre").count() == 2


def test_code_of_a_query_with_control_characters_is_safe_to_paste(visit: Visit, server: Served) -> None:
    script = """async ([endpoint, query]) => {
        const { curl, python } = await import("./assets/snippets.js");
        return [curl(endpoint, query, "text/csv"), python(endpoint, query, false)];
    }"""
    text = "ASK {} # \x1b[201~\r'; id\n\u202e'"
    for code in visit.page.evaluate(script, [f"{server.url}/sparql", text]):
        assert not re.search("[\x1b\r\u202e]", code)
    assert f"query={quote(text, safe='{}()*!~')}".replace("{}", "%7B%7D") in visit.page.evaluate(script, [f"{server.url}/sparql", text])[0]


def test_statements_of_ntriples_are_read_as_they_are_written(visit: Visit) -> None:
    text = (
        '<a:b> <a:c> "x\\n\\"\\u00e4\\U0001F600\\\\" .\n_:b1 <a:c> _:b2 .\n<a:b> <a:c> "w"@de-AT .\n'
        '# note\n\n<a:b> <a:c> "1"^^<a:d> .\n<a:b> <a:c> <a:e> .\n'
    )
    script = """async (text) => (await import("./assets/endpoint.js")).parseTriples(text)?.results.bindings.map(({ object }) => object)"""
    assert visit.page.evaluate(script, text) == [
        {"type": "literal", "value": 'x\n"ä😀\\', "datatype": "http://www.w3.org/2001/XMLSchema#string"},
        {"type": "bnode", "value": "b2"},
        {"type": "literal", "value": "w", "xml:lang": "de-AT"},
        {"type": "literal", "value": "1", "datatype": "a:d"},
        {"type": "uri", "value": "a:e"},
    ]
    assert visit.page.evaluate(script, "<a:b> <a:c> <<( <a:b> <a:c> <a:d> )>> .") is None


@pytest.mark.parametrize("has_scripts", [True, False])
def test_everybody_can_use_answers_errors_and_menus(has_scripts: bool, browser: Any, server: Served) -> None:
    faults = []
    states = {
        "rows": "SELECT ?gene ?symbol ?n { ?gene a pfocr:Gene ; rdfs:label ?symbol BIND (STRLEN(?symbol) AS ?n) } ORDER BY ?gene LIMIT 20",
        "statements": "CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 20", "boolean": "ASK {}", "error": "SELECT * {\n  ?s ?p\n}",
    }  # fmt: skip
    with visiting(browser, viewport={"width": 390, "height": 800}) as visit:
        page = visit.page
        for name, text in states.items():
            if has_scripts:
                page.goto(f"{server.url}/queries.html?{urlencode({'query': text})}")
                page.locator("#run").click()
                page.locator("#status:not(:has-text('Running'))", has_text=re.compile(r"\w")).wait_for()
                open_menu(visit, "share")
                open_menu(visit, "history")
            else:
                page.goto(f"{server.url}/sparql?{urlencode({'query': text})}")
            page.evaluate(axe_script())
            for width, scheme in ((390, "light"), (1200, "dark")):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                if page.evaluate(WIDE) > 0:
                    faults.append(f"{name}, {width} px: {page.evaluate(WIDE)} px stand out")
                rules = None if scheme == "light" else ["color-contrast"]  # the colours are all that the dark changes
                faults += [f"{name}, {width} px, {scheme}: {violation}" for violation in page.evaluate(AXE, rules)]
    assert faults == []


def test_nothing_moves_while_the_page_loads(browser: Any, server: Served) -> None:
    with visiting(browser) as visit:
        visit.page.add_init_script(
            "globalThis.shift = 0; new PerformanceObserver((list) => {"
            " for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;"
            "}).observe({ type: 'layout-shift', buffered: true })"
        )
        for size in ({"width": 1200, "height": 900}, {"width": 390, "height": 800}):
            visit.page.set_viewport_size(size)
            visit.page.goto(f"{server.url}/queries.html?example=years")
            visit.page.wait_for_timeout(300)
            assert visit.page.evaluate("globalThis.shift") == 0, size


def test_without_the_editor_there_is_a_plain_field(browser: Any, server: Served) -> None:
    with visiting(browser) as visit:
        visit.page.route("**/editor/*", lambda route: route.abort())
        visit.page.goto(f"{server.url}/queries.html")
        put(visit, "ASK { ?s a pfocr:Figure }")
        assert visit.page.locator("textarea").input_value() == "ASK { ?s a pfocr:Figure }"
        visit.page.keyboard.press("Control+Enter")
        message_of(visit, "Yes, in")


def test_without_scripts_forms_do_it(browser: Any, server: Served) -> None:
    with visiting(browser, java_script_enabled=False) as visit:
        page = visit.page
        page.goto(f"{server.url}/sparql")
        page.locator("#example-both-genes summary").click()
        page.locator("#example-both-genes .use").click()
        assert "/ncbigene/6774>" in page.locator("textarea").input_value()
        page.locator("#run").click()
        assert page.locator("table.rows tbody tr").count() == 1
        assert page.locator(".example").count() == len(load_examples())
        with page.expect_download() as download:
            page.locator(".downloads").get_by_role("link", name="CSV").click()
        assert Path(download.value.path()).read_bytes().startswith(b"figure,title")
        assert "/ncbigene/6774>" in page.locator("textarea").input_value()
        visit.assert_quiet(server.url)


@contextmanager
def static(folder: Path, endpoint: str) -> Iterator[str]:
    """A static site with nothing but the page, in a web server that knows nothing of it."""
    folder.mkdir()
    shutil.copytree(ASSETS_DIR, folder / "assets")
    (folder / "queries.html").write_text(render_query_page(Site(endpoint=endpoint)), encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
            thread.join()


def test_a_static_page_asks_the_endpoint_that_it_names_and_nobody_else(browser: Any, server: Served, tmp_path: Path) -> None:
    with static(tmp_path / "site", f"{server.url}/sparql") as url, visiting(browser) as visit:
        visit.page.goto(f"{url}/queries.html")
        put(visit, "SELECT ?figure { ?figure a pfocr:Figure } ORDER BY ?figure")
        assert run_query(visit, " rows").startswith("6 rows")
        assert links_of(visit.page.locator("#answer"))[0].startswith("figures/PMC")
        foreign_urls = {requested for requested in visit.requested if not requested.startswith(f"{url}/")}
        assert (foreign_urls, visit.failed, visit.said) == ({f"{server.url}/sparql"}, [], [])
        assert visit.page.evaluate("url => fetch(url).catch((error) => error.name)", f"http://localhost:{server.port}/") == "TypeError"
        assert any("Content Security Policy" in text for text in visit.said)


def test_a_static_page_sets_parameters_like_the_service(browser: Any, server: Served, tmp_path: Path) -> None:
    """A name, an identifier, a CURIE and an IRI give the text that the service gives; mistakes are named."""
    with static(tmp_path / "site", f"{server.url}/sparql") as url, visiting(browser) as visit:
        page = visit.page
        page.goto(f"{url}/queries.html")
        example = page.locator("#example-drawn-with")
        example.locator("summary").click()
        for value in ("jak2", "3717", "NCBIGene:3717", "https://identifiers.org/ncbigene/3717"):
            example.get_by_label("gene", exact=True).fill(value)
            page.evaluate("document.querySelector('#status').textContent = ''")
            example.get_by_role("link", name="Edit").click()
            message_of(visit, "Genes in the same figures as a gene")
            text = str(
                page.evaluate("document.querySelector('.CodeMirror')?.CodeMirror.getValue() ?? document.querySelector('textarea').value")
            )
            assert "VALUES ?gene { <https://identifiers.org/ncbigene/3717> }" in text
        for value, problem in (
            ("JAKK2", "there is no gene JAKK2"),
            ("https://example.org/x", "is no IRI of a gene"),
            ('"} x {', "there is no gene"),
        ):
            example.get_by_label("gene", exact=True).fill(value)
            example.get_by_role("button", name="Run").click()
            message_of(visit, problem)
        bind_two = """async (values) => {
            const { bindParameters } = await import(new URL("assets/parameters.js", document.baseURI));
            const parameters = values.map(([name, value]) => ({ name, type: { name: "text" }, value }));
            return bindParameters('SELECT * { VALUES ?a { "x" } values ?b { "y" } VALUES ?B { 1 } }', parameters);
        }"""
        values = {"a": "VALUES ?b { z }", "b": "} UNION { ?s ?p ?o "}
        bound = page.evaluate(bind_two, list(values.items()))
        assert bound == 'SELECT * { VALUES ?a { "VALUES ?b { z }" } values ?b { "} UNION { ?s ?p ?o" } VALUES ?B { 1 } }'
        assert (visit.failed, visit.said) == ([], [])


def test_a_static_page_without_an_endpoint_finds_examples(browser: Any, tmp_path: Path) -> None:
    with static(tmp_path / "site", "") as url, visiting(browser, viewport={"width": 360, "height": 700}) as visit:
        visit.page.goto(f"{url}/queries.html")
        visit.page.get_by_label("Find by words").fill("wikipathways  uniprot")
        assert visit.page.locator("details.example:visible").count() == int(visit.page.inner_text("#found").split()[0])
        visit.page.get_by_label("Find by words").fill("nothing-is-like-this")
        assert visit.page.inner_text("#found") == f"0 of {len(load_examples())}"
        visit.page.get_by_label("Find by words").fill("")
        visit.page.locator(".example summary").first.click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
        visit.assert_quiet(url)
