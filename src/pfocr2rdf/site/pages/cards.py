"""Figures as cards: a picture, a title and a remark."""

from __future__ import annotations

from urllib.parse import unquote

from pfocr2rdf.rdf.terms import expand_term
from pfocr2rdf.site.pages.pictures import Picture
from pfocr2rdf.site.pages.resource_reader import ResourceReader
from pfocr2rdf.site.pages.view_models import FigureCard, web_link

_IMAGE = expand_term("schema:image")


def figure_card(reader: ResourceReader, figure: str, detail: str = "") -> FigureCard:
    """A figure as a card; its year is the remark if there is no other."""
    title = reader.display_name(figure)
    image = web_link("", "".join(reader.cached_values(figure, _IMAGE)[:1])[1:-1]).url
    picture = Picture(figure_name(figure), image, "", f"Picture of the figure {title}", "")
    return FigureCard(title, reader.page_url(figure, "figure"), detail or reader.publication_year(figure), picture)


def figure_name(figure: str) -> str:
    """The identifier of a figure, from its term.

    >>> figure_name("<https://pfocr.wikipathways.org/figures/PMC1__F1.html>")
    'PMC1__F1'
    """
    return unquote(figure[1:-1].rpartition("/")[2].removesuffix(".html"), errors="surrogateescape")
