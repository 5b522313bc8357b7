"""Fingerprints: cache keys of everything that the bytes of an export depend on, except its records."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.validation.engines import engine_version
from pfocr2rdf.validation.shapes import Shapes

_LIBRARIES = ("PyLD", "pyoxigraph", "PyYAML", "yaml-rs")
_COMPRESSORS = ("isal", "zstandard")


@cache
def code_fingerprint() -> str:
    """SHA-256 of the package (its modules and data) and of the versions of Python and of the libraries that read, map and validate."""
    digest = hashlib.sha256()
    digest.update(json.dumps([platform.python_version(), engine_version(), *(version(name) for name in _LIBRARIES)]).encode())
    _hash_tree(files("pfocr2rdf"), digest)
    return digest.hexdigest()


def _hash_tree(directory: Traversable, digest: hashlib._Hash) -> None:
    for entry in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            _hash_tree(entry, digest)
        elif entry.name.endswith((".py", ".tsv", ".jsonld", ".txt")):
            digest.update(f"{entry.name}\n".encode())
            digest.update(entry.read_bytes())


def export_fingerprint(shapes: Shapes, on_violation: str, image_url: str = "", iris: str = "default") -> str:
    """SHA-256 of the code, the versions of the tool and of the compressors, the shapes, and the options that are named here."""
    compressors = [version(name) for name in _COMPRESSORS]
    return hashlib.sha256(
        "\n".join((TOOL, *compressors, code_fingerprint(), on_violation, image_url, iris, shapes.text)).encode()
    ).hexdigest()
