"""Pre-binding of variables in SHACL-SPARQL: a rule of it that the engines do not check.

A subquery must return ``$this``, or the value that is bound to it never reaches its pattern (SHACL, appendix A: "Pre-binding of
Variables in SPARQL Queries"), and a shape that looks right finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyoxigraph

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.validation.constraints import SH

_QUERIES = (pyoxigraph.NamedNode(f"{SH}select"), pyoxigraph.NamedNode(f"{SH}ask"))
_has_select = re.compile("select", re.IGNORECASE).search


def check_prebinding(shapes: str) -> None:
    """Refuse shapes in Turtle with a subquery that does not return ``$this``; ``ShapesError`` names it."""
    if not _has_select(shapes):
        return
    try:
        texts = [
            quad.object.value
            for quad in pyoxigraph.parse(shapes.encode(), format=pyoxigraph.RdfFormat.TURTLE)
            if quad.predicate in _QUERIES and isinstance(quad.object, pyoxigraph.Literal) and _may_have_subquery(quad.object.value)
        ]
    except SyntaxError:  # which the engine reports
        return
    for text in texts:
        for names in _projections(text):
            if "this" not in names:
                returned = " ".join(f"?{name}" for name in sorted(names)) or "*"
                raise ShapesError(
                    f"the shapes cannot be used: the subquery SELECT {returned} does not return $this, "
                    "so the node that is validated never reaches it; add $this to it"
                )


def _may_have_subquery(query: str) -> bool:
    return _has_select(query, query.find("{")) is not None


def _projections(query: str) -> Iterator[set[str]]:
    """The variables that each subquery returns; nothing of a query that cannot be parsed, which the engine refuses."""
    from rdflib.plugins.sparql.parser import parseQuery  # here, since few shapes have subqueries, and it takes long to import

    try:
        pending: list[Any] = [parseQuery(query)]
    except Exception:  # pyparsing's own, and recursion that is too deep
        return
    while pending:
        node = pending.pop()
        if getattr(node, "name", "") == "SubSelect":
            yield _returned_variables(node)
        pending += _children(node)


def _returned_variables(subquery: Any) -> set[str]:
    """The variables of a projection; of ``*``, those in scope (SPARQL 1.1, 18.2.1), which filters and MINUS do not bind."""
    if items := dict.get(subquery, "projection"):
        return {str(item["var" if "var" in item else "evar"]) for item in items}
    names: set[str] = set()
    pending = _children(subquery)
    while pending:
        node = pending.pop()
        name = getattr(node, "name", "")
        if name == "SubSelect":
            names |= _returned_variables(node)
        elif name not in ("Filter", "MinusGraphPattern"):
            names |= {str(node)} if type(node).__name__ == "Variable" else set()
            pending += _children(node)
    return names


def _children(node: Any) -> list[Any]:
    if isinstance(node, str) or not hasattr(node, "__iter__"):
        return []
    return list(node.values() if isinstance(node, dict) else node)
