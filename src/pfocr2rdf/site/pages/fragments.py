"""HTML fragments: what a page has many of, as functions that join escaped texts. A template's loop takes several times as long."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from pfocr2rdf.site.pages.diagram import PlacedNode
from pfocr2rdf.site.pages.pictures import Picture, PicturePolicy
from pfocr2rdf.site.pages.view_models import Bar, Fact, FigureCard, Link, TableView

_CACHE_SIZE = 50_000  # texts that come again from page to page
_CARD_CACHE_SIZE = 5_000
_NUMBER_CELL = '<td class="number">'
_COLUMNS_BOTTOM_PX, _COLUMN_SCALE = 58, 0.56


@lru_cache(_CACHE_SIZE)
def escape_text(text: str) -> str:
    """A text as HTML."""
    return str(escape(text))


def render_links(links: Iterable[Link], root: str) -> Markup:
    """Texts with their hyperlinks; ``root`` is the relative URL of the root of the site.

    >>> render_links([Link("AKT1", "genes/207.html"), Link("a<b", detail="OCR")], "../")
    Markup('<a href="../genes/207.html"><bdi>AKT1</bdi></a>; <bdi>a&lt;b</bdi> <small><bdi>OCR</bdi></small>')
    """
    return Markup(_join_links(links, root))  # noqa: S704 - it is escaped


def _join_links(links: Iterable[Link], root: str) -> str:
    return "; ".join([_render_link(link, root) for link in links])


_join_links_without_anchors = lru_cache(_CACHE_SIZE)(_join_links)


def _render_link(link: Link, root: str) -> str:
    text, url, detail, anchor, style = link
    html = _render_target(text, url, style, root)
    if detail:
        html = f"{html} <small><bdi>{escape_text(detail)}</bdi></small>"
    return f'<span id="{anchor if anchor.isalnum() else escape_text(anchor)}">{html}</span>' if anchor else html


@lru_cache(_CACHE_SIZE)
def _render_target(text: str, url: str, style: str, root: str) -> str:
    link = Link(text, url)
    if style == "plain":
        return str(escape(text))
    html = f'<bdi class="{escape_text(style)}">{escape_text(text)}</bdi>' if style else f"<bdi>{escape_text(text)}</bdi>"
    if link.is_linkable:
        html = f'<a href="{_absolute(url, root)}">{html}</a>'
    return html


def render_facts(facts: Iterable[Fact], root: str) -> Markup:
    """The entries of a description list, one a line."""
    lines = [f"<dt>{escape_text(label)}</dt><dd>{_join_links(values, root)}</dd>\n" for label, values in facts]
    return Markup("".join(lines))  # noqa: S704 - it is escaped


def render_rows(rows: Iterable[Iterable[tuple[Link, ...]]], root: str) -> Markup:
    r"""The rows of a table, one a line.

    >>> render_rows([((Link("AKT1"),), (Link("3", style="number"),))], "")
    Markup('<tr><td><bdi>AKT1</bdi></td><td class="number"><bdi class="number">3</bdi></td></tr>\n')
    """
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            join = _join_links if cell and cell[0].anchor else _join_links_without_anchors  # an anchor is of one row only
            cells.append(f"{_NUMBER_CELL if cell and cell[0].style == 'number' else '<td>'}{join(cell, root)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>\n")
    return Markup("".join(lines))  # noqa: S704 - it is escaped


def render_heads(view: TableView) -> Markup:
    """The cells of the head of a table."""
    cells = view.rows[0] if view.rows else ((),) * len(view.columns)
    heads = []
    for column, cell in zip(view.columns, cells, strict=True):
        style = ' class="number"' if cell and cell[0].style == "number" else ""
        heads.append(f'<th scope="col"{style}{" data-filter" if column in view.filters else ""}>{escape_text(column)}</th>')
    return Markup("".join(heads))  # noqa: S704 - it is escaped


def render_chips(words: Iterable[Link], root: str) -> Markup:
    """Words as the items of a list; each leads to its row."""
    items = []
    for text, url, _, anchor, _ in words:
        target = f'href="{escape(url)!s}"' if url.startswith("#") else f'id="{escape(anchor)!s}" href="{escape(root + url)!s}"'
        items.append(f"<li><a {target}><bdi>{escape_text(text)}</bdi></a></li>")
    return Markup("".join(items))  # noqa: S704 - it is escaped


def render_image(picture: Picture, source: str, root: str) -> Markup:
    """The element of a picture that is loaded from ``source``."""
    return Markup(_image(picture.alt, source, root))  # noqa: S704 - it is escaped


def _image(alt: str, source: str, root: str) -> str:
    source, alt = _absolute(source, root), escape_text(alt)
    return f'<img src="{source}" alt="{alt}" width="800" height="600" loading="lazy" decoding="async" referrerpolicy="no-referrer">'


def _absolute(url: str, root: str) -> str:
    """A URL that is absolute or relative to the root, as the value of an attribute of a page."""
    return escape_text(url if Link("", url).is_external else root + url)


def render_cards(cards: Iterable[FigureCard], policy: PicturePolicy, root: str) -> Markup:
    """Cards of figures as the items of a list, one a line."""
    return Markup("".join([_render_card(card, policy, root) for card in cards]))  # noqa: S704 - it is escaped


@lru_cache(_CARD_CACHE_SIZE)
def _render_card(card: FigureCard, policy: PicturePolicy, root: str) -> str:
    title, url, detail, picture = card
    source = policy.source(picture) if policy.mode == "embed" else ""
    frame = f'<span class="frame">{_image("", source, root)}</span>' if source else ""
    target = f' href="{_absolute(url, root)}"' if Link(title, url).is_linkable else ""
    remark = f"<small><bdi>{escape_text(detail)}</bdi></small>" if detail else ""
    return f'<li><a class="card"{target}>{frame}<span class="card-title"><bdi>{escape_text(title)}</bdi></span>{remark}</a></li>\n'


def render_nodes(nodes: Iterable[PlacedNode]) -> Markup:
    """The nodes of a diagram as groups of SVG, one a line."""
    lines = []
    for x, y, type_name, text, full_text, url in nodes:
        title = f"<title>{escape_text(full_text)}</title>" if full_text != text else ""
        label = f'<text x="{x + 11}" y="{y + 4}">{escape_text(text)}</text>'
        if url:
            label = f'<a href="{escape_text(url)}">{label}</a>'
        lines.append(f'<g>{title}<circle class="{escape_text(type_name)}" cx="{x}" cy="{y}" r="6"/>{label}</g>\n')
    return Markup("".join(lines))  # noqa: S704 - it is escaped


def render_paths(paths: Iterable[str]) -> Markup:
    """The edges of a diagram as paths of SVG."""
    return Markup("".join([f'<path d="{path}"/>' for path in paths]))  # noqa: S704 - it is escaped


def _column(x: int, height: int, width: int, title: str, attributes: str = "") -> str:
    return f'<rect{attributes} x="{x}" y="{_COLUMNS_BOTTOM_PX - height}" width="{width}" height="{height}">{title}</rect>'


def render_numbers(bars: Iterable[Bar]) -> Markup:
    """Bars as a text."""
    return Markup(", ".join([f"{escape_text(bar.label)}: {bar.number}" for bar in bars if bar.number]))  # noqa: S704 - it is escaped


def render_columns(bars: Iterable[Bar], step: int) -> Markup:
    """Bars as upright rectangles of SVG, one every ``step`` pixels."""
    columns = []
    for index, bar in enumerate(bars):
        title, x, width = f"<title>{escape_text(bar.label)}: {bar.number:,}</title>", step * index + 1, step - 2
        height = math.ceil(bar.length * _COLUMN_SCALE)
        if bar.part is not None:
            columns.append(_column(x, height, width, title, ' class="rest"'))
            title = f"<title>{escape_text(bar.label)}: {bar.part:,} of {bar.number:,}</title>"
            height = math.ceil(height * bar.part / bar.number) if bar.number else 0
        columns.append(_column(x, height, width, title))
    return Markup("".join(columns))  # noqa: S704 - it is escaped
