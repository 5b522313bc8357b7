"""The Turtle of an export, parsed by several processes: it is cut where resources end."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from itertools import chain, islice
from pathlib import Path
from typing import cast

import pyoxigraph

from pfocr2rdf.storage.canonical import reject_unsupported
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.rdf_files import map_rdf_errors
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits, cut_blocks

_PART_BYTES = 1 << 20
_QUEUED_PARTS = 4
_MAX_RESOURCE_BYTES = 64 << 20
_RESOURCE_END = b" .\n\n"  # also of the prefixes
_are_prefixes = re.compile(rb"(?:@prefix [^\n]*(?:\n|\Z))+\n*").fullmatch
_find_prefix = re.compile(rb"^[^\S\n]*@?prefix\s", re.IGNORECASE | re.MULTILINE).search


class PartsError(Exception):
    """A file cannot be parsed in parts; as a whole it may be valid."""


def read_turtle_chunks(
    paths: list[Path], limits: ChunkLimits, executor: Executor, on_read: Callable[[bytes], object] | None = None
) -> Iterator[Chunk]:
    """Read Turtle files in chunks, as ``read_chunks`` does.

    Raises:
        PartsError: a file is not in the form of an export.
        SourceError: a file cannot be read, or has a statement that cannot be sent twice.
    """
    blocks = chain.from_iterable(cut_blocks(_parse_parts(path, executor, on_read), limits) for path in paths)
    return (Chunk(number, lines, lines.count(b"\n"), quads=False) for number, lines in enumerate(blocks))


def _parse_parts(path: Path, executor: Executor, on_read: Callable[[bytes], object] | None) -> Iterator[bytes]:
    """The statements of a file as N-Triples. This process parses the first part while the others start."""
    parts = _read_parts(path, on_read)
    first = next(parts, b"")
    pending = deque(executor.submit(_parse_part, path, part) for part in islice(parts, _QUEUED_PARTS))
    yield _parse_part(path, first)
    while pending:
        lines = pending.popleft().result()
        pending.extend(executor.submit(_parse_part, path, part) for part in islice(parts, 1))
        yield lines


def _read_parts(path: Path, on_read: Callable[[bytes], object] | None) -> Iterator[bytes]:
    """The file in parts of whole resources, each after the prefixes of the file, which must not change."""
    prefixes = rest = b""
    with map_rdf_errors(path), open_decompressed(path, on_read) as file:
        while block := file.read(_PART_BYTES):
            part, end, rest = (rest + block).rpartition(_RESOURCE_END)
            if len(rest) > _MAX_RESOURCE_BYTES:  # to look for its end again with each block would take quadratic time
                raise PartsError("a resource is longer than a part may be")
            part += end
            if part and not prefixes:
                size = part.index(_RESOURCE_END) + len(_RESOURCE_END)
                prefixes, part = part[:size], part[size:]
                if not _are_prefixes(prefixes):
                    raise PartsError("the file does not begin with prefixes")
            if b"prefix" in part.lower() and _find_prefix(part):
                raise PartsError("a prefix is declared after the first resource")
            if part:
                yield prefixes + part
    if rest:
        yield prefixes + rest


def _parse_part(path: Path, part: bytes) -> bytes:
    try:
        statements = list(pyoxigraph.parse(part, format=pyoxigraph.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise PartsError(error.msg) from None
    # N-Quads without graph names are N-Triples, so nothing has to be converted.
    lines = cast("bytes", pyoxigraph.serialize(statements, format=pyoxigraph.RdfFormat.N_QUADS))
    reject_unsupported(lines, str(path))
    return lines
