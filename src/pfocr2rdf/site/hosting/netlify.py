"""The files for hosts of plain files: Netlify and Cloudflare Pages. Neither can tell clients apart by what they accept."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.site.hosting.headers import COMMON_HEADERS, DOCUMENT_CONTENT_TYPES
from pfocr2rdf.site.pages.urls import HTML, TURTLE, RedirectRule, redirect_rules

_REDIRECTS_HEAD = """\
# Redirects on Netlify and Cloudflare Pages, made by pfocr2rdf. They know no condition on what a client accepts: names of things lead
# to the page, those of descriptions of the dataset to Turtle. Both hosts find X.html for X by themselves.
"""


def render_redirects_file() -> str:
    """The file ``_redirects``, for the paths that no file answers to."""
    return "".join((_REDIRECTS_HEAD, *(f"{before} {to} 303\n" for before, to in _redirect_lines())))


def _redirect_lines() -> Iterator[tuple[str, str]]:
    """Those of one path come first, as Cloudflare wants it. Nothing is led to where a rule begins, so that no two make a circle."""
    elsewhere = [rule for rule in redirect_rules() if rule.prefix != rule.target_prefix]
    yield from ((f"/{rule.prefix}", f"/{rule.target_prefix}{TURTLE.suffix}") for rule in elsewhere if not rule.is_wildcard)
    yield from ((f"/{rule.prefix}*", f"/{rule.target_prefix}:splat{_target_suffix(rule)}") for rule in elsewhere if rule.is_wildcard)


def _target_suffix(rule: RedirectRule) -> str:
    return "" if rule.is_page else HTML.suffix


def render_headers_file(policy: str) -> str:
    """The file ``_headers``.

    Args:
        policy: the Content-Security-Policy.
    """
    always = {**COMMON_HEADERS, "Content-Security-Policy": policy}
    return "".join(("/*\n", *(f"  {name}: {value}\n" for name, value in always.items()), *_content_type_lines()))


def _content_type_lines() -> Iterator[str]:
    yield from (f"/*{ending}\n  Content-Type: {kind}\n" for ending, kind in DOCUMENT_CONTENT_TYPES.items() if ending != HTML.suffix)
