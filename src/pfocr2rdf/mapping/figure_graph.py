"""A figure's graph: what the mapping and the record's own JSON-LD say, put together, one node a subject."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.figure import map_record
from pfocr2rdf.mapping.jsonld.expansion import expand
from pfocr2rdf.mapping.merge import add_description, put_together, settled
from pfocr2rdf.rdf.ordering import order_of_predicate
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Pair, grouped
from pfocr2rdf.records.model import FigureRecord


class FigureGraph(NamedTuple):
    """All that one record says.

    Attributes:
        figure: the figure's own statements.
        mentions: its mentions.
        entities: the genes, families, papers and so on that it describes; other figures describe them too. A record's rows may
            disagree about one, of those in ``merged``.
        repairs: how often each part of the JSON-LD was repaired.
        notes: what is worth a warning.
    """

    figid: str
    generation: str
    where: str
    figure: Grouped
    mentions: Alike
    entities: dict[str, Node]
    merged: set[str]
    repairs: Counter[str]
    notes: tuple[str, ...]

    def nodes(self) -> list[Node]:
        """The figure, its mentions and its entities, one by one."""
        return [Node(self.figure.subject, self.figure.pairs), *self.mentions.nodes(), *self.things()]

    def things(self) -> list[Node]:
        """Its entities. Where its rows disagree about one, the value that is kept."""
        nodes = list(self.entities.values())
        return [settled(node) if node.subject in self.merged else node for node in nodes] if self.merged else nodes


def describe(record: FigureRecord) -> FigureGraph:
    """The graph of one record.

    Raises:
        RecordError: the record cannot be mapped, or its JSON-LD is refused; the error says where.
    """
    try:
        mapped, expanded = map_record(record), expand(record)
    except RecordError as error:
        raise error.at(record.where, record.figid) from None
    entities = mapped.entities
    further: dict[str, list[Node]] = {}
    for node in expanded.others:
        add_description(entities, further, node)
    put_together(entities, further)
    return FigureGraph(
        record.figid,
        record.generation,
        record.where,
        Grouped(mapped.figure.subject, _with_jsonld(mapped.figure.values, expanded.figure)),
        mapped.mentions,
        entities,
        mapped.merged | further.keys(),
        Counter(expanded.repairs),
        mapped.notes,
    )


def _with_jsonld(own: dict[str, list[str]], added: tuple[Pair, ...]) -> dict[str, list[str]]:
    """Types beside the types, known properties in the vocabulary's order, nothing twice."""
    fresh = grouped([pair for pair in added if pair[1] not in own.get(pair[0], ())])
    together = dict(own)
    for predicate in sorted(fresh, key=order_of_predicate):
        together[predicate] = [*own.get(predicate, ()), *fresh[predicate]]
    if len(together) == len(own) + len(fresh) - (TYPE in fresh):
        return together
    return {predicate: together[predicate] for predicate in sorted(together, key=order_of_predicate)}
