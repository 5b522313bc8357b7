"""The reader of block style: what it reads is what the careful reader reads, and what is unusual it leaves to others."""

from __future__ import annotations

import pytest
from tests.support.yaml_readers import check_blocks

from pfocr2rdf.records.block_yaml import read_blocks
from pfocr2rdf.records.documents import YamlDocument
from pfocr2rdf.records.pfocr2021 import LIST_FIELDS
from pfocr2rdf.records.reader import parse_document, parse_record

USUAL = {
    "key: plain words\n": "plain words",
    "key: folded\n  to a second line\n": "folded to a second line",
    "key: 'quoted: with ''quotes'' # and\n  a second line '\n": "quoted: with 'quotes' # and a second line ",
    "key: ' a blank at both ends '\n": " a blank at both ends ",
    "key:\n": "",
    "key: ''\n": "",
    "key: 010\n": "010",
    "key: ~\n": "~",
    "key: a:b#c\n": "a:b#c",
    "key: a\n  - b\n": "a - b",
    "key: no\u00a0break\n": "no\u00a0break",
    "key: []\n": [],
    "key: {}\n": {},
    "key:\n- a\n- 'b: c'\n- d\n  e\n": ["a", "b: c", "d e"],
    "key:\n- a: 1\n  b: 2\n- '@id': c\n": [{"a": "1", "b": "2"}, {"@id": "c"}],
    "key:\n  inner:\n    '@type': x\n    text: a\n      b\n  list:\n  - 1\n": {"inner": {"@type": "x", "text": "a b"}, "list": ["1"]},
}
UNUSUAL = (
    "",
    "key: v",
    "key: a: b\n",
    "key: a:\n",
    "key: a\n  b: c\n",
    "key: a # comment\n",
    "key: a\n  # comment\n",
    "# comment\nkey: a\n",
    "key: a\nkey: b\n",
    "key:\n  a: 1\n  a: 2\n",
    "key:\n- a: 1\n  a: 2\n",
    "key: &anchor a\n",
    "key: *anchor\n",
    "key: !tag a\n",
    'key: "double"\n',
    "key: |\n  block\n",
    "key: >\n  block\n",
    "key: [a]\n",
    "key: {a: b}\n",
    "key: a\n\n  b\n",
    "key: a \n",
    "key: a\n    b\n",
    "key: 'a\n\n  b'\n",
    "key: 'a\nb'\n",
    "key: 'a' b\n",
    "key: 'open\n",
    "key: a\tb\n",
    "key: a\x85b\n",
    "key: a\u2028b\n",
    "key: \ufeffa\n",
    "key: a\x7f\n",
    "---\nkey: a\n",
    "key: a\n...\n",
    "key: a\n---\nkey2: b\n",
    "? key\n",
    "<<: a\n",
    "key:\n - a\n",
    "key:\n   a: 1\n",
    "key:\n- - a\n",
    "key:\n- a\n - b\n",
    "key:\n-\n",
    "- a\n",
    "text\n",
)


@pytest.mark.parametrize("text", USUAL)
def test_usual_text_is_read_as_the_careful_reader_reads_it(text: str) -> None:
    assert check_blocks(text)
    assert read_blocks(text) == {"key": USUAL[text]}


@pytest.mark.parametrize("text", UNUSUAL)
def test_unusual_text_is_left_to_another_reader(text: str) -> None:
    assert not check_blocks(text)


@pytest.mark.parametrize("row", [text.removeprefix("key: ").rstrip("\n") for text in UNUSUAL if text.startswith("key: ")])
def test_rows_are_read_by_the_same_rules(row: str) -> None:
    text = "\n  ".join(row.split("\n"))
    document = f"figid: PMC1__F1\ngenes:\n- word: known\n- word: {text}\n  entrez: '1'\n"
    for _ in range(2):
        assert check_blocks(document) == (row in ("v", "a\nkey: b"))


def test_nesting_has_a_limit() -> None:
    assert read_blocks("".join(f"{'  ' * level}a:\n" for level in range(100)) + "\n") is None
    assert read_blocks("".join(f"{'  ' * level}a:\n" for level in range(100))) is None


def test_a_known_row_has_its_mention_and_others_are_told_apart() -> None:
    row = "- word: JAK\n  symbol: JAK\n  source: hgnc_symbol\n  hgnc_symbol: JAK1\n  entrez: '3716'\n"
    odd = row.replace("  symbol", "  extra: x\n  symbol")
    for rows, notes in ((row, 0), (row + row, 0), (odd, 1), (row + odd, 1), (row, 0)):
        document = YamlDocument(f"figid: PMC1__F1\npmcid: PMC1\ngenes:\n{rows}".encode(), 1)
        record = parse_record(*parse_document(document, "record.md"))
        assert [mention.entity for mention in record.mentions] == ["ncbigene:3716"] * rows.count("word")
        assert len(record.notes) == notes, record.notes


@pytest.mark.parametrize("key", ["entres", "entrez_id", "hgnc", "x"])
def test_a_misspelt_key_is_noted_in_each_record_that_has_it(key: str) -> None:
    """A row with as many keys as a usual one has, of which one is unknown."""
    row = f"- word: TYK\n  symbol: TYK\n  source: hgnc_symbol\n  hgnc_symbol: TYK2\n  {key}: '7297'\n"
    notes = []
    for number in range(3):
        document = YamlDocument(f"figid: PMC{number + 1}__F1\npmcid: PMC1\ngenes:\n{row}".encode(), 1)
        notes.append(parse_record(*parse_document(document, "record.md")).notes)
    assert f"genes: the key {key!r} is unknown" in notes[0][0]
    assert notes == notes[:1] * 3


@pytest.mark.parametrize(("row", "is_cached"), [
    ("- word: usual\n  source: MESH\n", True),
    (f"- word: {'long ' * 50}x\n", True),
    (f"- word: {'long ' * 80}x\n", False),
    ("- k0: []\n" + "".join(f"  k{number}: []\n" for number in range(1, 12)), True),
    ("- k0: []\n" + "".join(f"  k{number}: []\n" for number in range(1, 13)), False),
])  # fmt: skip
def test_rows_that_no_record_of_pfocr_has_do_not_fill_the_memory(row: str, is_cached: bool) -> None:
    first, second = (read_blocks(f"diseases:\n{row}", LIST_FIELDS) for _ in range(2))
    assert first
    assert second
    assert first == second
    assert (first["diseases"][0] is second["diseases"][0]) == is_cached


def test_a_row_in_two_lists_is_two_mentions() -> None:
    row = "- word: NO\n  source: MESH\n  identifier: MESH:D009569\n"
    for _ in range(2):
        data = read_blocks(f"figid: PMC1__F1\nchemicals:\n{row}diseases:\n{row}", LIST_FIELDS)
        assert data
        document = YamlDocument(f"figid: PMC1__F1\nchemicals:\n{row}diseases:\n{row}".encode(), 1)
        record = parse_record(*parse_document(document, "record.md"))
        assert [mention.entity_type for mention in record.mentions] == ["chemical", "disease"]
