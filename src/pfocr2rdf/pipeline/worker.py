"""One batch of records, from where they are to the bytes of every format: what a worker does.

A batch needs nothing but its records and the settings, and gives back bytes and a small account of each record, so batches can
be worked on in any process and in any order.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from pfocr2rdf.errors import EngineError, RecordError
from pfocr2rdf.mapping.figure_graph import FigureGraph, describe
from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.pipeline.descriptions import Descriptions
from pfocr2rdf.pipeline.executors.base import Here, Pool
from pfocr2rdf.pipeline.executors.processes import Fitting, Processes
from pfocr2rdf.pipeline.fingerprint import mapping_version
from pfocr2rdf.pipeline.options import Engine
from pfocr2rdf.pipeline.results import EXPORTED, QUARANTINED, Numbered, Outcome, Quarantined, Said, Work, refused
from pfocr2rdf.rdf.iris import figure_graph
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import RANK, Raw, fetch, interpret, load
from pfocr2rdf.validation.report import as_json
from pfocr2rdf.validation.results import Result
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import validator_of


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


def _files(figid: str, raw: Raw) -> dict[str, bytes]:
    """A record's files, as they came."""
    record = b"---\n" + raw.document.data.rstrip(b"\n") + b"\n---\n"
    return {f"{figid}.md": record, **{table.name: table.data for table in raw.tables.values()}}


def pool(engine: Engine, formats: tuple[str, ...], shapes: Shapes, on_violation: str) -> Pool:
    """Where the tasks of an export are done.

    Raises:
        EngineError: the engine is not installed, or its scheduler cannot be reached.
    """
    make = partial(Worker, formats, shapes, on_violation)
    if engine.name == "dask":
        return _cluster(engine, (formats, shapes.text, on_violation), partial(_alike, mapping_version(), make))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if (engine.workers or cores) == 1:
        return Here(make)
    return Processes(engine.workers, make) if engine.workers else Fitting(cores, make)


def _alike(version: str, make: Callable[[], Worker]) -> Worker:
    """A worker on another machine, which must do the very same as this one."""
    if version != mapping_version():
        raise EngineError("a worker has another version of pfocr2rdf, of Python or of a library; install the same there as here")
    return make()


def _cluster(engine: Engine, key: object, make: Callable[[], Worker]) -> Pool:
    try:
        from pfocr2rdf.pipeline.executors.dask import Cluster  # here, since few need it and it takes a second to import
    except ImportError:
        raise EngineError("the engine dask is not installed; run: pip install 'pfocr2rdf[dask]'") from None
    return Cluster(engine.scheduler, engine.workers or os.cpu_count() or 1, key, make)
