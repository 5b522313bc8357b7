"""The dataset: its description (VoID, DCAT), the files of the release, and its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import PredicateObject, Resource, iri_term, lexical_form, literal, parse_term, sort_pairs
from pfocr2rdf.site.pages.catalog import build_catalog_node, find_release, first_text
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION_GRAPH, DatasetReader
from pfocr2rdf.site.pages.html import PageFile, Site, render_page
from pfocr2rdf.site.pages.urls import REPRESENTATIONS
from pfocr2rdf.site.pages.view_models import SCHEMA_ORG_CONTEXT, SITE_NAME, Fact, Link, TableView, curie_link, web_link
from pfocr2rdf.storage.urls import is_url

DOWNLOADS_DIR = "downloads"  # the folder of the release's files on the site
_DATASET = iri_term(DATASET_IRI)
_expand = DESCRIPTION_PREFIXES.expand_term
_BYTE_SIZE = _expand("dcat:byteSize")
_FACTS = (
    ("dcterms:description", "Description"),
    ("dcterms:license", "Licence"),
    ("dcterms:publisher", "Publisher"),
    ("pav:version", "Release"),
    ("dcterms:issued", "Issued"),
    ("void:triples", "Statements"),
    ("void:entities", "Things"),
    ("pav:createdWith", "Made with"),
)


class ReleaseFile(NamedTuple):
    """A file of the release: its name, its size, its SHA-256, and its URL relative to the root (``""`` if it is not on the site)."""

    name: str
    size: int
    sha256: str
    url: str


def read_dataset_description(reader: DatasetReader, site: Site, download_names: Iterable[str] = ()) -> list[Resource]:
    """The description of the dataset, with the URLs of its endpoint and of the files that can be downloaded from the site."""
    described = {resource.subject: resource for resource in reader.graph_resources(DESCRIPTION_GRAPH)}
    if _DATASET not in described:
        return []
    added: dict[str, list[PredicateObject]] = {_DATASET: []}
    for name in download_names:
        url = iri_term(f"{site.base_url}{DOWNLOADS_DIR}/{quote(name)}")
        added[iri_term(f"{DATASET_IRI}#{quote(name)}")] = [(_expand("dcat:downloadURL"), url)]
        if name.startswith("figures."):
            added[_DATASET].append((_expand("void:dataDump"), url))
    if is_url(site.endpoint):
        added[_DATASET].append((_expand("void:sparqlEndpoint"), iri_term(site.endpoint)))
    resources = [
        Resource(subject, sort_pairs({*map(_restore_datatype, resource.pairs), *added.get(subject, ())}))
        for subject, resource in described.items()
    ]
    return sorted(resources, key=lambda resource: (resource.subject != _DATASET, resource.subject))


def _restore_datatype(pair: PredicateObject) -> PredicateObject:
    """A size of a file as DCAT has it: the store makes an ``xsd:integer`` of every integer."""
    predicate, value = pair
    return (predicate, literal(lexical_form(value), "xsd:nonNegativeInteger")) if predicate == _BYTE_SIZE else pair


def list_release_files(resources: Iterable[Resource], download_names: Iterable[str] = ()) -> list[ReleaseFile]:
    """The files of the release, according to the description of the dataset; those that can be downloaded have URLs."""
    downloads, values_by_subject = set(download_names), {resource.subject: resource.values_by_predicate for resource in resources}
    files = []
    for subject in find_release(values_by_subject).get(_expand("dcat:distribution"), ()):
        values = values_by_subject.get(subject, {})
        name, size = first_text(values, "dcterms:title"), first_text(values, "dcat:byteSize")
        checksum = values.get(_expand("spdx:checksum"), [""])[0]
        sha256 = first_text(values_by_subject.get(checksum, {}), "spdx:checksumValue")
        url = f"{DOWNLOADS_DIR}/{quote(name)}" if name in downloads else ""
        files.append(ReleaseFile(name, int(size) if size.isdecimal() else 0, sha256, url))
    return sorted(files)


def render_dataset_page(resources: list[Resource], files: list[ReleaseFile], site: Site, dataset_node: dict[str, Any]) -> PageFile:
    """The page of the dataset, from its description and its node of schema.org."""
    values_by_subject = {resource.subject: resource.values_by_predicate for resource in resources}
    values = values_by_subject.get(_DATASET, {})
    title = first_text(values, "dcterms:title") or SITE_NAME
    version = first_text(values, "pav:version") or first_text(values, "dcterms:issued")
    classes = [values_by_subject.get(subject, {}) for subject in values.get(_expand("void:classPartition"), ())]
    properties = [values_by_subject.get(subject, {}) for subject in values.get(_expand("void:propertyPartition"), ())]
    page = render_page(
        "dataset",
        site,
        title,
        facts=list(_facts(values, site)),
        files=files,
        tables=[
            _partition_table("Resources by class", "Class", _count_partitions(classes, "void:class", "void:entities")),
            _partition_table("Statements by property", "Property", _count_partitions(properties, "void:property", "void:triples")),
        ],
        structured_data={"@context": SCHEMA_ORG_CONTEXT, **dataset_node, "includedInDataCatalog": build_catalog_node()},
        representations=REPRESENTATIONS,
        citation=_cite(dataset_node, title, version),
    )
    return PageFile("dataset.html", page)


def _cite(dataset_node: Mapping[str, Any], title: str, version: str) -> str:
    """The citation after DataCite: creators, year, title, version, IRI."""
    creators, year = ", ".join(creator["name"] for creator in dataset_node["creator"]), dataset_node.get("datePublished", "")[:4]
    return f"{creators}{f' ({year})' if year else ''}. {title}{f', release {version}' if version else ''}. {DATASET_IRI}"


def _facts(values: Mapping[str, list[str]], site: Site) -> Iterator[Fact]:
    yield Fact("IRI", (Link(DATASET_IRI, DATASET_IRI),))
    for curie, label in _FACTS:
        if objects := values.get(_expand(curie)):
            yield Fact(label, tuple(map(_value_link, objects)))
    if site.endpoint:
        yield Fact("SPARQL endpoint", (Link(site.endpoint, site.endpoint),))


def _value_link(value: str) -> Link:
    term = parse_term(value)
    is_integer = term.term_type == "literal" and term.datatype.endswith("#integer")
    return web_link(f"{int(term.value):,}" if is_integer else term.value, term.value)


def _count_partitions(partitions: Iterable[Mapping[str, list[str]]], term: str, count: str) -> list[tuple[str, int]]:
    """The class or property of each partition of the dataset, and its count."""
    return [(values[_expand(term)][0], int(first_text(values, count) or 0)) for values in partitions if _expand(term) in values]


def _partition_table(heading: str, column: str, counts: list[tuple[str, int]]) -> TableView:
    ranked = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    rows = [((curie_link(term),), (Link(f"{count:,}", style="number"),)) for term, count in ranked]
    return TableView(heading, (column, "Number"), rows, len(rows))
