"""The page with the example queries and, where there is an endpoint, the form to query it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PREFIXES, PROPERTIES, expand_curie
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site, render_page
from pfocr2rdf.site.pages.portable_names import PORTABLE_PATH_PATTERN
from pfocr2rdf.site.pages.query_problem import ADVICE_BY_STATUS, QueryProblem
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, EntityType
from pfocr2rdf.stores.querying.examples import group_by_task, load_examples
from pfocr2rdf.stores.querying.parameter_types import PARAMETER_TYPES, ParameterType

TITLE = "Queries"
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
    problem: QueryProblem | None = None,
    *,
    allow_service: bool = False,
    entity_types: Iterable[EntityType] = ENTITY_TYPES,
) -> str:
    """The page, with a text in its form, or else ``DEFAULT_QUERY``. ``allow_service`` is whether its endpoint runs federated queries."""
    values = query_page_values(site, text, allow_service=allow_service, entity_types=entity_types)
    return render_page("queries", site, TITLE, problem=problem, answer=None, **values)


def query_page_values(
    site: Site, text: str, *, allow_service: bool = False, entity_types: Iterable[EntityType] = ENTITY_TYPES
) -> dict[str, Any]:
    """The values of the template but for the problem and the answer."""
    tasks = list(group_by_task(load_examples()).items())
    is_own = bool(site.endpoint) and not urlsplit(site.endpoint).netloc
    script_data = {
        "root": "",
        "isOwn": is_own,
        "portable": PORTABLE_PATH_PATTERN if site.portable_names else "",
        "prefixes": PREFIXES,
        "terms": sorted({row.name for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table}),
        "advice": ADVICE_BY_STATUS,
        "parameterTypes": {} if is_own else {name: _script_type(parameter_type) for name, parameter_type in PARAMETER_TYPES.items()},
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
    return {
        "endpoint": site.endpoint,
        "is_own": is_own,
        "text": text or DEFAULT_QUERY,
        "tasks": tasks,
        "open_task": tasks[0][0],
        "parameter_types": PARAMETER_TYPES,
        "allow_service": allow_service,
        "has_editor": bool(site.endpoint) and (ASSETS_DIR / EDITOR_SCRIPT).is_file(),
        "script_data": script_data,
    }


def _script_type(parameter_type: ParameterType) -> dict[str, Any]:
    """A type of parameters for the script, which finds their values at an endpoint elsewhere."""
    used = dict.fromkeys(name.partition(":")[0] for name in (parameter_type.cls, parameter_type.label_property) if name)
    return {
        "name": parameter_type.name,
        "cls": parameter_type.cls,
        "namespaces": [[prefix, PREFIXES[prefix]] for prefix in parameter_type.prefixes],
        "identifier": parameter_type.identifier,
        "label": parameter_type.label_property,
        "prologue": "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in used),
        "example": parameter_type.example,
    }
