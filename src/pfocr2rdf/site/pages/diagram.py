"""The small picture of what is near a thing: columns of names, with lines between them, as positions for the template."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.rdf.text import strip_hidden
from pfocr2rdf.site.pages.view_models import DiagramModel, DiagramNode

_ROW_HEIGHT_PX, _COLUMN_WIDTH_PX, _NODE_X_PX, _TOP_MARGIN_PX = 26, 270, 6, 14
_MAX_LABEL_CHARS = 26  # letters of a name
_LETTER_WIDTH_PX = 7.5


class PlacedNode(NamedTuple):
    """A thing: where its dot is, what is written beside it, and where that leads."""

    x: int
    y: int
    type_name: str
    text: str
    full_text: str
    url: str


class Diagram(NamedTuple):
    """A picture: its size, the dots, and the lines as paths."""

    width: int
    height: int
    nodes: tuple[PlacedNode, ...]
    edge_paths: tuple[str, ...]
    caption: str


def layout_diagram(model: DiagramModel | None, root: str) -> Diagram | None:
    """Where everything goes; nothing where there is nothing to draw.

    Args:
        model: what is to be drawn.
        root: the path that leads to the root of the site.
    """
    if model is None:
        return None
    most = max(map(len, model.columns))
    height = most * _ROW_HEIGHT_PX + 2
    dots = [
        [_place_node(column, _node_y(row, len(boxes), most), box, root) for row, box in enumerate(boxes)]
        for column, boxes in enumerate(model.columns)
    ]
    lines = tuple(_edge_path(dots[a][b], dots[c][d]) for (a, b), (c, d) in model.edges)
    return Diagram(len(model.columns) * _COLUMN_WIDTH_PX, height, tuple(dot for column in dots for dot in column), lines, model.caption)


def _place_node(column: int, y: int, node: DiagramNode, root: str) -> PlacedNode:
    return PlacedNode(
        _NODE_X_PX + column * _COLUMN_WIDTH_PX, y, node.type_name, truncate_label(node.text), node.text, root + node.url if node.url else ""
    )


def _node_y(row: int, rows: int, most: int) -> int:
    """Columns with fewer rows have them farther apart."""
    return (
        round(_TOP_MARGIN_PX + (row + 0.5) * (most - 1) * _ROW_HEIGHT_PX / max(rows, 1))
        if rows < most
        else _TOP_MARGIN_PX + row * _ROW_HEIGHT_PX
    )


def _edge_path(start: PlacedNode, end: PlacedNode) -> str:
    """From behind the name to the dot: a curve, so that lines do not cross names."""
    begin = start.x + 16 + round(len(start.text) * _LETTER_WIDTH_PX)
    bend = (begin + end.x) // 2
    return f"M{begin} {start.y}C{bend} {start.y} {bend} {end.y} {end.x - _NODE_X_PX - 2} {end.y}"


def truncate_label(text: str) -> str:
    """A name that fits, without what would turn the letters around it.

    >>> truncate_label("a" * 30), truncate_label("ab\u202ec")
    ('aaaaaaaaaaaaaaaaaaaaaaaaa…', 'abc')
    """
    shown = strip_hidden(text)
    return shown if len(shown) <= _MAX_LABEL_CHARS else f"{shown[: _MAX_LABEL_CHARS - 1].rstrip()}…"
