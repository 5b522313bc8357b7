"""A partitioned export: parts that workers anywhere make and write by themselves, and here what comes together from them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pfocr2rdf.accounts import Done
from pfocr2rdf.batch import Numbered, numbered
from pfocr2rdf.errors import OutputError, RecordError
from pfocr2rdf.gathering import Gathering
from pfocr2rdf.iris import DATASET
from pfocr2rdf.leftovers import Leftovers
from pfocr2rdf.merging import merge
from pfocr2rdf.outcome import EXPORTED, Outcome, Warned
from pfocr2rdf.partition import Deadly, Part
from pfocr2rdf.passing import Options, Progress
from pfocr2rdf.records import Sources
from pfocr2rdf.reportfile import ReportFiles
from pfocr2rdf.sinks import FORMATS
from pfocr2rdf.sinks.output import MANIFEST, QUARANTINE, OutputDirectory, Written, ending, is_part
from pfocr2rdf.state import State
from pfocr2rdf.storage import Storage
from pfocr2rdf.validation import Validator
from pfocr2rdf.workers import Pool

PARTITION_SIZE = 1_000

_NOTHING = Done([], [], [], {}, frozenset(), 0)

Entry = Numbered | Outcome


class Layout(NamedTuple):
    """How a partitioned export is laid out: the number of records in a part, and whether the parts are merged in the end."""

    size: int = PARTITION_SIZE
    merge: bool = False


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

    def run(self, state: State, losers: dict[int, RecordError | Warned] | None, fresh: bool, progress: Progress | None) -> bool:
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
