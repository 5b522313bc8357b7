"""SHACL validation of a graph: the compiled shapes first, the SHACL engine for what may not conform."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pfocr2rdf.rdf.terms import GroupedResource, Resource, ResourceColumns, expand_term
from pfocr2rdf.rdf.vocabulary import superclasses
from pfocr2rdf.validation.compiled_shapes import CompiledShapes
from pfocr2rdf.validation.engines import load_engine
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.shapes import Shapes

_SUBCLASS_OF = expand_term("rdfs:subClassOf")


def subclass_axioms() -> str:
    """The ``rdfs:subClassOf`` statements of the ontology, as N-Triples: shapes on a superclass need them."""
    return "".join(f"<{name}> {_SUBCLASS_OF} <{superclass}> .\n" for name, iris in superclasses().items() for superclass in sorted(iris))


class Validator:
    """A SHACL validator; ``ShapesError`` where there is no shape, or they are invalid."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._engine = load_engine(shapes.text)
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
        """The results for the graph of these resources, this figure and these mentions, sorted; none where it conforms."""
        resources = list(resources)
        if self._compiled.conforms(resources, figure, mentions):
            return []
        graph = [*([figure] if figure else ()), *(mentions.resources() if mentions else ()), *resources]
        text = "".join(f"{resource.subject} {predicate} {value} .\n" for resource in graph for predicate, value in resource.pairs)
        return self.validate_ntriples(text, source, figid)

    def validate_ntriples(self, text: str, source: str = "", figid: str = "") -> list[ValidationResult]:
        """The same for a graph as N-Triples text, always by the engine."""
        results = self._engine.validate(text + self._axioms)
        return sorted(result._replace(source=source, figid=figid) for result in results)


@lru_cache(4)
def get_validator(shapes: Shapes) -> Validator:
    """The validator of these shapes, made once in a process; ``ShapesError`` where there is no shape, or they are invalid."""
    return Validator(shapes)
