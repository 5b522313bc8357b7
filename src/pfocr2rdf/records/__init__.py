"""Sources to typed ``FigureRecord`` objects, whatever the schema of a record. May import ``rdf`` and ``storage``."""
