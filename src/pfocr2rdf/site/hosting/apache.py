"""The file for Apache, ``.htaccess``: the same reckoning in the words of mod_rewrite. It works under every path without a change."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.site.hosting.accept import FULL, LESS, NONE, ranges
from pfocr2rdf.site.hosting.headers import ALWAYS, HIDDEN, NOT_FOUND, TYPES
from pfocr2rdf.site.hosting.rewrites import Route, routes
from pfocr2rdf.site.pages.urls import FORMS, HTML

_HEAD = """\
# A site of linked data on Apache 2.4, made by pfocr2rdf. Do not change it: it is made anew with the site.
# It wants "AllowOverride All" and the modules rewrite and headers; where names have slashes in them, the
# server also wants "AllowEncodedSlashes On", which can stand in no .htaccess.
Options -MultiViews -Indexes

<IfModule mod_rewrite.c>
RewriteEngine On
"""

_WHERE = """\

# The path of the site, and its folder; both end in a slash.
RewriteCond "%{REQUEST_URI}::$0" "^(.*?)(.*)::\\2$"
RewriteRule ^.*$ - [E=pfocr_base:%1]
RewriteCond %{ENV:pfocr_base} "^/(.*)$"
RewriteRule ^ - [E=pfocr_home:%1]
RewriteCond "%{REQUEST_FILENAME}%{PATH_INFO}::$0" "^(.*?)(.*)::\\2$"
RewriteRule ^.*$ - [E=pfocr_root:%1]
"""

RAW = """\

# The path as it was asked for, letter for letter, without a query: it can be said again without harm.
RewriteCond %{THE_REQUEST} "^[^ ]+ (?:https?://[^/ ]*)?(/[^?# ]*)" [NC]
RewriteRule ^ - [E=pfocr_raw:%1]
"""
"""Finds the path as it was asked for."""

_SLASH = """\
RewriteCond %{ENV:pfocr_raw} "^(.*)%2f(.*)$" [NC]
RewriteRule ^ - [E=pfocr_raw:%1/%2]
"""

SLASHES = _SLASH * 4
"""Puts slashes for those that are encoded in it."""

_FOUND = """\

RewriteRule "(?:^|/){hidden}" - [R=404,L]
RewriteCond %{REQUEST_METHOD} =OPTIONS
RewriteRule ^ - [R=204,L]

# It leads to what is liked best of what is there, but not away from a file.
RewriteCond %{ENV:pfocr_page} !page
RewriteCond %{REQUEST_FILENAME}%{PATH_INFO} -f
RewriteRule ^ - [E=pfocr_link:]
"""

_FOUND_PACKED = """\
RewriteCond %{ENV:pfocr_page} !page
RewriteCond %{REQUEST_FILENAME}%{PATH_INFO}.gz -f
RewriteRule ^ - [E=pfocr_link:]
"""

_PACK = """\

# Files are there as X.gz, some only so: these go to everybody as they are, for Apache cannot unpack them here.
RewriteCond %{ENV:REDIRECT_STATUS} "^$"
RewriteCond %{ENV:pfocr_raw} "!/$"
RewriteCond %{REQUEST_FILENAME}.gz -f
RewriteCond %{HTTP:Accept-Encoding} "(?:^|[ ,])(?:x-)?gzip(?![ ]*;[ ]*q=0(?:\\.0*)?(?:[ ,]|$))" [NC,OR]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteRule [.](?:{endings})$ %{ENV:pfocr_raw}.gz [NE,END,E=pfocr_packed:packed]
"""

_PACKED = "reqenv('REDIRECT_pfocr_packed') == 'packed'"

_END = """\
</IfModule>

