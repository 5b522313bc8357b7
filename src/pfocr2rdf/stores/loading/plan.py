"""The plan of a load: what is loaded, into which graphs, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import RdfFormat

from pfocr2rdf.errors import OptionError
from pfocr2rdf.rdf.iris import DATASET_IRI, is_absolute_iri
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits, read_chunks
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH, FIGURE_GRAPHS_PREFIX, GRAPH_LAYOUTS, VOCABULARY_GRAPH, dataset_pattern
from pfocr2rdf.stores.loading.source import LoadSource
from pfocr2rdf.stores.turtle_parts import read_turtle_chunks

DEFAULT_SAMPLE_FIGURES = 20
"""The number of figures that are read back."""


@dataclass(frozen=True)
class LoadOptions:
    """The options of ``load``, which explains them; ``ValueError`` for one that there is not."""

    graph_layout: str = "dataset"
    graph: str = DATASET_IRI
    unnamed_graph: str = ""
    append: bool = False
    fresh: bool = False
    break_lease: bool = False
    chunk_bytes: int = 0
    concurrency: int = 0
    sample_figures: int = DEFAULT_SAMPLE_FIGURES
    journals: Path | None = None
    dry_run: bool = False
    endpoint: str = ""
    compact: bool = True  # whether the files of an embedded store are compacted: lookups in a large one are twenty times quicker then

    def __post_init__(self) -> None:
        if self.graph_layout not in GRAPH_LAYOUTS:
            raise OptionError(f"{self.graph_layout!r} is not a graph layout; choose from {', '.join(GRAPH_LAYOUTS)}")
        for name in (self.graph, self.unnamed_graph or self.graph, self.endpoint or self.graph):
            if not is_absolute_iri(name):
                raise OptionError(f"{name!r} is not an absolute IRI")
        if self.graph in (VOCABULARY_GRAPH, EXAMPLES_GRAPH):
            raise OptionError(f"{self.graph} is the graph of the metadata of the dataset; name another graph")
        if self.graph != DATASET_IRI and self.graph_layout != "dataset":
            raise OptionError(f"a graph can be named only with --graphs dataset, not with {self.graph_layout}")


class LoadPlan(NamedTuple):
    """A source and the options of its load, and what follows from both. Turtle of an export is parsed by ``parsers``, if there are any."""

    source: LoadSource
    options: LoadOptions = LoadOptions()
    parsers: Executor | None = None

    def chunk_limits(self, default: ChunkLimits) -> ChunkLimits:
        """The limits of a request to a store whose usual limits are ``default``."""
        return default._replace(max_bytes=self.options.chunk_bytes) if self.options.chunk_bytes else default

    def resume_key(self, limits: ChunkLimits) -> dict[str, Any]:
        """What another run must have in common with an interrupted one to resume it."""
        options = self.options
        return {
            "versions": self.source.versions, "graphs": options.graph_layout, "graph": options.graph,
            "unnamed_graph": options.unnamed_graph, "append": options.append, "bounds": limits,
        }  # fmt: skip

    @property
    def target_graph(self) -> str:
        """The graph that triples go into; ``""`` for the default graph."""
        return "" if self.options.graph_layout == "default" else self.options.graph

    @property
    def dataset_pattern(self) -> str:
        """The pattern of all statements of the dataset, where they belong."""
        return dataset_pattern(self.options.graph_layout, self.target_graph)

    @property
    def graph_names(self) -> list[str]:
        """The graphs that the dataset is in, or prefixes of their names; none for the default graph."""
        names = {"dataset": [self.options.graph], "figure": [DATASET_IRI, FIGURE_GRAPHS_PREFIX], "default": []}
        return names[self.options.graph_layout]

    @property
    def description_graph(self) -> str:
        """The graph of the dataset description, which has the version."""
        return f"{self.options.graph}/description"

    @property
    def lease_graph(self) -> str:
        """The graph of the lease."""
        return f"{self.options.graph}/loading"

    @property
    def paths(self) -> list[Path]:
        """The files that are streamed into the graph; into the default graph, the vocabulary is among them."""
        vocabulary = self.source.vocabulary
        return [*self.source.paths, *([vocabulary] if vocabulary and not self.target_graph else [])]

    def read_chunks(self, limits: ChunkLimits, on_read: Callable[[bytes], object] | None = None) -> Iterator[Chunk]:
        """Read these files in chunks within limits."""
        if self.parsers and self.source.is_export and all(rdf_format(path) == RdfFormat.TURTLE for path in self.paths):
            return read_turtle_chunks(self.paths, limits, self.parsers, on_read)
        return read_chunks(self.paths, self.source.quads, self.source.is_export, limits, on_read, self.options.unnamed_graph)

    def replaces(self, graph: str) -> bool:
        """Whether a named graph of the store is replaced or removed by this load."""
        if graph == VOCABULARY_GRAPH:
            return self.source.vocabulary is not None
        if graph == EXAMPLES_GRAPH:
            return self.source.is_export
        return graph in (self.description_graph, self.lease_graph) or (not self.options.append and self.is_dataset_graph(graph))

    def is_dataset_graph(self, graph: str) -> bool:
        """Whether a named graph has statements of the dataset, from this load or a previous one."""
        return graph == self.options.graph or (self.options.graph == DATASET_IRI and graph.startswith(FIGURE_GRAPHS_PREFIX))
