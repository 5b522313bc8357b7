"""RDF files: their syntax by suffix, and one mapping of parser errors."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import IO

import pyoxigraph

from pfocr2rdf.errors import SourceError, describe_os_error
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, ObservedReader
from pfocr2rdf.storage.path_kinds import describe_missing_path

_MAX_SNIFFED_BYTES = 8 << 20  # no record is larger
_MAX_ENTITY_BYTES = 256  # of what an entity stands for, in RDF/XML: namespaces are shorter
_ENTITY = b"<!ENTITY"
_MAX_JSON_LEVELS = 1_000  # the time for a document grows with the square of its levels, and contexts overflow the stack
_BUFFER_BYTES = 1 << 16
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_BRACKET_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_find_entities = re.compile(rb"""<!ENTITY(?:\s+([^\s"'>]+)\s+(?:"([^"]*)"|'([^']*)')|[^"'>]*>)""").finditer
_find_references = re.compile(rb"&([^\s&;]+);").findall

RDF_FORMATS_BY_SUFFIX = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    ".xml": pyoxigraph.RdfFormat.RDF_XML,
    ".owl": pyoxigraph.RdfFormat.RDF_XML,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
    ".json": pyoxigraph.RdfFormat.JSON_LD,
}


def rdf_format(path: str | os.PathLike[str]) -> pyoxigraph.RdfFormat | None:
    """The RDF syntax by the suffix of a file, or ``None``."""
    name = os.fspath(path).lower().removesuffix(".gz").removesuffix(".zst")
    return RDF_FORMATS_BY_SUFFIX.get(os.path.splitext(name)[1])


_RELATIVE_IRI_ERROR = "No scheme found in an absolute IRI"
_REMOTE_CONTEXT_ERROR = "LoadDocumentCallback"  # in a message of pyoxigraph that speaks to programmers


def is_rdf_file(path: Path) -> bool:
    """Whether a file is RDF by its suffix; ``.json``, which records have too, is JSON-LD by its outermost keys.

    A JSON file that is larger than any record, or that cannot be read, counts as RDF.
    """
    if rdf_format(path) is not pyoxigraph.RdfFormat.JSON_LD or path.suffix.lower() != ".json":
        return rdf_format(path) is not None
    try:
        if not path.is_file() or path.stat().st_size > _MAX_SNIFFED_BYTES:
            return True
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return True
    nodes = value if isinstance(value, list) else [value]
    keys = [key for node in nodes if isinstance(node, dict) for key in node]
    return any(key.startswith("@") or ":" in key for key in keys)


def parse_rdf(file: IO[bytes], syntax: pyoxigraph.RdfFormat | None) -> Iterator[pyoxigraph.Quad]:
    """The statements of a file, as pyoxigraph parses it, after checks of what it does without a bound.

    Entities of RDF/XML that are large, and deep nesting of JSON-LD, are a ``SyntaxError``.
    """
    if syntax == pyoxigraph.RdfFormat.RDF_XML:
        file = io.BufferedReader(ObservedReader(file, _EntityCheck().check), _BUFFER_BYTES)
    elif syntax == pyoxigraph.RdfFormat.JSON_LD:
        file = io.BufferedReader(ObservedReader(file, _NestingCheck().check), _BUFFER_BYTES)
    return pyoxigraph.parse(file, format=syntax)


class _EntityCheck:
    """Refuses XML whose entities stand for a long text, such as entities of entities ("billion laughs")."""

    def __init__(self) -> None:
        self._sizes: dict[bytes, int] = {}
        self._rest = b""

    def check(self, data: bytes) -> None:
        """Check the next bytes; ``SyntaxError`` for an entity that is too large."""
        text, end = self._rest + data, 0
        for match in _find_entities(text):
            name, value, end = match[1] or b"", match[2] or match[3] or b"", match.end()
            self._sizes[name] = len(value) + sum(self._sizes.get(reference, 0) for reference in _find_references(value))
            self._require_small(self._sizes[name])
        start = text.find(_ENTITY, end)
        self._rest = text[max(end, len(text) - len(_ENTITY)) if start < 0 else start :]
        self._require_small(len(self._rest) // 2)  # a declaration that does not end

    @staticmethod
    def _require_small(size: int) -> None:
        if size > _MAX_ENTITY_BYTES:
            raise SyntaxError(f"an entity stands for more than {_MAX_ENTITY_BYTES} bytes")


class _NestingCheck:
    """Refuses JSON that is nested deeply."""

    def __init__(self) -> None:
        self._level = 0
        self._rest = b""  # a string or an escape that continues in the next bytes

    def check(self, data: bytes) -> None:
        """Check the next bytes; ``SyntaxError`` where they are nested too deeply."""
        text = self._rest + data
        is_escape_open = (len(text) - len(text.rstrip(b"\\"))) % 2
        unescaped = text[: len(text) - is_escape_open].replace(b"\\\\", b"").replace(b'\\"', b"")
        parts = unescaped.split(b'"')  # every second one is a string
        self._rest = b'"' * (len(parts) % 2 == 0) + b"\\" * is_escape_open
        brackets = b"".join(parts[::2]).translate(None, _NOT_BRACKETS)
        opened = brackets.count(b"[") + brackets.count(b"{")
        if self._level + opened > _MAX_JSON_LEVELS:
            steps = map(_BRACKET_STEPS.__getitem__, brackets)
            if max(accumulate(steps, initial=self._level)) > _MAX_JSON_LEVELS:
                raise SyntaxError(f"JSON is nested deeper than {_MAX_JSON_LEVELS} levels")
        self._level += 2 * opened - len(brackets)


@contextmanager
def map_rdf_errors(path: Path) -> Iterator[None]:
    """The one place that turns errors of reading an RDF file into ours, with the line, if that is known."""
    try:
        yield
    except FileNotFoundError:
        raise SourceError(describe_missing_path(path)) from None
    except OSError as error:
        if error.errno is None:  # of a decompressor
            raise SourceError(f"{path}: is not valid RDF: {error}; download or export it again") from None
        raise SourceError(f"{path}: cannot be read: {describe_os_error(error)}") from None
    except SyntaxError as error:
        position = f"{path}:{error.lineno}" if error.lineno else str(path)
        if _REMOTE_CONTEXT_ERROR in error.msg:
            raise SourceError(
                f"{position}: references a JSON-LD context by its URL, which is not downloaded; include the context in the file"
            ) from None
        if _RELATIVE_IRI_ERROR in error.msg:
            raise SourceError(f"{position}: has a relative IRI but no base IRI; add a base, or write absolute IRIs") from None
        raise SourceError(f"{position}: is not valid RDF: {error.msg}; correct the file") from None
    except MemoryError as error:
        if "buffer" not in str(error):
            raise
        raise SourceError(f"{path}: has a term that is longer than the parser reads ({error}); shorten it") from None
    except (ValueError, *DECOMPRESSION_ERRORS) as error:
        raise SourceError(f"{path}: is not valid RDF: {error}; download or export it again") from None
