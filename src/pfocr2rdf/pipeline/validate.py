"""Validation of anything: RDF files, graphs, records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import read_record
from pfocr2rdf.records.sources import RecordRef, RecordSource
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.rdf_files import map_rdf_errors, rdf_format
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.shapes import load_shapes
from pfocr2rdf.validation.validator import Validator, get_validator

if TYPE_CHECKING:
    import rdflib


class ValidationReport(NamedTuple):
    """What a validation found.

    Attributes:
        results: all results, source by source.
        refusals: records that could not be read.
        graph_count: how many graphs were validated: one an RDF file, one a record.
    """

    results: list[ValidationResult]
    refusals: list[RecordError]
    graph_count: int

    @property
    def conforms(self) -> bool:
        """Whether there is no result at all and nothing was refused."""
        return not self.results and not self.refusals


def validate(
    *sources: str | os.PathLike[str] | rdflib.Graph | FigureRecord, shapes: Iterable[str | os.PathLike[str]] = ()
) -> ValidationReport:
    """Validate RDF or records with the SHACL shapes.

    Args:
        sources: RDF files (by their ending, also with ``.gz`` or ``.zst`` behind it), record files, folders and archives,
            graphs, records. An RDF file is one graph and is held in memory.
        shapes: folders of SHACL shapes, put in the place of the built-in ones or beside them.

    Raises:
        SourceError: a file is missing or is no RDF.
        ShapesError: the shapes cannot be used.
    """
    validator = get_validator(load_shapes(shapes))
    results: list[ValidationResult] = []
    refusals: list[RecordError] = []
    graphs = 0
    for source in sources:
        for one in _validate_source(source, validator):
            if isinstance(one, RecordError):
                refusals.append(one)
            else:
                results += one
                graphs += 1
    return ValidationReport(results, refusals, graphs)


def _validate_source(
    source: str | os.PathLike[str] | rdflib.Graph | FigureRecord, validator: Validator
) -> Iterator[list[ValidationResult] | RecordError]:
    if isinstance(source, FigureRecord):
        yield _validate_record(source, validator)
    elif not isinstance(source, (str, os.PathLike)):
        yield validator.validate_ntriples(source.serialize(format="nt"))
    elif rdf_format(source):
        yield validator.validate_ntriples(_read_as_ntriples(Path(source)), os.fspath(source))
    else:
        yield from _validate_records(source, validator)


def _validate_record(record: FigureRecord, validator: Validator) -> list[ValidationResult]:
    return validator.validate(build_figure_graph(record).resources(), record.source, record.figid)


def _validate_records(source: str | os.PathLike[str], validator: Validator) -> Iterator[list[ValidationResult] | RecordError]:
    with RecordSource([source]) as found:
        yield from found.refusals
        for item in found:
            try:
                yield _validate_record(read_record(item), validator) if isinstance(item, RecordRef) else item
            except RecordError as error:
                yield error


def _read_as_ntriples(path: Path) -> str:
    """An RDF file as N-Triples, without the names of its graphs."""
    with map_rdf_errors(path), open_decompressed(path) as file:
        quads = pyoxigraph.parse(file, format=rdf_format(path))
        return "".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
