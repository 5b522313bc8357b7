"""The HTML of the pages of resources, which are most pages of a site: functions fill it into the frame that they have in common."""

from __future__ import annotations

from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.site.pages import parts
from pfocr2rdf.site.pages.diagram import layout_diagram
from pfocr2rdf.site.pages.fragments import escape_text
from pfocr2rdf.site.pages.html import Site, render_page_frame, script_json
from pfocr2rdf.site.pages.pictures import PicturePolicy
from pfocr2rdf.site.pages.urls import HTML, REPRESENTATIONS
from pfocr2rdf.site.pages.view_models import ResourceView


def render_resource_page(view: ResourceView, site: Site) -> str:
    """Render a page of a resource as HTML."""
    root = view.address.path_to_root + ("../" if view.page_number > 1 else "")
    start, after_title, after_head, end = render_page_frame(site, root, "browse", "true")
    texts = escape_text(view.title), _head(view, root), _main(view, site.pictures, root)
    title, head, main = map(replace_bidi_controls, texts)
    return f"{start}{title}{after_title}{head}{after_head}{main}{end}"


def _head(view: ResourceView, root: str) -> str:
    """The elements of the head that are those of this page."""
    links = [
        f'<link rel="alternate" type="{alternate.media_type}" href="{root}{view.address.url(alternate)}" title="{alternate.label}">\n'
        for alternate in REPRESENTATIONS[1:]
    ]
    data = f'<script type="application/ld+json">{script_json(view.structured_data)}</script>\n' if view.structured_data else ""
    return f'{"".join(links)}<script type="module" src="{root}assets/tables.js"></script>\n{data}'


def _main(view: ResourceView, policy: PicturePolicy, root: str) -> str:
    """The content."""
    assert view.address.entity_type is not None  # standalone pages are no resources  # noqa: S101
    folder, type_label = view.address.entity_type.folder, escape_text(view.type_label)
    is_first = view.page_number == 1
    first_page = "" if is_first else f'<p><a href="{root}{view.address.url(HTML)}">First page</a></p>\n'
    statements = ", ".join(
        [f'<a href="{root}{view.address.url(each)}" type="{each.media_type}">{each.label}</a>' for each in REPRESENTATIONS[1:]]
    )
    return (
        f'<p class="what"><a href="{root}browse/{folder}/index.html">{type_label}</a></p>\n'
        f"<h1><bdi>{escape_text(view.title)}</bdi></h1>\n{first_page}"
        f"{_figure_body(view, policy, root) if view.picture else _entity_body(view, policy, root)}"
        f"<h2>Data and citation</h2>\n<p>The statements on this page: {statements}.</p>\n"
        f"<p>To cite this page: <bdi>{escape_text(view.citation)}</bdi></p>\n"
    )


def _figure_body(view: ResourceView, policy: PicturePolicy, root: str) -> str:
    """The first page of a figure."""
    assert view.picture is not None  # noqa: S101
    return (
        f'<div class="figure-lead">\n{parts.render_picture(view.picture, policy, root)}\n'
        f'<div class="figure-side">\n{parts.render_chip_groups(view.chips, root)}</div>\n</div>\n'
        f"{parts.render_fact_list(view.facts, root)}\n{_tables(view, root)}\n{parts.render_strips(view.strips, policy, root)}\n"
        f"{_diagram(view, root)}\n"
    )


def _entity_body(view: ResourceView, policy: PicturePolicy, root: str) -> str:
    """A page of an entity, or a further page of a figure."""
    lead = ""
    if view.page_number == 1:
        facts, charts = parts.render_fact_list(view.facts, root), parts.render_column_charts(view.charts)
        lead = f'<div class="lead">\n{facts}\n{charts}</div>\n{parts.render_strips(view.strips, policy, root)}\n'
    return f"{lead}{_tables(view, root)}\n{_diagram(view, root)}\n"


def _tables(view: ResourceView, root: str) -> str:
    """The tables of this page, and links to the others."""
    paging = parts.render_paging(view.page_number, view.page_count, lambda page_number: root + view.address.url(HTML, page_number))
    return f"{parts.render_tables(view.tables, root)}\n{paging}"


def _diagram(view: ResourceView, root: str) -> str:
    return parts.render_diagram(layout_diagram(view.diagram, root))
