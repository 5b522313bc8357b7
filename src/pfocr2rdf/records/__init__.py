"""Sources to typed ``FigureRecord`` objects, for each schema of records. May import ``rdf`` and ``storage``."""
