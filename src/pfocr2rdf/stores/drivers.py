"""Drivers: how each kind of server takes statements, and what it does badly and is spared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits
from pfocr2rdf.stores.clients.http import HttpClient, RequestRefusedError
from pfocr2rdf.stores.clients.sparql import Endpoints, SparqlClient
from pfocr2rdf.stores.graph_layout import graph_clause, graph_pattern, graph_reference

_NTRIPLES_HEADERS = {"Content-Type": "application/n-triples"}
_NQUADS_HEADERS = {"Content-Type": "application/n-quads"}
_INSERT_LIMITS = ChunkLimits(256 << 10, 1000)
_SMALL_CHUNK_LIMITS = ChunkLimits(8 << 10, 1000)
_MAX_MOVED_STATEMENTS = 50_000
_MAX_MOVED_GRAPHS = 100

CONTENT_TOO_LARGE = 413
"""The HTTP status for a body that is larger than the server, or a proxy before it, allows."""

STAGING_SUFFIX = "?loading"
"""The end of the name of a graph until it is complete."""


class GraphSwap(NamedTuple):
    """The names of a complete staging graph and of the live graph whose place it takes, and the number of its statements."""

    staging: str
    live: str
    statements: int


class GraphStoreDriver(SparqlClient):
    """A server with the Graph Store Protocol, or SPARQL Update alone, of which nothing else is known."""

    driver = "gsp"  # its name
    chunk_limits = ChunkLimits(4 << 20, 100_000)  # of a request
    concurrency = 2  # requests at once
    has_default_graph = True  # a graph, and not the union of all

    def add(self, graph: str, chunk: Chunk, suffix: str = "") -> None:
        """Add statements, idempotently: N-Triples to the graph, where ``""`` is the default graph; N-Quads to the graphs that they name.

        The suffix is appended to the graph names of N-Quads.
        """
        if chunk.quads:
            self._add_quads(chunk, suffix)
        else:
            self._add_triples(graph, chunk)

    def insert(self, graph: str, ntriples: str) -> None:
        """Add a few statements to a graph, as any others."""
        self.add(graph, Chunk(0, ntriples.encode(), ntriples.count("\n"), quads=False))

    def replace(self, graph: str, ntriples: bytes) -> None:
        """Replace a small named graph; by way of a staging graph where its statements are too many for one request."""
        try:
            self._replace_at_once(graph, ntriples)
        except RequestRefusedError as error:
            if error.status != CONTENT_TOO_LARGE:
                raise
            staging, content = f"{graph}{STAGING_SUFFIX}", Chunk(0, ntriples, ntriples.count(b"\n"), quads=False)
            for chunk in content.split(_SMALL_CHUNK_LIMITS):
                self.add(staging, chunk)
            self.promote([GraphSwap(staging, graph, content.statements)])

    def _replace_at_once(self, graph: str, ntriples: bytes) -> None:
        if self.endpoints.store:
            self._send_graph("PUT", graph, self._body(ntriples))
        else:
            super().replace(graph, ntriples)

    def clear(self, graph: str) -> None:
        """Remove all statements of a graph, by SPARQL Update where the server takes it."""
        if self.endpoints.update:
            super().clear(graph)
            return
        try:
            self.http_client.request("DELETE", self.endpoints.store, params=_graph_params(graph))
        except RequestRefusedError as error:
            if error.status != 404:
                raise

    def promote(self, swaps: list[GraphSwap]) -> None:
        """Replace live graphs with staging graphs; the live ones exist until then."""
        for swap in swaps:
            self._move_graph(swap)

    def _send_graph(self, method: str, graph: str, body: bytes, **params: str) -> None:
        """A request of the Graph Store Protocol."""
        url, params = self.endpoints.store, {**_graph_params(graph), **params}
        self.http_client.request(method, url, params=params, content=body, headers=_NTRIPLES_HEADERS)

    def _add_triples(self, graph: str, chunk: Chunk) -> None:
        if self.endpoints.store:
            self._send_graph("POST", graph, self._body(chunk.lines))
            return
        for piece in chunk.split(_INSERT_LIMITS):
            self._insert_data({graph: piece.lines})

    def _add_quads(self, chunk: Chunk, suffix: str) -> None:
        if not self.endpoints.update:
            for graph, lines in chunk.group_by_graph().items():
                self._add_triples(graph + suffix, Chunk(chunk.number, lines, lines.count(b"\n"), quads=False))
            return
        for piece in chunk.split(_INSERT_LIMITS):
            self._insert_data({graph + suffix: lines for graph, lines in piece.group_by_graph().items()})

    def _insert_data(self, lines_by_graph: dict[str, bytes]) -> None:
        blocks = (f"{graph_clause(graph)}{{\n{lines.decode()}}}\n" if graph else lines.decode() for graph, lines in lines_by_graph.items())
        self.update(f"INSERT DATA {{\n{''.join(blocks)}}}")

    def _body(self, ntriples: bytes) -> bytes:
        return ntriples

    def _move_graph(self, swap: GraphSwap) -> None:
        """Move a graph, once: a second time, after a lost response, could replace it by an empty one."""
        while self.count(swap.staging):
            try:
                self.update(_move_operation(swap), idempotent=False)
            except StoreError:
                if self.count(swap.staging):
                    raise
        if self.count(swap.live) != swap.statements:
            raise StoreError(f"<{swap.live}>: was not moved to its place as a whole; load again")


class UpdateOnlyDriver(GraphStoreDriver):
    """A server that takes SPARQL Update and nothing else."""

    driver = "update"

    def __init__(self, http_client: HttpClient, endpoints: Endpoints) -> None:
        super().__init__(http_client, endpoints._replace(store=""))


class OxigraphDriver(GraphStoreDriver):
    """Oxigraph, which loads fastest outside of a transaction, and moves a graph in one, which must not be large.

    All that is sent is idempotent, so nothing is lost without the transaction. To move a million statements takes it two minutes
    and 4 GB; to change what differs takes seconds.
    """

    driver = "oxigraph"
    concurrency = 4
    _slice_statements = 100_000

    def _add_triples(self, graph: str, chunk: Chunk) -> None:
        self._send_graph("POST", graph, chunk.lines, no_transaction="")

    def _add_quads(self, chunk: Chunk, suffix: str) -> None:
        self.http_client.request(
            "POST", self.endpoints.store, params={"no_transaction": ""}, content=chunk.with_graph_suffix(suffix), headers=_NQUADS_HEADERS
        )

    def clear(self, graph: str) -> None:
        """Remove all statements of a graph, a slice at a time."""
        pattern = graph_pattern(graph)
        while self.ask(pattern):
            self.update(f"DELETE {{ {pattern} }} WHERE {{ SELECT * {{ {pattern} }} LIMIT {self._slice_statements} }}")
        if graph:
            self.update(f"DROP SILENT {graph_reference(graph)}")

    def promote(self, swaps: list[GraphSwap]) -> None:
        """Move small graphs together, in one transaction; change what differs of a large one."""
        for batch in _batch_swaps(swap for swap in swaps if swap.statements <= _MAX_MOVED_STATEMENTS):
            left = self.count_each(swap.staging for swap in batch)
            try:
                self.update(" ;\n".join(_move_operation(swap) for swap in batch if left.get(swap.staging)))
            except StoreError:  # a second time, after a lost response, it refuses: all of them are moved already
                if self.count_each(swap.staging for swap in batch):
                    raise
        for swap in swaps:
            if swap.statements > _MAX_MOVED_STATEMENTS:
                self._make_equal(swap)

    def _make_equal(self, swap: GraphSwap) -> None:
        """Make the live graph equal to the staging one: at once where little differs, else additions first, so nothing is ever missing."""
        added, removed = _difference_pattern(swap.staging, swap.live), _difference_pattern(swap.live, swap.staging)
        live = graph_pattern(swap.live)
        added_count, removed_count = (self.query_number(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}") for pattern in (added, removed))
        if added_count + removed_count <= self._slice_statements:
            self.update(f"DELETE {{ {live} }} WHERE {{ {removed} }} ;\nINSERT {{ {live} }} WHERE {{ {added} }}")
        else:
            for verb, pattern, count in (("INSERT", added, added_count), ("DELETE", removed, removed_count)):
                for _ in range(0, count, self._slice_statements):
                    self.update(f"{verb} {{ {live} }} WHERE {{ SELECT * {{ {pattern} }} LIMIT {self._slice_statements} }}")
        if self.count(swap.live) != swap.statements:
            raise StoreError(f"<{swap.live}>: another process is changing it; load again when it has finished")
        self.clear(swap.staging)


class VirtuosoDriver(GraphStoreDriver):
    """Virtuoso, whose parser needs a prefix to recognise Turtle, and which takes named graphs only in small updates, one by one."""

    driver = "virtuoso"
    chunk_limits = ChunkLimits(2 << 20, 100_000)
    has_default_graph = False

    def _body(self, ntriples: bytes) -> bytes:
        return b"@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + ntriples


def _graph_params(graph: str) -> dict[str, str]:
    return {"graph": graph} if graph else {"default": ""}


def _move_operation(swap: GraphSwap) -> str:
    return f"MOVE {graph_reference(swap.staging)} TO {graph_reference(swap.live)}"


def _difference_pattern(graph: str, other: str) -> str:
    """The statements that a graph has and another one has not."""
    return f"{graph_pattern(graph)} FILTER NOT EXISTS {{ {graph_pattern(other)} }}"


def _batch_swaps(swaps: Iterable[GraphSwap]) -> Iterator[list[GraphSwap]]:
    """Swaps that fit into one transaction."""
    batch: list[GraphSwap] = []
    statements = 0
    for swap in swaps:
        if batch and (len(batch) == _MAX_MOVED_GRAPHS or statements + swap.statements > _MAX_MOVED_STATEMENTS):
            yield batch
            batch, statements = [], 0
        batch.append(swap)
        statements += swap.statements
    if batch:
        yield batch


DRIVERS: dict[str, type[GraphStoreDriver]] = {
    driver.driver: driver for driver in (OxigraphDriver, VirtuosoDriver, GraphStoreDriver, UpdateOnlyDriver)
}
"""The drivers by name."""
