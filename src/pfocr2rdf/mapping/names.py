"""The names of chemicals and diseases: MeSH's own, else the record's, and the word that was read most often.

Names are given where entities are written, not where records are mapped: the word depends on all records, and workers need no table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pfocr2rdf.mapping.mesh import find_mesh_name
from pfocr2rdf.mapping.rows import PREDICATES, entity_term
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, expand_term, lexical_form, literal, sort_pairs
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.records.model import Mention

NAMED_TYPES = frozenset(("chemical", "disease"))
_NAMED_CLASSES = frozenset((RDF_TYPE, expand_term(cls)) for cls in ("pfocr:Chemical", "pfocr:Disease"))
LABEL, _ALT_LABEL = PREDICATES["rdfs:label"], PREDICATES["skos:altLabel"]
_MESH_TERM_START = f"<{PREFIXES['mesh']}"


def needs_name(entity: Resource) -> bool:
    """Whether an entity is a chemical or a disease."""
    return not _NAMED_CLASSES.isdisjoint(entity.pairs)


def has_label(entity: Resource) -> bool:
    """Whether an entity has ``rdfs:label``."""
    return any(predicate == LABEL for predicate, _ in entity.pairs)


def mesh_name(subject: str) -> str:
    """The name that MeSH gives the entity of a term; ``""`` where it is not of MeSH, or not in the table."""
    return find_mesh_name(subject[len(_MESH_TERM_START) : -1]) if subject.startswith(_MESH_TERM_START) else ""


def name_entity(entity: Resource, word: str, other_names: Iterable[str] = ()) -> Resource:
    """The chemical or disease with its names.

    Its label is MeSH's, or else the one that it has. Its further labels are those of records and ``word``, the word that was read
    most often, as far as they differ by more than case.
    """
    labels = [lexical_form(value) for predicate, value in entity.pairs if predicate == LABEL]
    further = [lexical_form(value) for predicate, value in entity.pairs if predicate == _ALT_LABEL]
    label = mesh_name(entity.subject) or (labels[0] if labels else "")
    alt_labels: dict[str, str] = {}
    for name in (*labels, *sorted(other_names), *further, word):
        if name.strip() and name.casefold() != label.casefold():
            alt_labels.setdefault(name.casefold(), name)
    pairs = [pair for pair in entity.pairs if pair[0] not in (LABEL, _ALT_LABEL)]
    pairs += [(LABEL, literal(label))] if label else []
    return Resource(entity.subject, sort_pairs({*pairs, *((_ALT_LABEL, literal(name)) for name in alt_labels.values())}))


def count_words(mentions: Iterable[Mention]) -> Counter[tuple[str, str]]:
    """How often each word was read for each chemical and disease, by CURIE and word."""
    return Counter((row.entity, row.word) for row in mentions if row.entity_type in NAMED_TYPES and row.entity and row.word)


def name_entities(resources: Iterable[Resource], mentions: Iterable[Mention]) -> Iterator[Resource]:
    """The resources of one record, where chemicals and diseases have their names."""
    words: dict[str, str] = {}
    for (curie, word), _ in sorted(count_words(mentions).items(), key=lambda item: (-item[1], item[0])):
        words.setdefault(entity_term(curie), word)
    for resource in resources:
        yield name_entity(resource, words.get(resource.subject, "")) if needs_name(resource) else resource
