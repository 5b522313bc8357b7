"""The RDF layer: terms as N-Triples text, IRIs, vocabulary, serializers. No I/O but its own package data. May import ``errors``."""
