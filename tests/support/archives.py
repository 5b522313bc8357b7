"""A checkout as archives of every format."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import zstandard
from tests.support.records import GENE_COLUMNS, TP53_ROW, front_matter, newer, older, table

CHECKOUT = {
    "README.md": "# Pathway Figure OCR\n",
    "index.md": "---\nlayout: home\n---\n",
    "_config.yml": "title: PFOCR\n",
    "_data/PMC1__new-genes.tsv": table(GENE_COLUMNS, TP53_ROW),
    "_data/authors.yml": "- Ada\n",
    "_figures/PMC1__new.md": front_matter(newer("PMC1__new")),
    "_figures/PMC1__old.md": front_matter(older("PMC1__old")),
    "_figures/sub/PMC1__deep.md": front_matter(older("PMC1__deep")),
    "_pages/about.md": "---\ntitle: About\n---\n",
}

FIGIDS = ["PMC1__new", "PMC1__old", "PMC1__deep"]

ONE_BY_ONE = {"PMC1__a.md": front_matter(older("PMC1__a")), "PMC1__b.md": front_matter(older("PMC1__b"))}


# -- builders ----------------------------------------------------------------------------------------------------------------


def tarred(files: dict[str, str | bytes], links: dict[str, tuple[bytes, str]] | None = None) -> bytes:
    """A tar of the files, and of links: name, type and target."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, (entry_type, target) in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = entry_type, target
            archive.addfile(info)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_header(kind: bytes, size: int, name: bytes = b"x.md") -> bytes:
    info = tarfile.TarInfo(name.decode())
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


ARCHIVES: dict[str, Callable[[dict[str, str | bytes]], bytes]] = {
    "a.tar": tarred,
    "a.tar.gz": lambda files: gzip.compress(tarred(files)),
    "a.tar.zst": lambda files: zstandard.compress(tarred(files)),
    "frames.tar.zst": lambda files: b"".join(map(zstandard.compress, (tarred(files)[:700], tarred(files)[700:]))),
    "members.tar.gz": lambda files: b"".join(map(gzip.compress, (tarred(files)[:700], tarred(files)[700:]))),
    "a.tar.bz2": lambda files: bz2.compress(tarred(files)),
    "a.tar.xz": lambda files: lzma.compress(tarred(files)),
    "streams.tar.xz": lambda files: b"".join(map(lzma.compress, (tarred(files)[:700], tarred(files)[700:]))),
    "a.zip": zipped,
    "stored.zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "no-suffix": tarred,
}
