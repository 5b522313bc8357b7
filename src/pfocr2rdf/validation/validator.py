"""Validation of a graph against the shapes in force: the screen first, the SHACL engine for what it does not clear."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import shacl

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.rdf.terms import GroupedResource, Resource, ResourceColumns, iri_term
from pfocr2rdf.rdf.vocabulary import expand_curie, superclasses
from pfocr2rdf.validation.compiled_shapes import CompiledShapes
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.shapes import Shapes

_SUBCLASS = iri_term(expand_curie("rdfs:subClassOf"))


def subclass_axioms() -> str:
    """The subclass statements of the ontology, as N-Triples: without them a shape on a superclass never fires."""
    return "".join(f"<{name}> {_SUBCLASS} <{above}> .\n" for name, all_above in superclasses().items() for above in sorted(all_above))


class Validator:
    """Validates graphs.

    Args:
        shapes: the shapes in force.

    Raises:
        ShapesError: the engine finds no shape in them.
    """

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        try:
            self._engine = shacl.Shapes.from_turtle(shapes.text)
        except ValueError as error:
            raise ShapesError(f"the shapes cannot be used: {error}") from None
        if not len(self._engine):
            raise ShapesError("there is no shape in the files of shapes")
        self._compiled = CompiledShapes(shapes.text, superclasses())
        self._axioms = subclass_axioms()

    def validate(
        self,
        resources: Iterable[Resource],
        source: str = "",
        figid: str = "",
        figure: GroupedResource | None = None,
        mentions: ResourceColumns | None = None,
    ) -> list[ValidationResult]:
        """What is wrong in the graph of these nodes, this figure and these mentions, sorted; nothing where it conforms."""
        resources = list(resources)
        if self._compiled.conforms(resources, figure, mentions):
            return []
        everything = [*([figure] if figure else ()), *(mentions.resources() if mentions else ()), *resources]
        text = "".join(f"{node.subject} {predicate} {value} .\n" for node in everything for predicate, value in node.pairs)
        return self.validate_ntriples(text, source, figid)

    def validate_ntriples(self, text: str, source: str = "", figid: str = "") -> list[ValidationResult]:
        """The same for a graph as N-Triples text, always by the engine."""
        report = self._engine.validate_turtle(text + self._axioms)
        return sorted(_to_validation_result(one, source, figid) for one in report.results)


@lru_cache(4)
def get_validator(shapes: Shapes) -> Validator:
    """The validator of these shapes, compiled once: exports and validations of one process share it.

    Raises:
        ShapesError: the engine finds no shape in them.
    """
    return Validator(shapes)


def _to_validation_result(one: shacl.Result, where: str, figid: str) -> ValidationResult:
    return ValidationResult(
        one.focus_node, one.path or "", one.value or "", one.component, one.severity, one.message or "", one.root_shape or "", where, figid
    )
