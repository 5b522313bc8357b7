"""The servers: each kind takes statements in a way of its own, and is spared what it does badly."""

from __future__ import annotations

from collections.abc import Iterable
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

CONTENT_TOO_LARGE = 413
"""The status of an answer to a request whose body is larger than the server, or what stands before it, allows."""

STAGING_SUFFIX = "?loading"
"""What stands behind the name of a graph until it is complete."""


class GraphSwap(NamedTuple):
    """A graph that is ready, and the one whose place it takes.

    Attributes:
        staging: the name of the one that was loaded.
        live: the name that it gets.
        statements: how many it has.
    """

    staging: str
    live: str
    statements: int


class GraphStoreDriver(SparqlClient):
    """A server that is only known to keep to the standards.

    Attributes:
        chunk_limits: how large a request may be.
        concurrency: how many it is sent at once.
        has_default_graph: whether its default graph is a graph, and not the union of all.
    """

    chunk_limits = ChunkLimits(4 << 20, 100_000)
    concurrency = 2
    has_default_graph = True

    def add(self, name: str, chunk: Chunk, suffix: str = "") -> None:
        """Add statements; done twice it is the same as once.

        Args:
            name: the graph of N-Triples; ``""`` is the default graph.
            chunk: N-Triples, or N-Quads, which name their graphs themselves.
            suffix: what is put behind the names of these.
        """
        if chunk.quads:
            self._add_quads(chunk, suffix)
        else:
            self._add_triples(name, chunk)

    def insert(self, name: str, lines: str) -> None:
        """Add a few statements to a graph, as N-Triples."""
        self.add(name, Chunk(0, lines.encode(), lines.count("\n"), quads=False))

    def replace(self, name: str, lines: bytes) -> None:
        """Make a small graph be these statements, as N-Triples."""
        try:
            self._replace(name, lines)
        except RequestRefusedError as error:
            if error.status != CONTENT_TOO_LARGE:
                raise
            fresh, whole = f"{name}{STAGING_SUFFIX}", Chunk(0, lines, lines.count(b"\n"), quads=False)
            for piece in whole.split(_SMALL_CHUNK_LIMITS):
                self.add(fresh, piece)
            self.promote([GraphSwap(fresh, name, whole.statements)])

    def _replace(self, name: str, lines: bytes) -> None:
        if self.endpoints.store:
            self.http_client.request(
                "PUT", self.endpoints.store, params=_graph_params(name), content=self._body(lines), headers=_NTRIPLES_HEADERS
            )
        else:
            self.update(f"DROP SILENT GRAPH <{name}> ;\nINSERT DATA {{ GRAPH <{name}> {{\n{lines.decode()}}} }}")

    def clear(self, name: str) -> None:
        """Leave nothing in a graph."""
        if self.endpoints.update:
            self.update(f"{'DROP' if name else 'CLEAR'} SILENT {graph_reference(name)}")
            return
        try:
            self.http_client.request("DELETE", self.endpoints.store, params=_graph_params(name))
        except RequestRefusedError as error:
            if error.status != 404:
                raise

    def promote(self, swaps: list[GraphSwap]) -> None:
        """Put graphs that are ready in the place of others, which are there until then."""
        for one in swaps:
            self._move_graph(one)

    def _add_triples(self, name: str, chunk: Chunk) -> None:
        if not self.endpoints.store:
            for piece in chunk.split(_INSERT_LIMITS):
                self._insert({name: piece.lines})
            return
        self.http_client.request(
            "POST", self.endpoints.store, params=_graph_params(name), content=self._body(chunk.lines), headers=_NTRIPLES_HEADERS
        )

    def _add_quads(self, chunk: Chunk, suffix: str) -> None:
        if not self.endpoints.update:
            for name, lines in chunk.group_by_graph().items():
                self._add_triples(name + suffix, Chunk(chunk.number, lines, lines.count(b"\n"), quads=False))
            return
        for piece in chunk.split(_INSERT_LIMITS):
            self._insert({name + suffix: lines for name, lines in piece.group_by_graph().items()})

    def _insert(self, graphs: dict[str, bytes]) -> None:
        blocks = (f"{graph_clause(name)}{{\n{lines.decode()}}}\n" if name else lines.decode() for name, lines in graphs.items())
        self.update(f"INSERT DATA {{\n{''.join(blocks)}}}")

    def _body(self, lines: bytes) -> bytes:
        return lines

    def _move_graph(self, one: GraphSwap) -> None:
        """Move a graph, once: where the answer was lost, a second time could leave nothing in the place of it."""
        while self.count(one.staging):
            try:
                self.update(f"MOVE {graph_reference(one.staging)} TO {graph_reference(one.live)}", idempotent=False)
            except StoreError:
                if self.count(one.staging):
                    raise
        if self.count(one.live) != one.statements:
            raise StoreError(f"<{one.live}>: was not moved to its place as a whole; load again")


