"""The files of a site for web servers and hosts: real nginx and real Apache give each client the representation that it prefers."""

from __future__ import annotations

import contextlib
import gzip
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
import pytest
from tests.support.servers import Server
from tests.support.websites import ADDRESSES, POLICY, apache, nginx, page, write_site

from pfocr2rdf.rdf.vocabulary import ONTOLOGY_VERSION
from pfocr2rdf.server.content_negotiation import negotiate
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.urls import HTML, JSONLD, RDF_XML, TURTLE, PageAddress, Representation, redirect_rules

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

ACCEPT_HEADERS = (
    "", "*/*", BROWSER, "text/html", "text/turtle", "application/ld+json", "text/*", "application/*", "TEXT/Turtle ; Q=1",
    "application/rdf+xml", "image/png", "text/turtle;q=0", "text/turtle;q=0.5, application/ld+json", "text/html;q=0.1,text/turtle;q=0.09",
    "application/rdf+xml, application/xml;q=0.5, text/xml;q=0.3, */*;q=0.2", "text/turtle;q=0.6,application/rdf+xml;q=0.7,text/html;q=0.65",
    "application/rdf+xml;q=0.3, text/turtle;q=0.4", "application/*;q=0.4, application/ld+json;q=0.2", "application/rdf+xml;q=0, */*",
    "application/ld+json;profile=\"http://www.w3.org/ns/json-ld#expanded\"", "text/turtle;q=0.8, application/ld+json;q=0.85, */*;q=0.1",
)  # fmt: skip

TYPES = {
    HTML: "text/html; charset=utf-8",
    TURTLE: "text/turtle; charset=utf-8",
    JSONLD: "application/ld+json",
    RDF_XML: "application/rdf+xml",
}

SERVERS = {"nginx": nginx, "apache": apache}


class Hosted(NamedTuple):
    """A site on a server."""

    server: Server
    base: str
    packed: str
    server_type: str

    def get(self, path: str, accept: str = "", **headers: str) -> httpx.Response:
        """What it answers, without a redirect taken."""
        return self.server.answer("GET", self.base + path, Accept=accept, **headers)

    def path(self, response: httpx.Response) -> str:
        """Where it leads, as a path in the site."""
        location = urljoin(str(response.url), response.headers["Location"])
        assert location.startswith(self.server.url + self.base), location
        return location.removeprefix(self.server.url + self.base)


@contextlib.contextmanager
def hosted(folder: Path, server_type: str, packed: str = "", base: str = "/") -> Iterator[Hosted]:
    root = folder / "root"
    write_site(root / base.strip("/"), packed=packed)
    (folder / "server").mkdir()
    with nginx(folder / "server", root, base) if server_type == "nginx" else apache(folder / "server", root) as server:
        yield Hosted(server, base, packed, server_type)


