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
_COMPRESSORS = ("isal", "zstandard")


@cache
def code_fingerprint() -> str:
    """SHA-256 of the package itself (its modules and data) and of the versions of the libraries that read, map and validate."""
    digest = hashlib.sha256()
    digest.update(json.dumps([platform.python_version(), *(version(name) for name in _LIBRARIES)]).encode())
    _hash_tree(files("pfocr2rdf"), digest)
    return digest.hexdigest()


def _hash_tree(directory: Traversable, digest: hashlib._Hash) -> None:
    for entry in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            _hash_tree(entry, digest)
        elif entry.name.endswith((".py", ".tsv", ".jsonld")):
            digest.update(f"{entry.name}\n".encode())
            digest.update(entry.read_bytes())


def export_fingerprint(shapes: Shapes, on_violation: str) -> str:
    """The version of the mapping and of what else makes the files' bytes, with the shapes in force and what is done with violations."""
    packers = [version(name) for name in _COMPRESSORS]
    return hashlib.sha256("\n".join((TOOL, *packers, code_fingerprint(), on_violation, shapes.text)).encode()).hexdigest()
