"""``validate()``: SHACL validation of RDF files, graphs and records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pfocr2rdf.errors import RecordError, map_record_errors, unexpected_error
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.mapping.names import name_entities
from pfocr2rdf.pipeline.inputs import is_export, list_export_files
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import read_record
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.rdf_files import is_rdf_file, map_rdf_errors, parse_rdf, rdf_format
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.shapes import load_shapes
from pfocr2rdf.validation.validator import Validator, get_validator

if TYPE_CHECKING:
    import rdflib


class ValidationReport(NamedTuple):
    """The validation report of one or several sources.

    Attributes:
        results: the validation results, source by source.
        refusals: records that could not be read.
        graph_count: the number of graphs that were validated: one for each export, RDF file and record.
    """

    results: list[ValidationResult]
    refusals: list[RecordError]
    graph_count: int

    @property
    def conforms(self) -> bool:
        """Whether there is no result and no refusal."""
        return not self.results and not self.refusals


def validate(
    *sources: str | os.PathLike[str] | rdflib.Graph | FigureRecord, shapes: Iterable[str | os.PathLike[str]] = ()
) -> ValidationReport:
    """Validate RDF or records against SHACL shapes.

    Args:
        sources: export directories, RDF files (by their suffix, also followed by ``.gz`` or ``.zst``), record files, folders and
            archives, graphs, records. An export or an RDF file is one graph and is read into memory.
        shapes: folders of SHACL shapes, which replace built-in ones or are added to them.

    Raises:
        SourceError: a file is missing or is not valid RDF.
        ShapesError: the shapes cannot be used.
    """
    validator = get_validator(load_shapes(shapes))
    results: list[ValidationResult] = []
    refusals: list[RecordError] = []
    graph_count = 0
    for source in sources:
        for outcome in _validate_source(source, validator):
            if isinstance(outcome, RecordError):
                refusals.append(outcome)
            else:
                results += outcome
                graph_count += 1
    return ValidationReport(results, refusals, graph_count)


def _validate_source(
    source: str | os.PathLike[str] | rdflib.Graph | FigureRecord, validator: Validator
) -> Iterator[list[ValidationResult] | RecordError]:
    if isinstance(source, FigureRecord):
        try:
            yield _validate_record(source, validator)
        except RecordError as error:
            yield error
    elif not isinstance(source, (str, os.PathLike)):
        yield validator.validate_ntriples(source.serialize(format="nt"))
    elif is_rdf_file(Path(source)):
        yield validator.validate_ntriples(_read_as_ntriples(Path(source)), os.fspath(source))
    elif is_export(Path(source)):
        yield validator.validate_ntriples("".join(map(_read_as_ntriples, list_export_files(Path(source)))), os.fspath(source))
    else:
        yield from _validate_records(source, validator)


def _validate_record(record: FigureRecord, validator: Validator) -> list[ValidationResult]:
    with map_record_errors(record.source, record.figid):
        return validator.validate(list(name_entities(build_figure_graph(record).resources(), record.mentions)), record.source, record.figid)


def _validate_records(source: str | os.PathLike[str], validator: Validator) -> Iterator[list[ValidationResult] | RecordError]:
    with RecordSource([source]) as records:
        yield from records.refusals()
        for item in records:
            try:
                yield _validate_record(read_record(item), validator) if isinstance(item, RecordRef) else item
            except RecordError as error:
                yield error
            except MemoryError as error:
                yield unexpected_error(error).with_source(item.source)


def _read_as_ntriples(path: Path) -> str:
    """An RDF file as N-Triples, without graph names."""
    with map_rdf_errors(path), open_decompressed(path) as file:
        quads = parse_rdf(file, rdf_format(path))
        return "".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
