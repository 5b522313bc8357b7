"""``pfocr2rdf serve`` as a process of its own, its clients, and hostile requests."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from tests.support.records import PROGRAMS

EVIL = "</textarea><script>alert(1)</script><img src=x onerror='alert(\"1\")'>\u202e"

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

REQUEST_TIMEOUT_SECONDS = 1.0
"""How long a server of the tests waits for a request: for its head, and for its body."""

LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

GREEDY = "SELECT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"


class Served(NamedTuple):
    """A server process."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.url.rsplit(":", 1)[1])

    def ask(self, text: str, accept: str = "application/sparql-results+json", **options: Any) -> httpx.Response:
        """The answer to a query."""
        headers = {"Accept": accept}
        return httpx.post(f"{self.url}/sparql", data={"query": text}, headers=headers, timeout=60, trust_env=False, **options)

    def get(self, path: str, accept: str = "*/*", **options: Any) -> httpx.Response:
        """The answer to a GET."""
        return httpx.get(self.url + path, headers={"Accept": accept}, timeout=60, trust_env=False, **options)

    def count(self) -> int:
        """How many statements it says that there are."""
        response = self.ask(COUNT)
        assert response.status_code == 200, response.text
        return int(response.json()["results"]["bindings"][0]["n"]["value"])

    def workers(self) -> list[int]:
        """The processes that answer."""
        return children(self.process.pid)


def children(parent: int) -> list[int]:
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                pids.append(int(path.parent.name))
    return pids


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def served(source: Path, folder: Path, *options: str, heartbeat: Path | None = None) -> Iterator[Served]:
    """A server of its own, with clients that have less time than usual; ``heartbeat`` is for notes of how long its loop was busy."""
    log = folder / "log"
    command = [sys.executable, PROGRAMS / "serve_impatiently.py", "serve", str(source), "--port", "0", *options]
    settings = {**os.environ, "TMPDIR": str(folder), "REQUEST_TIMEOUT_SECONDS": str(REQUEST_TIMEOUT_SECONDS)}
    if heartbeat:
        settings["HEARTBEAT_NOTES"] = str(heartbeat)
    with log.open("w", encoding="utf-8") as errors, subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8", env=settings
    ) as process:  # fmt: skip
        try:
            assert process.stdout
            line = process.stdout.readline()
            match = re.fullmatch(rf"Serving {re.escape(str(source))} at (http://127\.0\.0\.1:\d+)/\n", line)
            assert match, line + log.read_text(encoding="utf-8")
            yield Served(process, match[1], log)
        finally:
            process.kill()


def digest(folder: Path) -> dict[str, str]:
    """The digests of the files of a folder, without those of folders in it."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()}


FORM, DIRECT = {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "application/sparql-query"}


# -- bounds ----------------------------------------------------------------------------------------------------------------


LETTERS = [chr(code) for code in (*range(32, 127), 0, 7, 10, 13, 0xE9, 0x202E, 0x1F600)]

TOKENS = (
    "SELECT", "*", "{", "}", "(", ")", "?s", "?p", "?o", "<a:a>", '"', "'''", "FILTER", "UNION", "SERVICE", "GRAPH", "#", "\\u0000", ".",
)  # fmt: skip

PATHS = (
    "/../../etc/passwd", "/sparql/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/sparql%00", "/sparql;a", "/.git/config",
    "/LOCK", "/CURRENT", "/store/CURRENT", "/%c0%ae%c0%ae/", "\\..\\", "/sparql/LOCK", "/.well-known/void/../../x",
)  # fmt: skip


def noise(rng: random.Random, max_length: int) -> str:
    return "".join(rng.choices(LETTERS, k=rng.randrange(max_length)))
