"""The files that stand beside the graph: its description, its vocabulary, its shapes, the context, the manifest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pfocr2rdf.pipeline.aggregate import Gathering
from pfocr2rdf.pipeline.dataset_description import dataset_turtle
from pfocr2rdf.pipeline.fingerprint import mapping_version
from pfocr2rdf.pipeline.options import Release
from pfocr2rdf.rdf.ontology import ontology_turtle
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.rdf.serializers.jsonld import context
from pfocr2rdf.storage.files import Written
from pfocr2rdf.storage.layout import MANIFEST, TOOL
from pfocr2rdf.storage.staging import OutputDirectory
from pfocr2rdf.validation.shapes import Shapes


def write_companions(
    directory: OutputDirectory, graph: list[Written], done: Gathering, shapes: Shapes, release: Release, sources: list[str]
) -> None:
    """Write them; the manifest comes last, since it lists the others and the files of the graph."""
    media_types = {file.suffix: file.media_type for file in (make() for make in FORMATS.values())}
    directory.write_text("vocabulary.ttl", ontology_turtle())
    directory.write_text("context.jsonld", json.dumps({"@context": context()}, indent=1) + "\n")
    directory.write_text("shapes.ttl", shapes.text)
    described = [(file, media_types[_suffix(file.name)]) for file in sorted(graph)]
    directory.write_text("dataset.ttl", dataset_turtle(done.counts, described, TOOL, release))
    files = sorted({*directory.written, *graph})
    directory.write_json(MANIFEST, _manifest(files, directory.quarantined, done, shapes, sources))


def _suffix(name: str) -> str:
    return f".{name.split('.')[1]}"


def _manifest(files: list[Written], quarantined: list[str], done: Gathering, shapes: Shapes, sources: list[str]) -> dict[str, Any]:
    return {
        "tool": TOOL,
        "sources": sources,
        "records": {"read": done.summary.read, "sha256": done.digest.hexdigest()},
        "quarantined": sorted(quarantined),
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
        "mapping": {"sha256": mapping_version()},
        "shapes": {"sha256": hashlib.sha256(shapes.text.encode()).hexdigest()},
    }
