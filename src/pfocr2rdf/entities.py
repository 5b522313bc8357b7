"""Genes, families, papers and the other things that many figures describe: gathered while figures stream by, written once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pfocr2rdf import iris
from pfocr2rdf.mapping import FUNCTIONAL_PREDICATES, settled
from pfocr2rdf.ordering import ordered
from pfocr2rdf.terms import Node, Pair, lexical, ref, term

_DOI, _SAME_AS = term("bibo:doi"), term("owl:sameAs")

Origin = tuple[int, str]
"""Which record said it: the rank of its generation (newer is higher), and the figure."""


class Conflict(NamedTuple):
    """Two records that disagree about an entity, and which value was kept."""

    subject: str
    predicate: str
    kept: str
    kept_from: str
    dropped: str
    dropped_from: str


class Entities:
    """What figures say of the things they share.

    Each distinct description of an entity is kept once, with the record it came from, so memory grows with the entities
    and not with the figures. Adding is commutative but for the record that is named as the origin, which is the first one.
    """

    def __init__(self) -> None:
        self._said: dict[str, dict[tuple[Pair, ...], Origin]] = {}

    def __len__(self) -> int:
        return len(self._said)

    def add(self, node: Node, origin: Origin) -> None:
        """One figure's description of an entity."""
        said = self._said.get(node.subject)
        if said is None:
            self._said[node.subject] = {node.pairs: origin}
            return
        known = said.get(node.pairs)
        if known is None or known[0] < origin[0]:
            said[node.pairs] = origin

    def merge(self, other: Entities) -> None:
        """All that another batch of figures says, which come after these."""
        for subject, said in other._said.items():
            if subject not in self._said:
                self._said[subject] = dict(said)
                continue
            for pairs, origin in said.items():
                self.add(Node(subject, pairs), origin)

    def is_merged(self, subject: str) -> bool:
        """Whether there is more than one description of the entity."""
        return len(self._said.get(subject, ())) > 1

    def origins(self, subject: str) -> list[str]:
        """The figures that the different descriptions of the entity come from, each named by the first of them."""
        return sorted({figid for _, figid in self._said[subject].values()})

    def node(self, subject: str) -> Node | None:
        """The entity, or ``None`` where no figure describes it."""
        said = self._said.get(subject)
        return Node(subject, _settle(subject, said, [])) if said else None

    def merged(self, conflicts: list[Conflict]) -> Iterator[Node]:
        """The entities, sorted by IRI, each with one value for what it can have only one of.

        Where records disagree, the newest generation is believed, and of its values the first in code point order, so
        that the choice does not hang on the order of the records.

        Args:
            conflicts: takes every disagreement.
        """
        for subject in sorted(self._said):
            said = self._said[subject]
            alone = Node(subject, next(iter(said)))
            if len(said) == 1 and settled(alone) is alone:
                yield alone
            else:
                yield Node(subject, _settle(subject, said, conflicts))


def _settle(subject: str, said: dict[tuple[Pair, ...], Origin], conflicts: list[Conflict]) -> tuple[Pair, ...]:
    pairs: set[Pair] = set()
    single: dict[str, dict[str, Origin]] = {}
    for description, origin in said.items():
        for pair in description:
            if pair[0] not in FUNCTIONAL_PREDICATES:
                pairs.add(pair)
                continue
            values = single.setdefault(pair[0], {})
            if pair[1] not in values or values[pair[1]][0] < origin[0]:
                values[pair[1]] = origin
    for predicate, values in sorted(single.items()):
        kept, *dropped = sorted(values, key=lambda value: (-values[value][0], lexical(value)))
        pairs.add((predicate, kept))
        conflicts += [Conflict(subject, predicate, kept, values[kept][1], one, values[one][1]) for one in dropped]
        if predicate == _DOI:  # what a dropped DOI names is not the same as the paper
            pairs -= {(_SAME_AS, ref(iris.doi(lexical(one)))) for one in dropped}
    return ordered(pairs)
