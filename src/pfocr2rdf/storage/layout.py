"""Names of files and directories in an export directory."""

from __future__ import annotations

import re
from importlib.metadata import version

STAGING = ".pfocr2rdf-partial"
INTERRUPTED = ".pfocr2rdf-interrupted"
STATE = ".pfocr2rdf-state.sqlite"

ACCOUNTS = ".pfocr2rdf-parts"
"""The folder with an account of each part of a partitioned export, by which the next run knows that it need not be made again."""

MANIFEST = "manifest.json"
QUARANTINE, REASONS = "quarantine", "reasons.json"
PREVIOUS = "previous-manifest.json"
_SET_ASIDE = "manifest-set-aside.json"

is_part = re.compile(r"part-\d{5,}\.[a-z.]+").fullmatch
"""Whether a name is that of a part of a partitioned export."""

TOOL = f"pfocr2rdf {version('pfocr2rdf')}"
