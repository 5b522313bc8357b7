"""Archives that are damaged, hostile or made on other systems: refused in one sentence or read right, within the limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.support.archives import ARCHIVES, CHECKOUT, FIGIDS, tar_header, tarred, zipped
from tests.support.records import ROOT, front_matter, newer, older, write

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits, ExpansionMeter
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.records.tar_members import iter_tar_members

FORMATS = ["a.tar.gz", "a.tar.zst", "a.tar.bz2", "a.tar.xz", "a.zip"]
LIMITS = ArchiveLimits()
STEP = 64


def read(path: Path) -> tuple[list[str], list[str]]:
    """The labels and figids of all records of an archive, and its refusals."""
    refusals: list[RecordError] = []
    records = [f"{record.figid} {[mention.label for mention in record.mentions]}" for record in read_records(path, refusals=refusals)]
    return records, [str(refusal) for refusal in refusals]


# -- damage ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_a_truncated_archive_is_refused_or_right_wherever_it_breaks_off(tmp_path: Path, name: str) -> None:
    data = ARCHIVES[name](CHECKOUT)
    right = read(write(tmp_path, {name: data}) / name)
    for size in range(1, len(data), STEP):
        path = write(tmp_path / str(size), {name: data[:size]}) / name
        try:
            records, refusals = read(path)
            assert records == right[0] or (not records and refusals), size
        except SourceError as error:
            assert str(error).startswith(f"{path}: "), size  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_byte_is_noticed_by_the_checksum_of_the_format(tmp_path: Path, name: str) -> None:
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    data = compressor.compress(tarred(CHECKOUT)) if name == "a.tar.zst" else ARCHIVES[name](CHECKOUT)
    right, _ = read(write(tmp_path, {name: data}) / name)
    for position in range(0, len(data), STEP):
        damaged = bytearray(data)
        damaged[position] ^= 0x15
        path = write(tmp_path / str(position), {name: bytes(damaged)}) / name
        try:
            records, refusals = read(path)
        except (SourceError, RecordError) as error:
            assert name in str(error), position  # noqa: PT017 - it need not be raised
        else:
            assert records == right or refusals, position


def test_a_damaged_member_of_a_zip_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    text = front_matter(older("PMC1__damaged"))
    data = zipped({"_figures/damaged.md": text, **CHECKOUT}, zipfile.ZIP_STORED)
    path = write(tmp_path, {"a.zip": data.replace(b"PMC1__damaged", b"PMC1__changed", 1)}) / "a.zip"
    records, (refusal,) = read(path)
    assert [record.split()[0] for record in records] == FIGIDS
    assert refusal.startswith(f"{path}/_figures/damaged.md: is damaged: Bad CRC-32")


def test_two_tars_one_behind_the_other_are_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is data after its end, perhaps another archive"):
        read(write(tmp_path, {"a.tar": tarred(CHECKOUT) + tarred(CHECKOUT)}) / "a.tar")


# -- names -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_backslashes_of_windows_are_slashes(tmp_path: Path, name: str) -> None:
    files = {f"pfocr-main\\{member}".replace("/", "\\"): content for member, content in CHECKOUT.items()}
    path = write(tmp_path, {name: ARCHIVES[name]({"pfocr-main\\_empty\\": "", **files})}) / name
    assert read(path) == ([f"{FIGIDS[0]} ['TP53']", f"{FIGIDS[1]} ['STAT3']", f"{FIGIDS[2]} ['STAT3']"], [])


@pytest.mark.parametrize("member", ["C:/x.md", "c:\\x.md", "C:x.md", "..\\x.md", "\\\\host\\x.md", "a\\..\\..\\x.md"])
def test_names_of_windows_that_lead_out_are_refused(tmp_path: Path, member: str) -> None:
    records, (refusal,) = read(write(tmp_path, {"a.zip": zipped({member: "x", **CHECKOUT})}) / "a.zip")
    assert len(records) == len(FIGIDS)
    assert "refers to a location outside the archive" in refusal


@pytest.mark.parametrize("flag", [0, 0x800], ids=["cp437", "utf-8"])
def test_names_of_a_zip_are_in_its_encoding(tmp_path: Path, flag: int) -> None:
    name = "é.md"
    text = front_matter(older("PMC1__a"))
    raw = name.encode("utf-8" if flag else "cp437")
    data = zipped({"x" * len(raw): text}).replace(b"x" * len(raw), raw)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.index(signature) + offset
        data = data[:start] + struct.pack("<H", flag) + data[start + 2 :]
    path = write(tmp_path, {"a.zip": data}) / "a.zip"
    assert [record.source for record in read_records(path)] == [f"{path}/{name}"]


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_what_macos_adds_to_an_archive_is_passed_over(tmp_path: Path, name: str) -> None:
    added: dict[str, str | bytes] = {
        "__MACOSX/_figures/._PMC1__new.md": b"\0\5\x16\7", "_data/._PMC1__new-genes.tsv": b"\0\5\x16\7", ".DS_Store": b"\0\0\0\1Bud1",
    }  # fmt: skip
    assert read(write(tmp_path, {name: ARCHIVES[name]({**added, **CHECKOUT})}) / name)[1] == []


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_a_compressed_record_within_an_archive_is_refused(tmp_path: Path, name: str) -> None:
    inner = gzip.compress(front_matter(older("PMC1__x")).encode())
    _, (refusal,) = read(write(tmp_path, {name: ARCHIVES[name]({"_figures/PMC1__x.md.gz": inner, **CHECKOUT})}) / name)
    assert "PMC1__x.md.gz: is compressed within an archive" in refusal


@pytest.mark.parametrize("tar_format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
def test_long_and_foreign_names_of_a_tar(tmp_path: Path, tar_format: int) -> None:
    names = [f"{'d' * 120}/é-{'n' * 150}.md", "x/" * 60 + "y.md"]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format, pax_headers={"comment": "of all"}) as archive:
        for number, name in enumerate(names):
            info = tarfile.TarInfo(name)
            info.size = len(text := front_matter(older(f"PMC1__{number}")).encode())
            archive.addfile(info, io.BytesIO(text))
    path = write(tmp_path, {"a.tar": buffer.getvalue()}) / "a.tar"
    assert sorted(record.source for record in read_records(path)) == sorted(f"{path}/{name}" for name in names)


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_files_of_figures_that_are_not_read_are_noted_as_in_a_folder(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {**CHECKOUT, "_data/PMC1__new-proteins.csv": "x", "_figures/PMC1__old.xml": "<x/>"}
    noted = []
    for source in (write(tmp_path / "folder", files), write(tmp_path, {name: ARCHIVES[name](files)}) / name):
        with RecordSource([source]) as records:
            list(records)
            noted.append({figid: [Path(path).name for path in paths] for figid, paths in records.unread.items()})
    assert noted[0] == noted[1] == {"PMC1__new": ["PMC1__new-proteins.csv"], "PMC1__old": ["PMC1__old.xml"]}


# -- limits ------------------------------------------------------------------------------------------------------------------


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % tarfile.BLOCKSIZE)


def tar_names(data: bytes, limits: ArchiveLimits = LIMITS) -> list[tuple[str, str]]:
    return [(member.name, member.problem) for member in iter_tar_members(io.BytesIO(data).read, limits)]


@pytest.mark.parametrize(
    "kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.SOLARIS_XHDTYPE]
)
def test_a_large_header_is_refused_before_it_is_read(kind: bytes) -> None:
    sizes: list[int] = []
    stream = io.BytesIO(tar_header(kind, 1 << 31) + bytes(1 << 20))

    def count(size: int) -> bytes:
        sizes.append(size)
        return stream.read(size)

    with pytest.raises(ArchiveLimitError, match=f"a header of {1 << 31} bytes is too large; .* PFOCR2RDF_ARCHIVE_MAX_HEADER_BYTES"):
        list(iter_tar_members(count, LIMITS))
    assert sum(sizes) == tarfile.BLOCKSIZE


HOSTILE_PAX: dict[str, Callable[[int], bytes]] = {
    "digits": lambda size: b"1" * size,
    "short lengths": lambda size: b"3 " * (size // 2),
    "digits in a value": lambda size: b"%d comment=%s\n" % (size + 15, b"1" * (size + 15 - len(str(size + 15)) - 10)),
    "many fields": lambda size: b"7 a=bc\n" * (size // 7),
    "no end": lambda size: b"999999999 path=" + b"x" * size,
}


@pytest.mark.parametrize("kind", HOSTILE_PAX)
def test_the_time_for_a_pax_header_grows_as_its_size(kind: str) -> None:
    limits = LIMITS._replace(header_bytes=1 << 30)

    def measure(size: int) -> float:
        body = HOSTILE_PAX[kind](size)
        data = tar_header(tarfile.XHDTYPE, len(body)) + padded(body) + tar_header(tarfile.REGTYPE, 0) + bytes(1024)
        start = time.process_time()
        try:
            tar_names(data, limits)
        except tarfile.ReadError as error:
            assert "malformed" in str(error)  # noqa: PT017 - it need not be raised
        return time.process_time() - start

    assert any(measure(1 << 18) < 2.6 * 2 * max(measure(1 << 17), 0.002) for _ in range(3))


def test_headers_one_behind_the_other_are_no_recursion() -> None:
    data = tar_header(tarfile.XHDTYPE, 0) * 5000 + tar_header(tarfile.REGTYPE, 0) + bytes(1024)
    assert tar_names(data) == [("x.md", "")]


def test_sparse_members_are_refused_without_reading_their_maps() -> None:
    block = bytearray(tar_header(tarfile.GNUTYPE_SPARSE, 512))
    block[482] = 1
    block[148:156] = b"%06o\0 " % (sum(block) - sum(block[148:156]) + 8 * 32)
    maps = (bytes(504) + b"\1" + bytes(7)) * 100 + bytes(512)
    pax = b"22 GNU.sparse.major=1\n32 GNU.sparse.name=real-name.md\n"
    data = bytes(block) + maps + bytes(512) + tar_header(tarfile.XHDTYPE, len(pax)) + padded(pax) + tar_header(tarfile.REGTYPE, 512)
    assert tar_names(data + padded(b"9" * 512) + tar_header(tarfile.REGTYPE, 0, b"y.md") + bytes(1024)) == [
        ("x.md", "a sparse file is not read"), ("real-name.md", "a sparse file is not read"), ("y.md", ""),
    ]  # fmt: skip


LIMITED = {
    "MEMBERS": ("5", "it has more than 5 members"),
    "EXPANDED_BYTES": ("300", "it expands to more than 300 bytes"),
}


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.zip"])
@pytest.mark.parametrize("limit", LIMITED)
def test_a_limit_is_set_in_the_environment(tmp_path: Path, name: str, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value, reason = LIMITED[limit]
    monkeypatch.setenv(f"PFOCR2RDF_ARCHIVE_MAX_{limit}", value)
    path = write(tmp_path, {name: ARCHIVES[name](CHECKOUT)}) / name
    with pytest.raises(SourceError, match=re.escape(reason) + f"; if you trust it, set PFOCR2RDF_ARCHIVE_MAX_{limit} to a larger number"):
        read(path)


def test_the_ratio_is_a_limit_of_large_archives_only() -> None:
    meter = ExpansionMeter(1 << 20, LIMITS._replace(ratio=300))
    chunk = bytes(10 << 20)
    for _ in range(30):
        meter.count(chunk)
    with pytest.raises(ArchiveLimitError, match=r"it expands to more than 300 times its size; .* PFOCR2RDF_ARCHIVE_MAX_RATIO"):
        meter.count(b"x")
    small = ExpansionMeter(1, LIMITS)
    for _ in range(25):
        small.count(chunk)


def test_a_limit_that_is_no_number_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFOCR2RDF_ARCHIVE_MAX_RATIO", "1e3")
    with pytest.raises(SourceError, match="PFOCR2RDF_ARCHIVE_MAX_RATIO is '1e3', not a whole number"):
        read(write(tmp_path, {"a.zip": zipped(CHECKOUT)}) / "a.zip")


def test_the_page_about_archives_has_every_limit() -> None:
    page = (ROOT / "docs" / "reference" / "archives.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"\| `PFOCR2RDF_ARCHIVE_MAX_([A-Z_]+)` .*\| ([\d,]+)", page))
    assert {name.lower(): int(value.replace(",", "")) for name, value in rows.items()} == LIMITS._asdict()


@pytest.mark.parametrize("suffix", ["gz", "zst", "bz2", "xz"])
def test_a_record_compressed_by_itself(tmp_path: Path, suffix: str) -> None:
    pack = {"gz": gzip.compress, "zst": zstandard.compress, "bz2": bz2.compress, "xz": lzma.compress}[suffix]
    files: dict[str, str | bytes] = {
        f"_figures/PMC1__new.md.{suffix}": pack(front_matter(newer("PMC1__new")).encode()),
        f"_figures/stream.yaml.{suffix}": pack(b"".join(f"---\n{older(f'PMC1__{number}')}".encode() for number in range(3))),
        f"_data/PMC1__new-genes.tsv.{suffix}": pack(str(CHECKOUT["_data/PMC1__new-genes.tsv"]).encode()),
    }
    records, refusals = read(write(tmp_path, files))
    assert refusals == []
    assert [record.split()[0] for record in records] == ["PMC1__new", "PMC1__0", "PMC1__1", "PMC1__2"]
    assert records[0] == "PMC1__new ['TP53']"
    truncated = pack(older("PMC1__a").encode())[:-9]
    assert "is a damaged compressed file" in read(write(tmp_path / "1", {f"PMC1__a.md.{suffix}": truncated}))[1][0]
    assert "is a damaged compressed file" in read(write(tmp_path / "2", {f"PMC1__a.yaml.{suffix}": truncated}))[1][0]


def test_a_record_that_expands_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFOCR2RDF_ARCHIVE_MAX_EXPANDED_BYTES", "20000000")
    bomb = gzip.compress(b"figid: x\n" + b"#" * 30_000_000)
    refusals = read(write(tmp_path, {"PMC1__a.md.gz": bomb, "PMC1__b.yaml.gz": bomb}))[1]
    assert "PMC1__a.md.gz: is larger than 8 MiB" in refusals[0]
    assert "PMC1__b.yaml.gz: it expands to more than 20000000 bytes" in refusals[1]


# -- other kinds of archives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.bin"])
def test_a_tar_of_unix_v7_is_known_by_its_checksum(tmp_path: Path, name: str) -> None:
    data = bytearray(tarred(CHECKOUT))
    with tarfile.open(fileobj=io.BytesIO(bytes(data))) as archive:
        for member in archive:
            header = memoryview(data)[member.offset : member.offset + tarfile.BLOCKSIZE]
            header[257:265] = bytes(8)
            header[148:156] = b" " * 8
            header[148:156] = b"%06o\0 " % sum(header)
    path = write(tmp_path, {name: gzip.compress(bytes(data)) if name.endswith("gz") else bytes(data)}) / name
    assert read(path) == read(write(tmp_path, {"b.tar": tarred(CHECKOUT)}) / "b.tar")


def test_an_archive_of_pzstd_begins_with_a_skippable_frame(tmp_path: Path) -> None:
    frame = zstandard.compress(tarred(CHECKOUT))
    data = b"\x50\x2a\x4d\x18" + struct.pack("<LL", 4, len(frame)) + frame
    path = write(tmp_path, {"a.tar.zst": data}) / "a.tar.zst"
    assert read(path) == read(write(tmp_path, {"b.tar": tarred(CHECKOUT)}) / "b.tar")


@pytest.mark.parametrize("name", ["../a.md", "/a.md"])
@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_archive_of_which_everything_is_refused_names_a_reason(tmp_path: Path, pack: Callable[..., bytes], name: str) -> None:
    path = write(tmp_path, {"a": pack({name: front_matter(older("PMC1__F1"))})}) / "a"
    with pytest.raises(
        SourceError, match=r"no records that can be read; the first refusal: .*a\.md: the name refers to a location outside"
    ):
        read(path)
