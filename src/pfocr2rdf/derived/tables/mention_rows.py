"""The rows of the table of mentions. There are many, so their cells are made by column, and those of figures and entities only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.nodes import Node, are_plain, expand_id, family_name, iris, local_id, taxon_name
from pfocr2rdf.derived.tables.rows import make_statement, parse_canonical_integer
from pfocr2rdf.derived.tables.schema import MENTIONS, Cell, Cells, IndexedCells, Row

_KINDS = ("gene", "chemical", "disease")
_TERMS = frozenset(("id", "type", "hasTarget", "hasBody", *(column.term for column in MENTIONS.columns if column.term)))
_TERMS_BY_COLUMN = {column.name: column.term for column in MENTIONS.columns}


class FigureCells(NamedTuple):
    """What a figure adds to the rows of its mentions."""

    figid: Cell
    figure: Cell
    paper: Cell
    year: Cell


class _BodyCells(NamedTuple):
    """What an entity adds to the rows of its mentions."""

    kind: Cell = None
    identifier: Cell = None
    entity: Cell = None
    label: Cell = None
    organism: Cell = None
    taxon: Cell = None
    gene: Cell = None
    chemical: Cell = None
    disease: Cell = None


class _Numbering(dict[str | None, int]):
    """Numbers of keys in the order in which they come, and a value for each, which is made once."""

    def __init__(self, make: Callable[[str], Any], missing: Any = None) -> None:
        super().__init__({None: 0})
        self._make = make
        self.values_by_number = [missing]

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self.values_by_number)
        self.values_by_number.append(self._make(key))
        return number


class MentionBatch:
    """The rows of a number of mentions, by column.

    Args:
        entities: the summaries of all entities.
        shared: the mentions so far that have several figures; a row for each figure, but statements once.
    """

    def __init__(self, entities: Mapping[str, EntitySummary], shared: set[str]) -> None:
        # No method of this object makes values: a cycle of references would keep batches in memory until the garbage collector runs.
        self._shared = shared
        self._figures: list[FigureCells] = []
        self._figure_indexes: list[int] = []
        self._bodies = _Numbering(partial(_make_body_cells, entities), _BodyCells())
        self._body_indexes: list[int] = []
        self._numberings = {
            "evidence": _Numbering(local_id),
            "family": _Numbering(family_name),
            "occurrences": _Numbering(parse_canonical_integer),
            "lexicon_source": _Numbering(str),
        }
        self._indexes: dict[str, list[int]] = {name: [] for name in self._numberings}
        self._cells: dict[str, list[Cell]] = {"mention": [], "word": [], "match": []}

    def __len__(self) -> int:
        return len(self._figure_indexes)

    def add(self, figure: FigureCells, mentions: Sequence[Node], statements: list[Row]) -> Sequence[Node]:
        """Add the mentions of a figure; ``statements`` gets the rows of ``STATEMENTS``.

        Returns:
            The mentions with at most one value for each term.
        """
        if not _are_plain(mentions):
            mentions = [mention if _are_plain([mention]) else _simplify(mention, statements, self._shared) for mention in mentions]
        self._figure_indexes += [len(self._figures)] * len(mentions)
        self._figures.append(figure)
        self._body_indexes += [self._bodies[mention.get("hasBody")] for mention in mentions]
        for name, numbering in self._numberings.items():
            term = _TERMS_BY_COLUMN[name]
            self._indexes[name] += [numbering[mention.get(term)] for mention in mentions]
        identifiers = [mention["id"] for mention in mentions]
        self._cells["mention"] += [name[8:] if name[:8] == "mention:" else expand_id(name) for name in identifiers]
        self._cells["word"] += [mention.get("word") for mention in mentions]
        self._cells["match"] += [mention.get("match") for mention in mentions]
        return mentions

    def columns(self) -> list[Cells]:
        """The cells of all columns of ``MENTIONS``."""
        columns: dict[str, Cells] = {**self._cells}
        for name, indexes in self._indexes.items():
            columns[name] = IndexedCells(self._numberings[name].values_by_number, indexes)
        for cells, indexes in ((self._figures, self._figure_indexes), (self._bodies.values_by_number, self._body_indexes)):
            for name, values in zip(cells[0]._fields, zip(*cells, strict=True), strict=True):
                columns[name] = IndexedCells(values, indexes)
        return [columns[column.name] for column in MENTIONS.columns]


def _make_body_cells(entities: Mapping[str, EntitySummary], body: str) -> _BodyCells:
    summary = entities.get(body, UNKNOWN_ENTITY)
    kind = summary.kind if summary.kind in _KINDS else "other"
    organism = summary.organism if kind == "gene" else ""
    return _BodyCells(
        kind,
        body,
        expand_id(body),
        summary.label or None,
        entities.get(organism, UNKNOWN_ENTITY).label or None,
        taxon_name(organism) if organism else None,
        *[body if kind == name else None for name in _KINDS],
    )


def _are_plain(mentions: Sequence[Node]) -> bool:
    """Whether mentions have one value for each term, and no terms but those of columns, as all mentions of an export."""
    if not are_plain(mentions, _TERMS):
        return False
    return all(parse_canonical_integer(number) is not None for number in {mention.get("occurrences", "1") for mention in mentions})


def _simplify(mention: Node, statements: list[Row], shared: set[str]) -> dict[str, str]:
    """A plain mention with the first value of each term; ``statements`` gets the others, and occurrences that are not numbers."""
    plain: dict[str, str] = {}
    others: list[Row] = []
    covered_by_term = {"hasTarget": iris(mention, "hasTarget"), "type": ["pfocr:Mention"]}  # there is a row for each target
    for term, content in mention.items():
        values = content if type(content) is list else [content]
        texts = [value for value in values if type(value) is str and (term != "occurrences" or parse_canonical_integer(value) is not None)]
        if texts and term in _TERMS:
            plain[term] = min(texts)
        covered = covered_by_term.get(term, [plain.get(term)])
        others.extend(make_statement(mention, term, value) for value in values if value not in covered)
    if plain["id"] not in shared:
        statements.extend(others)
    if type(mention.get("hasTarget")) is list:
        shared.add(plain["id"])
    return plain
