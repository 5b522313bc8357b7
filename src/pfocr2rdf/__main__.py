"""``python -m pfocr2rdf``: the same as the command ``pfocr2rdf``."""

from __future__ import annotations

from pfocr2rdf.cli import main

if __name__ == "__main__":
    main(prog_name="pfocr2rdf")
