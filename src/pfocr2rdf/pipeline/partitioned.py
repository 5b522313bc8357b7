"""The partitioned export: part files, as Spark and dask write them, merged on request."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import OutputError, RecordError
from pfocr2rdf.pipeline.aggregate import Gathering
from pfocr2rdf.pipeline.executors.base import Pool
from pfocr2rdf.pipeline.fingerprint import version_of
from pfocr2rdf.pipeline.options import Engine, Layout, Options, RecordProgress, Release
from pfocr2rdf.pipeline.partition_manifest import Done
from pfocr2rdf.pipeline.report import ReportFiles
from pfocr2rdf.pipeline.results import EXPORTED, Numbered, Outcome, Warned, numbered
from pfocr2rdf.pipeline.sidecars import write_companions
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import Summary
from pfocr2rdf.pipeline.tasks import Deadly, Part
from pfocr2rdf.pipeline.worker import pool
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.rdf.serializers.base import Writer
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.records.sources import Sources
from pfocr2rdf.storage import compression as packed
from pfocr2rdf.storage.compression import ending
from pfocr2rdf.storage.files import Written, mapped_errors
from pfocr2rdf.storage.filesystem import Storage
from pfocr2rdf.storage.layout import MANIFEST, QUARANTINE, STATE, is_part
from pfocr2rdf.storage.locks import locked
from pfocr2rdf.storage.prune import Leftovers
from pfocr2rdf.storage.staging import OutputDirectory
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator, validator_of


class PartedRun(NamedTuple):
    """An export to a folder, by path or URL, with several files in each format."""

    sources: Sources
    names: list[str]
    shapes: Shapes
    storage: Storage
    options: Options
    layout: Layout
    release: Release
    fresh: bool
    engine: Engine
    progress: RecordProgress | None

    def run(self) -> Summary:
        """Make the parts, and what stands beside them. While they are made there is no manifest.

        Raises:
            OutputError: the storage cannot be written to, or other processes cannot see it.
            EngineError: the engine cannot be used.
        """
        with ExitStack() as stack:
            if path := self.storage.path:
                stack.enter_context(_held(path))
            next(iter(self.sources), None)  # where there is nothing to read, an earlier export stays
            validator_of(self.shapes)  # made before there are processes, which then share it
            workers = stack.enter_context(
                contextlib.closing(pool(self.engine, self.options.formats, self.shapes, self.options.on_violation))
            )
            leftovers = Leftovers(self.storage, self._planned())
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pfocr2rdf-")))
            directory = stack.enter_context(OutputDirectory(scratch / "out"))
            one = self._passes(workers, directory)
            write_companions(directory, one.files, one.gathering, self.shapes, self.release, self.names)
            publish(directory, self.storage, leftovers, one.files)
            one.gathering.summary.files = sorted(file.name for file in (*directory.written, *one.files))
            return one.gathering.summary

    def _planned(self) -> list[str]:
        """Files of the graph, besides the parts."""
        packing = ending(self.options.compress)
        return [f"{name}{FORMATS[form]().suffix}{packing}" for form in self.options.formats for name in ("figures", "entities")]

    def _passes(self, workers: Pool, directory: OutputDirectory) -> PartitionedPass:
        """As many passes as it takes until no part has a record that lost to another one of its figure."""
        version = version_of(self.shapes, self.options.on_violation)
        losers: dict[int, RecordError | Warned] | None = None
        made: dict[int, int] = {}
        while True:
            with contextlib.closing(State.new(directory.staging / STATE)) as state:
                one = PartitionedPass(
                    self.sources, workers, validator_of(self.shapes), self.storage, directory, self.options, self.layout, version, made
                )
                if one.run(state, losers, self.fresh and losers is None, self.progress):
                    return one
                losers = (losers or {}) | one.gathering.duplicates.losers
            directory.restart()


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """The folder, which no other export can write to meanwhile; one that was made for nothing goes."""
    with mapped_errors(path):
        is_new = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        handle = locked(path)
    try:
        yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                path.rmdir()
        os.close(handle)


_NOTHING = Done([], [], [], {}, frozenset(), 0)
Entry = Numbered | Outcome


class PartitionedPass:
    """One pass, which leaves parts and entities in the storage, and all that stands beside them in a local directory.

    Args:
        sources: the records.
        pool: where they are worked on.
        validator: for entities.
        storage: where the parts go.
        directory: takes the report and what is quarantined.
        options: what a user chose.
        layout: how it is laid out.
        version: that of the mapping and shapes.
        made: takes the numbers of the parts that were made, each with the number of records that were mapped for it.
    """

    def __init__(
        self,
        sources: Sources,
        pool: Pool,
        validator: Validator,
        storage: Storage,
        directory: OutputDirectory,
        options: Options,
        layout: Layout,
        version: str,
        made: dict[int, int],
    ) -> None:
        self.sources, self._pool, self._validator, self._storage = sources, pool, validator, storage
        self.directory, self.options, self._layout, self._version, self._made = directory, options, layout, version, made
        self.files: list[Written] = []
        self.read = 0
        self._left_out: set[int] = set()

    def run(self, state: State, losers: dict[int, RecordError | Warned] | None, fresh: bool, progress: RecordProgress | None) -> bool:
        """Go through all records.

        Args:
            state: keeps entities and figures.
            losers: what is to be said of the records that lost to others, which an earlier pass has found.
            fresh: make parts again that are there already.
            progress: called after each part.

        Returns:
            Whether the parts are right. Where they are not, records that lost to others are in them, or others are not; another
            pass must leave out ``gathering.duplicates.losers`` as well.
        """
        known, without = losers or {}, None if losers is None else frozenset(losers)
        expected = self.sources.count() if progress else 0
        with ReportFiles(self.directory) as report:
            self.gathering = Gathering(self.directory, report, state, known, self.options.stop_at)
            for error in self.sources.refusals:
                self.gathering.refuse(error)
            for (entries, part), result in self._pool.map(self._parts(without, fresh)):
                self._absorb(entries, part, self._without_deadly(part, result))
                if progress:
                    progress(self.read, expected)
            if self.gathering.duplicates.losers or self._left_out != set(known):
                return False
            self._finish()
        return True

    def _parts(self, without: frozenset[int] | None, fresh: bool) -> Iterator[tuple[tuple[list[Entry], Part | None], Part | None]]:
        """The records in portions, each with the part that is to be made of it; of refusals alone there is none."""
        items, number = enumerate(islice(self.sources, self.options.limit)), 0
        while portion := list(islice(items, self._layout.size)):
            entries: list[Entry] = [numbered(place, item) for place, item in portion]
            batch = [one for one in entries if isinstance(one, Numbered)]
            part = self._part(number, batch, without, fresh) if batch else None
            number += 1 if batch else 0
            yield (entries, part), part

    def _part(self, number: int, batch: list[Numbered], without: frozenset[int] | None, fresh: bool) -> Part:
        losers = None if without is None else without.intersection(one.number for one in batch)
        options = self.options
        return Part(number, batch, self._storage, options.formats, options.compress, self._version, losers, {}, fresh)

    def _without_deadly(self, part: Part | None, result: Done | Deadly | None) -> Done:
        """The part, made again without the records that kill workers."""
        if part is None or result is None:
            return _NOTHING
        if isinstance(result, Deadly):
            [(_, result)] = self._pool.map([(None, part._replace(deadly=result.reasons))])
        if isinstance(result, Deadly):
            raise RuntimeError("workers die of a part, but of none of its records")
        return result

    def _absorb(self, entries: list[Entry], part: Part | None, done: Done) -> None:
        self._see(done)
        self.gathering.entities.learn(done.descriptions)
        fresh = {one.number: one for one in done.outcomes}
        outcomes = [fresh[entry.number] if isinstance(entry, Numbered) else entry for entry in entries]
        for outcome in self.gathering.judge(outcomes):
            if outcome.status == EXPORTED:
                self.gathering.recall(outcome)
            self.gathering.take(outcome, done.quarantined.get(outcome.number))
        self.files += done.files
        self.read += len(entries)
        self._left_out |= done.left_out
        if part and done.mapped:
            self._made[part.number] = done.mapped

    def _see(self, done: Done) -> None:
        """Workers on other machines must write to where we can read."""
        for file in done.files if self._storage.path else []:
            if self._storage.size(file.name) < 0:
                raise OutputError(f"{self._storage.shown}: a worker wrote {file.name}, but not here; name a folder that all machines share")

    def _finish(self) -> None:
        self.gathering.tell(self.sources.orphans)
        self._write_entities()
        if self._layout.merge:
            self._merge()
        self.gathering.summary.read, self.gathering.summary.mapped = self.read, sum(self._made.values())
        self.gathering.close()

    def _write_entities(self) -> None:
        """The entities, a file in each format."""
        writers = [FORMATS[form]() for form in self.options.formats]
        packing = ending(self.options.compress)
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(self._storage.write(f"entities{writer.suffix}{packing}")) for writer in writers]
            for file, writer in zip(files, writers, strict=True):
                file.stream.write(writer.head().encode())
            for number, nodes in enumerate(self.gathering.entities_in_batches(self._validator)):
                for file, writer in zip(files, writers, strict=True):
                    file.stream.write(((writer.separator if number else "") + writer.nodes(nodes, DATASET)).encode())
            for file, writer in zip(files, writers, strict=True):
                file.stream.write(writer.tail().encode())
        self.files += [file.written for file in files]

    def _merge(self) -> None:
        """One file in each format in the place of the parts."""
        self.files = [merge(self._storage, self.files, FORMATS[form](), self.options.compress) for form in self.options.formats]


def publish(directory: OutputDirectory, storage: Storage, leftovers: Leftovers, graph: list[Written]) -> None:
    """Put what stands beside the graph into the storage, the manifest last, and remove what earlier exports left."""
    names = {file.name for file in (*directory.written, *graph)}
    leftovers.add(names, directory.quarantined)
    for name in sorted(directory.quarantined):
        for path in sorted((directory.staging / QUARANTINE / name).iterdir()):
            storage.write_file(f"{QUARANTINE}/{name}/{path.name}", path)
    for file in sorted(directory.written, key=lambda file: file.name == MANIFEST):
        if file.name == MANIFEST:
            leftovers.remove(names, directory.quarantined)
        storage.write_file(file.name, directory.staging / file.name)
    leftovers.forget(accounts=not any(map(is_part, names)))


_STEP = 1 << 20


def merge(storage: Storage, files: Iterable[Written], writer: Writer, compress: str | None) -> Written:
    """Merge parts of one format, and the entities behind them.

    Args:
        storage: where they are, and where the new file goes.
        files: all files of the export; those of other formats are passed over.
        writer: that of the format.
        compress: how the parts are compressed, and the new file will be.

    Returns:
        The new file.
    """
    suffix = writer.suffix + ending(compress)
    parts = [file.name for file in files if file.name[file.name.index(".") :] == suffix]
    head, tail, separator = (text.encode() for text in (writer.head(), writer.tail(), writer.separator))
    with storage.write(f"figures{suffix}") as merged:
        merged.stream.write(head)
        before, written = b"", False
        for name in sorted(parts, key=lambda name: (not name.startswith("part-"), name)):
            for piece in _body(storage, name, len(head), len(tail)):
                merged.stream.write(before + piece)
                before = b""
                written = True
            before = separator if written else b""
        merged.stream.write(tail)
    return merged.written


def _body(storage: Storage, name: str, head: int, tail: int) -> Iterator[bytes]:
    """What stands between the head and the tail of a part, in pieces that are not empty."""
    with storage.open(name) as file:
        stream = packed.unpacked(f".{name.rpartition('.')[2]}", file)
        stream.read(head)
        held = b""
        while data := stream.read(_STEP):
            held += data
            if len(held) > tail:
                yield held[: len(held) - tail]
                held = held[len(held) - tail :]
