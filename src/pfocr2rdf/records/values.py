"""What a scalar of a record says: text, or one of the many ways of saying nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.yaml import forbidden_character

NO_WORD = frozenset(("", "NA", ".na.character"))

NO_VALUE = NO_WORD | {"~", "null"}
"""Ways of saying "no value": R's two forms, YAML's two, and nothing at all. A word may well be ``null``."""


def text(data: Mapping[str, Any], field: str) -> str:
    """The field's text without blanks at its ends, or ``""`` where it says nothing.

    Raises:
        RecordError: the field holds a list or a mapping, or a character that no record may hold.
    """
    value = data.get(field, "")
    if type(value) is not str:
        if value in ([], {}) or (type(value) is list and all(item in NO_VALUE for item in value)):
            return ""
        raise RecordError(f"is a {_kind(value)}, not text", field=field, remedy="write one value")
    return clean(some(value), field)


def some(value: str) -> str:
    """The value without blanks at its ends, or ``""`` where it says nothing."""
    value = value.strip()
    return "" if value in NO_VALUE else value


def readable(name: str) -> str:
    """A file's name as text that can be written anywhere, also where it is no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def clean(value: str, field: str) -> str:
    """The value itself, once it is known to hold no forbidden character."""
    if not value.isprintable() and (bad := forbidden_character(value)):
        raise RecordError(f"holds the control character U+{ord(bad):04X}", field=field, remedy="remove it from the record")
    return value


def items(data: Mapping[str, Any], field: str) -> list[Any]:
    """The field's list; a missing field, no value, or a list that holds only no-value is an empty list.

    Raises:
        RecordError: it is no list.
    """
    value = data.get(field, [])
    if type(value) is str and value.strip() in NO_VALUE:
        return []
    if type(value) is not list:
        raise RecordError(f"is a {_kind(value)}, not a list", field=field, remedy="write a list of '- ...' items")
    return [item for item in value if not (type(item) is str and item.strip() in NO_VALUE)]


def texts(data: Mapping[str, Any], field: str, separator: str = ",") -> tuple[str, ...]:
    """The field's values, from a list or from one text with separators, without repeats.

    >>> texts({"organisms": "Homo sapiens, Mus musculus"}, "organisms")
    ('Homo sapiens', 'Mus musculus')
    >>> texts({"organisms": ["NA"]}, "organisms")
    ()
    """
    value = data.get(field, "")
    parts = value.split(separator) if type(value) is str else items(data, field)
    found: dict[str, None] = {}
    for index, part in enumerate(parts):
        if type(part) is not str:
            raise RecordError(f"is a {_kind(part)}, not text", field=f"{field}[{index}]", remedy="write one value")
        if (name := part.strip()) not in NO_VALUE:
            found[clean(name, field)] = None
    return tuple(found)


def _kind(value: object) -> str:
    return "list" if type(value) is list else "mapping" if type(value) is dict else type(value).__name__
