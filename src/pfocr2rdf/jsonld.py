"""A record's own JSON-LD as statements: PyLD with bundled contexts, offline, with the repairs that every record needs.

PyLD is run once per shape of document (which keys there are, and all values but free text); the free text is then put where
PyLD put the placeholders. ``expand_slowly`` runs it on the document itself and is what the quick way is tested against.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from pyld import jsonld

from pfocr2rdf import iris
from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.values import NO_VALUE, clean
from pfocr2rdf.remembered import Remembered
from pfocr2rdf.terms import Node, Pair, literal, ref

FIELD = "schema-jsonld"
MAX_DEPTH = 8
MAX_TEXT = 1_000_000
CONTEXTS = {
    name: "data/schema.org.context.jsonld"
    for scheme in ("https", "http")
    for name in (f"{scheme}://schema.org/", f"{scheme}://schema.org", f"{scheme}://schema.org/docs/jsonldcontext.jsonld")
}
"""The contexts that ship with the package, by the address that records know them by."""

_KNOWN = tuple(CONTEXTS)
_LICENSES = {"CC0": iris.CC0, "CC0-1.0": iris.CC0, "CC0 1.0": iris.CC0}
_SUBJECT = "urn:pfocr:figure"
_SLOT = "urn:pfocr:slot:"


class Expanded(NamedTuple):
    """The statements of a JSON-LD block: those of the figure, those of other things, and the repairs it took."""

    figure: tuple[Pair, ...]
    others: tuple[Node, ...]
    repairs: tuple[str, ...]


class _Template(NamedTuple):
    """What PyLD makes of one shape: each object is a term, or the key whose text goes there."""

    figure: tuple[tuple[str, str, str], ...]
    others: tuple[Node, ...]


_templates: Remembered[Any, _Template] = Remembered(5_000)


@cache
def _context(path: str) -> Any:
    return json.loads(files("pfocr2rdf").joinpath(path).read_text(encoding="utf-8"))


def _load(url: str, _options: object) -> dict[str, Any]:
    if url not in CONTEXTS:
        raise RecordError(
            f"the context {url!r} is not one that ships with pfocr2rdf, and none is fetched from the network",
            field=f"{FIELD}.@context", remedy="use https://schema.org/ or write the context out",
        )  # fmt: skip
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _context(CONTEXTS[url])}


@cache
def _plain_terms() -> frozenset[str]:
    """Keys whose text becomes a string literal: those to which schema.org's context gives no type."""
    typed: dict[str, Any] = _context("data/schema.org.context.jsonld")["@context"]
    return frozenset(("name", "description", "keywords", "headline", "abstract", "alternateName", "text")) - typed.keys()


def expand(record: FigureRecord) -> Expanded:
    """The statements of a record's JSON-LD.

    Raises:
        RecordError: the ``@id`` is another figure's, the context is not known, the block is too large or too deep, or
            PyLD refuses it.
    """
    if record.jsonld is None:
        return _without(record)
    block, repairs = _repair(record)
    free: dict[str, list[str]] = {}
    shape: list[Any] = []
    plain = _plain_terms() if block.get("@context") in _KNOWN else frozenset()
    for key, value in block.items():
        if key in plain and (found := _free_text(value)) is not None:
            free[key] = found
            shape.append((key, len(found) > 0))
        else:
            shape.append((key, json.dumps(value, sort_keys=True)))
    signature = tuple(shape)
    template = _templates.get(signature) or _templates.keep(signature, _derive(block, free, record.figid))
    pairs: dict[Pair, None] = {}
    for predicate, term, slot in template.figure:
        if slot:
            for text in free[slot]:
                pairs[predicate, literal(text)] = None
        else:
            pairs[predicate, term] = None
    return Expanded(tuple(pairs), template.others, tuple(repairs))


def expand_slowly(record: FigureRecord) -> Expanded:
    """The same, by PyLD on the document itself: the reference."""
    if record.jsonld is None:
        return _without(record)
    block, repairs = _repair(record)
    figure, others = _statements({**block, "@id": _SUBJECT}, record.figid)
    return Expanded(tuple(dict.fromkeys(figure)), others, tuple(repairs))


def _without(record: FigureRecord) -> Expanded:
    """A record without a JSON-LD block still has a caption."""
    caption = ref("http://schema.org/description")
    return Expanded(((caption, literal(record.caption)),) if record.caption else (), (), ())


# -- repairs ---------------------------------------------------------------------------------------------------------------


def _repair(record: FigureRecord) -> tuple[dict[str, Any], list[str]]:
    """The block with what is wrong in every record put right, and the name of each repair."""
    block = dict(record.jsonld or {})
    repairs: list[str] = []
    _check_size(block)
    identifier = block.pop("@id", None)
    if identifier is not None and (type(identifier) is not str or not iris.same_figure(identifier, record.figid)):
        raise RecordError(
            f"{identifier!r} is not the IRI of this figure", field=f"{FIELD}.@id", remedy=f"write {iris.figure(record.figid)}"
        )
    if block.get("name") == "CreativeWork" and record.title:
        block["name"] = record.title
        repairs.append("name")
    _repair_license(block, repairs)
    creator = block.get("creator")
    if type(creator) is dict and "@id" not in creator and creator.get("name") == "WikiPathways":
        block["creator"] = {"@id": iris.WIKIPATHWAYS, **creator}
        repairs.append("creator")
    _drop_no_values(block, repairs)
    _name_nodes(block, record.figid, FIELD, repairs)
    return block, repairs


