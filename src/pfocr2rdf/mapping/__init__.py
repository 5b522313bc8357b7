"""From a ``FigureRecord`` to its triples: pure functions, no I/O. May import ``records`` and ``rdf``."""
