"""The description of the dataset: VoID, DCAT and the HCLS profile, from counts made while the figures streamed by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.options import Release
from pfocr2rdf.rdf.iris import CC0_IRI, DATASET_IRI
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import PFOCR, PREFIXES, SITE_URL
from pfocr2rdf.storage.files import FileInfo

DESCRIPTION_PREFIXES = PrefixMap({
    **PREFIXES,
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "part": f"{DATASET_IRI}#",
})  # fmt: skip
_expand = DESCRIPTION_PREFIXES.expand_term


def serialize_dataset_description(counts: TripleCounts, files: Iterable[tuple[FileInfo, str]], tool: str, release: Release) -> str:
    """The description as Turtle.

    Args:
        counts: what was written.
        files: the files of the graph, with their media types.
        tool: name and version of the tool that made them.
        release: what the publisher says.
    """
    writer = TurtleSerializer(DESCRIPTION_PREFIXES)
    return writer.header() + writer.serialize_resources(describe_dataset(counts, list(files), tool, release), "")


def describe_dataset(counts: TripleCounts, files: list[tuple[FileInfo, str]], tool: str, release: Release) -> list[Resource]:
    """The description as nodes: the dataset, its partitions, its distributions."""
    classes = [_describe_partition("class", name, count) for name, count in sorted(counts.classes.items())]
    properties = [_describe_partition("property", name, count) for name, count in sorted(counts.properties.items())]
    distributions = [node for file, media_type in files for node in _describe_distribution(file, media_type)]
    head: list[PredicateObject] = [
        (RDF_TYPE, _expand("void:Dataset")),
        (RDF_TYPE, _expand("dcat:Dataset")),
        (_expand("dcterms:title"), literal("Pathway Figure OCR (PFOCR)")),
        (_expand("dcterms:description"), literal("Genes, chemicals and diseases read by OCR on pathway figures of the literature.")),
        (_expand("dcterms:license"), iri_term(CC0_IRI)),
        (_expand("dcterms:publisher"), iri_term("https://www.wikipathways.org/")),
        (_expand("foaf:page"), iri_term(SITE_URL)),
        (_expand("void:vocabulary"), iri_term(PFOCR)),
        (_expand("void:uriSpace"), literal(f"{SITE_URL}figures/")),
        (_expand("void:exampleResource"), iri_term(f"{SITE_URL}figures/PMC7378365__fimmu-11-01424-g0002.html")),
        (_expand("pav:createdWith"), literal(tool)),
        *([(_expand("pav:version"), literal(release.name)), (_expand("dcat:version"), literal(release.name))] if release.name else []),
        *([(_expand("dcterms:issued"), literal(release.issued, "xsd:date"))] if release.issued else []),
        (_expand("void:triples"), _integer_literal(counts.triples)),
        (_expand("void:entities"), _integer_literal(counts.subjects)),
        (_expand("void:distinctSubjects"), _integer_literal(counts.subjects)),
        (_expand("void:classes"), _integer_literal(len(counts.classes))),
        (_expand("void:properties"), _integer_literal(len(counts.properties))),
        *((_expand("void:classPartition"), node.subject) for node in classes),
        *((_expand("void:propertyPartition"), node.subject) for node in properties),
        *((_expand("dcat:distribution"), node.subject) for node in distributions if node.pairs[0][1] == _expand("dcat:Distribution")),
    ]
    return [Resource(iri_term(DATASET_IRI), tuple(head)), *classes, *properties, *distributions]


def _integer_literal(count: int) -> str:
    return literal(str(count), "xsd:integer")


def _describe_partition(partition_type: str, term: str, count: int) -> Resource:
    local = term.rstrip(">").replace("#", "/").rpartition("/")[2]
    digest = hashlib.blake2b(term.encode(), digest_size=4).hexdigest()
    counted = _expand("void:entities") if partition_type == "class" else _expand("void:triples")
    return Resource(
        iri_term(f"{DATASET_IRI}#{partition_type}-{local}-{digest}"),
        ((_expand(f"void:{partition_type}"), term), (counted, _integer_literal(count))),
    )


def _describe_distribution(file: FileInfo, media_type: str) -> list[Resource]:
    subject, checksum = iri_term(f"{DATASET_IRI}#{file.name}"), iri_term(f"{DATASET_IRI}#sha256-{file.name}")
    packed = {".gz": "application/gzip", ".zst": "application/zstd"}
    compression = next((media for ending, media in packed.items() if file.name.endswith(ending)), "")
    pairs: list[PredicateObject] = [
        (RDF_TYPE, _expand("dcat:Distribution")),
        (_expand("dcterms:title"), literal(file.name)),
        (_expand("dcterms:license"), iri_term(CC0_IRI)),
        (_expand("dcat:mediaType"), iri_term(f"https://www.iana.org/assignments/media-types/{media_type}")),
        *(
            [(_expand("dcat:compressFormat"), iri_term(f"https://www.iana.org/assignments/media-types/{compression}"))]
            if compression
            else []
        ),
        (_expand("dcat:byteSize"), literal(str(file.size), "xsd:integer")),
        (_expand("spdx:checksum"), checksum),
    ]
    sum_pairs = (
        (RDF_TYPE, _expand("spdx:Checksum")),
        (_expand("spdx:algorithm"), _expand("spdx:checksumAlgorithm_sha256")),
        (_expand("spdx:checksumValue"), literal(file.sha256)),
    )
    return [Resource(subject, tuple(pairs)), Resource(checksum, sum_pairs)]
