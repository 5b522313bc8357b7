"""Ten thousand different hostile requests against a real ``pfocr2rdf serve``: afterwards its state is unchanged."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from tests.support.records import ROOT, exported
from tests.support.service import ENDLESS, EVIL, FORM, GREEDY, LONG, PATHS, TOKENS, Served, noise, served, wait_until

from pfocr2rdf import load

SEED = 20261123

CLIENTS = 24

FIGURE, GENE = "figures/PMC7378365__fimmu-11-01424-g0002", "genes/3717"

END = "Connection: close\r\n\r\n"

FOLDERS = ("", "figures/", "genes/", "families/", "papers/", "browse/", "browse/genes/", "graphs/", "mentions/", "assets/", "sitemaps/",
           "dataset/", "sparql/", ".well-known/", "search/", "downloads/", "organisms/", "chemicals/")  # fmt: skip

TRICKS = ("../", "..%2f", "%2e%2e%2f", "%2e%2e/", "..%5c", "..\\", "%252e%252e%252f", "%c0%ae%c0%ae%c0%af", "%e0%80%af", "....//",
          ".%00./", "/",
          "//evil.example/", "%2f%2fevil.example/", "\\\\evil.example\\", "%00", "%0d%0aSet-Cookie:%20x=1", "%0aLocation:%20//evil.example",
          "%E2%80%AE", "%F0%9F%98%80", "%FF%FE", ";x=1", "~root/", "C:%5c", "file:%2f%2f", "%", "%zz", "%u002e", "\xe9", "<script>",
          "'\"")  # fmt: skip

GOALS = ("etc/passwd", "proc/self/environ", "CURRENT", "LOCK", "store/CURRENT", "log", "app.py", "templates/base.html", "style.css",
         "X.html",
         "3717.ttl", "page-2.html", "page-999999999999.html", "index.html", ".git/config", "x", "")  # fmt: skip

TARGETS = ("/", "/sparql", f"/{GENE}", f"/{GENE}.html", f"/{FIGURE}.html", f"/{FIGURE}.ttl", "/dataset", "/vocab.ttl",
           "/search.html?q=JAK2",
           "/sitemap.xml", "/robots.txt", "/.well-known/void", "/browse/index.html", "/assets/style.css", "/queries.html",
           "/context.jsonld",
           "/nothing", "/sparql?query=ASK%7B%7D")  # fmt: skip

HOSTS = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[2001:db8::1]", "0.0.0.0", "2130706433", "0x7f.1",
         "a..b", "xn--a", "LOCALHOST.EVIL.EXAMPLE", "169.254.169.254", "metadata", "[::]", "localhost%00.evil.example")  # fmt: skip

METHODS = (
    "PUT",
    "DELETE",
    "PATCH",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "OPTIONS",
    "HEAD",
    "POST",
    "get",
    "M-SEARCH",
    "PRI",
    "LOCK",
    "MKCOL",
    "DEBUG",
)

BOMBS = (
    "(a+)+$",
    "(a|a)*b",
    "(.*)*\\\\1",
    "((((((((a*)*)*)*)*)*)*)*)b",
    "a{1,1000}{1,1000}{1,1000}",
    "[" * 300,
    "(?:" * 200,
    "\\\\p{L}{900}{900}",
)

UNREAD = re.compile(rb"(?:1e\r\n)?Invalid HTTP request received\.(?:\r\n0\r\n\r\n)?").fullmatch
"""What uvicorn says by itself to what is no request."""

RawResponse = tuple[int, dict[str, str], bytes]


def get(target: str, *fields: str, method: str = "GET", body: str = "") -> bytes:
    """A request with these header fields, letter by letter a byte."""
    head = "".join(f"{field}\r\n" for field in ("Host: 127.0.0.1", *fields))
    return f"{method} {target} HTTP/1.1\r\n{head}{END}{body}".encode("utf-8", "surrogateescape")


def sparql_request(text: str, accept: str = "*/*") -> bytes:
    """A query in a form."""
    body = f"query={quote(text)}"
    fields = (f"Content-Type: {FORM['Content-Type']}", f"Content-Length: {len(body)}", f"Accept: {accept}")
    return get("/sparql", *fields, method="POST", body=body)


# -- what is sent: each of these gives the bytes of a request, in which the number stands somewhere ------------------------------------


def path(chance: random.Random, number: int) -> bytes:
    trick = "".join(chance.choices(TRICKS, k=chance.randrange(1, 6)))
    long = "a" * chance.randrange(20_000, 60_000) if chance.random() < 0.01 else ""
    return get(f"/{chance.choice(FOLDERS)}{trick}{chance.choice(GOALS)}{long}?{number}".replace(" ", "+"), f"Accept: {accept(chance)}")


def known_path(chance: random.Random, number: int) -> bytes:
    return get(f"{chance.choice(PATHS)}?{number}")


def accept(chance: random.Random) -> str:
    media_ranges = (
        "text/html",
        "text/turtle",
        "application/ld+json",
        "image/png",
        "*/*",
        "text/*",
        "*/html",
        "text/html;q=",
        "TEXT/TURTLE",
    )
    weights = ("", ";q=nan", ";q=inf", ";q=-1", ";q=1e9", ";q=0.0001", ";q=1.000", ';q="1"', ";q=0;q=1", ";;;", ';a="\\"', ";q=\x01")
    return ",".join(chance.choice(media_ranges) + chance.choice(weights) for _ in range(chance.randrange(1, 4)))


def negotiation(chance: random.Random, number: int) -> bytes:
    many = chance.random() < 0.02
    accept_value = ",".join(f"x/{type_number}{accept(chance)}" for type_number in range(2500)) if many else accept(chance)
    target = chance.choice(TARGETS)
    return get(f"{target}{'&' if '?' in target else '?'}n={number}", f"Accept: {accept_value}", f"Accept: x/{number}")


def header(chance: random.Random, number: int) -> bytes:
    words = noise(chance, 60).replace("\r", "").replace("\n", "").replace("\0", "")
    field = chance.choice([
        f"Host: {words}", f"Host: evil.example:{number}", "Host: a\r\nHost: b", "Host: 127.0.0.1@evil.example", "Host: [::1]]:1", "Host:",
        f"X-Forwarded-Proto: javascript{number}", "X-Forwarded-Host: evil.example", f"X-Forwarded-For: {words}",
        f"X-Forwarded-For: {number}",
        "X-Forwarded-Prefix: //evil.example", "Forwarded: host=evil.example;proto=gopher", "X-Original-URL: /CURRENT",
        "X-Rewrite-URL: /LOCK",
        f"Cookie: {words}", f"Range: bytes={number}-,-{number},0-0,{','.join(['0-1'] * 200)}", f"If-Modified-Since: {words}",
        f"Expect: {words}",
        f"If-None-Match: {words}", f"Origin: null{number}", f"Upgrade: websocket\r\nSec-WebSocket-Key: {number}", f"Connection: {words}",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", f"{words}: x", f" folded: {number}", f"X-{number}: a\r\n b\r\n\tc",
        "Trailer: X",
        "\r\n".join(f"X-{field_number}: {number}" for field_number in range(300)),
        f"Content-Length: {number}x", "Content-Length: -1", f"Proxy: {words}",
    ])  # fmt: skip
    return f"GET {chance.choice(TARGETS)} HTTP/1.1\r\nX-N: {number}\r\n{field}\r\n{END}".encode()


def method(chance: random.Random, number: int) -> bytes:
    target = chance.choice((*TARGETS, "*", "evil.example:443", "http://evil.example/", f"http://127.0.0.1:{number}/genes/3717", "sparql"))
    return get(target, f"X-N: {number}", method=chance.choice(METHODS))


def smuggled(chance: random.Random, number: int) -> bytes:
    hidden = f"GET /hidden-{number} HTTP/1.1\r\nHost: localhost\r\n{END}"
    framing = chance.choice([
        "Content-Length: 0\r\nContent-Length: 5", "Content-Length: 5, 6", f"Content-Length: +{number}", "Content-Length: 0x10",
        "Content-Length: 9" + "9" * 30,
        "Transfer-Encoding: chunked\r\nContent-Length: 4", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked", "Transfer-Encoding:\tchunked\r\nTransfer-Encoding: gzip",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ])  # fmt: skip
    chunks = chance.choice(
        [
            "0\r\n\r\n",
            "5\r\nASK{}\r\n0\r\n\r\n",
            "FFFFFFFFFFFFFFFFF\r\n",
            "-1\r\n\r\n",
            "5;" + "a" * 9000 + "\r\nASK{}\r\n0\r\n\r\n",
            "\r\n",
        ]
    )
    content_type = "Content-Type: application/sparql-query"
    return f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{content_type}\r\n{framing}\r\nX-N: {number}\r\n{END}{chunks}{hidden}".encode()


def pipelined(chance: random.Random, number: int) -> bytes:
    first = [f"GET {chance.choice(TARGETS)} HTTP/1.1\r\nHost: localhost\r\nX-N: {number}\r\n\r\n" for _ in range(chance.randrange(1, 6))]
    return "".join(first).encode() + get("/health")


def search(chance: random.Random, number: int) -> bytes:
    words = chance.choice([noise(chance, 300), *BOMBS, "a " * 5000, EVIL, "%", "\x00", "JAK2", "\u202e" * 50])
    entity_type = chance.choice(["", "gene", "figure", "../", noise(chance, 10)])
    return get(f"/search.html?q={quote(words)}&kind={quote(entity_type)}&n={number}")


def query(chance: random.Random, number: int) -> bytes:
    text = noise(chance, 1500) if chance.random() < 0.3 else f"SELECT * {{ {' '.join(chance.choices(TOKENS, k=chance.randrange(60)))} }}"
    return sparql_request(
        f"{text}\n#{number}", chance.choice(["*/*", "text/html", "text/csv", "image/png", "application/sparql-results+xml"])
    )


def regex(chance: random.Random, number: int) -> bytes:
    bomb = chance.choice(BOMBS)
    call = chance.choice(["REGEX", "!REGEX"])
    return sparql_request(f"ASK {{ VALUES ?a {{ '{'a' * chance.randrange(20, 4000)}!' }} FILTER {call}(?a, '{bomb}') }} #{number}")


def fields(chance: random.Random, number: int) -> bytes:
    names = ("query", "update", "default-graph-uri", "named-graph-uri", "format", "example", "\x00", "query[]", "using-graph-uri")
    values = (
        "ASK {}",
        "DROP ALL",
        "json",
        "html",
        "../../etc/passwd",
        "file:///etc/passwd",
        EVIL,
        "http://[::1",
        "urn:x",
        "top-genes",
        "a" * 3000,
    )
    pairs = [f"{quote(chance.choice(names))}={quote(chance.choice(values))}" for _ in range(chance.choice([1, 2, 3, 4, 30, 1100]))]
    return get(f"/sparql?{'&'.join(pairs)}&n={number}", f"Accept: {accept(chance)}")


def elsewhere(chance: random.Random, number: int) -> bytes:
    url = chance.choice(["http://127.0.0.1:1/", "file:///etc/passwd", "http://169.254.169.254/latest/", f"http://evil.example/{number}"])
    silent = chance.choice(["", "SILENT ", "silent\t", "#x\n"])
    return sparql_request(chance.choice([
        f"SELECT * {{ SERVICE {silent}<{url}> {{ ?a ?b ?c }} }}", f"LOAD <{url}>", f"SELECT * FROM <{url}> {{ ?a ?b ?c }}",
        "DROP ALL",
        f"SELECT * {{ \\u0053ERVICE <{url}> {{ ?a ?b ?c }} }}", f"INSERT DATA {{ <{url}> <a:a> {number} }}", "CLEAR SILENT ALL",
    ]) + f" #{number}")  # fmt: skip


def garbage(chance: random.Random, number: int) -> bytes:
    begin = chance.choice(
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
            b"PRI * HTTP/2.0\r\n\r\nSM",
            b"GET /\r\n",
            b"\x00",
            b"GET / HTTP/9.9\r\n",
            b"\r\n" * 9,
            b"",
        ]
    )
    return begin + chance.randbytes(chance.randrange(1, 2000)) + b"%d\r\n\r\n" % number


def large_head(chance: random.Random, number: int) -> bytes:
    return get("/", f"X-{number}: {'a' * chance.randrange(66_000, 150_000)}")


def large_body(chance: random.Random, number: int) -> bytes:
    return sparql_request(f"ASK {{}} #{number}{'a' * chance.randrange(1 << 20, 3 << 20)}")


def half(chance: random.Random, number: int) -> bytes:
    complete = chance.choice([path, query, fields, header])(chance, number)
    return complete[: chance.randrange(1, min(len(complete) - 3, 400))]


def host(chance: random.Random, number: int) -> bytes:
    name = chance.choice(HOSTS)
    return f"GET {chance.choice(TARGETS)} HTTP/1.1\r\nX-N: {number}\r\nHost: {name}{chance.choice(['', '.', ':80', ':'])}\r\n{END}".encode()


def absolute(chance: random.Random, number: int) -> bytes:
    scheme = chance.choice(["http", "https", "HTTP"])
    return get(
        f"{scheme}://{chance.choice([*HOSTS, 'localhost', '127.0.0.1:1', 'user@localhost', ''])}{chance.choice(TARGETS)}", f"X-N: {number}"
    )


def small_chunks(chance: random.Random, number: int) -> bytes:
    chunk = chance.choice(["1\r\n#\r\n", "2\r\n{}\r\n", "000001\r\n \r\n", "1;a=b\r\nA\r\n"])
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nX-N: {number}\r\nContent-Type: application/sparql-query\r\n"
    return f"{head}Transfer-Encoding: chunked\r\n{END}{chunk * chance.randrange(10, 30_000)}0\r\n\r\n".encode()


def large_form(chance: random.Random, number: int) -> bytes:
    part = chance.choice(["%23", "+", "a%", "%0A", "%E2%80%AE", "%3C", "=", "&a"])
    body = f"query={part * (chance.randrange(900_000, 1_000_000) // len(part))}&n={number}"
    fields = (f"Content-Type: {FORM['Content-Type']}", f"Content-Length: {len(body)}", f"Accept: {chance.choice(['text/html', '*/*'])}")
    return get("/sparql", *fields, "Accept-Encoding: br, gzip", method="POST", body=body)


def heavy(chance: random.Random, number: int) -> bytes:
    deep = chance.randrange(20_000, 60_000)
    text = chance.choice([
        ENDLESS, GREEDY, LONG, f"ASK {'{' * deep}", f"ASK {{ FILTER ({'(' * deep}1{')' * deep}) }}", f"ASK {{ ?s {'^' * deep}<a:a> ?o }}",
        "CONSTRUCT { ?a ?b ?c . ?d ?e ?f } { ?a ?b ?c . ?d ?e ?f }", "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
        "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY DESC(?g)",
        "ASK { ?a (<a:a>|!<a:a>)* ?b . ?b (!<a:b>)+ ?c . FILTER (?a = ?z) }",
    ])  # fmt: skip
    return sparql_request(f"{text} #{number}")


PLAN: dict[Callable[[random.Random, int], bytes], int] = {
    path: 2840, host: 200, absolute: 100, small_chunks: 40, large_form: 20,
    known_path: 300, negotiation: 1300, header: 1200, method: 700, smuggled: 500, pipelined: 150, search: 600, query: 900,
    regex: 150, fields: 500, elsewhere: 250, garbage: 100, large_head: 20, large_body: 10, half: 90, heavy: 30,
}  # fmt: skip

ANSWERED = {path, known_path, negotiation, method, search, query, regex, fields, elsewhere, large_body, heavy, host, absolute, large_form}


# -- sending -------------------------------------------------------------------------------------------------------------------------


def sent(port: int, data: bytes, *, resets: bool) -> bytes:
    """What is received until the server ends the connection; with ``resets`` the client breaks it off without reading."""
    received = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 20) as line:
        with contextlib.suppress(ConnectionError):
            line.sendall(data)
        if resets:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        while block := line.recv(1 << 16):
            received += block
    return received


def slow(port: int) -> bytes:
    """A client that sends a letter now and then, and reads nothing."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(b"GET /sparql?query=")
        for _ in range(40):
            line.sendall(b"A")
            time.sleep(0.1)
    return b""


