"""The table of serializers by format name: the command line, the files and the tests are made from it."""

from __future__ import annotations

from collections.abc import Callable

from pfocr2rdf.rdf.serializers.base import Writer
from pfocr2rdf.rdf.serializers.jsonld import JsonLdWriter
from pfocr2rdf.rdf.serializers.nquads import NQuadsWriter, NTriplesWriter
from pfocr2rdf.rdf.serializers.rdfxml import RdfXmlWriter
from pfocr2rdf.rdf.serializers.turtle import TrigWriter, TurtleWriter

FORMATS: dict[str, Callable[[], Writer]] = {
    writer.name: writer for writer in (TurtleWriter, JsonLdWriter, NTriplesWriter, NQuadsWriter, TrigWriter, RdfXmlWriter)
}
DEFAULT_FORMATS = (TurtleWriter.name, JsonLdWriter.name)
