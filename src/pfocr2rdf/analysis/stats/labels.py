"""Names that somebody else gave, made fit to be shown: nothing in them moves a cursor, turns a line around, or runs off the page."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

WIDTH = 32
"""How many columns a name may take, as terminals count them."""

_SHOWN_AS_CODE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")


def shown(label: str, width: int = WIDTH) -> str:
    r"""A name for a table or a plot.

    >>> shown("STAT\x1b[2J"), shown("a" * 40, 8), shown("  ")
    ('STAT\\x1b[2J', 'aaaaaaa…', '(blank)')
    """
    text = "".join(_code(one) if unicodedata.category(one) in _SHOWN_AS_CODE else one for one in label[: 4 * width]).strip()
    if cell_len(text) > width or len(text) > 2 * width or len(label) > 4 * width:
        while cell_len(text) >= width or len(text) >= 2 * width:
            text = text[:-1]
        text += "…"
    return text or "(blank)"


def _code(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
