"""Every format is known by its name, its suffix and the names of other tools."""

from __future__ import annotations

import pytest

from pfocr2rdf.rdf.format_names import canonical_format_name
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.stores.querying.result import QUERY_RESULT_FORMATS


@pytest.mark.parametrize("name", [*SERIALIZERS, *QUERY_RESULT_FORMATS])
def test_names_stay(name: str) -> None:
    assert canonical_format_name(name) == name


@pytest.mark.parametrize("name", SERIALIZERS)
def test_suffixes_are_names(name: str) -> None:
    assert canonical_format_name(SERIALIZERS[name]().suffix.removeprefix(".")) == name
