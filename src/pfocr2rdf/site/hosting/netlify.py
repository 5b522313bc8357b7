"""The files for hosts of plain files: Netlify and Cloudflare Pages. Neither can tell clients apart by what they accept."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.site.hosting.headers import ALWAYS, DOCUMENTS
from pfocr2rdf.site.pages.urls import HTML, TURTLE, Rule, rules

_REDIRECTS = """\
# Redirects on Netlify and Cloudflare Pages, made by pfocr2rdf. They know no condition on what a client accepts: names of things lead
# to the page, those of descriptions of the dataset to Turtle. Both hosts find X.html for X by themselves.
"""


def redirects() -> str:
    """The file ``_redirects``, for the paths that no file answers to."""
    return "".join((_REDIRECTS, *(f"{before} {to} 303\n" for before, to in _moved())))


def _moved() -> Iterator[tuple[str, str]]:
    """Those of one path come first, as Cloudflare wants it. Nothing is led to where a rule begins, so that no two make a circle."""
    elsewhere = [rule for rule in rules() if rule.before != rule.to]
    yield from ((f"/{rule.before}", f"/{rule.to}{TURTLE.ending}") for rule in elsewhere if not rule.each)
    yield from ((f"/{rule.before}*", f"/{rule.to}:splat{_ending(rule)}") for rule in elsewhere if rule.each)


def _ending(rule: Rule) -> str:
    return "" if rule.is_page else HTML.ending


def headers(policy: str) -> str:
    """The file ``_headers``.

    Args:
        policy: the Content-Security-Policy.
    """
    always = {**ALWAYS, "Content-Security-Policy": policy}
    return "".join(("/*\n", *(f"  {name}: {value}\n" for name, value in always.items()), *_types()))


def _types() -> Iterator[str]:
    yield from (f"/*{ending}\n  Content-Type: {kind}\n" for ending, kind in DOCUMENTS.items() if ending != HTML.ending)
