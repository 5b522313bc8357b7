"""A figure's graph: what the mapping and the record's own JSON-LD say, put together, one node a subject."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.figure import map_record
from pfocr2rdf.mapping.jsonld.expansion import expand_jsonld
from pfocr2rdf.mapping.merge import collect_description, merge_descriptions, resolve_functional
from pfocr2rdf.rdf.ordering import predicate_sort_key
from pfocr2rdf.rdf.terms import RDF_TYPE, GroupedResource, PredicateObject, Resource, ResourceColumns, group_by_predicate
from pfocr2rdf.records.model import FigureRecord


class FigureGraph(NamedTuple):
    """All that one record says.

    Attributes:
        figure: the figure's own statements.
        mentions: its mentions.
        entities: the genes, families, papers and so on that it describes; other figures describe them too. A record's rows may
            disagree about one, of those in ``conflicting_subjects``.
        repairs: how often each part of the JSON-LD was repaired.
        notes: what is worth a warning.
    """

    figid: str
    schema_version: str
    source: str
    figure: GroupedResource
    mentions: ResourceColumns
    entities: dict[str, Resource]
    conflicting_subjects: set[str]
    repairs: Counter[str]
    notes: tuple[str, ...]

    def resources(self) -> list[Resource]:
        """The figure, its mentions and its entities, one by one."""
        return [Resource(self.figure.subject, self.figure.pairs), *self.mentions.resources(), *self.resolved_entities()]

    def resolved_entities(self) -> list[Resource]:
        """Its entities. Where its rows disagree about one, the value that is kept."""
        nodes = list(self.entities.values())
        return (
            [resolve_functional(node) if node.subject in self.conflicting_subjects else node for node in nodes]
            if self.conflicting_subjects
            else nodes
        )


def build_figure_graph(record: FigureRecord) -> FigureGraph:
    """The graph of one record.

    Raises:
        RecordError: the record cannot be mapped, or its JSON-LD is refused; the error says where.
    """
    try:
        mapped, expanded = map_record(record), expand_jsonld(record)
    except RecordError as error:
        raise error.with_source(record.source, record.figid) from None
    entities = mapped.entities
    further: dict[str, list[Resource]] = {}
    for node in expanded.other_resources:
        collect_description(entities, further, node)
    merge_descriptions(entities, further)
    return FigureGraph(
        record.figid,
        record.schema_version,
        record.source,
        GroupedResource(mapped.figure.subject, _merge_jsonld(mapped.figure.values_by_predicate, expanded.figure_pairs)),
        mapped.mentions,
        entities,
        mapped.conflicting_subjects | further.keys(),
        Counter(expanded.repairs),
        mapped.notes,
    )


def _merge_jsonld(own: dict[str, list[str]], added: tuple[PredicateObject, ...]) -> dict[str, list[str]]:
    """Types beside the types, known properties in the vocabulary's order, nothing twice."""
    fresh = group_by_predicate([pair for pair in added if pair[1] not in own.get(pair[0], ())])
    together = dict(own)
    for predicate in sorted(fresh, key=predicate_sort_key):
        together[predicate] = [*own.get(predicate, ()), *fresh[predicate]]
    if len(together) == len(own) + len(fresh) - (RDF_TYPE in fresh):
        return together
    return {predicate: together[predicate] for predicate in sorted(together, key=predicate_sort_key)}
