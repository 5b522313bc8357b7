"""The page at an old address of a figure."""

from __future__ import annotations

from collections.abc import Sequence

from pfocr2rdf.rdf.terms import iri_term
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import Site, render_page
from pfocr2rdf.site.pages.urls import HTML, PageAddress


def render_alias_page(reader: DatasetReader, old: PageAddress, targets: Sequence[PageAddress], site: Site) -> str:
    """The page at an old address: it leads on to the figure, whose IRI is the canonical one, or lists the figures."""
    figures = [(address.url(HTML), reader.display_name(iri_term(address.iri)), address.iri) for address in targets]
    return render_page("alias", site, old.name, root=old.path_to_root, alias=old.name, figures=figures)
