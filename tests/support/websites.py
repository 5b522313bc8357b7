"""A small, complete site of linked data, and real web servers that serve it: processes of their own on loopback."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.support.servers import Server, free_port, program

from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.urls import (
    ENTITY_TYPES_BY_NAME,
    HTML,
    JSONLD,
    RDF_XML,
    STANDALONE_PAGES,
    TURTLE,
    PageAddress,
    Representation,
)

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'"
FIGURE = "PMC1234567__fig-1.a"
NAMES = {
    "figure": (FIGURE, "PMC7__Fig 2+x"),
    "gene": ("6772", "1956"),
    "family": (
        "NF-κB",
        "A/B",
        "A/B/C",
        "two words",
        'it\'s "q"',
        "p38.ttl",
        "a+b",
        "50%",
        "x.y",
        "x.pl",
        "x.gz",
        "C&D;e",
        "é(1)=,~",
        "%41",
        "why?",
        "a#b",
        ".x",
    ),
    "paper": ("PMC1234567",),
    "chemical": ("D000244", "CHEBI_76072"),
    "disease": ("D009369", "DOID_0060239"),
    "organism": ("9606",),
}
"""The names of things that the site has pages for, some as nobody would like them."""

ADDRESSES = [
    *(PageAddress(ENTITY_TYPES_BY_NAME[kind], name) for kind, names in NAMES.items() for name in names),
    *(PageAddress(None, name) for name in STANDALONE_PAGES),
]


def page(address: PageAddress, fmt: Representation) -> str:
    """A page of a resource."""
    class_iri = (
        f"{PREFIXES['pfocr']}{address.entity_type.cls.partition(':')[2]}" if address.entity_type else "http://rdfs.org/ns/void#Dataset"
    )
    if fmt is TURTLE:
        return f'<{address.iri}> a <{class_iri}> ;\n  <http://www.w3.org/2000/01/rdf-schema#label> "κ" .\n'
    if fmt is JSONLD:
        document = {"@id": address.iri, "@type": class_iri, "http://www.w3.org/2000/01/rdf-schema#label": "κ"}
        return json.dumps(document, ensure_ascii=False)
    if fmt is RDF_XML:
        syntax = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        label = '<label xmlns="http://www.w3.org/2000/01/rdf-schema#">κ</label>'
        node = f'<r:Description r:about="{address.iri}"><r:type r:resource="{class_iri}"/>{label}</r:Description>'
        return f'<r:RDF xmlns:r="{syntax}">{node}</r:RDF>\n'
    urls = {other.media_type: escape(address.path_to_root + address.url(other)) for other in address.representations[1:]}
    links = "".join(f'<link rel="alternate" type="{media_type}" href="{url}">\n' for media_type, url in urls.items())
    return f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>κ</title>\n{links}</head><body>κ</body></html>\n'


def plain(title: str) -> str:
    """A page that only people read."""
    return f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>{title}</body></html>\n'


def sitemaps(addresses: list[PageAddress]) -> dict[str, str]:
    """The sitemap and its only part."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    urls = "".join(f"<url><loc>{escape(SITE_URL + address.url(HTML))}</loc></url>\n" for address in addresses)
    index = f"<sitemapindex {space}><sitemap><loc>{SITE_URL}sitemaps/1.xml</loc></sitemap></sitemapindex>\n"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return {"sitemap.xml": head + index, "sitemaps/1.xml": f"{head}<urlset {space}>\n{urls}</urlset>\n"}


