"""The table of paths: an address and an IRI name each other."""

from __future__ import annotations

import pytest

from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, EntityType, PageAddress, address_from_iri, address_from_path, redirect_rules


@pytest.mark.parametrize("entity_type", ENTITY_TYPES, ids=lambda entity_type: entity_type.name)
def test_an_address_and_an_iri_name_each_other(entity_type: EntityType) -> None:
    for name in ("A", "NF-κB", "A/B", "a b", "100%", "a?b#c", "'\"<>", "é.ttl", "a.b.", "..."):
        address = address_from_path(f"{entity_type.folder}/{name}")
        assert address is not None
        assert address_from_iri(address.iri, entity_type) == address


@pytest.mark.parametrize("name", ["..", ".", "../x", "a/../b", "a//b", "/a", "a/", "a.ttl/x", "a/page-2", "a\nb", "a\x00", "x" * 201, ""])
def test_names_that_can_be_no_path(name: str) -> None:
    assert address_from_path(f"families/{name}") is None


def test_there_are_rules_for_all_entity_types() -> None:
    rules = list(redirect_rules())
    assert {rule.target_prefix for rule in rules if rule.is_wildcard} == {f"{entity_type.folder}/" for entity_type in ENTITY_TYPES}
    assert [rule.prefix for rule in rules if rule.is_page] == ["figures/"]
    assert PageAddress(None, "vocab").file_path(HTML) == "vocab.html"
