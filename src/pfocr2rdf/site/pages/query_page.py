"""The page with the example queries and, where there is an endpoint, the form to query it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PREFIXES, PROPERTIES, expand_curie
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site, render_page
from pfocr2rdf.site.pages.portable_names import PORTABLE_PATH_PATTERN
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, EntityType
from pfocr2rdf.stores.querying.examples import Example, group_by_task, load_examples

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


def render_query_page(
    site: Site,
    text: str = "",
    problem: str = "",
    examples: Iterable[Example] | None = None,
    entity_types: Iterable[EntityType] = ENTITY_TYPES,
) -> str:
    """The page, with a text in its form, or else ``DEFAULT_QUERY``; without examples, it has all that come with the package."""
    script_data = {
        "root": "",
        "portable": PORTABLE_PATH_PATTERN if site.portable_names else "",
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
    }
    return render_page(
        "queries",
        site,
        "Queries",
        endpoint=site.endpoint,
        is_own=bool(site.endpoint) and not urlsplit(site.endpoint).netloc,
        text=text or DEFAULT_QUERY,
        problem=problem,
        tasks=group_by_task(load_examples() if examples is None else examples).items(),
        has_editor=bool(site.endpoint) and (ASSETS_DIR / EDITOR_SCRIPT).is_file(),
        script_data=script_data,
    )
