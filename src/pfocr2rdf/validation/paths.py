"""Property paths of SHACL, as Turtle, from those of SPARQL, in which the engines report them."""

from __future__ import annotations

from functools import lru_cache

_MULTIPLICITIES = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


@lru_cache(1_000)
def shacl_path(path: str) -> str:
    """The node of a path: an IRI, or the blank node that SHACL demands for all others. Nodes are nested, so that none has a label.

    >>> shacl_path("^(<urn:a>/<urn:b>)")
    '[ sh:inversePath ( <urn:a> <urn:b> ) ]'
    """
    if path.startswith("<") and path.endswith(">") and path.count("<") == 1:
        return path
    from rdflib.plugins.sparql import prepareQuery  # here, since few shapes have other paths, and it takes long to import

    return _render(prepareQuery(f"SELECT * {{ ?subject {path} ?object }}").algebra.p.p.triples[0][1])


def _render(path: object) -> str:
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    if isinstance(path, SequencePath):
        return f"( {' '.join(map(_render, path.args))} )"
    if isinstance(path, AlternativePath):
        return f"[ sh:alternativePath ( {' '.join(map(_render, path.args))} ) ]"
    if isinstance(path, InvPath):
        return f"[ sh:inversePath {_render(path.arg)} ]"
    if isinstance(path, MulPath):
        return f"[ sh:{_MULTIPLICITIES[str(path.mod)]} {_render(path.path)} ]"
    return f"<{path}>"
