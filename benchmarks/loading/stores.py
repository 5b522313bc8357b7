"""Fresh stores for one load each: a folder, or a server on loopback, all of whose files are in a folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import httpx
import pyoxigraph

from benchmarks.engines.run import FailedError, last_line
from benchmarks.loading.run import LOOPBACK

DBA = "dba"
"""The user of a new Virtuoso that may do everything, and its password."""

_STARTING = 120.0
_EVERYTHING = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"


class Store(Protocol):
    """A store that something is loaded into.

    Attributes:
        folder: where all files of it are, and those of the client.
        to: what clients call it: a folder, or a URL.
        variables: environment variables that tell a client who it is.
    """

    folder: Path
    to: str
    variables: Mapping[str, str]

    def count(self, graph: str) -> int:
        """How many statements a graph has; ``""`` is the default graph."""

    def everything(self) -> int:
        """How many statements all graphs have that were not there at the start."""

    def peak(self) -> float | None:
        """The most memory that its server ever held, in MiB; nothing where it has none."""


Fresh = AbstractContextManager[Store]


def program(name: str, how: str) -> str:
    """Where a program is.

    Raises:
        FailedError: it is not installed.
    """
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/sbin"]
    if path := shutil.which(name, path=os.pathsep.join(places)):
        return path
    raise FailedError(f"{name} is not installed; install it with {how}")


def _pattern(graph: str) -> str:
    return f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"


class Folder:
    """An embedded store, which is made by what loads into it."""

    variables: Mapping[str, str] = {}

    def __init__(self, folder: Path) -> None:
        self.folder, self.to = folder, str(folder / "store")

    def count(self, graph: str) -> int:
        """How many statements a graph has."""
        return self._number(_pattern(graph))

    def everything(self) -> int:
        """How many statements all graphs have."""
        return self._number(_EVERYTHING)

    def _number(self, pattern: str) -> int:
        try:
            solutions = pyoxigraph.Store.read_only(self.to).query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        except OSError as error:
            raise FailedError(f"the store cannot be read: {error}") from None
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        value = next(iter(solutions))["n"]
        assert isinstance(value, pyoxigraph.Literal)
        return int(value.value)

    def peak(self) -> None:
        """There is no server."""


class Server:
    """A server that was just started, and that listens."""

    def __init__(self, command: Sequence[str], folder: Path, ports: Sequence[int], query: str, variables: Mapping[str, str]) -> None:
        self.folder, self.to = folder, f"http://{LOOPBACK}:{ports[0]}"
        self.variables = variables
        self._query = self.to + query
        self._client = httpx.Client(timeout=600, trust_env=False)
        self._log = folder / "server.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            for port in ports:
                self._wait(port)
            self._before = self._number(_EVERYTHING)
        except BaseException:
            self.close()
            raise

    def _wait(self, port: int) -> None:
        end = time.monotonic() + _STARTING
        while time.monotonic() < end and self._process.poll() is None:
            with suppress(OSError), socket.create_connection((LOOPBACK, port), 1):
                return
            time.sleep(0.05)
        raise FailedError(f"the server did not start: {last_line(self._log)}")

    def close(self) -> None:
        """End it; nobody needs what it holds."""
        self._client.close()
        self._process.kill()
        self._process.wait()

    def count(self, graph: str) -> int:
        """How many statements a graph has."""
        return self._number(_pattern(graph))

    def everything(self) -> int:
        """How many statements all graphs have that were not there at the start."""
        return self._number(_EVERYTHING) - self._before

    def _number(self, pattern: str) -> int:
        asked = {"query": f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"}
        try:
            answer = self._client.post(self._query, data=asked, headers={"Accept": "application/sparql-results+json"}).raise_for_status()
        except httpx.HTTPError as error:
            raise FailedError(f"the server does not count: {error or type(error).__name__}") from None
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    def peak(self) -> float | None:
        """The most memory that it ever held, in MiB, where the system says so."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        sizes = (int(line.split()[1]) / 1024 for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return next(sizes, None)


def _ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for socket_ in sockets:
            socket_.bind((LOOPBACK, 0))
        return [int(socket_.getsockname()[1]) for socket_ in sockets]
    finally:
        for socket_ in sockets:
            socket_.close()


@contextmanager
def embedded(folder: Path) -> Iterator[Store]:
    """No server, and no store yet."""
    yield Folder(folder)


@contextmanager
def oxigraph(folder: Path) -> Iterator[Store]:
    """An Oxigraph server with nothing in it, which keeps its store on disk."""
    (port,) = _ports(1)
    command = [program("oxigraph", "pip install oxigraph"), "serve", "--location", str(folder / "data"), "--bind", f"{LOOPBACK}:{port}"]
    yield from _running(command, folder, [port], "/query", {})


@contextmanager
def virtuoso(folder: Path) -> Iterator[Store]:
    """A Virtuoso with nothing in it but its own graphs."""
    name = program("virtuoso-t", "apt-get install virtuoso-opensource")
    http, sql = _ports(2)
    settings = folder / "virtuoso.ini"
    settings.write_text(VIRTUOSO_INI.format(folder=folder, sql=sql, http=http, buffers=100_000, dirty=75_000), encoding="utf-8")
    user = {"PFOCR2RDF_USER": DBA, "PFOCR2RDF_PASSWORD": DBA}
    yield from _running([name, "+foreground", "+configfile", str(settings)], folder, [http, sql], "/sparql", user)


def _running(command: Sequence[str], folder: Path, ports: Sequence[int], query: str, variables: Mapping[str, str]) -> Iterator[Store]:
    server = Server(command, folder, ports, query, variables)
    try:
        yield server
    finally:
        server.close()


VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 60
CaseMode = 2
AllowOSCalls = 0
DirsAllowed = {folder}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
DavRoot = DAV
EnabledDavVSP = 0

[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 600
"""
"""The settings of a Virtuoso on loopback, all of whose files are in a folder; 100,000 buffers keep some million statements in memory."""
