"""Old addresses of figures on real nginx and real Apache, before a host and beneath a path, and on hosts that read ``_redirects``."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

import httpx
import pytest
from tests.support.old_addresses import ALIASES, FIGIDS, FILE_NAMES, RECORDS, SHARED
from tests.support.records import write
from tests.support.servers import Server
from tests.support.websites import apache, nginx

from pfocr2rdf import publish
from pfocr2rdf.site.audit.check import check_site
from pfocr2rdf.site.hosting import files


@pytest.fixture(scope="module", params=["/", "/pfocr/"])
def based_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("site")
    root = folder / "root"
    (root / request.param.strip("/")).parent.mkdir(exist_ok=True)
    precompressed = "only" if request.param != "/" else "no"
    publish(write(folder / "in", RECORDS), root / request.param.strip("/"), workers=1, precompressed=precompressed)
    return root, request.param


@pytest.mark.parametrize("host", ["nginx", "apache"])
def test_servers_redirect_old_addresses_for_good(host: str, based_site: tuple[Path, str], tmp_path: Path) -> None:
    root, base = based_site
    with nginx(tmp_path, root, base) if host == "nginx" else apache(tmp_path, root) as server:
        for alias, figid in zip(ALIASES, FIGIDS, strict=False):
            for suffix in ("", ".html"):
                response = server.answer("GET", f"{base}figures/{quote(alias, safe='')}{suffix}")
                assert response.status_code == 301, (alias, response.text)
                target = urljoin(f"{server.url}{base}figures/", response.headers["Location"]).removeprefix(server.url)
                assert unquote(target) == f"{base}figures/{figid}.html"
                assert server.answer("GET", target).status_code == 200
                turtle = server.answer("GET", target, Accept="text/turtle").headers["Location"]
                assert unquote(turtle).endswith(f"{base}figures/{figid}.ttl")
        for name in FILE_NAMES:
            figid, dot, suffix = name.rpartition(".")
            expected = 200 if figid in FIGIDS and dot + suffix in (".html", ".ttl", ".jsonld") else 404
            response = server.answer("GET", f"{base}figures/{quote(name)}")
            assert response.status_code == expected or name.endswith(".gz"), (name, response.text)
            assert expected == 404 or f"Figure <{FIGIDS.index(figid) + 1}>" in unescape(response.text)
            assert server.answer("GET", f"{base}figures/{quote(name)}.html").status_code == 404
        page = server.answer("GET", f"{base}figures/{SHARED}.html")
        assert (page.status_code, page.text.count("<li><a")) == (200, 2)
        assert_shared_address_is_a_page_alone(server, base)
        assert check_site(server.url + base, samples=20, negotiates=True).findings == ()


def test_a_permanent_address_redirects_old_addresses_too(based_site: tuple[Path, str], tmp_path: Path) -> None:
    root, base = based_site
    (tmp_path / "root" / "pfocr").mkdir(parents=True)
    rules = (root / base.strip("/") / "hosting" / "w3id" / ".htaccess").read_text(encoding="utf-8")
    (tmp_path / "root" / "pfocr" / ".htaccess").write_text(rules, encoding="utf-8")
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", tmp_path / "root") as server:
        for alias, figid in zip(ALIASES, FIGIDS, strict=False):
            response = server.answer("GET", f"/pfocr/figures/{quote(alias, safe='')}")
            assert response.status_code == 301, alias
            target = urljoin(server.url, response.headers["Location"]).removeprefix(server.url)
            assert unquote(target) == f"/pfocr/figures/{figid}.html"
            leads_on = server.answer("GET", target, Accept="text/turtle").headers["Location"]
            assert unquote(leads_on) == f"https://pfocr.wikipathways.org/figures/{figid}.ttl"


def test_hosts_of_plain_files_have_a_line_for_each_old_address(based_site: tuple[Path, str]) -> None:
    root, base = based_site
    lines = (root / base.strip("/") / "_redirects").read_text(encoding="utf-8").splitlines()
    for alias, figid in zip(ALIASES, FIGIDS, strict=False):
        assert f"/figures/{quote(alias)} /figures/{quote(figid)}.html 301" in lines
    assert not any(SHARED in line for line in lines)
    assert not any(line.startswith(f"/figures/{quote(name)} ") for line in lines for name in FILE_NAMES)


def assert_shared_address_is_a_page_alone(server: Server, base: str) -> None:
    """An alias of several figures has no RDF: not by its suffix, and not for those who accept nothing else. ``serve`` answers alike."""
    for suffix in (".ttl", ".jsonld"):
        assert server.answer("GET", f"{base}figures/{SHARED}{suffix}").status_code == 404
    for suffix in ("", ".html"):
        for accept, status in (
            ("text/turtle", 406),
            ("application/ld+json, text/html;q=0", 406),
            ("text/turtle, */*;q=0.1", 200),
            ("text/html", 200),
            ("*/*", 200),
        ):
            assert followed(server, f"{base}figures/{SHARED}{suffix}", Accept=accept).status_code == status, (suffix, accept)


def followed(server: Server, path: str, **headers: str) -> httpx.Response:
    """The answer at the end of all redirects."""
    response = server.answer("GET", path, **headers)
    while response.status_code in (301, 303):
        path = urljoin(path, response.headers["Location"]).removeprefix(server.url)
        response = server.answer("GET", path, **headers)
    return response


@pytest.mark.parametrize("portable", [False, True])
@pytest.mark.parametrize("host", ["nginx", "apache"])
def test_servers_look_many_old_addresses_up(host: str, portable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ALIAS_RULES", len(ALIASES) - 1)
    root = tmp_path / "root"
    records = write(tmp_path / "in", RECORDS)
    publish(records, root / "pfocr", workers=1, precompressed="no" if portable else "only", portable_names=portable)
    (tmp_path / "server").mkdir()
    aliases_map = f'RewriteMap pfocr_aliases "txt:{root}/pfocr/hosting/apache-aliases.txt"'
    server = nginx(tmp_path / "server", root, "/pfocr/") if host == "nginx" else apache(tmp_path / "server", root, extra=aliases_map)
    with server as server:
        for alias, figid in zip(ALIASES, FIGIDS, strict=False):
            for suffix in ("", ".html", ".ttl", ".jsonld"):
                response = server.answer("GET", f"/pfocr/figures/{quote(alias, safe='')}{suffix}")
                assert response.status_code == 301, (alias, suffix, response.text)
                target = urljoin(f"{server.url}/pfocr/figures/", response.headers["Location"]).removeprefix(server.url)
                assert target.endswith(suffix or ".html")
                assert figid in server.answer("GET", target).text
        for suffix in ("", ".html"):
            page = followed(server, f"/pfocr/figures/{SHARED}{suffix}")
            assert (page.status_code, page.text.count("<li><a")) == (200, 2)
        assert_shared_address_is_a_page_alone(server, "/pfocr/")
        assert followed(server, "/pfocr/figures/pmc1__f1").status_code == 404
        assert check_site(f"{server.url}/pfocr/", samples=20, negotiates=True).findings == ()


@pytest.mark.parametrize("portable", [False, True])
def test_without_the_map_apache_leads_many_old_addresses_by_their_pages(
    portable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_ALIAS_RULES", 0)
    publish(write(tmp_path / "in", RECORDS), tmp_path / "root", workers=1, portable_names=portable)
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", tmp_path / "root") as server:
        for alias, figid in zip(ALIASES, FIGIDS, strict=False):
            page = followed(server, f"/figures/{quote(alias, safe='')}{'.html' if alias.endswith('.ttl') else ''}")
            assert 'http-equiv="refresh"' in page.text, alias
            assert quote(figid) in page.text
