# ruff: noqa: E501 - lines of templates
"""HTML fragments: the functions write what a template's loop, which is slower, writes of the same values."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from pfocr2rdf.site.pages import fragments
from pfocr2rdf.site.pages.diagram import PlacedNode
from pfocr2rdf.site.pages.pictures import Picture, PicturePolicy
from pfocr2rdf.site.pages.view_models import Bar, Fact, FigureCard, Link

ROOT = "../"
LINKS = (
    Link("AKT1", "genes/207.html"),
    Link("<b>\"&'", "https://example.org/?a=1&b=2", 'by <i>"', "m<1", "word"),
    Link("bad", "javascript:alert(1)", style="number"),
    Link("", "", "detail"),
    Link("previous <symbol>", style="plain"),
)
CHIPS = (Link("AKT1", "#m1"), Link("<b>\"&'", "figures/a&b/2.html#m<2", "", "m<2"))
POLICY = PicturePolicy("embed", "", "https://example.org")
PICTURE = Picture("PMC1__f", "https://example.org/f.jpg?a&b", "", 'a "picture"', "")
CARDS = [
    FigureCard("A & B", "figures/PMC1__f.html", "2020 <", PICTURE),
    FigureCard("C", "https://example.net/a?b&c", "", PICTURE._replace(url="https://example.net/f.jpg")),
]
NODES = [PlacedNode(6, 14, "gene", "A…", "A <long>", "../genes/1.html"), PlacedNode(276, 40, "figure", "B&C", "B&C", "")]
BARS = [Bar("2019", "", 1, 3), Bar("<2020>", "", 12_345, 100), Bar("2021", "", 0, 0), Bar("2022", "", 1, 50)]
PARTS = [Bar("2019", "", 10, 100, 4), Bar("2020", "", 0, 0, 0), Bar("2021", "", 3, 30, 3)]
LOOPS = {
    "links": """{% for link in values -%}
{% if link.anchor %}<span id="{{ link.anchor }}">{% endif -%}
{% if link.is_linkable %}<a href="{{ link.url if link.is_external else root ~ link.url }}">{% endif -%}
{% if link.style == "plain" %}{{ link.text }}{% else %}<bdi{% if link.style %} class="{{ link.style }}"{% endif %}>{{ link.text }}</bdi>{% endif %}
{%- if link.is_linkable %}</a>{% endif -%}
{% if link.detail %} <small><bdi>{{ link.detail }}</bdi></small>{% endif -%}
{% if link.anchor %}</span>{% endif -%}
{{ "; " if not loop.last }}{% endfor %}""",
    "facts": """{% for fact in values %}
<dt>{{ fact.label }}</dt><dd>{{ fact.values | links(root) }}</dd>
{% endfor %}""",
    "rows": """{% for row in values %}
<tr>{% for cell in row %}<td{% if cell and cell[0].style == "number" %} class="number"{% endif %}>{{ cell | links(root) }}</td>{% endfor %}</tr>
{% endfor %}""",
    "chips": """{% for word in values %}<li><a {% if word.anchor %}id="{{ word.anchor }}" href="{{ root }}{{ word.url }}"{% else %}href="{{ word.url }}"{% endif %}><bdi>{{ word.text }}</bdi></a></li>{% endfor %}""",
    "cards": """{% for card in values %}
{% set source = policy.source(card.picture) if policy.mode == "embed" else "" %}
<li><a class="card" href="{{ card.url if ":" in card.url.partition("/")[0] else root ~ card.url }}">
{%- if source %}<span class="frame"><img src="{{ source if ":" in source else root ~ source }}" alt="" width="800" height="600" loading="lazy" decoding="async" referrerpolicy="no-referrer"></span>{% endif -%}
<span class="card-title"><bdi>{{ card.title }}</bdi></span>{% if card.detail %}<small><bdi>{{ card.detail }}</bdi></small>{% endif %}</a></li>
{% endfor %}""",
    "nodes": """{% for node in values %}
<g>{% if node.full_text != node.text %}<title>{{ node.full_text }}</title>{% endif %}<circle class="{{ node.type_name }}" cx="{{ node.x }}" cy="{{ node.y }}" r="6"/>
{%- if node.url %}<a href="{{ node.url }}"><text x="{{ node.x + 11 }}" y="{{ node.y + 4 }}">{{ node.text }}</text></a>{% else %}<text x="{{ node.x + 11 }}" y="{{ node.y + 4 }}">{{ node.text }}</text>{% endif %}</g>
{% endfor %}""",
    "paths": """{% for path in values %}<path d="{{ path }}"/>{% endfor %}""",
    "columns": """{% for bar in values %}{% set height = (bar.length * 0.56) | round(0, "ceil") | int %}<rect{% if bar.part is not none %} class="rest"{% endif %} x="{{ 20 * loop.index0 + 1 }}" y="{{ 58 - height }}" width="{{ 20 - 2 }}" height="{{ height }}"><title>{{ bar.label }}: {{ "{:,}".format(bar.number) }}</title></rect>
{%- if bar.part is not none %}{% set part = (height * bar.part / (bar.number or 1)) | round(0, "ceil") | int %}<rect x="{{ 20 * loop.index0 + 1 }}" y="{{ 58 - part }}" width="{{ 20 - 2 }}" height="{{ part }}"><title>{{ bar.label }}: {{ "{:,}".format(bar.part) }} of {{ "{:,}".format(bar.number) }}</title></rect>{% endif %}{% endfor %}""",
}  # fmt: skip


def render_loop(name: str, values: Any) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["links"] = fragments.render_links
    return environment.from_string(LOOPS[name]).render(values=values, root=ROOT, policy=POLICY)


@pytest.mark.parametrize(
    ("name", "values", "html"),
    [
        ("links", LINKS, fragments.render_links(LINKS, ROOT)),
        ("facts", [Fact("A & B", LINKS), Fact("C", ())], fragments.render_facts([Fact("A & B", LINKS), Fact("C", ())], ROOT)),
        ("rows", [(LINKS, (), (LINKS[2],))], fragments.render_rows([(LINKS, (), (LINKS[2],))], ROOT)),
        ("chips", CHIPS, fragments.render_chips(CHIPS, ROOT)),
        ("cards", CARDS, fragments.render_cards(CARDS, POLICY, ROOT)),
        ("nodes", NODES, fragments.render_nodes(NODES)),
        ("paths", ["M1 2C3 4"], fragments.render_paths(["M1 2C3 4"])),
        ("columns", BARS, fragments.render_columns(BARS, 20)),
        ("columns", PARTS, fragments.render_columns(PARTS, 20)),
    ],
)
def test_a_fragment_is_what_a_loop_of_a_template_writes(name: str, values: Any, html: str) -> None:
    assert html == render_loop(name, values)
    assert html


def test_a_picture_of_the_site_is_below_its_root() -> None:
    html = fragments.render_image(PICTURE, "pictures/PMC1__f.jpg", ROOT)
    assert html.startswith('<img src="../pictures/PMC1__f.jpg" alt="a &#34;picture&#34;" width=')


def test_a_card_links_to_no_other_scheme_than_those_of_the_web() -> None:
    html = fragments.render_cards([FigureCard("A", "javascript:alert(1)", "", PICTURE)], POLICY, ROOT)
    assert html.startswith('<li><a class="card"><span class="frame">')
