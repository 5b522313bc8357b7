"""The description of the dataset: VoID, DCAT and the HCLS profile, from counts made while the figures streamed by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.pipeline.options import Release
from pfocr2rdf.rdf.iris import CC0, DATASET
from pfocr2rdf.rdf.serializers.turtle import TurtleWriter
from pfocr2rdf.rdf.terms import TYPE, Node, Pair, literal, ref
from pfocr2rdf.rdf.vocabulary import PFOCR, PREFIXES, SITE, expand
from pfocr2rdf.storage.files import Written

DESCRIBING = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "part": f"{DATASET}#",
}
_ALL = {**PREFIXES, **DESCRIBING}


def dataset_turtle(counts: Counts, files: Iterable[tuple[Written, str]], tool: str, release: Release) -> str:
    """The description as Turtle.

    Args:
        counts: what was written.
        files: the files of the graph, with their media types.
        tool: name and version of the tool that made them.
        release: what the publisher says.
    """
    writer = TurtleWriter(_ALL)
    return writer.head() + writer.nodes(describe_dataset(counts, list(files), tool, release), "")


def describe_dataset(counts: Counts, files: list[tuple[Written, str]], tool: str, release: Release) -> list[Node]:
    """The description as nodes: the dataset, its partitions, its distributions."""
    classes = [_partition("class", name, count) for name, count in sorted(counts.classes.items())]
    properties = [_partition("property", name, count) for name, count in sorted(counts.properties.items())]
    distributions = [node for file, media_type in files for node in _distribution(file, media_type)]
    head: list[Pair] = [
        (TYPE, _t("void:Dataset")),
        (TYPE, _t("dcat:Dataset")),
        (_t("dcterms:title"), literal("Pathway Figure OCR (PFOCR)")),
        (_t("dcterms:description"), literal("Genes, chemicals and diseases read by OCR on pathway figures of the literature.")),
        (_t("dcterms:license"), ref(CC0)),
        (_t("dcterms:publisher"), ref("https://www.wikipathways.org/")),
        (_t("foaf:page"), ref(SITE)),
        (_t("void:vocabulary"), ref(PFOCR)),
        (_t("void:uriSpace"), literal(f"{SITE}figures/")),
        (_t("void:exampleResource"), ref(f"{SITE}figures/PMC7378365__fimmu-11-01424-g0002.html")),
        (_t("pav:createdWith"), literal(tool)),
        *([(_t("pav:version"), literal(release.name)), (_t("dcat:version"), literal(release.name))] if release.name else []),
        *([(_t("dcterms:issued"), literal(release.issued, "xsd:date"))] if release.issued else []),
        (_t("void:triples"), _number(counts.triples)),
        (_t("void:entities"), _number(counts.subjects)),
        (_t("void:distinctSubjects"), _number(counts.subjects)),
        (_t("void:classes"), _number(len(counts.classes))),
        (_t("void:properties"), _number(len(counts.properties))),
        *((_t("void:classPartition"), node.subject) for node in classes),
        *((_t("void:propertyPartition"), node.subject) for node in properties),
        *((_t("dcat:distribution"), node.subject) for node in distributions if node.pairs[0][1] == _t("dcat:Distribution")),
    ]
    return [Node(ref(DATASET), tuple(head)), *classes, *properties, *distributions]


def _t(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return ref(DESCRIBING[prefix] + local) if prefix in DESCRIBING else ref(expand(curie))


def _number(count: int) -> str:
    return literal(str(count), "xsd:integer")


def _partition(kind: str, term: str, count: int) -> Node:
    local = term.rstrip(">").replace("#", "/").rpartition("/")[2]
    digest = hashlib.blake2b(term.encode(), digest_size=4).hexdigest()
    counted = _t("void:entities") if kind == "class" else _t("void:triples")
    return Node(ref(f"{DATASET}#{kind}-{local}-{digest}"), ((_t(f"void:{kind}"), term), (counted, _number(count))))


def _distribution(file: Written, media_type: str) -> list[Node]:
    subject, checksum = ref(f"{DATASET}#{file.name}"), ref(f"{DATASET}#sha256-{file.name}")
    packed = {".gz": "application/gzip", ".zst": "application/zstd"}
    compression = next((media for ending, media in packed.items() if file.name.endswith(ending)), "")
    pairs: list[Pair] = [
        (TYPE, _t("dcat:Distribution")),
        (_t("dcterms:title"), literal(file.name)),
        (_t("dcterms:license"), ref(CC0)),
        (_t("dcat:mediaType"), ref(f"https://www.iana.org/assignments/media-types/{media_type}")),
        *([(_t("dcat:compressFormat"), ref(f"https://www.iana.org/assignments/media-types/{compression}"))] if compression else []),
        (_t("dcat:byteSize"), literal(str(file.size), "xsd:integer")),
        (_t("spdx:checksum"), checksum),
    ]
    sum_pairs = (
        (TYPE, _t("spdx:Checksum")),
        (_t("spdx:algorithm"), _t("spdx:checksumAlgorithm_sha256")),
        (_t("spdx:checksumValue"), literal(file.sha256)),
    )
    return [Node(subject, tuple(pairs)), Node(checksum, sum_pairs)]
