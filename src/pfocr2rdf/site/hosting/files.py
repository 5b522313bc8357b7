"""The hosting files of a site: content negotiation, redirects and headers for Apache, nginx, Netlify, Cloudflare Pages and w3id.org."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.hosting.aliases import MAX_ALIAS_RULES, alias_redirects, static_alias_redirects
from pfocr2rdf.site.hosting.patterns import WEIGHT_FULL, WEIGHT_LESS_THAN, WEIGHT_NONE, accept_ranges, rewrite_rules, vocabulary_pattern
from pfocr2rdf.site.hosting.renamed_pages import MAX_STATIC_REDIRECTS, build_names_map, hash_size, static_redirects
from pfocr2rdf.site.pages.aliases import AliasTargets
from pfocr2rdf.site.pages.portable_names import DIGEST_PATTERN, PORTABLE_PATH_PATTERN, READABLE_PATTERN
from pfocr2rdf.site.pages.urls import (
    ALIASED_TYPE,
    ENTITY_TYPES_BY_FOLDER,
    HTML,
    RDF_XML,
    REPRESENTATIONS,
    TURTLE,
    VOCABULARY_REPRESENTATIONS,
    PageAddress,
    redirect_rules,
)

if TYPE_CHECKING:
    from jinja2 import Environment

COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""The headers other than the Content-Security-Policy."""

_OTHER_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}

DOCUMENT_CONTENT_TYPES = {
    representation.suffix: representation.media_type + ("; charset=utf-8" if representation.media_type.startswith("text/") else "")
    for representation in VOCABULARY_REPRESENTATIONS
}
"""The ``Content-Type`` headers of documents by the suffixes of their files."""

CONTENT_TYPES = {**DOCUMENT_CONTENT_TYPES, **_OTHER_CONTENT_TYPES}  # those of all files but the downloads and pictures
HIDDEN_FILE_PATTERN = "[.](?:ht|nojekyll)"  # matches the begin of the names of files that are for servers only
NOT_FOUND_PAGE = "404.html"  # the page for what is not there

_TEMPLATES = {
    ".htaccess": "htaccess.j2",
    "_headers": "netlify_headers.j2",
    "_redirects": "netlify_redirects.j2",
    "hosting/README.md": "README.md",
    "hosting/nginx.conf": "nginx.conf.j2",
    "hosting/w3id/.htaccess": "w3id.htaccess.j2",
}
_NAMES_MAP = ("hosting/nginx-names.conf", "nginx-names.conf.j2")  # for sites with portable names or with many aliases
_ALIASES_MAP = ("hosting/apache-aliases.txt", "apache-aliases.txt.j2")  # for sites with many aliases
_MAX_ENCODED_SLASHES = 4  # pages of names with more are found as well, but their links lead nowhere

_is_policy = re.compile(r"[A-Za-z0-9 ;:'/.,*+=_-]+").fullmatch  # one that means the same in the files of all hosts
_is_base_url = re.compile(r"https?://[A-Za-z0-9._~:\[\]-]+/(?:[A-Za-z0-9._~-]+/)*").fullmatch


def render_hosting_files(
    policy: str,
    *,
    precompressed: bool = False,
    base_url: str = SITE_URL,
    renamed: Sequence[PageAddress] | None = None,
    aliases: AliasTargets = MappingProxyType({}),
) -> dict[str, str]:
    """Render the hosting files that a site carries: the text of each by its path in the site.

    Redirects from elsewhere lead to ``base_url``, which ends in a slash. If the site is ``precompressed``, there may be files with
    ``.gz`` after their names, next to the others or alone. If its pages have portable names, ``renamed`` are those that are not under
    the names of their IRIs.

    Raises:
        ValueError: the policy or the base URL cannot be written to these files.
    """
    if not _is_policy(policy):
        raise ValueError(f"{policy!r} is not a Content-Security-Policy that the configuration of a web server can contain")
    if not _is_base_url(base_url):
        raise ValueError(f"{base_url!r} is not the URL of a site; use one such as https://example.org/pfocr/")
    redirects = alias_redirects(aliases)
    has_alias_map = len(redirects) > MAX_ALIAS_RULES
    names_map = build_names_map((quote(address.iri_path), address.url()) for address in renamed or ())
    alias_map = build_names_map((redirect.path, redirect.target) for redirect in redirects if has_alias_map)
    page_redirects = list(static_redirects(renamed or ()))
    context = {
        "aliases": redirects,
        "alias_rules": [] if has_alias_map else redirects,
        "alias_map": alias_map,
        "static_alias_redirects": static_alias_redirects(redirects, MAX_STATIC_REDIRECTS - len(page_redirects)),
        "base_url": base_url,
        "precompressed": precompressed,
        "document_suffixes": ("", ".gz") if precompressed else ("",),
        "is_portable": renamed is not None,
        "names_map": names_map,
        "hash_size": hash_size(names_map, alias_map),
        "static_redirects": page_redirects,
        "headers": {**COMMON_HEADERS, "Content-Security-Policy": policy},
    }
    environment = _environment()
    further_templates = [_NAMES_MAP] if renamed is not None or has_alias_map else []
    further_templates += [_ALIASES_MAP] if has_alias_map else []
    templates = {**_TEMPLATES, **dict(further_templates)}
    files = {path: environment.get_template(name).render(context) for path, name in templates.items()}
    return dict(sorted({**files, ".nojekyll": ""}.items()))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here, for a quick start of the command line

    environment = Environment(  # noqa: S701 - none of these files is HTML
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["suffix_name"] = lambda suffix: suffix[1:]
    environment.filters["regex_escape"] = re.escape
    environment.globals.update(
        figures=f"{ALIASED_TYPE.folder}/",
        html=HTML,
        turtle=TURTLE,
        rdf_xml=RDF_XML,
        representations=REPRESENTATIONS,
        all_representations=VOCABULARY_REPRESENTATIONS,
        vocabulary=vocabulary_pattern(),
        suffixes="|".join(re.escape(representation.suffix) for representation in REPRESENTATIONS),
        rules=rewrite_rules(),
        # A redirect never leads to where a rule begins, so that no two of them make a circle.
        redirects=[rule for rule in redirect_rules() if rule.prefix != rule.target_prefix],
        accept_ranges=accept_ranges(),
        weight_none=WEIGHT_NONE,
        weight_full=WEIGHT_FULL,
        weight_less_than=WEIGHT_LESS_THAN,
        content_types=CONTENT_TYPES,
        document_content_types=DOCUMENT_CONTENT_TYPES,
        hidden=HIDDEN_FILE_PATTERN,
        not_found=NOT_FOUND_PAGE,
        folders="|".join(ENTITY_TYPES_BY_FOLDER),
        portable_path=PORTABLE_PATH_PATTERN,
        readable=READABLE_PATTERN,
        digest=DIGEST_PATTERN,
        max_static_redirects=MAX_STATIC_REDIRECTS,
        max_slashes=_MAX_ENCODED_SLASHES,
    )
    return environment
