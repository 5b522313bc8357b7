"""The SHACL engine in Rust (``shacl``)."""

from __future__ import annotations

import shacl

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.validation.results import ValidationResult, name_in_shacl


class NativeEngine:
    """Validates graphs against shapes in Turtle; ``ShapesError`` where these are invalid or none."""

    def __init__(self, shapes: str) -> None:
        try:
            self._shapes = shacl.Shapes.from_turtle(shapes)
        except ValueError as error:
            raise ShapesError(f"the shapes cannot be used: {error}") from None
        if not len(self._shapes):
            raise ShapesError("there is no shape in the files of shapes")

    def validate(self, ntriples: str) -> list[ValidationResult]:
        """The results for a graph; ``ShapesError`` where a query in the shapes, which is compiled when it is executed, is invalid."""
        try:
            report = self._shapes.validate_turtle(ntriples)
        except ValueError as error:
            raise ShapesError(f"the shapes cannot be used: {error}") from None
        return [
            ValidationResult(
                focus_node=result.focus_node,
                path=result.path or "",
                value=result.value or "",
                component=name_in_shacl(result.component_iri),
                severity=name_in_shacl(result.severity_iri),
                message=result.message or "",
                shape=result.root_shape or "",
            )
            for result in report.results
        ]
