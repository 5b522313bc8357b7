"""JSON-LD in pages: the profiles of Bioschemas, in our words.

They are the tables of bioschemas.org/profiles: Dataset 1.0-RELEASE, DataCatalog 0.3-RELEASE-2019_07_01, Gene 1.0-RELEASE,
ChemicalSubstance 0.4-RELEASE, MolecularEntity 0.5-RELEASE, Taxon 1.0-RELEASE, ScholarlyArticle 0.3-DRAFT, DefinedTerm 0.1-DRAFT and
Disease 0.2-DRAFT (of MedicalCondition). Each node of these types is a row, wherever it is: it names the profile, has the minimum
properties, and no property of another type or cardinality. What a page is about has those recommended properties that PFOCR knows, too.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult
from tests.support.validators import Html

from pfocr2rdf import publish

_is_url = re.compile(r"https?://[^\s<>\"{}|\\^`/]+/[^\s<>\"{}|\\^`]*").fullmatch
_is_date = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?").fullmatch


class Profile(NamedTuple):
    """A profile: its properties with their types, where ``+`` is for several values; ``known`` are the recommended ones PFOCR knows."""

    name: str
    minimum: dict[str, str]
    recommended: dict[str, str]
    known: frozenset[str] = frozenset()


PROFILES = {
    "Dataset": Profile(
        "Dataset/1.0-RELEASE",
        {
            "name": "Text", "description": "Text", "identifier": "+PropertyValue Text URL", "keywords": "+DefinedTerm Text URL",
            "license": "CreativeWork URL", "url": "URL",
        },
        {
            "alternateName": "+Text", "citation": "+CreativeWork Text", "creator": "+Organization Person", "datePublished": "Date",
            "distribution": "+DataDownload", "includedInDataCatalog": "+DataCatalog", "isBasedOn": "+CreativeWork Product URL",
            "measurementTechnique": "+Text URL", "publisher": "+Organization Person", "variableMeasured": "+PropertyValue Text",
            "version": "Number Text",
        },
        frozenset({
            "alternateName", "citation", "creator", "distribution", "includedInDataCatalog", "measurementTechnique", "publisher", "version",
        }),
    ),
    "DataCatalog": Profile(
        "DataCatalog/0.3-RELEASE-2019_07_01",
        {"name": "Text", "description": "Text", "keywords": "+Text", "provider": "+Organization Person", "url": "URL"},
        {
            "about": "+Thing", "alternateName": "+Text", "citation": "+CreativeWork Text", "dataset": "+Dataset", "dateCreated": "Date",
            "identifier": "+PropertyValue Text URL", "license": "CreativeWork URL", "sourceOrganization": "+Organization",
        },
        frozenset({"dataset", "license"}),
    ),
    "Gene": Profile(
        "Gene/1.0-RELEASE",
        {"identifier": "PropertyValue Text URL", "name": "Text"},
        {"description": "Text", "encodesBioChemEntity": "+BioChemEntity", "isPartOfBioChemEntity": "+BioChemEntity", "url": "URL"},
        frozenset({"description", "url"}),
    ),
    "ChemicalSubstance": Profile(
        "ChemicalSubstance/0.4-RELEASE",
        {"identifier": "PropertyValue Text URL", "name": "Text", "url": "+URL"},
        {"chemicalComposition": "Text", "hasBioChemEntityPart": "+BioChemEntity"},
    ),
    "MolecularEntity": Profile(
        "MolecularEntity/0.5-RELEASE",
        {"identifier": "PropertyValue Text URL", "name": "Text", "url": "+URL"},
        {
            "inChI": "Text", "inChIKey": "Text", "iupacName": "Text", "molecularFormula": "Text", "smiles": "+Text",
            "molecularWeight": "QuantitativeValue Text",
        },
    ),
    "Taxon": Profile(
        "Taxon/1.0-RELEASE",
        {"name": "Text", "taxonRank": "+PropertyValue Text URL"},
        {"parentTaxon": "Taxon Text URL", "scientificName": "TaxonName", "url": "URL", "sameAs": "+URL"},
        frozenset({"url"}),
    ),
    "ScholarlyArticle": Profile(
        "ScholarlyArticle/0.3-DRAFT",
        {"identifier": "+PropertyValue Text URL", "name": "Text"},
        {
            "abstract": "Text", "author": "+Organization Person", "citation": "+CreativeWork Text", "dateCreated": "Date",
            "dateModified": "+Date", "datePublished": "Date", "isPartOf": "+CreativeWork Periodical PublicationIssue PublicationVolume URL",
            "keywords": "+DefinedTerm Text URL", "license": "CreativeWork URL", "publisher": "+Organization Person", "url": "+URL",
            "sameAs": "+URL",
        },
        frozenset({"url"}),
    ),
    "DefinedTerm": Profile(
        "DefinedTerm/0.1-DRAFT", {"inDefinedTermSet": "Text"}, {"termCode": "Text", "sameAs": "+URL", "name": "Text"},
        frozenset({"termCode", "name"}),
    ),
    "MedicalCondition": Profile(
        "Disease/0.2-DRAFT",
        {"identifier": "PropertyValue Text URL", "name": "Text"},
        {"drug": "+Drug", "description": "Text", "image": "ImageObject URL", "url": "URL", "sameAs": "+URL"},
        frozenset({"description", "url"}),
    ),
}  # fmt: skip


def read_blocks(page: str) -> list[Any]:
    """The JSON-LD blocks of a page of HTML."""
    return [json.loads(text) for text in Html(page).data]


def run() -> RefereeResult:
    """The nodes of all pages of a site of the examples."""
    with tempfile.TemporaryDirectory() as folder:
        publish(example_export(), Path(folder) / "site")
        pages = sorted((Path(folder) / "site").rglob("*.html"))
        return check_blocks((str(path), block) for path in pages for block in read_blocks(path.read_text(encoding="utf-8")))


def check_blocks(blocks: Iterable[tuple[str, Any]]) -> RefereeResult:
    """The nodes of JSON-LD blocks, each with the name of its page."""
    asked, findings = 0, []
    passed = 0
    for page, block in blocks:
        if not _declares(block.get("@context"), "https://schema.org/"):
            findings.append(f"{page}: the context is not that of schema.org")
        for node in _nodes(block):
            profile = PROFILES.get(node.get("@type", ""))
            if profile:
                problems = list(_problems(node, profile, is_main=node is block))
                if not _declares(block.get("@context"), {"dct": "http://purl.org/dc/terms/"}):
                    problems.append("the prefix dct is not declared")
                asked, passed = asked + 1, passed + (not problems)
                findings += [f"{page}: {node['@type']} {node.get('@id')}: {problem}" for problem in problems]
    return RefereeResult("Bioschemas profiles", "August 2026", asked, passed, tuple(findings))


def _declares(context: Any, item: Any) -> bool:
    return item in (context if isinstance(context, list) else [context])


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a block, at any depth."""
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for key, part in value.items():
            if key != "@context":
                yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _problems(node: dict[str, Any], profile: Profile, *, is_main: bool) -> Iterator[str]:
    if not _is_url(node.get("@id", "")):
        yield "@id is no IRI"
    if node.get("dct:conformsTo") != {"@id": f"https://bioschemas.org/profiles/{profile.name}"}:
        yield f"dct:conformsTo is not {profile.name}"
    yield from (f"{name} is not there" for name in profile.minimum if node.get(name) in (None, "", []))
    yield from (f"{name} is not there" for name in sorted(profile.known) if is_main and node.get(name) in (None, "", []))
    for name, types in {**profile.minimum, **profile.recommended}.items():
        values = node[name] if isinstance(node.get(name), list) else [node[name]] if name in node else []
        if len(values) > 1 and not types.startswith("+"):
            yield f"{name} has several values"
        for value in values:
            if not any(_has_type(value, expected) for expected in types.lstrip("+").split()):
                yield f"{name} is {json.dumps(value)[:80]}, and no {types.lstrip('+')}"


def _has_type(value: Any, expected: str) -> bool:
    if isinstance(value, dict):
        return bool(value.get("@type") == expected and (value.get("name") or expected == "DataDownload"))
    if expected == "Text":
        return isinstance(value, str) and bool(value.strip())
    tests = {"URL": _is_url, "Date": _is_date}
    return isinstance(value, str) and expected in tests and bool(tests[expected](value))
