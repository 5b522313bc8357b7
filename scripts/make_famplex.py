"""Make the package's list of FamPlex entries from FamPlex's source distribution.

    python scripts/make_famplex.py [--sdist famplex-0.0.5.tar.gz]

A PFOCR family is aligned with FamPlex where its symbol is an entry there, so the package carries the entry ids and needs
no network at run time. The distribution is only read, never unpacked; the list names it, and the same distribution gives
the same bytes.
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
_match_member = re.compile(r"famplex-([0-9][0-9A-Za-z.+]*)/entities\.csv").fullmatch
_match_entry_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*").fullmatch
_MAX_TABLE_BYTES = 5_000_000  # the real table has 7,000

_HEADER = """\
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

    Exactly one regular member of a plausible size may have that name; a tampered archive may have links, devices or two tables.
    """
    try:
        with tarfile.open(sdist, "r:gz") as archive:
            tables = [(match[1], member) for member in archive if (match := _match_member(member.name))]
            if len(tables) != 1:
                raise SdistError(f"{sdist.name}: {len(tables)} members are an entities.csv, not one")
            release, member = tables[0]
            content = archive.extractfile(member) if member.isreg() and member.size <= _MAX_TABLE_BYTES else None
            if content is None:
                raise SdistError(f"{sdist.name}: {member.name} is no plain file of at most {_MAX_TABLE_BYTES} bytes")
            return release, content.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise SdistError(f"{sdist.name}: not a readable .tar.gz ({error})") from error


def parse_entry_ids(table: bytes) -> list[str]:
    """The entry ids of an `entities.csv` (one column, no header), each once, sorted by code point."""
    try:
        rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SdistError(f"entities.csv: not a table ({error})") from error
    ids = {row[0].strip() for row in rows if row}
    invalid = sorted(entry_id for entry_id in ids if not _match_entry_id(entry_id))
    if invalid or not ids:
        raise SdistError(f"entities.csv: no entry id: {invalid[0]!r}" if invalid else "entities.csv: empty")
    return sorted(ids)


def format_list(release: str, digest: str, ids: Iterable[str]) -> str:
    """The text of the list: its header and a line for every id."""
    return _HEADER.format(release=release, digest=digest) + "".join(f"{entry_id}\n" for entry_id in ids)


def convert(sdist: Path) -> str:
    """The list made from a source distribution."""
    release, table = read_entities(sdist)
    return format_list(release, hashlib.sha256(sdist.read_bytes()).hexdigest(), parse_entry_ids(table))


def download(folder: Path) -> Path:
    """Download FamPlex's source distribution of the pinned release into `folder`, with pip."""
    options = ("--no-deps", "--no-binary", ":all:", "--dest", str(folder), f"famplex=={RELEASE}")
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options], check=True)
    return next(folder.glob("famplex-*.tar.gz"))


def main(arguments: list[str] | None = None) -> int:
    """The command line; exit status 3 says that the list could not be made."""
    parser = argparse.ArgumentParser(description="Make the package's list of FamPlex entries.")
    parser.add_argument("--sdist", type=Path, help=f"a local source distribution instead of PyPI's {RELEASE}")
    parser.add_argument("--out", type=Path, default=TARGET, help="where to write the list")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            text = convert(options.sdist or download(Path(folder)))
    except (SdistError, subprocess.CalledProcessError, OSError) as error:
        print(f"make_famplex: {error}", file=sys.stderr)
        return 3
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
