"""The table of serializers by format name: the command line, the files and the tests are made from it."""

from __future__ import annotations

from collections.abc import Callable

from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.serializers.nquads import NQuadsSerializer, NTriplesSerializer
from pfocr2rdf.rdf.serializers.rdfxml import RdfXmlSerializer
from pfocr2rdf.rdf.serializers.turtle import TrigSerializer, TurtleSerializer

SERIALIZERS: dict[str, Callable[[], Serializer]] = {
    writer.name: writer
    for writer in (TurtleSerializer, JsonLdSerializer, NTriplesSerializer, NQuadsSerializer, TrigSerializer, RdfXmlSerializer)
}
DEFAULT_FORMATS = (TurtleSerializer.name, JsonLdSerializer.name)
