"""The file for a permanent address such as ``https://w3id.org/pfocr/``: an ``.htaccess`` that leads to the site, wherever that is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pfocr2rdf.site.hosting.apache import RAW_PATH_DIRECTIVES, SLASH_DIRECTIVES, weight_directives
from pfocr2rdf.site.hosting.rewrites import rewrite_rules
from pfocr2rdf.site.pages.urls import REPRESENTATIONS

_BASE = re.compile(r"https?://[A-Za-z0-9._~:\[\]-]+/(?:[A-Za-z0-9._~-]+/)*").fullmatch

_HEAD = """\
# Leads to {base} by what a client accepts, made by pfocr2rdf. For w3id.org, this is the file of a folder in
# the repository perma-id/w3id.org; it wants the module rewrite of Apache 2.4, and headers.
Options -MultiViews

<IfModule mod_headers.c>
Header always set Access-Control-Allow-Origin "*"
Header always merge Vary Accept env=pfocr_vary
</IfModule>

RewriteEngine On

# The path of this folder, with a slash at its end.
RewriteCond "%{{REQUEST_URI}}::$0" "^(.*?)(.*)::\\2$"
RewriteRule ^.*$ - [E=pfocr_base:%1]
"""


def render_w3id_config(base_url: str) -> str:
    """The file.

    Args:
        base_url: where the site is; it ends in a slash.

    Raises:
        ValueError: it can be no address of a site.
    """
    if not _BASE(base_url):
        raise ValueError(f"{base_url!r} is no address of a site; give one such as https://example.org/pfocr/")
    return "".join(
        (_HEAD.format(base=base_url), RAW_PATH_DIRECTIVES, SLASH_DIRECTIVES, *weight_directives(), *_redirect_directives(base_url))
    )


def _redirect_directives(base_url: str) -> Iterator[str]:
    yield "\n# Names of things lead to what is liked best; all else has the same path there.\n"
    endings = "|".join(re.escape(form.suffix) for form in REPRESENTATIONS)
    for route in rewrite_rules():
        asked = f'RewriteCond "%{{ENV:pfocr_base}}|%{{ENV:pfocr_raw}}" "^(.*)[|]\\1{route.full_pattern()}$"\n'
        target = f"{base_url}{route.target_prefix}{'%2' if route.middle_pattern else ''}"
        kept = f'RewriteCond %{{ENV:pfocr_raw}} "!(?:{endings})$"\n' if not route.is_page else ""
        yield f"{kept}{asked}RewriteRule ^ {target}%{{ENV:pfocr_form}} [R=303,NE,QSD,L,E=pfocr_vary:Accept]\n"
    yield f'RewriteCond "%{{ENV:pfocr_base}}|%{{ENV:pfocr_raw}}" "^(.*)[|]\\1(.*)$"\nRewriteRule ^ {base_url}%2 [R=303,NE,QSD,L]\n'
