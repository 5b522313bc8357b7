"""The dataset description: VoID, DCAT and the HCLS profile, from the counts of the export."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePath

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
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def serialize_dataset_description(counts: TripleCounts, files: Iterable[tuple[FileInfo, str]], tool: str, release: Release) -> str:
    """The dataset description as Turtle, with the files of the graph and their media types."""
    serializer = TurtleSerializer(DESCRIPTION_PREFIXES)
    return serializer.header() + serializer.serialize_resources(describe_dataset(counts, list(files), tool, release), "")


def describe_dataset(counts: TripleCounts, files: list[tuple[FileInfo, str]], tool: str, release: Release) -> list[Resource]:
    """The dataset description as resources: the dataset, its partitions, its distributions."""
    classes = [_describe_partition("class", name, count) for name, count in sorted(counts.classes.items())]
    properties = [_describe_partition("property", name, count) for name, count in sorted(counts.properties.items())]
    distributions = [resource for file, media_type in files for resource in _describe_distribution(file, media_type)]
    dataset: list[PredicateObject] = [
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
        *((_expand("void:classPartition"), partition.subject) for partition in classes),
        *((_expand("void:propertyPartition"), partition.subject) for partition in properties),
        *((_expand("dcat:distribution"), _distribution_iri(file)) for file, _ in files),
    ]
    return [Resource(iri_term(DATASET_IRI), tuple(dataset)), *classes, *properties, *distributions]


def _integer_literal(count: int) -> str:
    return literal(str(count), "xsd:integer")


def _describe_partition(partition_type: str, term: str, count: int) -> Resource:
    local_name = term.rstrip(">").replace("#", "/").rpartition("/")[2]
    digest = hashlib.blake2b(term.encode(), digest_size=4).hexdigest()
    count_property = _expand("void:entities" if partition_type == "class" else "void:triples")
    return Resource(
        iri_term(f"{DATASET_IRI}#{partition_type}-{local_name}-{digest}"),
        ((_expand(f"void:{partition_type}"), term), (count_property, _integer_literal(count))),
    )


def _distribution_iri(file: FileInfo) -> str:
    return iri_term(f"{DATASET_IRI}#{file.name}")


def _describe_distribution(file: FileInfo, media_type: str) -> list[Resource]:
    checksum = iri_term(f"{DATASET_IRI}#sha256-{file.name}")
    compression = {".gz": "application/gzip", ".zst": "application/zstd"}.get(PurePath(file.name).suffix)
    pairs: list[PredicateObject] = [
        (RDF_TYPE, _expand("dcat:Distribution")),
        (_expand("dcterms:title"), literal(file.name)),
        (_expand("dcterms:license"), iri_term(CC0_IRI)),
        (_expand("dcat:mediaType"), iri_term(f"{_MEDIA_TYPES}{media_type}")),
        *([(_expand("dcat:compressFormat"), iri_term(f"{_MEDIA_TYPES}{compression}"))] if compression else []),
        (_expand("dcat:byteSize"), _integer_literal(file.size)),
        (_expand("spdx:checksum"), checksum),
    ]
    checksum_pairs = (
        (RDF_TYPE, _expand("spdx:Checksum")),
        (_expand("spdx:algorithm"), _expand("spdx:checksumAlgorithm_sha256")),
        (_expand("spdx:checksumValue"), literal(file.sha256)),
    )
    return [Resource(_distribution_iri(file), tuple(pairs)), Resource(checksum, checksum_pairs)]
