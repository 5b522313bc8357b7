"""The kinds of folders that this program writes, and messages about a path that is missing or of another kind."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from pfocr2rdf.storage.layout import (
    CONVERSION_FILE,
    DELTA_FILE,
    MANIFEST_FILE,
    RECORDS_FILE,
    SITE_MANIFEST,
    STORE_MARKER_FILE,
    is_own_manifest,
    read_manifest,
)
from pfocr2rdf.storage.urls import redact_text, restore_url

_OWN_MANIFESTS = {
    MANIFEST_FILE: "an export",
    SITE_MANIFEST: "a site",
    DELTA_FILE: "a delta",
    CONVERSION_FILE: "a conversion",
    RECORDS_FILE: "a folder of records",
}


def folder_kind(path: str | os.PathLike[str]) -> str:
    """What a folder is, with its article (``"an export"``), if this program wrote it; else ``""``."""
    folder = Path(path)
    if os.path.isfile(folder / STORE_MARKER_FILE):  # not is_file, which raises where the folder cannot be read
        return "a store"
    return next((kind for name, kind in _OWN_MANIFESTS.items() if read_manifest(folder / name, is_own_manifest)), "")


def describe_missing_path(path: str | os.PathLike[str]) -> str:
    """The message about a path that does not exist, with the most similar name in its folder; a URL is none."""
    if url := restore_url(path):
        return f"{url}: is a URL, and only 'export' and 'validate' read records by URL; download it, and name the copy"
    head, name = os.path.split(os.path.abspath(path))
    try:
        similar = difflib.get_close_matches(name, os.listdir(head), n=1)
    except OSError:
        similar = []
    shown = os.path.join(os.path.dirname(os.fspath(path)), similar[0]) if similar else ""
    remedy = f"did you mean {redact_text(shown)}?" if shown else "check the path"
    return f"{redact_text(os.fspath(path))}: there is no such file or folder; {remedy}"
