"""What a store says of the dataset that it holds: its description, its version, and where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pyoxigraph

from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.rdf.terms import ref
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.clients.sparql import Row

HAS_VERSION = f"{PREFIXES['dcterms']}hasVersion"
"""What leads from the dataset to each of its digests: ``urn:sha256:`` and 64 digits."""

_DIGEST = "urn:sha256:"
_SD = "http://www.w3.org/ns/sparql-service-description#"
_VERSION = re.compile(f"<{re.escape(DATASET)}> <{re.escape(HAS_VERSION)}> <{_DIGEST}([0-9a-f]{{64}})> \\.").findall
_NAMED = re.compile(f"<{re.escape(DATASET)}> <{re.escape(_SD)}namedGraph> <([^>]*)> \\.").findall
_TRIPLES = re.compile(f'<{re.escape(DATASET)}> <http://rdfs.org/ns/void#triples> "(\\d+)"').search
_IN_DEFAULT = f"{ref(DATASET)} <{_SD}defaultGraph> {ref(DATASET)} .\n"


class Askable(Protocol):
    """A store that can be asked."""

    def select(self, query: str) -> list[Row]:
        """The rows of an answer."""


def describe(description: str, versions: Iterable[str], graphs: Iterable[str]) -> bytes:
    """The description as N-Triples.

    Args:
        description: what describes the dataset, as N-Triples.
        versions: the digests of the files that hold this version.
        graphs: the graphs that it is in, or what the names of these begin with; none for the default graph.
    """
    lines = description.splitlines(keepends=True)
    lines += [f"{ref(DATASET)} <{HAS_VERSION}> <{_DIGEST}{digest}> .\n" for digest in versions]
    lines += [f"{ref(DATASET)} <{_SD}namedGraph> {ref(graph)} .\n" for graph in graphs] or [_IN_DEFAULT]
    return "".join(sorted(set(lines))).encode()


def versions_of(description: str) -> list[str]:
    """The digests that a description in N-Triples has."""
    return sorted(_VERSION(description))


def graphs_of(description: str) -> list[str]:
    """The named graphs that a description in N-Triples says the dataset is in."""
    return sorted(_NAMED(description))


def triples_of(description: str) -> int | None:
    """How many statements a description in N-Triples says there are, if it does."""
    found = _TRIPLES(description)
    return int(found[1]) if found else None


def in_default_graph(description: str) -> bool:
    """Whether a description in N-Triples says that the dataset is in the default graph."""
    return _IN_DEFAULT.rstrip() in description


def description_in(store: Askable, name: str) -> str:
    """What a graph of a store says of the dataset, as N-Triples."""
    rows = store.select(f"SELECT ?p ?o {{ GRAPH <{name}> {{ {ref(DATASET)} ?p ?o }} }}")
    return "".join(f"{ref(DATASET)} {row['p']} {row['o']} .\n" for row in rows)


def as_ntriples(path: Path) -> str:
    """A small RDF file as N-Triples."""
    quads = pyoxigraph.parse(path=str(path))
    return "".join(f"{quad.triple} .\n" for quad in quads)
