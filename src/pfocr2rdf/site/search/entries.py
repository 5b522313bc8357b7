"""The entries of the search index, from the pages of resources."""

from __future__ import annotations

from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.urls import HTML
from pfocr2rdf.site.search.index import SearchEntry


def search_entry(page: ResourcePage) -> SearchEntry:
    """The entry of a resource."""
    type_name = page.address.entity_type.name if page.address.entity_type else ""
    title, detail = map(replace_bidi_controls, (page.title, page.summary))
    texts = page.search_terms(), page.search_weight, page.search_caption, page.implied_search_terms()
    return SearchEntry(page.address.url(HTML), type_name, title, detail, *texts)
