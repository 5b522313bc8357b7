"""Real stores, and a web server before one: processes of their own on loopback, for tests.

A test module names the server and the scope of its fixture::

    @pytest.fixture(scope="module")
    def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        with oxigraph(tmp_path_factory.mktemp("store")) as server:
            yield server
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from benchmarks.loading.stores import VIRTUOSO_INI
from pyoxigraph import RdfFormat, parse, serialize

DBA = "dba"
"""The user of a new Virtuoso that may do everything, and its password."""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int, running: subprocess.Popen[bytes] | None = None, seconds: float = 60) -> None:
    """Wait until a server listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert running is None or running.poll() is None, "the server has ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


def program(name: str, packages: str) -> str:
    """Where a program is. Without it a test is skipped, but where ``PFOCR2RDF_TOOLS`` promises that it is there, it is red."""
    scripts = Path(sys.executable).parent
    executable = shutil.which(name, path=os.pathsep.join([str(scripts), os.environ.get("PATH", os.defpath), "/usr/sbin"]))
    if executable is not None:
        return executable
    missing = f"{name} is not installed: {packages}"
    if os.environ.get("PFOCR2RDF_TOOLS"):
        pytest.fail(missing)
    pytest.skip(missing)


class Server:
    """A server on this machine: it can be killed, and started again on the same port with the same data."""

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        port: int,
        *,
        other_ports: Sequence[int] = (),
        query: str = "/query",
        update: str = "/update",
        graphs: str = "/store",
        auth: httpx.Auth | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.query_url, self.update_url, self.graphs_url = (self.url + path for path in (query, update, graphs))
        self.user, self.password = user, password
        self.log = folder / "server.log"
        self._command, self._folder, self._ports = command, folder, (*other_ports, port)
        self._client = httpx.Client(auth=auth, timeout=120, trust_env=False)
        self.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        """Start, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            for port in self._ports:
                wait_for(port, self.process)
        except BaseException as error:
            self.kill()
            error.add_note(self.log.read_text(errors="replace"))
            raise

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as an administrator does."""
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self) -> None:
        """End it, and every connection to it."""
        self._client.close()
        self.stop()

    def memory(self) -> int:
        """The most memory that it ever held, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def answer(self, method: str, path: str, body: bytes | str | Iterable[bytes] | None = None, **headers: str) -> httpx.Response:
        """What it answers, be it a refusal. ``path`` begins with a slash; ``Content_Type`` is the header ``Content-Type``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.request(method, self.url + path, content=body, headers=named)

    def ask(self, method: str, path: str, body: bytes | str | Iterable[bytes] | None = None, **headers: str) -> bytes:
        """The body of an answer that is no refusal."""
        response = self.answer(method, path, body, **headers)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text[:500]}"
        return response.content

    def bindings(self, query: str) -> list[dict[str, dict[str, str]]]:
        """The rows of a SELECT, as SPARQL's JSON has them: every term with its type."""
        headers = {"Accept": "application/sparql-results+json"}
        response = self._client.post(self.query_url, data={"query": query}, headers=headers)
        assert response.is_success, f"{query}: {response.status_code} {response.text[:500]}"
        rows: list[dict[str, dict[str, str]]] = response.json()["results"]["bindings"]
        return rows

    def select(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT: the text of every term by the name of its variable."""
        return [{name: term["value"] for name, term in row.items()} for row in self.bindings(query)]

    def update(self, update: str) -> None:
        """One request of SPARQL Update."""
        response = self._client.post(self.update_url, content=update, headers={"Content-Type": "application/sparql-update"})
        assert response.is_success, f"{update[:200]}: {response.status_code} {response.text[:500]}"

    def dump(self, graph: str | None = None) -> list[str]:
        """The lines of N-Triples of a graph, or of N-Quads of the whole store, sorted; as pyoxigraph writes them, whoever holds them."""
        fmt = RdfFormat.N_QUADS if graph is None else RdfFormat.N_TRIPLES
        response = self._client.get(self.graphs_url, params={"graph": graph} if graph else None, headers={"Accept": fmt.media_type})
        if graph is not None and response.status_code == 404:
            return []
        assert response.is_success, f"{response.url}: {response.status_code} {response.text[:500]}"
        return lines(response.content, fmt)


def lines(body: bytes, fmt: RdfFormat) -> list[str]:
    """What an answer holds, as sorted lines that are the same whoever wrote it."""
    data: Any = serialize(parse(body, fmt), format=fmt)
    return sorted(data.decode().split("\n")[:-1])


@contextlib.contextmanager
def oxigraph(folder: Path, *, read_only: bool = False, port: int = 0) -> Iterator[Server]:
    """An Oxigraph server that keeps its store in ``folder / "data"``, which there must be already when it may only read."""
    name = program("oxigraph", "pip install oxigraph")
    port = port or free_port()
    mode = "serve-read-only" if read_only else "serve"
    server = Server([name, mode, "--location", folder / "data", "--bind", f"127.0.0.1:{port}"], folder, port)
    try:
        yield server
    finally:
        server.close()


class Virtuoso(Server):
    """A server that gives at most 10,000 statements at once, and does not say that there are more."""

    def dump(self, graph: str | None = None) -> list[str]:
        """The lines of N-Triples of one graph, sorted; as pyoxigraph writes them."""
        assert graph is not None, "Virtuoso has no N-Quads of a whole store: name a graph"
        statements: list[str] = []
        (row,) = self.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        while len(statements) < int(row["n"]):
            ordered = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
            page = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {ordered} }} }} LIMIT 5000 OFFSET {len(statements)}"
            response = self._client.post(self.query_url, data={"query": page}, headers={"Accept": "application/n-triples"})
            assert response.is_success, f"{page}: {response.status_code} {response.text[:500]}"
            page_lines = lines(response.content, RdfFormat.N_TRIPLES)
            assert page_lines, f"Virtuoso counts {row['n']} statements in {graph}, and gives {len(statements)}"
            statements += page_lines
        assert len(set(statements)) == len(statements)
        return sorted(statements)


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[Virtuoso]:
    """A Virtuoso with nothing in it but its own graphs, all of whose files are in the folder."""
    name = program("virtuoso-t", "apt-get install virtuoso-opensource")
    sql, http = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(VIRTUOSO_INI.format(folder=folder, sql=sql, http=http, buffers=10_000, dirty=6_000))
    server = Virtuoso(
        [name, "+foreground", "+configfile", settings], folder, http, other_ports=[sql], query="/sparql", update="/sparql-auth",
        graphs="/sparql-graph-crud-auth", auth=httpx.DigestAuth(DBA, DBA), user=DBA, password=DBA,
    )  # fmt: skip
    try:
        yield server
    finally:
        server.close()


_NGINX = """\
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{}}
http {{
  access_log access.log;
  client_body_temp_path temp/body;
  proxy_temp_path temp/proxy;
  fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi;
  scgi_temp_path temp/scgi;
  server {{
    listen 127.0.0.1:{port};
    client_max_body_size {body_limit};
    {auth}
    {extra}
    location / {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
    }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(
    folder: Path, upstream_url: str, *, user: str = "", password: str = "", body_limit: str = "1m", extra: str = ""
) -> Iterator[Server]:
    """Nginx before an Oxigraph server: with a user it asks for Basic; ``extra`` are directives of its server block."""
    packages = "apt-get install nginx-light apache2-utils"
    name = program("nginx", packages)
    port, auth = free_port(), ""
    (folder / "temp").mkdir()
    if user:
        htpasswd = [program("htpasswd", packages), "-i", "-c", str(folder / "passwords"), user]
        subprocess.run(htpasswd, input=password.encode(), check=True, capture_output=True)
        auth = f'auth_basic "store"; auth_basic_user_file {folder / "passwords"};'
    settings = folder / "nginx.conf"
    settings.write_text(_NGINX.format(port=port, body_limit=body_limit, auth=auth, extra=extra, upstream=upstream_url))
    credentials = httpx.BasicAuth(user, password) if user else None
    server = Server([name, "-e", "stderr", "-p", folder, "-c", settings], folder, port, auth=credentials, user=user, password=password)
    try:
        yield server
    finally:
        server.close()
