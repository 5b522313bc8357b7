"""What loading needs of a store, whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.stores.chunks import Bounds, Chunk
from pfocr2rdf.stores.graph_layout import FIGURES, VOCABULARY, everything
from pfocr2rdf.stores.loading.journal import Journal
from pfocr2rdf.stores.loading.source import Contents


class Plan(NamedTuple):
    """What is to be done.

    Attributes:
        contents: what is loaded.
        graphs: one of ``GRAPHS``.
        graph: the name of the dataset's graph; for ``figure`` that of what figures share.
        append: whether what is there stays.
        fresh: whether an interrupted load of the same is forgotten.
        take_over: whether the load that holds the store is known to be dead.
        chunk: how many bytes a piece may have; 0 for what the store bears.
        requests: how many pieces are sent at once; 0 for what is quick.
    """

    contents: Contents
    graphs: str
    graph: str
    append: bool = False
    fresh: bool = False
    take_over: bool = False
    chunk: int = 0
    requests: int = 0

    def bounds(self, usual: Bounds) -> Bounds:
        """How large a piece may be, in a store that usually bears this much."""
        return usual._replace(size=self.chunk) if self.chunk else usual

    def key(self, bounds: Bounds) -> dict[str, Any]:
        """What another run must have in common with an interrupted one to go on with it."""
        return {"versions": self.contents.versions, "graphs": self.graphs, "graph": self.graph, "append": self.append, "bounds": bounds}

    @property
    def name(self) -> str:
        """The graph that triples go into; ``""`` for the default graph."""
        return "" if self.graphs == "default" else self.graph

    @property
    def everything(self) -> str:
        """The pattern of all statements of the dataset, where they belong."""
        return everything(self.graphs, self.name)

    @property
    def names(self) -> list[str]:
        """The graphs that the dataset is in, or what the names of these begin with; none for the default graph."""
        return {"dataset": [self.graph], "figure": [DATASET, FIGURES], "default": []}[self.graphs]

    @property
    def description(self) -> str:
        """The graph with the description of the dataset, and its version."""
        return f"{self.graph}/description"

    @property
    def lock(self) -> str:
        """The graph that says who is loading."""
        return f"{self.graph}/loading"

    @property
    def paths(self) -> list[Path]:
        """The files that are streamed into the graph: in the default graph, the vocabulary is among them."""
        vocabulary = self.contents.vocabulary
        return [*self.contents.paths, *([vocabulary] if vocabulary and not self.name else [])]

    def replaces(self, graph: str) -> bool:
        """Whether a named graph that is in the store goes when this is loaded."""
        if graph == VOCABULARY:
            return self.contents.vocabulary is not None
        return graph in (self.description, self.lock) or (not self.append and self.is_live(graph))

    def is_live(self, graph: str) -> bool:
        """Whether a named graph holds statements of the dataset, from this load or an earlier one."""
        return graph == self.graph or (self.graph == DATASET and graph.startswith(FIGURES))


class Beside(NamedTuple):
    """What is written beside the graph, as N-Triples.

    Attributes:
        vocabulary: the vocabulary; nothing where it is in the graph itself, or unknown.
        description: of the dataset, with its version.
    """

    vocabulary: bytes
    description: bytes


class Held(NamedTuple):
    """What a store holds before.

    Attributes:
        statements: in the graphs that would be replaced.
        versions: the versions of which it says that it holds them.
        driver: the kind of store.
    """

    statements: int
    versions: list[str]
    driver: str


class Session(Protocol):
    """A load into one store, from its lock to its end.

    Attributes:
        bounds: how large a piece may be.
        requests: how many pieces it takes at once.
        journal: what was done so far.
    """

    bounds: Bounds
    requests: int
    journal: Journal

    def break_off(self) -> float | None:
        """Add no more pieces. Returns for how many seconds those that are under way are waited for; None for as long as it takes."""

    def add(self, chunk: Chunk) -> None:
        """Add a piece to the fresh graphs; twice is the same as once. Called by several threads."""

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few fresh graphs has."""

    def read(self, name: str, subjects: list[str]) -> bytes:
        """The statements of a fresh graph about a few subjects, as N-Triples."""

    def holds(self, name: str, lines: list[bytes]) -> bool:
        """Whether a fresh graph has all of a few statements."""

    def publish(self, beside: Beside) -> None:
        """Put the fresh graphs in their place."""

    def close(self, *, done: bool) -> None:
        """End it: where it is not done, another run can go on with it."""
