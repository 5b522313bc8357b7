"""Portable file names: no two of them fold to one, and Windows can hold each."""

from __future__ import annotations

import itertools
import random

import pytest

from pfocr2rdf.site.pages.portable_names import is_renamed_path, portable_path
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, address_from_path
from pfocr2rdf.site.static.file_names import find_unportable_paths

ODD_PARTS = (
    "a", "A", "Con", "AUX", "com1", ".", " ", "/", "?", "*", ":", "<", ">", "|", '"', "\\", "~", "\u00e9", "e\u0301", "\u212a", "K", "k",
    "\u00df", "SS", "\u0130", "i", "\u1e9e", "\ufb01", "fi", ".ttl", ".TTL", ".html", "PMC1__", "pmc1__", "-", "_", "\u4e2d", "\U0001f600",
)  # fmt: skip


def generate_paths() -> set[str]:
    """The paths of pages that some names of up to three odd parts give, for every entity type."""
    names = {"".join(parts) for length in (1, 2, 3) for parts in itertools.product(ODD_PARTS, repeat=length)}
    names = {*random.Random(3).sample(sorted(names), 1000), *ODD_PARTS, "PMC1__" + "a" * 190, "A" * 200, "a" * 200}
    return {f"{kind.folder}/{name}" for kind in ENTITY_TYPES for name in names if address_from_path(f"{kind.folder}/{name}")}


def test_no_two_names_fold_to_one_and_windows_can_hold_each() -> None:
    paths = generate_paths()
    portable = {portable_path(path) for path in paths}
    assert len(paths) > 3000
    assert len(portable) == len(paths)
    assert find_unportable_paths(portable) == []
    assert all(path.isascii() and path.count("/") == 1 and len(path.rpartition("/")[2]) <= 200 for path in portable)
    # A page and its further ones: no folder has the name of a file, whatever the case.
    files = {f"{path}{suffix}".lower() for path in portable for suffix in (".html", ".ttl", ".jsonld", ".html.gz", ".ttl.gz", ".jsonld.gz")}
    assert files.isdisjoint(path.lower() for path in portable)


@pytest.mark.parametrize(
    "path",
    ["figures/PMC7378365__fimmu-11-01424-g0002", "figures/PMC1__a.b", "genes/6772", "families/STAT", "papers/PMC1", "chemicals/CHEBI_76072",
     "diseases/DOID_0060239", "organisms/9606", "dataset", "vocab"],
)  # fmt: skip
def test_what_is_portable_stays(path: str) -> None:
    assert portable_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["figures/PMC1__F1", "figures/pmc1__a", "families/Notch", "families/CON", "families/A.", "families/A.TTL", "families/A~B",
     "families/.A"],
)  # fmt: skip
def test_what_is_not_keeps_its_plain_begin(path: str) -> None:
    portable = portable_path(path)
    assert is_renamed_path(portable)
    assert path.startswith(portable.partition("~")[0])
    assert portable_path(portable) != portable, "a name that looks like one with a digest is no digest of itself"
