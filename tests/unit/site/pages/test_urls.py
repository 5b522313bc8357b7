"""The table of paths: a place and an IRI name each other."""

from __future__ import annotations

import pytest

from pfocr2rdf.site.pages.urls import HTML, KINDS, Place, place_at, place_of, rules


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_place_and_an_iri_name_each_other(kind: object) -> None:
    for name in ("A", "NF-κB", "A/B", "a b", "100%", "a?b#c", "'\"<>", "é.ttl"):
        place = place_at(f"{kind.folder}/{name}")  # type: ignore[attr-defined]
        assert place is not None
        assert place_of(place.iri, place.kind) == place if place.kind else False


@pytest.mark.parametrize("name", ["..", ".", "../x", "a/../b", "a//b", "/a", "a/", "a.ttl/x", "a/page-2", "a\nb", "a\x00", "x" * 201, ""])
def test_names_that_can_be_no_path(name: str) -> None:
    assert place_at(f"families/{name}") is None


def test_rules_are_of_all_kinds() -> None:
    found = list(rules())
    assert {rule.to for rule in found if rule.each} == {f"{kind.folder}/" for kind in KINDS}
    assert [rule.before for rule in found if rule.is_page] == ["figures/"]
    assert Place(None, "vocab").file(HTML) == "vocab.html"
