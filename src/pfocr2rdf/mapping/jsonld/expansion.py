"""A block of JSON-LD as statements, quickly.

PyLD is run once per shape of document (which keys there are, and all values but free text); the free text is then put where
PyLD put the placeholders. ``expand_slowly`` runs it on the document itself and is what the quick way is tested against.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.jsonld.processor import CONTEXTS, FIELD, SCHEMA_ORG, bundled, statements
from pfocr2rdf.mapping.jsonld.repairs import repaired
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import Remembered
from pfocr2rdf.rdf.terms import Node, Pair, literal, ref
from pfocr2rdf.rdf.vocabulary import SITE
from pfocr2rdf.records.model import FigureRecord

_SUBJECT = "urn:pfocr:figure"
_SLOT = f"urn:pfocr:slot:{secrets.token_hex(16)}:"  # no record can hold it
_OTHERS_OF_OURS = (f"<{SITE}figures/", f"<{SITE}mentions/")
_DESCRIPTION = ref("http://schema.org/description")
_FREE_TEXT = ("name", "description", "keywords", "headline", "abstract", "alternateName", "text")


class Expanded(NamedTuple):
    """The statements of a JSON-LD block: those of the figure, those of other things, and the repairs it took."""

    figure: tuple[Pair, ...]
    others: tuple[Node, ...]
    repairs: tuple[str, ...]


class _Template(NamedTuple):
    """What PyLD makes of one shape: predicate, and either a term or the key whose text goes there."""

    figure: tuple[tuple[str, str, str], ...]
    others: tuple[Node, ...]


_dumps = json.JSONEncoder(sort_keys=True).encode
_templates: Remembered[Any, _Template] = Remembered(5_000)


@cache
def _plain_terms() -> frozenset[str]:
    """Keys whose text becomes a string literal: those to which schema.org's context gives no type."""
    typed: dict[str, Any] = bundled(SCHEMA_ORG)["@context"]
    return frozenset(_FREE_TEXT) - typed.keys()


def expand(record: FigureRecord) -> Expanded:
    """The statements of a record's JSON-LD. A record without a block still has a caption, which says the same as a block would.

    Raises:
        RecordError: the ``@id`` is another figure's, the context is not known, the block is too large or too deep, or
            something in it cannot be written as RDF.
    """
    if record.jsonld is None:
        return Expanded(_captioned({}, record), (), ())
    block, repairs = repaired(record)
    free: dict[str, list[str]] = {}
    shape: list[Any] = []
    plain: frozenset[str] = _plain_terms() if block.get("@context") in tuple(CONTEXTS) else frozenset()
    for key, value in block.items():
        if key in plain and (found := _texts(value)) is not None:
            free[key] = found
            shape.append((key, len(found) > 0))
        else:
            shape.append((key, value, "") if type(value) is str else (key, _dumps(value)))
    signature = tuple(shape)
    template = _templates.get(signature) or _derive(signature, block, free, record.figid)
    pairs: dict[Pair, None] = {}
    for predicate, term, slot in template.figure:
        if slot:
            for text in free[slot]:
                pairs[predicate, literal(text)] = None
        else:
            pairs[predicate, term] = None
    return Expanded(_captioned(pairs, record), template.others, tuple(repairs))


def expand_slowly(record: FigureRecord) -> Expanded:
    """The same, by PyLD on the document itself: the reference."""
    if record.jsonld is None:
        return Expanded(_captioned({}, record), (), ())
    block, repairs = repaired(record)
    own, others = _statements(block, record.figid)
    return Expanded(_captioned(dict.fromkeys(own), record), tuple(others), tuple(repairs))


def _captioned(pairs: dict[Pair, None], record: FigureRecord) -> tuple[Pair, ...]:
    """The statements, with the caption as description where the block gives none."""
    if record.caption and all(predicate != _DESCRIPTION for predicate, _ in pairs):
        pairs[_DESCRIPTION, literal(record.caption)] = None
    return tuple(pairs)


def _texts(value: Any) -> list[str] | None:
    if type(value) is str:
        return [value]
    if type(value) is list and all(type(item) is str for item in value):
        return value
    return None


def _derive(signature: Any, block: Mapping[str, Any], free: Mapping[str, list[str]], figid: str) -> _Template:
    """What PyLD makes of a block of this shape, by running it on placeholders. Kept, unless it speaks of this very figure."""
    own, others = _statements({**block, **{key: _SLOT + key for key, texts in free.items() if texts}}, figid)
    template = _Template(tuple((predicate, term, _slot_of(term)) for predicate, term in own), tuple(others))
    page = iris.figure(figid)
    of_this_figure = any(page in term for _, term in own) or any(page in str(node) for node in others)
    return template if of_this_figure else _templates.keep(signature, template)


def _slot_of(term: str) -> str:
    return term[len(_SLOT) + 1 : -1] if term.startswith(f'"{_SLOT}') else ""


def _statements(block: Mapping[str, Any], figid: str) -> tuple[list[Pair], list[Node]]:
    """The statements of the figure and of other things. What a block says of the figure by its IRI is said of the figure."""
    own, found = statements(block, _SUBJECT, iris.figure(figid))
    others = []
    for node in found:
        if node.subject == ref(iris.figure(figid)):
            own += node.pairs
        elif node.subject.startswith(_OTHERS_OF_OURS):
            raise RecordError(f"speaks of {node.subject}, which has a record of its own", field=FIELD, remedy="speak of this figure only")
        else:
            others.append(node)
    return own, others
