"""The kinds of files are those of their suffixes, however these are written and combined."""

import os
from itertools import chain, product

from pfocr2rdf.records.side_files import COMPRESSION_SUFFIXES, RECORD_SUFFIXES, is_record, strip_compression

PARTS = ("", "PMC1__f1", "readme", "Index", ".", "..", "\n", ".md", ".YML", ".gz", ".Zst", ".zſt", ".tsv", "md", "gz")
NAMES = list(map("".join, chain.from_iterable(product(PARTS, repeat=length) for length in (1, 2, 3, 4))))


def strip_compression_by_parts(name: str) -> str:
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in COMPRESSION_SUFFIXES else name


def is_record_by_parts(name: str) -> bool:
    stem, suffix = os.path.splitext(strip_compression_by_parts(name))
    return suffix.lower() in RECORD_SUFFIXES and not name.startswith(".") and stem.lower() not in ("readme", "index")


def test_the_suffix_of_a_compression_is_removed_once() -> None:
    assert strip_compression("a.md.gz.gz") == "a.md.gz"
    assert [strip_compression(name) for name in NAMES] == [strip_compression_by_parts(name) for name in NAMES]


def test_records_are_recognized_by_their_suffixes() -> None:
    assert is_record("PMC1__f1.md.zst")
    assert [is_record(name) for name in NAMES] == [is_record_by_parts(name) for name in NAMES]
