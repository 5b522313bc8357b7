"""The interface of a load session: the operations that loading needs of each kind of store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from pfocr2rdf.stores.chunks import Chunk, ChunkLimits
from pfocr2rdf.stores.loading.journal import Journal


class Metadata(NamedTuple):
    """The metadata of the dataset, which is written to separate graphs, as N-Triples."""

    vocabulary: bytes  # empty where it is in the dataset's graph, or unknown
    examples: bytes  # the example queries and the prefixes; empty for files that are not an export
    description: bytes  # with the version


class ExistingData(NamedTuple):
    """What a store holds before a load: the number of statements that would be replaced, and the digests of its version."""

    statements: int
    versions: list[str]


class LoadSession(Protocol):
    """A load into one store, from its lease to its end. Its statements go into staging graphs, which ``publish`` promotes."""

    chunk_limits: ChunkLimits
    concurrency: int  # chunks that are added at once
    journal: Journal

    def abort(self) -> float | None:
        """Add no more chunks. Returns for how many seconds to wait for those under way; ``None`` for as long as it takes."""

    def add(self, chunk: Chunk) -> None:
        """Add a chunk, idempotently. Several threads call it."""

    def count_each(self, graphs: Iterable[str]) -> dict[str, int]:
        """The numbers of statements of a few staging graphs."""

    def read_subjects(self, graph: str, subjects: list[str]) -> bytes:
        """The statements of a staging graph about a few subjects, as N-Triples."""

    def contains(self, graph: str, lines: list[bytes]) -> bool:
        """Whether a staging graph has all of a few statements."""

    def publish(self, metadata: Metadata) -> None:
        """Replace the live graphs with the staging graphs."""

    def close(self, *, completed: bool) -> None:
        """End it; unless it is completed, another run can resume it."""
