"""Hostile requests to ``pfocr2rdf serve``: what makes them, sends them and reads what comes back."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from tests.support.service import ENDLESS, EVIL, FORM, GREEDY, LONG, PATHS, REQUEST_TIMEOUT_SECONDS, TOKENS, noise

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


def sent(port: int, make: Callable[[random.Random, int], bytes], data: bytes) -> bytes:
    """What is received until the server ends the connection; the client breaks off each second half request without reading.

    On a busy machine, a request can take longer to be sent and read than the server waits for it. The server drops it, as it should, and
    the client tries again.
    """
    received = b""
    for _ in range(5 if make in ANSWERED else 1):
        began = time.monotonic()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 20) as line:
            with contextlib.suppress(ConnectionError):
                line.sendall(data)
            if make is half and len(data) % 2 == 0:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return b""
            while block := line.recv(1 << 16):
                received += block
        if received or time.monotonic() - began < REQUEST_TIMEOUT_SECONDS:
            break
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
