"""A block of JSON-LD as statements, quickly.

PyLD is run once per shape of document (which keys there are, and all values but free text); the free text is then put where
PyLD put the placeholders. ``expand_jsonld_uncached`` runs it on the document itself and is what the quick way is tested against.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.jsonld.processor import BUNDLED_CONTEXT_PATHS, JSONLD_FIELD, SCHEMA_ORG_CONTEXT_PATH, document_to_pairs, load_bundled
from pfocr2rdf.mapping.jsonld.repairs import repair_block
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import PredicateObject, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.records.model import FigureRecord

_SUBJECT = "urn:pfocr:figure"
_SLOT = f"urn:pfocr:slot:{secrets.token_hex(16)}:"  # no record can hold it
_RECORD_NAMESPACES = (f"<{SITE_URL}figures/", f"<{SITE_URL}mentions/")
_DESCRIPTION = iri_term("http://schema.org/description")
_FREE_TEXT_KEYS = ("name", "description", "keywords", "headline", "abstract", "alternateName", "text")


class JsonLdStatements(NamedTuple):
    """The statements of a JSON-LD block: those of the figure, those of other things, and the repairs it took."""

    figure_pairs: tuple[PredicateObject, ...]
    other_resources: tuple[Resource, ...]
    repairs: tuple[str, ...]


class _Template(NamedTuple):
    """What PyLD makes of one shape: predicate, and either a term or the key whose text goes there."""

    figure_slots: tuple[tuple[str, str, str], ...]
    other_resources: tuple[Resource, ...]


_encode_json = json.JSONEncoder(sort_keys=True).encode
_template_cache: LruCache[Any, _Template] = LruCache(5_000)


@cache
def _plain_terms() -> frozenset[str]:
    """Keys whose text becomes a string literal: those to which schema.org's context gives no type."""
    typed: dict[str, Any] = load_bundled(SCHEMA_ORG_CONTEXT_PATH)["@context"]
    return frozenset(_FREE_TEXT_KEYS) - typed.keys()


def expand_jsonld(record: FigureRecord) -> JsonLdStatements:
    """The statements of a record's JSON-LD. A record without a block still has a caption, which says the same as a block would.

    Raises:
        RecordError: the ``@id`` is another figure's, the context is not known, the block is too large or too deep, or
            something in it cannot be written as RDF.
    """
    if record.jsonld is None:
        return JsonLdStatements(_add_caption({}, record), (), ())
    block, repairs = repair_block(record)
    free: dict[str, list[str]] = {}
    shape: list[Any] = []
    plain: frozenset[str] = _plain_terms() if block.get("@context") in tuple(BUNDLED_CONTEXT_PATHS) else frozenset()
    for key, value in block.items():
        if key in plain and (found := _as_texts(value)) is not None:
            free[key] = found
            shape.append((key, len(found) > 0))
        else:
            shape.append((key, value, "") if type(value) is str else (key, _encode_json(value)))
    signature = tuple(shape)
    template = _template_cache.get(signature) or _derive_template(signature, block, free, record.figid)
    pairs: dict[PredicateObject, None] = {}
    for predicate, term, slot in template.figure_slots:
        if slot:
            for text in free[slot]:
                pairs[predicate, literal(text)] = None
        else:
            pairs[predicate, term] = None
    return JsonLdStatements(_add_caption(pairs, record), template.other_resources, tuple(repairs))


def expand_jsonld_uncached(record: FigureRecord) -> JsonLdStatements:
    """The same, by PyLD on the document itself: the reference."""
    if record.jsonld is None:
        return JsonLdStatements(_add_caption({}, record), (), ())
    block, repairs = repair_block(record)
    own, others = _figure_and_other_statements(block, record.figid)
    return JsonLdStatements(_add_caption(dict.fromkeys(own), record), tuple(others), tuple(repairs))


def _add_caption(pairs: dict[PredicateObject, None], record: FigureRecord) -> tuple[PredicateObject, ...]:
    """The statements, with the caption as description where the block gives none."""
    if record.caption and all(predicate != _DESCRIPTION for predicate, _ in pairs):
        pairs[_DESCRIPTION, literal(record.caption)] = None
    return tuple(pairs)


def _as_texts(value: Any) -> list[str] | None:
    if type(value) is str:
        return [value]
    if type(value) is list and all(type(item) is str for item in value):
        return value
    return None


def _derive_template(signature: Any, block: Mapping[str, Any], free: Mapping[str, list[str]], figid: str) -> _Template:
    """What PyLD makes of a block of this shape, by running it on placeholders. Kept, unless it speaks of this very figure."""
    own, others = _figure_and_other_statements({**block, **{key: _SLOT + key for key, texts in free.items() if texts}}, figid)
    template = _Template(tuple((predicate, term, _slot_of(term)) for predicate, term in own), tuple(others))
    page = iris.figure_iri(figid)
    of_this_figure = any(page in term for _, term in own) or any(page in str(node) for node in others)
    return template if of_this_figure else _template_cache.put(signature, template)


def _slot_of(term: str) -> str:
    return term[len(_SLOT) + 1 : -1] if term.startswith(f'"{_SLOT}') else ""


def _figure_and_other_statements(block: Mapping[str, Any], figid: str) -> tuple[list[PredicateObject], list[Resource]]:
    """The statements of the figure and of other things. What a block says of the figure by its IRI is said of the figure."""
    own, found = document_to_pairs(block, _SUBJECT, iris.figure_iri(figid))
    others = []
    for node in found:
        if node.subject == iri_term(iris.figure_iri(figid)):
            own += node.pairs
        elif node.subject.startswith(_RECORD_NAMESPACES):
            raise RecordError(
                f"speaks of {node.subject}, which has a record of its own", field=JSONLD_FIELD, remedy="speak of this figure only"
            )
        else:
            others.append(node)
    return own, others
