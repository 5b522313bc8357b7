"""Make the package's list of FamPlex entries from FamPlex's source distribution.

    python scripts/make_famplex.py [--sdist famplex-0.0.5.tar.gz]

A PFOCR family is aligned with FamPlex where its symbol is an entry there, so the package carries the entry ids
and no network is asked at run time. The distribution is only read, never unpacked, and the list says of itself where
it comes from: the same distribution gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path

RELEASE = "0.0.5"
TARGET = Path(__file__).resolve().parents[1] / "src" / "pfocr2rdf" / "mapping" / "data" / "famplex.tsv"
MEMBER = re.compile(r"famplex-([0-9][0-9A-Za-z.+]*)/entities\.csv")
ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
LARGEST = 5_000_000  # bytes; the real table has 7,000, so more is not that table

HEADER = """\
# FamPlex entry ids, one a line, sorted by code point.
# Source: entities.csv of famplex {release} from PyPI (https://pypi.org/project/famplex/{release}/)
# Source distribution's SHA-256: {digest}
# Licence: CC0 1.0 Universal (http://creativecommons.org/publicdomain/zero/1.0/)
# Remake: python scripts/make_famplex.py
"""


class SdistError(ValueError):
    """The file is not a FamPlex source distribution that a list can be made from."""


def read_entities(sdist: Path) -> tuple[str, bytes]:
    """The release and the text of `entities.csv` in `sdist`; nothing is written to disk.

    Exactly one regular member of a plausible size may have that name: links, devices and a second
    table are what a tampered archive would use.
    """
    try:
        with tarfile.open(sdist, "r:gz") as archive:
            found = [(hit[1], member) for member in archive if (hit := MEMBER.fullmatch(member.name))]
            if len(found) != 1:
                raise SdistError(f"{sdist.name}: {len(found)} members are an entities.csv, not one")
            release, member = found[0]
            content = archive.extractfile(member) if member.isreg() and member.size <= LARGEST else None
            if content is None:
                raise SdistError(f"{sdist.name}: {member.name} is no plain file of at most {LARGEST} bytes")
            return release, content.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise SdistError(f"{sdist.name}: not a readable .tar.gz ({error})") from error


def entry_ids(table: bytes) -> list[str]:
    """The entry ids of an `entities.csv` (one column, no header), each once, sorted by code point."""
    try:
        rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SdistError(f"entities.csv: not a table ({error})") from error
    ids = {row[0].strip() for row in rows if row}
    odd = sorted(entry for entry in ids if not ENTRY.fullmatch(entry))
    if odd or not ids:
        raise SdistError(f"entities.csv: no entry id: {odd[0]!r}" if odd else "entities.csv: empty")
    return sorted(ids)


def listing(release: str, digest: str, ids: Iterable[str]) -> str:
    """The text of the list: its header and a line for every id."""
    return HEADER.format(release=release, digest=digest) + "".join(f"{entry}\n" for entry in ids)


def convert(sdist: Path) -> str:
    """The list that a source distribution gives."""
    release, table = read_entities(sdist)
    return listing(release, hashlib.sha256(sdist.read_bytes()).hexdigest(), entry_ids(table))


def download(folder: Path) -> Path:
    """FamPlex's source distribution of the pinned release, brought into `folder` by pip."""
    wanted = ("--no-deps", "--no-binary", ":all:", "--dest", str(folder), f"famplex=={RELEASE}")
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], check=True)
    return next(folder.glob("famplex-*.tar.gz"))


def main(arguments: list[str] | None = None) -> int:
    """The command line; exit status 3 says that the list could not be made."""
    parser = argparse.ArgumentParser(description="Make the package's list of FamPlex entries.")
    parser.add_argument("--sdist", type=Path, help=f"a local source distribution instead of PyPI's {RELEASE}")
    parser.add_argument("--out", type=Path, default=TARGET, help="where to write the list")
    asked = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            text = convert(asked.sdist or download(Path(folder)))
    except (SdistError, subprocess.CalledProcessError, OSError) as error:
        print(f"make_famplex: {error}", file=sys.stderr)
        return 3
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
