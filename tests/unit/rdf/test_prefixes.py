"""CURIEs: every prefix map expands what it compressed, and takes the longest namespace that leaves a local name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count

from pfocr2rdf.rdf.prefixes import ANY_LOCAL_NAME, READABLE_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES

NESTED = {"a": "http://example.org/", "b": "http://example.org/x", "c": "http://example.org/x_", "d": "http://example.org/", "": "urn:"}
IRIS = st.builds(str.__add__, st.sampled_from([*PREFIXES.values(), *NESTED.values(), ""]), st.text("abAZ09_-.~%2F/#:é \n", max_size=8))


@given(IRIS, st.sampled_from([DEFAULT_PREFIXES, *(PrefixMap(NESTED, names) for names in (READABLE_LOCAL_NAME, ANY_LOCAL_NAME))]))
@settings(max_examples=example_count(300), deadline=None)
def test_what_was_compressed_expands_to_the_same(iri: str, prefixes: PrefixMap) -> None:
    assert prefixes.compress(iri) == "" or prefixes.expand(prefixes.compress(iri)) == iri


@pytest.mark.parametrize(
    ("iri", "curie"),
    [
        ("http://example.org/y", "a:y"),  # the first prefix of its namespace
        ("http://example.org/x_1", "c:1"),  # the longest namespace
        ("http://example.org/x", "a:x"),  # the longest one that leaves a local name
        ("http://example.org/x.", ""),
        ("http://example.org/", ""),
        ("urn:x", ":x"),
        ("http://example.org/y%20z", ""),
        ("http://example.com/y", ""),
    ],
)
def test_the_longest_namespace_that_leaves_a_local_name_is_taken(iri: str, curie: str) -> None:
    assert PrefixMap(NESTED, READABLE_LOCAL_NAME).compress(iri) == curie


def test_an_empty_prefix_map_compresses_nothing() -> None:
    assert PrefixMap({}).compress("http://example.org/y") == ""
