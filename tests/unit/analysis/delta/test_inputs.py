"""How graphs are read to be compared: one statement is one line, in whatever format it was written; files are read to their end."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import zstandard

from pfocr2rdf import OutputError, SourceError, diff, validate
from pfocr2rdf.storage.compression import open_decompressed

LINE = "<urn:x:a> <urn:x:b> {} .\n"

NUMBER = '"{}"^^<http://www.w3.org/2001/XMLSchema#integer>'

SAME = {
    "odd.nt": (
        "# a comment\n<urn:x:a>\t<urn:x:b>   \"caf\\u00e9 \\U0001F9EC\"@EN-gb.\n"
        '<urn:x:a> <urn:x:b> "x"^^<http://www.w3.org/2001/XMLSchema#string> .\n<urn:x:a> <urn:x:b> "x" .\n'
        "<urn:x:a> <urn:x:b> " + NUMBER.format("007") + " ."
    ),
    "odd.ttl": (
        '@prefix x: <urn:x:> . @base <http://other/> .\nx:a x:b """caf\u00e9 \\U0001F9EC"""@en-GB , "x" , 007 .\n'
    ),
    "odd.trig": "@prefix x: <urn:x:> . { x:a x:b 'caf\u00e9 \U0001f9ec'@En-Gb , 'x', 007 }\n",
    "odd.rdf": (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="urn:x:">'
        '<rdf:Description rdf:about="urn:x:a"><x:b xml:lang="en-GB">caf&#233; &#x1F9EC;</x:b><x:b>x</x:b>'
        '<x:b rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">007</x:b></rdf:Description></rdf:RDF>'
    ),
    "odd.jsonld": (
        '{"@id": "urn:x:a", "urn:x:b": [{"@value": "caf\u00e9 \\ud83e\\uddec", "@language": "en-GB"}, "x", "x",'
        ' {"@value": "007", "@type": "http://www.w3.org/2001/XMLSchema#integer"}]}'
    ),
}  # fmt: skip


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("pack", [None, "gz", "zst"])
def test_formats_do_not_matter(name: str, pack: str | None, tmp_path: Path) -> None:
    old = put(tmp_path / "plain.nt", SAME["odd.nt"])
    data = SAME[name].encode()
    packed = {None: data, "gz": gzip.compress(data), "zst": zstandard.compress(data)}[pack]
    new = put(tmp_path / (f"new-{name}" if pack is None else f"new-{name}.{pack}"), packed)
    delta = diff(old, new, tmp_path / "out")
    assert (delta.removed, delta.added, delta.unchanged) == (0, 0, 3)
    assert delta.new["files"][0]["size"] == len(packed)


@pytest.mark.parametrize("name", SAME)
def test_no_number_is_read_as_another_one(name: str, tmp_path: Path) -> None:
    """``007`` and ``7`` are two terms, whatever a store makes of them."""
    old, new = put(tmp_path / name, SAME[name]), put(tmp_path / f"new-{name}", SAME[name].replace("007", "7"))
    delta = diff(old, new, tmp_path / "out")
    assert (delta.removed, delta.added, delta.unchanged) == (1, 1, 2)
    assert (tmp_path / "out" / "removed.nt").read_text() == LINE.format(NUMBER.format("007"))


def test_parsing_changes_no_text() -> None:
    """What ``pyoxigraph`` makes of a line, which is what makes lines comparable: no text, only the case of languages."""
    texts = ["1.50", "01", "+1", " 1", "TRUE", "1e0", "2020-01-01T00:00:00+00:00", "a\u0301", "\u00e1"]
    for datatype in ("decimal", "integer", "double", "boolean", "dateTime", "string", "float"):
        for text in texts:
            line = LINE.format(f'"{text}"^^<http://www.w3.org/2001/XMLSchema#{datatype}>')
            data = pyoxigraph.serialize(pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_QUADS), format=pyoxigraph.RdfFormat.N_QUADS)
            assert data.decode() == (LINE.format(f'"{text}"') if datatype == "string" else line)


# -- packed files ----------------------------------------------------------------------------------------------------------


MANY = "".join(LINE.format(f'"{number}"') for number in range(1000))


def frames(data: bytes) -> bytes:
    """Several frames, one of them empty, with one between them that readers skip."""
    skipped = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    half = data.index(b"\n", len(data) // 2) + 1
    return zstandard.compress(data[:half]) + skipped + zstandard.compress(b"") + zstandard.compress(data[half:])


@pytest.mark.parametrize(("suffix", "pack"), [("zst", frames), ("gz", lambda data: gzip.compress(data[:999]) + gzip.compress(data[999:]))])
def test_all_parts_of_a_packed_file_are_read(suffix: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = put(tmp_path / f"many.nt.{suffix}", pack(MANY.encode()))
    with open_decompressed(path) as file:
        assert file.read() == MANY.encode()
    chunks: list[bytes] = []
    with open_decompressed(path, chunks.append) as file:
        assert b"".join(file) == MANY.encode()
    assert b"".join(chunks) == path.read_bytes()
    assert diff(put(tmp_path / "many.nt", MANY), path, tmp_path / "out").unchanged == 1000


@pytest.mark.parametrize(("suffix", "pack"), [("zst", zstandard.compress), ("zst", frames), ("gz", gzip.compress)])
@pytest.mark.parametrize("cut", [1, 5, 50])
def test_a_file_that_breaks_off_is_refused(suffix: str, pack: Callable[[bytes], bytes], cut: int, tmp_path: Path) -> None:
    path = put(tmp_path / f"cut.nt.{suffix}", pack(MANY.encode())[:-cut])
    with pytest.raises(SourceError, match=rf"cut\.nt\.{suffix}.*: is not valid RDF: "):
        diff(path, put(tmp_path / "many.nt", MANY), tmp_path / "out")
    with pytest.raises(SourceError, match="is not valid RDF"):
        validate(path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", ["gz", "zst"])
@pytest.mark.parametrize("content", [b"no such thing", b"\x28\xb5\x2f\xfdxxxxxxxxxx", b"\x1f\x8b\x08\x00xxxxxxxxxxxxxxxx"])
def test_a_damaged_file_is_refused(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = put(tmp_path / f"bad.nt.{suffix}", content)
    for call in (lambda: validate(path), lambda: diff(path, path, tmp_path / "out")):
        with pytest.raises(SourceError, match=rf"bad\.nt\.{suffix}: (?:cannot be read|is not valid RDF)"):
            call()


# -- what is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.nt", MANY + "<urn:x:a> <urn:x:b> c .\n" + MANY, r"a\.nt:1001: is not valid RDF: "),
        ("a.nt", '<urn:x:a> <urn:x:b> "a\n', r"a\.nt:1: is not valid RDF: "),
        ("a.nt", b'<urn:x:a> <urn:x:b> "\xff" .\n', r"a\.nt:1: is not valid RDF: .*UTF-8"),
        ("a.nt", "<urn:x:a b> <urn:x:b> <urn:x:c> .\n", r"a\.nt:1: is not valid RDF: .*IRI"),
        ("a.nt", "<urn:x:a> <urn:x:b> <c> .\n", r"a\.nt:1: has a relative IRI but no base IRI"),
        ("a.nt", r"<urn:x:a> <urn:x:b> <urn:x:\u003e> ." + "\n", r"a\.nt:1: is not valid RDF: .*IRI"),
        ("a.ttl", "\n\n<urn:x:a> x:b 1 .\n", r"a\.ttl:3: is not valid RDF: "),
        ("a.ttl", "<urn:x:a> <urn:x:b> <c> .\n", r"a\.ttl:1: has a relative IRI but no base IRI"),
        ("a.rdf", "<rdf>", r"a\.rdf.*: is not valid RDF: "),
        ("a.jsonld", '{"@id": "urn:x:a",', r"a\.jsonld.*: is not valid RDF: "),
        (
            "a.jsonld",
            '{"@context": "https://example.org/c", "@id": "urn:x:a", "b": 1}',
            r"a\.jsonld: references a JSON-LD context",
        ),
        ("a.nt", "<urn:x:a> <urn:x:b> _:c .\n", r"a\.nt: a statement has a blank node.*: <urn:x:a> <urn:x:b> _:c \.; give it an IRI$"),
        ("a.ttl", "<urn:x:a> <urn:x:b> [ <urn:x:c> 1 ] .\n", "has a blank node"),
        ("a.nt", "_:c <urn:x:b> 'x' .\n".replace("'", '"'), "has a blank node"),
        ("a.nq", '<urn:x:a> <urn:x:b> "x" _:g .\n', "has a blank node"),
        ("a.nt", f'<urn:x:a> <urn:x:b> "_: {"x" * 999}" .\n_:a <urn:x:b> "{"y" * 999}" .\n', r"has a blank node.*: _:a .*y \.\.\.; give"),
        ("a.nt", "<urn:x:a> <urn:x:b> <<( <urn:x:a> <urn:x:b> <urn:x:c> )>> .\n", "has a triple term"),
        ("a.nq", '<urn:x:a> <urn:x:b> "x"@ar--rtl <urn:x:g> .\n', "has the direction of a text"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_position(name: str, content: str | bytes, message: str, tmp_path: Path) -> None:
    good_file, bad_file = put(tmp_path / "good.nt", MANY), put(tmp_path / name, content)
    for old, new in ((good_file, bad_file), (bad_file, good_file)):
        with pytest.raises(SourceError, match=message) as raised:
            diff(old, new, tmp_path / "out")
        assert "\n" not in str(raised.value)
        assert not (tmp_path / "out").exists()


def test_no_room_for_temporary_files_is_no_fault_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "many.nt", MANY)

    def full(self: object, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(
        "pfocr2rdf.storage.external_sort._open_zstd_writer", lambda file: zstandard.ZstdCompressor().stream_writer(Full(file))
    )
    with pytest.raises(OutputError, match="No space left on device"):
        diff(path, path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


class Full:
    """A file on a disk that is full."""

    def __init__(self, file: object) -> None:
        pass

    def write(self, data: bytes) -> int:
        raise OSError(28, "No space left on device")
