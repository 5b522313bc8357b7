"""The servers: each kind takes statements in a way of its own, and is spared what it does badly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.chunks import Bounds, Chunk
from pfocr2rdf.stores.clients.http import RefusedError, Web
from pfocr2rdf.stores.clients.sparql import Endpoints, Sparql
from pfocr2rdf.stores.graph_layout import all_of, graph, one_of

_TRIPLES = {"Content-Type": "application/n-triples"}
_QUADS = {"Content-Type": "application/n-quads"}
_INSERTED = Bounds(256 << 10, 1000)
_LEAST = Bounds(8 << 10, 1000)
_BESIDE = 50_000

TOO_LARGE = 413
"""The status of an answer to a request whose body is larger than the server, or what stands before it, allows."""

SUFFIX = "?loading"
"""What stands behind the name of a graph until it is complete."""


class Swap(NamedTuple):
    """A graph that is ready, and the one whose place it takes.

    Attributes:
        fresh: the name of the one that was loaded.
        live: the name that it gets.
        statements: how many it has.
    """

    fresh: str
    live: str
    statements: int


class Server(Sparql):
    """A server that is only known to keep to the standards.

    Attributes:
        bounds: how large a request may be.
        requests: how many it is sent at once.
        has_default: whether its default graph is a graph, and not the union of all.
    """

    bounds = Bounds(4 << 20, 100_000)
    requests = 2
    has_default = True

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
        except RefusedError as error:
            if error.status != TOO_LARGE:
                raise
            fresh, whole = f"{name}{SUFFIX}", Chunk(0, lines, lines.count(b"\n"), quads=False)
            for piece in whole.split(_LEAST):
                self.add(fresh, piece)
            self.swap([Swap(fresh, name, whole.statements)])

    def _replace(self, name: str, lines: bytes) -> None:
        if self.endpoints.store:
            self.web.send("PUT", self.endpoints.store, params=_named(name), content=self._body(lines), headers=_TRIPLES)
        else:
            self.update(f"DROP SILENT GRAPH <{name}> ;\nINSERT DATA {{ GRAPH <{name}> {{\n{lines.decode()}}} }}")

    def clear(self, name: str) -> None:
        """Leave nothing in a graph."""
        if self.endpoints.update:
            self.update(f"{'DROP' if name else 'CLEAR'} SILENT {one_of(name)}")
            return
        try:
            self.web.send("DELETE", self.endpoints.store, params=_named(name))
        except RefusedError as error:
            if error.status != 404:
                raise

    def swap(self, swaps: list[Swap]) -> None:
        """Put graphs that are ready in the place of others, which are there until then."""
        for one in swaps:
            self._move(one)

    def _add_triples(self, name: str, chunk: Chunk) -> None:
        if not self.endpoints.store:
            for piece in chunk.split(_INSERTED):
                self._insert({name: piece.lines})
            return
        self.web.send("POST", self.endpoints.store, params=_named(name), content=self._body(chunk.lines), headers=_TRIPLES)

    def _add_quads(self, chunk: Chunk, suffix: str) -> None:
        if not self.endpoints.update:
            for name, lines in chunk.graphs().items():
                self._add_triples(name + suffix, Chunk(chunk.number, lines, lines.count(b"\n"), quads=False))
            return
        for piece in chunk.split(_INSERTED):
            self._insert({name + suffix: lines for name, lines in piece.graphs().items()})

    def _insert(self, graphs: dict[str, bytes]) -> None:
        blocks = (f"{graph(name)}{{\n{lines.decode()}}}\n" if name else lines.decode() for name, lines in graphs.items())
        self.update(f"INSERT DATA {{\n{''.join(blocks)}}}")

    def _body(self, lines: bytes) -> bytes:
        return lines

    def _move(self, one: Swap) -> None:
        """Move a graph, once: where the answer was lost, a second time could leave nothing in the place of it."""
        while self.count(one.fresh):
            try:
                self.update(f"MOVE {one_of(one.fresh)} TO {one_of(one.live)}", again=False)
            except StoreError:
                if self.count(one.fresh):
                    raise
        if self.count(one.live) != one.statements:
            raise StoreError(f"<{one.live}>: was not moved to its place as a whole; load again")


class UpdateOnly(Server):
    """A server that is sent SPARQL Update and nothing else."""

    def __init__(self, web: Web, endpoints: Endpoints) -> None:
        super().__init__(web, endpoints._replace(store=""))


class Oxigraph(Server):
    """Oxigraph: loads fastest outside of a transaction, and moves a graph in one, which must not be large.

    Whatever is sent is idempotent, so nothing is lost without the transaction. To move a million statements takes it two minutes
    and 4 GB; to change what differs takes seconds.
    """

    bounds = Bounds(4 << 20, 100_000)
    requests = 4
    _slice = 100_000

    def _add_triples(self, name: str, chunk: Chunk) -> None:
        self.web.send("POST", self.endpoints.store, params={**_named(name), "no_transaction": ""}, content=chunk.lines, headers=_TRIPLES)

    def _add_quads(self, chunk: Chunk, suffix: str) -> None:
        self.web.send("POST", self.endpoints.store, params={"no_transaction": ""}, content=chunk.renamed(suffix), headers=_QUADS)

    def clear(self, name: str) -> None:
        """Leave nothing in a graph, a slice at a time."""
        where = all_of(name)
        while self.ask(where):
            self.update(f"DELETE {{ {where} }} WHERE {{ SELECT * {{ {where} }} LIMIT {self._slice} }}")
        if name:
            self.update(f"DROP SILENT {one_of(name)}")

    def swap(self, swaps: list[Swap]) -> None:
        """Small graphs are moved together, in one transaction; a large one is made equal."""
        small = [one for one in swaps if one.statements <= _BESIDE]
        for some in _together(small):
            left = self.counts(one.fresh for one in some)
            moves = [f"MOVE {one_of(one.fresh)} TO {one_of(one.live)}" for one in some if left.get(one.fresh)]
            try:
                self.update(" ;\n".join(moves))
            except StoreError:  # told twice, it refuses: what was moved is gone, and all is as it was before
                if self.counts(one.fresh for one in some):
                    raise
        for one in swaps:
            if one.statements > _BESIDE:
                self._exchange(one)

    def _exchange(self, one: Swap) -> None:
        """Bring a graph to be equal to another one: at once where little differs, else additions first, so nothing is ever missing."""
        added, removed = _beyond(one.fresh, one.live), _beyond(one.live, one.fresh)
        there = all_of(one.live)
        more, less = (self.number(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}") for pattern in (added, removed))
        if more + less <= self._slice:
            self.update(f"DELETE {{ {there} }} WHERE {{ {removed} }} ;\nINSERT {{ {there} }} WHERE {{ {added} }}")
        else:
            for verb, pattern, left in (("INSERT", added, more), ("DELETE", removed, less)):
                for _ in range(0, left, self._slice):
                    self.update(f"{verb} {{ {there} }} WHERE {{ SELECT * {{ {pattern} }} LIMIT {self._slice} }}")
        if self.count(one.live) != one.statements:
            raise StoreError(f"<{one.live}>: somebody else changes it; load again when they are done")
        self.clear(one.fresh)


class Virtuoso(Server):
    """Virtuoso: its parser needs a prefix to know Turtle, and it takes no named graphs but in small updates, one after the other."""

    bounds = Bounds(2 << 20, 100_000)
    requests = 2
    has_default = False

    def _body(self, lines: bytes) -> bytes:
        return b"@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + lines


def _named(name: str) -> dict[str, str]:
    return {"graph": name} if name else {"default": ""}


def _beyond(one: str, other: str) -> str:
    """What a graph has and another one has not."""
    return f"{all_of(one)} FILTER NOT EXISTS {{ {all_of(other)} }}"


def _together(swaps: Iterable[Swap]) -> Iterable[list[Swap]]:
    """Swaps that fit into one transaction."""
    some: list[Swap] = []
    for one in swaps:
        if some and (len(some) == 100 or sum(each.statements for each in some) + one.statements > _BESIDE):
            yield some
            some = []
        some.append(one)
    if some:
        yield some


DRIVERS: dict[str, type[Server]] = {"oxigraph": Oxigraph, "virtuoso": Virtuoso, "gsp": Server, "update": UpdateOnly}
"""The kinds of servers by name."""
