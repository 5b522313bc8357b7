"""What makes an export what it is, beside its records: when any of it changes, all records are mapped again."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.validation.shapes import Shapes

_LIBRARIES = ("PyLD", "pyoxigraph", "PyYAML", "shacl", "yaml-rs")
_PACKERS = ("isal", "zstandard")


@cache
def mapping_version() -> str:
    """SHA-256 of the package itself (its modules and data) and of the versions of the libraries that read, map and validate."""
    digest = hashlib.sha256()
    digest.update(json.dumps([platform.python_version(), *(version(name) for name in _LIBRARIES)]).encode())
    _add(files("pfocr2rdf"), digest)
    return digest.hexdigest()


def _add(place: Traversable, digest: hashlib._Hash) -> None:
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            _add(entry, digest)
        elif entry.name.endswith((".py", ".tsv", ".jsonld")):
            digest.update(f"{entry.name}\n".encode())
            digest.update(entry.read_bytes())


def version_of(shapes: Shapes, on_violation: str) -> str:
    """The version of the mapping and of what else makes the files' bytes, with the shapes in force and what is done with violations."""
    packers = [version(name) for name in _PACKERS]
    return hashlib.sha256("\n".join((TOOL, *packers, mapping_version(), on_violation, shapes.text)).encode()).hexdigest()
