"""Serialization of validation results: as a standard ``sh:ValidationReport`` and as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pfocr2rdf.rdf.terms import iri_term, literal
from pfocr2rdf.validation.paths import shacl_path
from pfocr2rdf.validation.results import ValidationResult

REPORT_PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix dcterms: <http://purl.org/dc/terms/> .\n\n"
REPORT_IRI = "https://pfocr.wikipathways.org/report"


def report_header() -> str:
    """The text before the first result."""
    return f"{REPORT_PREFIXES}<{REPORT_IRI}> a sh:ValidationReport .\n"


def serialize_result(result: ValidationResult, number: int) -> str:
    """One result as Turtle, with an IRI by its number in the report."""
    subject = iri_term(f"{REPORT_IRI}#result-{number}")
    lines = [f"\n<{REPORT_IRI}> sh:result {subject} .\n{subject} a sh:ValidationResult", f"sh:focusNode {result.focus_node}"]
    if result.path:
        lines.append(f"sh:resultPath {shacl_path(result.path)}")
    if result.value and not result.value.startswith("_:"):
        lines.append(f"sh:value {result.value}")
    lines.append(f"sh:resultSeverity {_name_or_iri(result.severity)}")
    lines.append(f"sh:sourceConstraintComponent {_name_or_iri(result.component)}")
    if result.shape.startswith("<"):
        lines.append(f"sh:sourceShape {result.shape}")
    if result.message:
        lines.append(f"sh:resultMessage {literal(result.message)}")
    if result.source:
        lines.append(f"dcterms:source {literal(result.source)}")
    return " ;\n    ".join(lines) + " .\n"


def report_footer(conforms: bool) -> str:
    """The text after the last result: whether the graph conforms."""
    return f"\n<{REPORT_IRI}> sh:conforms {str(conforms).lower()} .\n"


def serialize_report(results: Iterable[ValidationResult]) -> str:
    """A whole report. As SHACL defines it, a graph conforms only where there is no result of any severity."""
    texts = [serialize_result(result, number) for number, result in enumerate(results, 1)]
    return report_header() + "".join(texts) + report_footer(not texts)


def result_to_json(result: ValidationResult) -> dict[str, Any]:
    """A result as JSON, with SHACL's names as keys, without those that are absent."""
    values = {
        "figid": result.figid,
        "focusNode": result.focus_node,
        "resultPath": result.path,
        "value": result.value,
        "sourceConstraintComponent": result.component,
        "resultSeverity": result.severity,
        "resultMessage": result.message,
        "sourceShape": result.shape,
        "source": result.source,
    }
    return {key: value for key, value in values.items() if value}


def _name_or_iri(name: str) -> str:
    return name if name.startswith("<") else f"sh:{name}"
