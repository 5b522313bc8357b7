"""The RDF layer: terms as N-Triples text, IRIs, vocabulary, serializers. No files. May import ``errors``."""