def parse_responses(received: bytes, *, without_body: bool) -> Iterator[RawResponse]:
    """The responses received over one connection: status, header fields and body."""
    while received:
        head, end, received = received.partition(b"\r\n\r\n")
        assert end, head[-200:]
        first, *lines = head.decode("latin-1").split("\r\n")
        assert re.fullmatch(r"HTTP/1\.1 [1-5]\d\d [ -~]*", first), first
        assert all(re.fullmatch(r"[A-Za-z0-9-]+: [ -~]*", line) for line in lines), lines
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        assert len(headers) == len(lines), lines
        status, body = int(first[9:12]), b""
        if status >= 200 and status not in (204, 303, 304) and not without_body:
            size = int(headers.get("content-length", len(received)))
            body, received = received[:size], received[size:]
            assert len(body) == size
        yield status, headers, body


class State(NamedTuple):
    """What may not change: files by their folders, and what the server's process has."""

    files: dict[str, str]
    handles: int
    memory: float


def state(server: Served, folder: Path) -> State:
    paths = [path for path in folder.rglob("*") if path != server.log]
    files = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in paths}
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    memory = re.search(r"VmRSS:\s+(\d+)", status)
    assert memory
    return State(files, len(os.listdir(f"/proc/{server.process.pid}/fd")), int(memory[1]) / 1024)


