"""Whether a file is RDF or a record."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from pathlib import Path

import pyoxigraph
import pytest

from pfocr2rdf import validate
from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.rdf_files import is_rdf_file, map_rdf_errors, parse_rdf

RECORD = {"figid": "PMC1__F1", "pmcid": "PMC1", "schema-jsonld": {"@context": "https://schema.org/", "@type": "Dataset"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"@context": {}, "@graph": []}, True),
        ([{"@id": "https://example.org/a"}], True),
        ({"id": "https://example.org/a", "https://example.org/b": "c"}, True),
        (RECORD, False),
        ([RECORD, RECORD], False),
        ([{"_id": "PMC1__F1", "associatedWith": {}}], False),
        ({}, False),
        ([], False),
        (7, False),
    ],
)
def test_json_is_json_ld_by_its_outermost_keys(value: object, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    assert is_rdf_file(path) is expected


def test_other_files_are_rdf_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{ broken")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"{}"))
    assert [is_rdf_file(tmp_path / name) for name in ("a.json", "b.json", "a.json.gz", "a.ttl", "a.nq.zst", "a.md", "a")] == [
        True, True, True, True, True, False, False,
    ]  # fmt: skip


def test_a_record_in_json_is_validated_as_a_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**RECORD, "genes": "STAT1 STAT3"}))
    report = validate(tmp_path / "a.json")
    assert len(report.refusals) == 1


def test_the_limit_of_the_parser_is_not_a_lack_of_memory() -> None:
    with pytest.raises(SourceError, match=r"a.ttl: has a term that is longer than the parser reads"), map_rdf_errors(Path("a.ttl")):
        raise MemoryError("Reached the buffer maximal size of 16777216")
    with pytest.raises(MemoryError), map_rdf_errors(Path("a.ttl")):
        raise MemoryError


class Slow(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self._step = step

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size, self._step) if size and size > 0 else self._step)


RDF_XML = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [{entities}]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://a/">
<rdf:Description rdf:about="http://a/a"><a:b>&last;</a:b></rdf:Description>
</rdf:RDF>"""


def nested(count: int, number: int = 10) -> str:
    names = [*(f"e{index}" for index in range(count)), "last"]
    pairs = itertools.pairwise(names)
    return '<!ENTITY e0 "0123456789">\n' + "".join(f'<!ENTITY {name} "{f"&{former};" * number}">\n' for former, name in pairs)


@pytest.mark.parametrize("step", [1, 7, 1 << 16])
@pytest.mark.parametrize("entities", [
    nested(9), nested(3), nested(9).replace('"', "'"), nested(9).replace(" e", "\n e"), f'<!ENTITY last "{"a" * 300}">',
    "<!ENTITY e0 '<a>'><!ENTITY last \"" + "&e0;" * 80 + '">',
])  # fmt: skip
def test_entities_that_stand_for_a_long_text_are_refused(entities: str, step: int) -> None:
    with pytest.raises(SyntaxError, match="an entity stands for more than 256 bytes"):
        list(parse_rdf(Slow(RDF_XML.format(entities=entities).encode(), step), pyoxigraph.RdfFormat.RDF_XML))


def test_entities_for_namespaces_are_read() -> None:
    entities = '<!ENTITY owl "http://www.w3.org/2002/07/owl#"><!ENTITY last "&owl;Thing">'
    (quad,) = parse_rdf(io.BytesIO(RDF_XML.format(entities=entities).encode()), pyoxigraph.RdfFormat.RDF_XML)
    assert str(quad.object) == '"http://www.w3.org/2002/07/owl#Thing"'


DEEP = {
    "nodes": ('{"@id":"http://a/","http://b/":', "1", "}"),
    "contexts": ('{"a":{"@id":"http://a/","@context":', "{}", "}}"),
    "lists": ('{"@list":[', "1", "]}"),
    "graphs": ('{"@graph":', "{}", "}"),
}


@pytest.mark.parametrize("step", [1, 7, 1 << 16])
@pytest.mark.parametrize("name", DEEP)
def test_deeply_nested_json_is_refused(name: str, step: int) -> None:
    begin, middle, end = DEEP[name]
    depth = 1_001
    document = f'{{"@context": {begin * depth}{middle}{end * depth}}}' if name == "contexts" else begin * depth + middle + end * depth
    with pytest.raises(SyntaxError, match="nested deeper than 1000 levels"):
        list(parse_rdf(Slow(document.encode(), step), pyoxigraph.RdfFormat.JSON_LD))


@pytest.mark.parametrize("step", [1, 7, 1 << 16])
def test_brackets_in_texts_are_not_levels(step: int) -> None:
    texts = ["[" * 2_000, '\\"' * 50 + "{" * 2_000, "\\" * 99 + "[", 'a\\" [{' * 500, "é" * 200 + "[{" * 999]
    document = json.dumps(
        [{"@id": f"http://a/{number}", "http://b/": text} for number, text in enumerate(texts)] * (300 if step > 100 else 1)
    )
    values = {quad.object.value for quad in parse_rdf(Slow(document.encode(), step), pyoxigraph.RdfFormat.JSON_LD)}
    assert values == set(texts)
