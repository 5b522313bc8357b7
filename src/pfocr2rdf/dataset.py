"""The description of the dataset: VoID, DCAT and the HCLS profile, from counts made while the figures streamed by."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from pfocr2rdf.iris import CC0, DATASET
from pfocr2rdf.sinks import TurtleWriter
from pfocr2rdf.sinks.output import Written
from pfocr2rdf.terms import TYPE, Alike, Grouped, Node, Pair, literal, ref, shape
from pfocr2rdf.vocabulary import PFOCR, PREFIXES, SITE, expand

DESCRIBING = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "part": f"{DATASET}#",
}
_SHAPE = attrgetter("shape")
_ALL = {**PREFIXES, **DESCRIBING}


class Counts:
    """What was written, counted: statements, subjects, and how many there are of each class and property.

    Few different predicates stand together again and again, so it is their ``shape`` that is counted, and taken apart when
    somebody asks. A statement that is counted alone has a shape too.

    Attributes:
        subjects: how many there are.
        shapes: how often each shape was met.
    """

    def __init__(self) -> None:
        self.subjects = 0
        self.shapes: Counter[str] = Counter()

    @classmethod
    def of(cls, figure: Grouped, mentions: Alike) -> Counts:
        """What one figure comes to."""
        counts = cls()
        counts.subjects = 1 + len(mentions.names)
        once = [f"{TYPE} {value}" for value in figure.values.get(TYPE, ())]
        for predicate, values in figure.values.items():
            if len(values) > 1 and predicate != TYPE:
                counts.shapes[predicate] = len(values)
            elif predicate != TYPE:
                once.append(predicate)
        counts.shapes["\n".join(once)] = 1
        if mentions.names:
            counts.shapes[shape(mentions.first)] = len(mentions.names)
            counts.shapes.update(map(_SHAPE, chain(mentions.said, mentions.last)))
        return counts

    def add(self, nodes: Iterable[Node]) -> None:
        """Count nodes. A subject must come as one node, and once."""
        for node in nodes:
            self.subjects += 1
            self.shapes[shape(node.pairs)] += 1

    def merge(self, other: Counts) -> None:
        """Add other counts."""
        self.subjects += other.subjects
        self.shapes.update(other.shapes)

    def take_away(self, other: Counts) -> None:
        """Take away counts that were added."""
        self.subjects -= other.subjects
        self.shapes = self.shapes - other.shapes

    @property
    def triples(self) -> int:
        """How many statements there are."""
        return sum(times * (lines.count("\n") + 1) for lines, times in self.shapes.items())

    @property
    def properties(self) -> Counter[str]:
        """How many statements there are of each property."""
        return self._each(lambda predicate, _: predicate)

    @property
    def classes(self) -> Counter[str]:
        """How many subjects there are of each class."""
        return self._each(lambda _, cls: cls)

    def _each(self, choose: Callable[[str, str], str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for lines, times in self.shapes.items():
            for line in lines.split("\n"):
                predicate, _, cls = line.partition(" ")
                if name := choose(predicate, cls):
                    found[name] += times
        return found


class Release(NamedTuple):
    """What the publisher says of this release: its name and its date (``YYYY-MM-DD``), or ``""``."""

    name: str = ""
    issued: str = ""


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
