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
from pfocr2rdf.rdf.iris import is_absolute
from pfocr2rdf.rdf.ontology import ontology
from pfocr2rdf.rdf.serializers.jsonld import context
from pfocr2rdf.rdf.vocabulary import SITE
from pfocr2rdf.site.hosting.files import hosting_files
from pfocr2rdf.site.pages.browse_pages import browse, home, not_found
from pfocr2rdf.site.pages.dataset_pages import DOWNLOADS, dataset_page, description, files_of, vocabulary_page
from pfocr2rdf.site.pages.graph_reader import Reader, release_of
from pfocr2rdf.site.pages.html import ASSETS, Site, render
from pfocr2rdf.site.pages.listing import Listing, listing
from pfocr2rdf.site.pages.overview import overview
from pfocr2rdf.site.pages.query_page import query_page
from pfocr2rdf.site.pages.rdf_documents import jsonld, turtle
from pfocr2rdf.site.pages.urls import KINDS, Kind
from pfocr2rdf.site.search.index import SearchIndex
from pfocr2rdf.site.static.build import Work, make
from pfocr2rdf.site.static.directory import ACCOUNT, PRECOMPRESSED, SiteFolder, Writing
from pfocr2rdf.site.static.sitemap import robots, sitemaps
from pfocr2rdf.storage.layout import MANIFEST
from pfocr2rdf.storage.progress import Meter, Progress
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.stores.embedded import is_store
from pfocr2rdf.stores.loading.load import load

FOLDERS = tuple(kind.folder for kind in KINDS)
"""The kinds of pages that can be chosen, each by the name of its folder."""


class Published(NamedTuple):
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
    pages: Collection[str] = FOLDERS,
    precompressed: str = "no",
    base: str = SITE,
    endpoint: str = "",
    downloads: bool = True,
    force: bool = False,
    workers: int = 0,
    progress: Progress | None = None,
) -> Published:
    """Make a site of static files. It appears whole or not at all, and needs the same memory for any number of mentions.

    Args:
        source: an embedded store; or an export directory, an RDF file or records, which are loaded into a store for the time being.
        output: the folder of the site. A site that was there before is replaced.
        pages: the kinds of things that get pages, by ``FOLDERS``.
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
    _see(pages, precompressed, base, endpoint)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-") as scratch, closing(SiteFolder(Path(output), force=force)) as folder:
        store, refused = _store_of(Path(source), Path(scratch), progress)
        chosen = frozenset(pages)
        writing = Writing(folder.data, precompressed)
        with closing(Reader(store, chosen)) as reader:
            site = Site(release_of(reader), endpoint, base)
            listings = [listing(reader, kind) for kind in KINDS if kind.folder in chosen]
            there = _copy_downloads(writing, Path(source)) if downloads else []
            _write_all(writing, _files(reader, site, listings, there, precompressed))
        things, left_out = Meter(progress, "making pages", _total(listings)), {iri for one in listings for iri in one.left_out}
        work = Work(store, folder.data, site, precompressed, chosen)
        with SearchIndex(folder.data) as index:
            for made in make(work, [(one.kind.folder, one.iris) for one in listings], workers):
                things.add(made.things)
                for entry in made.entries:
                    index.add(entry)
                left_out.update(made.left_out)
                writing.count(made.files, made.size)
            writing.count(*index.write())
        counts = {one.kind.folder: one.total for one in listings}
        account = {"tool": site.tool, "release": site.release, "base": base, "pages": counts, "left_out": sorted(left_out)}
        entries = sorted({*os.listdir(folder.data), ACCOUNT})
        writing.write(ACCOUNT, json.dumps({**account, "entries": entries}, ensure_ascii=False, indent=2) + "\n")
        folder.publish()
    return Published(os.fspath(output), counts, writing.files, writing.size, refused, sorted(left_out), time.monotonic() - began)


def _store_of(source: Path, scratch: Path, progress: Progress | None) -> tuple[Path, int]:
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


def _see(pages: Collection[str], precompressed: str, base: str, endpoint: str) -> None:
    """See that options are what they may be."""
    if strange := sorted(set(pages) - set(FOLDERS)):
        raise ValueError(f"{strange[0]!r} is no kind of pages; choose from {', '.join(FOLDERS)}")
    if precompressed not in PRECOMPRESSED:
        raise ValueError(f"{precompressed!r} is no way to compress; choose from {', '.join(PRECOMPRESSED)}")
    for url in filter(None, (base, endpoint)):
        if not (is_absolute(url) and url.startswith(("http://", "https://"))):
            raise ValueError(f"{url!r} is no URL")
    if not base.endswith("/"):
        raise ValueError(f"{base!r} has no slash at its end")


def _total(listings: Iterable[Listing]) -> int:
    return sum(one.total for one in listings)


def _copy_downloads(writing: Writing, source: Path) -> list[str]:
    """Put the files of an export into the site, all but those that only its makers need."""
    if not is_export(source):
        return []
    names = [one["name"] for one in json.loads((source / MANIFEST).read_text(encoding="utf-8"))["files"]]
    for name in (*names, MANIFEST):
        writing.copy(f"{DOWNLOADS}/{name}", source / name)
    return sorted(names)


def _write_all(writing: Writing, files: Iterable[tuple[str, str]]) -> None:
    for path, text in files:
        writing.write(path, text)


def _files(
    reader: Reader, site: Site, listings: Sequence[Listing], there: Sequence[str], precompressed: str
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """All files but those of things and of the search: the path and the text of each."""
    kinds = [one.kind for one in listings]
    yield from plain_files(reader, site, kinds)
    nodes = description(reader, site, there)
    yield from (
        dataset_page(nodes, files_of(nodes, there), site),
        home(overview(reader), kinds, site),
        not_found(site),
        *browse(listings, site),
    )
    yield from (("dataset.ttl", turtle(nodes)), ("dataset.jsonld", jsonld(nodes)))
    yield "search.html", render("search", site=site, root="", title="Search", indexed=True, kinds=kinds, found=(), q="", kind="", total=0)
    urls = ["index.html", "dataset.html", "vocab.html", *(item.url for one in listings for items in one.groups.values() for item in items)]
    yield from sitemaps(urls, site.base)
    yield "robots.txt", robots(site.base)
    yield from hosting_files(site.policy, precompressed=precompressed != "no", base=site.base).items()


def plain_files(reader: Reader, site: Site, kinds: Iterable[Kind]) -> Iterator[tuple[str, str]]:
    """The files that are the same whatever is listed: vocabulary, queries, and what pages load."""
    yield vocabulary_page(reader, site)
    yield from (("vocab.ttl", turtle(ontology())), ("vocab.jsonld", jsonld(ontology())))
    yield "context.jsonld", json.dumps({"@context": context()}, indent=2) + "\n"
    yield "queries.html", render("queries", site=site, **query_page(site.endpoint, kinds=kinds))
    for asset in sorted(ASSETS.rglob("*")):
        if asset.is_file():
            yield f"assets/{asset.relative_to(ASSETS)}", asset.read_text(encoding="utf-8")
