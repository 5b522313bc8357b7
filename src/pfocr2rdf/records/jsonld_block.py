"""The record's own JSON-LD as one block: from YAML, from JSON in a text, or from a list of blocks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.records.values import na_to_empty

_FIELD = "schema-jsonld"
_CONSTANTS = {None: "", True: "true", False: "false"}


def read_jsonld(value: Any, figid: str, notes: list[str]) -> Mapping[str, Any] | None:
    """The block of the figure, all scalars as text, or ``None``; other blocks are noted. ``RecordError`` where it is no mapping."""
    if type(value) is str and value.strip()[:1] in ("{", "["):
        value = _parse_json(value)
    if type(value) is dict:
        return value or None
    if type(value) is str and not na_to_empty(value):
        return None
    items = value if type(value) is list else [value]
    items = [item for item in items if item != {} and not (type(item) is str and not na_to_empty(item))]
    if not all(type(item) is dict for item in items):
        raise RecordError("is not a mapping", field=_FIELD, remedy="write the JSON-LD as YAML keys and values")
    return _merge_blocks(items, figid, notes) if items else None


def _merge_blocks(blocks: list[dict[str, Any]], figid: str, notes: list[str]) -> dict[str, Any]:
    """One block of all that are about the figure; a note of each of the others."""
    main = next((block for block in blocks if _is_of_figure(block, figid)), blocks[0])
    merged = dict(main)
    items_by_key: dict[str, dict[str, Any]] = {}
    for index, block in enumerate(blocks):
        if block is main or block == main:
            continue
        if block.get("@context", merged.get("@context")) != merged.get("@context") or not _is_of_figure(block, figid):
            notes.append(f"{_FIELD}[{index}]: is about another subject than the figure, or has another context and was ignored")
            continue
        for key, value in block.items():
            if key not in merged:
                merged[key] = value
            elif merged[key] != value and key != "@id":
                if key not in items_by_key:
                    items_by_key[key] = _index_items(merged[key])
                items_by_key[key].update(_index_items(value))
    return merged | {key: list(items.values()) for key, items in items_by_key.items()}


def _index_items(value: Any) -> dict[str, Any]:
    """The items of a value by their JSON, so that equal ones are found in linear time."""
    return {json.dumps(item, sort_keys=True): item for item in (value if type(value) is list else [value])}


def _is_of_figure(block: Mapping[str, Any], figid: str) -> bool:
    identifier = block.get("@id", "")
    return type(identifier) is str and (not identifier or iris.is_figure_iri(identifier, figid))


def _parse_json(text: str) -> Any:
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_build_object)
        return _constants_to_text(value)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
        raise RecordError(f"is not valid JSON: {reason}", field=_FIELD, remedy="write the JSON-LD as YAML keys and values") from None


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        (name, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise RecordError(f"the key {name!r} is given twice", field=_FIELD, remedy="keep one of the two")
    return names


def _constants_to_text(value: Any) -> Any:
    if type(value) is list:
        return [_constants_to_text(item) for item in value]
    if type(value) is dict:
        return {key: _constants_to_text(item) for key, item in value.items()}
    return value if type(value) is str else _CONSTANTS[value]
