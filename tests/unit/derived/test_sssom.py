"""Mapping sets in SSSOM/TSV: metadata, rows, and labels with characters that the format quotes or cannot hold."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.support.derived_files import derive_in_memory

from pfocr2rdf.derived.sssom import MAPPING_SETS, serialize_metadata
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.storage.layout import TOOL

_REPLACED = {*map(chr, range(32)), "\x7f", *map(chr, range(0xD800, 0xE000))} - {"\t", "\n", "\r"}
_FAMILY = {"id": "fam:NOTCH", "type": "pfocr:Family", "prefLabel": "NOTCH", "closeMatch": "fplx:Notch"}


def derive(*entities: dict[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """The files of the entities, and the warnings."""
    files, warnings = derive_in_memory([*entities], [], "sssom")
    return {name: content.decode() for name, content in files.contents.items()}, warnings


def rows(text: str) -> list[list[str]]:
    """The rows of a table without its head, read as CSV by the rules of SSSOM."""
    table = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    return list(csv.reader(io.StringIO(table, newline=""), delimiter="\t"))[1:]


def test_a_file_for_each_pair_of_terminologies() -> None:
    files, warnings = derive(
        _FAMILY,
        {"id": "mesh:D000255", "label": "ATP", "closeMatch": ["doid:4", "chebi:15422", "chebi:1"]},
        {"id": "pmc:PMC1", "title": "A paper", "sameAs": "https://doi.org/10.1000/a%3Cb%3E"},
        {"id": "ncbigene:1", "label": "A1BG"},
        {"id": "chebi:1", "label": "no mapping", "closeMatch": "https://example.org/1"},
    )
    assert {name: rows(text) for name, text in files.items()} == {
        "sssom/families-famplex.sssom.tsv": [["fam:NOTCH", "NOTCH", "skos:closeMatch", "fplx:Notch", "semapv:LexicalMatching"]],
        "sssom/mesh-chebi.sssom.tsv": [
            ["mesh:D000255", "ATP", "skos:closeMatch", "chebi:1", "semapv:UnspecifiedMatching"],
            ["mesh:D000255", "ATP", "skos:closeMatch", "chebi:15422", "semapv:UnspecifiedMatching"],
        ],
        "sssom/mesh-doid.sssom.tsv": [["mesh:D000255", "ATP", "skos:closeMatch", "doid:4", "semapv:UnspecifiedMatching"]],
        "sssom/papers-doi.sssom.tsv": [["pmc:PMC1", "A paper", "owl:sameAs", "doi:10.1000/a%3Cb%3E", "semapv:UnspecifiedMatching"]],
    }
    assert not warnings


@pytest.mark.parametrize(("prefixes", "mapping_set"), MAPPING_SETS.items())
def test_the_metadata_is_yaml_and_declares_every_prefix(prefixes: tuple[str, str], mapping_set: Any) -> None:
    text = serialize_metadata(mapping_set, *prefixes)
    assert all(line.startswith("#") for line in text.splitlines())
    metadata = yaml.safe_load("".join(f"{line[1:]}\n" for line in text.splitlines()))
    assert f"{metadata['mapping_tool']} {metadata['mapping_tool_version']}" == TOOL
    expand = PrefixMap(metadata["curie_map"]).expand
    for curie in (*(f"{prefix}:1" for prefix in prefixes), metadata["subject_source"], metadata["object_source"], "semapv:LexicalMatching"):
        assert expand(curie).startswith("http")


@given(st.text(st.characters(codec=None, categories=None)))
def test_every_label_comes_back_but_for_what_tables_cannot_hold(label: str) -> None:
    files, warnings = derive({**_FAMILY, "prefLabel": label})
    expected = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "\ufffd", label)
    assert rows(files["sssom/families-famplex.sssom.tsv"])[0][1] == expected
    assert bool(warnings) == (expected != label)
