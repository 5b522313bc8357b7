"""Entities as they are exported: merged from the descriptions of all records, named and validated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pfocr2rdf.mapping.names import LABEL, has_label, mesh_name, name_entity, needs_name
from pfocr2rdf.pipeline.entities import Conflict, EntityStore
from pfocr2rdf.pipeline.results import RecordWarning
from pfocr2rdf.pipeline.words import WordCounts
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, expand_term, lexical_form, list_classes, pack_objects
from pfocr2rdf.rdf.vocabulary import CLASSES, OVERLAPPING_CLASSES
from pfocr2rdf.validation.results import ValidationResult

Validate = Callable[[list[Resource], str], Iterable[ValidationResult]]
"""Validates resources that come from a source, such as ``Validator.validate``."""

_OVERLAPPING_CLASSES = tuple(map(expand_term, OVERLAPPING_CLASSES))
_MAX_LISTED_FIGURES = 10
_REFERENCED_CLASSES = frozenset(expand_term(row.name) for row in CLASSES)


class EntityNotes(NamedTuple):
    """What an entity adds to the report; ``word`` is the word that was read most often for one without a label, else ``None``."""

    results: list[ValidationResult]
    conflicts: list[Conflict]
    word: str | None
    warnings: list[RecordWarning]

    def to_json(self) -> str:
        """The notes as JSON; ``""`` where there is nothing to report."""
        is_empty = not (self.results or self.conflicts or self.warnings) and self.word is None
        return "" if is_empty else json.dumps(self, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> EntityNotes:
        """The notes that ``to_json`` wrote."""
        results, conflicts, word, warnings = json.loads(text)
        return cls(
            [ValidationResult(*row) for row in results],
            [Conflict(*row) for row in conflicts],
            word,
            [RecordWarning(*row) for row in warnings],
        )


class MergedEntity(NamedTuple):
    """An entity as it is written, its notes and the keys of its objects."""

    resource: Resource
    notes: EntityNotes
    packed_objects: bytes


class MergedEntities:
    """The entities of a store, which must not change meanwhile."""

    def __init__(self, store: EntityStore, words: WordCounts, validate: Validate) -> None:
        self._store, self._words, self._validate = store, words, validate
        self._classes: LruCache[str, str] = LruCache(50_000, self._list_classes)
        self._neighbours: LruCache[str, tuple[Resource, ...]] = LruCache(1_000, self._find_neighbour)

    def get_resource(self, subject: str) -> Resource | None:
        """One entity before it is named; ``None`` where no record describes it."""
        return self._store.get_resource(subject)

    def list_classes(self, subject: str) -> str:
        """The classes of an entity; ``""`` where no record describes it."""
        return self._classes[subject]

    def _list_classes(self, subject: str) -> str:
        entity = self._store.get_resource(subject)
        return list_classes(entity.pairs) if entity else ""

    def _find_neighbour(self, subject: str) -> tuple[Resource, ...]:
        """The entity that is an object of another one: most often an organism; nothing where no record describes it."""
        entity = self._store.get_resource(subject)
        return (entity,) if entity else ()

    def __iter__(self) -> Iterator[MergedEntity]:
        """All entities, sorted."""
        conflicts: list[Conflict] = []
        for merged in self._store.merged_resources(conflicts):
            yield self._finish(merged, conflicts[:])
            conflicts.clear()

    def find(self, subject: str) -> MergedEntity | None:
        """One entity, where a record describes it."""
        conflicts: list[Conflict] = []
        merged = self._store.merge_resource(subject, conflicts)
        return self._finish(merged, conflicts) if merged else None

    def _finish(self, merged: Resource, conflicts: list[Conflict]) -> MergedEntity:
        word: str | None = None
        entity = merged
        warnings = self._warn_of_shared_doi(merged.subject)
        if needs_name(merged):
            warnings += self._warn_of_both_classes(merged)
            most_frequent = self._words.most_frequent(merged.subject)
            entity, conflicts = _name_entity(merged, conflicts, most_frequent)
            word = None if has_label(entity) else most_frequent
        return MergedEntity(entity, EntityNotes(self._validate_merged(entity), conflicts, word, warnings), _pack_objects(entity))

    def list_papers_of_shared_dois(self, subjects: set[str]) -> set[str]:
        """The papers that share a DOI with one of these entities."""
        return {paper for papers in self._store.shared_dois().values() if not subjects.isdisjoint(papers) for paper in papers}

    def _warn_of_shared_doi(self, paper: str) -> list[RecordWarning]:
        """The warning of a paper whose DOI is that of another paper, too."""
        if not (doi := self._store.lost_doi(paper)):
            return []
        first = self._store.shared_dois()[doi][0]
        origins, first_origins = self._store.origins(paper), self._store.origins(first)
        message = (
            f"doi: {doi} is also that of {first} ({_enumerate(first_origins)}), so only the latter is owl:sameAs the DOI, and "
            f"{paper} ({_enumerate(origins)}) is not; correct the wrong doi or pmcid"
        )
        return [RecordWarning(origins[0], _merged_from({*origins, *first_origins}), message)]

    def _warn_of_both_classes(self, entity: Resource) -> list[RecordWarning]:
        """The warning of an entity that was read as a chemical and as a disease."""
        if not all((RDF_TYPE, cls) in entity.pairs for cls in _OVERLAPPING_CLASSES):
            return []
        chemicals, diseases = (self._store.class_origins(entity.subject, cls) for cls in _OVERLAPPING_CLASSES)
        message = (
            f"{entity.subject} was read as a chemical ({_enumerate(chemicals)}) and as a disease ({_enumerate(diseases)}), so that it has "
            "both classes; correct the rows that are wrong"
        )
        return [RecordWarning(chemicals[0], _merged_from({*chemicals, *diseases}), message)]

    def _validate_merged(self, entity: Resource) -> list[ValidationResult]:
        """Validation results of an entity that was merged from several descriptions; each alone was validated with its figure."""
        if not self._store.is_merged(entity.subject):
            return []
        neighbours = [resource for _, value in entity.pairs if value[0] == "<" for resource in self._neighbours[value]]
        source = _merged_from(self._store.origins(entity.subject))
        return [result for result in self._validate([entity, *neighbours], source) if result.focus_node == entity.subject]


def _merged_from(figids: Iterable[str]) -> str:
    return f"merged from {', '.join(sorted(figids))}"


def _enumerate(figids: list[str]) -> str:
    more = f" and {len(figids) - _MAX_LISTED_FIGURES} more" if len(figids) > _MAX_LISTED_FIGURES else ""
    return f"{', '.join(figids[:_MAX_LISTED_FIGURES])}{more}"


def _pack_objects(entity: Resource) -> bytes:
    """The keys of its objects, and of itself where it is of a class that figures and mentions have statements about."""
    values = [value for _, value in entity.pairs]
    return pack_objects(values if _REFERENCED_CLASSES.isdisjoint(values) else [entity.subject, *values])


def _name_entity(entity: Resource, conflicts: list[Conflict], word: str) -> tuple[Resource, list[Conflict]]:
    """The chemical or disease with its names. Where MeSH names it, records that disagree about the name are no conflict."""
    name_conflicts = [conflict for conflict in conflicts if conflict.predicate == LABEL] if mesh_name(entity.subject) else []
    if name_conflicts:
        conflicts = [conflict for conflict in conflicts if conflict.predicate != LABEL]
    return name_entity(entity, word, [lexical_form(conflict.dropped) for conflict in name_conflicts]), conflicts
