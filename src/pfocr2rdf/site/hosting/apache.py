"""The file for Apache, ``.htaccess``: the same reckoning in the words of mod_rewrite. It works under every path without a change."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.site.hosting.accept import WEIGHT_FULL, WEIGHT_LESS_THAN, WEIGHT_NONE, accept_ranges
from pfocr2rdf.site.hosting.headers import COMMON_HEADERS, CONTENT_TYPES, HIDDEN_FILE_PATTERN, NOT_FOUND_PAGE
from pfocr2rdf.site.hosting.rewrites import RewriteRule, rewrite_rules
from pfocr2rdf.site.pages.urls import HTML, REPRESENTATIONS

_HEAD = """\
# A site of linked data on Apache 2.4, made by pfocr2rdf. Do not change it: it is made anew with the site.
# It wants "AllowOverride All" and the modules rewrite and headers; where names have slashes in them, the
# server also wants "AllowEncodedSlashes On", which can stand in no .htaccess.
Options -MultiViews -Indexes

<IfModule mod_rewrite.c>
RewriteEngine On
"""

_SITE_PATH = """\

# The path of the site, and its folder; both end in a slash.
RewriteCond "%{REQUEST_URI}::$0" "^(.*?)(.*)::\\2$"
RewriteRule ^.*$ - [E=pfocr_base:%1]
RewriteCond %{ENV:pfocr_base} "^/(.*)$"
RewriteRule ^ - [E=pfocr_home:%1]
RewriteCond "%{REQUEST_FILENAME}%{PATH_INFO}::$0" "^(.*?)(.*)::\\2$"
RewriteRule ^.*$ - [E=pfocr_root:%1]
"""

RAW_PATH_DIRECTIVES = """\

# The path as it was asked for, letter for letter, without a query: it can be said again without harm.
RewriteCond %{THE_REQUEST} "^[^ ]+ (?:https?://[^/ ]*)?(/[^?# ]*)" [NC]
RewriteRule ^ - [E=pfocr_raw:%1]
"""
"""Finds the path as it was asked for."""

_SLASH = """\
RewriteCond %{ENV:pfocr_raw} "^(.*)%2f(.*)$" [NC]
RewriteRule ^ - [E=pfocr_raw:%1/%2]
"""

SLASH_DIRECTIVES = _SLASH * 4
"""Puts slashes for those that are encoded in it."""

_REDIRECT_CONDITIONS = """\

RewriteRule "(?:^|/){hidden}" - [R=404,L]
RewriteCond %{REQUEST_METHOD} =OPTIONS
RewriteRule ^ - [R=204,L]

# It leads to what is liked best of what is there, but not away from a file.
RewriteCond %{ENV:pfocr_page} !page
RewriteCond %{REQUEST_FILENAME}%{PATH_INFO} -f
RewriteRule ^ - [E=pfocr_link:]
"""

_REDIRECT_CONDITIONS_PRECOMPRESSED = """\
RewriteCond %{ENV:pfocr_page} !page
RewriteCond %{REQUEST_FILENAME}%{PATH_INFO}.gz -f
RewriteRule ^ - [E=pfocr_link:]
"""

_PRECOMPRESSED_RULES = """\

# Files are there as X.gz, some only so: these go to everybody as they are, for Apache cannot unpack them here.
RewriteCond %{ENV:REDIRECT_STATUS} "^$"
RewriteCond %{ENV:pfocr_raw} "!/$"
RewriteCond %{REQUEST_FILENAME}.gz -f
RewriteCond %{HTTP:Accept-Encoding} "(?:^|[ ,])(?:x-)?gzip(?![ ]*;[ ]*q=0(?:\\.0*)?(?:[ ,]|$))" [NC,OR]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteRule [.](?:{endings})$ %{ENV:pfocr_raw}.gz [NE,END,E=pfocr_packed:packed]
"""

_IS_PRECOMPRESSED = "reqenv('REDIRECT_pfocr_packed') == 'packed'"

_END = """\
</IfModule>

