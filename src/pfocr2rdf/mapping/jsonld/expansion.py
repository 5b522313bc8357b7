"""Memoized JSON-LD expansion: a block of JSON-LD to statements.

PyLD runs once per signature of a block (its keys, and all values but free text), on placeholders instead of free text.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.jsonld.processor import (
    BUNDLED_CONTEXT_PATHS,
    JSONLD_FIELD,
    SCHEMA_ORG_CONTEXT_PATH,
    DocumentStatements,
    document_to_pairs,
    load_bundled,
)
from pfocr2rdf.mapping.jsonld.repairs import check_item_count, repair_block
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import PredicateObject, Resource, iri_term, lexical_form, literal
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.records.model import FigureRecord

_SUBJECT = "urn:pfocr:figure"
_SLOT = f"urn:pfocr:slot:{secrets.token_hex(16)}:"  # no record can hold it
_RECORD_NAMESPACES = (f"<{SITE_URL}figures/", f"<{SITE_URL}mentions/")
_DESCRIPTION = iri_term("http://schema.org/description")
_FREE_TEXT_KEYS = ("name", "description", "keywords", "headline", "abstract", "alternateName", "text")


class JsonLdStatements(NamedTuple):
    """The statements of a block: those of the figure, those of other resources; the names of the repairs, and notes of what is left out."""

    figure_pairs: tuple[PredicateObject, ...]
    other_resources: tuple[Resource, ...]
    repairs: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Template(NamedTuple):
    """The result of PyLD for one signature: predicate, and either a term or the key whose text goes there."""

    figure_slots: tuple[tuple[str, str, str], ...]
    other_resources: tuple[Resource, ...]
    notes: tuple[str, ...]


_encode_json = json.JSONEncoder(sort_keys=True).encode
_template_cache: LruCache[Any, _Template] = LruCache(5_000)


@cache
def _plain_terms() -> frozenset[str]:
    """The keys whose text becomes a string literal: those to which schema.org's context gives no type."""
    context: dict[str, Any] = load_bundled(SCHEMA_ORG_CONTEXT_PATH)["@context"]
    return frozenset(_FREE_TEXT_KEYS).difference(context)


def expand_jsonld(record: FigureRecord) -> JsonLdStatements:
    """The statements of a record's JSON-LD, with the caption as description, also of a record without a block.

    Raises:
        RecordError: the ``@id`` is another figure's, the context is not known, the block is too large or too deep, or
            something in it cannot be written as RDF.
    """
    if record.jsonld is None:
        return JsonLdStatements(_add_caption({}, record), (), ())
    block, repairs = repair_block(record)
    texts_by_key: dict[str, list[str]] = {}
    parts: list[Any] = []
    plain_terms: frozenset[str] = _plain_terms() if block.get("@context") in tuple(BUNDLED_CONTEXT_PATHS) else frozenset()
    for key, value in block.items():
        if key in plain_terms and (texts := _as_texts(value)) is not None:
            texts_by_key[key] = texts
            parts.append((key, len(texts) > 0))
        else:
            parts.append((key, value, "") if type(value) is str else (key, _encode_json(value)))
    signature = tuple(parts)
    template = _template_cache.get(signature) or _derive_template(signature, block, texts_by_key, record.figid)
    pairs: dict[PredicateObject, None] = {}
    for predicate, term, slot in template.figure_slots:
        if slot:
            for text in texts_by_key[slot]:
                pairs[predicate, literal(text)] = None
        else:
            pairs[predicate, term] = None
    return JsonLdStatements(_add_caption(pairs, record), template.other_resources, tuple(repairs), template.notes)


def _add_caption(pairs: dict[PredicateObject, None], record: FigureRecord) -> tuple[PredicateObject, ...]:
    """The statements, with the caption as description, unless the block has it but for blanks and line ends."""
    if record.caption and (_DESCRIPTION, literal(record.caption)) not in pairs and not _has_description(pairs, record.caption):
        pairs[_DESCRIPTION, literal(record.caption)] = None
    return tuple(pairs)


def _has_description(pairs: Iterable[PredicateObject], caption: str) -> bool:
    words = caption.split()
    return any(predicate == _DESCRIPTION and lexical_form(term).split() == words for predicate, term in pairs)


def _as_texts(value: Any) -> list[str] | None:
    if type(value) is str:
        return [value]
    if type(value) is list and all(type(item) is str for item in value):
        return value
    return None


def _derive_template(signature: Any, block: Mapping[str, Any], texts_by_key: Mapping[str, list[str]], figid: str) -> _Template:
    """The template of a block, by PyLD on placeholders. It is cached, unless it has the IRI of this very figure."""
    placeholders = {key: _SLOT + key for key, texts in texts_by_key.items() if texts}
    filled_block = {**block, **placeholders}
    check_item_count(filled_block)
    pairs, other_resources, notes = _figure_and_other_statements(filled_block, figid)
    figure_slots = tuple((predicate, term, _slot_of(term)) for predicate, term in pairs)
    template = _Template(figure_slots, tuple(other_resources), tuple(dict.fromkeys(notes)))
    figure_iri = iris.figure_iri(figid)
    is_of_figure = any(figure_iri in term for _, term in pairs) or any(figure_iri in str(resource) for resource in other_resources)
    return template if is_of_figure else _template_cache.put(signature, template)


def _slot_of(term: str) -> str:
    return term[len(_SLOT) + 1 : -1] if term.startswith(f'"{_SLOT}') else ""


def _figure_and_other_statements(block: Mapping[str, Any], figid: str) -> DocumentStatements:
    """The statements of the figure, also those on its IRI, and the other resources."""
    figure_iri = iris.figure_iri(figid)
    figure_pairs, resources, notes = document_to_pairs(block, _SUBJECT, figure_iri)
    other_resources = []
    for resource in resources:
        if resource.subject == iri_term(figure_iri):
            figure_pairs += resource.pairs
        elif resource.subject.startswith(_RECORD_NAMESPACES):
            raise RecordError(
                f"describes {resource.subject}, which has its own record", field=JSONLD_FIELD, remedy="describe this figure only"
            )
        else:
            other_resources.append(resource)
    return DocumentStatements(figure_pairs, other_resources, notes)
