"""Old addresses of figures lead to the new ones: as ``serve`` answers, as ``publish`` writes, and as ``check`` finds."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from tests.support.old_addresses import ALIASES, FIGIDS, FILE_NAMES, RECORDS, SHARED
from tests.support.records import front_matter, older, write
from tests.support.sites import hosted

from pfocr2rdf import export, load, publish
from pfocr2rdf.server.app import application
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.site.audit.check import check_site
from pfocr2rdf.site.hosting.aliases import MAX_ALIAS_RULES
from pfocr2rdf.site.hosting.files import CONTENT_TYPES, render_hosting_files
from pfocr2rdf.site.hosting.renamed_pages import MAX_STATIC_REDIRECTS
from pfocr2rdf.site.pages.urls import ALIASED_TYPE, PageAddress

FIGURE_BY_ALIAS = dict(zip(ALIASES, FIGIDS, strict=False))
SITE = "https://pfocr.wikipathways.org/"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aliases")
    export([write(folder / "in", RECORDS)], folder / "out", workers=1)
    return folder / "out"


@pytest.fixture(scope="module")
def site(exported: Path) -> Path:
    publish(exported, exported.parent / "site", workers=1)
    return exported.parent / "site"


def test_served_aliases_lead_to_the_page_of_the_figure(exported: Path, tmp_path: Path) -> None:
    from starlette.testclient import TestClient  # here, since it warns in some of its versions when it is imported

    load(exported, tmp_path / "store")
    with TestClient(application(tmp_path / "store", ServerSettings(worker_count=1))) as client:
        for alias, figid in FIGURE_BY_ALIAS.items():
            for suffix in ("", ".html", ".ttl", ".jsonld"):
                response = client.get(f"/figures/{quote(alias, safe='')}{suffix}", follow_redirects=False)
                assert response.status_code == 301, alias
                assert unquote(response.headers["Location"]) == f"/figures/{figid}{suffix or '.html'}"
            turtle = client.get(f"/figures/{quote(alias, safe='')}", headers={"Accept": "text/turtle"})
            assert unquote(str(turtle.url)).endswith(f"/figures/{figid}.ttl")
            assert f'"{figid}"' in turtle.text
        page = client.get(f"/figures/{SHARED}", follow_redirects=False)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert all(f'href="../figures/{quote(figid)}.html"' in page.text for figid in FIGIDS[-2:])
        for suffix, accept, status in (
            ("", "text/turtle", 406),
            (".html", "application/ld+json", 406),
            ("", "text/turtle, */*;q=0.1", 200),
            (".html", "text/html", 200),
            (".ttl", "*/*", 404),
            (".ttl", "text/turtle", 404),
            (".jsonld", "*/*", 404),
        ):
            response = client.get(f"/figures/{SHARED}{suffix}", headers={"Accept": accept}, follow_redirects=False)
            assert response.status_code == status, (suffix, accept)
        for name in FILE_NAMES:
            response = client.get(f"/figures/{quote(name)}", follow_redirects=False)
            figid, dot, suffix = name.rpartition(".")
            assert response.status_code == (200 if figid in FIGIDS and dot + suffix in CONTENT_TYPES else 404), name
            assert response.status_code == 404 or f"Figure <{FIGIDS.index(figid) + 1}>" in unescape(response.text)
            assert client.get(f"/figures/{quote(name)}.html", follow_redirects=False).status_code == 404
        for missing in ("PMC1__F2", "PMC1__f%20%C3%A91x"):
            assert client.get(f"/figures/{missing}", follow_redirects=False).status_code == 404
        assert client.get(f"/genes/{ALIASES[0]}").status_code == 404
        assert client.get("/aliases.tsv").text == (exported / "aliases.tsv").read_text(encoding="utf-8")


def test_published_aliases_are_pages_that_name_the_canonical_one(site: Path, exported: Path) -> None:
    for alias, figid in FIGURE_BY_ALIAS.items():
        page = (site / "figures" / f"{alias}.html").read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="{SITE}figures/{quote(figid, safe="")}.html">' in page
        assert f'<meta http-equiv="refresh" content="0; url=../figures/{quote(figid)}.html">' in page
    page = (site / "figures" / f"{SHARED}.html").read_text(encoding="utf-8")
    assert "canonical" not in page
    assert 'http-equiv="refresh"' not in page
    assert re.findall(r'<li><a href="([^"]*)"><bdi>([^<]*)', page) == [
        (f"../figures/{quote(figid)}.html", f"Figure &lt;{len(ALIASES) + place}&gt;") for place, figid in ((2, FIGIDS[-1]), (1, FIGIDS[-2]))
    ]
    assert (site / "aliases.tsv").read_bytes() == (exported / "aliases.tsv").read_bytes()
    sitemap = (site / "sitemaps" / "1.xml").read_text(encoding="utf-8")
    assert quote(ALIASES[0]) + "." not in sitemap


def test_an_alias_that_is_named_like_a_file_has_no_page_and_no_rule(site: Path) -> None:
    assert len(list((site / "figures").iterdir())) == 3 * len(FIGIDS) + len(ALIASES) + 1
    for path in (".htaccess", "_redirects", "aliases.tsv", "hosting/nginx.conf", "hosting/w3id/.htaccess"):
        text = unquote((site / path).read_text(encoding="utf-8")).replace("\\", "")
        assert ALIASES[0] in text, path
        for name in FILE_NAMES:
            assert f"figures/{name}(" not in text, (path, name)
            assert not any(line.startswith((f"{name}\t", f"/figures/{name} ")) for line in text.splitlines()), (path, name)


def test_a_site_without_figures_has_no_old_addresses(exported: Path, tmp_path: Path) -> None:
    publish(exported, tmp_path / "site", workers=1, pages=["genes"])
    assert not (tmp_path / "site" / "figures").exists()
    assert (tmp_path / "site" / "aliases.tsv").read_text() == "alias\tfigid\tiri\n"


def test_portable_names_are_those_of_old_addresses_too(exported: Path, tmp_path: Path) -> None:
    assert publish(exported, tmp_path / "site", workers=1, portable_names=True).unportable == []
    names = [path.name.casefold() for path in (tmp_path / "site" / "figures").iterdir()]
    assert len(set(names)) == len(names) == 3 * len(FIGIDS) + len(ALIASES) + 1
    assert all(re.fullmatch(r"[\w.~-]+", name, re.ASCII) for name in names)


def test_an_old_address_that_is_a_page_of_a_figure_where_case_is_ignored_is_named(tmp_path: Path) -> None:
    records = {
        "1.md": front_matter(older("PMC1__a", "figid_alias: pmc2__A")),
        "2.md": front_matter(older("PMC2__a", "figid_alias: PMC2__F1")),
    }
    summary = publish(write(tmp_path / "in", records), tmp_path / "site", workers=1)
    assert summary.unportable == ["figures/PMC2__a", "figures/pmc2__A"]


@pytest.mark.parametrize(
    ("path", "text", "wrong"),
    [
        ("figures/PMC1__F1.html", "<title>Elsewhere</title>", "should redirect to PMC1__f é1"),
        ("figures/PMC99__F9.html", '<a href="../figures/PMC9__f%20%C3%A99.html">', "should redirect to PMC10__f é10, PMC9__f é9"),
        ("figures/PMC1__F1.html", None, "responds with 404"),
        ("aliases.tsv", "<html>", "is not a table of aliases"),
        ("aliases.tsv", "alias\tfigid\tiri\nPMC1__F1\tPMC2__f2\thttps://example.org/\n", "has a line that is not an alias of a figure"),
        ("aliases.tsv", "alias\tfigid\tiri\nPMC1__F1\n", "has a line that is not an alias of a figure"),
        (
            "aliases.tsv",
            "alias\tfigid\tiri\nPMC2__f é2.ttl\tPMC2__f é2\thttps://pfocr.wikipathways.org/figures/PMC2__f%20%C3%A92.html\n",
            "has a line that is not an alias of a figure: PMC2__f é2.ttl",
        ),
    ],
)
def test_a_wrong_old_address_is_found(path: str, text: str | None, wrong: str, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / path).unlink()
    if text is not None:
        (tmp_path / "site" / path).write_text(text, encoding="utf-8")
    with hosted(tmp_path / "site") as url:
        findings = check_site(url, samples=20, negotiates=False).findings
    assert any(wrong in finding.wrong for finding in findings), findings


def test_a_good_site_has_good_old_addresses(site: Path, tmp_path: Path) -> None:
    def findings_of(folder: Path) -> tuple[list[str], list[str]]:
        with hosted(folder) as url:
            report = check_site(url, samples=20, negotiates=False)
        addresses = ("aliases.tsv", *(f"figures/{quote(alias)}.html" for alias in [*ALIASES, SHARED]))
        return [str(f) for f in report.findings if f.url.removeprefix(f"{url}/") in addresses], [n for n in report.notes if "alias" in n]

    assert findings_of(site) == ([], [])
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / "aliases.tsv").unlink()
    assert findings_of(tmp_path / "site") == ([], ["there is no aliases.tsv, so no alias URLs were requested"])


@pytest.mark.parametrize("portable", [False, True])
def test_any_number_of_old_addresses_leads_to_figures_on_each_host(portable: bool) -> None:
    count = MAX_STATIC_REDIRECTS + 1
    aliases = {
        PageAddress(ALIASED_TYPE, f"PMC{number}__F1", portable): [PageAddress(ALIASED_TYPE, f"PMC{number}__f1", portable)]
        for number in range(count)
    }
    few = dict(list(aliases.items())[:MAX_ALIAS_RULES])
    files = render_hosting_files("default-src 'none'", renamed=[] if portable else None, aliases=few)
    assert files[".htaccess"].count("__F1") == files["hosting/w3id/.htaccess"].count("__F1") == MAX_ALIAS_RULES
    assert files["hosting/nginx.conf"].count("__F1") == MAX_ALIAS_RULES
    assert "hosting/apache-aliases.txt" not in files
    files = render_hosting_files("default-src 'none'", renamed=[] if portable else None, aliases=aliases)
    assert not any("__F1" in files[name] for name in (".htaccess", "hosting/w3id/.htaccess", "hosting/nginx.conf"))
    assert files["hosting/nginx-names.conf"].count("__F1=") == files["hosting/apache-aliases.txt"].count("__F1 ") == count
    # A page that is at the path of the alias leads on; where it is elsewhere, the line is all that there is.
    assert files["_redirects"].count("__F1 ") == (count if portable else MAX_STATIC_REDIRECTS)
    assert (f"# {MAX_STATIC_REDIRECTS} of {count} old addresses" in files["_redirects"]) is not portable
