"""SHACL validation of resources: shapes, engine, results. May import ``rdf``."""
