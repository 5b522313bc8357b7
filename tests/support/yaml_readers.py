"""What both readers of YAML say of a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.yaml import is_risky, load_yaml, read_careful, read_fast


def outcome(reader: Callable[[str], Any], text: str) -> tuple[Any, str]:
    """What a reader makes of the text, or why it refuses it."""
    try:
        return reader(text), ""
    except RecordError as error:
        return None, str(error)


def check(text: str) -> None:
    """Where the fast reader answers, the careful one says the same, or that it is no YAML; elsewhere the careful one decides."""
    fast = None if is_risky(text) else read_fast(text)
    careful, refusal = outcome(read_careful, text)
    if fast is None:
        assert outcome(load_yaml, text) == (careful, refusal), text
    elif refusal:
        assert "broken YAML" in refusal, text
    else:
        assert load_yaml(text) == fast == careful, text
