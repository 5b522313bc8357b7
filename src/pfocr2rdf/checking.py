"""Validation of anything: RDF files, graphs, records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.graph import describe
from pfocr2rdf.packed import BROKEN, opened
from pfocr2rdf.records import FigureRecord, Located, Sources, read_one
from pfocr2rdf.validation import Result, Validator, load_shapes, validator_of

if TYPE_CHECKING:
    import rdflib

RDF_SUFFIXES = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    ".xml": pyoxigraph.RdfFormat.RDF_XML,
    ".owl": pyoxigraph.RdfFormat.RDF_XML,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
    ".json": pyoxigraph.RdfFormat.JSON_LD,
}


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


def rdf_format(path: str | os.PathLike[str]) -> pyoxigraph.RdfFormat | None:
    """The RDF syntax that a file's name tells, or ``None``."""
    name = os.fspath(path).lower().removesuffix(".gz").removesuffix(".zst")
    return RDF_SUFFIXES.get(os.path.splitext(name)[1])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """The one place that turns complaints about an RDF file into ours.

    Raises:
        SourceError: it cannot be read, or is no valid RDF; with the line, where that is known.
    """
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from None
    except SyntaxError as error:
        place = f"{path}:{error.lineno}" if error.lineno else str(path)
        raise SourceError(f"{place}: is no valid RDF: {error.msg}") from None
    except (ValueError, *BROKEN) as error:
        raise SourceError(f"{path}: is no valid RDF: {error}") from None


def _ntriples(path: Path) -> str:
    """An RDF file as N-Triples, without the names of its graphs."""
    with reading(path), opened(path) as file:
        quads = pyoxigraph.parse(file, format=rdf_format(path))
        return "".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
