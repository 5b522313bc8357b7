"""RDF files: their syntax by suffix, and one mapping of parser errors."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph

from pfocr2rdf.errors import SourceError, describe_os_error
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS
from pfocr2rdf.storage.path_kinds import describe_missing_path

_MAX_SNIFFED_BYTES = 8 << 20  # no record is larger

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
