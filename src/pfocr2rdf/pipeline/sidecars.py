"""Sidecar files of the graph: dataset description, vocabulary, shapes, JSON-LD context, prefixes, manifest."""

from __future__ import annotations

import hashlib
import json

from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.dataset_description import ExportFacts, serialize_dataset_description
from pfocr2rdf.pipeline.fingerprint import code_fingerprint
from pfocr2rdf.pipeline.prefix_files import serialize_prefixes_jsonld, serialize_prefixes_turtle
from pfocr2rdf.pipeline.run import ExportRun
from pfocr2rdf.rdf.ontology import serialize_ontology
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.layout import DATASET_FILE, MANIFEST_FILE, TOOL


def write_sidecars(
    directory: ExportDirectory, run: ExportRun, aggregator: Aggregator, graph_files: list[FileInfo], derived_files: list[FileInfo]
) -> None:
    """Write the sidecars; the manifest comes last, since it lists the others, the files of the graph and those in derived formats."""
    media_types = {serializer.suffix: serializer.media_type for serializer in (make() for make in SERIALIZERS.values())}
    profile = run.options.iri_profile
    directory.write_text("vocabulary.ttl", serialize_ontology())
    directory.write_text("context.jsonld", json.dumps({"@context": jsonld_context(profile)}, indent=1) + "\n")
    directory.write_text("prefixes.ttl", serialize_prefixes_turtle(profile))
    directory.write_text("prefixes.jsonld", serialize_prefixes_jsonld(profile))
    directory.write_text("shapes.ttl", run.shapes.text)
    distributions = [(file, media_types[_format_suffix(file.name)]) for file in sorted(graph_files)]
    shapes_sha256 = hashlib.sha256(run.shapes.text.encode()).hexdigest()
    inputs = {"records": aggregator.records_digest.hexdigest(), "mapping": code_fingerprint(), "shapes": shapes_sha256}
    distinct_iris, distinct_literals = aggregator.count_distinct_objects()
    graphs = aggregator.summary.exported + (aggregator.summary.entities > 0)
    facts = ExportFacts(
        counts=aggregator.triple_counts,
        distinct_iris=distinct_iris,
        distinct_literals=distinct_literals,
        graphs=graphs,
        files=distributions,
        tool=TOOL,
        inputs=inputs,
        years=sorted(aggregator.years),
        example_figid=aggregator.example_figid,
        derived_files=tuple(sorted(derived_files)),
        profile=profile,
    )
    directory.write_text(DATASET_FILE, serialize_dataset_description(facts, run.release))
    manifest = {
        "tool": TOOL,
        "sources": run.source_names,
        "records": {"read": aggregator.summary.read, "sha256": inputs["records"]},
        "quarantined": sorted(directory.quarantined),
        "files": [
            {"name": file.name, "size": file.size, "sha256": file.sha256} for file in sorted({*directory.written_files, *graph_files})
        ],
        **({"formats": {"names": run.options.derived, "warnings": aggregator.summary.format_warnings}} if run.options.derived else {}),
        "mapping": {"sha256": inputs["mapping"]},
        "shapes": {"sha256": inputs["shapes"]},
        **({} if profile.is_default else {"iris": profile.name}),
    }
    directory.write_json(MANIFEST_FILE, manifest)


def _format_suffix(name: str) -> str:
    return f".{name.split('.')[1]}"
