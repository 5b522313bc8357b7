"""The conversion of a finished graph to derived formats."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.derived_files import derive_from_files
from pfocr2rdf.pipeline.inputs import list_graph_files
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.layout import CONVERSION_FILE, TOOL
from pfocr2rdf.storage.staging import StagedDirectory, listed_names


class ConversionSummary(NamedTuple):
    """The result of a conversion: its files, and what the formats cannot represent, as sentences with counts."""

    files: list[FileInfo]
    warnings: dict[str, int]


def convert(source: str | os.PathLike[str], output: str | os.PathLike[str], *, formats: Iterable[str]) -> ConversionSummary:
    """Convert a finished graph to derived formats.

    Args:
        source: an export directory.
        output: the folder for the files, which appear at the end, all of them or none.
        formats: names of ``DERIVED_FORMATS``.

    Raises:
        SourceError: the source cannot be read.
        OutputError: the output cannot be written; nothing was published.
        ValueError: an unknown format.
    """
    names = list(dict.fromkeys(formats))
    for name in names:
        if name not in DERIVED_FORMATS:
            raise OptionError(f"{name!r} is no derived format; choose from {', '.join(DERIVED_FORMATS)}")
    paths = [Path(source) / name for name in list_graph_files(Path(source))]
    owns = listed_names(CONVERSION_FILE, lambda manifest: manifest["files"], lambda name: name.partition("/")[0])
    with StagedDirectory(output, CONVERSION_FILE, owns) as directory:
        warnings = derive_from_files(paths, names, directory.open)
        files = sorted(directory.written_files)
        directory.write_json(CONVERSION_FILE, {"tool": TOOL, "source": os.fspath(source), "files": [file.name for file in files]})
        directory.publish()
    return ConversionSummary(files, warnings)
