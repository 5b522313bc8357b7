"""The files of a site besides those of resources and of the search."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pfocr2rdf.rdf.ontology import ontology_resources
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.browse_pages import render_browse_pages, render_home_page, render_not_found_page, render_search_page
from pfocr2rdf.site.pages.dataset_page import list_release_files, read_dataset_description, render_dataset_page
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site
from pfocr2rdf.site.pages.listing import ResourceList, page_urls
from pfocr2rdf.site.pages.overview import compute_overview
from pfocr2rdf.site.pages.query_page import render_query_page
from pfocr2rdf.site.pages.rdf_documents import serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.vocabulary_page import render_vocabulary_page
from pfocr2rdf.site.static.sitemap import render_robots_txt, render_sitemaps


def render_site_files(
    reader: DatasetReader, site: Site, resource_lists: Sequence[ResourceList], download_names: Sequence[str], precompressed: str
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """The files, each as its path and its text."""
    entity_types = [resource_list.entity_type for resource_list in resource_lists]
    yield render_vocabulary_page(reader, site)
    yield "vocab.ttl", serialize_turtle(ontology_resources())
    yield "vocab.jsonld", serialize_jsonld(ontology_resources())
    yield "context.jsonld", json.dumps({"@context": jsonld_context()}, indent=2) + "\n"
    yield "queries.html", render_query_page(site, entity_types=entity_types)
    for asset in sorted(ASSETS_DIR.rglob("*")):
        if asset.is_file():
            yield f"assets/{asset.relative_to(ASSETS_DIR)}", asset.read_text(encoding="utf-8")
    description = read_dataset_description(reader, site, download_names)
    yield render_dataset_page(description, list_release_files(description, download_names), site)
    yield render_home_page(compute_overview(reader), entity_types, site)
    yield render_not_found_page(site)
    yield from render_browse_pages(resource_lists, site)
    yield "dataset.ttl", serialize_turtle(description)
    yield "dataset.jsonld", serialize_jsonld(description)
    yield "search.html", render_search_page(site, entity_types)
    yield from render_sitemaps(page_urls(resource_lists), site.base_url)
    yield "robots.txt", render_robots_txt(site.base_url)
    yield from render_hosting_files(site.content_security_policy, precompressed=precompressed != "no", base_url=site.base_url).items()
