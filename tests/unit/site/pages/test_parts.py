# ruff: noqa: E501 - lines of templates
"""Parts of pages: the functions write what a template's macros, which are slower, write of the same values."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from pfocr2rdf.site.pages import fragments, parts
from pfocr2rdf.site.pages.diagram import layout_diagram
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.pictures import Picture, PicturePolicy
from pfocr2rdf.site.pages.view_models import (
    Bar,
    BarChart,
    CardStrip,
    ChipGroup,
    DiagramModel,
    DiagramNode,
    Fact,
    FigureCard,
    Link,
    TableView,
)

ROOT = "../"
MACROS = """\
{% macro facts(items, root) %}
{% if items %}
<dl class="facts">
{{ items | facts(root) }}</dl>
{% endif %}
{% endmacro %}

{% macro picture(picture, site, root) %}
{% set source = site.pictures.source(picture) %}
<figure class="picture">
{% if not source %}
<div class="frame empty"><p>The picture is not shown here.</p></div>
{% elif site.pictures.mode == "click" %}
<details class="frame"><summary>Show the picture</summary>{{ picture | image(source, root) }}</details>
{% else %}
<div class="frame">{{ picture | image(source, root) }}</div>
{% endif %}
<figcaption>
{% if picture.credit %}<bdi>{{ picture.credit }}</bdi> {% endif %}
The picture has the licence of its paper.
{% if picture.page_url %}<a href="{{ picture.page_url }}">Figure at PubMed Central</a>{% endif %}
{% if picture.page_url and picture.url %} · {% endif %}
{% if picture.url %}<a href="{{ picture.url }}">Picture alone</a>{% endif %}

</figcaption>
</figure>
{% endmacro %}

{% macro card_strips(strips, site, root) %}
{% for strip in strips %}
<h2>{{ strip.heading }}</h2>
<ul class="cards">
{{ strip.cards | cards(site.pictures, root) }}</ul>
{% endfor %}
{% endmacro %}

{% macro tables(views, root) %}
{% for view in views if view.total %}
{{ table(view, root) }}
{% endfor %}
{% endmacro %}

{% macro table(view, root) %}
<section{% if view.choices %} class="switched"{% endif %}>
<h2>{{ view.heading }} <small>{{ view.total | number }}</small></h2>
{% if view.note %}<p>{{ view.note }}</p>
{% endif %}
{% if view.page_count > 1 %}<p class="quiet{{ " any" if view.choices }}">{{ view.row_offset + 1 }} to {{ view.row_offset + view.rows | length }} of {{ view.total | number }}</p>
{% endif %}
{% if view.choices %}{{ switch(view.heading, view.choices) }}
{% endif %}
<div class="scroll" role="region" aria-label="{{ view.heading }}" tabindex="0">
<table class="data{{ " wide" if view.columns | length > 4 else " narrow" if view.rows and view.rows[0][-1] and view.rows[0][-1][0].style == "number" }}">
<thead><tr>{{ view | heads }}</tr></thead>
<tbody>
{{ view.rows | rows(root) }}</tbody>
</table>
</div>
</section>
{% endmacro %}

{% macro switch(heading, choices) %}
<fieldset class="switch">
<legend>{{ heading }}: counted evidence</legend>
<label><input type="radio" name="{{ heading }}" value="strict" checked>{{ choices[0] }}</label>
<label><input type="radio" name="{{ heading }}" value="any">{{ choices[1] }}</label>
</fieldset>
{% endmacro %}

{% macro paging(page_number, page_count, page_url) %}
{% if page_count > 1 %}
<nav class="pages" aria-label="Pages">
{% if page_number > 1 %}<a rel="prev" href="{{ page_url(page_number - 1) }}">Previous</a>{% endif %}

<span>Page {{ page_number }} of {{ page_count | number }}</span>
{% if page_number < page_count %}<a rel="next" href="{{ page_url(page_number + 1) }}">Next</a>
<a href="{{ page_url(page_count) }}">Last</a>{% endif %}

</nav>
{% endif %}
{% endmacro %}

{% macro neighbourhood(diagram) %}
{% if diagram %}
<h2>Neighbourhood</h2>
<figure>
<div class="scroll" role="region" aria-label="Neighbourhood" tabindex="0">
<svg class="neighbourhood" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ diagram.width }} {{ diagram.height }}" width="{{ diagram.width }}" height="{{ diagram.height }}" role="group" aria-label="{{ diagram.caption }}">
{{ diagram.edge_paths | paths }}
{{ diagram.nodes | nodes }}</svg>
</div>
<figcaption class="quiet">{{ diagram.caption }}.</figcaption>
</figure>
{% endif %}
{% endmacro %}

