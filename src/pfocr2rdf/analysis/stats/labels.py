"""External names, sanitized for display: no control characters, no change of text direction, no excessive length."""

from __future__ import annotations

from rich.cells import cell_len

from pfocr2rdf.rdf.text import HIDDEN_CATEGORIES, escape_controls

MAX_LABEL_COLUMNS = 32
"""How many columns a name may take, as terminals count them."""


def printable_label(label: str, max_columns: int = MAX_LABEL_COLUMNS) -> str:
    r"""A name for a table or a plot.

    >>> printable_label("STAT\x1b[2J"), printable_label("a" * 40, 8), printable_label("  ")
    ('STAT\\x1b[2J', 'aaaaaaa…', '(blank)')
    """
    text = escape_controls(label[: 4 * max_columns], {}, HIDDEN_CATEGORIES).strip()
    if cell_len(text) > max_columns or len(text) > 2 * max_columns or len(label) > 4 * max_columns:
        while cell_len(text) >= max_columns or len(text) >= 2 * max_columns:
            text = text[:-1]
        text += "…"
    return text or "(blank)"
