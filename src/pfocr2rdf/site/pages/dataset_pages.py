"""The two documents that are not of a thing of a kind: the dataset and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.pipeline.dataset_description import DESCRIBING
from pfocr2rdf.rdf.iris import CC0, DATASET
from pfocr2rdf.rdf.ordering import ordered
from pfocr2rdf.rdf.terms import Node, lexical, parse, ref, term
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE, PFOCR, PREFIXES, PROPERTIES, SITE, expand
from pfocr2rdf.site.pages.browse_pages import DESCRIPTION as SENTENCE
from pfocr2rdf.site.pages.browse_pages import Page
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION, Reader
from pfocr2rdf.site.pages.html import Site, render
from pfocr2rdf.site.pages.resource import NAME
from pfocr2rdf.site.pages.urls import FORMS
from pfocr2rdf.site.pages.view_models import Fact, Link, Table

DOWNLOADS = "downloads"
"""The folder of the files to download."""

_DATASET = ref(DATASET)


class File(NamedTuple):
    """A file of the release: its name, its size, its SHA-256, and its URL relative to the root, if it is there."""

    name: str
    size: int
    sha256: str
    url: str


def _term(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return ref(DESCRIBING[prefix] + local) if prefix in DESCRIBING else term(curie)


def description(reader: Reader, site: Site, there: Iterable[str] = ()) -> list[Node]:
    """What describes the dataset, with where its files and its endpoint are.

    Args:
        reader: the store.
        site: for the endpoint and the address.
        there: the names of the files that can be downloaded.
    """
    nodes = {node.subject: node for node in reader.graph(DESCRIPTION)}
    if _DATASET not in nodes:
        return []
    more = {ref(f"{DATASET}#{name}"): [(_term("dcat:downloadURL"), ref(f"{site.base}{DOWNLOADS}/{quote(name)}"))] for name in there}
    own = [(_term("void:dataDump"), ref(f"{site.base}{DOWNLOADS}/{quote(name)}")) for name in there if name.startswith("figures.")]
    if "://" in site.endpoint:
        own.append((_term("void:sparqlEndpoint"), ref(site.endpoint)))
    more[_DATASET] = own
    found = [Node(subject, ordered({*node.pairs, *more.get(subject, ())})) for subject, node in nodes.items()]
    return sorted(found, key=lambda node: (node.subject != _DATASET, node.subject))


def files_of(nodes: Iterable[Node], there: Iterable[str] = ()) -> list[File]:
    """The files of the release, by what describes the dataset.

    Args:
        nodes: the description.
        there: the names of those that can be downloaded.
    """
    known, values = set(there), {node.subject: node.values for node in nodes}
    found = []
    for subject in values.get(_DATASET, {}).get(_term("dcat:distribution"), ()):
        said = values.get(subject, {})
        name = _first(said, "dcterms:title")
        checksum = said.get(_term("spdx:checksum"), [""])[0]
        size = _first(said, "dcat:byteSize")
        url = f"{DOWNLOADS}/{quote(name)}" if name in known else ""
        found.append(File(name, int(size) if size.isdecimal() else 0, _first(values.get(checksum, {}), "spdx:checksumValue"), url))
    return sorted(found)


def _first(values: dict[str, list[str]], curie: str) -> str:
    return lexical(values.get(_term(curie), ['""'])[0])


def dataset_page(nodes: list[Node], files: list[File], site: Site) -> Page:
    """The page of the dataset.

    Args:
        nodes: what describes the dataset.
        files: the files of the release.
        site: the site.
    """
    values = next((node.values for node in nodes if node.subject == _DATASET), {})
    title = _first(values, "dcterms:title") or NAME
    version = _first(values, "pav:version") or _first(values, "dcterms:issued")
    markup = {
        "@context": ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}],
        "@type": "Dataset",
        "@id": DATASET,
        "dct:conformsTo": {"@id": "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"},
        "name": title,
        "description": _first(values, "dcterms:description") or SENTENCE,
        "identifier": DATASET,
        "keywords": ["pathway", "figure", "gene", "OCR"],
        "license": CC0,
        "url": f"{SITE}dataset.html",
        **({"version": version} if version else {}),
        "distribution": [_download(file, site) for file in files if file.url],
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": SITE, "name": NAME},
    }
    page = render(
        "dataset",
        site=site,
        root="",
        title=title,
        facts=list(_facts(values, site)),
        files=files,
        tables=[_partition(nodes, values, *which) for which in _PARTITIONS],
        markup=markup,
        forms=FORMS,
        citation=f"{title}{f', release {version}' if version else ''}. {DATASET}",
    )
    return Page("dataset.html", page)


def _download(file: File, site: Site) -> dict[str, str]:
    return {"@type": "DataDownload", "name": file.name, "contentUrl": f"{site.base}{file.url}", "contentSize": f"{file.size} B"}


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
    yield Fact("IRI", (Link(DATASET, DATASET),))
    for curie, label in _FACTS:
        if said := values.get(_term(curie)):
            yield Fact(label, tuple(_shown(value) for value in said))
    if site.endpoint:
        yield Fact("SPARQL endpoint", (Link(site.endpoint, site.endpoint),))


def _shown(value: str) -> Link:
    said = parse(value)
    text = f"{int(said.value):,}" if said.kind == "literal" and said.datatype.endswith("#integer") else said.value
    return Link(text, said.value if said.value.startswith(("http://", "https://")) else "")


def _partition(nodes: list[Node], values: dict[str, list[str]], heading: str, partition: str, what: str, number: str) -> Table:
    known = {node.subject: node.values for node in nodes}
    found = [known.get(one, {}) for one in values.get(_term(partition), ())]
    counted = [(one[_term(what)][0], int(_first(one, number) or 0)) for one in found if _term(what) in one]
    rows = [
        ((Link(curie_of(one), one[1:-1]),), (Link(f"{count:,}", style="number"),))
        for one, count in sorted(counted, key=lambda row: (-row[1], row[0]))
    ]
    return Table(heading, (heading.split()[-1].title(), "Number"), rows, len(rows))


def curie_of(one: str) -> str:
    """A term with its prefix, if it has one."""
    iri = one[1:-1]
    return next((f"{prefix}:{iri[len(space) :]}" for prefix, space in PREFIXES.items() if iri.startswith(space)), iri)


class Told(NamedTuple):
    """A term of the vocabulary on its page."""

    name: str
    local: str
    label: str
    definition: str
    rows: tuple[tuple[str, tuple[Link, ...]], ...]


def vocabulary_page(reader: Reader, site: Site) -> Page:
    """The page of the vocabulary, with an example of each term from the data."""
    classes = [
        _told(
            row.name, row.label, row.definition, ("Kind of", row.superclasses), ("Close to", row.close), example=_instance(reader, row.name)
        )
        for row in CLASSES
    ]
    properties = [
        _told(
            row.name, row.label, row.definition, ("Of", row.domain), ("Leads to", (row.range,)), ("Kind of", row.superproperties),
            ("Close to", row.close), example=_usage(reader, row.name),
        )
        for row in PROPERTIES
        if row.name.startswith("pfocr:")
    ]  # fmt: skip
    evidence = [_told(row.name, row.label, row.definition, example=", ".join(row.sources)) for row in EVIDENCE]
    sections = [("Classes", classes), ("Properties", properties), ("Evidence", evidence)]
    return Page(
        "vocab.html", render("vocab", site=site, root="", title="The vocabulary", space=PFOCR, forms=FORMS, sections=sections)
    )  # fmt: skip


def _told(name: str, label: str, definition: str, *rows: tuple[str, tuple[str, ...]], example: str) -> Told:
    linked = [(heading, tuple(_named(one) for one in names)) for heading, names in rows]
    shown = ("Example" if ":via" not in name else "Lexicon sources", (Link(example, "", "", "", "word"),) if example else ())
    return Told(name, name.partition(":")[2], label, definition, (*linked, shown))


def _named(curie: str) -> Link:
    return Link(curie, f"vocab.html#{curie.partition(':')[2]}" if curie.startswith("pfocr:") else expand(curie))


def _instance(reader: Reader, name: str) -> str:
    found = next(reader.quads("", term("rdf:type"), term(name)), None)
    return f"{curie_of(str(found.subject))} a {name} ." if found else ""


def _usage(reader: Reader, name: str) -> str:
    found = next(reader.quads("", term(name)), None)
    if found is None:
        return ""
    value = str(found.object)
    return f"{curie_of(str(found.subject))} {name} {curie_of(value) if value.startswith('<') else value} ."
