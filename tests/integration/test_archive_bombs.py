"""Archives that expand without bound: memory and disk space of reading them, measured in a process of its own."""

from __future__ import annotations

import lzma
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.support.archives import ARCHIVES, CHECKOUT, tar_header, tarred, zipped
from tests.support.records import write

MEASURE = """
import sys, tempfile
from pathlib import Path
from pfocr2rdf.errors import SourceError
from pfocr2rdf.records.sources import RecordSource

def peak_kib():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")).split()[1])

before, disk = peak_kib(), 0
try:
    with RecordSource([sys.argv[1]]) as source:
        disk = sum(path.stat().st_size for path in Path(tempfile.gettempdir()).rglob("*.sqlite"))
        list(source)
except SourceError as error:
    print(error, file=sys.stderr)
print(peak_kib() - before, disk // 1024)
"""


def measure_kib(path: Path, temporary: Path, limit_bytes: int = 100 << 20) -> tuple[int, int, str]:
    """The peak of memory above that of the imports, the disk space, and the error of reading an archive, in a process of its own.

    Linux counts in ``ru_maxrss`` what the parent had when it started the process; ``VmHWM`` begins anew.
    """
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(temporary), "PFOCR2RDF_ARCHIVE_MAX_EXPANDED_BYTES": str(limit_bytes)}
    command = [sys.executable, "-c", MEASURE, str(path)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    memory, disk = result.stdout.split()
    assert list(temporary.iterdir()) == []
    return int(memory), int(disk), result.stderr


def zip_bomb() -> bytes:
    """Members that all expand to nearly 8 MiB, of the same packed bytes."""
    text = b"---\nfigid: PMC1__a\n" + b"#" * ((8 << 20) - 100) + b"\n---\n"
    return zipped({f"_figures/{number}.md": text for number in range(14)})


def xz_bomb(mebibytes: int) -> bytes:
    return lzma.compress(tarred({"x.bin": bytes(mebibytes << 20), **CHECKOUT}), preset=1)


def zst_bomb() -> bytes:
    compressor = zstandard.ZstdCompressor(level=1).compressobj()
    parts = [compressor.compress(tar_header(tarfile.REGTYPE, 1 << 33, b"x.bin"))]
    parts += [compressor.compress(bytes(1 << 24)) for _ in range(8)]
    return b"".join([*parts, compressor.flush()])


BOMBS: dict[str, Callable[[], bytes]] = {
    "members.zip": zip_bomb,
    "zeros.tar.xz": lambda: xz_bomb(120),
    "zeros.tar.zst": zst_bomb,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, {name: BOMBS[name]()}) / name
    memory, _, error = measure_kib(path, tmp_path / "temporary")
    assert "it expands to more than 104857600 bytes" in error
    assert memory < 64 << 10


def test_what_expands_within_the_limit_takes_little_disk_space(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.zip": zip_bomb()}) / "a.zip"
    memory, disk, error = measure_kib(path, tmp_path / "temporary", 120 << 20)
    assert not error
    assert 0 < disk < 1 << 10
    assert memory < 64 << 10


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_memory_does_not_grow_with_the_number_of_members(tmp_path: Path, name: str) -> None:
    peaks = []
    for count in (4_000, 24_000):
        files: dict[str, str | bytes] = {f"empty/{number}.txt": b"" for number in range(count)}
        path = write(tmp_path / str(count), {name: ARCHIVES[name]({**files, **CHECKOUT})}) / name
        peaks.append(measure_kib(path, tmp_path / "temporary")[0])
    assert peaks[1] < peaks[0] + (8 << 10)
