"""Queries that try to ask another server, in every spelling, and the server that nobody may ask."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pyoxigraph import Literal, NamedNode, Quad, Store

EXAMPLE = "https://example.org/"


class Trap:
    """A TCP server on the loopback interface that counts connections, and closes them."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.connections = 0
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()


@contextmanager
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        it = Trap(listener)
        thread = threading.Thread(target=it.accept, daemon=True)
        thread.start()
        yield it
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def small_store(store: Store | None = None) -> Store:
    """Statements that the patterns before a SERVICE match, else an engine would not come to it."""
    store = store or Store()
    subject, predicate = NamedNode(f"{EXAMPLE}s"), NamedNode(f"{EXAMPLE}p")
    for value in (Literal(1), Literal(True), Literal("x"), Literal("x", language="en"), NamedNode(f"{EXAMPLE}service")):
        store.add(Quad(subject, predicate, value))
        store.add(Quad(subject, predicate, value, NamedNode(f"{EXAMPLE}g")))
    return store


def federated_query(chance: random.Random, trap_url: str) -> str:
    """A query or an update that wants something from a URL, or only looks so, or is broken."""
    text = chance.choices(_FORMS, _WEIGHTS)[0](chance, trap_url)
    while chance.random() < 0.15:
        text = _damaged(chance, text)
    return text


def _keyword(chance: random.Random, word: str) -> str:
    """A keyword with letters of any case, now and then as escapes."""
    letters = [chance.choice((letter.lower(), letter.upper())) for letter in word]
    if chance.random() < 0.25:
        for index in chance.sample(range(len(word)), chance.randint(1, len(word))):
            letters[index] = _escaped(chance, letters[index])
    return "".join(letters)


def _escaped(chance: random.Random, letter: str) -> str:
    return chance.choice((f"\\u{ord(letter):04x}", f"\\u{ord(letter):04X}", f"\\U{ord(letter):08X}"))


def _blank(chance: random.Random) -> str:
    """What can be between tokens."""
    blanks = ("", "", " ", "\n", "\t \r", "#\n", "# ' \" <\n", "#'''\r", " # SERVICE\n#}\n", "    ")
    return "".join(chance.choice(blanks) for _ in range(chance.randint(1, 3)))


def _iri(chance: random.Random, trap_url: str) -> str:
    """The IRI of the trap, with an odd path, and its host in any notation."""
    port = trap_url.rsplit(":", 1)[1].strip("/")
    host = chance.choice(("127.0.0.1",) * 6 + ("localhost", "127.1", "2130706433", "0x7f.1", "user:secret@127.0.0.1", "[::ffff:127.0.0.1]"))
    path = chance.choice(("", "sparql", "?q=SERVICE", "é", "%22", "#service", "&&", "a'b", "(/)", ".."))
    iri = f"http://{host}:{port}/{path}"
    if chance.random() < 0.15:
        at = chance.randrange(len(iri))
        iri = iri[:at] + _escaped(chance, iri[at]) + iri[at + 1 :]
    return iri


def _service(chance: random.Random, trap_url: str) -> tuple[str, str, str]:
    """A prologue, a SERVICE clause, and what is behind it."""
    words = _keyword(chance, "SERVICE") + _blank(chance)
    if chance.random() < 0.4:
        words += _keyword(chance, "SILENT") + _blank(chance)
    iri, pattern = _iri(chance, trap_url), chance.choice(("{}", "{?a ?b ?c}", "{ ?a ?b 'SERVICE' }", "{ SELECT * { ?a ?b ?c } LIMIT 1 }"))
    target = chance.randrange(5)
    if target == 0:
        return "", f"VALUES ?v {{<{iri}>}} {words}?v{pattern}", ""
    if target == 1:
        return "", f"{words}$v{pattern}", f"VALUES ?v {{<{iri}>}}"
    if target == 2:
        prefix = chance.choice(("", "a", "service", "x.y", "SILENT"))
        return f"PREFIX {prefix}: <{iri}> ", f"{words}{prefix}:{pattern}", ""
    if target == 3:
        return f"BASE <{iri}> ", f"{words}<>{pattern}", ""
    return "", f"{words}<{iri}>{_blank(chance)}{pattern}", ""


