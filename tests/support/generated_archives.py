"""Generated archives of generated records: right ones, odd ones and damaged ones. The same chance makes the same bytes."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile

import zstandard
from tests.support.archives import ARCHIVES, tar_header, tarred, zipped
from tests.support.generated_records import TEXTS, record_files

NAMES = (
    "../../outside.md", "/outside.md", "..\\outside.md", "C:\\outside.md", "_figures/./a.md", "_figures//a.md", "a/../_figures/b.md",
    "_figures/a.md/b.md", "x" * 300+".md", "_figures/\u202e.md", "_figures/a\nb.md", "_figures/NUL.md", "~/a.md", ".git/a.md",
    "_figures/inner.zip", "inner.tar.gz", "_figures/e\u0301.md", "_figures/\xe9.md", "_figures/PMC1__f1.md ", "_FIGURES/PMC1__f1.md",
    "__MACOSX/._a.md", "_figures/", "",
)  # fmt: skip

LINK_TYPES = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"V", b"Z")


def generated_archive(chance: random.Random, number: int) -> tuple[str, bytes]:
    """The name and the bytes of an archive."""
    files = _members(chance, number)
    name = chance.choice(tuple(ARCHIVES))
    if name.endswith(".zip"):
        files = {member or "x": data for member, data in files.items()}  # the standard library writes no member without a name
        data = _odd_zip(chance, files) if chance.random() < 0.4 else ARCHIVES[name](files)
    elif chance.random() < 0.4:
        data = _odd_tar(chance, files)
        data = gzip.compress(data) if name.endswith(".gz") else zstandard.compress(data) if name.endswith(".zst") else data
    else:
        data = ARCHIVES[name](files)
    return name, _damaged(chance, data)


def _members(chance: random.Random, number: int) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {}
    for index in range(chance.choice((0, 1, 1, 2, 3))):
        files |= record_files(chance, number * 10 + index)
    while chance.random() < 0.3:
        files[chance.choice(NAMES)] = chance.choice(
            (b"---\nfigid: PMC1__odd\n---\n", b"", b"x" * 600, zipped({"a.md": "---\n"}), bytes(400_000))
        )
    if chance.random() < 0.3:
        folder = chance.choice(("pfocr-main/", "./", "/", "a\\", "../"))
        files = {f"{folder}{name}": data for name, data in files.items()}
    return files


def _odd_tar(chance: random.Random, files: dict[str, str | bytes]) -> bytes:
    """A tar with links, devices, members of one name, headers of other dialects, or numbers that are wrong."""
    links = {name: (chance.choice(LINK_TYPES), chance.choice(NAMES)) for name in chance.sample(NAMES[:-1], chance.randrange(3))}
    data = tarred(files, links)
    form = chance.randrange(6)
    if form == 0:
        data = tar_header(chance.choice(LINK_TYPES), chance.choice((0, 1, 700, 1 << 33, (1 << 62) + 1))) + data
    elif form == 1:
        data = data[:-1024] + tarred(files)
    elif form == 2:
        data += data
    elif form == 3:
        data = _pax_tar(chance, files)
    elif form == 4 and len(data) > 512:
        at = chance.randrange(len(data) // 512) * 512 + chance.choice((0, 100, 124, 136, 148, 156, 157, 257, 345))
        data = data[:at] + chance.choice((b"\xff" * 8, b"\x80" + b"\0" * 7, b"7777777", b"-1      ", b"x", b"\0" * 12)) + data[at + 8 :]
    else:
        data = tar_header(chance.choice((b"L", b"K", b"x", b"g", b"S", b"D")), chance.choice((5, 512, 70_000, 1 << 32))) + bytes(512) + data
    return data


def _pax_tar(chance: random.Random, files: dict[str, str | bytes]) -> bytes:
    """A tar whose members have records of a pax header."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            key = chance.choice(("path", "size", "linkpath", "comment", "GNU.sparse.major", "GNU.sparse.size", "hdrcharset", "mtime"))
            info.pax_headers = {key: chance.choice((*NAMES, "1", "-1", "99999999999999999999", "nan", *TEXTS[:40]))}
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _odd_zip(chance: random.Random, files: dict[str, str | bytes]) -> bytes:
    """A zip with other methods and attributes, bytes around it, members of one name, or fields that are wrong."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = chance.choice((0, 0o120777, 0o10644, 0o40755)) << 16
            info.extra = chance.choice((b"", b"\x75\x70\x05\0\x01\0\0\0\0", b"\x01\0\x08\0" + b"\xff" * 8, b"\xff\xff"))
            method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            archive.writestr(info, content, method)
        archive.comment = chance.choice((b"", b"PK\x05\x06" + bytes(18), b"x" * 60_000))
    data = chance.choice((b"", b"", b"MZ" * 50)) + buffer.getvalue()
    for signature in (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"):
        if (at := data.rfind(signature)) >= 0 and chance.random() < 0.3:
            at += chance.choice((4, 6, 8, 10, 14, 16, 18, 20, 22, 24, 28, 42))
            data = data[:at] + chance.choice((b"\xff\xff", b"\0\0", b"\x63\0", b"\x01\0", b"\xff" * 4)) + data[at + 2 :]
    return data


def _damaged(chance: random.Random, data: bytes) -> bytes:
    form = chance.randrange(12)
    at = chance.randrange(len(data) + 1)
    if form == 0:
        return data[:at]
    if form == 1:
        return data[:at] + chance.randbytes(chance.choice((1, 4, 64))) + data[at + 4 :]
    if form == 2:
        return data + chance.choice((b"\0", b"x" * 2000, bytes(20_000), data))
    if form == 3:
        return chance.choice((gzip.compress, zstandard.compress, lambda inner: zipped({"inner.tar": inner})))(data)
    return data
