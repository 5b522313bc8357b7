"""File type detection by content, as ``file`` does it: what a file is that is not a record, and the remedy.

Only files that cannot be read as a record or a table are examined. Each type is detected by its first bytes, so the cost is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from pfocr2rdf.errors import RecordError

MAX_HEAD_BYTES = 4096  # by which the type of a file is detected
_EXPORT_REMEDY = "name a record of PFOCR (.md, .yaml), a folder, a checkout or an archive of them"
RDF_REMEDY = (
    "name the records that it was created from; 'convert', 'load', 'records', 'stats' and 'validate' take RDF files by their ending"
)


class FileType(NamedTuple):
    """A type of file: its name in messages, the remedy, and the test of the first bytes."""

    name: str
    remedy: str
    matches: Callable[[bytes], object]


def _starts_with(*magic: bytes) -> Callable[[bytes], object]:
    return lambda head: head.startswith(magic)


def _finds(pattern: str) -> Callable[[bytes], object]:
    return re.compile(pattern.encode()).search


def _is_json_with(*keys: str) -> Callable[[bytes], object]:
    """Whether it is JSON that has one of the keys near its begin."""
    pattern = re.compile(rf'[\[{{][^\0]*?"(?:{"|".join(keys)})"\s*:'.encode())
    return lambda head: pattern.match(head.lstrip())


_find_binary = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]").search
"""Control characters that no text has."""


def _is_table_with(separator: bytes) -> Callable[[bytes], object]:
    """Whether the first two lines are split by a separator, and are no words of a text."""

    def matches(head: bytes) -> bool:
        if _find_binary(head):
            return False
        lines = [line for line in head.split(b"\n")[:3] if line.strip()][:2]
        counts = [line.count(separator) for line in lines]
        return bool(counts) and min(counts) >= 1 and not any(re.match(rb"#|- |[A-Za-z_-]+:(\s|\Z)", line) for line in lines)

    return matches


def _is_csv(head: bytes) -> bool:
    if _find_binary(head):
        return False
    lines = [line for line in head.split(b"\n")[:4] if line.strip()][:3]
    counts = {line.count(b",") for line in lines}
    return len(lines) > 1 and len(counts) == 1 and counts.pop() >= 1 and b": " not in lines[0] and not re.search(rb"[.,:;]\s*\Z", lines[0])


def _is_wide_text(head: bytes) -> bool:
    """Whether it is UTF-16 or UTF-32: it has their byte order mark, or letters between zeros, and nothing but letters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return True
    letters = head.replace(b"\0", b"")
    zeros = max(head[::2].count(0), head[1::2].count(0))
    return zeros > 0.4 * len(head) > 0 and len(letters) >= len(head) // 4 and not _find_binary(letters)


