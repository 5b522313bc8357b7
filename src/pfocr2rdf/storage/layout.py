"""Names of files and directories that this program writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pfocr2rdf.storage.regular_files import open_regular

_T = TypeVar("_T")

STAGING_DIR = ".pfocr2rdf-partial"
CHECKPOINT_DIR = ".pfocr2rdf-interrupted"
STATE_FILE = ".pfocr2rdf-state.sqlite"
LOCK_FILE = ".pfocr2rdf-lock"

PARTITION_MANIFESTS_DIR = ".pfocr2rdf-parts"
"""The directory of the partition manifests, by which the next run knows the partitions that are up to date."""

MANIFEST_FILE = "manifest.json"
DATASET_FILE = "dataset.ttl"
DELTA_FILE = "delta.json"
CONVERSION_FILE = "conversion.json"  # the manifest of a folder of converted files
RECORDS_FILE = "records.json"  # the manifest of a folder of records that were made from a graph
SITE_MANIFEST = "site.json"  # the manifest of a site; a folder that has it is one of ours
STORE_MARKER_FILE = "CURRENT"  # every RocksDB database has it, and rewrites it when it is opened for writing
REPORT_FILE = "report.json"
ALIASES_FILE, ALIAS_COLUMNS = "aliases.tsv", ("alias", "figid", "iri")
DERIVED_FOLDERS = ("tables", "genesets", "kgx", "sssom", "linksets")  # the folders of files in derived formats
QUARANTINE_DIR, REASONS_FILE = "quarantine", "reasons.json"
PREVIOUS_MANIFEST = "previous-manifest.json"

is_partition_file = re.compile(r"part-\d{5,}\.[a-z.]+").fullmatch
"""Whether a name is that of a partition of a partitioned export."""

TOOL = f"pfocr2rdf {version('pfocr2rdf')}"


def read_manifest(path: Path, parse: Callable[[Any], _T]) -> _T | None:
    """What ``parse`` makes of the JSON in a file; ``None`` if the file is missing, damaged, or foreign."""
    try:
        with open_regular(path) as file:  # a pipe would be waited for, and a device has no end
            return parse(json.loads(file.read().decode()))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def is_own_manifest(manifest: Any) -> bool:
    """Whether JSON was written by this program; raises ``KeyError`` or ``TypeError`` where it is no manifest at all."""
    return str(manifest["tool"]).startswith("pfocr2rdf ")
