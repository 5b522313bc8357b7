"""What loading needs of a store, whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX, VOCABULARY_GRAPH, dataset_pattern
from pfocr2rdf.stores.loading.journal import Journal
from pfocr2rdf.stores.loading.source import LoadSource


class LoadPlan(NamedTuple):
    """What is to be done.

    Attributes:
        source: what is loaded.
        graph_layout: one of ``GRAPHS``.
        graph: the name of the dataset's graph; for ``figure`` that of what figures share.
        append: whether what is there stays.
        fresh: whether an interrupted load of the same is forgotten.
        break_lease: whether the load that holds the store is known to be dead.
        chunk_bytes: how many bytes a piece may have; 0 for what the store bears.
        concurrency: how many pieces are sent at once; 0 for what is quick.
    """

    source: LoadSource
    graph_layout: str
    graph: str
    append: bool = False
    fresh: bool = False
    break_lease: bool = False
    chunk_bytes: int = 0
    concurrency: int = 0

    def chunk_limits(self, default: ChunkLimits) -> ChunkLimits:
        """How large a piece may be, in a store that usually bears this much."""
        return default._replace(max_bytes=self.chunk_bytes) if self.chunk_bytes else default

    def resume_key(self, limits: ChunkLimits) -> dict[str, Any]:
        """What another run must have in common with an interrupted one to go on with it."""
        return {"versions": self.source.versions, "graphs": self.graph_layout, "graph": self.graph, "append": self.append, "bounds": limits}

    @property
    def target_graph(self) -> str:
        """The graph that triples go into; ``""`` for the default graph."""
        return "" if self.graph_layout == "default" else self.graph

    @property
    def dataset_pattern(self) -> str:
        """The pattern of all statements of the dataset, where they belong."""
        return dataset_pattern(self.graph_layout, self.target_graph)

    @property
    def graph_names(self) -> list[str]:
        """The graphs that the dataset is in, or what the names of these begin with; none for the default graph."""
        return {"dataset": [self.graph], "figure": [DATASET_IRI, FIGURE_GRAPHS_PREFIX], "default": []}[self.graph_layout]

    @property
    def description_graph(self) -> str:
        """The graph with the description of the dataset, and its version."""
        return f"{self.graph}/description"

    @property
    def lease_graph(self) -> str:
        """The graph that says who is loading."""
        return f"{self.graph}/loading"

    @property
    def paths(self) -> list[Path]:
        """The files that are streamed into the graph: in the default graph, the vocabulary is among them."""
        vocabulary = self.source.vocabulary
        return [*self.source.paths, *([vocabulary] if vocabulary and not self.target_graph else [])]

    def replaces(self, graph: str) -> bool:
        """Whether a named graph that is in the store goes when this is loaded."""
        if graph == VOCABULARY_GRAPH:
            return self.source.vocabulary is not None
        return graph in (self.description_graph, self.lease_graph) or (not self.append and self.is_dataset_graph(graph))

    def is_dataset_graph(self, graph: str) -> bool:
        """Whether a named graph holds statements of the dataset, from this load or an earlier one."""
        return graph == self.graph or (self.graph == DATASET_IRI and graph.startswith(FIGURE_GRAPHS_PREFIX))


class Metadata(NamedTuple):
    """What is written beside the graph, as N-Triples.

    Attributes:
        vocabulary: the vocabulary; nothing where it is in the graph itself, or unknown.
        description: of the dataset, with its version.
    """

    vocabulary: bytes
    description: bytes


class ExistingData(NamedTuple):
    """What a store holds before.

    Attributes:
        statements: in the graphs that would be replaced.
        versions: the versions of which it says that it holds them.
        driver: the kind of store.
    """

    statements: int
    versions: list[str]
    driver: str


class LoadSession(Protocol):
    """A load into one store, from its lock to its end.

    Attributes:
        chunk_limits: how large a piece may be.
        concurrency: how many pieces it takes at once.
        journal: what was done so far.
    """

    chunk_limits: ChunkLimits
    concurrency: int
    journal: Journal

    def abort(self) -> float | None:
        """Add no more pieces. Returns for how many seconds those that are under way are waited for; None for as long as it takes."""

    def add(self, chunk: Chunk) -> None:
        """Add a piece to the fresh graphs; twice is the same as once. Called by several threads."""

    def count_each(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few fresh graphs has."""

    def read_subjects(self, name: str, subjects: list[str]) -> bytes:
        """The statements of a fresh graph about a few subjects, as N-Triples."""

    def contains(self, name: str, lines: list[bytes]) -> bool:
        """Whether a fresh graph has all of a few statements."""

    def publish(self, metadata: Metadata) -> None:
        """Put the fresh graphs in their place."""

    def close(self, *, completed: bool) -> None:
        """End it: where it is not done, another run can go on with it."""