{% macro column_chart(chart) %}
{% set step = [14, 84 // chart.bars | length] | max %}
{% set width = step * chart.bars | length %}
<figure class="columns">
<figcaption>{{ chart.heading }}{% if chart.part_label %}; dark: {{ chart.part_label }}{% endif %}</figcaption>
<svg viewBox="0 0 {{ width }} 76" width="{{ width }}" height="76" role="img" aria-label="{{ chart.heading }}: {{ chart.bars | numbers }}">
{{ chart.bars | columns(step) }}
<text x="1" y="73">{{ chart.bars[0].label }}</text><text x="{{ width - 1 }}" y="73" text-anchor="end">{{ chart.bars[-1].label }}</text>
</svg>
</figure>
{% endmacro %}

{% macro chip_groups(groups, root) %}
{% for group in groups %}
<section class="chips {{ group.type_name }}" aria-label="{{ group.label }}: words in the figure">
<h2>{{ group.label }} <small>{{ group.total | number }}</small></h2>
<ul>
{{ group.words | chips(root) }}
</ul>
{% if group.total > group.words | length %}<p class="quiet">and {{ (group.total - group.words | length) | number }} more in the table</p>
{% endif %}
</section>
{% endfor %}
{% endmacro %}

{% macro column_charts(charts) %}
{% for chart in charts %}
{{ column_chart(chart) }}
{% endfor %}
{% endmacro %}
"""
HOSTILE = "<b>\"&'"
POLICY = PicturePolicy("embed", "", "https://example.org")
PICTURE = Picture("PMC1__f", "https://example.org/f.jpg?a&b", "https://example.org/<page>", HOSTILE, HOSTILE)
TABLE = TableView(HOSTILE, ("Gene", HOSTILE), [((Link(HOSTILE, "genes/1.html"),), (Link("3", style="number"),))], 1_234)
WIDE = TABLE._replace(columns=("A", "B", "C", "D", "E"), rows=[((Link("x"),),) * 5], filters=("B",))
PAGED = TABLE._replace(page_number=2, page_count=3, note=HOSTILE, choices=("by <symbol>", "by any"), rows=[((Link("x"),), ())])
CHART = BarChart(HOSTILE, tuple(Bar(str(year), "", year, 50) for year in range(2001, 2004)))
DIAGRAM = DiagramModel(((DiagramNode("gene", HOSTILE, "genes/1.html"),), (DiagramNode("figure", "F", ""),)), (((0, 0), (1, 0)),), HOSTILE)


def render_macro(name: str, *arguments: Any) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    names = ("facts", "rows", "heads", "chips", "image", "cards", "nodes", "paths", "numbers", "columns")
    environment.filters |= {name: getattr(fragments, f"render_{name}") for name in names} | {"number": "{:,}".format}
    return str(getattr(environment.from_string(MACROS).module, name)(*arguments))


@pytest.mark.parametrize("facts", [(), (Fact(HOSTILE, (Link("a"), Link("b"))),)])
def test_facts(facts: tuple[Fact, ...]) -> None:
    assert parts.render_fact_list(facts, ROOT) == render_macro("facts", facts, ROOT)


@pytest.mark.parametrize("policy", [POLICY, POLICY._replace(mode="click"), PicturePolicy("link")])
@pytest.mark.parametrize("changes", [{}, {"page_url": ""}, {"url": ""}, {"url": "", "page_url": "", "credit": ""}])
def test_pictures(policy: PicturePolicy, changes: dict[str, str]) -> None:
    picture = PICTURE._replace(**changes)
    assert parts.render_picture(picture, policy, ROOT) == render_macro("picture", picture, Site(pictures=policy), ROOT)


def test_chips() -> None:
    words = (Link(HOSTILE, "#m1"), Link("b", "figures/1.html#m2", "", "m2"))
    groups = (ChipGroup(HOSTILE, "gene", words, 2), ChipGroup("Families", "family", words, 1_002))
    assert parts.render_chip_groups(groups, ROOT) == render_macro("chip_groups", groups, ROOT)


def test_strips_of_cards() -> None:
    strips = [CardStrip(HOSTILE, (FigureCard(HOSTILE, "figures/1.html", "", PICTURE),)), CardStrip("Others", ())]
    assert parts.render_strips(strips, POLICY, ROOT) == render_macro("card_strips", strips, Site(pictures=POLICY), ROOT)


@pytest.mark.parametrize("table", [TABLE, WIDE, PAGED, TABLE._replace(rows=[]), WIDE._replace(rows=[((),) * 5])])
def test_tables(table: TableView) -> None:
    tables = [table, table._replace(total=0), table]
    assert parts.render_tables(tables, ROOT) == render_macro("tables", tables, ROOT)


@pytest.mark.parametrize("numbers", [(1, 1), (1, 2), (2, 3), (3, 3), (2, 1_234)])
def test_paging(numbers: tuple[int, int]) -> None:
    assert parts.render_paging(*numbers, "?a&page={}".format) == render_macro("paging", *numbers, "?a&page={}".format)


@pytest.mark.parametrize("model", [None, DIAGRAM])
def test_diagrams(model: DiagramModel | None) -> None:
    diagram = layout_diagram(model, ROOT)
    assert parts.render_diagram(diagram) == render_macro("neighbourhood", diagram)


@pytest.mark.parametrize("charts", [(), (CHART,), (CHART, CHART._replace(part_label=HOSTILE, bars=CHART.bars * 10))])
def test_column_charts(charts: tuple[BarChart, ...]) -> None:
    assert parts.render_column_charts(charts) == render_macro("column_charts", charts)
