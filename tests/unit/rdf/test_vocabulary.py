"""The vocabulary: a misspelt term is an error; no prefix, key or name space means two things."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count

from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.rdf.terms import expand_term
from pfocr2rdf.rdf.vocabulary import ALIGNMENT_PREFIXES, CLASSES, EVIDENCE_TYPES, PREFIXES, PROPERTIES, expand_curie

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


# -- the context -------------------------------------------------------------------------------------------------------------------


def test_no_prefix_means_two_things() -> None:
    assert PREFIXES.keys() & ALIGNMENT_PREFIXES.keys() == set()


# -- JSON-LD -----------------------------------------------------------------------------------------------------------------


def test_no_two_properties_share_a_key_and_no_property_has_two() -> None:
    assert len({row.jsonld_key for row in PROPERTIES}) == len({row.name for row in PROPERTIES}) == len(PROPERTIES)
    assert len(jsonld_context()) == 3 + len(PREFIXES) + len(PROPERTIES)


def test_no_name_space_has_two_prefixes() -> None:
    spaces = [*PREFIXES.values(), *ALIGNMENT_PREFIXES.values()]
    assert len(set(spaces)) == len(spaces) == len({*PREFIXES, *ALIGNMENT_PREFIXES})


MANY = settings(max_examples=example_count(150), deadline=None)


# -- the closed name space ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [expand_curie, expand_term])
@pytest.mark.parametrize(
    "name", ["memberOff", "memberof", "MemberOf", "memberOf ", "", "gene", "Genes", "viaNER", "memberOf#", "vocab#memberOf"]
)
def test_a_misspelt_term_is_an_error(make: Any, name: str) -> None:
    with pytest.raises(KeyError, match="is not a term of the vocabulary"):
        make(f"pfocr:{name}")


@pytest.mark.parametrize("curie", ["dcterm:title", "pfoc:memberOf", "title", "", ":", ":title", "Schema:name"])
def test_a_misspelt_prefix_is_an_error(curie: str) -> None:
    with pytest.raises(KeyError):
        expand_curie(curie)


@given(st.text(max_size=12))
@MANY
def test_no_other_text_is_a_term(text: str) -> None:
    declared = {row.name for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table}
    assume(f"pfocr:{text}" not in declared)
    with pytest.raises(KeyError):
        expand_curie(f"pfocr:{text}")
