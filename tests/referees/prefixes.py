"""Prefixes and the record for the Bioregistry: each IRI of an export has one CURIE, by the longest namespace.

``curies`` reads both files of prefixes and parses all IRIs; the model of ``bioregistry`` reads the record, whose pattern and format are
those of the figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import curies
import pyoxigraph
from bioregistry.schema.struct import Resource
from pydantic import ValidationError
from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult
from tests.support.records import ROOT

RECORD = ROOT / "docs" / "bioregistry.json"

_IMAGE = "http://schema.org/image"


def run() -> RefereeResult:
    """All IRIs of the export of the examples, and the record."""
    return check_exports([example_export()], json.loads(RECORD.read_bytes()))


def check_exports(exports: Iterable[Path], record: dict[str, object]) -> RefereeResult:
    """Each IRI of the RDF files of some exports, each pair of files of prefixes, and the record for their figures."""
    findings, asked = list(_check_record(record)), 1
    for export in exports:
        by_shacl = curies.Converter.from_shacl(export / "prefixes.ttl")
        by_context = curies.Converter.from_jsonld(export / "prefixes.jsonld")
        if by_shacl.bimap != by_context.bimap:
            findings.append(f"{export}: prefixes.ttl and prefixes.jsonld differ")
        iris, images, figures = _read_iris(export)
        findings += [f"{iri} {problem}" for iri in sorted(iris - images) if (problem := _find_problem(iri, by_shacl))]
        findings += [f"{iri} is a picture, and has a CURIE" for iri in sorted(images) if by_shacl.parse_uri(iri)]
        findings += [f"{iri} is not as the record says" for iri, figid in figures if not _fits_record(iri, figid, record)]
        asked += 1 + len(iris | images) + len(figures)
    return RefereeResult(
        "curies, bioregistry", f"{version('curies')}, {version('bioregistry')}", asked, asked - len(findings), tuple(findings)
    )


def _check_record(record: dict[str, object]) -> Iterator[str]:
    """The problem of a record, if it has one. A key that the model does not know would be lost in silence."""
    unknown = sorted(record.keys() - Resource.model_fields.keys())
    try:
        Resource.model_validate(record)
    except ValidationError as error:
        yield f"the record is refused: {error}"
    else:
        if unknown or not re.fullmatch(str(record["pattern"]), str(record["example"])):
            yield f"the record has unknown keys ({', '.join(unknown)}), or an example that its pattern does not match"


def _find_problem(iri: str, converter: curies.Converter) -> str:
    reference = converter.parse_uri(iri)
    if reference is None:
        return "has no CURIE"
    longest = max((namespace for namespace in converter.bimap.values() if iri.startswith(namespace)), key=len)
    return "" if iri == longest + reference.identifier == converter.expand(reference.curie) else f"is not {reference.curie}"


def _fits_record(iri: str, figid: str, record: dict[str, object]) -> bool:
    return bool(re.fullmatch(str(record["pattern"]), figid)) and iri == str(record["uri_format"]).replace("$1", figid)


def _read_iris(export: Path) -> tuple[set[str], set[str], list[tuple[str, str]]]:
    """All IRIs of an export, those that are pictures, and the figures with their identifiers (not their aliases)."""
    iris: set[str] = set()
    images: set[str] = set()
    for path in sorted(export.glob("*.ttl")) + sorted(export.glob("*.nq")):
        for quad in pyoxigraph.parse(path=str(path)):
            literals = [quad.object.datatype] if isinstance(quad.object, pyoxigraph.Literal) else []
            nodes = [node for node in (*quad, *literals) if isinstance(node, pyoxigraph.NamedNode)]
            (images if quad.predicate.value == _IMAGE else iris).update(node.value for node in nodes[2:3])
            iris.update(node.value for node in (*nodes[:2], *nodes[3:]))
    rows = [line.split("\t") for line in (export / "aliases.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    return iris, images, sorted({(iri, figid) for _, figid, iri in rows})
