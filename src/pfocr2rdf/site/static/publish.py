"""``publish()``: a static site from a store, an export or records."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import ExitStatus, OptionError, SourceError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages.aliases import list_aliases
from pfocr2rdf.site.pages.dataset_page import DOWNLOADS_DIR
from pfocr2rdf.site.pages.graph_reader import DatasetReader, read_release_name
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.listing import ResourceList, list_renamed, list_resources
from pfocr2rdf.site.pages.overview import MentionCounts
from pfocr2rdf.site.pages.pictures import PICTURE_SUFFIXES, PICTURES_DIR, is_picture_folder, picture_policy
from pfocr2rdf.site.pages.urls import ALIASED_TYPE, ENTITY_TYPES
from pfocr2rdf.site.search.index import SearchIndexWriter
from pfocr2rdf.site.static.build import BuildConfig, BuildProcesses, build_pages, start_processes
from pfocr2rdf.site.static.directory import PRECOMPRESSION_MODES, SiteDirectory, SiteWriter
from pfocr2rdf.site.static.file_names import find_unportable_paths
from pfocr2rdf.site.static.files import render_site_files
from pfocr2rdf.site.static.resource_table import ResourceTableWriter, UngroupedError, build_resource_table
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.layout import MANIFEST_FILE, SITE_MANIFEST
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.embedded import EmbeddedStore, is_store
from pfocr2rdf.stores.loading.load import LoadHooks, load_with_hooks
from pfocr2rdf.stores.loading.plan import LoadOptions, LoadPlan
from pfocr2rdf.stores.turtle_parts import PartsError

PAGE_FOLDERS = tuple(entity_type.folder for entity_type in ENTITY_TYPES)  # the values for ``pages``: the folders of the entity types


class PublishSummary(NamedTuple):
    """The summary of a published site.

    Attributes:
        output: the folder of the site.
        things: the number of resources that have pages, by the name of their folder.
        files: the number of files.
        size: their size in bytes.
        refused: the number of refused and quarantined records, if the source was records.
        left_out: the IRIs of resources without a page, because their names cannot be paths or are already in use.
        unportable: the paths of pages, without suffix, that overwrite each other or cannot be written on Windows or macOS.
        renamed: the number of pages whose file names differ from their IRIs, with ``portable_names``.
        seconds: the duration.
    """

    output: str
    things: dict[str, int]
    files: int
    size: int
    refused: int
    left_out: list[str]
    unportable: list[str]
    renamed: int
    seconds: float

    @property
    def exit_status(self) -> ExitStatus:
        """0, or 1 if something was left out."""
        return ExitStatus.DIFFERS if self.left_out or self.refused else ExitStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """The summary as JSON."""
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
    pictures: str = "embed",
    portable_names: bool = False,
    force: bool = False,
    workers: int = 0,
    progress: Progress | None = None,
) -> PublishSummary:
    """Write a static site. It is published atomically, and memory use does not depend on the number of mentions.

    Args:
        source: an embedded store; or an export directory, an RDF file or records, which are loaded into a temporary store.
        output: the folder of the site. A previous site is replaced.
        pages: the entity types that get pages, by ``PAGE_FOLDERS``.
        precompressed: ``no``; ``beside`` to also write ``.gz`` files; ``only`` to write only ``.gz`` files.
        base: the URL of the site, for the sitemap and machine-readable descriptions; links in pages are relative.
        endpoint: the URL of the SPARQL endpoint for the query page; ``""`` for none.
        downloads: whether to include the files of the export.
        pictures: how pages show pictures: ``embed``, ``click`` or ``link``; or a folder or an https URL with copies named after figures.
        portable_names: whether to use file names that are valid and unique on Windows and macOS.
        force: whether the folder may contain other files; these files stay.
        workers: the number of worker processes; 0 for one per core.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: the source is missing or cannot be read.
        StoreError: the store cannot be read, or has no dataset.
        OutputError: the folder contains other files, or cannot be written to.
        ValueError: an option has an invalid value.
    """
    _validate_options(pages, precompressed, base, endpoint)
    picture_policy(pictures)
    page_folders = frozenset(pages)
    start = time.monotonic()
    with (
        scratch_directory() as scratch,
        closing(SiteDirectory(Path(output), force=force)) as directory,
        start_processes(workers) as processes,
    ):
        store, table, refused, mention_counts = _resolve_store(Path(source), scratch, processes.executor, progress)
        writer = SiteWriter(directory.staging, precompressed)
        with closing(EmbeddedStore(store)) as embedded_store:
            reader = DatasetReader(embedded_store, page_folders, portable_names=portable_names)
            policy = picture_policy(pictures, reader.image_origin())
            site = Site(*read_release_name(embedded_store), endpoint, base, portable_names=portable_names, pictures=policy)
            resource_lists = [list_resources(reader, entity_type) for entity_type in ENTITY_TYPES if entity_type.folder in page_folders]
            aliases = list_aliases(reader) if ALIASED_TYPE.folder in page_folders else {}
            if not any(resource_list.total for resource_list in resource_lists):
                raise SourceError(f"{source}: contains no resources that get a page, so no site was written")
            if is_picture_folder(pictures):
                _copy_pictures(writer, Path(pictures), resource_lists)
            download_names = _copy_downloads(writer, Path(source)) if downloads else []
            table = table or _build_table(reader, scratch)
            config = BuildConfig(store, table, directory.staging, site, precompressed, page_folders)
            site_files = render_site_files(reader, site, resource_lists, download_names, precompressed, aliases, mention_counts)
            skipped_iris = _write_site(config, processes, writer, resource_lists, site_files, progress)
        counts = {resource_list.entity_type.folder: resource_list.total for resource_list in resource_lists}
        paths = (address.path for resource_list in resource_lists for address in resource_list.addresses())
        unportable = find_unportable_paths((*paths, *(old.path for old in aliases)))
        renamed = len(list_renamed(resource_lists))
        _write_manifest(writer, config, counts, skipped_iris, unportable)
        directory.publish()
    return PublishSummary(
        output=os.fspath(output),
        things=counts,
        files=writer.file_count,
        size=writer.total_bytes,
        refused=refused,
        left_out=skipped_iris,
        unportable=unportable,
        renamed=renamed,
        seconds=time.monotonic() - start,
    )


def _validate_options(pages: Collection[str], precompressed: str, base_url: str, endpoint: str) -> None:
    if unknown := sorted(set(pages) - set(PAGE_FOLDERS)):
        raise OptionError(f"{unknown[0]!r} is not a type of page; choose from {', '.join(PAGE_FOLDERS)}")
    if precompressed not in PRECOMPRESSION_MODES:
        raise OptionError(f"{precompressed!r} is not a way to compress files; choose from {', '.join(PRECOMPRESSION_MODES)}")
    for url in filter(None, (base_url, endpoint)):
        if not (is_absolute_iri(url) and url.startswith(("http://", "https://"))):
            raise OptionError(f"{url!r} is not a URL")
    if not base_url.endswith("/"):
        raise OptionError(f"{base_url!r} does not end with a slash")


def _write_site(
    config: BuildConfig,
    processes: BuildProcesses,
    writer: SiteWriter,
    resource_lists: Sequence[ResourceList],
    site_files: Iterable[tuple[str, str]],
    progress: Progress | None,
) -> list[str]:
    """Write the files of the site, and those of resources at the same time; the IRIs of resources without a page."""
    with ThreadPoolExecutor(1) as thread:  # no path of these files is one of a resource's
        site_writer = thread.submit(_write_files, SiteWriter(config.root, config.precompressed), site_files)
        skipped_iris = _build_resources(config, processes, writer, resource_lists, progress)
        writer.add_counts(site_writer.result().file_count, site_writer.result().total_bytes)
    return skipped_iris


def _write_manifest(
    writer: SiteWriter, config: BuildConfig, counts: dict[str, int], skipped_iris: Sequence[str], unportable: Sequence[str]
) -> None:
    manifest = {
        "tool": config.site.tool,
        "release": config.site.release,
        "base": config.site.base_url,
        "pages": counts,
        "left_out": skipped_iris,
        "unportable": unportable,
        "portable_names": config.site.portable_names,
        "entries": sorted({*os.listdir(config.root), SITE_MANIFEST}),
    }
    writer.write(SITE_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")


def _write_files(writer: SiteWriter, files: Iterable[tuple[str, str]]) -> SiteWriter:
    """Write files of which the paths and texts are given; the writer has counted them."""
    for path, text in files:
        writer.write(path, text)
    return writer


def _build_resources(
    config: BuildConfig,
    processes: BuildProcesses,
    writer: SiteWriter,
    resource_lists: Sequence[ResourceList],
    progress: Progress | None,
) -> list[str]:
    """Make the pages of all resources and the search index; the IRIs of resources without a page."""
    meter = ProgressMeter(progress, "making pages", sum(resource_list.total for resource_list in resource_lists))
    skipped_iris = {iri for resource_list in resource_lists for iri in resource_list.skipped_iris}
    iris_by_folder = [(resource_list.entity_type.folder, resource_list.iris) for resource_list in resource_lists]
    with SearchIndexWriter(config.root) as index:
        for result in build_pages(config, processes, iris_by_folder):
            meter.add(result.resource_count)
            index.add_lines(result.search_lines)
            skipped_iris.update(result.skipped_iris)
            writer.add_counts(result.file_count, result.total_bytes)
        writer.add_counts(*index.write())
    return sorted(skipped_iris)


class _LoadedSource(NamedTuple):
    """The store of a source, loaded if need be."""

    store: Path
    table: Path | None = None  # if it was made then
    refused: int = 0  # the number of records that were left out
    mention_counts: MentionCounts | None = None  # if the store has no mentions


def _resolve_store(source: Path, scratch: Path, parsers: Executor, progress: Progress | None) -> _LoadedSource:
    if is_store(source):
        return _LoadedSource(source)
    # The pages are read back from a private store, by few lookups if there is a table.
    with suppress(UngroupedError, PartsError), closing(ResourceTableWriter(scratch / "export.sqlite", is_export=True)) as table:
        options, hooks = LoadOptions(sample_figures=0, compact=False), LoadHooks(partial(_tabulate_chunk, table), parsers)
        result = load_with_hooks(source, scratch / "queries", options, progress=progress, hooks=hooks)
        table.finish()
        return _LoadedSource(scratch / "queries", scratch / "export.sqlite", result.excluded_records, table.mention_counts)
    result = load_with_hooks(source, scratch / "store", LoadOptions(sample_figures=0), progress=progress)
    return _LoadedSource(scratch / "store", refused=result.excluded_records)


def _tabulate_chunk(table: ResourceTableWriter, plan: LoadPlan, chunk: Chunk) -> Chunk:
    """Add a chunk of an export to the table; what remains of it is queried for the home page.

    Raises:
        UngroupedError: it is for a third-party file, which may have its statements in any order.
    """
    if not plan.source.is_export:
        raise UngroupedError
    return chunk.with_lines(table.add(chunk.lines))


def _copy_pictures(writer: SiteWriter, folder: Path, resource_lists: Iterable[ResourceList]) -> None:
    """Put the copies of pictures of the dataset's figures into the site."""
    figures = {address.name for items in resource_lists if items.entity_type.name == "figure" for address in items.addresses()}
    with map_os_errors(folder):
        for path in sorted(folder.iterdir()):
            if path.stem in figures and path.suffix.lower() in PICTURE_SUFFIXES and path.is_file():
                writer.copy(f"{PICTURES_DIR}/{path.name}", path)


def _build_table(reader: DatasetReader, scratch: Path) -> Path | None:
    """The resource table of a store, from which pages are made; none where its statements are in several graphs."""
    if (blocks := reader.dump()) is None:
        return None
    path = scratch / "resources.sqlite"
    build_resource_table(path, blocks)
    return path


def _copy_downloads(writer: SiteWriter, source: Path) -> list[str]:
    """Put the files that the manifest of an export lists into the site, with the manifest; the names of the former."""
    if not is_export(source):
        return []
    names = [file["name"] for file in json.loads((source / MANIFEST_FILE).read_text(encoding="utf-8"))["files"]]
    for name in (*names, MANIFEST_FILE):
        writer.copy(f"{DOWNLOADS_DIR}/{name}", source / name)
    return sorted(names)
