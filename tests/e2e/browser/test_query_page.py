"""The page with the queries: right with and without an endpoint, asks nobody but its endpoint, and makes hostile answers inert."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.support.browser import Visit, chromium, skip_or_fail, visiting
from tests.support.records import ROOT, exported
from tests.support.service import Served, served

from pfocr2rdf import load, query
from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site
from pfocr2rdf.site.pages.portable_names import PORTABLE_PATH_PATTERN
from pfocr2rdf.site.pages.query_page import EDITOR_SCRIPT, render_query_page
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
    visit.page.get_by_role("button", name="Run", exact=True).click()
    return message_of(visit, says)


def message_of(visit: Visit, says: str) -> str:
    """The message on a query, as soon as it contains this text."""
    status = visit.page.locator("#status", has_text=says)
    status.wait_for()
    return str(status.inner_text())


def rows(visit: Visit) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in visit.page.locator("#answer tbody tr").all()]


def test_an_example_is_chosen_and_run_and_a_link_of_its_answer_followed(visit: Visit, server: Served) -> None:
    page = visit.page
    page.get_by_label("Find by words").fill("both two genes")
    assert page.inner_text("#found") == f"1 of {len([example for example in load_examples() if not example.services])}"
    page.locator("summary:visible").click()
    page.locator("a.use:visible").click()
    assert re.fullmatch(r"1 row, in [\d.]+ s\.", run_query(visit, "1 row"))
    chosen = find_example("both-genes")
    assert chosen
    expected = [row["title"]["value"] for row in server.ask(chosen.text).json()["results"]["bindings"]]
    assert [row[1] for row in rows(visit)] == expected
    with page.expect_navigation() as opened:
        page.get_by_role("link", name="PMC7378365__fimmu-11-01424-g0002.html").click()
    assert opened.value.status == 200
    assert page.url == f"{server.url}/figures/PMC7378365__fimmu-11-01424-g0002.html"


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
        run_query(visit, "tatements" if query_form == "construct" else " rows")
    area = page.locator("main")
    assert area.locator("img, svg, script").count() == 0
    assert all(href.startswith(("https://", "#", "?", "queries.html")) for href in links_of(area))
    if query_form == "construct":
        assert "\\u202Egpj.exe" in page.inner_text("#answer pre")
        assert "\u202e" not in page.inner_text("#answer pre")
    else:
        values = page.locator("table.rows bdi", has_text="onerror").all()
        assert [value.text_content() for value in values] == [replace_bidi_controls(EVIL) if query_form == "answer" else EVIL] * len(
            EVIL_IRIS
        )
        assert {value.evaluate("one => getComputedStyle(one).unicodeBidi") for value in values} == {"isolate"}
        assert [link for link in links_of(page.locator("table.rows")) if "etc" in link] == [EVIL_IRIS[3]]


def links_of(area: Any) -> list[str]:
    return [str(link.get_attribute("href")) for link in area.locator("a").all()]


def test_an_answer_is_kept_as_a_file(visit: Visit, server: Served, store: Path) -> None:
    def kept(name: str) -> bytes:
        with visit.page.expect_download() as download:
            visit.page.get_by_role("button", name=name).click()
        return Path(download.value.path()).read_bytes()

    text = "SELECT ?s ?p ?o { ?s ?p ?o FILTER (?s != <https://example.org/a>) } ORDER BY ?s ?p STR(?o) LIMIT 1200"
    put(visit, text)
    assert "1,200 rows; the first 1,000 are shown, the files have all" in run_query(visit, " rows")
    assert visit.page.locator("#answer tbody tr").count() == 1000
    lines = kept("CSV").split(b"\r\n")
    assert len(lines) == 1202
    assert sorted(lines) == sorted(server.ask(text, "text/csv").content.split(b"\r\n"))
    assert len(json.loads(kept("JSON"))["results"]["bindings"]) == 1200
    put(visit, "CONSTRUCT { ?s a ?o } { ?s a ?o }")
    run_query(visit, "Statements")
    graph = set(pyoxigraph.parse(kept("Turtle"), format=pyoxigraph.RdfFormat.TURTLE))
    assert len(graph) == len(list(query(store, "CONSTRUCT { ?s a ?o } { ?s a ?o }")))
    put(visit, "ASK { ?s a pfocr:Figure }")
    assert run_query(visit, "Yes").startswith("Yes, in ")


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
        assert "The endpoint says: the query, line 1" in run_query(visit, "says")
        put(visit, "SELECT * {}")
        for reply, says in (
            ({"status": 502, "content_type": "text/html", "body": "<h1>no</h1>"}, "does not answer this: 502"),
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
        run_query(visit, "Asking")
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
    assert page.inner_text("#syntax") == "Line 2 is not right: Prefix 'nothing' is not defined."
    page.locator(".mark").hover()
    put(visit, "SELECT * {}")
    assert page.locator("#syntax").is_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Query"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("localStorage.length") == 0


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
        page.locator("summary", has_text="Figures that mention both").click()
        page.get_by_role("link", name="Put it into the field").locator("visible=true").click()
        assert "ncbigene:6774" in page.locator("textarea").input_value()
        page.get_by_role("button", name="Run", exact=True).click()
        assert page.locator("table.rows tbody tr").count() == 1
        assert "ncbigene:6774" in page.locator("textarea").input_value()
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


def test_a_static_page_without_an_endpoint_finds_examples(browser: Any, tmp_path: Path) -> None:
    with static(tmp_path / "site", "") as url, visiting(browser, viewport={"width": 360, "height": 700}) as visit:
        visit.page.goto(f"{url}/queries.html")
        visit.page.get_by_label("Find by words").fill("wikipathways  uniprot")
        assert visit.page.locator("details:visible").count() == int(visit.page.inner_text("#found").split()[0])
        visit.page.get_by_label("Find by words").fill("nothing-is-like-this")
        assert visit.page.inner_text("#found") == f"0 of {len(load_examples())}"
        visit.page.get_by_label("Find by words").fill("")
        visit.page.locator("summary").first.click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
        visit.assert_quiet(url)
