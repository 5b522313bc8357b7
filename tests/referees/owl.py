"""OWL: the profile checker of the OWL API and the reasoner HermiT, both in the jar that owlready2 ships, and owlready2 itself.

They look at the ontology alone, as Turtle and as RDF/XML, and together with the figures. The Java Virtual Machine runs in a process of
its own (``python -m tests.referees.owl FILE ...``): it can be started once in a process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import rdflib
from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult
from tests.support.records import ROOT

_MAX_SECONDS = 120
_LOAD_WITH_OWLREADY2 = "import sys, owlready2; owlready2.get_ontology('file://' + sys.argv[1]).load()"


def run() -> RefereeResult:
    """Check the ontology of an export of the examples, and the ontology together with its figures."""
    export = example_export()
    with tempfile.TemporaryDirectory() as folder:
        vocabulary, merged = Path(folder) / "vocabulary.rdf", Path(folder) / "merged.ttl"
        graph = rdflib.Graph().parse(export / "vocabulary.ttl")
        graph.serialize(vocabulary, format="pretty-xml")
        graph.parse(export / "figures.ttl").serialize(merged, format="turtle")
        documents = (export / "vocabulary.ttl", vocabulary, merged)
        answers = dict(zip(documents, check_with_owl_api(*documents), strict=True))
        messages = load_with_owlready2(vocabulary)
    rows = [(f"{path.name}: OWL 2 DL", answer["violations"]) for path, answer in answers.items()]
    rows += [(f"{path.name}: consistent", answer["unsatisfiable"]) for path, answer in answers.items()]
    rows.append(("owlready2 reads it without a message", messages))
    findings = tuple(f"{row}: {line}" for row, lines in rows for line in lines)
    return RefereeResult(
        "OWL API, HermiT, owlready2", version("owlready2"), len(rows), sum(not lines for _, lines in rows), tuple(findings)
    )


def check_with_owl_api(*paths: Path) -> list[dict[str, list[str]]]:
    """For each file, what violates the profile OWL 2 DL, and which classes can have no instance, or that it is inconsistent."""
    command = [sys.executable, "-m", "tests.referees.owl", *map(str, paths)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=_MAX_SECONDS, check=False)
    assert process.returncode == 0, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


def load_with_owlready2(path: Path) -> list[str]:
    """What owlready2 says when it loads an ontology in RDF/XML: nothing, where all is well."""
    command = [sys.executable, "-c", _LOAD_WITH_OWLREADY2, str(path)]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=_MAX_SECONDS, check=False)
    return [*process.stdout.splitlines(), *process.stderr.splitlines(), *([f"status {process.returncode}"] if process.returncode else [])]


def missing() -> str:
    """What these referees need and what is not here, as a reason for a skip; ``""`` where all is here."""
    absent = [name for name in ("owlready2", "jpype") if find_spec(name) is None]
    if absent:
        return f"{' and '.join(absent)} not installed: pip install owlready2 JPype1"
    import jpype

    try:
        jpype.getDefaultJVMPath()
    except jpype.JVMNotFoundException:
        return "there is no Java Virtual Machine: apt-get install default-jre-headless"
    return ""


def _check_in_this_process(paths: list[str]) -> Iterator[dict[str, list[str]]]:
    import jpype

    (package,) = find_spec("owlready2").submodule_search_locations  # type: ignore[union-attr, misc]
    jpype.startJVM(classpath=[str(Path(package) / "hermit" / "HermiT.jar")])
    for path in paths:
        manager: Any = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
        ontology = manager.loadOntologyFromOntologyDocument(jpype.JClass("java.io.File")(path))
        report = jpype.JClass("org.semanticweb.owlapi.profiles.OWL2DLProfile")().checkOntology(ontology)
        reasoner = jpype.JClass("org.semanticweb.HermiT.Reasoner")(ontology)
        unsatisfiable = ["the ontology is inconsistent"]
        if reasoner.isConsistent():
            unsatisfiable = sorted(str(name) for name in reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom())
        yield {"violations": sorted(str(violation.toString()) for violation in report.getViolations()), "unsatisfiable": unsatisfiable}


if __name__ == "__main__":
    for _answer in _check_in_this_process(sys.argv[1:]):
        print(json.dumps(_answer))
