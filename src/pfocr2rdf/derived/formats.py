"""The registry of derived formats by name."""

from __future__ import annotations

from pfocr2rdf.derived.base import DerivedFormat
from pfocr2rdf.derived.biothings import BioThings
from pfocr2rdf.derived.gene_sets import GeneSets
from pfocr2rdf.derived.sssom import SssomMappings

_FORMATS: tuple[type[DerivedFormat], ...] = (
    BioThings,
    GeneSets,
    SssomMappings,
)  # fmt: skip
DERIVED_FORMATS: dict[str, type[DerivedFormat]] = {derived_format.name: derived_format for derived_format in _FORMATS}
