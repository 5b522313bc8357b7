"""The client that loads would be without chunks in parallel: one request, and when it is answered the next one.

    python -m benchmarks.loading.singly (insert | post) URL GRAPH FILE

It finds the server's services, logs in and talks HTTP by the same code as ``pfocr2rdf load``. ``insert`` sends ``INSERT DATA`` of 1,000
statements, ``post`` the same bodies as ``pfocr2rdf load`` to the Graph Store.
"""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from pfocr2rdf.stores.chunks import ChunkLimits, read_chunks
from pfocr2rdf.stores.clients.credentials import Credentials
from pfocr2rdf.stores.clients.http import HttpClient
from pfocr2rdf.stores.discovery import discover_server

INSERTED = ChunkLimits(1 << 20, 1000)


def main(how: str, url: str, graph: str, path: str) -> None:
    """Send the statements of a file of an export."""
    web = HttpClient(Credentials.find(httpx.URL(url)))
    server = discover_server(url, web)
    for chunk in read_chunks([Path(path)], quads=False, from_export=True, limits=INSERTED if how == "insert" else server.chunk_limits):
        if how == "insert":
            server.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{chunk.lines.decode()}}} }}")
        else:
            server.add(graph, chunk)
    web.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