<IfModule mod_headers.c>
"""


def apache(policy: str, *, precompressed: bool) -> str:
    """The file.

    Args:
        policy: the Content-Security-Policy.
        precompressed: whether files may be there with ``.gz`` behind their names.
    """
    packed = (_PACK.replace("{endings}", "|".join(ending[1:] for ending in TYPES)),) if precompressed else ()
    parts = (_HEAD, _WHERE, RAW, SLASHES, *weights(), *_links(), *_found(precompressed), *packed, _END)
    return "".join((*parts, *_headers(policy), *_types(precompressed)))


def weights() -> Iterator[str]:
    """Directives that find the form that is liked best, and put its ending into ``pfocr_form``."""
    yield "\n# How much each form is liked: what the most exact range of media types says.\n"
    yield f"RewriteRule ^ - [{','.join(f'E=pfocr_{form.ending[1:]}:{NONE}' for form in FORMS)},E=pfocr_form:{HTML.ending}]\n"
    yield f'RewriteCond %{{HTTP:Accept}} "^$"\nRewriteRule ^ - [E=pfocr_{HTML.ending[1:]}:{FULL}]\n'
    for one in ranges():
        for regex, weight in ((one.weighted, "%1%2"), (one.plain, FULL)):
            yield f'RewriteCond %{{HTTP:Accept}} "{regex}" [NC,NV]\n'
            yield f"RewriteRule ^ - [{','.join(f'E=pfocr_{form.ending[1:]}:{weight}' for form in one.forms)}]\n"
    yield f"RewriteRule ^ - [E=pfocr_best:%{{ENV:pfocr_{HTML.ending[1:]}}}]\n"
    for form in FORMS[1:]:
        weight = f"%{{ENV:pfocr_{form.ending[1:]}}}"
        yield f'RewriteCond "%{{ENV:pfocr_best}}:{weight}" "{LESS}"\n'
        yield f"RewriteRule ^ - [E=pfocr_form:{form.ending},E=pfocr_best:{weight}]\n"


def _links() -> Iterator[str]:
    yield "\n# Where it leads, without an ending: as a link, and as a file.\n"
    yield "RewriteRule ^ - [E=pfocr_link:,E=pfocr_file:,E=pfocr_page:]\n"
    for route in routes():
        flags = f"E=pfocr_link:%1{_target(route, '%')},E=pfocr_file:%{{ENV:pfocr_root}}{_target(route, '$', 1)}"
        yield f'RewriteCond "%{{ENV:pfocr_base}}|%{{ENV:pfocr_raw}}" "^(.*)[|]\\1{route.pattern()}$"\n'
        yield f'RewriteRule "^{route.pattern()}$" - [{flags},E=pfocr_vary:Accept{",E=pfocr_page:page" if route.is_page else ""}]\n'


def _target(route: Route, mark: str, number: int = 2) -> str:
    return f"{route.to}{f'{mark}{number}' if route.middle else ''}"


def _found(precompressed: bool) -> Iterator[str]:
    yield _FOUND.replace("{hidden}", HIDDEN) + _FOUND_PACKED * precompressed
    for form in ("%{ENV:pfocr_form}", HTML.ending):
        for ending in ("", ".gz") if precompressed else ("",):
            yield 'RewriteCond %{ENV:pfocr_link} "."\n'
            if form == HTML.ending:
                yield "RewriteCond %{ENV:pfocr_page} !page\n"
            else:
                yield f'RewriteCond "%{{ENV:pfocr_page}}{form}" "!=page{HTML.ending}"\n'
            yield f"RewriteCond %{{ENV:pfocr_file}}{form}{ending} -f\n"
            yield f"RewriteRule ^ %{{ENV:pfocr_link}}{form} [R=303,NE,QSD,L]\n"


def _headers(policy: str) -> Iterator[str]:
    yield from (f'Header always set {name} "{value}"\n' for name, value in ALWAYS.items())
    yield f'Header always set Content-Security-Policy "{policy}"\n'
    yield from (f"Header always merge Vary Accept env={before}pfocr_vary\n" for before in ("", "REDIRECT_"))
    yield "Header unset Content-Language\n</IfModule>\n"
    yield f"\nErrorDocument 403 /%{{reqenv:pfocr_home}}{NOT_FOUND}\nErrorDocument 404 /%{{reqenv:pfocr_home}}{NOT_FOUND}\n"


def _types(precompressed: bool) -> Iterator[str]:
    yield "\n# By the last ending only: what other dots in a name mean elsewhere is meant by none here.\n"
    for ending, kind in TYPES.items():
        yield f'<FilesMatch "[.]{ending[1:]}$">\nForceType "{kind}"\nSetHandler default-handler\n</FilesMatch>\n'
    yield "RemoveEncoding .gz\n"
    if precompressed:
        for ending, kind in TYPES.items():
            yield f'<FilesMatch "[.]{ending[1:]}[.]gz$">\n<If "{_PACKED}">\nForceType "{kind}"\n</If>\n</FilesMatch>\n'
        yield f'<IfModule mod_headers.c>\n<If "{_PACKED}">\nHeader set Content-Encoding gzip\n'
        yield "Header merge Vary Accept-Encoding\n</If>\n</IfModule>\n"
