"""The file for nginx: directives of a server block, which reckon with nothing but ``if``, ``set`` and regular expressions."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.site.hosting.accept import WEIGHT_FULL, WEIGHT_LESS_THAN, WEIGHT_NONE, accept_ranges
from pfocr2rdf.site.hosting.headers import COMMON_HEADERS, CONTENT_TYPES, HIDDEN_FILE_PATTERN, NOT_FOUND_PAGE
from pfocr2rdf.site.hosting.rewrites import RewriteRule, rewrite_rules
from pfocr2rdf.site.pages.urls import HTML, REPRESENTATIONS

_HEAD = """\
# A site of linked data on nginx, made by pfocr2rdf. Do not change it: it is made anew with the site. Include it in a server block:
#
#   server {
#     listen 80;
#     server_name pathways.example.org;
#     root /srv/site;          # the folder of the site
#     set $pfocr_base /;       # the path of the site, with a slash at both ends
#     include /srv/site/hosting/nginx.conf;
#   }
#
# For https://example.org/pfocr/ the folder of the site is /srv/www/pfocr: then root is /srv/www and $pfocr_base is /pfocr/.
"""

# A group without a name would be encoded once more by nginx.
_PATH = """\
# The path as it was asked for, letter for letter, without a query: it can be said again without harm.
set $pfocr_raw "";
if ($request_uri ~ "^(?<pfocr_a>[^?#]*)") { set $pfocr_raw $pfocr_a; }
"""

_SLASH = 'if ($pfocr_raw ~* "^(?<pfocr_a>.*)%2f(?<pfocr_b>.*)$") { set $pfocr_raw $pfocr_a/$pfocr_b; }\n'
_MAX_SLASHES = 4  # names with more are found as well, but their pages then have links that lead nowhere

_REDIRECT_DIRECTIVES = """\
set $pfocr_here "";
if (-f $request_filename) {{ set $pfocr_here here; }}
{packed}\
if ($pfocr_page) {{ set $pfocr_here ""; }}
if ($pfocr_here) {{ set $pfocr_found ""; }}
if ($pfocr_link = "") {{ set $pfocr_found ""; }}
set $pfocr_state "$pfocr_page$pfocr_found";
if ($pfocr_state = "page{html}") {{ set $pfocr_found ""; }}
set $pfocr_vary "";
if ($pfocr_link) {{ set $pfocr_vary Accept; }}
if ($request_method = OPTIONS) {{ return 204; }}
if ($pfocr_found) {{ return 303 $pfocr_link$pfocr_found; }}
"""

_PRECOMPRESSED_DIRECTIVES = """\
# Files are there as X.gz, some only so.
gzip_static always;
gzip_vary on;
gunzip on;
"""

_END = f"""\
absolute_redirect off;
location ~ /{HIDDEN_FILE_PATTERN} {{ return 404; }}
error_page 403 404 =404 ${{pfocr_base}}{NOT_FOUND_PAGE};
"""


def render_nginx_config(policy: str, *, precompressed: bool) -> str:
    """The file.

    Args:
        policy: the Content-Security-Policy.
        precompressed: whether files may be there with ``.gz`` behind their names.
    """
    parts = (
        _HEAD,
        *_weight_directives(),
        *_target_directives(),
        *_redirect_directives(precompressed),
        *_header_directives(policy),
        *_media_type_directives(),
        _PRECOMPRESSED_DIRECTIVES * precompressed,
        _END,
    )
    return "".join(parts)


def _weight_directives() -> Iterator[str]:
    yield "\n# How much each form is liked: what the most exact range of media types says.\n"
    yield from (f"set $pfocr_{form.suffix[1:]} {WEIGHT_NONE};\n" for form in REPRESENTATIONS)
    yield f'if ($http_accept = "") {{ set $pfocr_{HTML.suffix[1:]} {WEIGHT_FULL}; }}\n'
    for one in accept_ranges():
        for regex, weight in ((one.weighted_pattern, "$1$2"), (one.unweighted_pattern, WEIGHT_FULL)):
            sets = " ".join(f"set $pfocr_{form.suffix[1:]} {weight};" for form in one.representations)
            yield f'if ($http_accept ~* "{regex}") {{ {sets} }}\n'
    yield f'set $pfocr_form {HTML.suffix};\nset $pfocr_best "$pfocr_{HTML.suffix[1:]}";\n'
    for form in REPRESENTATIONS[1:]:
        weight = f"$pfocr_{form.suffix[1:]}"
        yield f'set $pfocr_both "$pfocr_best:{weight}";\n'
        yield f'if ($pfocr_both ~ "{WEIGHT_LESS_THAN}") {{ set $pfocr_form {form.suffix}; set $pfocr_best {weight}; }}\n'


def _target_directives() -> Iterator[str]:
    yield f"\n{_PATH}{_SLASH * _MAX_SLASHES}"
    yield "\n# Where it leads, without an ending: as a link, and as a file.\n"
    yield 'set $pfocr_link "";\nset $pfocr_page "";\nset $pfocr_file "";\n'
    yield 'set $pfocr_asked "$pfocr_base|$pfocr_raw";\nset $pfocr_lies "$pfocr_base|$uri";\n'
    for route in rewrite_rules():
        regex = rf"^(?<pfocr_a>.*)[|]\1{route.full_pattern('pfocr_b')}$"
        page = " set $pfocr_page page;" if route.is_page else ""
        yield f'if ($pfocr_asked ~ "{regex}") {{ set $pfocr_link "{_target(route)}";{page} }}\n'
        yield f'if ($pfocr_lies ~ "{regex}") {{ set $pfocr_file "{_target(route)}"; }}\n'


def _target(route: RewriteRule) -> str:
    return f"${{pfocr_a}}{route.target_prefix}{'$pfocr_b' if route.middle_pattern else ''}"


def _redirect_directives(precompressed: bool) -> Iterator[str]:
    yield "\n# It leads to what is liked best of what is there, but not away from a file.\n"
    yield 'set $pfocr_found "";\n'
    endings = ("", ".gz") if precompressed else ("",)
    for form in (HTML.suffix, "$pfocr_form"):
        for ending in endings:
            yield f'if (-f "$document_root$pfocr_file{form}{ending}") {{ set $pfocr_found {form}; }}\n'
    packed = "if (-f $request_filename.gz) { set $pfocr_here here; }\n" if precompressed else ""
    yield _REDIRECT_DIRECTIVES.format(packed=packed, html=HTML.suffix)


def _header_directives(policy: str) -> Iterator[str]:
    yield "\n"
    yield from (f'add_header {name} "{value}" always;\n' for name, value in COMMON_HEADERS.items())
    yield f'add_header Content-Security-Policy "{policy}" always;\nadd_header Vary $pfocr_vary always;\n'


def _media_type_directives() -> Iterator[str]:
    yield "\n"
    for ending, kind in CONTENT_TYPES.items():
        yield f'location ~ [.]{ending[1:]}$ {{ types {{ }} default_type "{kind}"; }}\n'
