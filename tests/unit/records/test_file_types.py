"""Files that are no records are told by their first bytes, and refused with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.records import front_matter, newer, older, table, write

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.file_types import FILE_TYPES, detect_type, explain_record, explain_table, find_conflict
from pfocr2rdf.records.reader import read_records

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 99\n"

EXAMPLES: dict[str, list[bytes]] = {
    "Git LFS": [LFS],
    "git-annex": [b"/annex/objects/SHA256E-s9--0123.md\n", b"../.git/annex/objects/a/b/SHA256E-s9--0123.md"],
    "TOML": [b"+++\ntitle = 'a'\n+++\n"],
    "PDF": [b"%PDF-1.4\n%\xe2\xe3"],
    "image": [
        b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xd8\xff\xe0\0\x10JFIF", b"GIF89a\1\0", b"RIFF\1\0\0\0WEBPVP8 ",
        b'<?xml version="1.0"?>\n<svg xmlns="a">'],
    "SQLite": [b"SQLite format 3\0\x10\0"],
    "Parquet": [b"PAR1\x15\0"],
    "Arrow": [b"ARROW1\0\0", b"FEA1\0"],
    "HDF5": [b"\x89HDF\r\n\x1a\n"],
    "an R file": [b"X\n\0\0\0\3", b"RDX3\nX\n"],
    "Office": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"],
    "gzip": [b"\x1f\x8b\x08\0"],
    "Zstandard": [b"\x28\xb5\x2f\xfd\0"],
    "bzip2": [b"BZh91AY&SY"],
    "xz": [b"\xfd7zXZ\0\0"],
    "zip": [b"PK\x03\x04\x14\0"],
    "LZ4": [b"\x1f\x9d\x90a", b"LZIP\1\0\0\0\0\0", b"\x04\x22\x4d\x18\0\0"],
    "7-Zip": [
        b"7z\xbc\xaf\x27\x1c\0", b"Rar!\x1a\x07\0", b"070701" + b"0" * 104, b"!<arch>\ndebian-binary   ", b"MSCF" + b"\0" * 32,
    ],
    "HTML": [b"\n\n<!DOCTYPE html>\n<html lang='en'>", b"<HTML><body>"],
    "RDF/XML": [b'<?xml version="1.0"?>\n<!-- a -->\n<rdf:RDF xmlns:rdf="a">', b"<rdf:RDF>"],
    "XML": [b'<?xml version="1.0"?>\n<graphml/>', b'<Pathway xmlns="http://pathvisio.org/GPML/2013a" Name="a">'],
    "ontology": [b"format-version: 1.2\n\n[Term]\n", b"# a\nPrefix(:=<http://a/>)\nOntology(<http://a>)\n", b"Prefix: a: <http://a/>\n"],
    "CX": [b'[{"numberVerification": [{"longNumber": 1}]}, {"nodes": [{"@id": 1}]}]', b'[{"CXVersion": "2.0"}]'],
    "BioThings": [b'{"_id": "a", "associatedWith": {}}', b'[{"associatedWith": {}}]'],
    "JSON-LD": [b'{"@context": {}, "@graph": []}', b'[{"@id": "http://a/b"}]', b'{"a": {"@id": "b"}}'],
    "JSON without": [b"{}", b"[]", b"[1, 2]", b'{"a": 1}', b'[{"a": 1}]', b'\n[\n"a"]'],
    "N-Triples": [
        b'<http://a/b> <http://a/c> "d"@en .\n', b"# a\n\n<http://a/b> <http://a/c> <urn:d> <urn:e> .\n", b"_:a <http://a/c> _:b .\n",
    ],
    "Turtle": [b"@prefix a: <http://a/> .\n", b"# a\nPREFIX a: <http://a/>\n", b"@base <http://a/> .", b"<http://a/b> a <http://a/c> ;\n"],
    "side table": [table(("word", "mesh", "match", "name"), ("a", "b", "c", "d")).encode()],
    "GMT": [b"PMC1__F1\ta figure\tTP53\tSTAT3\nPMC2__F1\tanother\tJAK2\n"],
    "tab-separated": [b"a\tb\n1\t2\n"],
    "CSV": [b"figid,word,entrez\nPMC1__F1,p53,7157\nPMC2__F1,p53,7157\n"],
    "zeros": [b"\0" * 10_240],
    "UTF-16": [
        "---\nfigid: a\n".encode("utf-16"), "---\nfigid: a\n".encode("utf-16-be"), "figid: a\n".encode("utf-32"),
        "figid: a\n".encode("utf-32-le"),
    ],
    "binary": [
        bytes(range(256)), b"a\0b and more of it", b"]\0\0\x80\0\tx\ny\tz\tz\n", b"\x05,\x01\n\x06,\x02\n",
        b"\x7fELF" + b"\0" * 40, b"\x93NUMPY\1" + b"\0" * 40, b"a" + b"\0" * 99,
    ],
}  # fmt: skip

COMPRESSED = {"gzip", "Zstandard", "zip", "bzip2", "xz"}  # which is read as an archive


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, examples in EXAMPLES.items() for data in examples])
def test_a_type_is_told_by_the_first_bytes(name: str, data: bytes) -> None:
    file_type = detect_type(data)
    assert file_type is not None
    assert name in file_type.name


def test_each_type_has_an_example() -> None:
    assert {detect_type(data) for examples in EXAMPLES.values() for data in examples} == set(FILE_TYPES)


TEXTS = (
    b"", b"\n", b"---\n", b"nothing", b"# A page\n\nSome words, with commas, here.\nMore words, with commas, there.\n", b"- a\n- b\n",
    older("PMC1__F1").encode(), front_matter(newer("PMC1__F1")).encode(), b"key:\tvalue\nother:\tvalue\n",
    b"a\nb\n", "caf\xe9".encode("latin-1"),
)  # fmt: skip


@pytest.mark.parametrize("data", TEXTS)
def test_a_text_that_may_be_a_broken_record_is_of_no_other_type(data: bytes) -> None:
    assert detect_type(data) is None


def test_what_has_a_figid_keeps_its_own_error() -> None:
    error = RecordError("is wrong")
    for data in (
        b'{"figid": "a", "schema-jsonld": {"@id": "b"}}',
        b'---\nfigid: a\n"@context": b\n',
        b"figid: a\nversion\thttps\n",
        b'{\n  "figid": 1',
        b'[{"figid": "a"}, {"figid": "b"}]',
    ):
        assert explain_record(data, error) is error


@pytest.mark.parametrize("suffix", [".md", ".yaml", ".json", ".txt", ""])
@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - COMPRESSED))
def test_a_file_of_each_type_is_refused_under_any_name(name: str, suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path, {f"file{suffix}": EXAMPLES[name][0]}) / f"file{suffix}"
    refusals: list[RecordError] = []
    assert list(read_records(path, refusals=refusals)) == []
    assert name in refusals[0].reason
    assert refusals[0].source == str(path)
    assert refusals[0].remedy


@pytest.mark.parametrize("name", ["figures.ttl", "a.nt", "a.nq.gz", "a.trig", "a.rdf", "a.jsonld", "a.owl", "a.ttl.zst"])
def test_rdf_by_its_name_is_refused_unread(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, {name: b"\x1f\x8b"}) / name
    with pytest.raises(RecordError, match="has the file name of an RDF file, not of a record"):
        list(read_records(path))


def test_a_large_file_of_another_type_is_not_only_too_large(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.md": EXAMPLES["GMT"][0] * 200_000}) / "a.md"
    with pytest.raises(RecordError, match="is gene sets in GMT"):
        list(read_records(path))


TABLES = {
    "LFS": (LFS, "Git LFS pointer", "git lfs pull"),
    "CSV": (b"word,mesh,match,name,chebi\na,b,c,d,e\n", "comma-separated", "tab-separated"),
    "HTML": (b"<!DOCTYPE html>\n<html>", "HTML", "Raw"),
    "conflict": (b"word\tmesh\tmatch\tname\tchebi\n<<<<<<< HEAD\na\tb\tc\td\te\n=======\n>>>>>>> b\n", "merge conflict", "git"),
    "UTF-16": ("word\tmesh\n".encode("utf-16"), "UTF-16", "UTF-8"),
    "empty": (b"\n", "empty", "fetch"),
    "a column less": (b"word\tmesh\tmatch\tname\n", "the column 'chebi' is missing", "header"),
    "a value less": (b"word\tmesh\tmatch\tname\tchebi\na\tb\n", "the row has 2 values", "tab"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_another_type_is_refused_as_that(name: str, tmp_path: Path) -> None:
    data, reason, remedy = TABLES[name]
    write(tmp_path, {"PMC1__F1.md": front_matter(newer("PMC1__F1")), "PMC1__F1-chemicals.tsv": data})
    with pytest.raises(RecordError) as caught:
        list(read_records(tmp_path))
    assert reason in caught.value.reason
    assert remedy in caught.value.remedy
    assert "PMC1__F1-chemicals.tsv" in str(caught.value)


def test_an_error_of_a_table_that_is_one_is_kept() -> None:
    error = RecordError("is wrong")
    assert explain_table(b"word\tmatch\na\tb\n", error) is error


# -- merge conflicts -----------------------------------------------------------------------------------------------------------------

CONFLICT = "<<<<<<< HEAD\nyear: '2020'\n=======\nyear: '2021'\n>>>>>>> branch\n"


@pytest.mark.parametrize(
    "text",
    [
        f"---\nfigid: PMC1__F1\n{CONFLICT}---\n",
        f"---\nfigid: PMC1__F1\ncaption: |\n  a\n{CONFLICT}  b\n---\n",
        f"{CONFLICT}---\nfigid: a\n---\n",
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_record_in_which_a_merge_conflict_is_left(text: str, line_end: str, tmp_path: Path) -> None:
    path = write(tmp_path, {"a.md": text.replace("\n", line_end)}) / "a.md"
    with pytest.raises(RecordError, match="merge conflict") as caught:
        list(read_records(path))
    assert caught.value.line == text.split("<<<<<<<")[0].count("\n") + 1


@pytest.mark.parametrize("data", [b"a <<<<<<< b\n", b"  <<<<<<< HEAD\n", b"<<<<<<<<< a\n", b"=======\n", b"<<<<<<<a\n"])
def test_what_looks_like_a_conflict_and_is_none(data: bytes) -> None:
    assert find_conflict(data) is None


def test_a_list_of_records_is_refused_with_the_way_to_write_a_stream(tmp_path: Path) -> None:
    path = write(tmp_path, {"all.json": b'[{"figid": "PMC1__F1"}, {"figid": "PMC1__F2"}]'}) / "all.json"
    with pytest.raises(RecordError, match=r"the record is a list, not a mapping; write each record as a separate document"):
        list(read_records(path))


def test_a_record_with_the_line_ends_of_old_macs_is_read(tmp_path: Path) -> None:
    page = front_matter(older("PMC1__F1"))
    paths = [write(tmp_path, {name: text}) / name for name, text in (("unix.md", page), ("mac.md", page.replace("\n", "\r")))]
    unix, mac = read_records(*paths)
    assert mac._replace(source="") == unix._replace(source="")
