"""Files: compression, locks, directories that are published atomically, object stores, SQLite, RDF files.

Knows nothing of records or of our vocabulary. May import ``errors``.
"""
