"""What the page with the queries shows, and what its scripts are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE, PREFIXES, PROPERTIES, expand
from pfocr2rdf.site.pages.html import ASSETS
from pfocr2rdf.site.pages.urls import KINDS, Kind
from pfocr2rdf.stores.querying.examples import Example, examples

FIRST = """\
PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#>
PREFIX dcterms: <http://purl.org/dc/terms/>

SELECT ?figure ?title WHERE {
  ?figure a pfocr:Figure ;
    dcterms:title ?title .
}
ORDER BY ?figure
LIMIT 20
"""
"""The query that is there before somebody chooses or writes one."""

EDITOR = "editor/yasqe.min.js"
"""Where in the assets the editor is, if it was there when the package was built."""


def query_page(
    endpoint: str,
    *,
    root: str = "",
    text: str = "",
    problem: str = "",
    chosen: Iterable[Example] | None = None,
    kinds: Iterable[Kind] = KINDS,
) -> dict[str, Any]:
    """The values for the template ``queries``, but for ``site``.

    Args:
        endpoint: where queries are asked: a URL of another host; one relative to the root, which is that of this program; or ``""`` for
            a site that has none.
        root: what leads to the root of the site.
        text: the query in the field; ``FIRST`` where there is none.
        problem: what was wrong with the query.
        chosen: the examples; all that there are where it is none.
        kinds: the kinds of things that have pages.
    """
    is_own = bool(endpoint) and not urlsplit(endpoint).netloc
    return {
        "root": root,
        "title": "Queries",
        "endpoint": f"{root}{endpoint}" if is_own else endpoint,
        "is_own": is_own,
        "text": text or FIRST,
        "problem": problem,
        "examples": tuple(examples() if chosen is None else chosen),
        "has_editor": bool(endpoint) and (ASSETS / EDITOR).is_file(),
        "given": {
            "root": root,
            "prefixes": PREFIXES,
            "terms": sorted({row.name for table in (CLASSES, PROPERTIES, EVIDENCE) for row in table}),
            "kinds": [
                {"folder": one.folder, "cls": expand(one.cls), "spaces": [list(space) for space in one.spaces], "ending": one.ending}
                for one in kinds
            ],
        },
    }  # fmt: skip
