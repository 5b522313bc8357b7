"""The small picture of what is near a thing: columns of names, with lines between them, as positions for the template."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from pfocr2rdf.site.pages.view_models import Box, Neighbourhood

_ROW, _COLUMN, _DOT, _TOP = 26, 270, 6, 14
_LONGEST = 26  # letters of a name
_LETTER = 7.5
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class Dot(NamedTuple):
    """A thing: where its dot is, what is written beside it, and where that leads."""

    x: int
    y: int
    kind: str
    text: str
    full: str
    url: str


class Drawing(NamedTuple):
    """A picture: its size, the dots, and the lines as paths."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    caption: str


def drawn(near: Neighbourhood | None, root: str) -> Drawing | None:
    """Where everything goes; nothing where there is nothing to draw.

    Args:
        near: what is to be drawn.
        root: the path that leads to the root of the site.
    """
    if near is None:
        return None
    most = max(map(len, near.columns))
    height = most * _ROW + 2
    dots = [
        [_dot(column, _y(row, len(boxes), most), box, root) for row, box in enumerate(boxes)] for column, boxes in enumerate(near.columns)
    ]
    lines = tuple(_line(dots[a][b], dots[c][d]) for (a, b), (c, d) in near.edges)
    return Drawing(len(near.columns) * _COLUMN, height, tuple(dot for column in dots for dot in column), lines, near.caption)


def _dot(column: int, y: int, box: Box, root: str) -> Dot:
    return Dot(_DOT + column * _COLUMN, y, box.kind, clipped(box.text), box.text, root + box.url if box.url else "")


def _y(row: int, rows: int, most: int) -> int:
    """Columns with fewer rows have them farther apart."""
    return round(_TOP + (row + 0.5) * (most - 1) * _ROW / max(rows, 1)) if rows < most else _TOP + row * _ROW


def _line(start: Dot, end: Dot) -> str:
    """From behind the name to the dot: a curve, so that lines do not cross names."""
    begin = start.x + 16 + round(len(start.text) * _LETTER)
    bend = (begin + end.x) // 2
    return f"M{begin} {start.y}C{bend} {start.y} {bend} {end.y} {end.x - _DOT - 2} {end.y}"


def clipped(text: str) -> str:
    """A name that fits, without what would turn the letters around it.

    >>> clipped("a" * 30), clipped("ab\u202ec")
    ('aaaaaaaaaaaaaaaaaaaaaaaaa…', 'abc')
    """
    shown = "".join(one for one in text if unicodedata.category(one) not in _HIDDEN)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1].rstrip()}…"
