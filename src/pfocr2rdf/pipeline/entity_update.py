"""The entities of an update: those that changed records concern are merged again, the others are copied."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter

from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.distinct_changes import DistinctChanges
from pfocr2rdf.pipeline.entities import ENTITY_BATCH_SIZE, EntityStore
from pfocr2rdf.pipeline.entity_index import EntityIndex, WrittenEntity
from pfocr2rdf.pipeline.entity_section import EntitySectionWriter
from pfocr2rdf.pipeline.graph_file import GraphFileWriter
from pfocr2rdf.pipeline.merged_entities import EntityNotes, MergedEntities, Validate
from pfocr2rdf.pipeline.previous_export import PreviousExport
from pfocr2rdf.pipeline.results import unpack_numbers
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.words import WordCounts
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.serializers.base import Serializer

EntityTexts = tuple[bytes, ...]
"""The text of an entity in each format; none where no record describes it any more."""


class EntityUpdate:
    """The entities before and after, by the states of both exports; ``subjects`` are those that are merged again."""

    def __init__(self, previous: PreviousExport, state: State, aggregator: Aggregator, validate: Validate, subjects: set[str]) -> None:
        self._previous, self._state, self._aggregator = previous, state, aggregator
        database = previous.state.database
        self._previous_entities = MergedEntities(EntityStore(database), WordCounts(database), validate)
        self._entities = MergedEntities(aggregator.entity_store, aggregator.word_counts, validate)
        self._previous_index, self._index = EntityIndex(database), EntityIndex(state.database)
        self.subjects = subjects | self._find_referrers(subjects)

    def _find_referrers(self, subjects: set[str]) -> set[str]:
        """The entities that are counted or validated with one of these, where it has changed."""
        previous, current = self._previous_entities, self._entities
        changed = {subject for subject in subjects if previous.get_resource(subject) != current.get_resource(subject)}
        reclassified = {subject for subject in changed if previous.list_classes(subject) != current.list_classes(subject)}
        referrers = previous.list_papers_of_shared_dois(subjects) | current.list_papers_of_shared_dois(subjects)
        for description in self._aggregator.entity_store.iter_descriptions() if changed else ():
            objects = changed.intersection(description.list_objects())
            if not objects.isdisjoint(reclassified) or (objects and self._aggregator.entity_store.is_merged(description.subject)):
                referrers.add(description.subject)
        return referrers

    def write(self, files: list[GraphFileWriter], changes: DistinctChanges) -> list[int]:
        """Write all entities, report and count them; where they begin in each file."""
        offsets = self._previous.state.get_meta("entity_offsets")
        readers = self._previous.readers
        sections = [EntitySectionWriter(*arguments) for arguments in zip(files, readers, offsets, strict=True)]
        changed = self._iter_changed([file.serializer for file in files], changes)
        for _, packed_sizes, texts in _align(self._previous_index.iter_sizes(), changed):
            sizes = unpack_numbers(packed_sizes)
            for index, section in enumerate(sections):
                if texts is None:
                    section.copy(sizes[index])
                    continue
                if sizes:
                    section.skip(sizes[index])
                if texts:
                    section.add(texts[index])
        for section in sections:
            section.finish()
        for subject, notes_json in self._index.iter_noted():
            self._aggregator.report_entity(subject, EntityNotes.from_json(notes_json))
        return [section.offset for section in sections]

    def _iter_changed(self, serializers: list[Serializer], changes: DistinctChanges) -> Iterator[tuple[str, EntityTexts]]:
        """The texts of the entities that are merged again, sorted by subject."""
        remaining = iter(sorted(self.subjects))
        while subjects := list(islice(remaining, ENTITY_BATCH_SIZE)):
            previous = [entity for subject in subjects if (entity := self._previous_entities.find(subject))]
            current = [entity for subject in subjects if (entity := self._entities.find(subject))]
            self._aggregator.subtract_entities(previous, self._previous_entities)
            self._aggregator.add_entities(current, self._entities)
            for entities, times in ((previous, -1), (current, 1)):
                for entity in entities:
                    changes.add(entity.packed_objects, times)
            resources = [entity.resource for entity in current]
            columns = [serializer.serialize_each(resources, DATASET_IRI) for serializer in serializers]
            texts = dict(zip([resource.subject for resource in resources], zip(*columns, strict=True), strict=True))
            self._index.remove(subject for subject in subjects if subject not in texts)
            self._index.put(WrittenEntity.of(entity, map(len, texts[entity.resource.subject])) for entity in current)
            yield from ((subject, texts.get(subject, ())) for subject in subjects)

    def iter_unchanged_objects(self) -> Iterator[bytes]:
        """The keys of the objects of all other entities."""
        return (packed_objects for subject, packed_objects in self._index.iter_objects() if subject not in self.subjects)


def _align(
    previous: Iterator[tuple[str, bytes]], changed: Iterator[tuple[str, EntityTexts]]
) -> Iterator[tuple[str, bytes, EntityTexts | None]]:
    """Merge both sequences: the sizes before, empty where an entity is new, and the new texts, ``None`` where it has not changed."""
    for subject, rows in groupby(heapq.merge(previous, changed, key=itemgetter(0)), itemgetter(0)):
        values = [value for _, value in rows]
        packed_sizes = next((value for value in values if isinstance(value, bytes)), b"")
        yield subject, packed_sizes, next((value for value in values if isinstance(value, tuple)), None)
