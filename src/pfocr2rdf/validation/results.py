"""What a validation finds: one result a broken constraint, in SHACL's own words."""

from __future__ import annotations

from typing import NamedTuple

SEVERITIES = ("Violation", "Warning", "Info")
"""From the worst to the least."""


class ValidationResult(NamedTuple):
    """One ``sh:ValidationResult``. Nodes and values are N-Triples text; what is absent is ``""``.

    Attributes:
        focus_node: the node that breaks the constraint.
        path: the property path, in SPARQL's syntax.
        value: the value that breaks it.
        component: the local name of the constraint component (``MinCountConstraintComponent``).
        severity: ``Violation``, ``Warning`` or ``Info``.
        message: what the shape says.
        shape: the IRI of the shape.
        source: the source of the record, or the file.
        figid: the figure, where the focus node is part of one.
    """

    focus_node: str
    path: str
    value: str
    component: str
    severity: str
    message: str
    shape: str
    source: str = ""
    figid: str = ""

    def sentence(self) -> str:
        """The result in one line.

        >>> ValidationResult("<urn:a>", "<urn:p>", '"x"', "PatternConstraintComponent", "Warning", "No digits.", "<urn:s>").sentence()
        'Warning: <urn:a> <urn:p> "x": No digits.'
        """
        said = " ".join(part for part in (self.focus_node, self.path, self.value) if part)
        return f"{self.severity}: {said}: {self.message or self.component}"


def count_by_severity(results: list[ValidationResult]) -> dict[str, int]:
    """How many results there are of each severity."""
    return {severity: sum(result.severity == severity for result in results) for severity in SEVERITIES}
