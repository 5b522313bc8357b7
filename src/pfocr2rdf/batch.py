"""One batch of records, from where they are to the bytes of every format: what a worker does.

A batch needs nothing but its records and the settings, and gives back bytes and a small collection of entities, so batches can
be worked on in any process and in any order.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.dataset import Counts
from pfocr2rdf.entities import Entities
from pfocr2rdf.errors import RecordError
from pfocr2rdf.graph import FigureGraph, describe
from pfocr2rdf.iris import figure_graph
from pfocr2rdf.records import RANK, Located, Raw, interpret, load
from pfocr2rdf.sinks import FORMATS
from pfocr2rdf.terms import Node
from pfocr2rdf.validation import Result, Shapes, validator_of

ON_VIOLATION = ("quarantine", "keep", "fail")


class Numbered(NamedTuple):
    """A located record and its place in the order of all records."""

    number: int
    located: Located


class Seen(NamedTuple):
    """A figure that was read: its place, id, rank of generation, and source."""

    number: int
    figid: str
    rank: int
    where: str


class Quarantined(NamedTuple):
    """A figure that was left out for a violation: its files as they came, and why."""

    figid: str
    where: str
    files: dict[str, bytes]
    results: list[Result]


class Warned(NamedTuple):
    """Something worth a warning about a figure that was exported all the same."""

    figid: str
    where: str
    text: str


class Work:
    """What became of a batch.

    Attributes:
        texts: the bytes of each format; ``b""`` where no figure is left.
        seen: the figures that were read, also those quarantined.
        figures: how many were exported.
        tally: counts for the summary: ``mentions.gene``, ``repairs.license`` and so on.
        digests: of the bytes of each record read, in order, one behind the other.
    """

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}
        self.seen: list[Seen] = []
        self.figures = 0
        self.entities = Entities()
        self.counts = Counts()
        self.tally: Counter[str] = Counter()
        self.refusals: list[RecordError] = []
        self.results: list[Result] = []
        self.quarantined: list[Quarantined] = []
        self.warnings: list[Warned] = []
        self.digests = b""


class Worker:
    """Works on batches.

    Args:
        formats: names of ``FORMATS``.
        shapes: the shapes in force.
        on_violation: one of ``ON_VIOLATION``.
    """

    def __init__(self, formats: Iterable[str], shapes: Shapes, on_violation: str) -> None:
        self._writers = {name: FORMATS[name]() for name in formats}
        self.validator = validator_of(shapes)
        self._keep = on_violation == "keep"

    def run(self, batch: list[Numbered], without: frozenset[int] | set[int] = frozenset()) -> Work:
        """All that the records of a batch come to, but for those ``without``, by number."""
        work = Work()
        graphs: list[FigureGraph] = []
        for number, located in batch:
            if number in without:
                continue
            try:
                graph = self._figure(number, located, work)
            except RecordError as error:
                work.refusals.append(error.at(located.where))
                continue
            if graph:
                graphs.append(graph)
        self._write(graphs, work)
        return work

    def _figure(self, number: int, located: Located, work: Work) -> FigureGraph | None:
        """The graph of one record, unless it is quarantined."""
        raw, data = load(located)
        digest = hashlib.sha256(raw.document.data)
        for table in raw.tables.values():
            digest.update(table.data)
        work.digests += digest.digest()
        try:
            record = interpret(raw, data)
            graph = describe(record)
        except RecordError as error:
            raise error.at(located.where, str(data.get("figid", ""))) from None
        work.seen.append(Seen(number, graph.figid, RANK[graph.generation], graph.where))
        results = self.validator.validate(graph.nodes(), graph.where, graph.figid)
        work.results += results
        if not self._keep and any(result.severity == "Violation" for result in results):
            work.quarantined.append(Quarantined(graph.figid, graph.where, _files(graph.figid, raw), results))
            return None
        work.warnings += [Warned(graph.figid, graph.where, note) for note in graph.notes]
        for kind, count in Counter(row.kind for row in record.mentions).items():
            work.tally[f"mentions.{kind}"] += count
        for part, count in graph.repairs.items():
            work.tally[f"repairs.{part}"] += count
        return graph

    def _write(self, graphs: list[FigureGraph], work: Work) -> None:
        work.figures = len(graphs)
        added: set[tuple[int, int]] = set()
        all_nodes: list[Node] = []
        texts: dict[str, list[str]] = {name: [] for name in self._writers}
        for graph in graphs:
            nodes = [graph.figure, *graph.mentions]
            all_nodes += nodes
            name = figure_graph(graph.figid)
            for form, writer in self._writers.items():
                texts[form].append(writer.nodes(nodes, name))
            origin = RANK[graph.generation], graph.figid
            for node in graph.entities.values():
                if (origin[0], id(node)) not in added:  # the nodes of a batch live as long as its graphs
                    added.add((origin[0], id(node)))
                    work.entities.add(node, origin)
        work.counts.add(all_nodes)
        work.texts = {form: self._writers[form].separator.join(parts).encode() for form, parts in texts.items()}


def _files(figid: str, raw: Raw) -> dict[str, bytes]:
    """A record's files, as they came."""
    record = b"---\n" + raw.document.data.rstrip(b"\n") + b"\n---\n"
    return {f"{figid}.md": record, **{table.name: table.data for table in raw.tables.values()}}