_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*>"
FILE_TYPES = (
    FileType(
        "a Git LFS pointer, not the file itself", "run 'git lfs pull' in the checkout",
        _starts_with(b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/"),
    ),
    FileType(
        "a git-annex pointer, not the file itself", "run 'git annex get' in the checkout",
        _finds(r"\A(?:\.\./)*(?:\.git)?/annex/objects/"),
    ),
    FileType("front matter in TOML (+++), not in YAML", "write it in YAML, between two lines '---'", _finds(r"\A\+\+\+[ \t]*\r?\n")),
    FileType("a PDF document", _EXPORT_REMEDY, _starts_with(b"%PDF-")),
    FileType(
        "an image", _EXPORT_REMEDY,
        lambda head: head.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM\0"))
        or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")
        or re.match(rb"(?s)\s*(?:<\?xml.{0,400}?\?>\s*)?(?:<!DOCTYPE svg|<svg\b)", head),
    ),
    FileType("an SQLite database", _EXPORT_REMEDY, _starts_with(b"SQLite format 3\0")),
    FileType("a Parquet file", _EXPORT_REMEDY, _starts_with(b"PAR1")),
    FileType("an Arrow or Feather file", _EXPORT_REMEDY, _starts_with(b"ARROW1", b"FEA1")),
    FileType("an HDF5 file", _EXPORT_REMEDY, _starts_with(b"\x89HDF\r\n")),
    FileType("an R file (.rds, .RData)", _EXPORT_REMEDY, _starts_with(b"X\n\0\0\0", b"A\n2\n", b"A\n3\n", b"RDX2\n", b"RDX3\n", b"RDA3\n")),
    FileType("a document of an older version of Microsoft Office", _EXPORT_REMEDY, _starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    FileType("compressed with gzip", "decompress it", _starts_with(b"\x1f\x8b")),
    FileType("compressed with Zstandard", "decompress it", _starts_with(b"\x28\xb5\x2f\xfd")),
    FileType("compressed with bzip2", "decompress it", _starts_with(b"BZh")),
    FileType("compressed with xz", "decompress it", _starts_with(b"\xfd7zXZ\0")),
    FileType("compressed with compress, lzip or LZ4", "decompress it", _starts_with(b"\x1f\x9d", b"LZIP", b"\x04\x22\x4d\x18")),
    FileType("a zip archive", "name it as a source, or unpack it", _starts_with(b"PK\x03\x04", b"PK\x05\x06")),
    FileType(
        "an archive that is no tar and no zip (7-Zip, RAR, cpio, ar or CAB)", "unpack it, and name the folder",
        _starts_with(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"070701", b"070702", b"070707", b"\xc7\x71", b"!<arch>\n", b"MSCF\0\0\0\0"),
    ),
    FileType(
        "a web page (HTML)", "download the file itself; on GitHub, use the button 'Raw'",
        _finds(r"(?i)\A\s*<(?:!doctype\s+html|html\b)"),
    ),
    FileType("RDF/XML, not a record", RDF_REMEDY, _finds(r"(?s)\A\s*<(?:\?xml\b.*)?.*?rdf:RDF\b")),
    FileType("XML, not a record", _EXPORT_REMEDY, _starts_with(b"<?xml")),
    FileType("BioThings JSON (_id, associatedWith), not a record", _EXPORT_REMEDY, _is_json_with("_id", "associatedWith")),
    FileType(
        "an NDEx network in CX, not a record", _EXPORT_REMEDY,
        _is_json_with("numberVerification", "CXVersion", "networkAttributes", "nodeAttributes", "cartesianLayout"),
    ),
    FileType("JSON-LD, not a record", RDF_REMEDY, _is_json_with("@context", "@graph", "@id")),
    FileType("JSON without a figid, not a record", _EXPORT_REMEDY, _finds(r"\A\s*(?:\{\s*(?:\}|\"[^\0]*\"\s*:)|\[\s*(?:[\]\[{\"0-9-]))")),
    FileType(
        "N-Triples or N-Quads, not a record", RDF_REMEDY,
        _finds(rf"\A(?:\s*#.*\n)*\s*(?:{_IRI}|_:\S+)\s+{_IRI}\s+(?:{_IRI}|_:\S+|\").*\.\s*(?:\n|\Z)"),
    ),
    FileType(
        "Turtle or TriG, not a record", RDF_REMEDY,
        _finds(rf"\A(?:\s*#.*\n)*\s*(?:@(?:prefix|base)\s|(?i:PREFIX|BASE)\s.*<|{_IRI}\s+(?:a|{_IRI}|[\w-]*:\S+)\s)"),
    ),
    FileType("XML, not a record", _EXPORT_REMEDY, _finds(r"\A\s*<[A-Za-z][\w.-]*(?::[\w.-]+)?\s+[\w:.-]+\s*=\s*[\"']")),
    FileType(
        "an ontology in the syntax of OBO or OWL, not a record", _EXPORT_REMEDY,
        _finds(r"\A(?:#.*\n)*\s*(?:format-version:\s|(?:Prefix|Ontology)(?:\(|:\s))"),
    ),
    FileType(
        "a side table, not a record", "name the record; tables next to it are read with it",
        lambda head: b"\t" in (header := head.partition(b"\n")[0]) and {b"word", b"match"} & set(header.split(b"\t")),
    ),
    FileType(
        "gene sets in GMT, not a record", _EXPORT_REMEDY,
        lambda head: _is_table_with(b"\t")(head) and len({line.count(b"\t") for line in head.split(b"\n")[:-1] or [b"", b"\t"]}) > 1,
    ),
    FileType("a table of tab-separated values (TSV, GMT), not a record", _EXPORT_REMEDY, _is_table_with(b"\t")),
    FileType("a table of comma-separated values (CSV), not a record", _EXPORT_REMEDY, _is_csv),
    FileType("zeros, as in a file that was not written completely,", "fetch it again", lambda head: head and not head.strip(b"\0")),
    FileType("text in UTF-16 or UTF-32", "save the file as UTF-8", _is_wide_text),
    FileType("binary data, not text", _EXPORT_REMEDY, _find_binary),
)  # fmt: skip
"""The types, in the order in which they are tried."""

_find_conflict = re.compile(rb"^(?:<{7} |>{7} |<{7}\r?$|>{7}\r?$)", re.MULTILINE).search
_has_figid = re.compile(rb"^[ \t{\[,]*[\"']?figid[\"']?\s*:", re.MULTILINE).search
_TABLE_REMEDY = "export the table as tab-separated values"


def detect_type(data: bytes) -> FileType | None:
    """The type of a file, by its first bytes; ``None`` where it may be a record or another text."""
    head = data[:MAX_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    return next((file_type for file_type in FILE_TYPES if file_type.matches(head)), None)


def find_conflict(data: bytes) -> RecordError | None:
    """The refusal of a file in which git has left the markers of a merge conflict."""
    match = (b"<<<<<<<" in data or b">>>>>>>" in data) and _find_conflict(data)
    if not match:
        return None
    return RecordError(
        "contains the markers of a merge conflict (<<<<<<<)",
        line=data.count(b"\n", 0, match.start()) + 1,
        remedy="resolve the conflict in git, or check the file out again",
    )


def explain_record(data: bytes, error: RecordError) -> RecordError:
    """The refusal of what cannot be read as a record: what it is instead, or the error itself where that is not known."""
    if conflict := find_conflict(data):
        return conflict
    if not data.strip() or _has_figid(data[:MAX_HEAD_BYTES]) or not (file_type := detect_type(data)):
        return error
    return RecordError(f"is {file_type.name}", line=min(error.line, 1), remedy=file_type.remedy)


def explain_table(data: bytes, error: RecordError) -> RecordError:
    """The same of what cannot be read as a side table."""
    if conflict := find_conflict(data):
        return conflict
    if not data.strip():
        return RecordError("the file is empty", remedy="fetch it again")
    file_type = detect_type(data)
    if file_type is None or b"\t" in data.partition(b"\n")[0]:
        return error
    remedy = _TABLE_REMEDY if file_type.remedy == _EXPORT_REMEDY else file_type.remedy
    return RecordError(f"is {file_type.name.removesuffix(', not a record')}, not a side table", line=min(error.line, 1), remedy=remedy)
