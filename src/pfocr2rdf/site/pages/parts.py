"""Parts of pages: facts, tables, charts and diagrams with their headings, as functions. A template's macro takes several times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from pfocr2rdf.site.pages.diagram import Diagram
from pfocr2rdf.site.pages.fragments import (
    escape_text,
    render_cards,
    render_chips,
    render_columns,
    render_facts,
    render_heads,
    render_image,
    render_nodes,
    render_numbers,
    render_paths,
    render_rows,
)
from pfocr2rdf.site.pages.pictures import Picture, PicturePolicy
from pfocr2rdf.site.pages.view_models import BarChart, CardStrip, ChipGroup, Fact, TableView

_WIDE_TABLE_COLUMNS = 5
_SWITCHED = ' class="switched"'
_MIN_COLUMN_STEP_PX, _MIN_CHART_WIDTH_PX = 14, 84


def render_fact_list(facts: Iterable[Fact], root: str) -> Markup:
    """Facts as a description list; nothing if there are none."""
    items = render_facts(facts, root)
    return Markup(f'<dl class="facts">\n{items}</dl>\n' if items else "")  # noqa: S704 - it is escaped


def render_picture(picture: Picture, policy: PicturePolicy, root: str) -> Markup:
    """The picture of a figure, or a text in its place, with its credit."""
    source = policy.source(picture)
    if not source:
        frame = '<div class="frame empty"><p>The picture is not shown here.</p></div>'
    elif policy.mode == "click":
        frame = f'<details class="frame"><summary>Show the picture</summary>{render_image(picture, source, root)}</details>'
    else:
        frame = f'<div class="frame">{render_image(picture, source, root)}</div>'
    targets = (picture.page_url, "Figure at PubMed Central"), (picture.url, "Picture alone")
    links = " · ".join([f'<a href="{escape_text(url)}">{text}</a>' for url, text in targets if url])
    picture_credit = f"<bdi>{escape_text(picture.credit)}</bdi> " if picture.credit else ""
    caption = f"{picture_credit}The picture has the licence of its paper.\n{links}\n"
    return Markup(f'<figure class="picture">\n{frame}\n<figcaption>\n{caption}</figcaption>\n</figure>\n')  # noqa: S704 - it is escaped


def render_chip_groups(groups: Iterable[ChipGroup], root: str) -> Markup:
    """Words in a figure, by the type of what they were recognised as."""
    sections = []
    for label, type_name, words, total in groups:
        label, undrawn_count = escape_text(label), total - len(words)
        more = f'<p class="quiet">and {undrawn_count:,} more in the table</p>\n' if undrawn_count else ""
        sections.append(
            f'<section class="chips {escape_text(type_name)}" aria-label="{label}: words in the figure">\n'
            f"<h2>{label} <small>{total:,}</small></h2>\n<ul>\n{render_chips(words, root)}\n</ul>\n{more}</section>\n"
        )
    return Markup("".join(sections))  # noqa: S704 - it is escaped


def render_strips(strips: Iterable[CardStrip], policy: PicturePolicy, root: str) -> Markup:
    """Strips of cards, each with its heading."""
    sections = [
        f'<h2>{escape_text(heading)}</h2>\n<ul class="cards">\n{render_cards(cards, policy, root)}</ul>\n' for heading, cards in strips
    ]
    return Markup("".join(sections))  # noqa: S704 - it is escaped


def render_tables(views: Iterable[TableView], root: str) -> Markup:
    """Tables, each with its heading; none of those that have no rows on any page."""
    return Markup("".join([_table(view, root) for view in views if view.total]))  # noqa: S704 - it is escaped


def _table(view: TableView, root: str) -> str:
    heading, columns, rows, total, _, page_count, note, _, choices = view
    heading = escape_text(heading)
    if len(columns) >= _WIDE_TABLE_COLUMNS:
        width = " wide"
    else:
        width = " narrow" if rows and rows[0][-1] and rows[0][-1][0].style == "number" else ""
    preface = f"<p>{escape_text(note)}</p>\n" if note else ""
    if page_count > 1:
        preface += f'<p class="quiet{" any" if choices else ""}">{view.row_offset + 1} to {view.row_offset + len(rows)} of {total:,}</p>\n'
    if choices:
        preface += f"{render_switch(view.heading, choices)}\n"
    return (
        f"<section{_SWITCHED if choices else ''}>\n<h2>{heading} <small>{total:,}</small></h2>\n{preface}"
        f'<div class="scroll" role="region" aria-label="{heading}" tabindex="0">\n<table class="data{width}">\n'
        f"<thead><tr>{render_heads(view)}</tr></thead>\n<tbody>\n{render_rows(rows, root)}</tbody>\n</table>\n</div>\n</section>\n\n"
    )


def render_switch(heading: str, choices: tuple[str, ...]) -> Markup:
    """The switch between what has strict evidence, which is the default, and all."""
    heading, strict, other = map(escape_text, (heading, *choices))
    return Markup(  # noqa: S704 - it is escaped
        f'<fieldset class="switch">\n<legend>{heading}: counted evidence</legend>\n'
        f'<label><input type="radio" name="{heading}" value="strict" checked>{strict}</label>\n'
        f'<label><input type="radio" name="{heading}" value="any">{other}</label>\n</fieldset>\n'
    )


def render_paging(page_number: int, page_count: int, page_url: Callable[[int], str]) -> Markup:
    """Links to the other pages; nothing if there is one page."""
    if page_count <= 1:
        return Markup()
    url = {number: escape_text(page_url(number)) for number in (page_number - 1, page_number + 1, page_count)}
    previous_page = f'<a rel="prev" href="{url[page_number - 1]}">Previous</a>' if page_number > 1 else ""
    next_page = f'<a rel="next" href="{url[page_number + 1]}">Next</a>\n<a href="{url[page_count]}">Last</a>'
    return Markup(  # noqa: S704 - it is escaped
        f'<nav class="pages" aria-label="Pages">\n{previous_page}\n<span>Page {page_number} of {page_count:,}</span>\n'
        f"{next_page if page_number < page_count else ''}\n</nav>\n"
    )


def render_diagram(diagram: Diagram | None) -> Markup:
    """The neighbourhood of a resource as SVG, under a heading."""
    if not diagram:
        return Markup()
    width, height, nodes, edge_paths, caption = diagram
    caption = escape_text(caption)
    return Markup(  # noqa: S704 - it is escaped
        '<h2>Neighbourhood</h2>\n<figure>\n<div class="scroll" role="region" aria-label="Neighbourhood" tabindex="0">\n'
        f'<svg class="neighbourhood" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="group" aria-label="{caption}">\n{render_paths(edge_paths)}\n{render_nodes(nodes)}</svg>\n</div>\n'
        f'<figcaption class="quiet">{caption}.</figcaption>\n</figure>\n'
    )


def render_column_charts(charts: Iterable[BarChart]) -> Markup:
    """Charts with upright bars."""
    return Markup("".join(map(_column_chart, charts)))  # noqa: S704 - it is escaped


def _column_chart(chart: BarChart) -> str:
    heading, bars, part_label, _ = chart
    step = max(_MIN_COLUMN_STEP_PX, _MIN_CHART_WIDTH_PX // len(bars))
    heading, width = escape_text(heading), step * len(bars)
    part = f"; dark: {escape_text(part_label)}" if part_label else ""
    first, last = escape_text(bars[0].label), escape_text(bars[-1].label)
    return (
        f'<figure class="columns">\n<figcaption>{heading}{part}</figcaption>\n'
        f'<svg viewBox="0 0 {width} 76" width="{width}" height="76" role="img" aria-label="{heading}: {render_numbers(bars)}">\n'
        f'{render_columns(bars, step)}\n<text x="1" y="73">{first}</text><text x="{width - 1}" y="73" text-anchor="end">{last}</text>\n'
        "</svg>\n</figure>\n\n"
    )
