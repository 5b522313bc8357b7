"""The memory of an export does not grow with the number of its records."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.records import front_matter, older, write

EXPORT = """
import sys
from pfocr2rdf import export
assert export([sys.argv[1]], sys.argv[2], workers=1).exported == int(sys.argv[3])
status = open("/proc/self/status")  # ru_maxrss also counts what the parent had when it started the process
print(int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) >> 10)
"""
MAX_GROWTH_MIB = 30  # for 3,600 records more, which are 20 MB of text


def peak_mib(folder: Path, count: int) -> int:
    """The peak memory of a process that exports so many records."""
    caption = f"caption: {'word ' * 1000}"
    names = [f"PMC{number}__f{number}" for number in range(count)]
    write(folder / "in", {f"{name}.md": front_matter(older(name, caption, word=f"w{name}")) for name in names})
    command = [sys.executable, "-c", EXPORT, folder / "in", folder / "out", str(count)]
    return int(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)


def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    assert peak_mib(tmp_path / "many", 4_000) < peak_mib(tmp_path / "few", 400) + MAX_GROWTH_MIB
