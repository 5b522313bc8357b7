"""The files that stand beside the graph: its description, its vocabulary, its shapes, the context, the manifest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.dataset_description import serialize_dataset_description
from pfocr2rdf.pipeline.fingerprint import code_fingerprint
from pfocr2rdf.pipeline.options import Release
from pfocr2rdf.rdf.ontology import serialize_ontology
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.layout import MANIFEST_FILE, TOOL
from pfocr2rdf.validation.shapes import Shapes


def write_sidecars(
    directory: ExportDirectory, graph_files: list[FileInfo], aggregator: Aggregator, shapes: Shapes, release: Release, sources: list[str]
) -> None:
    """Write them; the manifest comes last, since it lists the others and the files of the graph."""
    media_types = {file.suffix: file.media_type for file in (make() for make in SERIALIZERS.values())}
    directory.write_text("vocabulary.ttl", serialize_ontology())
    directory.write_text("context.jsonld", json.dumps({"@context": jsonld_context()}, indent=1) + "\n")
    directory.write_text("shapes.ttl", shapes.text)
    described = [(file, media_types[_format_suffix(file.name)]) for file in sorted(graph_files)]
    directory.write_text("dataset.ttl", serialize_dataset_description(aggregator.triple_counts, described, TOOL, release))
    files = sorted({*directory.written_files, *graph_files})
    directory.write_json(MANIFEST_FILE, _build_manifest(files, directory.quarantined, aggregator, shapes, sources))


def _format_suffix(name: str) -> str:
    return f".{name.split('.')[1]}"


def _build_manifest(
    files: list[FileInfo], quarantined: list[str], aggregator: Aggregator, shapes: Shapes, sources: list[str]
) -> dict[str, Any]:
    return {
        "tool": TOOL,
        "sources": sources,
        "records": {"read": aggregator.summary.read, "sha256": aggregator.records_digest.hexdigest()},
        "quarantined": sorted(quarantined),
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
        "mapping": {"sha256": code_fingerprint()},
        "shapes": {"sha256": hashlib.sha256(shapes.text.encode()).hexdigest()},
    }
