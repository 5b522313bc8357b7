"""Names of files and directories in an export directory."""

from __future__ import annotations

import re
from importlib.metadata import version

STAGING_DIR = ".pfocr2rdf-partial"
CHECKPOINT_DIR = ".pfocr2rdf-interrupted"
STATE_FILE = ".pfocr2rdf-state.sqlite"

PARTITION_MANIFESTS_DIR = ".pfocr2rdf-parts"
"""The folder with an account of each part of a partitioned export, by which the next run knows that it need not be made again."""

MANIFEST_FILE = "manifest.json"
QUARANTINE_DIR, REASONS_FILE = "quarantine", "reasons.json"
PREVIOUS_MANIFEST = "previous-manifest.json"
SET_ASIDE_MANIFEST = "manifest-set-aside.json"

is_partition_file = re.compile(r"part-\d{5,}\.[a-z.]+").fullmatch
"""Whether a name is that of a part of a partitioned export."""

TOOL = f"pfocr2rdf {version('pfocr2rdf')}"
