"""What the page with the queries shows, and what its scripts are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PREFIXES, PROPERTIES, expand_curie
from pfocr2rdf.site.pages.html import ASSETS_DIR
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, EntityType
from pfocr2rdf.stores.querying.examples import Example, load_examples

DEFAULT_QUERY = """\
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

EDITOR_SCRIPT = "editor/yasqe.min.js"
"""Where in the assets the editor is, if it was there when the package was built."""


def build_query_page_context(
    endpoint: str,
    *,
    root: str = "",
    text: str = "",
    problem: str = "",
    offered_examples: Iterable[Example] | None = None,
    entity_types: Iterable[EntityType] = ENTITY_TYPES,
) -> dict[str, Any]:
    """The values for the template ``queries``, but for ``site``.

    Args:
        endpoint: where queries are asked: a URL of another host; one relative to the root, which is that of this program; or ``""`` for
            a site that has none.
        root: what leads to the root of the site.
        text: the query in the field; ``DEFAULT_QUERY`` where there is none.
        problem: what was wrong with the query.
        offered_examples: the examples; all that there are where it is none.
        entity_types: the kinds of things that have pages.
    """
    is_own = bool(endpoint) and not urlsplit(endpoint).netloc
    return {
        "root": root,
        "title": "Queries",
        "endpoint": f"{root}{endpoint}" if is_own else endpoint,
        "is_own": is_own,
        "text": text or DEFAULT_QUERY,
        "problem": problem,
        "examples": tuple(load_examples() if offered_examples is None else offered_examples),
        "has_editor": bool(endpoint) and (ASSETS_DIR / EDITOR_SCRIPT).is_file(),
        "given": {
            "root": root,
            "prefixes": PREFIXES,
            "terms": sorted({row.name for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table}),
            "kinds": [
                {
                    "folder": one.folder,
                    "cls": expand_curie(one.cls),
                    "spaces": [list(space) for space in one.namespaces],
                    "ending": one.iri_suffix,
                }
                for one in entity_types
            ],
        },
    }
