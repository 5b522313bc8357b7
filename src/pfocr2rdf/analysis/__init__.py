"""Operations on finished graphs: the difference of two, and counts of one. May import ``pipeline``, ``rdf`` and ``storage``."""
