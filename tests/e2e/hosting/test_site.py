"""A published site on real web servers, and the pages of a service, checked through HTTP clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import httpx
import pytest
from tests.support.records import ROOT
from tests.support.websites import Server, apache, nginx

from pfocr2rdf import StoreError, export, load, publish
from pfocr2rdf.server.app import application
from pfocr2rdf.site.audit.check import check_site

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Starts = Callable[[Path, Path], AbstractContextManager[Server]]

FIGURE = "figures/PMC7378365__fimmu-11-01424-g0002"


@pytest.fixture(scope="module")
def exported_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "output"
    export([ROOT / "examples"], folder)
    return folder


@pytest.mark.parametrize("precompressed", ["no", "beside", "only"])
@pytest.mark.parametrize("host", [nginx, apache], ids=["nginx", "apache"])
def test_a_published_site_has_no_fault_on_a_real_host(host: Starts, precompressed: str, exported_examples: Path, tmp_path: Path) -> None:
    publish(exported_examples, tmp_path / "site", precompressed=precompressed)
    (tmp_path / "host").mkdir()
    with host(tmp_path / "host", tmp_path / "site") as server:
        report = check_site(server.url, samples=5, negotiates=True)
        assert not report.findings, [str(finding) for finding in report.findings]
        redirect = httpx.get(f"{server.url}/genes/3717", headers={"Accept": "text/turtle"})
        assert (redirect.status_code, redirect.headers["location"].endswith("genes/3717.ttl")) == (303, True)


def test_a_service_has_no_fault_either(store: Path, served: str) -> None:
    report = check_site(served, samples=5, negotiates=True)
    assert not report.findings, [str(finding) for finding in report.findings]


def test_a_service_makes_the_pages_that_a_site_has(store: Path, served: str, tmp_path: Path) -> None:
    publish(store, tmp_path / "site", endpoint="http://sparql.example.org/")
    for path in ("genes/3717", FIGURE, "families/JAK", "papers/PMC7378365", "organisms/9606", "chemicals/D000431", "diseases/D009369"):
        for ending in (".html", ".ttl", ".jsonld"):
            response = httpx.get(f"{served}{path}{ending}")
            want = (tmp_path / "site" / f"{path}{ending}").read_text(encoding="utf-8")
            assert (response.status_code, response.text) == (200, want.replace(" http://sparql.example.org", ""))
    for path in ("browse/index.html", "browse/genes/index.html", "browse/genes/s/index.html", "vocab.ttl"):
        want = (tmp_path / "site" / path).read_text(encoding="utf-8").replace(" http://sparql.example.org", "")
        assert httpx.get(f"{served}{path}").text == want


@pytest.mark.parametrize(
    ("path", "accept", "location"),
    [
        ("genes/3717", "", "genes/3717.html"),
        ("genes/3717", "text/turtle", "genes/3717.ttl"),
        ("genes/3717", "application/ld+json, text/html;q=0.9", "genes/3717.jsonld"),
        ("genes/3717", "text/html,application/xhtml+xml,*/*;q=0.8", "genes/3717.html"),
        (f"{FIGURE}.html", "text/turtle", f"{FIGURE}.ttl"),
        (f"graphs/{FIGURE.partition('/')[2]}", "text/turtle", f"{FIGURE}.ttl"),
        ("dataset", "application/ld+json", "dataset.jsonld"),
        ("vocab", "", "vocab.html"),
        ("dataset/description", "text/turtle", "dataset.ttl"),
    ],
)
def test_iris_lead_to_the_preferred_representation(path: str, accept: str, location: str, served: str) -> None:
    response = httpx.get(f"{served}{path}", headers={"Accept": accept})
    assert (response.status_code, response.headers["location"], response.headers["vary"]) == (303, f"/{location}", "Accept")


def test_a_mention_leads_to_its_place_on_the_figure(exported_examples: Path, served: str) -> None:
    turtle = (exported_examples / "figures.ttl").read_text(encoding="utf-8")
    name = turtle.partition("\nmention:")[2].partition(" ")[0]
    response = httpx.get(f"{served}mentions/{name}", follow_redirects=True)
    assert response.status_code == 200
    assert f'id="{name}"' in response.text


@pytest.mark.parametrize(
    "path",
    ["genes/1", "families/..%2F..%2Fetc", "nothing", "figures/X.html", "browse/cats/index.html",
     "browse/genes/9/index.html",
     "browse/genes/s/page-2.html", "genes/3717/page-2.html", "genes/3717/page-1.html", "mentions/x", "graphs/x", "sitemaps/2.xml",
     "assets/nothing.css",
     "assets/..%2Fpages.py", "%00", "genes/%FF", "genes/3717.ttl.html"],
)  # fmt: skip
def test_what_is_not_there(path: str, served: str) -> None:
    for accept in ("text/html", "text/turtle", "*/*"):
        assert httpx.get(f"{served}{path}", headers={"Accept": accept}).status_code == 404


def test_nothing_is_given_to_those_who_accept_nothing_of_it(served: str) -> None:
    response = httpx.get(f"{served}genes/3717", headers={"Accept": "image/png"})
    assert (response.status_code, "text/turtle" in response.text) == (406, True)


@pytest.mark.parametrize(
    ("query", "first"),
    [("JAK2", "genes/3717.html"), ("jak", "families/JAK.html"), ("3717", "genes/3717.html"),
     ("(STAT", "families/STAT.html"), ("cytokine receptor", f"{FIGURE}.html")],
)  # fmt: skip
def test_the_search_of_a_service(query: str, first: str, served: str) -> None:
    page = httpx.get(f"{served}search.html", params={"q": query}).text
    results = page[page.index('id="results"') :]
    assert results.index(f'href="{first}"') == results.index('href="')


def test_a_service_and_a_published_site_have_the_same_search_index(served: str, store: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(store, site, workers=1)
    assert 'src="assets/search.js"' in httpx.get(f"{served}search.html?q=JAK2").text
    files = [path for path in (site / "search").rglob("*") if path.is_file()]
    for path in files:
        response = httpx.get(f"{served}{path.relative_to(site).as_posix()}")
        assert response.content == path.read_bytes()
    for path in ("search/../index.json", "search/terms/x.bin", "search/things/99999.json", "search/terms/%2e%2e/index.json"):
        assert httpx.get(f"{served}{path}").status_code == 404


@pytest.mark.parametrize("query", ["", " ", "<script>alert(1)</script>", "x" * 100_000 + "%", "\u202e", "' OR 1=1", "\\u0000"])
def test_odd_searches_are_harmless(query: str, served: str) -> None:
    response = httpx.get(f"{served}search.html", params={"q": query[:5000]})
    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.fixture(scope="module")
def store(exported_examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store") / "store"
    load(exported_examples, folder)
    return folder


@pytest.fixture(scope="module")
def served(store: Path) -> object:
    """The URL of a service, in a thread of its own."""
    import socket
    import threading

    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(store), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        while not server.started and thread.is_alive():
            thread.join(0.02)
        yield url
        server.should_exit = True
        thread.join()


def load_when_free(source: Path, store: Path) -> None:
    """Load; the server may have the store open for the index or the home page, as its documentation warns."""
    for _ in range(100):
        with suppress(StoreError):
            load(source, store)
            return
        time.sleep(0.1)
    load(source, store)


def test_a_new_load_is_on_the_pages_without_a_new_start(store: Path, served: str, tmp_path: Path) -> None:
    assert "JAK2" in httpx.get(f"{served}genes/3717.html").text
    changed = tmp_path / "records"
    changed.mkdir()
    for path in (ROOT / "examples").rglob("*"):
        if path.is_file():
            target = changed / path.relative_to(ROOT / "examples")
            target.parent.mkdir(exist_ok=True)
            target.write_text(path.read_text(encoding="utf-8").replace("How a cytokine", "How another"), encoding="utf-8")
    load_when_free(changed, store)
    assert "How another activates its receptor" in httpx.get(f"{served}{FIGURE}.html").text
    for _ in range(10):  # the index of the new store is made meanwhile, and each search waits for it a little
        page = httpx.get(f"{served}search.html", params={"q": "another activates"}, timeout=30).text
        if "How another activates its receptor" in page:
            break
    assert "How another activates its receptor" in page
