"""Formats: Raptor's rapper, serdi and pyoxigraph, which share no code, read as many statements from each of them."""

from __future__ import annotations

import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import pyoxigraph
from tests.referees.result import RefereeResult
from tests.support.records import ROOT
from tests.support.servers import program

from pfocr2rdf import export

_FORMATS = {"turtle": "ttl", "ntriples": "nt", "nquads": "nq", "trig": "trig", "rdfxml": "rdf", "jsonld": "jsonld"}
_RAPPER_FORMATS = ("turtle", "ntriples", "nquads", "rdfxml")
_SERDI_FORMATS = ("turtle", "ntriples", "nquads", "trig")


def run() -> RefereeResult:
    """Every file of the examples, by each program that reads its format."""
    with tempfile.TemporaryDirectory() as folder:
        expected = export([ROOT / "examples"], Path(folder) / "out", formats=list(_FORMATS)).triples
        paths = {name: Path(folder) / "out" / f"figures.{suffix}" for name, suffix in _FORMATS.items()}
        return count_statements(paths, expected)


def count_statements(paths: dict[str, Path], expected: int) -> RefereeResult:
    """Count the different statements of files by format; no triple is in two graphs, so names of graphs make no difference."""
    rapper, serdi = program("rapper", "apt-get install raptor2-utils"), program("serdi", "apt-get install serdi")
    counts = {("pyoxigraph", name): len({quad.triple for quad in pyoxigraph.parse(path=str(path))}) for name, path in paths.items()}
    for name in _RAPPER_FORMATS:
        counts["rapper", name] = _count_lines(rapper, "-q", "-i", name, "-o", "ntriples", str(paths[name]))
    for name in _SERDI_FORMATS:
        counts["serdi", name] = _count_lines(serdi, "-i", name, "-o", "nquads", str(paths[name]))
    wrong = {key: count for key, count in counts.items() if count != expected}
    findings = tuple(f"{tool} reads {count:,} of {expected:,} statements from {name}" for (tool, name), count in wrong.items())
    versions = (_output(rapper, "--version").strip(), _output(serdi, "-v").split()[1], version("pyoxigraph"))
    return RefereeResult("rapper, serdi, pyoxigraph", ", ".join(versions), len(counts), len(counts) - len(findings), findings)


def _count_lines(*command: str) -> int:
    return len(set(_output(*command).splitlines()))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
