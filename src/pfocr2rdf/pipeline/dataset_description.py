"""The description of the dataset: VoID, DCAT and the HCLS profile, from counts made while the figures streamed by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.options import Release
from pfocr2rdf.rdf.iris import CC0_IRI, DATASET_IRI
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import PFOCR, PREFIXES, SITE_URL, expand_curie
from pfocr2rdf.storage.files import FileInfo

DESCRIPTION_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "part": f"{DATASET_IRI}#",
}
_ALL_PREFIXES = {**PREFIXES, **DESCRIPTION_PREFIXES}


def serialize_dataset_description(counts: TripleCounts, files: Iterable[tuple[FileInfo, str]], tool: str, release: Release) -> str:
    """The description as Turtle.

    Args:
        counts: what was written.
        files: the files of the graph, with their media types.
        tool: name and version of the tool that made them.
        release: what the publisher says.
    """
    writer = TurtleSerializer(_ALL_PREFIXES)
    return writer.header() + writer.serialize_resources(describe_dataset(counts, list(files), tool, release), "")


def describe_dataset(counts: TripleCounts, files: list[tuple[FileInfo, str]], tool: str, release: Release) -> list[Resource]:
    """The description as nodes: the dataset, its partitions, its distributions."""
    classes = [_describe_partition("class", name, count) for name, count in sorted(counts.classes.items())]
    properties = [_describe_partition("property", name, count) for name, count in sorted(counts.properties.items())]
    distributions = [node for file, media_type in files for node in _describe_distribution(file, media_type)]
    head: list[PredicateObject] = [
        (RDF_TYPE, _expand_curie("void:Dataset")),
        (RDF_TYPE, _expand_curie("dcat:Dataset")),
        (_expand_curie("dcterms:title"), literal("Pathway Figure OCR (PFOCR)")),
        (_expand_curie("dcterms:description"), literal("Genes, chemicals and diseases read by OCR on pathway figures of the literature.")),
        (_expand_curie("dcterms:license"), iri_term(CC0_IRI)),
        (_expand_curie("dcterms:publisher"), iri_term("https://www.wikipathways.org/")),
        (_expand_curie("foaf:page"), iri_term(SITE_URL)),
        (_expand_curie("void:vocabulary"), iri_term(PFOCR)),
        (_expand_curie("void:uriSpace"), literal(f"{SITE_URL}figures/")),
        (_expand_curie("void:exampleResource"), iri_term(f"{SITE_URL}figures/PMC7378365__fimmu-11-01424-g0002.html")),
        (_expand_curie("pav:createdWith"), literal(tool)),
        *(
            [(_expand_curie("pav:version"), literal(release.name)), (_expand_curie("dcat:version"), literal(release.name))]
            if release.name
            else []
        ),
        *([(_expand_curie("dcterms:issued"), literal(release.issued, "xsd:date"))] if release.issued else []),
        (_expand_curie("void:triples"), _integer_literal(counts.triples)),
        (_expand_curie("void:entities"), _integer_literal(counts.subjects)),
        (_expand_curie("void:distinctSubjects"), _integer_literal(counts.subjects)),
        (_expand_curie("void:classes"), _integer_literal(len(counts.classes))),
        (_expand_curie("void:properties"), _integer_literal(len(counts.properties))),
        *((_expand_curie("void:classPartition"), node.subject) for node in classes),
        *((_expand_curie("void:propertyPartition"), node.subject) for node in properties),
        *(
            (_expand_curie("dcat:distribution"), node.subject)
            for node in distributions
            if node.pairs[0][1] == _expand_curie("dcat:Distribution")
        ),
    ]
    return [Resource(iri_term(DATASET_IRI), tuple(head)), *classes, *properties, *distributions]


def _expand_curie(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return iri_term(DESCRIPTION_PREFIXES[prefix] + local) if prefix in DESCRIPTION_PREFIXES else iri_term(expand_curie(curie))


def _integer_literal(count: int) -> str:
    return literal(str(count), "xsd:integer")


def _describe_partition(partition_type: str, term: str, count: int) -> Resource:
    local = term.rstrip(">").replace("#", "/").rpartition("/")[2]
    digest = hashlib.blake2b(term.encode(), digest_size=4).hexdigest()
    counted = _expand_curie("void:entities") if partition_type == "class" else _expand_curie("void:triples")
    return Resource(
        iri_term(f"{DATASET_IRI}#{partition_type}-{local}-{digest}"),
        ((_expand_curie(f"void:{partition_type}"), term), (counted, _integer_literal(count))),
    )


def _describe_distribution(file: FileInfo, media_type: str) -> list[Resource]:
    subject, checksum = iri_term(f"{DATASET_IRI}#{file.name}"), iri_term(f"{DATASET_IRI}#sha256-{file.name}")
    packed = {".gz": "application/gzip", ".zst": "application/zstd"}
    compression = next((media for ending, media in packed.items() if file.name.endswith(ending)), "")
    pairs: list[PredicateObject] = [
        (RDF_TYPE, _expand_curie("dcat:Distribution")),
        (_expand_curie("dcterms:title"), literal(file.name)),
        (_expand_curie("dcterms:license"), iri_term(CC0_IRI)),
        (_expand_curie("dcat:mediaType"), iri_term(f"https://www.iana.org/assignments/media-types/{media_type}")),
        *(
            [(_expand_curie("dcat:compressFormat"), iri_term(f"https://www.iana.org/assignments/media-types/{compression}"))]
            if compression
            else []
        ),
        (_expand_curie("dcat:byteSize"), literal(str(file.size), "xsd:integer")),
        (_expand_curie("spdx:checksum"), checksum),
    ]
    sum_pairs = (
        (RDF_TYPE, _expand_curie("spdx:Checksum")),
        (_expand_curie("spdx:algorithm"), _expand_curie("spdx:checksumAlgorithm_sha256")),
        (_expand_curie("spdx:checksumValue"), literal(file.sha256)),
    )
    return [Resource(subject, tuple(pairs)), Resource(checksum, sum_pairs)]
