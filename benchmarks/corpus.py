"""Make PFOCR corpora of any size, to measure and to stress the exporter with.

    python -m benchmarks.corpus 66000 OUT --generation mixed --seed 1 [--synthetic] [--format tar.gz]

Run it from the top of the checkout. Rows, titles and captions are drawn from the shared real data where it is there, and
invented otherwise (``corpus_pool``, ``corpus_draw``), then laid out as records (``corpus_records``, ``corpus_yaml``).
The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from gzip import GzipFile
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus_pool import SHARED
from benchmarks.corpus_records import records

GENERATIONS = ("2021", "2023", "mixed")
FORMATS = ("folder", "tar", "tar.gz", "zip")

Put = Callable[[str, bytes], object]


class Made(NamedTuple):
    """What a run wrote; `size` counts bytes of text before any compression."""

    records: int
    files: int
    size: int


@contextmanager
def opened(out: Path, form: str) -> Iterator[Put]:
    """A function that puts one file into the folder or archive `out`."""
    if form == "folder":
        for part in ("_figures", "_data"):
            (out / part).mkdir(parents=True, exist_ok=True)
        yield lambda path, data: (out / path).write_bytes(data)
    elif form == "zip":
        with zipfile.ZipFile(out, "w") as archive:
            yield lambda path, data: archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    else:
        yield from tarred(out, form)


def tarred(out: Path, form: str) -> Iterator[Put]:
    """The same for a tar archive; no time of making gets into it, so that a run can be repeated."""
    with (
        out.open("wb") as raw,
        GzipFile("", "wb", 1, raw, 0) if form == "tar.gz" else nullcontext(raw) as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):

        def put(path: str, data: bytes) -> None:
            member = tarfile.TarInfo(path)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))

        yield put


def make_corpus(
    n: int,
    out: Path,
    *,
    generation: str = "mixed",
    seed: int = 0,
    source: Path | None = SHARED,
    form: str = "folder",
    rows: float = 60,
) -> Made:
    """Write `n` records to `out` and say how much that was.

    An archive has all of `_data` before `_figures`, as an archive of a checkout has: a reader can't count on
    a record's tables standing beside it. So the records are made twice there, not kept.
    """
    parts = ("",) if form == "folder" or generation == "2021" else ("_data/", "_figures/")
    files = size = 0
    with opened(out, form) as put:
        for part in parts:
            for path, text in records(n, generation=generation, seed=seed, source=source, rows=rows):
                if path.startswith(part):
                    data = text.encode()
                    put(path, data)
                    files, size = files + 1, size + len(data)
    return Made(n, files, size)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a PFOCR corpus to measure with.")
    parser.add_argument("n", type=int, metavar="N", help="how many records")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder or archive to write")
    parser.add_argument("--generation", choices=GENERATIONS, default="mixed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--synthetic", action="store_true", help="invented rows even where real data is at hand")
    parser.add_argument("--format", choices=FORMATS, default="folder")
    parser.add_argument("--rows", type=float, default=60, help="mean gene rows of an inline record")
    asked = parser.parse_args(arguments)
    source = None if asked.synthetic else SHARED
    made = make_corpus(
        asked.n,
        asked.out,
        generation=asked.generation,
        seed=asked.seed,
        source=source,
        form=asked.format,
        rows=asked.rows,
    )
    print(f"{made.records} records in {made.files} files, {made.size / 1e6:.1f} MB of text: {asked.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
