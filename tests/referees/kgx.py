"""KGX: KGX's own program validates nodes and edges with the Biolink Model; prefixes that are ours alone are expected findings."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

from tests.referees.example_export import derived_export
from tests.referees.result import RefereeResult
from tests.support.validators import kgx_environment, validator_version

EXPECTED = frozenset(("pfocr.figure", "pfocr.family"))
"""The prefixes that no registry has yet."""

_find_prefix = re.compile(r"has a value '[^']*' (?:with a|which is).*?prefix '([^']*)'").search


def run() -> RefereeResult:
    """Each node and edge of the examples."""
    return check_graph(derived_export() / "kgx")


def check_graph(folder: Path) -> RefereeResult:
    """Each node and edge of a graph."""
    rows = sum(len((folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()) - 1 for name in ("nodes", "edges"))
    counts = Counter({name: count for name, count in find_faults(folder, "tsv").items() if name not in EXPECTED})
    versions = f"{validator_version('kgx')}, {validator_version('biolink-model')}"
    return RefereeResult("kgx, Biolink Model", versions, rows, rows - min(rows, counts.total()), tuple(sorted(counts)))


def find_faults(folder: Path, syntax: str) -> Counter[str]:
    """What ``kgx validate`` finds: the number of messages by the prefix that they name, or by their text."""
    command = ["kgx", "validate", "-i", syntax, folder / f"nodes.{syntax}", folder / f"edges.{syntax}"]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", env=kgx_environment(), timeout=300, check=False)
    assert (process.returncode, process.stderr[:1]) == (1, "{"), process.stdout + process.stderr
    levels = json.loads(process.stderr)
    messages = [message for kinds in levels.values() for kind in kinds.values() for message in kind]
    return Counter(match[1] if (match := _find_prefix(message)) else message for message in messages)
