"""The ways to get the same statements into the same store; ours is the first of each place."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.loading.data import Data
from benchmarks.loading.run import uploader
from benchmarks.loading.stores import DBA, Fresh, Store, embedded, oxigraph, program, virtuoso
from pfocr2rdf.rdf.iris import DATASET_IRI

OURS = "pfocr2rdf load"
NAMED, DEFAULT = "folder, named graph", "folder, default graph"
OXIGRAPH, VIRTUOSO = "Oxigraph server", "Virtuoso server"
KINDS = [NAMED, DEFAULT, OXIGRAPH, VIRTUOSO]
LOADER, LENIENT = "oxigraph load", "oxigraph load --lenient"
CURL, CURL_AT_ONCE = "curl -T", "curl -T, no_transaction"
INSERTS, POSTS = "INSERT DATA of 1,000, one by one", "Graph Store POST of our bodies, one by one"
UPLOADER = "rdf-uploader --type {}"

_WIDE = {"COLUMNS": "1000", "NO_COLOR": "1"}
_COMPLAINT = re.compile(r"❌ [^:]*: (.+?)(?: for url .*)?$", re.MULTILINE)


class Way(NamedTuple):
    """A way to load.

    Attributes:
        into: the kind of store.
        name: what the table calls it.
        fresh: makes such a store, in a folder.
        command: the command, for a store; a failure says that a program is missing.
        graph: where the statements should be afterwards.
        statements: how many should be there.
        variables: environment variables.
    """

    into: str
    name: str
    fresh: Callable[[Path], Fresh]
    command: Callable[[Store], Sequence[str]]
    graph: str
    statements: int
    variables: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


def complaint(output: str) -> str:
    r"""What a client complained about that ends as if all were well.

    >>> complaint("Results:\n❌ a.nt: HTTPStatusError - Client error '401 Unauthorized' for url 'http://127.0.0.1:1/a'\n")
    "HTTPStatusError - Client error '401 Unauthorized'"
    """
    match = _COMPLAINT.search(output)
    return match[1].strip() if match else ""


def ways(data: Data, environments: Path) -> list[Way]:
    """All of them, place by place."""
    return [*_into_folders(data), *_into_oxigraph(data, environments), *_into_virtuoso(data, environments)]


def _ours(data: Data, *options: str) -> Callable[[Store], list[str]]:
    load = ["load", str(data.export), "--quiet", *options]
    return lambda store: [program("pfocr2rdf", "pip install -e ."), *load, "--to", store.to, "--journals", str(store.folder / "journals")]


def _into_folders(data: Data) -> list[Way]:
    def loader(*options: str) -> Callable[[Store], list[str]]:
        load = ["load", "--file", str(data.file), *options]
        return lambda store: [program("oxigraph", "pip install oxigraph"), *load, "--location", store.to]

    count = data.statements
    return [
        Way(NAMED, OURS, embedded, _ours(data), DATASET_IRI, count),
        Way(NAMED, LOADER, embedded, loader("--graph", DATASET_IRI), DATASET_IRI, count),
        Way(NAMED, LENIENT, embedded, loader("--graph", DATASET_IRI, "--lenient"), DATASET_IRI, count),
        Way(DEFAULT, OURS, embedded, _ours(data, "--graphs", "default"), "", count + data.vocabulary),
        Way(DEFAULT, LOADER, embedded, loader(), "", count),
    ]


def _into_oxigraph(data: Data, environments: Path) -> list[Way]:
    def curl(end: str = "") -> Callable[[Store], list[str]]:
        begin = ["--silent", "--show-error", "--fail", "--header", "Content-Type: application/n-triples", "-T", str(data.file)]
        return lambda store: [program("curl", "apt-get install curl"), *begin, f"{store.to}/store?graph={DATASET_IRI}{end}"]

    def way(name: str, command: Callable[[Store], list[str]], **more: dict[str, str]) -> Way:
        return Way(OXIGRAPH, name, oxigraph, command, DATASET_IRI, data.statements, **more)

    return [
        way(OURS, _ours(data)),
        way(CURL, curl()),
        way(CURL_AT_ONCE, curl("&no_transaction")),
        *(way(UPLOADER.format(kind), _uploader(data, environments, kind, "/store"), variables=_WIDE) for kind in ("generic", "neptune")),
    ]


def _into_virtuoso(data: Data, environments: Path) -> list[Way]:
    def singly(how: str) -> Callable[[Store], list[str]]:
        return lambda store: [sys.executable, "-m", "benchmarks.loading.singly", how, store.to, DATASET_IRI, str(data.file)]

    def way(name: str, command: Callable[[Store], list[str]], **more: dict[str, str]) -> Way:
        return Way(VIRTUOSO, name, virtuoso, command, DATASET_IRI, data.statements, **more)

    # Virtuoso takes no password but by Digest, and of the kinds of servers that rdf-uploader knows it uses that for MarkLogic only.
    path = "/sparql-graph-crud-auth"
    return [
        way(OURS, _ours(data)),
        way(INSERTS, singly("insert")),
        way(POSTS, singly("post")),
        *(way(UPLOADER.format(kind), _uploader(data, environments, kind, path), variables=_WIDE) for kind in ("neptune", "marklogic")),
    ]


def _uploader(data: Data, environments: Path, kind: str, path: str) -> Callable[[Store], list[str]]:
    options = ["--type", kind, "--graph", DATASET_IRI, "--username", DBA, "--password", DBA]
    return lambda store: [str(uploader(environments)), "upload", str(data.file), *options, "--endpoint", store.to + path]
