"""Validation results as a standard ``sh:ValidationReport`` and as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pfocr2rdf.rdf.terms import literal, ref
from pfocr2rdf.validation.results import Result

PREFIX = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix dcterms: <http://purl.org/dc/terms/> .\n\n"
REPORT = "https://pfocr.wikipathways.org/report"
_PLAIN_PATH = ("<", ">")


def report_head() -> str:
    """What stands before the first result."""
    return f"{PREFIX}<{REPORT}> a sh:ValidationReport .\n"


def report_result(result: Result, number: int) -> str:
    """One result as Turtle; ``number`` tells it from the others of the report."""
    subject = ref(f"{REPORT}#result-{number}")
    lines = [f"\n<{REPORT}> sh:result {subject} .\n{subject} a sh:ValidationResult", f"sh:focusNode {result.focus_node}"]
    if result.path:
        lines.append(f"sh:resultPath {_path(result.path)}")
    if result.value and not result.value.startswith("_:"):
        lines.append(f"sh:value {result.value}")
    lines.append(f"sh:resultSeverity sh:{result.severity}")
    lines.append(f"sh:sourceConstraintComponent sh:{result.component}")
    if result.shape.startswith("<"):
        lines.append(f"sh:sourceShape {result.shape}")
    if result.message:
        lines.append(f"sh:resultMessage {literal(result.message)}")
    if result.where:
        lines.append(f"dcterms:source {literal(result.where)}")
    return " ;\n    ".join(lines) + " .\n"


def report_tail(conforms: bool) -> str:
    """The verdict, which is known only after the last result."""
    return f"\n<{REPORT}> sh:conforms {str(conforms).lower()} .\n"


def report_turtle(results: Iterable[Result]) -> str:
    """A whole report. As SHACL has it, a graph conforms only where there is no result at all."""
    texts = [report_result(result, number) for number, result in enumerate(results, 1)]
    return report_head() + "".join(texts) + report_tail(not texts)


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON, with SHACL's names for the keys; what is absent is left out."""
    row = {
        "figid": result.figid,
        "focusNode": result.focus_node,
        "resultPath": result.path,
        "value": result.value,
        "sourceConstraintComponent": result.component,
        "resultSeverity": result.severity,
        "resultMessage": result.message,
        "sourceShape": result.shape,
        "source": result.where,
    }
    return {key: value for key, value in row.items() if value}


def _path(path: str) -> str:
    """A property path; one that is no plain IRI is shown as text, since its node lives in the shapes graph."""
    plain = path.startswith(_PLAIN_PATH[0]) and path.endswith(_PLAIN_PATH[1]) and path.count("<") == 1
    return path if plain else literal(path)
