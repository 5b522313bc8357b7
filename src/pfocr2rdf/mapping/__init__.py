"""From a ``FigureRecord`` to its triples: pure functions, no I/O but its own package data. May import ``records`` and ``rdf``."""
