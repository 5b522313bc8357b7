"""The registry of derived formats by name."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.derived.base import DerivedFormat
from pfocr2rdf.derived.biothings import BioThings
from pfocr2rdf.derived.gene_sets import GeneSets
from pfocr2rdf.derived.kgx import Kgx
from pfocr2rdf.derived.linksets import Linksets
from pfocr2rdf.derived.sssom import SssomMappings
from pfocr2rdf.derived.tables.output import Tables

_FORMATS: tuple[type[DerivedFormat], ...] = (
    BioThings,
    GeneSets,
    Kgx,
    Linksets,
    SssomMappings,
    Tables,
)  # fmt: skip
DERIVED_FORMATS: dict[str, type[DerivedFormat]] = {
    **{derived_format.name: derived_format for derived_format in _FORMATS},
    **dict.fromkeys(("parquet", "csv"), Tables),
}


def group_names(format_names: Iterable[str]) -> dict[type[DerivedFormat], list[str]]:
    """The classes of formats with their names, so that a class with several of them writes its files once."""
    names: dict[type[DerivedFormat], list[str]] = {}
    for name in format_names:
        names.setdefault(DERIVED_FORMATS[name], []).append(name)
    return names
