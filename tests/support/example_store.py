"""A store of the examples that queries are asked of."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store
from tests.support.records import ROOT, exported

DATASET, VOCABULARY = "https://pfocr.wikipathways.org/dataset", "https://pfocr.wikipathways.org/vocab"
ODD = "https://example.org/odd"


def example_store(folder: Path) -> Path:
    """The examples and the vocabulary, and a graph with words that no terminal should get."""
    exported([ROOT / "examples"], folder / "out")
    store = Store(folder / "store")
    store.load(path=folder / "out" / "figures.nt", to_graph=NamedNode(DATASET))
    store.load(path=folder / "out" / "vocabulary.ttl", to_graph=NamedNode(VOCABULARY))
    for text in ("\x1b[2J\x07", "\u202edeb", "a\r\nb\tc", "→ ḾSTN"):
        store.add(Quad(NamedNode("https://example.org/a"), NamedNode("https://example.org/1"), Literal(text), NamedNode(ODD)))
    return folder / "store"
