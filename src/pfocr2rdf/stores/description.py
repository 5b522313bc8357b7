"""The dataset description in a store: the version that it holds, and the graphs that it is in (VoID, SPARQL Service Description)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph

from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import RDF_TYPE, iri_term, literal
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.graph_layout import VOCABULARY_GRAPH
from pfocr2rdf.stores.store import Store

HAS_VERSION = f"{PREFIXES['dcterms']}hasVersion"
"""The property from the dataset to each of its digests: ``urn:sha256:`` and 64 digits."""

_DIGEST_PREFIX = "urn:sha256:"
_SERVICE_DESCRIPTION = "http://www.w3.org/ns/sparql-service-description#"
_FIND_VERSIONS = re.compile(f"<{re.escape(DATASET_IRI)}> <{re.escape(HAS_VERSION)}> <{_DIGEST_PREFIX}([0-9a-f]{{64}})> \\.").findall
_FIND_NAMED_GRAPHS = re.compile(f"<{re.escape(DATASET_IRI)}> <{re.escape(_SERVICE_DESCRIPTION)}namedGraph> <([^>]*)> \\.").findall
_VOID = "http://rdfs.org/ns/void#"
_split_triple = re.compile(r"<([^>]*)> <([^>]*)> <?(.*?)>? \.\n").fullmatch
_LASTING_PROPERTIES = frozenset(
    f"{namespace}{name}"
    for namespace, names in {
        PREFIXES["rdf"]: ("type",),
        PREFIXES["dcterms"]: ("title", "description", "publisher", "creator", "license", "language"),
        PREFIXES["foaf"]: ("page",),
        "http://www.w3.org/ns/dcat#": ("contactPoint", "landingPage", "theme", "keyword"),
        _VOID: ("vocabulary", "uriSpace"),
    }.items()
    for name in names
)
"""Properties of the dataset that are the same for all its versions."""

_DEFAULT_GRAPH_TRIPLE = f"{iri_term(DATASET_IRI)} <{_SERVICE_DESCRIPTION}defaultGraph> {iri_term(DATASET_IRI)} .\n"


def build_description(dataset_description: str, versions: Iterable[str], graphs: Iterable[str]) -> bytes:
    """The description that is written to a store, as N-Triples: that of an export, the digests of the version, and its graphs.

    The graphs are names or prefixes of names; none for the default graph.
    """
    lines = _split_lines(dataset_description)
    lines += [f"{iri_term(DATASET_IRI)} <{HAS_VERSION}> <{_DIGEST_PREFIX}{digest}> .\n" for digest in versions]
    graph_lines = [f"{iri_term(DATASET_IRI)} <{_SERVICE_DESCRIPTION}namedGraph> {iri_term(graph)} .\n" for graph in graphs]
    lines += graph_lines or [_DEFAULT_GRAPH_TRIPLE]
    return "".join(sorted(set(lines))).encode()


def _split_lines(ntriples: str) -> list[str]:
    """The lines of N-Triples, whose literals may have line separators of Unicode."""
    return [f"{line}\n" for line in ntriples.split("\n") if line]


def extract_versions(description: str) -> list[str]:
    """The digests of the version in a description in N-Triples."""
    return sorted(_FIND_VERSIONS(description))


def extract_graphs(description: str) -> list[str]:
    """The named graphs of the dataset in a description in N-Triples."""
    return sorted(_FIND_NAMED_GRAPHS(description))


def extract_triple_count(description: str, iri: str = DATASET_IRI) -> int | None:
    """The number of triples of a dataset in a description in N-Triples, if it is there."""
    match = re.search(f'<{re.escape(iri)}> <{_VOID}triples> "(\\d+)"', description)
    return int(match[1]) if match else None


def describe_triple_count(iri: str, count: int) -> str:
    """The number of triples of a dataset, as N-Triples."""
    dataset = iri_term(iri)
    return f"{dataset} {RDF_TYPE} <{_VOID}Dataset> .\n{dataset} <{_VOID}triples> {literal(str(count), 'xsd:integer')} .\n"


def extract_vocabulary_count(description: str) -> int:
    """The number of statements of the vocabulary which are in the graph of the dataset, by a description in N-Triples."""
    return extract_triple_count(description, VOCABULARY_GRAPH) or 0


def select_lasting(description: str) -> str:
    """The part of a description, in N-Triples, that is true of the next version: no numbers, partitions or files."""
    triples = [(line, match.groups()) for line in _split_lines(description) if (match := _split_triple(line))]
    lasting = [(line, value) for line, (subject, name, value) in triples if subject == DATASET_IRI and name in _LASTING_PROPERTIES]
    subjects = {value for _, value in lasting} - {DATASET_IRI} | {VOCABULARY_GRAPH}
    return "".join([line for line, _ in lasting] + [line for line, (subject, _, _) in triples if subject in subjects])


def is_in_default_graph(description: str) -> bool:
    """Whether the dataset is in the default graph, by a description in N-Triples."""
    return _DEFAULT_GRAPH_TRIPLE.rstrip() in description


def find_dataset_graphs(store: Store) -> list[str]:
    """The named graphs of all datasets in a store, or prefixes of their names, by their descriptions; ``""`` is the default graph."""
    properties = f"<{_SERVICE_DESCRIPTION}namedGraph>, <{_SERVICE_DESCRIPTION}defaultGraph>"
    rows = store.select(f"SELECT DISTINCT ?p ?o {{ GRAPH ?g {{ {iri_term(DATASET_IRI)} ?p ?o FILTER (?p IN ({properties})) }} }}")
    return sorted(row["o"].value if row["p"].value.endswith("namedGraph") else "" for row in rows)


def fetch_description(store: Store, graph: str) -> str:
    """The statements about the dataset in a graph of a store, as N-Triples."""
    rows = store.select(f"SELECT ?p ?o {{ GRAPH <{graph}> {{ {iri_term(DATASET_IRI)} ?p ?o }} }}")
    return "".join(f"{iri_term(DATASET_IRI)} {row['p']} {row['o']} .\n" for row in rows)


def fetch_whole_description(store: Store, graph: str) -> str:
    """All statements of the graph of a description, as N-Triples."""
    rows = store.select(f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    return "".join(f"{row['s']} {row['p']} {row['o']} .\n" for row in rows)


def read_as_ntriples(path: Path) -> str:
    """A small RDF file as N-Triples."""
    return "".join(f"{quad.triple} .\n" for quad in pyoxigraph.parse(path=str(path)))
