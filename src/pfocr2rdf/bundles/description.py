"""The facts that every metadata file of a bundle states in its own words."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.licenses import LICENSES, License
from pfocr2rdf.pipeline.release import Release, normalize_doi
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.layout import DATASET_FILE

PUBLISHER = "WikiPathways"
SOFTWARE_URL = "https://pypi.org/project/pfocr2rdf/"

ARTICLE_DOI = "10.1186/s13059-020-02181-2"
ARTICLE_TITLE = "Pathway information extracted from 25 years of pathway figures"
ARTICLE_AUTHORS = (("Kristina", "Hanspers"), ("Anders", "Riutta"), ("Martina", "Summer-Kutmon"), ("Alexander R.", "Pico"))
ARTICLE_JOURNAL, ARTICLE_VOLUME, ARTICLE_YEAR = "Genome Biology", 21, 2020

_MEDIA_TYPES = {
    **{serializer.suffix.lstrip("."): serializer.media_type for serializer in SERIALIZERS.values()},
    "cff": "application/yaml", "csv": "text/csv", "gmt": "text/tab-separated-values", "json": "application/json",
    "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet", "tsv": "text/tab-separated-values",
}  # fmt: skip
_COMPRESSION_TYPES = {"gz": "application/gzip", "zst": "application/zstd"}
_DESCRIPTIONS = {
    "figures": "The graph: figures, mentions and the entities that they share",
    "part-": "A partition of the graph",
    "entities": "The entities that the partitions share",
    "dataset.ttl": "The dataset description (VoID, DCAT, HCLS)",
    "vocabulary.ttl": "The vocabulary of the graph (OWL)",
    "shapes.ttl": "The SHACL shapes that the graph was validated with",
    "prefixes.": "The namespace prefixes of the graph",
    "context.jsonld": "The JSON-LD context of the graph",
    "aliases.tsv": "Other identifiers of figures",
    "report.json": "The report of the export",
    "report.ttl": "The SHACL validation report",
    "manifest.json": "The manifest of the export: its tool, its records and its files with their digests",
    "tables/": "A table of the graph",
    "genesets/": "Gene sets of figures (GMT)",
    "kgx/": "The graph in KGX, with the Biolink model",
    "biothings": "Figures in the format of the BioThings API",
    "sssom/": "Mappings (SSSOM)",
    "linksets/": "A linkset",
}


_LABELS = {"name": "version", "issued": "date", "doi": "DOI", "contact_page": "contact page"}


class BundleDescription(NamedTuple):
    """A release with its files and the tool that wrote them; the version and the date of the release are never empty."""

    release: Release
    files: list[FileInfo]
    tool: str

    @property
    def license(self) -> License:
        """The license of the data."""
        return LICENSES[self.release.license]

    @property
    def doi_url(self) -> str:
        """The DOI as a URL, or ``""`` where the release has none yet."""
        return f"https://doi.org/{self.release.doi}" if self.release.doi else ""


def media_types(name: str) -> list[str]:
    """The media type of a file, and that of its compression.

    >>> media_types("figures.nt.gz"), media_types("README")
    (['application/n-triples', 'application/gzip'], ['application/octet-stream'])
    """
    *_, inner, suffix = ["", "", *name.rpartition("/")[2].split(".")]
    compression = _COMPRESSION_TYPES.get(suffix)
    return [_MEDIA_TYPES.get(inner if compression else suffix, "application/octet-stream"), *([compression] if compression else [])]


def describe_file(name: str) -> str:
    """What a file of an export is, as a phrase."""
    return next((text for start, text in _DESCRIPTIONS.items() if name.startswith(start)), "A file of the export")


def complete_release(release: Release, described: Release, version: str) -> tuple[Release, list[str]]:
    """The release with what only the dataset description has, and a warning where the two state different values.

    Raises:
        OptionError: the license is not known, or the date or the DOI is not valid.
    """
    values: dict[str, Any] = {}
    differing = []
    for field, default in Release()._asdict().items():
        value, other = getattr(release, field), getattr(described, field)
        values[field] = value if value != default else other
        if value not in (default, other) and _plain(value) != _plain(other) and field != "downloads":  # which is a part of other URLs there
            differing.append(_LABELS.get(field, field))
    values["name"] = values["name"] or version
    values["issued"] = values["issued"] or datetime.datetime.now(datetime.UTC).date().isoformat()
    remedy = "export again with the same --metadata to have it in both"
    warnings = [f"{DATASET_FILE} does not have the same {', '.join(differing)} as the bundle; {remedy}"] if differing else []
    completed = Release(**values)
    if completed.license not in LICENSES:
        raise OptionError(f"{completed.license!r} is not the SPDX identifier of a license for data; choose from {', '.join(LICENSES)}")
    try:
        datetime.date.fromisoformat(completed.issued)
        return completed._replace(doi=normalize_doi(completed.doi) if completed.doi else ""), warnings
    except ValueError as error:
        raise OptionError(
            f"the release cannot be described: {error}; write the date as YYYY-MM-DD, and the DOI as 10.5281/zenodo.1"
        ) from None


def _plain(value: Any) -> Any:
    """A value as the dataset description can state it: of creators, their IRIs and names."""
    return sorted(creator[:2] for creator in value) if value and isinstance(value[0], tuple) else value
