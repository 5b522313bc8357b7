"""Gene sets: gseapy reads the same genes of each set, and finds the set itself by them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.referees.example_export import derived_export
from tests.referees.result import RefereeResult
from tests.support.records import ROOT
from tests.support.validators import validator, validator_version

_ENRICH = ROOT / "tests" / "support" / "programs" / "gseapy_enrich.py"


def run() -> RefereeResult:
    """The gene sets of the examples."""
    return check_gene_sets(sorted(derived_export().glob("genesets/*.gmt")))


def check_gene_sets(paths: Iterable[Path]) -> RefereeResult:
    """Each set of some GMT files has the genes that gseapy reads, and the genes of the first set enrich no set more than it."""
    findings: list[str] = []
    jobs: list[tuple[Path, list[str], list[str]]] = []
    asked = 0
    for path in paths:
        sets = read_gmt(path)
        background = sorted({gene for genes in sets.values() for gene in genes} | {str(10**9 + number) for number in range(50)})
        jobs.append((path, next(iter(sets.values())), background))
    for (path, genes, _), answer in zip(jobs, enrich(jobs), strict=True):
        sets = read_gmt(path)
        asked += len(sets) + 1
        findings += [
            f"{path.name}: {name} is read as {answer['sets'].get(name)}" for name in sets if answer["sets"].get(name) != sets[name]
        ]
        p_values, (name, *_) = answer["p_values"], sets
        if name not in p_values or p_values[name] > min(p_values.values()):
            findings.append(f"{path.name}: {name} is not the first set that {genes} enrich")
    return RefereeResult("gseapy", validator_version("gseapy"), asked, asked - len(findings), tuple(findings))


def enrich(jobs: list[tuple[Path, list[str], list[str]]]) -> list[dict[str, Any]]:
    """What gseapy finds: for each file, genes and background, the sets and the p-values."""
    command = [validator("python", "gseapy"), _ENRICH]
    text = json.dumps([(str(path), genes, background) for path, genes, background in jobs])
    process = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    answers: list[dict[str, Any]] = json.loads(process.stdout)
    return answers


def read_gmt(path: Path) -> dict[str, list[str]]:
    """The sets of a file, read as the specification has it: name, description and at least one gene, separated by tabs."""
    content = path.read_bytes()
    assert content.endswith(b"\n")
    sets = {}
    for line in content.decode("utf-8").removesuffix("\n").split("\n"):
        name, description, *genes = line.split("\t")
        assert name, line
        assert description, line
        assert genes, line
        assert all(genes), line
        assert len(set(genes)) == len(genes), line
        assert name not in sets, f"{name} is there twice"
        sets[name] = genes
    return sets
