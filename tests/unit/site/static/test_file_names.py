"""File names that other systems do not have."""

from __future__ import annotations

import pytest

from pfocr2rdf.site.static.file_names import find_unportable_paths

NFC, NFD = "families/caf\u00e9", "families/cafe\u0301"


@pytest.mark.parametrize(
    "name",
    ["CON", "aux", "Nul.x", "com1", "LPT9", "com\u00b9", "a?b", "a*", "a:b", "<a>", 'a"', "a|b", "a\\b", "ends.", "ends ", "prn/x", "x./y"],
)
def test_a_name_that_windows_cannot_have(name: str) -> None:
    assert find_unportable_paths([f"families/{name}", "families/x"]) == [f"families/{name}"]


@pytest.mark.parametrize("name", ["CONTROL", "com10", "com", "a.con", "PI3K/AKT", "a b", "100%", "\u03ba", "a.b.c"])
def test_a_name_that_every_system_can_have(name: str) -> None:
    assert find_unportable_paths([f"families/{name}", "genes/1"]) == []


def test_names_that_differ_by_case_or_normalization_only() -> None:
    paths = ["families/Notch", "families/NOTCH", "families/notch", NFC, NFD, "figures/Notch"]
    assert find_unportable_paths(paths) == sorted(paths[:-1])
