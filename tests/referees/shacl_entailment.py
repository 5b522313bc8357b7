"""SHACL with reasoning: pySHACL validates an export against its own shapes, with what RDFS and OWL 2 RL entail of it.

Stores that reason validate so. It is done with and without the ontology, since its axioms entail more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyshacl
import rdflib
from rdflib import SH
from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult
from tests.support.records import ROOT

ENTAILMENTS = ("none", "rdfs", "owlrl", "both")


def run() -> RefereeResult:
    """Validate an export of the examples under each entailment."""
    export = example_export()
    rows = [
        (f"{entailment}, {'with' if ontology else 'without'} the ontology", find_violations(export, entailment, with_ontology=ontology))
        for entailment in ENTAILMENTS
        for ontology in (False, True)
    ]
    findings = tuple(f"{row}: {line}" for row, lines in rows for line in lines)
    return RefereeResult("pySHACL with entailment", pyshacl.__version__, len(rows), sum(not lines for _, lines in rows), findings)


def find_violations(export: Path, entailment: str, *, with_ontology: bool) -> list[str]:
    """The messages of the results of pySHACL, which validates the figures of an export against its shapes.

    It runs in a process of its own: OWL-RL changes how rdflib reads literals, for all that comes later.
    """
    command = [sys.executable, "-m", __name__, export, entailment, str(int(with_ontology))]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    messages: list[str] = json.loads(result.stdout.splitlines()[-1])
    return messages


def _find_violations(export: Path, entailment: str, with_ontology: bool) -> list[str]:
    ontology = rdflib.Graph().parse(export / "vocabulary.ttl") if with_ontology else None
    data, shapes = rdflib.Graph().parse(export / "figures.ttl"), rdflib.Graph().parse(export / "shapes.ttl")
    conforms, report, text = pyshacl.validate(data, shacl_graph=shapes, ont_graph=ontology, inference=entailment)
    messages = [str(message) for message in report.objects(None, SH.resultMessage)] if isinstance(report, rdflib.Graph) else [text]
    return messages or ([] if conforms else ["it does not conform"])


if __name__ == "__main__":
    print(json.dumps(_find_violations(Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "1")))