def write_site(folder: Path, *, packed: str = "", portable: bool = False) -> Path:
    """A site.

    Args:
        folder: where to.
        packed: whether pages are there packed as well (``beside``), or not but so (``only``).
        portable: whether its files have portable names.
    """
    addresses = [address._replace(has_portable_path=portable) for address in ADDRESSES]
    files = {address.file_path(fmt): page(address, fmt) for address in addresses for fmt in address.representations}
    files |= {"genes/6772/page-2.html": plain("More"), **{f"{name}.html": plain(name) for name in ("index", "search", "queries", "404")}}
    files |= {"families/both.ttl": "", "families/both.ttl.html": plain("Both"), "families/both.ttl.ttl": ""}
    files |= {**sitemaps(addresses), "robots.txt": f"User-agent: *\nAllow: /\n\nSitemap: {SITE_URL}sitemap.xml\n"}
    files |= {
        "context.jsonld": json.dumps({"@context": {"a": f"{PREFIXES['pfocr']}a"}}),
        "manifest.json": "{}\n",
        "assets/style.css": "body {}\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if packed != "only" or "/" not in name:
            path.write_text(text, encoding="utf-8")
        if packed:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "downloads").mkdir()
    (folder / "downloads" / "figures.ttl.gz").write_bytes(gzip.compress(b"<a:a> <a:b> <a:c> .\n"))
    renamed = [address for address in addresses if address.is_renamed] if portable else None
    for name, text in render_hosting_files(POLICY, precompressed=bool(packed), renamed=renamed).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


_NGINX = """\
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{}}
http {{
  include {types};
  access_log access.log;
  client_body_temp_path temp/body;
  proxy_temp_path temp/proxy;
  fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi;
  scgi_temp_path temp/scgi;
  {names}
  server {{
    listen 127.0.0.1:{port};
    root {root};
    set $pfocr_base {base};
    include {site}/hosting/nginx.conf;
  }}
}}
"""
_TYPES = "types { text/html html; text/css css; text/plain txt; text/xml xml; application/json json; application/gzip gz; }\n"


@contextlib.contextmanager
def nginx(folder: Path, root: Path, base: str = "/") -> Iterator[Server]:
    """Nginx, whose files are in ``folder``, before a site in ``root`` or under a path of it."""
    name, port = program("nginx", "apt-get install nginx-light"), free_port()
    (folder / "temp").mkdir()
    (folder / "mime.types").write_text(_TYPES)
    settings = folder / "nginx.conf"
    site = str(root) + base.rstrip("/")
    names = f"include {file};" if (file := Path(site, "hosting/nginx-names.conf")).is_file() else ""
    settings.write_text(_NGINX.format(types=folder / "mime.types", names=names, port=port, root=root, base=base, site=site))
    server = Server([name, "-e", "stderr", "-p", folder, "-c", settings], folder, port)
    try:
        yield server
    finally:
        server.close()


_APACHE = """\
ServerName 127.0.0.1
ServerRoot {folder}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
Listen 127.0.0.1:{port}
{modules}
ErrorLog {folder}/error.log
LogLevel warn
TypesConfig {folder}/mime.types
AddLanguage pl .pl
AddEncoding x-gzip .gz
DocumentRoot {root}
{extra}
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory {root}>
  Options Indexes FollowSymLinks MultiViews
  AllowOverride {allowed}
  Require all granted
</Directory>
"""
_MODULES = ("mpm_event", "authz_core", "mime", "dir", "negotiation", "alias", "headers", "rewrite", "deflate", "filter")
_MIME = "text/css css\ntext/plain txt\ntext/xml xml\napplication/json json\napplication/gzip gz\n"


@contextlib.contextmanager
def apache(
    folder: Path, root: Path, *, extra: str = "AllowEncodedSlashes On", allowed: str = "All", without: tuple[str, ...] = ()
) -> Iterator[Server]:
    """Apache, whose files are in ``folder``, before a site in ``root`` or under it; with settings as Debian has them."""
    name, port = program("apache2", "apt-get install apache2-bin"), free_port()
    modules = [f"LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so" for module in _MODULES if module not in without]
    (folder / "mime.types").write_text(_MIME)
    settings = folder / "apache.conf"
    text = _APACHE.format(folder=folder, port=port, root=root, extra=extra, allowed=allowed, modules="\n".join(modules))
    settings.write_text(text)
    server = Server([name, "-X", "-f", settings], folder, port)
    try:
        yield server
    finally:
        server.close()