<IfModule mod_headers.c>
"""


def render_apache_config(policy: str, *, precompressed: bool) -> str:
    """The file.

    Args:
        policy: the Content-Security-Policy.
        precompressed: whether files may be there with ``.gz`` behind their names.
    """
    packed = (_PRECOMPRESSED_RULES.replace("{endings}", "|".join(ending[1:] for ending in CONTENT_TYPES)),) if precompressed else ()
    parts = (
        _HEAD,
        _SITE_PATH,
        RAW_PATH_DIRECTIVES,
        SLASH_DIRECTIVES,
        *weight_directives(),
        *_target_directives(),
        *_redirect_directives(precompressed),
        *packed,
        _END,
    )
    return "".join((*parts, *_header_directives(policy), *_media_type_directives(precompressed)))


def weight_directives() -> Iterator[str]:
    """Directives that find the form that is liked best, and put its ending into ``pfocr_form``."""
    yield "\n# How much each form is liked: what the most exact range of media types says.\n"
    unset = ",".join(f"E=pfocr_{form.suffix[1:]}:{WEIGHT_NONE}" for form in REPRESENTATIONS)
    yield f"RewriteRule ^ - [{unset},E=pfocr_form:{HTML.suffix}]\n"
    yield f'RewriteCond %{{HTTP:Accept}} "^$"\nRewriteRule ^ - [E=pfocr_{HTML.suffix[1:]}:{WEIGHT_FULL}]\n'
    for one in accept_ranges():
        for regex, weight in ((one.weighted_pattern, "%1%2"), (one.unweighted_pattern, WEIGHT_FULL)):
            yield f'RewriteCond %{{HTTP:Accept}} "{regex}" [NC,NV]\n'
            yield f"RewriteRule ^ - [{','.join(f'E=pfocr_{form.suffix[1:]}:{weight}' for form in one.representations)}]\n"
    yield f"RewriteRule ^ - [E=pfocr_best:%{{ENV:pfocr_{HTML.suffix[1:]}}}]\n"
    for form in REPRESENTATIONS[1:]:
        weight = f"%{{ENV:pfocr_{form.suffix[1:]}}}"
        yield f'RewriteCond "%{{ENV:pfocr_best}}:{weight}" "{WEIGHT_LESS_THAN}"\n'
        yield f"RewriteRule ^ - [E=pfocr_form:{form.suffix},E=pfocr_best:{weight}]\n"


def _target_directives() -> Iterator[str]:
    yield "\n# Where it leads, without an ending: as a link, and as a file.\n"
    yield "RewriteRule ^ - [E=pfocr_link:,E=pfocr_file:,E=pfocr_page:]\n"
    for route in rewrite_rules():
        flags = f"E=pfocr_link:%1{_target(route, '%')},E=pfocr_file:%{{ENV:pfocr_root}}{_target(route, '$', 1)}"
        yield f'RewriteCond "%{{ENV:pfocr_base}}|%{{ENV:pfocr_raw}}" "^(.*)[|]\\1{route.full_pattern()}$"\n'
        yield f'RewriteRule "^{route.full_pattern()}$" - [{flags},E=pfocr_vary:Accept{",E=pfocr_page:page" if route.is_page else ""}]\n'


def _target(route: RewriteRule, mark: str, number: int = 2) -> str:
    return f"{route.target_prefix}{f'{mark}{number}' if route.middle_pattern else ''}"


def _redirect_directives(precompressed: bool) -> Iterator[str]:
    yield _REDIRECT_CONDITIONS.replace("{hidden}", HIDDEN_FILE_PATTERN) + _REDIRECT_CONDITIONS_PRECOMPRESSED * precompressed
    for form in ("%{ENV:pfocr_form}", HTML.suffix):
        for ending in ("", ".gz") if precompressed else ("",):
            yield 'RewriteCond %{ENV:pfocr_link} "."\n'
            if form == HTML.suffix:
                yield "RewriteCond %{ENV:pfocr_page} !page\n"
            else:
                yield f'RewriteCond "%{{ENV:pfocr_page}}{form}" "!=page{HTML.suffix}"\n'
            yield f"RewriteCond %{{ENV:pfocr_file}}{form}{ending} -f\n"
            yield f"RewriteRule ^ %{{ENV:pfocr_link}}{form} [R=303,NE,QSD,L]\n"


def _header_directives(policy: str) -> Iterator[str]:
    yield from (f'Header always set {name} "{value}"\n' for name, value in COMMON_HEADERS.items())
    yield f'Header always set Content-Security-Policy "{policy}"\n'
    yield from (f"Header always merge Vary Accept env={before}pfocr_vary\n" for before in ("", "REDIRECT_"))
    yield "Header unset Content-Language\n</IfModule>\n"
    yield f"\nErrorDocument 403 /%{{reqenv:pfocr_home}}{NOT_FOUND_PAGE}\nErrorDocument 404 /%{{reqenv:pfocr_home}}{NOT_FOUND_PAGE}\n"


def _media_type_directives(precompressed: bool) -> Iterator[str]:
    yield "\n# By the last ending only: what other dots in a name mean elsewhere is meant by none here.\n"
    for ending, kind in CONTENT_TYPES.items():
        yield f'<FilesMatch "[.]{ending[1:]}$">\nForceType "{kind}"\nSetHandler default-handler\n</FilesMatch>\n'
    yield "RemoveEncoding .gz\n"
    if precompressed:
        for ending, kind in CONTENT_TYPES.items():
            yield f'<FilesMatch "[.]{ending[1:]}[.]gz$">\n<If "{_IS_PRECOMPRESSED}">\nForceType "{kind}"\n</If>\n</FilesMatch>\n'
        yield f'<IfModule mod_headers.c>\n<If "{_IS_PRECOMPRESSED}">\nHeader set Content-Encoding gzip\n'
        yield "Header merge Vary Accept-Encoding\n</If>\n</IfModule>\n"
