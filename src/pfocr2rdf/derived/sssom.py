"""Mapping sets in SSSOM/TSV: the links from entities to other terminologies, one file for each pair of terminologies.

The CURIEs have the prefixes of the Bioregistry and expand to the IRIs of the graph by the ``curie_map`` of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import BinaryIO, NamedTuple

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, Node, iris, node_id, value
from pfocr2rdf.rdf.iris import CC0_IRI, DOI_SITE
from pfocr2rdf.rdf.vocabulary import LINKED_DATASETS, PREFIXES, SITE_URL

_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
_PREDICATES = {"exactMatch": "skos:exactMatch", "closeMatch": "skos:closeMatch", "sameAs": "owl:sameAs"}
_NAMESPACES = {
    **{prefix: PREFIXES[prefix] for prefix in ("owl", "skos", "fam")},
    **LINKED_DATASETS,
    "semapv": "https://w3id.org/semapv/vocab/",
    "bioregistry": "https://bioregistry.io/registry/",
    "pfocrsite": SITE_URL,
}
_QUOTE = '"'
_must_be_quoted = re.compile(r'[\t\r\n"]').search
_replace_unsafe = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]").sub


class MappingSet(NamedTuple):
    """A mapping set between two terminologies, which are named by their prefixes.

    ``justification`` is the term of SEMAPV: a family is matched by its name, the other mappings are those that the records have.
    """

    name: str
    title: str
    justification: str
    description: str


MAPPING_SETS = {
    ("fam", "fplx"): MappingSet(
        "families-famplex",
        "Families in pathway figures, mapped to FamPlex",
        "semapv:LexicalMatching",
        "An exact match has the identifier of a FamPlex entry as its name; a close match differs in case or in the ending _family "
        "or _complex.",
    ),
    ("mesh", "chebi"): MappingSet(
        "mesh-chebi",
        "MeSH chemicals in pathway figures, mapped to ChEBI",
        "semapv:UnspecifiedMatching",
        "The mappings are those in the records of PFOCR, without a description of how they were made.",
    ),
    ("mesh", "doid"): MappingSet(
        "mesh-doid",
        "MeSH diseases in pathway figures, mapped to the Disease Ontology",
        "semapv:UnspecifiedMatching",
        "The mappings are those in the records of PFOCR, without a description of how they were made.",
    ),
    ("pmc", "doi"): MappingSet(
        "papers-doi",
        "Papers with pathway figures: PubMed Central ids mapped to DOIs",
        "semapv:UnspecifiedMatching",
        "The mappings are those in the records of PFOCR.",
    ),
}
"""The mapping sets by the prefixes of their subjects and objects."""


class SssomMappings(DerivedFormat):
    """Writes ``sssom/<subjects>-<objects>.sssom.tsv``, in the order of the entities; a set without mappings has no file."""

    name = "sssom"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        super().__init__(files, entities)
        self._open_files: dict[str, BinaryIO] = {}

    def add_entity(self, entity: Node) -> None:
        """Write the mappings of an entity."""
        for predicate, object_id in sorted(_iter_mappings(entity)):
            subject_id = node_id(entity)
            prefixes = (subject_id.partition(":")[0], object_id.partition(":")[0])
            if mapping_set := MAPPING_SETS.get(prefixes):
                label = value(entity, "prefLabel") or value(entity, "label") or value(entity, "title")
                row = (subject_id, self._clean(label), predicate, object_id, mapping_set.justification)
                self._file(mapping_set, prefixes).write(_serialize_row(row))

    def add_figure(self, nodes: FigureNodes) -> None:
        """Figures have no mappings."""

    def _clean(self, label: str) -> str:
        clean_label = _replace_unsafe("\ufffd", label)
        if clean_label != label:
            self.warn("labels with control characters or lone surrogates, replaced in mapping sets")
        return clean_label

    def _file(self, mapping_set: MappingSet, prefixes: tuple[str, str]) -> BinaryIO:
        if mapping_set.name not in self._open_files:
            file = self._open_files[mapping_set.name] = self.files.create(f"sssom/{mapping_set.name}.sssom.tsv")
            file.write(serialize_metadata(mapping_set, *prefixes).encode() + _serialize_row(_COLUMNS))
        return self._open_files[mapping_set.name]


def _iter_mappings(entity: Node) -> Iterator[tuple[str, str]]:
    for term, predicate in _PREDICATES.items():
        for object_id in iris(entity, term):
            yield predicate, f"doi:{object_id.removeprefix(DOI_SITE)}" if object_id.startswith(DOI_SITE) else object_id


def serialize_metadata(mapping_set: MappingSet, subject_prefix: str, object_prefix: str) -> str:
    """The metadata of a mapping set as the comment before the table: YAML, whose quoted strings are those of JSON."""
    sources = _source(subject_prefix), _source(object_prefix)
    vocabularies = {"owl" if object_prefix == "doi" else "skos", "semapv"}
    prefixes = sorted({subject_prefix, object_prefix, *vocabularies, *(source.partition(":")[0] for source in sources)})
    lines = ["curie_map:", *(f"  {prefix}: {json.dumps(_NAMESPACES[prefix])}" for prefix in prefixes)]
    slots = {
        "mapping_set_id": f"{SITE_URL}sssom/{mapping_set.name}",
        "mapping_set_title": mapping_set.title,
        "mapping_set_description": mapping_set.description,
        "license": CC0_IRI,
        "mapping_tool": "pfocr2rdf",
        "mapping_tool_version": version("pfocr2rdf"),
        "subject_source": sources[0],
        "object_source": sources[1],
    }
    lines += [f"{slot}: {json.dumps(text)}" for slot, text in slots.items()]
    return "".join(f"#{line}\n" for line in lines)


def _source(prefix: str) -> str:
    """The CURIE of a terminology: families are those of the dataset, the others are in the Bioregistry."""
    return "pfocrsite:dataset" if prefix == "fam" else f"bioregistry:{prefix}"


def _serialize_row(row: tuple[str, ...]) -> bytes:
    """A row with a line feed. SSSOM quotes a value with a tab, a quotation mark or a line break as CSV does (RFC 4180)."""
    return ("\t".join([f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _must_be_quoted(text) else text for text in row]) + "\n").encode()
