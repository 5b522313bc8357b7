"""The comparison of two graphs, from what the user names to a folder with a delta."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from pfocr2rdf.analysis.delta.compare import compare
from pfocr2rdf.analysis.delta.directory import DeltaDirectory
from pfocr2rdf.analysis.delta.inputs import How, Loaded, load
from pfocr2rdf.analysis.delta.model import Delta
from pfocr2rdf.analysis.delta.writers import FORMS, File, Told
from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.inputs import Side, find
from pfocr2rdf.rdf.iris import is_absolute
from pfocr2rdf.storage.canonical import Naming
from pfocr2rdf.storage.compression import COMPRESSIONS, ending
from pfocr2rdf.storage.delta_format import CHUNK, DELTA
from pfocr2rdf.storage.external_sort import CHUNK_BYTES
from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.storage.progress import Meter, Progress
from pfocr2rdf.storage.staging import OutputDirectory

_LINES = 4096


def diff(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    formats: Iterable[str] = tuple(FORMS),
    compress: str | None = None,
    chunk: int = CHUNK,
    graph: str = "",
    ignore_graphs: bool = False,
    sort_bytes: int = CHUNK_BYTES,
    progress: Progress | None = None,
) -> Delta:
    """Write what makes the new graph of the old one. It needs the same memory for graphs of any size.

    Args:
        old: an export directory, an RDF file, or records (a file, a folder, a checkout, an archive), which are exported first.
        new: the same.
        output: the folder to write to. Its files appear at the end, each of them whole, or not at all.
        formats: ``statements`` (``removed`` and ``added``, as N-Triples or N-Quads), ``sparql`` (SPARQL Update), ``patch`` (RDF Patch).
        compress: ``gz`` or ``zst``, for all of these.
        chunk: statements in one operation of SPARQL Update.
        graph: the IRI of the graph that statements belong to which name none.
        ignore_graphs: compare the statements without the names of their graphs.
        sort_bytes: how many bytes of statements are sorted in memory.
        progress: called with the stage, what is done of it, and how much there is to do.

    Returns:
        The numbers, what was compared, and the files.

    Raises:
        SourceError: a side is missing, is no graph, has blank nodes, or names graphs where the other one does not.
        OutputError: the output cannot be written; nothing was published.
        ValueError: an unknown format or compression, no chunk, or a graph that is no absolute IRI.
    """
    names = tuple(dict.fromkeys(formats))
    _check(names, compress, chunk, graph)
    sides = find(old), find(new)
    with ExitStack() as stack:
        directory = stack.enter_context(DeltaDirectory(output, [path for side in sides for path in side.inputs]))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pfocr2rdf-")))
        how = How(scratch, Naming(graph, ignore_graphs), not ignore_graphs and _quads(*sides), sort_bytes, progress)
        loaded = load(sides[0], old, "old", how), load(sides[1], new, "new", how)
        delta, told = _compared(*loaded, scratch, chunk, progress)
        for name in names:
            _write(FORMS[name](told), directory, ending(compress))
        delta = delta._replace(files=sorted(directory.written))
        directory.write_json(DELTA, {"tool": TOOL, "graph": graph or None, "ignore_graphs": ignore_graphs, **delta.as_dict()})
        directory.publish()
    return delta


def _check(formats: Iterable[str], compress: str | None, chunk: int, graph: str) -> None:
    for name in formats:
        if name not in FORMS:
            raise ValueError(f"{name!r} is no form of a delta; choose from {', '.join(FORMS)}")
    if compress is not None and compress not in COMPRESSIONS:
        raise ValueError(f"{compress!r} is no compression; choose from {', '.join(COMPRESSIONS)}")
    if chunk < 1:
        raise ValueError(f"{chunk} statements are no operation; choose 1 or more")
    if graph and not is_absolute(graph):
        raise ValueError(f"{graph!r} is no absolute IRI")


def _quads(old: Side, new: Side) -> bool:
    """Whether both can name graphs. Records can do either, and follow the other side."""
    return True in (old.quads, new.quads) and False not in (old.quads, new.quads)


def _compared(old: Loaded, new: Loaded, scratch: Path, chunk: int, progress: Progress | None) -> tuple[Delta, Told]:
    """The numbers, and what there is to write.

    Raises:
        SourceError: only one of the two names graphs.
    """
    if old.named != new.named and old.sorter.count and new.sorter.count:
        named, other = (old, new) if old.named else (new, old)
        raise SourceError(
            f"{named.source} names graphs and {other.source} does not; say with --graph which graph its statements are in,"
            " or compare without the names: --ignore-graphs"
        )
    meter = Meter(progress, "comparing", old.sorter.count + new.sorter.count)
    difference = compare(old.sorter.lines(meter), new.sorter.lines(meter), scratch)
    was, will = old.identity(), new.identity()
    removed, added = was["statements"] - difference.unchanged, will["statements"] - difference.unchanged
    quads = old.named or new.named
    told = Told(difference, quads, chunk, was["sha256"], will["sha256"])
    return Delta(removed, added, difference.unchanged, quads, was, will, []), told


def _write(files: Iterator[File], directory: OutputDirectory, suffix: str) -> None:
    for name, lines in files:
        with directory.open(name + suffix) as file:
            while some := b"".join(islice(lines, _LINES)):
                file.write(some)
