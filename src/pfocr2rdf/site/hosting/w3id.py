"""The file for a permanent address such as ``https://w3id.org/pfocr/``: an ``.htaccess`` that leads to the site, wherever that is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pfocr2rdf.site.hosting.apache import RAW, SLASHES, weights
from pfocr2rdf.site.hosting.rewrites import routes
from pfocr2rdf.site.pages.urls import FORMS

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


def w3id(base: str) -> str:
    """The file.

    Args:
        base: where the site is; it ends in a slash.

    Raises:
        ValueError: it can be no address of a site.
    """
    if not _BASE(base):
        raise ValueError(f"{base!r} is no address of a site; give one such as https://example.org/pfocr/")
    return "".join((_HEAD.format(base=base), RAW, SLASHES, *weights(), *_lead(base)))


def _lead(base: str) -> Iterator[str]:
    yield "\n# Names of things lead to what is liked best; all else has the same path there.\n"
    endings = "|".join(re.escape(form.ending) for form in FORMS)
    for route in routes():
        asked = f'RewriteCond "%{{ENV:pfocr_base}}|%{{ENV:pfocr_raw}}" "^(.*)[|]\\1{route.pattern()}$"\n'
        target = f"{base}{route.to}{'%2' if route.middle else ''}"
        kept = f'RewriteCond %{{ENV:pfocr_raw}} "!(?:{endings})$"\n' if not route.is_page else ""
        yield f"{kept}{asked}RewriteRule ^ {target}%{{ENV:pfocr_form}} [R=303,NE,QSD,L,E=pfocr_vary:Accept]\n"
    yield f'RewriteCond "%{{ENV:pfocr_base}}|%{{ENV:pfocr_raw}}" "^(.*)[|]\\1(.*)$"\nRewriteRule ^ {base}%2 [R=303,NE,QSD,L]\n'
