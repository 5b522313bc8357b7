"""Serializers: resources to Turtle, JSON-LD, N-Triples, N-Quads, TriG and RDF/XML. A format is one entry of ``SERIALIZERS``."""
