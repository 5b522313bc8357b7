"""Sites whose files have portable names: IRIs lead to them on real nginx and real Apache, and on hosts that read ``_redirects``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
from tests.support.records import front_matter, older, write
from tests.support.servers import Server
from tests.support.websites import ADDRESSES, POLICY, apache, nginx, page, write_site

from pfocr2rdf import publish
from pfocr2rdf.site.audit.check import check_site
from pfocr2rdf.site.audit.negotiation import negotiated_paths
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.urls import HTML, REPRESENTATIONS, TURTLE

PORTABLE = [address._replace(has_portable_path=True) for address in ADDRESSES]


@contextlib.contextmanager
def hosted(folder: Path, host: str, site: Callable[[Path], object], base: str = "/") -> Iterator[Server]:
    root = folder / "root"
    site(root / base.strip("/"))
    (folder / "server").mkdir()
    with nginx(folder / "server", root, base) if host == "nginx" else apache(folder / "server", root) as server:
        yield server


@pytest.mark.parametrize("packed", ["", "beside", "only"])
@pytest.mark.parametrize("host", ["nginx", "apache"])
def test_iris_lead_to_pages_under_portable_names(host: str, packed: str, tmp_path: Path) -> None:
    base = "/pfocr/" if packed else "/"
    with hosted(tmp_path, host, lambda folder: write_site(folder, packed=packed, portable=True), base) as server:
        for address in PORTABLE:
            for path in negotiated_paths(address):
                for representation in REPRESENTATIONS:
                    response = server.answer("GET", base + path.path, Accept=representation.media_type)
                    if path.is_page and representation is HTML:
                        assert (response.status_code, response.text) == (200, page(address, HTML))
                        continue
                    assert response.status_code == 303, (path.path, response.text)
                    location = urljoin(base + path.path, response.headers["Location"]).removeprefix(server.url)
                    assert unquote(location) == base + address.file_path(representation)
                    assert server.answer("GET", location).text == page(address, representation)
        assert check_site(server.url + base, samples=30, negotiates=True).findings == ()


@pytest.mark.parametrize("host", ["nginx", "apache"])
def test_an_encoded_slash_in_the_path_of_a_file_leads_to_the_folder_that_its_links_count_on(host: str, tmp_path: Path) -> None:
    with hosted(tmp_path, host, write_site, "/pfocr/") as server:
        for suffix in (".html", ".ttl", ".html?a=b"):
            response = server.answer("GET", f"/pfocr/families/A%2FB{suffix}")
            assert response.status_code == 301, suffix
            target = urljoin("/pfocr/", response.headers["Location"]).removeprefix(server.url)
            assert target == f"/pfocr/families/A/B{suffix.partition('?')[0]}"
            assert server.answer("GET", target).status_code == 200
        for path in ("/%2Fevil.example/..%2fpfocr/families/A%2FB.html", "//evil.example%2f../pfocr/families/A%2FB.html"):
            response = server.answer("GET", path)
            assert "evil" not in response.headers.get("Location", ""), path


def test_a_permanent_address_leads_to_portable_names(tmp_path: Path) -> None:
    def site(folder: Path) -> None:
        folder.mkdir(parents=True)
        renamed = [address for address in PORTABLE if address.is_renamed]
        text = render_hosting_files(POLICY, base_url="https://example.org/", renamed=renamed)["hosting/w3id/.htaccess"]
        (folder / ".htaccess").write_text(text)

    with hosted(tmp_path, "apache", site, "/pfocr/") as server:
        for address in PORTABLE:
            for path in negotiated_paths(address):
                if not path.path.endswith(".ttl"):  # it cannot know whether that is a name
                    response = server.answer("GET", f"/pfocr/{path.path}", Accept="text/turtle")
                    assert unquote(response.headers["Location"]) == f"https://example.org/{address.file_path(TURTLE)}", path.path
            for representation in REPRESENTATIONS[1:]:
                response = server.answer("GET", f"/pfocr/{address.url(representation)}", Accept="text/turtle")
                assert unquote(response.headers["Location"]) == f"https://example.org/{address.file_path(representation)}"


@pytest.mark.parametrize("host", ["nginx", "apache"])
def test_a_site_with_names_that_fold_to_one_has_no_fault(host: str, tmp_path: Path) -> None:
    names = ("PMC1__Fig_t", "PMC1__Fig_T", "PMC1__fig_t", "PMC1__a.b.", "PMC1__plain")
    records = write(tmp_path / "records", {f"{number}.md": front_matter(older(name)) for number, name in enumerate(names)})
    with hosted(tmp_path, host, lambda folder: publish(records, folder, portable_names=True)) as server:
        report = check_site(server.url, samples=10, negotiates=True)
        assert report.findings == ()
        locations = {server.answer("GET", f"/figures/{name}.html", Accept="text/turtle").headers["Location"] for name in names}
        assert len(locations) == len(names)
