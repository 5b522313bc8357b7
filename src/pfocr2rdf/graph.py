"""A figure's graph: what the mapping and the record's own JSON-LD say, put together, one node a subject."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pfocr2rdf import jsonld
from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping import add_description, map_record, put_together, settled
from pfocr2rdf.ordering import order_of
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.terms import TYPE, Node, Pair


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
    figure: Node
    mentions: list[Node]
    entities: dict[str, Node]
    merged: set[str]
    repairs: Counter[str]
    notes: tuple[str, ...]

    def nodes(self) -> list[Node]:
        """The figure, its mentions and its entities. Where its rows disagree about an entity, the value that is kept."""
        nodes = [self.figure, *self.mentions, *self.entities.values()]
        return [settled(node) if node.subject in self.merged else node for node in nodes] if self.merged else nodes


def describe(record: FigureRecord) -> FigureGraph:
    """The graph of one record.

    Raises:
        RecordError: the record cannot be mapped, or its JSON-LD is refused; the error says where.
    """
    try:
        mapped, expanded = map_record(record), jsonld.expand(record)
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
        Node(mapped.figure.subject, _with_jsonld(mapped.figure.pairs, expanded.figure)),
        mapped.mentions,
        entities,
        mapped.merged | further.keys(),
        Counter(expanded.repairs),
        mapped.notes,
    )


def _with_jsonld(own: tuple[Pair, ...], added: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """Types beside the types, known properties in the vocabulary's order, nothing twice."""
    known = set(own)
    fresh = sorted((pair for pair in added if pair not in known), key=lambda pair: order_of(pair)[:2])
    types = [pair for pair in fresh if pair[0] == TYPE]
    predicates = {predicate for predicate, _ in own}
    if any(predicate in predicates and predicate != TYPE for predicate, _ in fresh):
        return tuple(sorted((*own, *fresh), key=lambda pair: order_of(pair)[:2]))
    return (own[0], *types, *own[1:], *fresh[len(types) :])
