"""Old addresses of figures on real nginx and real Apache, before a host and beneath a path, and on hosts that read ``_redirects``."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote, urljoin

import pytest
from tests.support.old_addresses import ALIASES, FIGIDS, RECORDS, SHARED
from tests.support.records import write
from tests.support.websites import apache, nginx

from pfocr2rdf import publish
from pfocr2rdf.site.audit.check import check_site


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
        page = server.answer("GET", f"{base}figures/{SHARED}.html")
        assert (page.status_code, page.text.count("<li><a")) == (200, 2)
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
        for suffix in ("", ".html"):
            assert f"/figures/{quote(alias)}{suffix} /figures/{quote(figid)}.html 301" in lines
    assert not any(SHARED in line for line in lines)
