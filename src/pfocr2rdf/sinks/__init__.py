"""Where statements go. A format is one row of ``FORMATS``: the command line, the files and the tests are made from it."""

from __future__ import annotations

from collections.abc import Callable

from pfocr2rdf.sinks.jsonld import JsonLdWriter, context
from pfocr2rdf.sinks.lines import NQuadsWriter, NTriplesWriter
from pfocr2rdf.sinks.rdfxml import RdfXmlWriter
from pfocr2rdf.sinks.turtle import TrigWriter, TurtleWriter
from pfocr2rdf.sinks.writer import Writer

FORMATS: dict[str, Callable[[], Writer]] = {
    writer.name: writer for writer in (TurtleWriter, JsonLdWriter, NTriplesWriter, NQuadsWriter, TrigWriter, RdfXmlWriter)
}
DEFAULT_FORMATS = (TurtleWriter.name, JsonLdWriter.name)

__all__ = ["DEFAULT_FORMATS", "FORMATS", "TurtleWriter", "Writer", "context"]