class UpdateOnlyDriver(GraphStoreDriver):
    """A server that is sent SPARQL Update and nothing else."""

    def __init__(self, http_client: HttpClient, endpoints: Endpoints) -> None:
        super().__init__(http_client, endpoints._replace(store=""))


class OxigraphDriver(GraphStoreDriver):
    """Oxigraph: loads fastest outside of a transaction, and moves a graph in one, which must not be large.

    Whatever is sent is idempotent, so nothing is lost without the transaction. To move a million statements takes it two minutes
    and 4 GB; to change what differs takes seconds.
    """

    chunk_limits = ChunkLimits(4 << 20, 100_000)
    concurrency = 4
    _slice_statements = 100_000

    def _add_triples(self, name: str, chunk: Chunk) -> None:
        self.http_client.request(
            "POST",
            self.endpoints.store,
            params={**_graph_params(name), "no_transaction": ""},
            content=chunk.lines,
            headers=_NTRIPLES_HEADERS,
        )

    def _add_quads(self, chunk: Chunk, suffix: str) -> None:
        self.http_client.request(
            "POST", self.endpoints.store, params={"no_transaction": ""}, content=chunk.with_graph_suffix(suffix), headers=_NQUADS_HEADERS
        )

    def clear(self, name: str) -> None:
        """Leave nothing in a graph, a slice at a time."""
        where = graph_pattern(name)
        while self.ask(where):
            self.update(f"DELETE {{ {where} }} WHERE {{ SELECT * {{ {where} }} LIMIT {self._slice_statements} }}")
        if name:
            self.update(f"DROP SILENT {graph_reference(name)}")

    def promote(self, swaps: list[GraphSwap]) -> None:
        """Small graphs are moved together, in one transaction; a large one is made equal."""
        small = [one for one in swaps if one.statements <= _MAX_MOVED_STATEMENTS]
        for some in _batch_swaps(small):
            left = self.count_each(one.staging for one in some)
            moves = [f"MOVE {graph_reference(one.staging)} TO {graph_reference(one.live)}" for one in some if left.get(one.staging)]
            try:
                self.update(" ;\n".join(moves))
            except StoreError:  # told twice, it refuses: what was moved is gone, and all is as it was before
                if self.count_each(one.staging for one in some):
                    raise
        for one in swaps:
            if one.statements > _MAX_MOVED_STATEMENTS:
                self._make_equal(one)

    def _make_equal(self, one: GraphSwap) -> None:
        """Bring a graph to be equal to another one: at once where little differs, else additions first, so nothing is ever missing."""
        added, removed = _difference_pattern(one.staging, one.live), _difference_pattern(one.live, one.staging)
        there = graph_pattern(one.live)
        more, less = (self.query_number(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}") for pattern in (added, removed))
        if more + less <= self._slice_statements:
            self.update(f"DELETE {{ {there} }} WHERE {{ {removed} }} ;\nINSERT {{ {there} }} WHERE {{ {added} }}")
        else:
            for verb, pattern, left in (("INSERT", added, more), ("DELETE", removed, less)):
                for _ in range(0, left, self._slice_statements):
                    self.update(f"{verb} {{ {there} }} WHERE {{ SELECT * {{ {pattern} }} LIMIT {self._slice_statements} }}")
        if self.count(one.live) != one.statements:
            raise StoreError(f"<{one.live}>: somebody else changes it; load again when they are done")
        self.clear(one.staging)


class VirtuosoDriver(GraphStoreDriver):
    """Virtuoso: its parser needs a prefix to know Turtle, and it takes no named graphs but in small updates, one after the other."""

    chunk_limits = ChunkLimits(2 << 20, 100_000)
    concurrency = 2
    has_default_graph = False

    def _body(self, lines: bytes) -> bytes:
        return b"@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + lines


def _graph_params(name: str) -> dict[str, str]:
    return {"graph": name} if name else {"default": ""}


def _difference_pattern(one: str, other: str) -> str:
    """What a graph has and another one has not."""
    return f"{graph_pattern(one)} FILTER NOT EXISTS {{ {graph_pattern(other)} }}"


def _batch_swaps(swaps: Iterable[GraphSwap]) -> Iterable[list[GraphSwap]]:
    """Swaps that fit into one transaction."""
    some: list[GraphSwap] = []
    for one in swaps:
        if some and (len(some) == 100 or sum(each.statements for each in some) + one.statements > _MAX_MOVED_STATEMENTS):
            yield some
            some = []
        some.append(one)
    if some:
        yield some


DRIVERS: dict[str, type[GraphStoreDriver]] = {
    "oxigraph": OxigraphDriver,
    "virtuoso": VirtuosoDriver,
    "gsp": GraphStoreDriver,
    "update": UpdateOnlyDriver,
}
"""The kinds of servers by name."""
