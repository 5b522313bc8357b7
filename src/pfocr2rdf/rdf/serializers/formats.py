"""The registry of serializers by format name, from which the command line, the files and the tests are made."""

from __future__ import annotations

from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.serializers.nquads import NQuadsSerializer, NTriplesSerializer
from pfocr2rdf.rdf.serializers.rdfxml import RdfXmlSerializer
from pfocr2rdf.rdf.serializers.turtle import TrigSerializer, TurtleSerializer

SERIALIZERS: dict[str, type[Serializer]] = {
    serializer.name: serializer
    for serializer in (TurtleSerializer, JsonLdSerializer, NTriplesSerializer, NQuadsSerializer, TrigSerializer, RdfXmlSerializer)
}
DEFAULT_FORMATS = (TurtleSerializer.name, JsonLdSerializer.name)
