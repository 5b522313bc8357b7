"""Field access: scalars of a record as text, with the many ways of writing "no value" as the empty text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pfocr2rdf.errors import RecordError

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]").search
NA_WORDS = frozenset(("", "NA", ".na.character"))

NA_VALUES = NA_WORDS | {"~", "null"}
"""Ways of saying "no value": R's two forms, YAML's two, and nothing at all. A word may well be ``null``."""


def get_text(data: Mapping[str, Any], field: str) -> str:
    """The field's text without blanks at its ends, or ``""`` for no value; a list with one item is that item.

    A longer list, a mapping, or a character that no record may hold raises ``RecordError``.
    """
    value = data.get(field, "")
    if type(value) is not str:
        texts = get_texts(data, field) if type(value) is list else ()
        if len(texts) > 1 or (type(value) is not list and value != {}):
            raise RecordError(f"is {_type_name(value)}, not text", field=field, remedy="write one value")
        return texts[0] if texts else ""
    return reject_control_chars(na_to_empty(value), field)


def na_to_empty(value: str) -> str:
    """The value without blanks at its ends, or ``""`` for no value."""
    value = value.strip()
    return "" if value in NA_VALUES else value


def reject_control_chars(value: str, field: str) -> str:
    """The value itself, if it holds no forbidden character; raises ``RecordError`` otherwise."""
    if not value.isprintable() and (bad := find_forbidden_character(value)):
        raise RecordError(f"contains the control character U+{ord(bad):04X}", field=field, remedy="remove it from the record")
    return value


def get_items(data: Mapping[str, Any], field: str) -> list[Any]:
    """The field's list, without NA items; empty if the field is missing, and anything else raises ``RecordError``."""
    value = data.get(field, [])
    if type(value) is str and value.strip() in NA_VALUES:
        return []
    if type(value) is not list:
        raise RecordError(f"is {_type_name(value)}, not a list", field=field, remedy="write a list of '- ...' items")
    return [item for item in value if not (type(item) is str and item.strip() in NA_VALUES)]


def get_texts(data: Mapping[str, Any], field: str, separator: str = ",") -> tuple[str, ...]:
    """The field's values, from a list or from one text with separators (if there is one), without repeats.

    >>> get_texts({"organisms": "Homo sapiens, Mus musculus"}, "organisms")
    ('Homo sapiens', 'Mus musculus')
    >>> get_texts({"organisms": ["NA"]}, "organisms")
    ()
    """
    value = data.get(field, "")
    if value == "":
        return ()
    parts = (value.split(separator) if separator else [value]) if type(value) is str else get_items(data, field)
    texts: dict[str, None] = {}
    for index, part in enumerate(parts):
        if type(part) is not str:
            raise RecordError(f"is {_type_name(part)}, not text", field=f"{field}[{index}]", remedy="write one value")
        if (name := part.strip()) not in NA_VALUES:
            texts[reject_control_chars(name, field)] = None
    return tuple(texts)


def _type_name(value: object) -> str:
    names: dict[type, str] = {list: "a list", dict: "a mapping", str: "text"}
    return names.get(type(value), f"a {type(value).__name__}")


def find_forbidden_character(text: str) -> str:
    """The first character that no record may hold (control characters other than tab and line ends, lone surrogates), or ``""``.

    XML cannot carry them, so they could not be written in every format.
    """
    match = _FORBIDDEN(text)
    return match.group() if match else ""
