"""A release with a hostile name, and what a store must hold that its bulk-load script has filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse, serialize

from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.bulk_scripts.inputs import BulkInputs

HOSTILE = 'it\'s "a" $HOME $ARGV[1] & $(touch gone) `touch gone` ; -- {} %s * \\n = é'

VOCABULARY = "https://pfocr.wikipathways.org/vocab"

DESCRIPTION = f"{DATASET_IRI}/description"

_QUERY = "<https://pfocr.wikipathways.org/queries/a>"

EXAMPLES = f"""\
{_QUERY} <http://www.w3.org/ns/shacl#ask> "ASK {{ ?s ?p \\"\u2028\\" }}" <https://pfocr.wikipathways.org/queries> .
{_QUERY} <http://www.w3.org/2000/01/rdf-schema#label> "Any?"@en <https://pfocr.wikipathways.org/queries> .
"""


def release(folder: Path, graphs: str = "dataset", ending: str = "", **other: Any) -> BulkInputs:
    """The export as the command line hands it over."""
    layout: Literal["dataset", "figure", "default"] = graphs  # type: ignore[assignment]
    triples = [folder / f"figures.nt{ending}", *([] if ending else [folder / "figures.ttl"])]
    quads = [folder / f"figures.nq{ending}", *([] if ending else [folder / "figures.trig"])]
    metadata = folder / "vocabulary.ttl", folder / "dataset.ttl"
    inputs = BulkInputs(folder, triples, quads, *metadata, layout, DATASET_IRI, statements(folder), EXAMPLES)
    return inputs._replace(**other)


def statements(folder: Path) -> int:
    return len((folder / "figures.nt").read_bytes().splitlines())


def number(folder: Path, graphs: str) -> int:
    """What the store is to count: in the graph without a name, the vocabulary is among it."""
    vocabulary = sum(1 for _ in parse(path=str(folder / "vocabulary.ttl"))) if graphs == "default" else 0
    return statements(folder) + vocabulary


def expected(folder: Path, graphs: str) -> set[str]:
    """All that a loader is given of an export: the lines of N-Quads as pyoxigraph writes them."""
    return lines(_expected_quads(folder, graphs))


def expected_in_store(folder: Path, graphs: str) -> set[str]:
    """The same as a store of Oxigraph holds it, which normalizes numbers."""
    store = Store()
    store.extend(_expected_quads(folder, graphs))
    return lines(store)


def _expected_quads(folder: Path, graphs: str) -> list[Quad]:
    graph = NamedNode(DATASET_IRI) if graphs == "dataset" else DefaultGraph()
    quads = list(parse(path=str(folder / ("figures.nq" if graphs == "figure" else "figures.nt"))))
    if graphs == "dataset":
        quads = [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads]
    vocabulary = DefaultGraph() if graphs == "default" else NamedNode(VOCABULARY)
    for file, metadata_graph in (("vocabulary.ttl", vocabulary), ("dataset.ttl", NamedNode(DESCRIPTION))):
        quads += [Quad(quad.subject, quad.predicate, quad.object, metadata_graph) for quad in parse(path=str(folder / file))]
    return quads + list(parse(EXAMPLES, RdfFormat.N_QUADS))


def lines(quads: Any) -> set[str]:
    written: bytes = serialize(quads, format=RdfFormat.N_QUADS)  # type: ignore[assignment]
    return {line.decode() for line in written.splitlines()}  # bytes have no line separators of Unicode