def _repair_license(block: dict[str, Any], repairs: list[str]) -> None:
    name = block.get("license")
    if type(name) is str and not iris.is_absolute(name):
        if name in _LICENSES:
            block["license"] = _LICENSES[name]
            repairs.append("license")
        elif name.strip() not in NO_VALUE:
            raise RecordError(f"{name!r} is no IRI of a licence", field=f"{FIELD}.license", remedy="write CC0 or the licence's IRI")


def _drop_no_values(block: dict[str, Any], repairs: list[str]) -> None:
    """Leave out what only says that there is no value: R writes NA among the keywords."""
    for key, value in list(block.items()):
        if key in ("@context", "@type"):
            continue
        if type(value) is str and value.strip() in NO_VALUE:
            del block[key]
        elif type(value) is list:
            kept = [item for item in value if not (type(item) is str and item.strip() in NO_VALUE)]
            if len(kept) < len(value):
                repairs.append(key)
                block[key] = kept


def _name_nodes(value: Any, figid: str, path: str, repairs: list[str]) -> None:
    """Give nested nodes without an ``@id`` a Skolem IRI, since the graph has no blank nodes."""
    items = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for key, item in list(items):
        if key == "@context":
            continue
        if type(item) is dict and not {"@id", "@value", "@list", "@set"} & item.keys():
            value[key] = item = {"@id": iris.genid(figid, f"{path}.{key}"), **item}
            repairs.append("node")
        _name_nodes(item, figid, f"{path}.{key}", repairs)


def _check_size(block: Mapping[str, Any]) -> None:
    waiting: list[tuple[Any, int]] = [(block, 1)]
    size = 0
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise RecordError(f"is nested deeper than {MAX_DEPTH}", field=FIELD, remedy="flatten the block")
        if type(value) is str:
            size += len(value)
            clean(value, FIELD)
        elif type(value) is dict:
            waiting += [(item, depth + 1) for item in value.values()]
        elif type(value) is list:
            size += len(value)
            waiting += [(item, depth + 1) for item in value]
        if size > MAX_TEXT:
            raise RecordError(f"holds more than {MAX_TEXT} characters", field=FIELD, remedy="shorten the block")


# -- PyLD ------------------------------------------------------------------------------------------------------------------


def _free_text(value: Any) -> list[str] | None:
    if type(value) is str:
        return [value]
    if type(value) is list and all(type(item) is str for item in value):
        return value
    return None


def _derive(block: Mapping[str, Any], free: Mapping[str, list[str]], figid: str) -> _Template:
    """What PyLD makes of a block of this shape, by running it on placeholders."""
    document = {**block, **{key: _SLOT + key for key, texts in free.items() if texts}, "@id": _SUBJECT}
    figure, others = _statements(document, figid)
    rows = [(predicate, term, _slot_of(term)) for predicate, term in figure]
    return _Template(tuple(rows), others)


def _slot_of(term: str) -> str:
    return term[len(_SLOT) + 1 : -1] if term.startswith(f'"{_SLOT}') else ""


def _statements(document: Mapping[str, Any], figid: str) -> tuple[list[Pair], tuple[Node, ...]]:
    try:
        dataset = jsonld.to_rdf(document, {"documentLoader": _load, "base": iris.figure(figid), "processingMode": "json-ld-1.1"})
    except jsonld.JsonLdError as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, RecordError):
            cause = cause.cause if isinstance(cause, jsonld.JsonLdError) else cause.__cause__
        if isinstance(cause, RecordError):
            raise cause from None
        raise RecordError(f"is no valid JSON-LD: {error.code or error.type}", field=FIELD, remedy="correct the block") from None
    figure: list[Pair] = []
    others: dict[str, list[Pair]] = {}
    for graph in dataset.values():
        for triple in graph:
            subject, predicate, value = (_term(triple[role]) for role in ("subject", "predicate", "object"))
            if subject == f"<{_SUBJECT}>":
                figure.append((predicate, value))
            else:
                others.setdefault(subject, []).append((predicate, value))
    return figure, tuple(Node(subject, tuple(dict.fromkeys(pairs))) for subject, pairs in others.items())


def _term(part: Mapping[str, Any]) -> str:
    value = part["value"]
    if part["type"] == "IRI":
        if not iris.is_absolute(value):
            raise RecordError(f"{value!r} is no absolute IRI", field=FIELD, remedy="write the IRI out, with blanks as %20")
        return ref(value)
    if part["type"] == "blank node":
        raise RecordError("a node has no @id", field=FIELD, remedy="give nested nodes an @id")
    text = literal(value)
    if part.get("language"):
        return f"{text}@{part['language']}"
    datatype = part.get("datatype", "")
    return text if datatype.endswith("#string") else f"{text}^^{ref(datatype)}"
