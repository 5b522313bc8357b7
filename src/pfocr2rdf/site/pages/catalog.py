"""The dataset and its catalogue as nodes of schema.org, after Bioschemas and Google's rules for datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import CC0_IRI, DATASET_IRI, WIKIPATHWAYS_IRI
from pfocr2rdf.rdf.terms import Resource, iri_term, lexical_form
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages.bioschemas import DATA_CATALOG, DATASET
from pfocr2rdf.site.pages.view_models import SITE_DESCRIPTION, SITE_NAME

_Values = Mapping[str, list[str]]  # of a resource, by property
_MIN_DESCRIPTION, _MAX_DESCRIPTION = 50, 5000  # characters; Google takes no other description
_KEYWORDS = ["pathway", "pathway figure", "gene", "chemical", "disease", "OCR", "text mining"]
_WIKIPATHWAYS = {"@type": "Organization", "@id": WIKIPATHWAYS_IRI, "name": "WikiPathways", "url": WIKIPATHWAYS_IRI}
_ORCID = "https://orcid.org/"
_PAPER = (
    "Hanspers K, et al. Pathway information extracted from 25 years of pathway figures. Genome Biol. 2020;21:273. "
    "https://doi.org/10.1186/s13059-020-02181-2"
)
_expand = DESCRIPTION_PREFIXES.expand_term


def build_catalog_node() -> dict[str, Any]:
    """The catalogue, which is the site."""
    return {
        **DATA_CATALOG.node(SITE_URL),
        "name": SITE_NAME,
        "alternateName": "PFOCR",
        "description": SITE_DESCRIPTION,
        "keywords": _KEYWORDS,
        "license": CC0_IRI,
        "provider": _WIKIPATHWAYS,
        "url": SITE_URL,
    }


def find_release(values_by_subject: Mapping[str, _Values]) -> _Values:
    """The version level of the description (HCLS), which has the files."""
    dataset, version_of = iri_term(DATASET_IRI), _expand("prov:specializationOf")
    return next((values for values in values_by_subject.values() if dataset in values.get(version_of, ())), {})


def build_dataset_node(description: Iterable[Resource]) -> dict[str, Any]:
    """The dataset, from its description. Files that it has no URL of to download are at the published site."""
    values_by_subject = {resource.subject: resource.values_by_predicate for resource in description}
    dataset = values_by_subject.get(iri_term(DATASET_IRI), {})
    release = find_release(values_by_subject)
    node = {
        **DATASET.node(DATASET_IRI),
        "name": first_text(dataset, "dcterms:title") or SITE_NAME,
        "alternateName": "PFOCR",
        "description": _fit_description(first_text(dataset, "dcterms:description")),
        "identifier": DATASET_IRI,
        "url": f"{SITE_URL}dataset.html",
        "keywords": [lexical_form(word) for word in dataset.get(_expand("dcat:keyword"), ())] or _KEYWORDS,
        "license": next((term[1:-1] for term in dataset.get(_expand("dcterms:license"), ())), CC0_IRI),
        "creator": list(_agents(dataset.get(_expand("dcterms:creator"), ()), values_by_subject)) or [_WIKIPATHWAYS],
        "publisher": list(_agents(dataset.get(_expand("dcterms:publisher"), ()), values_by_subject)) or [_WIKIPATHWAYS],
        "citation": _PAPER,
        "isAccessibleForFree": True,
        "measurementTechnique": "optical character recognition (OCR)",
        "variableMeasured": ["genes", "chemicals", "diseases"],
        "version": first_text(dataset, "pav:version") or first_text(release, "pav:version"),
        "datePublished": first_text(dataset, "dcterms:issued"),
        "temporalCoverage": _years(dataset, values_by_subject),
        "distribution": list(_distributions(release, values_by_subject)),
    }
    return {key: value for key, value in node.items() if value not in ("", [])}


def first_text(values: _Values, curie: str) -> str:
    """The first value of a property, without its datatype or language; ``""`` if there is none."""
    return lexical_form(values.get(_expand(curie), ['""'])[0])


def _fit_description(text: str) -> str:
    return (text if len(text) >= _MIN_DESCRIPTION else f"{text} {SITE_DESCRIPTION}".strip())[:_MAX_DESCRIPTION]


def _agents(terms: Iterable[str], values_by_subject: Mapping[str, _Values]) -> Iterator[dict[str, Any]]:
    """Persons have an ORCID iD; all others are organizations."""
    for term in terms:
        iri = term[1:-1]
        name = first_text(values_by_subject.get(term, {}), "foaf:name") or iri
        yield {"@type": "Person" if iri.startswith(_ORCID) else "Organization", "@id": iri, "name": name, "url": iri}


def _years(dataset: _Values, values_by_subject: Mapping[str, _Values]) -> str:
    """The years of the papers as an interval of ISO 8601."""
    period = values_by_subject.get(next(iter(dataset.get(_expand("dcterms:temporal"), ())), ""), {})
    return "/".join(filter(None, (first_text(period, "dcat:startDate"), first_text(period, "dcat:endDate"))))


def _distributions(release: _Values, values_by_subject: Mapping[str, _Values]) -> Iterator[dict[str, Any]]:
    for term in sorted(release.get(_expand("dcat:distribution"), ())):
        values = values_by_subject.get(term, {})
        checksum = values_by_subject.get(next(iter(values.get(_expand("spdx:checksum"), ())), ""), {})
        if name := first_text(values, "dcterms:title"):
            published = f"<{SITE_URL}downloads/{quote(name)}>"  # for a service, or a site without the files
            node = {
                "@type": "DataDownload",
                "name": name,
                "contentUrl": values.get(_expand("dcat:downloadURL"), [published])[0][1:-1],
                "encodingFormat": "/".join(next(iter(values.get(_expand("dcat:mediaType"), ("<>",))))[1:-1].split("/")[-2:]),
                "contentSize": f"{first_text(values, 'dcat:byteSize')} B",
                "sha256": first_text(checksum, "spdx:checksumValue"),
            }
            yield {key: value for key, value in node.items() if value}
