"""From an export to a site that any web host can serve."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import DIFFERS, OK
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.rdf.ontology import ontology_resources
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.hosting.files import render_hosting_files
from pfocr2rdf.site.pages.browse_pages import render_browse_pages, render_home_page, render_not_found_page
from pfocr2rdf.site.pages.dataset_pages import (
    DOWNLOADS_DIR,
    list_release_files,
    read_dataset_description,
    render_dataset_page,
    render_vocabulary_page,
)
from pfocr2rdf.site.pages.graph_reader import DatasetReader, read_release_name
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site, render
from pfocr2rdf.site.pages.listing import ResourceList, list_resources
from pfocr2rdf.site.pages.overview import compute_overview
from pfocr2rdf.site.pages.query_page import build_query_page_context
from pfocr2rdf.site.pages.rdf_documents import serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, EntityType
from pfocr2rdf.site.search.index import SearchIndexWriter
from pfocr2rdf.site.static.build import BuildConfig, build_pages
from pfocr2rdf.site.static.directory import PRECOMPRESSION_MODES, SITE_MANIFEST, SiteDirectory, SiteWriter
from pfocr2rdf.site.static.sitemap import render_robots_txt, render_sitemaps
from pfocr2rdf.storage.layout import MANIFEST_FILE
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.stores.embedded import is_store
from pfocr2rdf.stores.loading.load import load

PAGE_FOLDERS = tuple(kind.folder for kind in ENTITY_TYPES)
"""The kinds of pages that can be chosen, each by the name of its folder."""


class PublishSummary(NamedTuple):
    """What was published.

    Attributes:
        output: the folder of the site.
        things: how many things have pages, by the name of their folder.
        files: how many files there are.
        size: their bytes.
        refused: how many records could not be used, or were left out for a violation, where the source was records.
        left_out: the IRIs of things that have no page, since their names can be no path, or another thing has it.
        seconds: how long it took.
    """

    output: str
    things: dict[str, int]
    files: int
    size: int
    refused: int
    left_out: list[str]
    seconds: float

    @property
    def exit_status(self) -> int:
        """0, or 1 where something was left out."""
        return DIFFERS if self.left_out or self.refused else OK

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        return self._asdict()


def publish(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    pages: Collection[str] = PAGE_FOLDERS,
    precompressed: str = "no",
    base: str = SITE_URL,
    endpoint: str = "",
    downloads: bool = True,
    force: bool = False,
    workers: int = 0,
    progress: Progress | None = None,
) -> PublishSummary:
    """Make a site of static files. It appears whole or not at all, and needs the same memory for any number of mentions.

    Args:
        source: an embedded store; or an export directory, an RDF file or records, which are loaded into a store for the time being.
        output: the folder of the site. A site that was there before is replaced.
        pages: the kinds of things that get pages, by ``PAGE_FOLDERS``.
        precompressed: ``no``; ``beside`` for files with ``.gz`` beside the others; ``only`` for these alone.
        base: where the site will be found, for the site map and for what is told to other machines; links in pages are relative.
        endpoint: the URL of a SPARQL endpoint that the page with queries asks; ``""`` for none.
        downloads: whether the files of an export directory can be downloaded from the site.
        force: whether the folder may hold files of somebody else, which stay there.
        workers: how many processes make pages; 0 for one for each processor.
        progress: called with the stage, what is done of it, and how much there is to do.

    Raises:
        SourceError: there is nothing to publish, or it cannot be read.
        StoreError: the store cannot be read, or holds no dataset.
        OutputError: the folder holds something else, or cannot be written to.
        ValueError: an option that there is not.
    """
    _validate_options(pages, precompressed, base, endpoint)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-") as scratch, closing(SiteDirectory(Path(output), force=force)) as folder:
        store, refused = _resolve_store(Path(source), Path(scratch), progress)
        chosen = frozenset(pages)
        writing = SiteWriter(folder.staging, precompressed)
        with closing(DatasetReader(store, chosen)) as reader:
            site = Site(read_release_name(reader), endpoint, base)
            listings = [list_resources(reader, kind) for kind in ENTITY_TYPES if kind.folder in chosen]
            there = _copy_downloads(writing, Path(source)) if downloads else []
            _write_all(writing, _render_files(reader, site, listings, there, precompressed))
        things, left_out = (
            ProgressMeter(progress, "making pages", _count_resources(listings)),
            {iri for one in listings for iri in one.skipped_iris},
        )
        work = BuildConfig(store, folder.staging, site, precompressed, chosen)
        with SearchIndexWriter(folder.staging) as index:
            for made in build_pages(work, [(one.entity_type.folder, one.iris) for one in listings], workers):
                things.add(made.resource_count)
                for entry in made.entries:
                    index.add(entry)
                left_out.update(made.skipped_iris)
                writing.add_counts(made.file_count, made.total_bytes)
            writing.add_counts(*index.write())
        counts = {one.entity_type.folder: one.total for one in listings}
        account = {"tool": site.tool, "release": site.release, "base": base, "pages": counts, "left_out": sorted(left_out)}
        entries = sorted({*os.listdir(folder.staging), SITE_MANIFEST})
        writing.write(SITE_MANIFEST, json.dumps({**account, "entries": entries}, ensure_ascii=False, indent=2) + "\n")
        folder.publish()
    return PublishSummary(
        os.fspath(output), counts, writing.file_count, writing.total_bytes, refused, sorted(left_out), time.monotonic() - began
    )


def _resolve_store(source: Path, scratch: Path, progress: Progress | None) -> tuple[Path, int]:
    """The store of what a name stands for, and how many records were left out on the way."""
    if is_store(source):
        return source, 0
    refused = 0
    if source.exists() and not is_export(source) and not rdf_format(source):
        from pfocr2rdf.pipeline.export import export  # here, since it takes long to import and most sites are of an export

        done = export([os.fspath(source)], scratch / "export", formats=("ntriples",))
        source, refused = scratch / "export", done.refused + done.quarantined
    load(source, scratch / "store", progress=progress)
    return scratch / "store", refused


def _validate_options(pages: Collection[str], precompressed: str, base_url: str, endpoint: str) -> None:
    """See that options are what they may be."""
    if strange := sorted(set(pages) - set(PAGE_FOLDERS)):
        raise ValueError(f"{strange[0]!r} is no kind of pages; choose from {', '.join(PAGE_FOLDERS)}")
    if precompressed not in PRECOMPRESSION_MODES:
        raise ValueError(f"{precompressed!r} is no way to compress; choose from {', '.join(PRECOMPRESSION_MODES)}")
    for url in filter(None, (base_url, endpoint)):
        if not (is_absolute_iri(url) and url.startswith(("http://", "https://"))):
            raise ValueError(f"{url!r} is no URL")
    if not base_url.endswith("/"):
        raise ValueError(f"{base_url!r} has no slash at its end")


def _count_resources(resource_lists: Iterable[ResourceList]) -> int:
    return sum(one.total for one in resource_lists)


def _copy_downloads(writer: SiteWriter, source: Path) -> list[str]:
    """Put the files of an export into the site, all but those that only its makers need."""
    if not is_export(source):
        return []
    names = [one["name"] for one in json.loads((source / MANIFEST_FILE).read_text(encoding="utf-8"))["files"]]
    for name in (*names, MANIFEST_FILE):
        writer.copy(f"{DOWNLOADS_DIR}/{name}", source / name)
    return sorted(names)


def _write_all(writer: SiteWriter, files: Iterable[tuple[str, str]]) -> None:
    for path, text in files:
        writer.write(path, text)


def _render_files(
    reader: DatasetReader, site: Site, resource_lists: Sequence[ResourceList], download_names: Sequence[str], precompressed: str
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """All files but those of things and of the search: the path and the text of each."""
    kinds = [one.entity_type for one in resource_lists]
    yield from render_common_files(reader, site, kinds)
    nodes = read_dataset_description(reader, site, download_names)
    yield from (
        render_dataset_page(nodes, list_release_files(nodes, download_names), site),
        render_home_page(compute_overview(reader), kinds, site),
        render_not_found_page(site),
        *render_browse_pages(resource_lists, site),
    )
    yield from (("dataset.ttl", serialize_turtle(nodes)), ("dataset.jsonld", serialize_jsonld(nodes)))
    yield "search.html", render("search", site=site, root="", title="Search", indexed=True, kinds=kinds, found=(), q="", kind="", total=0)
    urls = [
        "index.html",
        "dataset.html",
        "vocab.html",
        *(item.url for one in resource_lists for items in one.groups.values() for item in items),
    ]
    yield from render_sitemaps(urls, site.base_url)
    yield "robots.txt", render_robots_txt(site.base_url)
    yield from render_hosting_files(site.content_security_policy, precompressed=precompressed != "no", base_url=site.base_url).items()


def render_common_files(reader: DatasetReader, site: Site, entity_types: Iterable[EntityType]) -> Iterator[tuple[str, str]]:
    """The files that are the same whatever is listed: vocabulary, queries, and what pages load."""
    yield render_vocabulary_page(reader, site)
    yield from (("vocab.ttl", serialize_turtle(ontology_resources())), ("vocab.jsonld", serialize_jsonld(ontology_resources())))
    yield "context.jsonld", json.dumps({"@context": jsonld_context()}, indent=2) + "\n"
    yield "queries.html", render("queries", site=site, **build_query_page_context(site.endpoint, entity_types=entity_types))
    for asset in sorted(ASSETS_DIR.rglob("*")):
        if asset.is_file():
            yield f"assets/{asset.relative_to(ASSETS_DIR)}", asset.read_text(encoding="utf-8")
