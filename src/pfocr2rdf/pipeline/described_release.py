"""The publisher's metadata that a dataset description states, read back: the inverse of ``describe_dataset`` for a release."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph

from pfocr2rdf.pipeline.licenses import LICENSES
from pfocr2rdf.pipeline.partitions import expand
from pfocr2rdf.pipeline.release import Creator, Release, normalize_doi
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.rdf_files import map_rdf_errors


def read_described_release(path: Path) -> Release:
    """The release in ``dataset.ttl``; unknown values are the default ones.

    Raises:
        SourceError: the file cannot be read, or is not Turtle.
    """
    reader = _DescriptionReader(path)
    (version_iri, *_) = [*reader.values(f"{DATASET_IRI}#summary", "dcterms:hasVersion"), ""]
    contact, licenses = f"{DATASET_IRI}#contact", {row.iri: row.spdx_id for row in LICENSES.values()}
    creators = tuple(Creator(iri, reader.value(iri, "foaf:name")) for iri in reader.values(DATASET_IRI, "dcterms:creator"))
    values: dict[str, Any] = {
        "name": reader.value(DATASET_IRI, "pav:version"),
        "issued": reader.value(DATASET_IRI, "dcterms:issued"),
        "creators": creators,
        "contact": reader.value(contact, "vcard:fn"),
        "email": unquote(reader.value(contact, "vcard:hasEmail").removeprefix("mailto:")),
        "contact_page": reader.value(contact, "vcard:hasURL"),
        "homepage": reader.value(DATASET_IRI, "dcat:landingPage"),
        "title": reader.value(DATASET_IRI, "dcterms:title"),
        "description": reader.value(DATASET_IRI, "dcterms:description"),
        "keywords": tuple(reader.values(DATASET_IRI, "dcat:keyword")),
        "license": licenses.get(reader.value(DATASET_IRI, "dcterms:license"), ""),
        "doi": reader.doi(version_iri),
    }
    return Release(**{field: value for field, value in values.items() if value})


class _DescriptionReader:
    """The statements of a dataset description, by subject and predicate."""

    def __init__(self, path: Path) -> None:
        self._values: dict[tuple[str, str], list[str]] = {}
        with map_rdf_errors(path), path.open("rb") as file:
            for quad in pyoxigraph.parse(file, format=pyoxigraph.RdfFormat.TURTLE):
                if isinstance(quad.subject, pyoxigraph.NamedNode) and not isinstance(quad.object, pyoxigraph.Triple):
                    self._values.setdefault((quad.subject.value, str(quad.predicate)), []).append(quad.object.value)

    def values(self, subject: str, predicate: str) -> list[str]:
        """The objects, in the order of the file."""
        return self._values.get((subject, expand(predicate)), [])

    def value(self, subject: str, predicate: str) -> str:
        """The first object, or ``""``."""
        return next(iter(self.values(subject, predicate)), "")

    def doi(self, subject: str) -> str:
        """The DOI among the identifiers."""
        for text in self.values(subject, "dcterms:identifier"):
            with contextlib.suppress(ValueError):
                return normalize_doi(text)
        return ""
