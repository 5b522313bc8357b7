"""The files of a site for hosts: the same in every run, and made of the one table of paths."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.support.websites import ADDRESSES, POLICY, write_site

import pfocr2rdf.site.hosting
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.audit.negotiation import negotiated_paths
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, JSONLD, REDIRECTS, TURTLE

TYPES = {HTML: "text/html; charset=utf-8", TURTLE: "text/turtle; charset=utf-8", JSONLD: "application/ld+json"}


def redirected(text: str, path: str) -> tuple[int, str] | None:
    """What a line of ``_redirects`` does with a path: a splat is at the end, stands for anything, and the first line that fits counts."""
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        source, target, status = line.split()
        assert source.count("*") <= 1
        match = re.fullmatch(re.escape(source).replace(r"\*", "(.*)"), path)
        if match:
            return int(status), target.replace(":splat", match[1]) if match.groups() else target
    return None


def test_hosts_of_plain_files_lead_to_files_that_are_there_and_never_in_a_circle(tmp_path: Path) -> None:
    files, root = render_hosting_files(POLICY), write_site(tmp_path)
    text = files["_redirects"]
    assert "Accept" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    for name, target in REDIRECTS.items():
        assert redirected(text, f"/{name}") == (303, f"/{target}.ttl")
    figures = [address for address in ADDRESSES if address.entity_type and address.entity_type.name == "figure"]
    for address in figures:
        name = quote(address.name, safe="")
        assert redirected(text, f"/graphs/{name}") == (303, f"/figures/{name}.html")
    for path in root.rglob("*"):
        # Cloudflare follows redirects also where there is a file.
        assert redirected(text, f"/{path.relative_to(root)}") is None
    for line in (line.split() for line in text.splitlines() if not line.startswith("#")):
        assert redirected(text, line[1].replace(":splat", "x")) is None


def test_hosts_of_plain_files_lead_from_iris_to_pages_with_portable_names() -> None:
    addresses = [address._replace(has_portable_path=True) for address in ADDRESSES]
    renamed = [address for address in addresses if address.is_renamed]
    files = render_hosting_files(POLICY, renamed=renamed)
    paths = {path.path: address for address in renamed for path in negotiated_paths(address)}
    assert len(paths) > len(renamed) > 10
    for path, address in paths.items():
        assert redirected(files["_redirects"], f"/{path}") == (303, f"/{address.url(HTML)}")
    assert f" {len(paths)} lines. Cloudflare Pages reads 2000 " in files["_redirects"]
    assert f"`_redirects`: {len(paths)} lines in this site" in files["hosting/README.md"]


def test_only_sites_with_portable_names_have_the_map_of_them() -> None:
    plain, portable = render_hosting_files(POLICY), render_hosting_files(POLICY, renamed=[])
    assert set(portable) - set(plain) == {"hosting/nginx-names.conf"}
    assert not any("pfocr_name" in text or "sha1" in text for text in plain.values())


def test_hosts_of_plain_files_send_the_headers(tmp_path: Path) -> None:
    rows = render_hosting_files(POLICY)["_headers"].splitlines()
    headers: dict[str, dict[str, str]] = {}
    for row in rows:
        if not row.startswith(" "):
            headers[row] = {}
        else:
            name, _, value = row.strip().partition(": ")
            headers[list(headers)[-1]][name] = value
    assert headers["/*"]["Access-Control-Allow-Origin"] == "*"
    assert headers["/*"]["Content-Security-Policy"] == POLICY
    assert headers["/*"]["X-Content-Type-Options"] == "nosniff"
    assert headers["/*.ttl"] == {"Content-Type": TYPES[TURTLE]}
    assert headers["/*.jsonld"] == {"Content-Type": TYPES[JSONLD]}


def test_a_site_carries_these_files_the_same_in_every_run() -> None:
    files = render_hosting_files(POLICY)
    assert set(files) == {
        ".htaccess",
        ".nojekyll",
        "_headers",
        "_redirects",
        "hosting/README.md",
        "hosting/nginx.conf",
        "hosting/w3id/.htaccess",
    }
    assert files == render_hosting_files(POLICY)
    assert SITE_URL in files["hosting/w3id/.htaccess"]
    for word in ("Apache", "nginx", "Netlify", "Cloudflare Pages", "GitHub Pages", "w3id", "q="):
        assert word in files["hosting/README.md"], word


def test_no_path_of_the_table_is_written_a_second_time() -> None:
    for path in Path(pfocr2rdf.site.hosting.__file__).parent.rglob("*.[pj][y2]"):
        code = path.read_text(encoding="utf-8")
        for word in (*(entity_type.folder for entity_type in ENTITY_TYPES), *REDIRECTS, "graphs"):
            assert f"{word}/" not in code, f"{path.name}: {word}"


@pytest.mark.parametrize("policy", ['script-src "x"', "a\nSet-Cookie: b", "default-src $host", "%{x}", "a\\", ""])
def test_a_policy_that_a_server_would_read_in_its_own_way_is_refused(policy: str) -> None:
    with pytest.raises(ValueError, match="Content-Security-Policy"):
        render_hosting_files(policy)


@pytest.mark.parametrize(
    "base", ["https://example.org", "ftp://example.org/", "https://example.org/ x/", "https://example.org/$1/", "//example.org/"]
)
def test_an_address_that_can_be_no_site_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="not the URL of a site"):
        render_hosting_files(POLICY, base_url=base)
