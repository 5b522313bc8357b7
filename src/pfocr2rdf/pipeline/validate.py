"""Validation of anything: RDF files, graphs, records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.figure_graph import describe
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import read_one
from pfocr2rdf.records.sources import Located, Sources
from pfocr2rdf.storage.compression import opened
from pfocr2rdf.storage.rdf_files import rdf_format, reading
from pfocr2rdf.validation.results import Result
from pfocr2rdf.validation.shapes import load_shapes
from pfocr2rdf.validation.validator import Validator, validator_of

if TYPE_CHECKING:
    import rdflib


class Checked(NamedTuple):
    """What a validation found.

    Attributes:
        results: all results, source by source.
        refusals: records that could not be read.
        graphs: how many graphs were validated: one an RDF file, one a record.
    """

    results: list[Result]
    refusals: list[RecordError]
    graphs: int

    @property
    def conforms(self) -> bool:
        """Whether there is no result at all and nothing was refused."""
        return not self.results and not self.refusals


def validate(*sources: str | os.PathLike[str] | rdflib.Graph | FigureRecord, shapes: Iterable[str | os.PathLike[str]] = ()) -> Checked:
    """Validate RDF or records with the SHACL shapes.

    Args:
        sources: RDF files (by their ending, also with ``.gz`` or ``.zst`` behind it), record files, folders and archives,
            graphs, records. An RDF file is one graph and is held in memory.
        shapes: folders of SHACL shapes, put in the place of the built-in ones or beside them.

    Raises:
        SourceError: a file is missing or is no RDF.
        ShapesError: the shapes cannot be used.
    """
    validator = validator_of(load_shapes(shapes))
    results: list[Result] = []
    refusals: list[RecordError] = []
    graphs = 0
    for source in sources:
        for one in _checked(source, validator):
            if isinstance(one, RecordError):
                refusals.append(one)
            else:
                results += one
                graphs += 1
    return Checked(results, refusals, graphs)


def _checked(source: str | os.PathLike[str] | rdflib.Graph | FigureRecord, validator: Validator) -> Iterator[list[Result] | RecordError]:
    if isinstance(source, FigureRecord):
        yield _record(source, validator)
    elif not isinstance(source, (str, os.PathLike)):
        yield validator.validate_ntriples(source.serialize(format="nt"))
    elif rdf_format(source):
        yield validator.validate_ntriples(_ntriples(Path(source)), os.fspath(source))
    else:
        yield from _records(source, validator)


def _record(record: FigureRecord, validator: Validator) -> list[Result]:
    return validator.validate(describe(record).nodes(), record.where, record.figid)


def _records(source: str | os.PathLike[str], validator: Validator) -> Iterator[list[Result] | RecordError]:
    with Sources([source]) as found:
        yield from found.refusals
        for item in found:
            try:
                yield _record(read_one(item), validator) if isinstance(item, Located) else item
            except RecordError as error:
                yield error


def _ntriples(path: Path) -> str:
    """An RDF file as N-Triples, without the names of its graphs."""
    with reading(path), opened(path) as file:
        quads = pyoxigraph.parse(file, format=rdf_format(path))
        return "".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