@pytest.fixture(scope="module", params=["nginx", "apache"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    with hosted(tmp_path_factory.mktemp("site"), request.param) as hosted_site:
        yield hosted_site


@pytest.fixture(scope="module", params=[("nginx", "beside"), ("nginx", "only"), ("apache", "beside"), ("apache", "only")], ids="-".join)
def packed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    with hosted(tmp_path_factory.mktemp("packed"), *request.param) as hosted_site:
        yield hosted_site


@pytest.fixture(scope="module", params=["nginx", "apache"])
def beneath(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    with hosted(tmp_path_factory.mktemp("beneath"), request.param, base="/pfocr/") as hosted_site:
        yield hosted_site


def document_paths(address: PageAddress) -> Iterator[tuple[str, bool]]:
    """The paths that lead to the documents of a thing, and whether each is the page itself."""
    for rule in redirect_rules():
        if rule.is_wildcard and address.path.startswith(rule.target_prefix):
            yield f"{rule.prefix}{quote(address.path[len(rule.target_prefix) :], safe='')}{rule.suffix}", rule.is_page
        elif address.path == rule.target_prefix:
            yield rule.prefix, rule.is_page


def preferred(accept: str, address: PageAddress = ADDRESSES[0]) -> Representation:
    best = negotiate(accept, [representation.media_type for representation in address.representations])
    return next((representation for representation in address.representations if representation.media_type == best), HTML)


def assert_redirects(site: Hosted, accept: str) -> None:
    """Every path of the table leads to the form that is liked best, and that is there."""
    for address in ADDRESSES:
        representation = preferred(accept, address)
        for path, is_page in document_paths(address):
            first_response = site.get(path, accept)
            if is_page and representation is HTML:
                assert first_response.status_code == 200, path
                assert first_response.text == page(address, HTML)
            else:
                assert first_response.status_code == 303, (path, first_response.text)
                assert unquote(site.path(first_response)) == address.file_path(representation), path
                assert "%2f" not in first_response.headers["Location"].lower(), "the links of the page would lead elsewhere"
                target_response = site.server.answer("GET", urlsplit(first_response.headers["Location"]).path)
                assert target_response.status_code == 200, path
                assert target_response.text == page(address, representation)
                assert target_response.headers["Content-Type"] == TYPES[representation]
            assert "accept" in [name.strip().lower() for name in first_response.headers["Vary"].split(",")], path
            assert first_response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("accept", ACCEPT_HEADERS)
def test_every_path_of_the_table_leads_each_client_to_what_it_likes_best(site: Hosted, accept: str) -> None:
    assert_redirects(site, accept)


@pytest.mark.parametrize("accept", ["", "text/html", "text/turtle", "application/ld+json"])
def test_the_same_is_so_where_files_are_packed(packed: Hosted, accept: str) -> None:
    assert_redirects(packed, accept)


@pytest.mark.parametrize("accept", ["", "text/turtle", "application/ld+json"])
def test_the_same_is_so_under_a_path(beneath: Hosted, accept: str) -> None:
    assert_redirects(beneath, accept)
    absent = beneath.get("genes/0")
    assert (absent.status_code, "<title>404</title>" in absent.text) == (404, True)
    assert beneath.server.answer("GET", "/genes/6772").status_code == 404


def test_weights_are_reckoned_as_the_service_reckons_them(site: Hosted) -> None:
    choice = random.Random(7)
    ranges = (
        "text/html",
        "text/turtle",
        "application/ld+json",
        "application/rdf+xml",
        "text/*",
        "application/*",
        "*/*",
        "image/png",
        "text/turtle2",
    )
    weights = ("", "", ";q=0", ";q=0.0", ";q=0.3", ";q=0.30", ";q=0.301", ";q=0.9", ";q=0.09", ";q=1", ";q=1.000", "; a=b;q=0.4", ";v=1")
    for _ in range(400):
        parts = choice.sample(ranges, choice.randint(1, 5))
        accept = choice.choice((",", ", ", " , ")).join(part + choice.choice(weights) for part in parts)
        response = site.get("dataset", accept)
        assert site.path(response) == f"dataset{preferred(accept).suffix}", accept
        response = site.get(f"vocab/{ONTOLOGY_VERSION}", accept)
        assert site.path(response) == f"vocab{preferred(accept, PageAddress(None, 'vocab')).suffix}", accept


def test_a_page_that_people_alone_read_is_a_page_for_everybody(site: Hosted) -> None:
    for path in ("genes/6772/page-2.html", "search.html", "genes/6772.html", ""):
        for accept in ("text/turtle", "application/ld+json", ""):
            response = site.get(path, accept)
            assert (response.status_code, response.headers["Content-Type"]) == (200, TYPES[HTML]), path


def test_what_is_not_there_in_a_form_is_given_to_people_as_it_is(site: Hosted) -> None:
    response = site.get("genes/6772/page-2", "text/turtle")
    assert (response.status_code, site.path(response)) == (303, "genes/6772/page-2.html")


def test_what_is_not_there_is_told_with_the_page_for_that_and_leads_nowhere(site: Hosted) -> None:
    for path in ("nonsense", "genes/0", "genes/0.html", "figures/none.html", "graphs/none", "families/", "papers/a/b/c", ".htaccess"):
        for accept in ("", "text/turtle"):
            response = site.get(path, accept)
            assert response.status_code == 404, path
            assert "<title>404</title>" in response.text
            assert response.headers["Content-Type"] == TYPES[HTML]
            assert response.headers["Access-Control-Allow-Origin"] == "*"


FILES = {
    "index.html": TYPES[HTML], "context.jsonld": TYPES[JSONLD], "manifest.json": "application/json",
    "assets/style.css": "text/css; charset=utf-8",
    "sitemap.xml": "application/xml", "robots.txt": "text/plain; charset=utf-8", "downloads/figures.ttl.gz": "application/gzip",
}  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_every_file_says_what_it_is_and_who_may_read_it(site: Hosted, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == FILES[path]
    assert "Content-Encoding" not in response.headers
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == POLICY


def test_a_redirect_and_a_refusal_are_for_other_sites_too_also_when_they_ask_first(site: Hosted) -> None:
    response = site.server.answer("OPTIONS", "/genes/6772", Origin="https://example.org", Access_Control_Request_Headers="accept")
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Headers"] == "Accept"


@pytest.mark.parametrize(
    "path", ["genes/6772.html", "genes/6772.ttl", "genes/6772.jsonld", "assets/style.css", "sitemaps/1.xml", "families/x.gz.html"]
)
def test_packed_files_are_sent_as_they_lie_there(packed: Hosted, path: str) -> None:
    response = packed.get(path, Accept_Encoding="gzip")
    assert (response.status_code, response.headers["Content-Encoding"]) == (200, "gzip")
    assert "accept-encoding" in response.headers["Vary"].lower()
    assert response.text.strip()
    assert response.headers["Content-Type"] != "application/gzip"


def test_who_cannot_unpack_gets_the_file_itself_where_that_is_there_or_the_server_unpacks_it(packed: Hosted) -> None:
    for encodings in ("identity", "br", "gzip;q=0"):
        response = packed.get("genes/6772.ttl", Accept_Encoding=encodings)
        assert response.text == page(next(address for address in ADDRESSES if address.path == "genes/6772"), TURTLE)
        assert ("Content-Encoding" in response.headers) == (packed.server_type == "apache" and packed.packed == "only")


def test_a_packed_download_stays_packed(packed: Hosted) -> None:
    response = packed.get("downloads/figures.ttl.gz", Accept_Encoding="gzip")
    assert "Content-Encoding" not in response.headers
    assert gzip.decompress(response.content) == b"<a:a> <a:b> <a:c> .\n"


def test_the_page_for_what_is_not_there_is_given_where_it_is_packed_as_well(packed: Hosted) -> None:
    response = packed.get("genes/0.html")
    assert (response.status_code, "<title>404</title>" in response.text) == (404, True)


def test_a_file_is_given_itself_also_where_a_thing_has_its_name(site: Hosted) -> None:
    response = site.get("families/both.ttl", "text/turtle")
    assert (response.status_code, response.headers["Content-Type"]) == (200, TYPES[TURTLE])


def test_nginx_says_no_host_in_redirects(site: Hosted) -> None:
    location = site.get("genes").headers["Location"]
    assert location == ("/genes/" if site.server_type == "nginx" else f"{site.server.url}/genes/")


def test_a_query_does_no_harm(site: Hosted) -> None:
    for query in ("a=b", "http://evil.example/", "x=%0d%0aSet-Cookie:a=b", "?", "%"):
        assert site.path(site.get(f"genes/6772?{query}", "text/turtle")) == "genes/6772.ttl"
        assert site.get(f"genes/6772.ttl?{query}").status_code == 200


HOSTILE = (
    "//evil.example/genes/6772", "//evil.example/%2e%2e/genes/6772", "//evil.example/../genes/6772", "/genes/../../genes/6772",
    "/genes//6772", "//genes/6772", "/%2Fevil.example/..%2fgenes/6772", "/genes/6772%0d%0aSet-Cookie:%20a=b",
    "/families/%0d%0aSet-Cookie: a=b",
    "/families/x%0aSet-Cookie:%20a=b%0a/../../genes/6772", "/families/..%2f..%2f..%2fetc%2fpasswd", "/families/%2e%2e/%2e%2e/etc/passwd",
    "/genes/6772%00", "/genes/6772%00.html", "/%67enes/6772", "/genes/6772/", "/genes/6772.html.html", "/genes/" + "a" * 5000,
    "/figures/%2F%2Fevil.example.html", "/graphs//evil.example", "/graphs/%5cevil.example", "/graphs/%2F%2Fevil.example",
    "/\\evil.example/genes/6772",
    "\\\\evil.example/genes/6772", "/genes/6772#x", "/families/%25%30%61", "/families/{x}|y", "/families/%", "/families/%zz",
    "/families/\xff",
    "/genes/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/genes/6772%2f..%2f1956", "/genes/6772::genes/6772", "//evil.example::genes/6772",
)  # fmt: skip


def raw(server: Server, path: str) -> tuple[int, dict[str, str]]:
    """The status and the headers that come for a path, which is sent letter for letter."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: site.example\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode("latin-1"))
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    head = response.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    assert "root:" not in response.decode("latin-1")
    return int(head[0].split()[1]), {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}


@pytest.mark.parametrize("path", HOSTILE)
def test_odd_paths_lead_nowhere_else_and_bring_in_no_header(site: Hosted, path: str) -> None:
    for _ in range(4):
        status, headers = raw(site.server, path)
        assert status in (200, 301, 303, 400, 403, 404, 414), status
        assert "set-cookie" not in headers
        if "location" not in headers:
            return
        target = urlsplit(urljoin("http://site.example/", headers["location"]))
        assert target.hostname == "site.example", headers["location"]
        path = target.path
        assert not path.startswith("//"), headers["location"]
    pytest.fail("it goes on and on")


def test_a_name_with_a_slash_in_it_wants_a_word_in_the_settings_of_apache(tmp_path: Path) -> None:
    root = write_site(tmp_path / "root")
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", root, extra="") as server:
        assert server.answer("GET", "/families/A%2FB").status_code == 404
        assert server.answer("GET", "/families/A/B").status_code == 303


def test_apache_without_a_module_still_serves_the_documents(tmp_path: Path) -> None:
    root = write_site(tmp_path / "root", packed="beside")
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", root, without=("rewrite", "headers", "deflate")) as server:
        response = server.answer("GET", "/genes/6772.ttl")
        assert (response.status_code, response.headers["Content-Type"]) == (200, TYPES[TURTLE])


def test_a_permanent_address_leads_to_the_site_by_what_is_accepted(tmp_path: Path) -> None:
    folder = tmp_path / "root" / "pfocr"
    folder.mkdir(parents=True)
    base = "https://example.org/some/site/"
    (folder / ".htaccess").write_text(render_hosting_files(POLICY, base_url=base)["hosting/w3id/.htaccess"])
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", tmp_path / "root") as server:
        for accept in ("", BROWSER, "text/turtle", "application/ld+json;q=0.9, text/turtle;q=0.8, text/html;q=0.1", "image/png"):
            representation = preferred(accept)
            for address in ADDRESSES:
                for path, _ in document_paths(address):
                    if path.endswith(".ttl"):  # it cannot know whether that is a name
                        continue
                    response = server.answer("GET", f"/pfocr/{path}?a=b", Accept=accept)
                    assert response.status_code == 303
                    assert unquote(response.headers["Location"]) == base + address.file_path(representation), path
                    assert "Accept" in response.headers["Vary"]
                    assert response.headers["Access-Control-Allow-Origin"] == "*"
        for path in ("", "genes/6772.ttl", "search.html", "sitemaps/1.xml", "downloads/a%20b", "vocab.jsonld"):
            response = server.answer("GET", f"/pfocr/{path}", Accept="text/turtle")
            assert (response.status_code, response.headers["Location"]) == (303, base + path)
        for path in ("//evil.example/pfocr/genes/1", "/pfocr//evil.example", "/pfocr/x%0d%0aSet-Cookie:%20a=b"):
            status, headers = raw(server, path)
            assert "set-cookie" not in headers
            assert status == 404 or headers["location"].startswith(base)
