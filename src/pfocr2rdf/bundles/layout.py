"""Names of the files of a bundle, and the problems that a verification can find."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.text import escape_controls
from pfocr2rdf.storage.layout import MANIFEST_FILE
from pfocr2rdf.storage.urls import is_url, redact_url

CRATE_FILE = "ro-crate-metadata.json"
DATACITE_FILE = "datacite.json"
ZENODO_FILE = ".zenodo.json"
CITATION_FILE = "CITATION.cff"
SUMS_FILE = "SHA256SUMS"
SIGNATURE_FILE = f"{SUMS_FILE}.sig"

LISTED_FILES = frozenset((CRATE_FILE, DATACITE_FILE, ZENODO_FILE, CITATION_FILE, MANIFEST_FILE))
"""The files that every bundle has, and that its ``SHA256SUMS`` lists."""

UNLISTED_FILES = frozenset((SUMS_FILE, SIGNATURE_FILE))
"""The files that ``SHA256SUMS`` cannot list: itself and its signature."""

ARCHIVE_SUFFIX = ".tar.zst"

_match_drive = re.compile(r"[A-Za-z]:").match


class Problem(NamedTuple):
    """A problem of a bundle: its kind, such as ``changed``, the name of the file, and the reason as a clause."""

    kind: str
    name: str
    reason: str

    def __str__(self) -> str:
        """``kind: name: reason``, without control characters."""
        return f"{self.kind}: {escape_controls(self.name.encode('utf-8', 'backslashreplace').decode())}: {self.reason}"


def is_safe_name(name: str) -> bool:
    """Whether a name is that of a file in the bundle, in one spelling only: relative, without ``.``, ``..`` and empty parts.

    >>> is_safe_name("kgx/nodes.tsv"), is_safe_name("../nodes.tsv"), is_safe_name("kgx//nodes.tsv"), is_safe_name("/etc/hosts")
    (True, False, False, False)
    """
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return bool(name) and str(PurePosixPath(name)) == name and not (
        name.startswith("/") or "\0" in name or _match_drive(name) or {"..", "."}.intersection(name.split("/"))
    )  # fmt: skip


def require_local_path(path: str | os.PathLike[str]) -> Path:
    """The path; ``SourceError`` for a URL."""
    name = os.fspath(path)
    if is_url(name):
        raise SourceError(f"{redact_url(name)}: is a URL, and bundles are read and written on disk; copy the folder, and name the copy")
    return Path(name)
