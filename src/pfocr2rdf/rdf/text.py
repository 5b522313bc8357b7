"""Sanitization of other people's text: nothing in it moves a cursor, turns a line around, or runs off the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

CONTROL_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's categories of what commands a terminal: controls, format characters, surrogates, and separators of lines."""

HIDDEN_CATEGORIES = CONTROL_CATEGORIES | {"Cn", "Co"}  # the same, with unassigned and private characters, which no font shows
C_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def escape_controls(text: str, escapes: Mapping[str, str] = C_ESCAPES, categories: Collection[str] = CONTROL_CATEGORIES) -> str:
    r"""The text with an escape for each character of these categories; ``escapes`` replaces, or keeps, some of them.

    >>> escape_controls("a\tb\x1b[2J"), escape_controls("a\tb", {"\t": "\t"}), escape_controls("\u202e")
    ('a\\tb\\x1b[2J', 'a\tb', '\\u202e')
    """
    if text.isprintable():
        return text
    return "".join(escapes.get(char) or (_escape(char) if unicodedata.category(char) in categories else char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def strip_hidden(text: str) -> str:
    r"""The text without the characters that show nothing.

    >>> strip_hidden("ab\u202ec")
    'abc'
    """
    if text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) not in HIDDEN_CATEGORIES)


def replace_bidi_controls(text: str) -> str:
    """The text without bidirectional controls: one that ends an isolation reaches beyond its HTML element."""
    for control in BIDI_CONTROLS:  # one by one, since ``translate`` keeps all threads waiting 30 times longer
        text = text.replace(control, "\ufffd")
    return text


def blank_unprintable(text: str) -> str:
    """The text in one line, with a blank for each unprintable character."""
    return "".join(char if char.isprintable() else " " for char in text)


def truncate(text: str, max_chars: int) -> str:
    """The beginning of a text, with a mark if it continues.

    >>> truncate("abcdef", 6), truncate("abcdefg", 6)
    ('abcdef', 'abcdef ...')
    """
    return text if len(text) <= max_chars else f"{text[:max_chars]} ..."
