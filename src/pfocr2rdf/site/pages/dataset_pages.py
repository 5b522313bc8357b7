"""The two documents that are not of a thing of a kind: the dataset and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.pipeline.dataset_description import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import CC0_IRI, DATASET_IRI
from pfocr2rdf.rdf.ordering import sort_pairs
from pfocr2rdf.rdf.prefixes import ANY_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.terms import Resource, expand_term, iri_term, lexical_form, parse_term
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PFOCR, PREFIXES, PROPERTIES, SITE_URL, expand_curie
from pfocr2rdf.site.pages.browse_pages import SITE_DESCRIPTION as SENTENCE
from pfocr2rdf.site.pages.browse_pages import PageFile
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION_GRAPH, DatasetReader
from pfocr2rdf.site.pages.html import Site, render
from pfocr2rdf.site.pages.resource import SITE_NAME
from pfocr2rdf.site.pages.urls import REPRESENTATIONS
from pfocr2rdf.site.pages.view_models import Fact, Link, TableView

DOWNLOADS_DIR = "downloads"
"""The folder of the files to download."""

_DATASET = iri_term(DATASET_IRI)
_PREFIXES = PrefixMap(PREFIXES, ANY_LOCAL_NAME)
_expand = DESCRIPTION_PREFIXES.expand_term


class ReleaseFile(NamedTuple):
    """A file of the release: its name, its size, its SHA-256, and its URL relative to the root, if it is there."""

    name: str
    size: int
    sha256: str
    url: str


def read_dataset_description(reader: DatasetReader, site: Site, download_names: Iterable[str] = ()) -> list[Resource]:
    """What describes the dataset, with where its files and its endpoint are.

    Args:
        reader: the store.
        site: for the endpoint and the address.
        download_names: the names of the files that can be downloaded.
    """
    nodes = {node.subject: node for node in reader.graph_resources(DESCRIPTION_GRAPH)}
    if _DATASET not in nodes:
        return []
    more = {
        iri_term(f"{DATASET_IRI}#{name}"): [(_expand("dcat:downloadURL"), iri_term(f"{site.base_url}{DOWNLOADS_DIR}/{quote(name)}"))]
        for name in download_names
    }
    own = [
        (_expand("void:dataDump"), iri_term(f"{site.base_url}{DOWNLOADS_DIR}/{quote(name)}"))
        for name in download_names
        if name.startswith("figures.")
    ]
    if "://" in site.endpoint:
        own.append((_expand("void:sparqlEndpoint"), iri_term(site.endpoint)))
    more[_DATASET] = own
    found = [Resource(subject, sort_pairs({*node.pairs, *more.get(subject, ())})) for subject, node in nodes.items()]
    return sorted(found, key=lambda node: (node.subject != _DATASET, node.subject))


def list_release_files(resources: Iterable[Resource], download_names: Iterable[str] = ()) -> list[ReleaseFile]:
    """The files of the release, by what describes the dataset.

    Args:
        resources: the description.
        download_names: the names of those that can be downloaded.
    """
    known, values = set(download_names), {node.subject: node.values_by_predicate for node in resources}
    found = []
    for subject in values.get(_DATASET, {}).get(_expand("dcat:distribution"), ()):
        said = values.get(subject, {})
        name = _first_text(said, "dcterms:title")
        checksum = said.get(_expand("spdx:checksum"), [""])[0]
        size = _first_text(said, "dcat:byteSize")
        url = f"{DOWNLOADS_DIR}/{quote(name)}" if name in known else ""
        found.append(
            ReleaseFile(name, int(size) if size.isdecimal() else 0, _first_text(values.get(checksum, {}), "spdx:checksumValue"), url)
        )
    return sorted(found)


def _first_text(values: dict[str, list[str]], curie: str) -> str:
    return lexical_form(values.get(_expand(curie), ['""'])[0])


def render_dataset_page(resources: list[Resource], files: list[ReleaseFile], site: Site) -> PageFile:
    """The page of the dataset.

    Args:
        resources: what describes the dataset.
        files: the files of the release.
        site: the site.
    """
    values = next((node.values_by_predicate for node in resources if node.subject == _DATASET), {})
    title = _first_text(values, "dcterms:title") or SITE_NAME
    version = _first_text(values, "pav:version") or _first_text(values, "dcterms:issued")
    markup = {
        "@context": ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}],
        "@type": "Dataset",
        "@id": DATASET_IRI,
        "dct:conformsTo": {"@id": "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"},
        "name": title,
        "description": _first_text(values, "dcterms:description") or SENTENCE,
        "identifier": DATASET_IRI,
        "keywords": ["pathway", "figure", "gene", "OCR"],
        "license": CC0_IRI,
        "url": f"{SITE_URL}dataset.html",
        **({"version": version} if version else {}),
        "distribution": [_download(file, site) for file in files if file.url],
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": SITE_URL, "name": SITE_NAME},
    }
    page = render(
        "dataset",
        site=site,
        root="",
        title=title,
        facts=list(_facts(values, site)),
        files=files,
        tables=[_partition(resources, values, *which) for which in _PARTITIONS],
        markup=markup,
        forms=REPRESENTATIONS,
        citation=f"{title}{f', release {version}' if version else ''}. {DATASET_IRI}",
    )
    return PageFile("dataset.html", page)


def _download(file: ReleaseFile, site: Site) -> dict[str, str]:
    return {"@type": "DataDownload", "name": file.name, "contentUrl": f"{site.base_url}{file.url}", "contentSize": f"{file.size} B"}


_FACTS = (
    ("dcterms:description", "What it is"),
    ("dcterms:license", "Licence"),
    ("dcterms:publisher", "Publisher"),
    ("pav:version", "Release"),
    ("dcterms:issued", "Issued"),
    ("void:triples", "Statements"),
    ("void:entities", "Things"),
    ("pav:createdWith", "Made with"),
    ("dcterms:hasVersion", "Digests"),
)
_PARTITIONS = (
    ("Things by class", "void:classPartition", "void:class", "void:entities"),
    ("Statements by property", "void:propertyPartition", "void:property", "void:triples"),
)


def _facts(values: dict[str, list[str]], site: Site) -> Iterator[Fact]:
    yield Fact("IRI", (Link(DATASET_IRI, DATASET_IRI),))
    for curie, label in _FACTS:
        if said := values.get(_expand(curie)):
            yield Fact(label, tuple(_value_link(value) for value in said))
    if site.endpoint:
        yield Fact("SPARQL endpoint", (Link(site.endpoint, site.endpoint),))


def _value_link(value: str) -> Link:
    said = parse_term(value)
    text = f"{int(said.value):,}" if said.term_type == "literal" and said.datatype.endswith("#integer") else said.value
    return Link(text, said.value if said.value.startswith(("http://", "https://")) else "")


def _partition(nodes: list[Resource], values: dict[str, list[str]], heading: str, partition: str, what: str, number: str) -> TableView:
    known = {node.subject: node.values_by_predicate for node in nodes}
    found = [known.get(one, {}) for one in values.get(_expand(partition), ())]
    counted = [(one[_expand(what)][0], int(_first_text(one, number) or 0)) for one in found if _expand(what) in one]
    rows = [
        ((Link(_compress_term(one), one[1:-1]),), (Link(f"{count:,}", style="number"),))
        for one, count in sorted(counted, key=lambda row: (-row[1], row[0]))
    ]
    return TableView(heading, (heading.split()[-1].title(), "Number"), rows, len(rows))


def _compress_term(rdf_term: str) -> str:
    """An IRI with its prefix, if it has one, whatever stands behind that."""
    iri = rdf_term[1:-1]
    return _PREFIXES.compress(iri) or iri


class VocabularyTerm(NamedTuple):
    """A term of the vocabulary on its page."""

    name: str
    fragment: str
    label: str
    definition: str
    rows: tuple[tuple[str, tuple[Link, ...]], ...]


def render_vocabulary_page(reader: DatasetReader, site: Site) -> PageFile:
    """The page of the vocabulary, with an example of each term from the data."""
    classes = [
        _vocabulary_term(
            row.name,
            row.label,
            row.definition,
            ("Kind of", row.superclasses),
            ("Close to", row.close_matches),
            example=_example_instance(reader, row.name),
        )
        for row in CLASSES
    ]
    properties = [
        _vocabulary_term(
            row.name, row.label, row.definition, ("Of", row.domain), ("Leads to", (row.range,)), ("Kind of", row.superproperties),
            ("Close to", row.close_matches), example=_example_usage(reader, row.name),
        )
        for row in PROPERTIES
        if row.name.startswith("pfocr:")
    ]  # fmt: skip
    evidence = [_vocabulary_term(row.name, row.label, row.definition, example=", ".join(row.sources)) for row in EVIDENCE_TYPES]
    sections = [("Classes", classes), ("Properties", properties), ("Evidence", evidence)]
    return PageFile(
        "vocab.html", render("vocab", site=site, root="", title="The vocabulary", space=PFOCR, forms=REPRESENTATIONS, sections=sections)
    )  # fmt: skip


def _vocabulary_term(name: str, label: str, definition: str, *rows: tuple[str, tuple[str, ...]], example: str) -> VocabularyTerm:
    linked = [(heading, tuple(_term_link(one) for one in names)) for heading, names in rows]
    shown = ("Example" if ":via" not in name else "Lexicon sources", (Link(example, "", "", "", "word"),) if example else ())
    return VocabularyTerm(name, name.partition(":")[2], label, definition, (*linked, shown))


def _term_link(curie: str) -> Link:
    return Link(curie, f"vocab.html#{curie.partition(':')[2]}" if curie.startswith("pfocr:") else expand_curie(curie))


def _example_instance(reader: DatasetReader, name: str) -> str:
    found = next(reader.quads("", expand_term("rdf:type"), expand_term(name)), None)
    return f"{_compress_term(str(found.subject))} a {name} ." if found else ""


def _example_usage(reader: DatasetReader, name: str) -> str:
    found = next(reader.quads("", expand_term(name)), None)
    if found is None:
        return ""
    value = str(found.object)
    return f"{_compress_term(str(found.subject))} {name} {_compress_term(value) if value.startswith('<') else value} ."
