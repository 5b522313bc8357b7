"""The choice of the SHACL engine: that in Rust where it is installed, else pySHACL, with the same results."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from pfocr2rdf.validation.prebinding import check_prebinding
from pfocr2rdf.validation.results import ValidationResult

_NATIVE, _FALLBACK = "shacl", "pyshacl"


class Engine(Protocol):
    """A SHACL engine with the shapes that it was made with."""

    def validate(self, ntriples: str) -> list[ValidationResult]:
        """The results for a graph as N-Triples, in any order, without source and figure; ``ShapesError`` where the shapes are invalid."""


def _has_native_engine() -> bool:
    try:
        version(_NATIVE)
        import shacl  # noqa: F401
    except (ImportError, PackageNotFoundError):
        return False
    return True


def load_engine(shapes: str) -> Engine:
    """The engine for shapes in Turtle; ``ShapesError`` where these are invalid or none."""
    check_prebinding(shapes)
    if _has_native_engine():
        from pfocr2rdf.validation.native_engine import NativeEngine

        return NativeEngine(shapes)
    from pfocr2rdf.validation.pyshacl_engine import PyshaclEngine

    return PyshaclEngine(shapes)


def engine_version() -> str:
    """Name and version of the engine."""
    name = _NATIVE if _has_native_engine() else _FALLBACK
    return f"{name} {version(name)}"


def describe_slow_engine() -> str:
    """One sentence for users where the fast engine is missing, else ``""``."""
    if _has_native_engine():
        return ""
    return (
        "The SHACL engine in Rust (the package shacl) is not installed: pySHACL is used instead, with the same results. "
        "The validation of RDF files, and of figures that do not conform, takes about thirty times as long."
    )
