"""An export in parts, to a folder or an object store."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.companions import write_companions
from pfocr2rdf.dataset import Release
from pfocr2rdf.engines import Engine, pool
from pfocr2rdf.errors import RecordError
from pfocr2rdf.leftovers import Leftovers
from pfocr2rdf.outcome import Warned
from pfocr2rdf.partitioning import Layout, PartitionedPass, publish
from pfocr2rdf.passing import Options, Progress
from pfocr2rdf.records import Sources
from pfocr2rdf.sinks import FORMATS
from pfocr2rdf.sinks.output import STATE, OutputDirectory, ending, locked, mapped_errors
from pfocr2rdf.state import State
from pfocr2rdf.storage import Storage
from pfocr2rdf.summary import Summary
from pfocr2rdf.validation import Shapes, validator_of
from pfocr2rdf.version import version_of
from pfocr2rdf.workers import Pool


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
    progress: Progress | None

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