_BEFORE = (
    "",
    "",
    "?s ?p 1",
    "?s ?p true",
    "?s ?p 1.",
    "?s ?p 'x'",
    '?s ?p "x"@en.',
    "?s ?p ?o.",
    "?s ?p <https://example.org/service>",
    "FILTER(1<2&&'>'='>') ?s ?p 1",
    'FILTER(1<2&&">"=">") ?s ?p 1 .',
    "?s ?p ?o FILTER(?o<'>'||?o!=' ')",
    "BIND('SERVICE <a:b>' AS ?z)",
    "BIND('''it's \"''' AS ?y)",
    'BIND("\\"" AS ?y)',
    "BIND(1<2 AS ?l)",
    "{}",
    "OPTIONAL{}",
    "VALUES ?z {1}",
    "FILTER(1<-1||2>1)",
    "[] ?p 1",
    "?s (^!a:q|<https://example.org/p>)* ?o.",
    "FILTER(<a:'>!=<b:'>)",
    "?s ?p ?o,1;<https://example.org/p> true",
)
_AFTER = ("", "", "FILTER('' ='')", "FILTER(\"'\"!='')", "# '\n", ".", "?s ?p ?o", 'BIND("\'" AS ?w)', '#"""\n')
_AROUND = (
    "%s",
    "%s",
    "%s",
    "{%s}",
    "{{%s}}UNION{}",
    "{}UNION{%s}",
    "OPTIONAL{%s}",
    "{SELECT*{%s}}",
    "GRAPH ?g{%s}",
    "?s ?p ?o MINUS{?s ?p ?x. %s}",
    "FILTER EXISTS{%s}",
    "FILTER(NOT EXISTS{%s})",
    "BIND(EXISTS{%s} AS ?e)",
)
_QUERIES = (
    "SELECT*{%s}",
    "SELECT * WHERE {%s} LIMIT 5",
    "ASK{%s}",
    "CONSTRUCT{?a ?b ?c}WHERE{%s}",
    "DESCRIBE * {%s}",
    "SELECT(COUNT(*)AS ?n){%s}",
    "SELECT DISTINCT ?a{%s}ORDER BY ?a",
    "SELECT*FROM<a:b>{%s}",
    "#'\nselect*{%s}",
    "SELECT?service{%s}GROUP BY ?service",
)


def _federated(chance: random.Random, trap_url: str) -> str:
    prologue, clause, end = _service(chance, trap_url)
    pattern = chance.choice(_BEFORE) + chance.choice(("", "", " ", "\n")) + clause + chance.choice(_AFTER)
    for _ in range(chance.randint(0, 2)):
        pattern = chance.choice(_AROUND) % pattern
    return f"PREFIX a:<a:>{prologue}{chance.choice(_QUERIES) % pattern}{end}"


def _loading(chance: random.Random, trap_url: str) -> str:
    """LOAD and other updates, alone or behind a query."""
    iri, silent = _iri(chance, trap_url), chance.choice(("", _keyword(chance, "SILENT")))
    load = f"{_keyword(chance, 'LOAD')}{_blank(chance)}{silent}<{iri}>{chance.choice(('', ' INTO GRAPH <a:b>'))}"
    insert = f"INSERT{{?a ?b ?c}}WHERE{{{_service(chance, trap_url)[1]}}}"
    update = chance.choice((load, insert, f"COPY <{iri}> TO <a:b>", f"CREATE GRAPH <{iri}>;{load}"))
    return chance.choice(("", "PREFIX a:<a:>", "SELECT*{};", "ASK{}\n", "#\n")) + update


def _from(chance: random.Random, trap_url: str) -> str:
    """The trap as a graph of the dataset, or a name in a pattern."""
    iri = _iri(chance, trap_url)
    clause = f"{_keyword(chance, 'FROM')}{_blank(chance)}{chance.choice(('', 'NAMED'))}<{iri}>"
    return chance.choice(
        (
            f"SELECT*{clause}{{?a ?b ?c}}",
            f"ASK {clause}{{GRAPH ?g{{?a ?b ?c}}}}",
            f"ASK{{GRAPH<{iri}>{{?a ?b ?c}}}}",
            f"DESCRIBE<{iri}>",
            f"SELECT*{{<{iri}>?b ?c}}",
        )
    )


def _quoted(chance: random.Random, trap_url: str) -> str:
    """A SERVICE in a string, a comment or an IRI, which may or may not end where a reader believes."""
    clause = f"{_keyword(chance, 'SERVICE')} <{_iri(chance, trap_url)}>{{?a ?b ?c}}"
    quote = chance.choice(("'", '"', "'''", '"""'))
    inside = f"{quote}{chance.choice(('', chr(92), chr(92) * 2, quote, chr(10)))}{clause}{chance.choice(('', chr(92)))}{quote}"
    return chance.choice(
        (
            f"SELECT*{{BIND({inside} AS ?x)}}",
            f"#{clause}\nASK{{}}",
            f"ASK{{}}#{clause}",
            f"ASK{{?s <{clause}> ?o}}",
            f"ASK{{FILTER({inside}<{inside})}}",
            f"ASK{{#\r{clause}\n}}",
            f"ASK{{?s ?service <{_iri(chance, trap_url)}>}}",
        )
    )


def _damaged(chance: random.Random, text: str) -> str:
    """A text with characters less, more, or twice."""
    at, length = chance.randrange(len(text) + 1), chance.randint(1, 6)
    insert = chance.choice(("", text[at : at + length] * 2, *"'\"<>{}()#\\\n\r.1?:", "\\u0027", "\\u003c", "\ufeff", "\x00", "\\\\u0053"))
    return text[:at] + insert + text[at + length * (chance.random() < 0.5) :]


_FORMS: tuple[Callable[[random.Random, str], str], ...] = (_federated, _loading, _from, _quoted)
_WEIGHTS = (12, 2, 2, 4)
