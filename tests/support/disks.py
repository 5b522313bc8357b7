"""Small disks, to be filled: file systems in memory, which only root may mount."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[Path]:
    """A disk of this size (``512k``, ``8m``), mounted at a new directory; the test is skipped for who may not mount one."""
    directory.mkdir()
    arguments = ["mount", "-t", "tmpfs", "-o", f"size={size}", "pfocr2rdf-test", str(directory)]
    if not shutil.which("mount") or subprocess.run(arguments, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here: that is for root alone")
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)
