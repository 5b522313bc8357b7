"""The format of ``sha256sum``: what is written, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfocr2rdf.bundles.checksums import format_checksums, parse_checksums
from pfocr2rdf.bundles.layout import is_safe_name

ZERO = "0" * 64
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
NAMES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=9), min_size=1, max_size=3).map(
    "/".join
)


@given(st.dictionaries(NAMES.filter(is_safe_name), st.text("0123456789abcdef", min_size=64, max_size=64), max_size=5))
def test_what_is_written_is_read_back(digests: dict[str, str]) -> None:
    assert parse_checksums(format_checksums(digests)) == (digests, [])


def test_binary_mode_and_capitals_are_the_same() -> None:
    assert parse_checksums(f"{EMPTY.upper()} *a\n".encode()) == ({"a": EMPTY}, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{ZERO}  ../outside\n", "leads out of the bundle"),
        (f"{ZERO}  /etc/hosts\n", "leads out of the bundle"),
        (f"{ZERO}  a/../../b\n", "leads out of the bundle"),
        (f"{ZERO}  ./a\n", "leads out of the bundle"),
        (f"{ZERO}  a//b\n", "leads out of the bundle"),
        (f"{ZERO}  a/\n", "leads out of the bundle"),
        (f"{ZERO}  .\n", "leads out of the bundle"),
        (f"{ZERO}  C:/a\n", "leads out of the bundle"),
        (f"{ZERO}  a\0b\n", "leads out of the bundle"),
        (f"\\{ZERO}  ..\\\\..\\\\a\\t\n", "escape sequences"),
        (f"\\{ZERO}  plain\n", "escape sequences"),
        (f"{ZERO}  a\\nb\n", "is not escaped"),
        (f"{ZERO}  a\r\n", "carriage return"),
        (f"{ZERO}  a\n{ZERO}  a\n", "is listed twice"),
        (f"{ZERO}  SHA256SUMS\n", "cannot have a checksum"),
        (f"{ZERO}  SHA256SUMS.sig\n", "cannot have a checksum"),
        (f"{ZERO[1:]}  a\n", "is not a SHA-256"),
        (f"SHA256 (a) = {ZERO}\n", "is not a SHA-256"),
        (f"{ZERO} a\n", "is not a SHA-256"),
        (f"{ZERO}  \n", "is not a SHA-256"),
        ("\n", "is not a SHA-256"),
        (f"{ZERO}  b", "truncated"),
    ],
)
def test_other_lines_are_problems(line: str, reason: str) -> None:
    digests, problems = parse_checksums(line.encode())
    assert len(problems) == 1
    assert reason in problems[0].reason
    assert problems[0].reason.startswith("line ")
    assert digests.keys() <= {"a"}
