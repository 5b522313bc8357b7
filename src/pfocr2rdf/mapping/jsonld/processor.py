"""The JSON-LD processor: PyLD with a document loader that knows the bundled contexts only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.prefixes import split_qname
from pfocr2rdf.rdf.terms import PredicateObject, Resource, iri_term, literal, sort_pairs
from pfocr2rdf.rdf.vocabulary import PREFIXES

JSONLD_FIELD = "schema-jsonld"
SCHEMA_ORG_CONTEXT_PATH = "mapping/jsonld/data/schema.org.context.jsonld"

BUNDLED_CONTEXT_PATHS = {
    name: SCHEMA_ORG_CONTEXT_PATH
    for scheme in ("https", "http")
    for name in (f"{scheme}://schema.org/", f"{scheme}://schema.org", f"{scheme}://schema.org/docs/jsonldcontext.jsonld")
}
"""The bundled contexts, by the URLs that records use."""

_RDF = PREFIXES["rdf"]
_IRI_KEYWORDS = ("@id", "@type")
_EXPORTED_KEYWORDS = frozenset(
    ("@id", "@type", "@value", "@language", "@graph", "@included", "@list", "@set", "@nest", "@reverse", "@context")
)


@cache
def load_bundled(path: str) -> Any:
    """A JSON document that ships with the package."""
    return json.loads(files("pfocr2rdf").joinpath(path).read_text(encoding="utf-8"))


@cache
def load_pyld() -> Any:
    """The module of PyLD. It imports HTTP clients, which takes longer than to see that no record has changed."""
    from pyld import jsonld

    return jsonld


class DocumentStatements(NamedTuple):
    """The RDF of a document: the statements of its subject, the other resources, and a note of each key that means nothing."""

    pairs: list[PredicateObject]
    other_resources: list[Resource]
    notes: list[str]


def document_to_pairs(document: Mapping[str, Any], subject: str, base: str) -> DocumentStatements:
    """The RDF of a document without ``@id`` at its top, about the ``subject``, an IRI.

    ``base`` is what relative IRIs are resolved against. An unknown context, a document that PyLD refuses, or something that cannot be
    written as RDF raises ``RecordError``.
    """
    jsonld = load_pyld()
    loader_errors: list[RecordError] = []
    dropped: list[str | None] = []

    def load(url: str, _options: object) -> dict[str, Any]:
        if url not in BUNDLED_CONTEXT_PATHS:
            reason = f"the context {url!r} is not one that ships with pfocr2rdf, and none is fetched from the network"
            remedy = "use https://schema.org/, or include the context in the record"
            loader_errors.append(RecordError(reason, field=f"{JSONLD_FIELD}.@context", remedy=remedy))
            raise loader_errors[0]
        context = load_bundled(BUNDLED_CONTEXT_PATHS[url])
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}

    options = {"documentLoader": load, "base": base, "processingMode": "json-ld-1.1"}
    try:
        expanded = jsonld.expand({**document, "@id": subject}, options, on_property_dropped=dropped.append)
        _check_iris(expanded)
        dataset = jsonld.to_rdf(expanded, options)
    except RecordError:
        raise
    except (jsonld.JsonLdError, TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:  # PyLD checks little itself
        if loader_errors:
            raise loader_errors[0] from None
        reason = getattr(error, "code", None) or getattr(error, "type", None) or error
        raise RecordError(f"is not valid JSON-LD: {reason}", field=JSONLD_FIELD, remedy="correct the block") from None
    notes = _describe_dropped_keys(document, options) if dropped else []
    return DocumentStatements(*_split_by_subject(dataset, iri_term(subject)), [*notes, *_describe_unknown_keywords(document)])


def _describe_dropped_keys(document: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """A note of each key to which the context gives no IRI."""
    context = {"@context": document["@context"]} if "@context" in document else {}
    names = [name for name in dict.fromkeys(_iter_keys(document)) if name[:1] != "@"]
    undefined = [name for name in names if not load_pyld().expand({**context, name: "x"}, options)]
    return [f"{JSONLD_FIELD}: {name!r} is not a term of the context and was ignored" for name in undefined]


def _iter_keys(value: Any) -> Iterator[str]:
    """The keys of all nodes, but for those of contexts."""
    if type(value) is dict:
        yield from value
        value = [item for key, item in value.items() if key != "@context"]
    for item in value if type(value) is list else ():
        yield from _iter_keys(item)


def _describe_unknown_keywords(document: Mapping[str, Any]) -> list[str]:
    """A note of each key that looks like a keyword and is not exported."""
    keywords = (key for key in dict.fromkeys(_iter_keys(document)) if key[:1] == "@" and key not in _EXPORTED_KEYWORDS)
    return [f"{JSONLD_FIELD}: the keyword {key!r} has no meaning in RDF and was ignored" for key in keywords]


def _check_iris(value: Any, key: str = "") -> None:
    """Refuse what PyLD would drop silently: invalid IRIs of properties, nodes, types and datatypes."""
    if type(value) is list:
        for item in value:
            _check_iris(item, key)
    elif type(value) is dict:
        for name, item in value.items():
            if not name.startswith("@"):
                _check_property(name)
            elif name == "@language":
                _check_language(item)
            _check_iris(item, name)
    elif key in _IRI_KEYWORDS and value != "@json":
        _check_iri(value)


def _check_language(tag: Any) -> None:
    try:
        pyoxigraph.Literal("", language=tag)
    except (ValueError, TypeError):
        raise RecordError(f"{tag!r} is not a language tag", field=JSONLD_FIELD, remedy="write a tag as in BCP 47, like en") from None


def _check_property(iri: str) -> None:
    _check_iri(iri)
    if iri.startswith(_RDF) or not split_qname(iri)[1]:
        raise RecordError(f"{iri!r} cannot be a property in every RDF format", field=JSONLD_FIELD, remedy="use a term of schema.org")


def _check_iri(value: Any) -> None:
    if type(value) is not str or not iris.is_absolute_iri(value):
        raise RecordError(f"{value!r} is not an absolute IRI", field=JSONLD_FIELD, remedy="write the full IRI, with spaces as %20")
    if value.partition(":")[0] in PREFIXES:
        raise RecordError(f"{value!r} is a prefixed name, not an IRI", field=JSONLD_FIELD, remedy="write the IRI out")


def _split_by_subject(dataset: Mapping[str, Any], subject: str) -> tuple[list[PredicateObject], list[Resource]]:
    pairs_by_subject: dict[str, list[PredicateObject]] = {subject: []}
    for graph in dataset.values():
        for triple in graph:
            triple_subject, predicate, value = (_to_term(triple[role]) for role in ("subject", "predicate", "object"))
            pairs_by_subject.setdefault(triple_subject, []).append((predicate, value))
    subject_pairs = pairs_by_subject.pop(subject)
    return subject_pairs, [Resource(other, (), sort_pairs(set(pairs))) for other, pairs in pairs_by_subject.items()]


def _to_term(node: Mapping[str, Any]) -> str:
    """The term of one of PyLD's RDF nodes."""
    value = node["value"]
    if node["type"] == "IRI":
        return iri_term(value)
    if node["type"] == "blank node":
        raise RecordError("a node has no @id", field=JSONLD_FIELD, remedy="give nested nodes an @id")
    text = literal(value)
    if node.get("language"):
        return f"{text}@{node['language']}"
    datatype = node.get("datatype", "")
    return text if datatype.endswith("#string") else f"{text}^^{iri_term(datatype)}"
