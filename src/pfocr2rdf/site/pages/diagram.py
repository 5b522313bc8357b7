"""The layout of a diagram: columns of labelled nodes and the edges between them, as positions for the template's SVG."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.rdf.text import strip_hidden
from pfocr2rdf.site.pages.view_models import DiagramModel, DiagramNode

_ROW_HEIGHT_PX, _COLUMN_WIDTH_PX, _NODE_X_PX, _TOP_MARGIN_PX = 26, 270, 6, 14
_MAX_LABEL_CHARS = 26
_LETTER_WIDTH_PX = 7.5


class PlacedNode(NamedTuple):
    """A node with the position of its dot, its label, and the target of the label."""

    x: int
    y: int
    type_name: str
    text: str
    full_text: str
    url: str


class Diagram(NamedTuple):
    """A diagram with its layout: its size, its nodes, and its edges as SVG paths."""

    width: int
    height: int
    nodes: tuple[PlacedNode, ...]
    edge_paths: tuple[str, ...]
    caption: str


def layout_diagram(model: DiagramModel | None, root: str) -> Diagram | None:
    """Lay out a diagram, if there is one; ``root`` is the relative URL of the root of the site."""
    if model is None:
        return None
    row_count = max(map(len, model.columns))
    columns = [
        [_place_node(column, _node_y(row, len(nodes), row_count), node, root) for row, node in enumerate(nodes)]
        for column, nodes in enumerate(model.columns)
    ]
    paths = tuple(_edge_path(columns[a][b], columns[c][d]) for (a, b), (c, d) in model.edges)
    size = len(columns) * _COLUMN_WIDTH_PX, row_count * _ROW_HEIGHT_PX + 2
    return Diagram(*size, tuple(node for nodes in columns for node in nodes), paths, model.caption)


def _place_node(column: int, y: int, node: DiagramNode, root: str) -> PlacedNode:
    url = root + node.url if node.url else ""
    return PlacedNode(_NODE_X_PX + column * _COLUMN_WIDTH_PX, y, node.type_name, truncate_label(node.text), node.text, url)


def _node_y(row: int, node_count: int, row_count: int) -> int:
    """Columns with fewer nodes than others have them farther apart."""
    if node_count < row_count:
        return round(_TOP_MARGIN_PX + (row + 0.5) * (row_count - 1) * _ROW_HEIGHT_PX / node_count)
    return _TOP_MARGIN_PX + row * _ROW_HEIGHT_PX


def _edge_path(start: PlacedNode, end: PlacedNode) -> str:
    """A curve from the end of a label to the next dot, so that edges do not cross labels."""
    begin_x = start.x + 16 + round(len(start.text) * _LETTER_WIDTH_PX)
    middle_x = (begin_x + end.x) // 2
    return f"M{begin_x} {start.y}C{middle_x} {start.y} {middle_x} {end.y} {end.x - _NODE_X_PX - 2} {end.y}"


def truncate_label(text: str) -> str:
    """A name that fits, without what would turn the letters around it.

    >>> truncate_label("a" * 30), truncate_label("ab\u202ec")
    ('aaaaaaaaaaaaaaaaaaaaaaaaa…', 'abc')
    """
    shown = strip_hidden(text)
    return shown if len(shown) <= _MAX_LABEL_CHARS else f"{shown[: _MAX_LABEL_CHARS - 1].rstrip()}…"
