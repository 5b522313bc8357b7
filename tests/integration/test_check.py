"""``pfocr2rdf check``: a good site on real servers has no findings, every fault is found, and no site can hang or crash it."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from tests.support.servers import free_port
from tests.support.websites import write_site

from pfocr2rdf.cli.check import check_command
from pfocr2rdf.errors import OptionError, SourceError
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.server.content_negotiation import negotiate
from pfocr2rdf.site.audit.check import check_site
from pfocr2rdf.site.audit.client import AuditClient
from pfocr2rdf.site.audit.findings import AuditReport
from pfocr2rdf.site.audit.folder import FolderTransport
from pfocr2rdf.site.hosting.files import CONTENT_TYPES
from pfocr2rdf.site.pages.urls import VOCABULARY_REPRESENTATIONS, redirect_rules

BOMB = gzip.compress(b" " * (64 << 20))

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class StubResponse(NamedTuple):
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    def with_headers(self, **headers: str) -> StubResponse:
        """The same with other headers; an empty one is left out."""
        merged = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._replace(headers={name: value for name, value in merged.items() if value})


class Site:
    """A good site, whose answers can be made worse."""

    def __init__(self, folder: Path, change: Callable[[str, str, StubResponse], StubResponse]) -> None:
        self.folder = folder
        self.change = change
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                path, accept = self.path, self.headers.get("Accept") or ""
                response = site.change(unquote(path), accept, site.good(path, accept))
                self.send_response(response.status)
                for name, value in {**response.headers, "Content-Length": str(len(response.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(response.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def good(self, path: str, accept: str) -> StubResponse:
        """What is right."""
        always = {"Access-Control-Allow-Origin": "*"}
        name = unquote(path[1:]) or "index.html"
        file, link = self.folder / name, ""
        for rule in redirect_rules():
            fits = name.startswith(rule.prefix) and name.endswith(rule.suffix) if rule.is_wildcard else name == rule.prefix
            if fits and (file.is_file() == rule.is_page):
                link = rule.target_prefix + (name[len(rule.prefix) : len(name) - len(rule.suffix)] if rule.is_wildcard else "")
                always["Vary"] = "Accept"
                offered = [item for item in VOCABULARY_REPRESENTATIONS if (self.folder / f"{link}{item.suffix}").is_file()]
                media_type = negotiate(accept, [item.media_type for item in offered]) if offered else None
                ending = next((item.suffix for item in offered if item.media_type == media_type), ".html")
                if not (rule.is_page and ending == ".html") and (self.folder / f"{link}{ending}").is_file():
                    return StubResponse(
                        303,
                        {
                            **always,
                            "Location": path.removesuffix(rule.suffix) + ending
                            if rule.prefix == rule.target_prefix
                            else f"/{link}{ending}",
                        },
                    )
        if not file.is_file():
            return StubResponse(404, {**always, "Content-Type": CONTENT_TYPES[".html"]}, (self.folder / "404.html").read_bytes())
        return StubResponse(200, {**always, "Content-Type": CONTENT_TYPES.get(file.suffix, "text/plain")}, file.read_bytes())


@contextlib.contextmanager
def running(
    folder: Path, change: Callable[[str, str, StubResponse], StubResponse] = lambda path, accept, response: response
) -> Iterator[str]:
    site = Site(folder, change)
    try:
        yield site.url
    finally:
        site.server.shutdown()
        site.server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("site"))


def checked(folder: Path, change: Callable[[str, str, StubResponse], StubResponse], **options: object) -> AuditReport:
    with running(folder, change) as url:
        return check_site(url, **{"samples": 1, "timeout": 5, **options})  # type: ignore[arg-type]


def test_a_host_that_cannot_negotiate_is_told_so_once_and_its_documents_are_still_read(folder: Path) -> None:
    def plain(path: str, accept: str, response: StubResponse) -> StubResponse:
        if response.status == 303:
            file = folder / f"{path[1:]}.html"  # as GitHub Pages does it
            body = file.read_bytes() if file.is_file() else (folder / path[1:]).read_bytes() if (folder / path[1:]).is_file() else b""
            return StubResponse(200 if body else 404, {"Content-Type": CONTENT_TYPES[".html"], "Access-Control-Allow-Origin": "*"}, body)
        return response.with_headers(Vary="")

    report = checked(folder, plain)
    assert [finding.wrong.partition(":")[0] for finding in report.findings] == ["the host ignores the Accept header"]
    assert report.negotiates is False
    assert checked(folder, plain, negotiates=False).findings == ()
    assert len(checked(folder, plain, negotiates=True).findings) > 10

    def worse(path: str, accept: str, response: StubResponse) -> StubResponse:
        response = plain(path, accept, response)
        return response._replace(body=b"<a> <b") if path.endswith(".ttl") else response

    assert any("is not Turtle" in finding.wrong for finding in checked(folder, worse, negotiates=False).findings)


def when(
    fits: Callable[[str, str], bool], change: Callable[[StubResponse], StubResponse]
) -> Callable[[str, str, StubResponse], StubResponse]:
    """A change of some answers."""
    return lambda path, accept, response: change(response) if fits(path, accept) else response


def of(*paths: str) -> Callable[[str, str], bool]:
    return lambda path, accept: path in paths


def ends(*endings: str) -> Callable[[str, str], bool]:
    return lambda path, accept: path.endswith(endings)


def gives(status: int, body: bytes = b"", **headers: str) -> Callable[[StubResponse], StubResponse]:
    return lambda response: response._replace(status=status, body=body).with_headers(**headers)


def led(response: StubResponse, **change: str) -> StubResponse:
    return response.with_headers(**change) if response.status == 303 else response


def urls(number: int, base: str = SITE_URL) -> bytes:
    many = "".join(f"<url><loc>{base}genes/{gene}.html</loc></url>" for gene in range(number))
    return f"<urlset {SPACE}>{many}</urlset>".encode()


DOCTYPE = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'

ALIAS_TABLE = b"alias\tfigid\tiri\nPMC9__F9\tPMC9__f9\thttps://pfocr.wikipathways.org/figures/PMC9__f9.html\n"
FAULTS = {
    "responds with 500, not with a document": when(ends("/vocab.html"), gives(500)),
    "has the media type 'text/plain', and should have text/turtle; charset=utf-8": when(
        ends(".ttl"), lambda answer: answer.with_headers(Content_Type="text/plain")
    ),
    "has the media type 'none', and should have application/ld+json": when(
        ends(".jsonld"), lambda answer: answer.with_headers(Content_Type="")
    ),
    "has the charset 'iso-8859-1', and is UTF-8": when(
        ends(".html"), lambda answer: answer.with_headers(Content_Type="text/html; charset=ISO-8859-1")
    ),
    "has the charset 'none', and is UTF-8": when(ends(".ttl"), lambda answer: answer.with_headers(Content_Type="text/turtle")),
    "is not UTF-8": when(ends("dataset.html"), lambda answer: answer._replace(body=answer.body + b"\xff")),
    "has no header Access-Control-Allow-Origin: *": when(
        ends("dataset.ttl"), lambda answer: answer.with_headers(Access_Control_Allow_Origin="")
    ),
    "has no header Vary: Accept": when(of("/dataset"), lambda answer: answer.with_headers(Vary="Accept-Encoding")),
    "is not Turtle": when(ends(".ttl"), lambda answer: answer._replace(body=b"<a> <b> .")),
    "is not JSON-LD": when(ends("dataset.jsonld"), lambda answer: answer._replace(body=b"{]")),
    "has no statements about https://pfocr.wikipathways.org/dataset": when(
        ends("dataset.ttl"), lambda answer: answer._replace(body=b"<a:a> <a:b> <a:c> .")
    ),
    "differs from its JSON-LD: 1 statements": when(
        ends("vocab.ttl"), lambda answer: answer._replace(body=answer.body + b"<a:a> <a:b> <a:c> .")
    ),
    "has no link of rel=alternate to its Turtle": when(
        ends(".html"), lambda answer: answer._replace(body=answer.body.replace(b"text/turtle", b"text/n3"))
    ),
    "has a link to its JSON-LD to": when(ends(".html"), lambda answer: answer._replace(body=answer.body.replace(b".jsonld", b".json"))),
    "responds with 200 and text/html, but should redirect": when(of("/vocab"), gives(200, b"x", Content_Type="text/html", Location="")),
    "responds with 404 and text/html, but should redirect": when(of("/vocab"), gives(404, b"x", Content_Type="text/html", Location="")),
    "redirects with the status 302, but should use 303": when(of("/vocab"), lambda answer: answer._replace(status=302)),
    "redirects to http://evil.example/, which is not in the site": when(
        of("/vocab"), lambda answer: led(answer, Location="http://evil.example/")
    ),
    "redirects to http://127.0.0.1:": when(
        lambda path, accept: path == "/vocab" and "turtle" in accept, lambda answer: led(answer, Location="/vocab.html")
    ),
    "redirects in a circle": when(of("/vocab"), lambda answer: led(answer, Location="/vocab")),
    "PMC9__F9.html: redirects in a circle": lambda path, accept, given: (
        gives(200, ALIAS_TABLE)(given)
        if path == "/aliases.tsv"
        else gives(301, Location="/figures/PMC9__F9.html")(given)
        if path.startswith("/figures/PMC9__F9")
        else given
    ),
    "robots.txt: redirects in a circle": when(of("/robots.txt"), gives(302, Location="/robots.txt")),
    "has more than 5 consecutive redirects": lambda path, accept, given: (
        given._replace(status=302).with_headers(Location=f"{path}x") if "robots" in path else given
    ),
    "responds with 500 and no media type, but should be HTML or 406": when(
        lambda path, accept: accept == "image/png", gives(500, Content_Type="", Location="")
    ),
    "is not a sitemap: it is a 'html'": when(of("/sitemap.xml"), gives(200, b"<html/>")),
    "is not a sitemap: no element found": when(of("/sitemap.xml"), gives(200, b"")),
    "is not a sitemap: it declares a type of documents": when(of("/sitemap.xml"), gives(200, DOCTYPE)),
    "is a sitemapindex, and should be a urlset": when(
        of("/sitemaps/1.xml"), gives(200, f"<sitemapindex><loc>{SITE_URL}a</loc></sitemapindex>".encode())
    ),
    "has 50,001 URLs, and may have 50,000": when(of("/sitemaps/1.xml"), gives(200, urls(50_001))),
    "has 2 URLs that are not of the site": when(of("/sitemaps/1.xml"), gives(200, urls(2, "https://evil.example/"))),
    "has no URLs": when(of("/sitemap.xml"), gives(200, b"<sitemapindex/>")),
    "robots.txt: responds with 404": when(of("/robots.txt"), gives(404)),
    "names no sitemap": when(of("/robots.txt"), gives(200, b"User-agent: *\n")),
    "is not a JSON-LD context": when(of("/context.jsonld"), gives(200, b"[]")),
    ".well-known/void (Accept: text/turtle): responds with 404": when(of("/.well-known/void"), gives(404, Location="")),
    "responds with 200, but should have status 404": lambda path, accept, given: (
        given._replace(status=200) if given.status == 404 else given
    ),
    "is encoded as br, which was not requested": when(ends("vocab.ttl"), lambda answer: answer.with_headers(Content_Encoding="br")),
    "has the header Content-Encoding: gzip, but is not compressed": when(
        ends("vocab.ttl"), lambda answer: answer.with_headers(Content_Encoding="gzip")
    ),
    "ends before its end": when(
        ends("vocab.ttl"), lambda answer: answer._replace(body=gzip.compress(answer.body)[:-9]).with_headers(Content_Encoding="gzip")
    ),
    "has more than 16,777,216 bytes": when(
        ends("vocab.ttl"), lambda answer: answer._replace(body=BOMB).with_headers(Content_Encoding="gzip")
    ),
}


def test_the_site_of_these_tests_is_a_good_one(folder: Path) -> None:
    assert checked(folder, lambda path, accept, response: response, samples=30).findings == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_everything_wrong_is_found(folder: Path, fault: str) -> None:
    report = checked(folder, FAULTS[fault])
    assert [finding for finding in report.findings if fault in str(finding)], "\n".join(map(str, report.findings))
    assert report.exit_status == 1
    assert all(finding.remedy and finding.url.startswith("http") for finding in report.findings)


def test_a_site_that_says_its_own_address_in_its_sitemap_is_checked_as_well(folder: Path) -> None:
    with running(folder) as url:
        own_url = url
    site = lambda path, accept, original: original  # noqa: E731 - so that it can be replaced below
    with running(folder, lambda *request: site(*request)) as url:
        own_url = url.encode()
        site = when(ends(".xml"), lambda response: response._replace(body=response.body.replace(SITE_URL.encode(), own_url)))  # type: ignore[assignment]
        report = check_site(url, samples=2)
    assert report.findings == ()
    assert not [note for note in report.notes if "has no" in note]


def test_as_many_of_each_kind_are_asked_for_as_are_wanted(folder: Path) -> None:
    requested: set[str] = set()

    def heard(path: str, accept: str, response: StubResponse) -> StubResponse:
        requested.add(path)
        return response

    for number in (1, 4):
        requested.clear()
        checked(folder, heard, samples=number)
        assert len([path for path in requested if path.startswith("/families/") and path.endswith(".jsonld")]) == number


EVIL = {
    "a page of nothing but open tags": b"<" * (1 << 20),
    "a page of links": b"<link rel=alternate href='x" * 300_000,
    "deep Turtle": b"(" * (1 << 20),
    "deep JSON": b"[" * (4 << 20),
    "deep XML": b"<a>" * (4 << 20),
    "zeros": bytes(4 << 20),
    "control letters": b"\x1b[2J\r\n\x00" * 1000,
}


@pytest.mark.parametrize("name", EVIL)
def test_no_body_hangs_or_crashes_it(folder: Path, name: str) -> None:
    began = time.monotonic()

    def evil(path: str, accept: str, response: StubResponse) -> StubResponse:
        return response._replace(body=EVIL[name]) if path.startswith(("/dataset.", "/sitemap.", "/context", "/robots")) else response

    report = checked(folder, evil)
    assert report.findings
    assert time.monotonic() - began < 60
    assert all(str(finding).isprintable() for finding in report.findings)


class RoughServer:
    """A server that answers with whatever bytes it likes, as slowly as it likes, once it has been good for a while."""

    def __init__(self, piece: bytes, pause: float, good_responses: int) -> None:
        outer = self
        self.left = good_responses

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.left -= 1
                if outer.left >= 0:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return
                with contextlib.suppress(OSError):
                    while True:
                        self.wfile.write(piece)
                        if not piece:
                            return
                        time.sleep(pause)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.mark.parametrize(
    ("piece", "pause"),
    [(b"H", 0.1), (b"HTTP/1.1 200 OK\r\nX: ", 0.1), (b"", 0), (b"SSH-2.0\r\n", 0.01), (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 65536, 0.0)],
    ids=["drips", "never ends its head", "hangs up", "speaks something else", "never ends its body"],
)
@pytest.mark.parametrize("good_responses", [0, 1])
def test_no_server_holds_it_for_long(piece: bytes, pause: float, good_responses: int) -> None:
    rough, began = RoughServer(piece, pause, good_responses), time.monotonic()
    try:
        try:
            report = check_site(rough.url, timeout=0.5)
        except SourceError as error:
            assert rough.url in str(error)  # noqa: PT017 - both ends are good ones
        else:
            assert report.findings
    finally:
        rough.server.shutdown()
        rough.server.server_close()
    assert time.monotonic() - began < 30


def test_a_site_that_ends_in_the_middle_is_told_so(folder: Path) -> None:
    rough = RoughServer(b"", 0, 4)
    try:
        report = check_site(rough.url, timeout=0.5)
    finally:
        rough.server.shutdown()
        rough.server.server_close()
    assert report.findings[-1].wrong == "no longer responds"
    assert report.requests < 10


def test_a_site_that_cannot_be_asked_is_no_finding() -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(SourceError, match="check that the server runs, or raise --timeout"):
        check_site(url)
    for invalid_url in ("ftp://example.org/", "example.org", "http://[/", "file:///etc/passwd", "http://"):
        with pytest.raises(SourceError):
            check_site(invalid_url)


def test_a_site_that_is_elsewhere_is_told_where(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"redirects to https://evil\.example/; to check that site, use its URL"):
        checked(folder, when(of("/"), gives(301, Location="https://evil.example/")))


def test_it_can_be_called_where_a_loop_runs_already(folder: Path) -> None:
    import asyncio

    async def within() -> AuditReport:
        return check_site(url, samples=1)

    with running(folder) as url:
        assert asyncio.run(within()).findings == ()


def test_the_command_tells_what_is_wrong_and_ends_with_the_status_for_it(folder: Path) -> None:
    runner = CliRunner()
    with running(folder) as url:
        result = runner.invoke(check_command, [url, "--samples", "1"])
        assert result.exit_code == 0, result.output
        assert result.output.splitlines()[-1].startswith(f"{url}: no problems found, ")
    with running(folder, FAULTS["is not Turtle"]) as url:
        result = runner.invoke(check_command, [url, "--samples", "1"])
        assert result.exit_code == 1
        assert " URLs: is not Turtle" in result.output
        assert f"\n  {url}dataset.ttl\n" in result.output
        assert "problems found" in result.output
        result = runner.invoke(check_command, [url, "--samples", "1", "--json"])
        report = json.loads(result.output)
        assert (result.exit_code, report["negotiates"], report["url"]) == (1, True, url)
        assert {"url", "accept", "wrong", "remedy"} == set(report["findings"][0])
        result = runner.invoke(check_command, [url, "--samples", "1", "--quiet"])
        assert (result.exit_code, result.output) == (1, "")
    result = runner.invoke(check_command, [f"http://127.0.0.1:{free_port()}/"])
    assert result.exit_code == 3
    assert "Error: http://127.0.0.1" in result.output


def test_the_command_says_how_far_it_is(folder: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    with running(folder) as url:
        check_site(url, samples=1, progress=lambda stage, completed, total, note="": calls.append((stage, completed, total)))
    assert [stage for stage, completed, _ in calls if completed == 0] == ["sitemap", "documents", "names"]
    assert all(completed < total for _, completed, total in calls)


def write_published_site(folder: Path, *, packed: str = "") -> None:
    write_site(folder, packed=packed)
    (folder / "site.json").write_text(json.dumps({"tool": "pfocr2rdf 1", "base": SITE_URL}))


# -- a folder ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", ["", "beside", "only"])
def test_a_good_site_in_a_folder_has_no_problems(packed: str, tmp_path: Path) -> None:
    write_published_site(tmp_path / "site", packed=packed)
    report = check_site(tmp_path / "site", samples=30)
    assert (report.findings, report.negotiates, report.url) == ((), False, str(tmp_path / "site"))
    assert report.requests > 100


def test_problems_of_a_folder_are_grouped_and_name_its_files(tmp_path: Path) -> None:
    write_published_site(tmp_path / "site")
    for path in (tmp_path / "site").glob("*/*.ttl"):
        path.unlink()
    result = CliRunner().invoke(check_command, [str(tmp_path / "site"), "--samples", "30"])
    first, *lines = result.stdout.splitlines()
    missing = [line for line in lines if line.startswith(f"  {tmp_path}/site/") and line.endswith(".ttl")]
    assert first.endswith(" URLs: responds with 404, not with a document; publish the site again")
    assert len(missing) == 5
    assert re.fullmatch(r"  \.\.\. and \d+ more; --json lists all", lines[5])
    assert result.exit_code == 1
    assert re.fullmatch(rf"{tmp_path}/site: \d+ problems found, \d+ requests", lines[-1])


@pytest.mark.parametrize("path", ["/../secret.html", "/%2e%2e/secret.html", "/a%00b.html"])
def test_nothing_outside_of_the_folder_is_read(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    (tmp_path / "site").mkdir()
    with contextlib.closing(AuditClient("https://example.org/", 1, FolderTransport(tmp_path / "site", "https://example.org/"))) as client:
        assert client.get(f"https://example.org{path}").status == 404


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"is a folder, not a site; name a folder that 'pfocr2rdf publish' wrote$"):
        check_site(tmp_path)
    with pytest.raises(OptionError, match=r"a folder has no content negotiation; name the URL of the site$"):
        check_site(tmp_path, negotiates=True)
