"""SPARQL stores as destinations: load, apply a delta, query. May import ``pipeline``, ``rdf`` and ``storage``; not ``analysis``."""