class Attacked(NamedTuple):
    """A server after the attack: what was there before, what was asked and answered, and how long that took."""

    server: Served
    folder: Path
    initial_state: State
    expected_responses: dict[str, tuple[int, str]]
    requests: list[tuple[Any, bytes]]
    responses: list[tuple[Any, bytes, list[RawResponse]]]
    seconds: float
    busy_seconds: list[float]


def ask_samples(server: Served) -> dict[str, tuple[int, str]]:
    """The responses to harmless requests."""
    responses = {
        target: server.get(target, "text/turtle")
        for target in ("/", f"/{GENE}", f"/{GENE}.html", f"/{FIGURE}.ttl", "/search.html?q=JAK2", "/dataset.ttl")
    }
    count = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    return {**{path: (target.status_code, target.text) for path, target in responses.items()}, "count": (count.status_code, count.text)}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A server in a folder of its own, which has seen everything once."""
    folder = tmp_path_factory.mktemp("hostile")
    notes = tmp_path_factory.mktemp("heartbeat") / "notes"
    for name in ("working", "temporary"):
        (folder / name).mkdir()
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    bounds = ("--workers", "2", "--queue", "40", "--timeout", "0.2", "--memory", "160", "--max-answer", "1")
    chance = random.Random(SEED)
    requests = [(make, make(chance, number)) for number, make in enumerate(chance.sample(list(PLAN), counts=list(PLAN.values()), k=10_000))]
    with contextlib.chdir(folder / "working"), served(folder / "store", folder / "temporary", *bounds, heartbeat=notes) as server:
        for _ in range(2):
            expected_responses = ask_samples(server)
        initial_state = state(server, folder)
        began = time.monotonic()
        drips = [threading.Thread(target=slow, args=(server.port,)) for _ in range(20)]
        for drip in drips:
            drip.start()
        with ThreadPoolExecutor(CLIENTS) as pool:
            backs = list(
                pool.map(lambda request: sent(server.port, request[1], resets=request[0] is half and len(request[1]) % 2 == 0), requests)
            )
        for drip in drips:
            drip.join()
        seconds = time.monotonic() - began
        responses = [
            (make, data, list(parse_responses(received, without_body=data.startswith(b"HEAD "))))
            for (make, data), received in zip(requests, backs, strict=True)
        ]
        busy_seconds = [float(line) for line in notes.read_text(encoding="ascii").split()]
        yield Attacked(server, folder, initial_state, expected_responses, requests, responses, seconds, busy_seconds)


def responses_of(attacked: Attacked) -> Iterator[tuple[bytes, RawResponse]]:
    """Each response, with its request."""
    return ((data, response) for _, data, responses in attacked.responses for response in responses)


# -- what is proved ------------------------------------------------------------------------------------------------------------------


def test_the_attack_is_one(attacked: Attacked) -> None:
    assert len({data for _, data in attacked.requests}) == len(attacked.requests) == 10_000
    statuses = Counter(status for _, (status, _, _) in responses_of(attacked))
    assert statuses.keys() >= {200, 204, 303, 400, 403, 404, 405, 406, 413, 415, 421, 504}, statuses
    assert attacked.seconds < 240, attacked.seconds


def test_well_formed_requests_are_answered(attacked: Attacked) -> None:
    silent = [data[:200] for make, data, responses in attacked.responses if make in ANSWERED and not responses]
    assert not silent
    statuses = [
        (data[:200], status)
        for make, data, responses in attacked.responses
        for status, _, _ in responses
        if make not in (heavy, query, regex, large_form)
    ]
    assert not [pair for pair in statuses if pair[1] >= 500 and pair[1] != 503]


def test_it_is_up_and_answers_right(attacked: Attacked) -> None:
    assert wait_until(20, lambda: ask_samples(attacked.server) == attacked.expected_responses)
    assert {status for status, _ in attacked.expected_responses.values()} == {200, 303}
    assert wait_until(10, lambda: len(attacked.server.workers()) == 2)


def test_no_file_was_written_or_left(attacked: Attacked) -> None:
    assert state(attacked.server, attacked.folder).files == attacked.initial_state.files
    assert not list((attacked.folder / "working").iterdir())


def test_the_process_has_what_it_had(attacked: Attacked) -> None:
    assert wait_until(10, lambda: state(attacked.server, attacked.folder).handles <= attacked.initial_state.handles)
    assert (
        state(attacked.server, attacked.folder).memory < attacked.initial_state.memory + 128
    )  # which the allocator keeps: a second attack takes no more


def test_nothing_went_wrong_inside(attacked: Attacked) -> None:
    log = attacked.server.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "unexpected" not in log
    assert not re.search(r"Warning|Exception", log)
    assert all(re.match(r"\S+ \S+ [A-Za-z-]+ ", line) for line in log.splitlines())  # whatever was in a path or a header


def test_no_answer_tells_of_the_machine(attacked: Attacked) -> None:
    secrets = [
        str(attacked.folder),
        str(ROOT),
        sys.prefix,
        sys.base_prefix,
        "site-packages",
        "Traceback",
        'File "',
        "root:",
        "something is wrong with",
    ]
    for data, (_, _, body) in responses_of(attacked):
        assert not [secret for secret in secrets if secret.encode() in body and secret.encode() not in data], (data[:200], body[:500])


def test_every_answer_says_what_a_browser_may_do_with_it(attacked: Attacked) -> None:
    for data, (status, headers, body) in responses_of(attacked):
        if UNREAD(body):
            assert (status, headers["content-type"]) == (400, "text/plain; charset=utf-8")
            continue
        assert headers["x-content-type-options"] == "nosniff", data[:200]
        assert headers["content-security-policy"].startswith("default-src 'none'"), data[:200]
        assert "set-cookie" not in headers, data[:200]


def test_redirects_stay_on_the_site(attacked: Attacked) -> None:
    redirects = [(data, headers.get("location", "")) for data, (status, headers, _) in responses_of(attacked) if 300 <= status < 400]
    assert len(redirects) > 50
    for data, location in redirects:
        assert re.fullmatch(r"/(?:[A-Za-z0-9][A-Za-z0-9_.,~%+()-]*(?:/[A-Za-z0-9_.,~%+()-]+)*)(?:#[\w.~%-]+)?", location), (
            data[:200],
            location,
        )


def test_no_request_hides_in_another(attacked: Attacked) -> None:
    assert "/hidden-" not in attacked.server.log.read_text(encoding="utf-8")
    assert all(len(responses) <= 1 for make, _, responses in attacked.responses if make is smuggled)


def test_foreign_hosts_get_nothing(attacked: Attacked) -> None:
    statuses = Counter(status for make, _, responses in attacked.responses if make is host for status, _, _ in responses)
    assert statuses.keys() <= {400, 421}
    assert statuses[421] > 100


def test_nothing_kept_the_event_loop_busy(attacked: Attacked) -> None:
    """Twenty-four clients send at once; what one request may cost is in ``test_serve_event_loop.py``."""
    assert max(attacked.busy_seconds, default=0) < 0.25
