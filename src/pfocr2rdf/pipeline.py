"""The one flow: sources in, an export directory out."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any, BinaryIO

from pfocr2rdf.batch import ON_VIOLATION, Worker
from pfocr2rdf.dataset import Release, dataset_turtle
from pfocr2rdf.ontology import ontology_turtle
from pfocr2rdf.passing import Options, Pass, Progress
from pfocr2rdf.records import Sources
from pfocr2rdf.sinks import DEFAULT_FORMATS, FORMATS, context
from pfocr2rdf.sinks.output import COMPRESSIONS, MANIFEST, OutputDirectory
from pfocr2rdf.summary import Summary
from pfocr2rdf.validation import Shapes, load_shapes

TOOL = f"pfocr2rdf {version('pfocr2rdf')}"


def export(
    sources: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    formats: Iterable[str] = DEFAULT_FORMATS,
    compress: str | None = None,
    shapes: Iterable[str | os.PathLike[str]] = (),
    on_violation: str = "quarantine",
    limit: int | None = None,
    fail_fast: bool = False,
    dry_run: bool = False,
    release: Release | None = None,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> Summary:
    """Turn records into a validated knowledge graph, in one pass for all formats.

    Args:
        sources: record files, folders, PFOCR checkouts, archives, or ``-`` for standard input.
        output: the export directory. Its files appear at the end, each of them whole, or not at all.
        formats: names of ``sinks.FORMATS``.
        compress: ``gz`` or ``zst``, for the files of the graph.
        shapes: folders of SHACL shapes, put in the place of the built-in ones or beside them.
        on_violation: ``quarantine`` leaves a figure with a violation out, ``keep`` only reports it, ``fail`` stops.
        limit: read no more records than that.
        fail_fast: stop at the first refusal.
        dry_run: do everything but write.
        release: what the dataset's description says of this release.
        progress: called after each batch with the number of records done, and that of the files there are to read.
        stdin: what to read for ``-``.

    Returns:
        The numbers of the export.

    Raises:
        SourceError: a source cannot be read.
        ShapesError: the shapes cannot be used.
        OutputError: the output cannot be written; nothing was published.
        StoppedError: ``fail_fast`` or ``on_violation="fail"`` stopped the run; nothing was published.
        ValueError: an unknown format, compression or ``on_violation``.
    """
    begin = time.perf_counter()
    options = Options(() if dry_run else tuple(dict.fromkeys(formats)), compress, on_violation, limit, fail_fast)
    _check(options)
    in_force = load_shapes(shapes)
    names = [os.fspath(source) for source in sources]
    with ExitStack() as stack:
        found = stack.enter_context(Sources(names, stdin))
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="pfocr2rdf-")) if dry_run else output
        directory = stack.enter_context(OutputDirectory(place))
        stack.enter_context(_collecting_rarely())
        done = _passes(found, in_force, directory, options, progress)
        if not dry_run:
            _write_companions(directory, done, in_force, release or Release(), names)
            directory.publish()
            done.summary.files = sorted(file.name for file in directory.written)
    done.summary.seconds = time.perf_counter() - begin
    return done.summary


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let Python look for cycles of garbage a thousand times less often: records make none, and looking costs a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(before[0] * 1000, *before[1:])
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # what was made meanwhile goes to the oldest generation, without being looked through now
            gc.freeze()
            gc.unfreeze()
        gc.set_threshold(*before)


def _check(options: Options) -> None:
    for name in options.formats:
        if name not in FORMATS:
            raise ValueError(f"{name!r} is no format; choose from {', '.join(FORMATS)}")
    if options.compress is not None and options.compress not in COMPRESSIONS:
        raise ValueError(f"{options.compress!r} is no compression; choose from {', '.join(COMPRESSIONS)}")
    if options.on_violation not in ON_VIOLATION:
        raise ValueError(f"{options.on_violation!r} is no choice; choose from {', '.join(ON_VIOLATION)}")


def _passes(sources: Sources, shapes: Shapes, directory: OutputDirectory, options: Options, progress: Progress | None) -> Pass:
    """One pass, and another one where a record was superseded after it had been written."""
    worker = Worker(options.formats, shapes, options.on_violation)
    first = Pass(sources, worker, directory, options)
    if first.run({}, progress):
        return first
    directory.restart()
    second = Pass(sources, worker, directory, options)
    second.run(first.duplicates.losers, progress)
    return second


def _write_companions(directory: OutputDirectory, done: Pass, shapes: Shapes, release: Release, sources: list[str]) -> None:
    """The files that stand beside the graph; the manifest comes last, since it lists the others."""
    media_types = {file.suffix: file.media_type for file in (make() for make in FORMATS.values())}
    graph = [(file, media_types[_suffix(file.name)]) for file in directory.written if file.name.startswith("figures.")]
    directory.write_text("vocabulary.ttl", ontology_turtle())
    directory.write_text("context.jsonld", json.dumps({"@context": context()}, indent=1) + "\n")
    directory.write_text("shapes.ttl", shapes.text)
    directory.write_text("dataset.ttl", dataset_turtle(done.counts, graph, TOOL, release))
    directory.write_json(MANIFEST, _manifest(directory, done, sources))


def _suffix(name: str) -> str:
    return f".{name.split('.')[1]}"


def _manifest(directory: OutputDirectory, done: Pass, sources: list[str]) -> dict[str, Any]:
    files = sorted(directory.written)
    return {
        "tool": TOOL,
        "sources": sources,
        "records": {"read": done.summary.read, "sha256": done.digest.hexdigest()},
        "quarantined": sorted(directory.quarantined),
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
    }
