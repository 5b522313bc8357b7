"""Reference exports, made in one process, to compare others with."""

from __future__ import annotations

from pathlib import Path

from tests.support.output_directories import contents

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS

COMPRESSIONS = (None, "gz", "zst")


def reference_exports(checkout: Path, folder: Path) -> dict[str | None, dict[str, bytes]]:
    """The files of an export in all formats, by its compression."""
    for compress in COMPRESSIONS:
        assert export([checkout], folder / str(compress), formats=SERIALIZERS, compress=compress, workers=1).exported > 40
    return {compress: contents(folder / str(compress)) for compress in COMPRESSIONS}
