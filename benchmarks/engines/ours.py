"""An export, in a process like that of an engine: ``python -m benchmarks.engines.ours CORPUS OUTPUT WORKERS FORMAT...``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.export_runs import export_to

if __name__ == "__main__":
    corpus, output, workers, *formats = sys.argv[1:]
    export_to(Path(output), Path(corpus), int(workers), formats)
