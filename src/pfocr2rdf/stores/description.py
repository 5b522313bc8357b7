"""What a store says of the dataset that it holds: its description, its version, and where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pyoxigraph

from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import iri_term
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.clients.sparql import SolutionMapping

HAS_VERSION = f"{PREFIXES['dcterms']}hasVersion"
"""What leads from the dataset to each of its digests: ``urn:sha256:`` and 64 digits."""

_DIGEST_PREFIX = "urn:sha256:"
_SERVICE_DESCRIPTION = "http://www.w3.org/ns/sparql-service-description#"
_FIND_VERSIONS = re.compile(f"<{re.escape(DATASET_IRI)}> <{re.escape(HAS_VERSION)}> <{_DIGEST_PREFIX}([0-9a-f]{{64}})> \\.").findall
_FIND_NAMED_GRAPHS = re.compile(f"<{re.escape(DATASET_IRI)}> <{re.escape(_SERVICE_DESCRIPTION)}namedGraph> <([^>]*)> \\.").findall
_FIND_TRIPLE_COUNT = re.compile(f'<{re.escape(DATASET_IRI)}> <http://rdfs.org/ns/void#triples> "(\\d+)"').search
_DEFAULT_GRAPH_TRIPLE = f"{iri_term(DATASET_IRI)} <{_SERVICE_DESCRIPTION}defaultGraph> {iri_term(DATASET_IRI)} .\n"


class Queryable(Protocol):
    """A store that can be asked."""

    def select(self, query: str) -> list[SolutionMapping]:
        """The rows of an answer."""


def build_description(description: str, versions: Iterable[str], graphs: Iterable[str]) -> bytes:
    """The description as N-Triples.

    Args:
        description: what describes the dataset, as N-Triples.
        versions: the digests of the files that hold this version.
        graphs: the graphs that it is in, or what the names of these begin with; none for the default graph.
    """
    lines = description.splitlines(keepends=True)
    lines += [f"{iri_term(DATASET_IRI)} <{HAS_VERSION}> <{_DIGEST_PREFIX}{digest}> .\n" for digest in versions]
    lines += [f"{iri_term(DATASET_IRI)} <{_SERVICE_DESCRIPTION}namedGraph> {iri_term(graph)} .\n" for graph in graphs] or [
        _DEFAULT_GRAPH_TRIPLE
    ]
    return "".join(sorted(set(lines))).encode()


def extract_versions(description: str) -> list[str]:
    """The digests that a description in N-Triples has."""
    return sorted(_FIND_VERSIONS(description))


def extract_graphs(description: str) -> list[str]:
    """The named graphs that a description in N-Triples says the dataset is in."""
    return sorted(_FIND_NAMED_GRAPHS(description))


def extract_triple_count(description: str) -> int | None:
    """How many statements a description in N-Triples says there are, if it does."""
    found = _FIND_TRIPLE_COUNT(description)
    return int(found[1]) if found else None


def is_in_default_graph(description: str) -> bool:
    """Whether a description in N-Triples says that the dataset is in the default graph."""
    return _DEFAULT_GRAPH_TRIPLE.rstrip() in description


def fetch_description(store: Queryable, name: str) -> str:
    """What a graph of a store says of the dataset, as N-Triples."""
    rows = store.select(f"SELECT ?p ?o {{ GRAPH <{name}> {{ {iri_term(DATASET_IRI)} ?p ?o }} }}")
    return "".join(f"{iri_term(DATASET_IRI)} {row['p']} {row['o']} .\n" for row in rows)


def read_as_ntriples(path: Path) -> str:
    """A small RDF file as N-Triples."""
    quads = pyoxigraph.parse(path=str(path))
    return "".join(f"{quad.triple} .\n" for quad in quads)
