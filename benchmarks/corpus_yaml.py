"""YAML laid out as the writer of the real records lays it out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

TYPED = re.compile(  # what a YAML 1.1 reader takes for something else than text
    r"~|null|Null|NULL|<<|=|[yYnN]|(?:yes|no|true|false|on|off)|(?:Yes|No|True|False|On|Off)|(?:YES|NO|TRUE|FALSE|ON|OFF)"
    r"|[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*)|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|\d{4}-\d\d?-\d\d?.*"
)
QUOTED = re.compile(r"[,\[\]{}#&*!|>'\"%@`\s]|[-?:](?: |$)|---|\.\.\.|.*(?:: |:$| #| $)")
WIDTH = 80
ESCAPED = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def scalar(text: str, column: int, indent: str) -> str:
    """`text` as a YAML scalar that begins at `column`, and goes on at `indent` where it is broken."""
    if ESCAPED.search(text):
        safe = text.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + ESCAPED.sub(lambda hit: f"\\u{ord(hit[0]):04x}", safe) + '"'
    if text and not QUOTED.match(text) and not TYPED.fullmatch(text):
        return fold(text, column, indent)
    return "'" + fold(text.replace("'", "''"), column + 1, indent) + "'"


def fold(text: str, column: int, indent: str) -> str:
    """Break at a lone blank once a line is past the width; other blanks would not survive it."""
    if column + len(text) <= WIDTH:
        return text
    first, *words = text.split(" ")
    out, column, previous = [first], column + len(first), first
    for word in words:
        if column > WIDTH and word and previous:
            out.append(f"\n{indent}{word}")
            column = len(indent) + len(word)
        else:
            out.append(f" {word}")
            column += 1 + len(word)
        previous = word
    return "".join(out)


def field(key: str, value: str, margin: str = "") -> str:
    """One `key: value` line (or lines) of a block mapping."""
    return f"{margin}{key}: {scalar(value, len(margin) + len(key) + 2, margin.replace('-', ' ') + '  ')}\n"


def listing(key: str, items: Iterable[str], margin: str = "") -> str:
    """A list of texts under `key`, its dashes in line with the key as in real records."""
    lines = [f"{margin}- {scalar(item, len(margin) + 2, margin + '  ')}\n" for item in items]
    return f"{margin}{key}:\n{''.join(lines)}" if lines else f"{margin}{key}: []\n"


@lru_cache(maxsize=30_000)
def item(*pairs: tuple[str, str]) -> str:
    """One list item that is a mapping."""
    head, *rest = pairs
    return field(*head, margin="- ") + "".join(field(*pair, margin="  ") for pair in rest)


def items(key: str, rows: Iterable[str]) -> str:
    """A list of mappings under `key`."""
    text = "".join(rows)
    return f"{key}:\n{text}" if text else f"{key}: []\n"
