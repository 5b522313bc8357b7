"""The files of records: every scalar is read as the text that was written."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pfocr2rdf.derived.records.fields import WrittenRecord
from pfocr2rdf.derived.records.files import record_files, text_dumper
from pfocr2rdf.records.documents import extract_front_matter
from pfocr2rdf.records.tables import SideTable, read_rows
from pfocr2rdf.records.yaml import load_yaml

WORDS = (
    "NO", "ON", "010", "1_000", "12:30:45", "2020-02-30", "~", "null", "0x1F", ".inf", " x ", "a  b", "x ", "# a", "a: b", "- a", "[", "{}",
    "*a", "&a b", "!x", "|", ">", "%YAML", "---", "...", "@en", "`", "'", '"', "\\", "a\tb", "a\nb", "a\n\n b\n", "a\rb", "\x85", "\u2028",
    "\u2029", "\ufeff", "\x80", "é", "𝒳", "\U0010ffff", "<<", "=", "yes",
)  # fmt: skip
texts = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(9)), "\x0b", "\x0c"]))


def read_page(fields: dict[str, Any], tables: dict[str, list[tuple[str, ...]]] | None = None) -> tuple[Any, dict[str, bytes]]:
    """What the page of a record is read as, and its other files."""
    (_, page), *others = record_files(WrittenRecord("PMC1__f1", "2021", fields, tables or {}, 0), "PMC1__f1")
    return load_yaml(extract_front_matter(page).data.decode()), dict(others)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_comes_back_as_it_is(word: str) -> None:
    fields = {"figid": word, "genes": [{"word": word}], "schema-jsonld": {"@context": word, "keywords": [word, "x"]}}
    assert read_page(fields)[0] == fields


@given(st.lists(texts, min_size=1))
def test_any_text_comes_back_as_it_is(words: list[str]) -> None:
    words = [
        word
        for word in words
        if not any(ord(char) < 32 and char not in "\t\n\r" for char in word) and not {*word} & {"\x7f", "\ufffe", "\uffff"}
    ]
    fields = {"figid": "PMC1__f1", "caption": " ".join(words), "genes": [{"word": word, "entrez": "010"} for word in words]}
    assert read_page(fields)[0] == fields


@pytest.mark.parametrize("base", [yaml.SafeDumper, getattr(yaml, "CSafeDumper", yaml.SafeDumper)])
def test_both_dumpers_of_pyyaml_escape_line_ends(base: Any) -> None:
    fields = {"word": "\x85  ", "caption": "a\x85 b\u2028"}
    assert load_yaml(yaml.dump(fields, Dumper=text_dumper(base), allow_unicode=True)) == fields


def test_the_same_list_twice_is_written_twice() -> None:
    names = ["Homo sapiens"]
    assert read_page({"organisms": names, "organisms_ner": names})[0] == {"organisms": names, "organisms_ner": names}


def test_tables_have_the_name_of_the_figure() -> None:
    table = [("word", "mesh"), ('"a"', "mesh:D1"), (" b ", "NA")]
    _, files = read_page({"figid": "PMC1__f1"}, {"chemicals": table})
    (name, data), *_ = files.items()
    assert (name, data) == ("_data/PMC1__f1-chemicals.tsv", b'word\tmesh\n"a"\tmesh:D1\n b \tNA\n')
    assert read_rows(SideTable(name, data), ("word", "mesh"))[1] == table[1:]
