"""Repairs of faults that the JSON-LD of all records has, before it is expanded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.jsonld.processor import JSONLD_FIELD
from pfocr2rdf.rdf import iris
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.values import NA_VALUES, reject_control_chars

MAX_BLOCK_LEVELS = 8
MAX_BLOCK_NODES = 500
MAX_BLOCK_ITEMS = 2_000  # of lists that PyLD expands, which compares each item of a list with all others
MAX_BLOCK_KEYS = 10_000
MAX_BLOCK_CHARS = 1_000_000
_IDENTIFYING_KEYWORDS = {"@id", "@value", "@list", "@set", "@reverse", "@graph"}


def repair_block(record: FigureRecord) -> tuple[dict[str, Any], list[str]]:
    """A copy of the record's block, repaired and without its ``@id``, and the name of each repair.

    Another figure's ``@id``, a licence that is none, or a block that is too large or too deep raises ``RecordError``.
    """
    repairs: list[str] = []
    _check_size(record.jsonld)
    block = _rebuild(record.jsonld, record.figid, JSONLD_FIELD, repairs)
    _check_id(block.pop("@id", None), record.figid)
    if block.get("name") == "CreativeWork":
        del block["name"]
        if record.title:
            block["name"] = record.title
        repairs.append("name")
    _repair_license(block, repairs)
    creators = block.get("creator")
    for creator in creators if type(creators) is list else [creators]:
        if (
            type(creator) is dict
            and creator.get("name") == "WikiPathways"
            and str(creator.get("@id", "")).startswith(iris.SKOLEM_NAMESPACE)
        ):
            creator["@id"] = iris.WIKIPATHWAYS_IRI
            repairs.remove("node")
            repairs.append("creator")
    return block, repairs


def _check_id(identifier: Any, figid: str) -> None:
    if identifier is not None and (type(identifier) is not str or not iris.is_figure_iri(identifier, figid)):
        raise RecordError(
            f"{identifier!r} is not the IRI of this figure", field=f"{JSONLD_FIELD}.@id", remedy=f"write {iris.figure_iri(figid)}"
        )


def _repair_license(block: dict[str, Any], repairs: list[str]) -> None:
    name = block.get("license")
    if type(name) is str and not iris.is_absolute_iri(name):
        block["license"] = iris.license_iri(name)
        if not block["license"]:
            raise RecordError(
                f"{name!r} is not the IRI of a licence", field=f"{JSONLD_FIELD}.license", remedy="write CC0 or the licence's IRI"
            )
        repairs.append("license")


def _rebuild(value: Any, figid: str, path: str, repairs: list[str]) -> Any:
    """A copy without missing values (R writes NA among keywords), and with Skolem IRIs for nested nodes, since there are no blank nodes."""
    if type(value) is list and {str}.issuperset(map(type, value)):
        items = [item for item in value if item.strip() not in NA_VALUES]
        if len(items) < len(value):
            repairs.append(path.rpartition(".")[2])
        return items
    if type(value) is list:
        items = [_rebuild(item, figid, f"{path}.{index}", repairs) for index, item in enumerate(value) if not _is_empty(item)]
        if len(items) < len(value):
            repairs.append(path.rpartition(".")[2])
        return items
    if type(value) is not dict:
        return value
    copy = {
        key: item if key == "@context" else _rebuild(item, figid, f"{path}.{key}", repairs)
        for key, item in value.items()
        if key == "@context" or not _is_empty(item)
    }
    if path != JSONLD_FIELD and not _IDENTIFYING_KEYWORDS & copy.keys():
        copy = {"@id": iris.skolem_iri(figid, path), **copy}
        repairs.append("node")
    return copy


def _is_empty(value: Any) -> bool:
    """Whether this is a missing value, or a node with nothing but missing values."""
    if type(value) is str:
        return value.strip() in NA_VALUES
    return type(value) is dict and all(_is_empty(item) for item in value.values())


def _check_size(block: Mapping[str, Any] | None) -> None:
    pending: list[tuple[Any, int]] = [(block, 1)]
    size = nodes = keys = 0
    while pending:
        value, depth = pending.pop()
        if depth > MAX_BLOCK_LEVELS:
            raise RecordError(f"is nested deeper than {MAX_BLOCK_LEVELS}", field=JSONLD_FIELD, remedy="flatten the block")
        if type(value) is str:
            size += len(value)
            reject_control_chars(value, JSONLD_FIELD)
        elif type(value) is dict:
            nodes += 1
            keys += len(value)
            size += sum(map(len, value))
            pending += [(item, depth + 1) for item in value.values()]
        elif type(value) is list and all(type(item) is str for item in value):
            pending.append(("".join(value), depth + 1))
            size += len(value)
        elif type(value) is list:
            size += len(value)
            pending += [(item, depth + 1) for item in value]
        if nodes > MAX_BLOCK_NODES:
            raise RecordError(f"has more than {MAX_BLOCK_NODES} nodes", field=JSONLD_FIELD, remedy="shorten the block")
        if keys > MAX_BLOCK_KEYS:
            raise RecordError(f"has more than {MAX_BLOCK_KEYS} keys", field=JSONLD_FIELD, remedy="shorten the block")
        if size > MAX_BLOCK_CHARS:
            raise RecordError(f"has more than {MAX_BLOCK_CHARS} characters", field=JSONLD_FIELD, remedy="shorten the block")


def check_item_count(value: Any) -> None:
    """Refuse a block whose lists have too many items. Its nesting is not deep."""
    if _count_items(value) > MAX_BLOCK_ITEMS:
        raise RecordError(f"has more than {MAX_BLOCK_ITEMS} items in its lists", field=JSONLD_FIELD, remedy="shorten the block")


def _count_items(value: Any) -> int:
    items = value.values() if type(value) is dict else value if type(value) is list else ()
    return (len(items) if type(value) is list else 0) + sum(map(_count_items, items))
