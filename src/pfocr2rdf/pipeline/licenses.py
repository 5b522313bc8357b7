"""Licenses that a dataset can have."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.rdf.iris import CC0_IRI


class License(NamedTuple):
    """A license for data: its identifier in the SPDX list, its IRI and its name."""

    spdx_id: str
    iri: str
    name: str


_CC, _ODC = "https://creativecommons.org/licenses", "https://opendatacommons.org/licenses"
_LICENSES = (
    License("CC0-1.0", CC0_IRI, "Creative Commons Zero v1.0 Universal"),
    License("CC-BY-4.0", f"{_CC}/by/4.0/", "Creative Commons Attribution 4.0 International"),
    License("CC-BY-SA-4.0", f"{_CC}/by-sa/4.0/", "Creative Commons Attribution Share Alike 4.0 International"),
    License("PDDL-1.0", f"{_ODC}/pddl/1-0/", "Open Data Commons Public Domain Dedication & License 1.0"),
    License("ODC-By-1.0", f"{_ODC}/by/1-0/", "Open Data Commons Attribution License v1.0"),
    License("ODbL-1.0", f"{_ODC}/odbl/1-0/", "Open Data Commons Open Database License v1.0"),
)
LICENSES = {row.spdx_id: row for row in _LICENSES}
