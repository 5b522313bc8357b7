"""The dataset in pages: Google's rules for datasets, in our words.

They are the sections "Dataset", "DataCatalog" and "DataDownload" of developers.google.com/search/docs/appearance/structured-data/dataset.
A dataset has a name and a description of 50 to 5,000 characters, and a distribution a URL. The recommended properties that PFOCR knows
are asked for as well. A dataset within a catalogue is a dataset.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.referees.bioschemas import read_blocks
from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult

from pfocr2rdf import publish

_is_url = re.compile(r"https?://[^\s/]+/\S*").fullmatch
_is_media_type = re.compile(r"[a-z]+/[a-z0-9.+-]+").fullmatch


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and bool(_is_url(value))


def _are_texts(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))


def _are_agents(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(
        item.get("@type") in ("Person", "Organization") and _is_text(item.get("name")) and _is_link(item.get("url")) for item in value
    )  # fmt: skip


DATASET_RULES: dict[str, Callable[[Any], bool]] = {
    "name": _is_text,
    "description": lambda value: isinstance(value, str) and 50 <= len(value) <= 5000,
    "alternateName": _are_texts,
    "citation": _is_text,
    "creator": _are_agents,
    "identifier": _are_texts,
    "isAccessibleForFree": lambda value: value is True,
    "keywords": _are_texts,
    "license": _is_link,
    "measurementTechnique": _are_texts,
    "url": _is_link,
    "variableMeasured": _are_texts,
    "distribution": lambda value: isinstance(value, list) and bool(value),
}
DISTRIBUTION_RULES: dict[str, Callable[[Any], bool]] = {
    "@type": lambda value: value == "DataDownload",
    "contentUrl": _is_link,
    "encodingFormat": lambda value: isinstance(value, str) and bool(_is_media_type(value)),
}
CATALOG_RULES: dict[str, Callable[[Any], bool]] = {
    "@type": lambda value: value == "DataCatalog", "name": _is_text, "description": _is_text, "url": _is_link, "license": _is_link,
}  # fmt: skip


def run() -> RefereeResult:
    """The index and the page of the dataset, on a site of the examples."""
    with tempfile.TemporaryDirectory() as folder:
        publish(example_export(), Path(folder) / "site", pages=["families"])
        (home,) = read_blocks((Path(folder) / "site" / "index.html").read_text(encoding="utf-8"))
        (page,) = read_blocks((Path(folder) / "site" / "dataset.html").read_text(encoding="utf-8"))
    return check_pages(home, page)


def check_pages(home: dict[str, Any], page: dict[str, Any]) -> RefereeResult:
    """The JSON-LD of the index, which is a catalogue, and that of the page of the dataset."""
    rows = [
        *_rows("index", home, CATALOG_RULES),
        *_dataset_rows("index", home.get("dataset", {})),
        *_dataset_rows("dataset", page),
        *_rows("dataset: includedInDataCatalog", page.get("includedInDataCatalog", {}), CATALOG_RULES),
    ]
    findings = tuple(row for row, is_right in rows if not is_right)
    return RefereeResult("Google's rules for datasets", "no version", len(rows), len(rows) - len(findings), findings)


def _dataset_rows(place: str, node: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    yield f"{place}: @type", node.get("@type") == "Dataset"
    yield from _rows(place, node, DATASET_RULES)
    for file in node.get("distribution", ()):
        yield from _rows(f"{place}: distribution {file.get('name')}", file, DISTRIBUTION_RULES)


def _rows(place: str, node: dict[str, Any], rules: dict[str, Callable[[Any], bool]]) -> Iterator[tuple[str, bool]]:
    for name, is_right in rules.items():
        yield f"{place}: {name} is {str(node.get(name, 'not there'))[:80]}", is_right(node.get(name))
