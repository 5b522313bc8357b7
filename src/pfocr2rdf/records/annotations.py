"""The annotations of curators: ``type`` and ``value`` of each, from every form that releases give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.unknown_names import describe_unknown
from pfocr2rdf.records.values import get_text, get_texts, na_to_empty, reject_control_chars


def read_annotations(items: Iterable[Any], notes: list[str]) -> tuple[tuple[str, str], ...]:
    """(type, value) of each annotation, without repeats; the type is ``""`` where there is none. What is ignored is noted.

    An item is ``{type: Disease, value: asthma}``, or ``{Disease: asthma}``, or text.
    """
    return tuple(dict.fromkeys(_read_items(items, notes)))


def _read_items(items: Iterable[Any], notes: list[str]) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(items):
        field = f"annotations[{index}]"
        if type(item) is str:
            yield "", reject_control_chars(item.strip(), field)
        elif type(item) is dict:
            yield from _read_mapping(item, field, notes)
        else:
            raise RecordError("is not a mapping", field=field, remedy="write 'type:' and 'value:'")


def _read_mapping(item: dict[str, Any], field: str, notes: list[str]) -> Iterator[tuple[str, str]]:
    keys = {key.strip().lower(): key for key in item}
    standard = [keys[name] for name in ("type", "value") if name in keys]
    try:
        if not standard:
            for key in item:
                yield from ((na_to_empty(reject_control_chars(key, "")), text) for text in get_texts(item, key, ""))
            return
        kind = get_text(item, keys["type"]) if "type" in keys else ""
        values = get_texts(item, keys["value"], "") if "value" in keys else ()
    except RecordError as error:
        error.field = f"{field}.{error.field}".rstrip(".")
        raise
    yield from ((kind, value) for value in values)
    if kind and not values:
        notes.append(f"{field}: has the type {kind!r} and no value and was ignored")
    notes += describe_unknown("key", (key for key in item if key not in standard), ("type", "value"), f"{field}: ")
