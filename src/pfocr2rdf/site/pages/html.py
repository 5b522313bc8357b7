"""HTML templates: one Jinja environment, which escapes every value. Bidirectional controls are replaced in the finished page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pfocr2rdf.rdf.text import BIDI_CONTROLS, replace_bidi_controls
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages import parts
from pfocr2rdf.site.pages.fragments import render_links
from pfocr2rdf.site.pages.pictures import PicturePolicy
from pfocr2rdf.storage.layout import TOOL

ASSETS_DIR = Path(__file__).parent / "assets"  # the folder of the stylesheets, the scripts and the icon
_PARTS: dict[str, Callable[..., Markup]] = {
    "links": render_links,
    "facts": parts.render_fact_list,
    "strips": parts.render_strips,
    "tables": parts.render_tables,
    "switch": parts.render_switch,
}
"""The filters that make HTML of many values."""
_CACHED_FRAMES = 200
_GAP = Markup("<gap/>")  # no value has it: they are escaped
_ESCAPED_IN_SCRIPTS = f"<>&\u2028\u2029{BIDI_CONTROLS}"


class Site(NamedTuple):
    """The settings that all pages of a site have in common."""

    release: str = ""  # its name, or ``""``
    issued: str = ""  # the date of the release, or ``""``
    endpoint: str = ""  # the URL of SPARQL, relative to the root or absolute; ``""`` if there is none
    base_url: str = SITE_URL  # the URL of the root, with a slash at the end
    tool: str = TOOL  # the program that makes the pages, with its version
    portable_names: bool = False  # whether files have names that every file system can hold
    pictures: PicturePolicy = PicturePolicy("link")

    @property
    def content_security_policy(self) -> str:
        """The Content-Security-Policy: pages may use the site's own files, the pictures' origin and the endpoint, and nothing else."""
        parts = urlsplit(self.endpoint)
        host = parts.netloc.rpartition("@")[2]
        endpoint_origin = f" {parts.scheme}://{host}" if host else ""
        picture_origin = f" {self.pictures.origin}" if self.pictures.origin else ""
        return (
            f"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:{picture_origin}; "
            f"connect-src 'self'{endpoint_origin}; form-action 'self'{endpoint_origin}; base-uri 'none'"
        )


class PageFile(NamedTuple):
    """A page, and the path of its file."""

    path: str
    html: str


def render_page(template: str, site: Site, title: str, *, root: str = "", **values: Any) -> str:
    """Render a page as HTML; ``root`` is the relative URL from it to the root of the site, and the template's name has no suffix."""
    page = _environment().get_template(f"{template}.html").render(values, site=site, title=title, root=root)
    return replace_bidi_controls(page)


def stream_page(template: str, site: Site, title: str, *, root: str = "", **values: Any) -> Iterator[str]:
    """Render a long page as HTML, piece by piece."""
    pieces = _environment().get_template(f"{template}.html").generate(values, site=site, title=title, root=root)
    return map(replace_bidi_controls, pieces)


@lru_cache(_CACHED_FRAMES)
def render_page_frame(site: Site, root: str, section: str, current: str) -> list[str]:
    """The HTML of a page before its title, before the elements of its head, before its content, and after that."""
    return render_page("frame/page", site, "", root=root, section=section, current=current, gap=_GAP).split(_GAP)


def script_json(value: Any) -> Markup:
    r"""A value as JSON for a script element, escaped so that nothing in it ends the element.

    >>> script_json({"a": "</script>"})
    Markup('{"a": "\\u003c/script\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False)
    for character in _ESCAPED_IN_SCRIPTS:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - it is escaped


def escape_exactly(text: str) -> Markup:
    r"""A text as HTML whose bidirectional controls are character references, which the finished page keeps.

    >>> escape_exactly("a<\u202e")
    Markup('a&lt;&#x202e;')
    """
    html = str(escape(text))
    for character in BIDI_CONTROLS:
        html = html.replace(character, f"&#x{ord(character):04x};")
    return Markup(html)  # noqa: S704 - it is escaped


@lru_cache(_CACHED_FRAMES)
def _render_frame(part: str, site: Site, root: str, section: str, current: str) -> Markup:
    """A part that many pages of a site have in common: it is rendered once for all of them."""
    html = _environment().get_template(f"frame/{part}.html").render(site=site, root=root, section=section, current=current)
    return Markup(html)  # noqa: S704 - the template escapes values


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["frame"] = _render_frame
    environment.globals["paging"] = parts.render_paging
    environment.filters["script"] = script_json
    environment.filters["exact"] = escape_exactly
    environment.filters |= _PARTS
    environment.filters["number"] = "{:,}".format
    return environment
