"""The look-up of MeSH names."""

from __future__ import annotations

import pytest

from pfocr2rdf.mapping.mesh import find_mesh_name


@pytest.mark.parametrize(
    ("mesh_id", "name"),
    [
        ("D000001", "Calcimycin"),  # the first descriptor
        ("D009369", "Neoplasms"),
        ("C000002", "bevonium"),  # the first supplementary concept
        ("C000589473", "polyethylene glycol-poly(lactide-co-glycolide)"),  # an id of nine digits
        ("C999999", ""),
        ("D999999", ""),
        ("D00", ""),
        ("D", ""),
        ("", ""),
        ("d000001", ""),
        ("D0000010", ""),
    ],
)
def test_an_id_has_its_name_or_none(mesh_id: str, name: str) -> None:
    assert find_mesh_name(mesh_id) == name
