"""JSON-LD of records to RDF: PyLD with bundled contexts, offline, after the repairs that every record needs."""
