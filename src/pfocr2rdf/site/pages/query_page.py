"""The page with the example queries and, where there is an endpoint, the form to query it."""

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
"""The query in the form at first."""

EDITOR_SCRIPT = "editor/yasqe.min.js"  # the path of the editor in the assets, if it was there when the package was built


def build_query_page_context(
    endpoint: str,
    *,
    root: str = "",
    text: str = "",
    problem: str = "",
    offered_examples: Iterable[Example] | None = None,
    entity_types: Iterable[EntityType] = ENTITY_TYPES,
) -> dict[str, Any]:
    """The variables of the template ``queries``, without ``site``.

    Args:
        endpoint: the URL of the SPARQL endpoint; relative to the root if it is this program's own, ``""`` if there is none.
        root: the relative URL of the root of the site.
        text: the query in the form; ``DEFAULT_QUERY`` if it is empty.
        problem: what is wrong with the query.
        offered_examples: the example queries; ``None`` for all that come with the package.
        entity_types: the entity types that have pages.
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
        "script_data": {
            "root": root,
            "prefixes": PREFIXES,
            "terms": sorted({row.name for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table}),
            "kinds": [
                {
                    "folder": entity_type.folder,
                    "cls": expand_curie(entity_type.cls),
                    "spaces": [list(namespace) for namespace in entity_type.namespaces],
                    "ending": entity_type.iri_suffix,
                }
                for entity_type in entity_types
            ],
        },
    }
