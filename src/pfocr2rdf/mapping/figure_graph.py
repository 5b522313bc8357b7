"""The named graph of a figure: the mapping and the record's own JSON-LD, merged, one resource a subject."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pfocr2rdf.errors import map_record_errors
from pfocr2rdf.mapping.figure import map_record
from pfocr2rdf.mapping.jsonld.expansion import expand_jsonld
from pfocr2rdf.mapping.merge import collect_description, merge_descriptions, resolve_functional
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    GroupedResource,
    PredicateObject,
    Resource,
    ResourceColumns,
    group_by_predicate,
    predicate_sort_key,
)
from pfocr2rdf.records.model import FigureRecord


class FigureGraph(NamedTuple):
    """All statements of one record."""

    figid: str
    schema_version: str
    source: str
    figure: GroupedResource
    mentions: ResourceColumns
    entities: dict[str, Resource]  # the genes, families, papers and so on that it describes; other figures describe them too
    conflicting_subjects: set[str]  # the entities that have different descriptions in the record
    repairs: Counter[str]  # how often each part of the JSON-LD was repaired
    notes: tuple[str, ...]

    def resources(self) -> list[Resource]:
        """The figure, its mentions and its entities, one by one."""
        return [Resource(self.figure.subject, self.figure.pairs), *self.mentions.resources(), *self.resolved_entities()]

    def resolved_entities(self) -> list[Resource]:
        """Its entities, with one value of each functional property."""
        entities = list(self.entities.values())
        if not self.conflicting_subjects:
            return entities
        return [resolve_functional(entity) if entity.subject in self.conflicting_subjects else entity for entity in entities]


def build_figure_graph(record: FigureRecord) -> FigureGraph:
    """The graph of one record; ``RecordError``, with its source, where it cannot be mapped, or its JSON-LD is refused."""
    with map_record_errors(record.source, record.figid):
        return _build_figure_graph(record)


def _build_figure_graph(record: FigureRecord) -> FigureGraph:
    mapped, expanded = map_record(record), expand_jsonld(record)
    entities = mapped.entities
    additional: dict[str, list[Resource]] = {}
    for resource in expanded.other_resources:
        collect_description(entities, additional, resource)
    merge_descriptions(entities, additional)
    return FigureGraph(
        figid=record.figid,
        schema_version=record.schema_version,
        source=record.source,
        figure=GroupedResource(mapped.figure.subject, _merge_jsonld(mapped.figure.values_by_predicate, expanded.figure_pairs)),
        mentions=mapped.mentions,
        entities=entities,
        conflicting_subjects=mapped.conflicting_subjects | additional.keys(),
        repairs=Counter(expanded.repairs),
        notes=mapped.notes + expanded.notes,
    )


def _merge_jsonld(values_by_predicate: dict[str, list[str]], pairs: tuple[PredicateObject, ...]) -> dict[str, list[str]]:
    """Types next to types, known properties in the vocabulary's order, without duplicates."""
    added = group_by_predicate([pair for pair in pairs if pair[1] not in values_by_predicate.get(pair[0], ())])
    merged = dict(values_by_predicate)
    for predicate in sorted(added, key=predicate_sort_key):
        merged[predicate] = [*values_by_predicate.get(predicate, ()), *added[predicate]]
    if len(merged) == len(values_by_predicate) + len(added) - (RDF_TYPE in added):
        return merged
    return {predicate: merged[predicate] for predicate in sorted(merged, key=predicate_sort_key)}
