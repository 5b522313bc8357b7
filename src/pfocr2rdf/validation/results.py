"""Validation results, in SHACL's own words: one for each broken constraint."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

_SHACL = "http://www.w3.org/ns/shacl#"
SEVERITIES = ("Violation", "Warning", "Info")  # the severities of results, the worst first


class ValidationResult(NamedTuple):
    """One ``sh:ValidationResult``. Nodes and values are N-Triples text; missing values are ``""``.

    Attributes:
        focus_node: the node that violates the constraint.
        path: the property path, in SPARQL syntax.
        value: the invalid value.
        component: the local name of the constraint component (``MinCountConstraintComponent``), or the IRI of one that shapes define.
        severity: one of ``SEVERITIES``, or the IRI of one that shapes define.
        message: the message of the shape.
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
        statement = " ".join(part for part in (self.focus_node, self.path, self.value) if part)
        return f"{self.severity}: {statement}: {self.message or self.component}"


def count_by_severity(results: list[ValidationResult]) -> dict[str, int]:
    """The number of results of each severity, those of SHACL first."""
    return {**dict.fromkeys(SEVERITIES, 0), **Counter(result.severity for result in results)}


def name_in_shacl(iri: str) -> str:
    """The local name of what SHACL defines; the IRI, as N-Triples text, of what shapes define themselves.

    >>> name_in_shacl("http://www.w3.org/ns/shacl#Warning"), name_in_shacl("https://example.org/Trifle")
    ('Warning', '<https://example.org/Trifle>')
    """
    return iri.removeprefix(_SHACL) if iri.startswith(_SHACL) else f"<{iri}>"
