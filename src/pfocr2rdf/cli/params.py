"""What several commands ask of the values of their options."""

from __future__ import annotations

import click

from pfocr2rdf.rdf.iris import is_absolute_iri


def require_absolute_iri(iri: str) -> str:
    """The IRI itself.

    Raises:
        click.BadParameter: it is not absolute.
    """
    if not is_absolute_iri(iri):
        raise click.BadParameter(f"{iri!r} is no absolute IRI.")
    return iri


def require_web_url(text: str) -> str:
    """The URL itself.

    Raises:
        click.BadParameter: it is none of the web.
    """
    if not (is_absolute_iri(text) and text.startswith(("http://", "https://"))):
        raise click.BadParameter(f"{text!r} is no URL of the web, which begins with https:// or http://.")
    return text
