"""The table of paths: a place and an IRI name each other."""

from __future__ import annotations

import pytest

from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, PageAddress, address_from_iri, address_from_path, redirect_rules


@pytest.mark.parametrize("kind", ENTITY_TYPES, ids=lambda kind: kind.name)
def test_a_place_and_an_iri_name_each_other(kind: object) -> None:
    for name in ("A", "NF-κB", "A/B", "a b", "100%", "a?b#c", "'\"<>", "é.ttl"):
        place = address_from_path(f"{kind.folder}/{name}")  # type: ignore[attr-defined]
        assert place is not None
        assert address_from_iri(place.iri, place.entity_type) == place if place.entity_type else False


@pytest.mark.parametrize("name", ["..", ".", "../x", "a/../b", "a//b", "/a", "a/", "a.ttl/x", "a/page-2", "a\nb", "a\x00", "x" * 201, ""])
def test_names_that_can_be_no_path(name: str) -> None:
    assert address_from_path(f"families/{name}") is None


def test_rules_are_of_all_kinds() -> None:
    found = list(redirect_rules())
    assert {rule.target_prefix for rule in found if rule.is_wildcard} == {f"{kind.folder}/" for kind in ENTITY_TYPES}
    assert [rule.prefix for rule in found if rule.is_page] == ["figures/"]
    assert PageAddress(None, "vocab").file_path(HTML) == "vocab.html"
