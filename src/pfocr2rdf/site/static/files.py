"""The files of a site besides those of resources and of the search index, with the sitemap (sitemaps.org) and ``robots.txt``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

from pfocr2rdf.rdf.ontology import ontology_resources
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.site.hosting.aliases import renamed_pages_of_shared_aliases
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.alias_page import render_alias_page
from pfocr2rdf.site.pages.aliases import AliasTargets, render_alias_table
from pfocr2rdf.site.pages.browse_pages import render_browse_pages, render_home_page, render_not_found_page, render_search_page
from pfocr2rdf.site.pages.catalog import build_dataset_node
from pfocr2rdf.site.pages.dataset_page import list_release_files, read_dataset_description, render_dataset_page
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site
from pfocr2rdf.site.pages.listing import ResourceList, list_renamed, page_urls
from pfocr2rdf.site.pages.overview import MentionCounts, compute_overview
from pfocr2rdf.site.pages.query_page import render_query_page
from pfocr2rdf.site.pages.rdf_documents import SERIALIZERS, serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.urls import HTML, VOCABULARY_PAGE, VOCABULARY_REPRESENTATIONS
from pfocr2rdf.site.pages.vocabulary_page import render_vocabulary_page
from pfocr2rdf.storage.layout import ALIASES_FILE

_MAX_URLS_PER_SITEMAP = 50_000  # the limit of sitemaps.org
_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def render_site_files(
    reader: DatasetReader,
    site: Site,
    resource_lists: Sequence[ResourceList],
    download_names: Sequence[str],
    precompressed: str,
    aliases: AliasTargets,
    mention_counts: MentionCounts | None = None,
) -> Iterator[tuple[str, str]]:
    """The files, each as its path and its text. With ``mention_counts``, no mentions are read."""
    entity_types = [resource_list.entity_type for resource_list in resource_lists]
    yield render_vocabulary_page(site)
    for representation in VOCABULARY_REPRESENTATIONS[1:]:
        yield f"{VOCABULARY_PAGE}{representation.suffix}", SERIALIZERS[representation](ontology_resources())
    yield "context.jsonld", json.dumps({"@context": jsonld_context()}, indent=2) + "\n"
    yield "queries.html", render_query_page(site, entity_types=entity_types)
    for asset in sorted(ASSETS_DIR.rglob("*")):
        if asset.is_file():
            yield f"assets/{asset.relative_to(ASSETS_DIR)}", asset.read_text(encoding="utf-8")
    description = read_dataset_description(reader, site, download_names)
    dataset_node = build_dataset_node(description)
    yield render_dataset_page(description, list_release_files(description, download_names), site, dataset_node)
    rows = mention_counts.query_rows() if mention_counts else {}
    overview = compute_overview(reader, lambda query: rows[query] if query in rows else reader.query_rows(query))
    yield render_home_page(overview, entity_types, site, dataset_node)
    yield render_not_found_page(site)
    yield from render_browse_pages(resource_lists, site)
    yield "dataset.ttl", serialize_turtle(description)
    yield "dataset.jsonld", serialize_jsonld(description)
    yield "search.html", render_search_page(site)
    yield from render_sitemaps(page_urls(resource_lists), site.base_url)
    yield "robots.txt", render_robots_txt(site.base_url)
    yield from render_hosting_files(
        site.content_security_policy,
        precompressed=precompressed != "no",
        base_url=site.base_url,
        renamed=[*list_renamed(resource_lists), *renamed_pages_of_shared_aliases(aliases)] if site.portable_names else None,
        aliases=aliases,
    ).items()
    yield ALIASES_FILE, render_alias_table(aliases)
    for old, targets in aliases.items():
        yield old.file_path(HTML), render_alias_page(reader, old, targets, site)


def render_sitemaps(urls: Iterable[str], base_url: str) -> Iterator[tuple[str, str]]:
    """The files of a sitemap, each as its path and its text: the parts, and the index of these. ``base_url`` ends in a slash."""
    remaining = iter(urls)
    parts: list[str] = []
    while batch := list(islice(remaining, _MAX_URLS_PER_SITEMAP)):
        path = f"sitemaps/{len(parts) + 1}.xml"
        parts.append(path)
        yield path, _sitemap_xml("urlset", "url", batch, base_url)
    yield "sitemap.xml", _sitemap_xml("sitemapindex", "sitemap", parts, base_url)


def _sitemap_xml(root: str, element: str, urls: Iterable[str], base_url: str) -> str:
    elements = "".join(f"<{element}><loc>{escape(base_url + url)}</loc></{element}>\n" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAP_NAMESPACE}">\n{elements}</{root}>\n'


def render_robots_txt(base_url: str) -> str:
    """``robots.txt``: robots may read everything, and find the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {base_url}sitemap.xml\n"
