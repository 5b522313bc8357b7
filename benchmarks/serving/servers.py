"""The two servers over one store that nobody writes to."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.loading.run import LOOPBACK
from benchmarks.loading.stores import Server, program


class Target(NamedTuple):
    """A server that is asked: its port, and the path of its queries."""

    port: int
    path: str


@contextmanager
def ours(store: Path, folder: Path, cache_mb: int = 0) -> Iterator[Target]:
    """``pfocr2rdf serve``, which logs no requests, as Oxigraph does not, and by default keeps no answers: each is computed."""
    options = ["--quiet", "--cache", str(cache_mb), "--port"]
    yield from _running([program("pfocr2rdf", "pip install -e ."), "serve", str(store), *options], "", "/sparql", folder)


@contextmanager
def oxigraph(store: Path, folder: Path) -> Iterator[Target]:
    """Oxigraph's server, reading only. Its queries are about all graphs together, as ours are."""
    command = [program("oxigraph", "pip install oxigraph"), "serve-read-only", "-l", str(store), "--union-default-graph", "-b"]
    yield from _running(command, f"{LOOPBACK}:", "/query", folder)


def _running(command: Sequence[str], host: str, path: str, folder: Path) -> Iterator[Target]:
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir()
    server = Server([*command, f"{host}{port}"], folder, [port], path, {})
    try:
        yield Target(urlsplit(server.to).port or port, path)
    finally:
        server.close()
