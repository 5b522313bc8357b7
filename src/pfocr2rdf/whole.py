"""An export in one piece: one file in each format, and a state beside them by which the next run maps only what has changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

from pfocr2rdf.companions import write_companions
from pfocr2rdf.database import DAMAGED
from pfocr2rdf.dataset import Release
from pfocr2rdf.earlier import find_earlier, is_whole
from pfocr2rdf.engines import Engine, pool
from pfocr2rdf.errors import RecordError
from pfocr2rdf.outcome import Warned
from pfocr2rdf.passing import Before, Options, Pass, Progress
from pfocr2rdf.records import Sources
from pfocr2rdf.scanning import scan
from pfocr2rdf.sinks.output import STATE, OutputDirectory, mapped_errors
from pfocr2rdf.state import State
from pfocr2rdf.summary import Summary
from pfocr2rdf.validation import Shapes, validator_of
from pfocr2rdf.version import version_of
from pfocr2rdf.workers import Pool


class WholeRun(NamedTuple):
    """An export to a directory, with one file in each format."""

    sources: Sources
    names: list[str]
    shapes: Shapes
    directory: OutputDirectory
    options: Options
    release: Release
    fresh: bool
    dry_run: bool
    engine: Engine
    progress: Progress | None

    def run(self) -> Summary:
        """Make the files and put them in their place, if they are not there already."""
        losers: dict[int, RecordError | Warned] = {}
        version, mapped = version_of(self.shapes, self.options.on_violation), 0
        if self.fresh:
            self.directory.forget()
        while True:
            with ExitStack() as stack:
                before = stack.enter_context(self._before(version))
                if not losers and (summary := self._unchanged(before)):
                    return summary
                stack.enter_context(mapped_errors(self.directory.path))
                state = State.new(self.directory.staging / STATE)
                stack.callback(state.abandon)
                state.note(version=version, settings=self._settings())
                done = self._pass(losers, before, state)
                mapped = max(mapped, done.mapped)  # another pass takes what the first one mapped
                if not done.gathering.duplicates.late:
                    done.gathering.summary.mapped = mapped
                    return self._publish(done, state)
                losers = done.gathering.duplicates.losers
            self.directory.set_aside(anyway=True)  # what was written is taken from there, but for the records that lost
            self.directory.restart()

    def _pool(self) -> contextlib.closing[Pool]:
        validator_of(self.shapes)  # made before there are processes, which then share it
        return contextlib.closing(pool(self.engine, self.options.formats, self.shapes, self.options.on_violation))

    def _pass(self, losers: dict[int, RecordError | Warned], before: Before, state: State) -> Pass:
        with self._pool() as workers:
            one = Pass(self.sources, workers, validator_of(self.shapes), self.directory, self.options, state, before)
            one.run(losers, self.progress)
        return one

    @contextlib.contextmanager
    def _before(self, version: str) -> Iterator[Before]:
        """What is known of the records from before."""
        roots = ([] if self.fresh else [self.directory.path]) + [self.directory.interrupted]
        places = [place for root in roots if (place := find_earlier(root, version, self.options.formats))]
        found = b""
        try:
            if places:
                with self._pool() as workers:
                    found = scan(self.sources, places, workers, self.options.limit)
            yield Before(places, found)
        finally:
            for place in places:
                place.close()

    def _settings(self) -> dict[str, Any]:
        """All that the files of an export depend on, but for the records, the mapping and the shapes."""
        options = self.options
        settings = {"sources": self.names, "release": list(self.release), "formats": list(options.formats)}
        return settings | {"compress": options.compress, "limit": options.limit}

    def _unchanged(self, before: Before) -> Summary | None:
        """The numbers of the export that is there already, where it is what this one would be."""
        place = before.places[0] if before.places else None
        if not place or place.root != self.directory.path or self.sources.refusals:
            return None
        state = place.state
        with contextlib.suppress(*DAMAGED, TypeError, KeyError):
            if before.found.strip(b"\x01") or len(before.found) != len(state) or state.noted("settings") != self._settings():
                return None
            if state.noted("orphans") == self.sources.orphans and is_whole(place.root, state):
                return Summary.from_dict(state.noted("summary"))
        return None

    def _publish(self, done: Pass, state: State) -> Summary:
        summary, directory = done.gathering.summary, self.directory
        if self.dry_run:
            return summary
        graph = [file for file in directory.written if file.name.startswith("figures.")]
        write_companions(directory, graph, done.gathering, self.shapes, self.release, self.names)
        summary.files = sorted(file.name for file in directory.written)
        state.note(summary=summary.as_dict(), written=directory.stamps())
        state.close()
        directory.publish()
        return summary
