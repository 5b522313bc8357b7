"""What both readers of YAML say of a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.block_yaml import read_blocks
from pfocr2rdf.records.pfocr2021 import LIST_FIELDS
from pfocr2rdf.records.yaml import is_risky, load_yaml, read_careful, read_fast


def outcome(reader: Callable[[str], Any], text: str) -> tuple[Any, str]:
    """What a reader makes of the text, or why it refuses it."""
    try:
        return reader(text), ""
    except RecordError as error:
        return None, str(error)


def check(text: str) -> None:
    """Where the fast reader answers, the careful one says the same, or that it is no YAML; elsewhere the careful one decides."""
    check_blocks(text)
    fast = None if is_risky(text) else read_fast(text)
    careful, refusal = outcome(read_careful, text)
    if fast is None:
        assert outcome(load_yaml, text) == (careful, refusal), text
    elif refusal:
        assert "broken YAML" in refusal, text
    else:
        assert load_yaml(text) == fast == careful, text


def check_blocks(text: str) -> bool:
    """Whether the reader of block style answers; the careful one says the same then, also of rows that are known."""
    blocks = read_blocks(text)
    by_row = [read_blocks(text, LIST_FIELDS) for _ in range(2)]
    if blocks is not None:
        assert read_careful(text) == blocks, text
    for rows in by_row:
        assert rows is None or rows == blocks, text
    return blocks is not None
