"""One batch of records, from where they are to the bytes of every format: what a worker does.

A batch needs nothing but its records and the settings, and gives back bytes and a small account of each record, so batches can
be worked on in any process and in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.dataset import Counts
from pfocr2rdf.entities import Description, Descriptions
from pfocr2rdf.errors import RecordError
from pfocr2rdf.graph import FigureGraph, describe
from pfocr2rdf.iris import figure_graph
from pfocr2rdf.outcome import EXPORTED, QUARANTINED, REFUSED, Outcome, Said
from pfocr2rdf.records import RANK, FigureRecord, Located, Raw, fetch, interpret, load
from pfocr2rdf.sinks import FORMATS
from pfocr2rdf.validation import Result, Shapes, as_json, validator_of

ON_VIOLATION = ("quarantine", "keep", "fail")


class Numbered(NamedTuple):
    """A located record and its place in the order of all records."""

    number: int
    located: Located


class Quarantined(NamedTuple):
    """A record that was left out: the name of its folder, its files as they came, and why, as JSON."""

    name: str
    files: dict[str, bytes]
    reasons: list[dict[str, str]]


class Work:
    """What became of a batch.

    Attributes:
        outcomes: one a record, in order.
        texts: the bytes of each format: the texts of the exported records, with the format's separator between them.
        descriptions: of shared things, those that this worker did not send before.
        counts: of all that is exported.
        tally: the same for the summary.
        quarantined: by number, the records that were left out.
    """

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.texts: dict[str, bytes] = {}
        self.descriptions: list[Description] = []
        self.counts = Counts()
        self.tally: Counter[str] = Counter()
        self.quarantined: dict[int, Quarantined] = {}
        self._spooled: dict[str, Path] = {}

    def spool(self, folder: Path, number: int) -> None:
        """Leave the texts in files, which are quicker to hand over than bytes."""
        for form, text in self.texts.items():
            self._spooled[form] = folder / f"{number}.{form}"
            self._spooled[form].write_bytes(text)
        self.texts = {}

    def text(self, form: str) -> bytes:
        """The bytes of a format. They can be asked for once."""
        if path := self._spooled.pop(form, None):
            self.texts[form] = path.read_bytes()
            path.unlink()
        return self.texts.pop(form, b"")


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
        self._descriptions = Descriptions()
        self._last = -1

    def run(self, batch: Iterable[Numbered]) -> Work:
        """All that the records of a batch come to."""
        work, batch = Work(), list(batch)
        first = batch[0].number if batch else self._last + 1
        if first <= self._last:  # another worker died of it; what was said with later ones comes too late for it
            self.forget()
        self._last = first
        fetch(located for _, located in batch)
        texts: dict[str, list[bytes]] = {name: [] for name in self._writers}
        for one in batch:
            work.outcomes.append(self._outcome(one, work, texts))
        work.texts = {form: self._writers[form].separator.encode().join(parts) for form, parts in texts.items()}
        work.descriptions = self._descriptions.fresh()
        return work

    def forget(self) -> None:
        """Hand over all descriptions again, also those that were handed over before."""
        self._descriptions = Descriptions()

    def _outcome(self, one: Numbered, work: Work, texts: dict[str, list[bytes]]) -> Outcome:
        number, located = one
        digest, figid = b"", ""
        try:
            raw, data = load(located)
            digest, figid = raw.digest(), raw.figid
            record = interpret(raw, data)
            graph = describe(record)
        except RecordError as error:
            return refused(number, located, error.at(located.where, figid), digest, figid)
        results = self.validator.validate(graph.things(), graph.where, graph.figid, graph.figure, graph.mentions)
        head = (number, located.where, located.line, digest, graph.figid, RANK[graph.generation])
        if not self._keep and any(result.severity == "Violation" for result in results):
            reasons = [as_json(result) for result in results]
            work.quarantined[number] = Quarantined(graph.figid, _files(graph.figid, raw), reasons)
            return Outcome(*head, QUARANTINED, (), b"", Said(Counts(), Counter(), results, []).to_json())
        said = self._said(record, graph, results)
        work.counts.merge(said.counts)
        work.tally.update(said.tally)
        return Outcome(*head, EXPORTED, self._write(graph, texts), self._descriptions.keys(graph.entities.values()), said.to_json())

    @staticmethod
    def _said(record: FigureRecord, graph: FigureGraph, results: list[Result]) -> Said:
        tally = Counter({f"mentions.{kind}": count for kind, count in Counter(row.kind for row in record.mentions).items()})
        tally.update({f"repairs.{part}": count for part, count in graph.repairs.items()})
        return Said(Counts.of(graph.figure, graph.mentions), tally, results, list(graph.notes))

    def _write(self, graph: FigureGraph, texts: dict[str, list[bytes]]) -> tuple[int, ...]:
        """Add the figure's text in each format; the sizes of the texts."""
        name = figure_graph(graph.figid)
        sizes = []
        for form, writer in self._writers.items():
            text = writer.figure(graph.figure, graph.mentions, name).encode()
            texts[form].append(text)
            sizes.append(len(text))
        return tuple(sizes)


def numbered(number: int, item: Located | RecordError) -> Numbered | Outcome:
    """A record with its number, or the outcome of what is none."""
    return refused(number, Located(item.where), item) if isinstance(item, RecordError) else Numbered(number, item)


def refused(number: int, located: Located, error: RecordError, digest: bytes = b"", figid: str = "") -> Outcome:
    """The outcome of a record that cannot be used."""
    said = Said(Counts(), Counter(), [], [], error)
    return Outcome(number, located.where, located.line, digest, figid, 0, REFUSED, (), b"", said.to_json())


def _files(figid: str, raw: Raw) -> dict[str, bytes]:
    """A record's files, as they came."""
    record = b"---\n" + raw.document.data.rstrip(b"\n") + b"\n---\n"
    return {f"{figid}.md": record, **{table.name: table.data for table in raw.tables.values()}}
