"""A record's own JSON-LD as RDF: PyLD with bundled contexts, offline, with the repairs that every record needs."""
