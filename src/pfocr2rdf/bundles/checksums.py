"""Checksum files in the format of ``sha256sum``: a line for each file, with its SHA-256, two characters, and its name.

In a line that begins with a backslash, the name has escape sequences for backslash, line feed and carriage return.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pfocr2rdf.bundles.layout import SUMS_FILE, UNLISTED_FILES, Problem, is_safe_name

_match_line = re.compile(rb"(\\?)([0-9a-fA-F]{64}) [ *](.+)", re.DOTALL).fullmatch
_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
_ESCAPE = re.compile(r"\\.?", re.DOTALL)


def format_checksums(digests: Mapping[str, str]) -> bytes:
    r"""The lines of files, sorted by name.

    >>> format_checksums({"a": "0" * 64})[60:], format_checksums({"a\nb": "0" * 64})[-8:]
    (b'0000  a\n', b'0  a\\nb\n')
    """
    return b"".join(_format_line(name, digests[name]) for name in sorted(digests))


def _format_line(name: str, digest: str) -> bytes:
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n".encode("utf-8", "surrogateescape")


def parse_checksums(data: bytes) -> tuple[dict[str, str], list[Problem]]:
    """The SHA-256 of each file by its name, and the problems of lines that cannot be used."""
    digests: dict[str, str] = {}
    problems: list[Problem] = []
    lines = data.split(b"\n")
    if lines.pop():
        problems.append(Problem("malformed", SUMS_FILE, f"line {len(lines) + 1}: has no line feed at its end, so the file is truncated"))
    for number, line in enumerate(lines, start=1):
        name, reason = "", ""
        match = _match_line(line)
        if match:
            name, reason = _unescape(match[3].decode("utf-8", "surrogateescape"), escaped=bool(match[1]))
        else:
            reason = "is not a SHA-256 and a name in the format of sha256sum"
        if not reason and not is_safe_name(name):
            reason = f"the name {name!r} leads out of the bundle, or is not in its shortest spelling"
        elif not reason and name in digests:
            reason = f"the name {name!r} is listed twice"
        elif not reason and name in UNLISTED_FILES:
            reason = f"lists {name}, which cannot have a checksum here"
        if reason:
            problems.append(Problem("malformed", SUMS_FILE, f"line {number}: {reason}"))
        elif match:
            digests[name] = match[2].decode().lower()
    return digests, problems


def _unescape(name: str, *, escaped: bool) -> tuple[str, str]:
    """The name, and the reason why it cannot be read, or ``""``."""
    if not escaped:
        if "\r" in name:
            return name, "the line ends in a carriage return, or the name has one that is not escaped; fetch the file again as binary"
        return name, "a name with a backslash is not escaped" if "\\" in name else ""
    sequences = _ESCAPE.findall(name)
    if not sequences or not set(sequences) <= _ESCAPES.keys():
        return name, "the escape sequences in the name are not those of sha256sum"
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], name), ""
