"""The creation of a bundle from a finished export."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.bundles.archive import write_archive
from pfocr2rdf.bundles.checksums import format_checksums, parse_checksums
from pfocr2rdf.bundles.citation import describe_datacite, describe_zenodo, format_cff
from pfocr2rdf.bundles.description import BundleDescription, complete_release
from pfocr2rdf.bundles.layout import (
    ARCHIVE_SUFFIX,
    CITATION_FILE,
    CRATE_FILE,
    DATACITE_FILE,
    LISTED_FILES,
    SIGNATURE_FILE,
    SUMS_FILE,
    UNLISTED_FILES,
    ZENODO_FILE,
    is_safe_name,
    require_local_path,
)
from pfocr2rdf.bundles.ro_crate import describe_crate
from pfocr2rdf.bundles.signature import sign
from pfocr2rdf.errors import OutputError, SourceError, describe_os_error
from pfocr2rdf.pipeline.dataset_description import unnamed_version
from pfocr2rdf.pipeline.described_release import read_described_release
from pfocr2rdf.pipeline.inputs import list_graph_files
from pfocr2rdf.pipeline.release import Release
from pfocr2rdf.storage.files import FileInfo, atomic_write, map_os_errors, partial_pattern
from pfocr2rdf.storage.layout import DATASET_FILE, MANIFEST_FILE, STAGING_DIR, read_manifest
from pfocr2rdf.storage.path_kinds import folder_kind
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.prune import is_output_path
from pfocr2rdf.storage.staging import StagedDirectory, set_aside_name

_DEFAULT = Release()
_LICENSED_FOLDERS = ("tables/", "sssom/")  # whose metadata state the license of the records
_is_digest = re.compile("[0-9a-f]{64}").fullmatch
_replace_unportable = re.compile(r"[^A-Za-z0-9._+-]+").sub


class BundleSummary(NamedTuple):
    """What was written: the release as the metadata states it, the files, the archive if there is one, and warnings as sentences."""

    release: Release
    files: list[FileInfo]
    archive: FileInfo | None
    signed: bool
    warnings: list[str]


def create_release(
    export: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    release: Release = _DEFAULT,
    archive: bool = False,
    sign_key: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> BundleSummary:
    """Write a bundle: the files of an export with metadata and checksums, so that a release can be published, cited and verified.

    What ``release`` leaves out is taken from the dataset description of the export. A release without a date is issued today.

    Args:
        export: an export directory.
        output: the folder of the bundle, which appears at the end, whole or not at all. Files are hard links where the disk can.
        release: the publisher's metadata.
        archive: whether to write the bundle as one file, too: ``<output>.tar.zst``.
        sign_key: the file of an SSH key that signs the checksums.
        progress: called with the bytes that are done.

    Raises:
        SourceError: it is no finished export, or a file is not the one that its manifest lists.
        OutputError: the output holds other files, or cannot be written.
        OptionError: the key cannot be used.
    """
    folder, bundle = require_local_path(export), Path(os.path.abspath(require_local_path(output)))
    description, warnings = _describe_bundle(folder, release)
    texts = _metadata_files(description)
    digests = {file.name: file.sha256 for file in description.files}
    digests |= {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}
    texts[SUMS_FILE] = format_checksums(digests)
    if sign_key is not None:
        texts[SIGNATURE_FILE] = sign(texts[SUMS_FILE], sign_key)
    _require_own_folder(bundle)
    meter = ProgressMeter(progress, "copying", sum(file.size for file in description.files))
    with StagedDirectory(bundle, SUMS_FILE, _owned_names) as directory:
        for file in description.files:
            _add_file(directory, folder, file)
            meter.add(file.size)
        for name, text in texts.items():
            directory.write_bytes(name, text)
        archive_info = _publish_with_archive(directory, bundle, description.release) if archive else None
        if archive_info is None:
            directory.publish()
        return BundleSummary(description.release, sorted(directory.written_files), archive_info, sign_key is not None, warnings)


def _describe_bundle(folder: Path, release: Release) -> tuple[BundleDescription, list[str]]:
    """The description of the bundle of an export, and warnings about its metadata."""
    list_graph_files(folder)  # which reports what is no export
    manifest = read_manifest(folder / MANIFEST_FILE, lambda value: value if value["records"]["sha256"] and value["tool"] else None)
    if not manifest:
        raise SourceError(f"{folder / MANIFEST_FILE}: does not state the tool and the digest of the records; export again")
    described = read_described_release(folder / DATASET_FILE)
    merged, warnings = complete_release(release, described, unnamed_version(manifest["records"]["sha256"]))
    description = BundleDescription(merged, _list_files(folder, manifest), str(manifest["tool"]))
    if merged.license != _DEFAULT.license and any(file.name.startswith(_LICENSED_FOLDERS) for file in description.files):
        remedy = f"release without these formats, or under {_DEFAULT.license}"
        warnings.append(f"files in {' and '.join(_LICENSED_FOLDERS)} state the license {_DEFAULT.license}, not {merged.license}; {remedy}")
    return description, warnings


def _publish_with_archive(directory: StagedDirectory, bundle: Path, release: Release) -> FileInfo:
    """Write the archive next to the bundle, and publish both."""
    path = bundle.with_name(f"{bundle.name}{ARCHIVE_SUFFIX}")
    with map_os_errors(path):
        for stale in bundle.parent.glob(partial_pattern(path)):  # of a run that was killed: this one has the lock of the bundle
            stale.unlink(missing_ok=True)
    with map_os_errors(path), atomic_write(path) as partial:
        names = [file.name for file in directory.written_files]
        write_archive(partial, directory.staging, names, f"pfocr-{_portable(release.name)}", release.issued)
        archive_info = _file_info(partial, path.name)
        directory.publish()
    return archive_info


def _list_files(folder: Path, manifest: dict[str, Any]) -> list[FileInfo]:
    """The files of an export, with the manifest itself; nothing else in its folder is part of a release."""
    files = []
    for entry in manifest["files"]:
        name, size, sha256 = entry["name"], entry.get("size"), str(entry["sha256"])
        is_file = is_output_path(name) and is_safe_name(name) and name not in LISTED_FILES | UNLISTED_FILES
        if not is_file or not isinstance(size, int) or not _is_digest(sha256):
            raise SourceError(f"{folder / MANIFEST_FILE}: lists {name!r}, which is not a file of an export with its digest; export again")
        files.append(FileInfo(name, size, sha256))
    return sorted([*files, _file_info(folder / MANIFEST_FILE, MANIFEST_FILE)])


def _metadata_files(description: BundleDescription) -> dict[str, bytes]:
    texts = {
        CITATION_FILE: format_cff(description).encode(),
        DATACITE_FILE: _format_json(describe_datacite(description)),
        ZENODO_FILE: _format_json(describe_zenodo(description)),
    }
    files = [FileInfo(name, len(text), hashlib.sha256(text).hexdigest()) for name, text in texts.items()]
    return {**texts, CRATE_FILE: _format_json(describe_crate(description, files))}


def _format_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _add_file(directory: StagedDirectory, folder: Path, file: FileInfo) -> None:
    source = folder / file.name
    try:
        added = directory.link(file.name, source)
    except FileNotFoundError:
        raise SourceError(f"{source}: is missing, but {MANIFEST_FILE} lists it; export again") from None
    except OSError as error:
        raise SourceError(f"{source}: cannot be read: {describe_os_error(error)}") from None
    if added.sha256 != file.sha256:
        raise SourceError(f"{source}: is not the file that {MANIFEST_FILE} lists, because its SHA-256 differs; export again")


def _file_info(path: Path, name: str) -> FileInfo:
    with path.open("rb") as file:
        return FileInfo(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _portable(version: str) -> str:
    return _replace_unportable("-", version).strip("-.") or "release"


def _owned_names(folder: Path) -> set[str]:
    """The files of an earlier bundle in a folder, also of one that was interrupted while it was published."""
    owned: set[str] = set()
    for path in (folder / SUMS_FILE, folder / STAGING_DIR / SUMS_FILE, folder / STAGING_DIR / set_aside_name(SUMS_FILE)):
        try:
            digests, problems = parse_checksums(path.read_bytes())
        except OSError:
            continue
        if not problems and digests.keys() >= LISTED_FILES and all(is_output_path(name) for name in digests):
            owned |= digests.keys() | UNLISTED_FILES
    return owned


def _require_own_folder(bundle: Path) -> None:
    """Refuse to write where other files are: they would be taken for files of the release."""
    if not bundle.is_dir():
        return  # it is new, or a file, which the staging directory refuses
    owned = _owned_names(bundle)
    with map_os_errors(bundle):
        foreign = min(set(_iter_files(bundle)) - owned, default=None)
    if foreign is not None:
        kind = "" if owned else folder_kind(bundle)
        raise OutputError(f"{bundle}: contains {kind or f'another file, {foreign!r}'}; name a new folder with --output")


def _iter_files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(".pfocr2rdf-") and (path.is_symlink() or not path.is_dir()):
            yield name
