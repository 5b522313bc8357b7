"""What real servers do that no standard says, one test for each: the loader is written to survive it.

A test that is red here says that a newer server has mended a fault or has got another one: look what the loader does for it.
"""

from __future__ import annotations

import gzip
import itertools
import random
import socket
import subprocess
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.support.proxy import Fault, FaultProxy, cut, drop_response, page, redirect, reset_after, slow, status, swallow
from tests.support.servers import Server, Virtuoso, nginx, oxigraph, program, virtuoso

XSD = "http://www.w3.org/2001/XMLSchema#"

TRIPLES = "application/n-triples"

UPDATE = "application/sparql-update"

ONE = '<https://example.org/s> <https://example.org/p> "old" .\n'

MALFORMED = "<https://example.org/s> oops .\n"

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(store: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with nginx(tmp_path_factory.mktemp("nginx"), store.url, user="ada", password="s3 cret", body_limit="10k") as server:
        yield server


@pytest.fixture(scope="module")
def virtuoso_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture
def graph() -> str:
    """The name of a graph that no other test has."""
    return f"https://example.org/graphs/{next(_NUMBERS)}"


def triples(count: int, word: str = "new") -> str:
    return "".join(f'<https://example.org/{n}> <https://example.org/p{n % 7}> "{word} {n}" .\n' for n in range(count))


def in_pieces(body: str, size: int = 1000) -> Iterator[bytes]:
    """A body whose length nobody knows: httpx sends it in chunks."""
    for start in range(0, len(body), size):
        yield body[start : start + size].encode()


def graph_query(graph: str) -> str:
    """Where a graph is, as the Graph Store Protocol says it."""
    return f"?graph={urllib.parse.quote(graph, safe='')}"


def put(server: Server, graph: str, body: bytes | str | Iterator[bytes], media_type: str = TRIPLES, **headers: str) -> int:
    path = server.graphs_url.removeprefix(server.url) + graph_query(graph)
    if media_type:
        headers["Content_Type"] = media_type
    return server.answer("PUT", path, body, **headers).status_code


def updated(server: Server, update: str) -> httpx.Response:
    return server.answer("POST", server.update_url.removeprefix(server.url), update, Content_Type=UPDATE)


def full(server: Server, graph: str) -> list[str]:
    """Fill a graph with one statement; what it holds."""
    assert put(server, graph, ONE) < 300
    stored = server.dump(graph)
    assert len(stored) == 1
    return stored


# -- Oxigraph --------------------------------------------------------------------------------------------------------------


def test_oxigraph_puts_a_graph_whole_or_not_at_all(store: Server, graph: str) -> None:
    assert put(store, graph, ONE) == 201
    stored = store.dump(graph)
    assert put(store, graph, triples(5000) + MALFORMED) == 400
    assert store.dump(graph) == stored
    assert put(store, graph, triples(5000)) == 204
    assert len(store.dump(graph)) == 5000


def test_oxigraph_deletes_a_graph_once(store: Server, graph: str) -> None:
    full(store, graph)
    assert [store.answer("DELETE", f"/store{graph_query(graph)}").status_code for _ in range(2)] == [204, 404]


def test_oxigraph_takes_chunks_and_gzip_and_json_ld(store: Server, graph: str) -> None:
    expected = full(store, graph)
    for body, media_type, coded in (
        (in_pieces(ONE, 10), TRIPLES, {}),
        (gzip.compress(ONE.encode()), TRIPLES, {"Content_Encoding": "gzip"}),
        ('{"@id": "https://example.org/s", "https://example.org/p": "old"}', "application/ld+json", {}),
    ):
        put(store, graph, triples(2))
        assert put(store, graph, body, media_type, **coded) == 204
        assert store.dump(graph) == expected


@pytest.mark.parametrize(("media_type", "code"), [("", 400), ("text/x-nothing", 415)])
def test_oxigraph_wants_a_content_type_that_it_knows(media_type: str, code: int, store: Server, graph: str) -> None:
    assert put(store, graph, ONE, media_type) == code


def test_oxigraph_normalises_numbers_and_times_and_languages(store: Server, graph: str) -> None:
    normalised = {
        f'"01"^^<{XSD}integer>': f'"1"^^<{XSD}integer>',
        f'"1.50"^^<{XSD}decimal>': f'"1.5"^^<{XSD}decimal>',
        f'"1"^^<{XSD}boolean>': f'"true"^^<{XSD}boolean>',
        f'"2026-01-01T00:00:00.000Z"^^<{XSD}dateTime>': f'"2026-01-01T00:00:00Z"^^<{XSD}dateTime>',
        '"a"@EN': '"a"@en',
    }
    put(store, graph, "".join(f"<x:s> <x:p> {term} .\n" for term in normalised))
    assert store.dump(graph) == sorted(f"<x:s> <x:p> {stored_term} ." for stored_term in normalised.values())


@pytest.mark.parametrize("operation", ["DROP", "CLEAR"])
def test_oxigraph_cannot_drop_a_missing_graph_but_silently(operation: str, store: Server, graph: str) -> None:
    assert updated(store, f"{operation} GRAPH <{graph}>").status_code == 500
    assert updated(store, f"{operation} SILENT GRAPH <{graph}>").status_code == 204


def test_oxigraph_does_all_operations_of_an_update_or_none(store: Server, graph: str) -> None:
    stored = full(store, graph)
    assert updated(store, f"CLEAR GRAPH <{graph}> ; DROP GRAPH <{graph}/missing>").status_code == 500
    assert store.dump(graph) == stored


def test_oxigraph_empties_the_whole_store_when_no_graph_is_named(store: Server, graph: str) -> None:
    full(store, graph)
    assert store.answer("DELETE", "/store").status_code == 204
    assert store.dump() == []


def test_oxigraph_replaces_the_whole_store_when_triples_are_put_to_no_graph(store: Server, graph: str) -> None:
    full(store, graph)
    assert store.answer("PUT", "/store", ONE, Content_Type=TRIPLES).status_code == 204
    assert store.dump() == [ONE.strip()]


def test_oxigraph_answers_a_head_for_a_missing_graph_with_a_body(store: Server, graph: str) -> None:
    """The next answer on the same connection would begin behind it."""
    host, port = urllib.parse.urlsplit(store.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(f"HEAD /store{graph_query(graph)} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        response = b"".join(iter(lambda: line.recv(1 << 16), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert b"does not exist" in body


def test_oxigraph_has_a_page_for_people_where_one_may_look_for_its_queries(store: Server) -> None:
    response = store.answer("GET", "/")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html")


def test_oxigraph_does_not_tell_the_port_that_it_was_given() -> None:
    command = [program("oxigraph", "pip install oxigraph"), "serve", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.kill()
    assert line.strip().endswith(b"http://127.0.0.1:0")


def test_oxigraph_that_may_only_read_says_403(tmp_path: Path, graph: str) -> None:
    with oxigraph(tmp_path) as server:
        stored = full(server, graph)
    with oxigraph(tmp_path, read_only=True) as server:
        assert server.dump(graph) == stored
        assert put(server, graph, triples(2)) == 403
        assert updated(server, f"CLEAR GRAPH <{graph}>").status_code == 403
        assert server.dump(graph) == stored


def test_oxigraph_keeps_what_it_confirmed_when_it_is_killed(store: Server, graph: str) -> None:
    assert put(store, graph, triples(3000)) == 201
    store.kill()
    store.start()
    assert len(store.dump(graph)) == 3000


# -- Nginx before Oxigraph -------------------------------------------------------------------------------------------------


def test_nginx_asks_for_basic(guarded: Server) -> None:
    for user in (None, ("ada", "wrong")):
        response = httpx.get(f"{guarded.query_url}?query=ASK%7B%7D", auth=user, trust_env=False)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Basic realm="store"')
    assert guarded.answer("GET", "/query?query=ASK%7B%7D").status_code == 200


def test_nginx_takes_no_body_over_its_limit(guarded: Server, graph: str) -> None:
    assert put(guarded, graph, triples(100)) == 201
    stored = guarded.dump(graph)
    assert [put(guarded, graph, body) for body in (triples(1000), in_pieces(triples(1000)))] == [413, 413]
    assert updated(guarded, f"CLEAR GRAPH <{graph}> #{'.' * 20_000}").status_code == 413
    assert guarded.dump(graph) == stored


def test_nginx_says_of_a_body_over_its_limit_that_it_is_too_long_before_it_asks_who_sends_it(guarded: Server, graph: str) -> None:
    response = httpx.put(
        f"{guarded.graphs_url}{graph_query(graph)}", content=triples(1000), headers={"Content-Type": TRIPLES}, trust_env=False
    )
    assert response.status_code == 413


def test_nginx_says_502_in_a_page_for_people_while_the_store_is_down(guarded: Server, store: Server) -> None:
    store.stop()
    try:
        response = guarded.answer("GET", "/query?query=ASK%7B%7D")
    finally:
        store.start()
    assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html")
    assert guarded.answer("GET", "/query?query=ASK%7B%7D").status_code == 200


# -- Virtuoso --------------------------------------------------------------------------------------------------------------


def test_virtuoso_never_answers_a_query_that_is_posted_as_such(virtuoso_: Virtuoso, graph: str) -> None:
    full(virtuoso_, graph)
    query = f"SELECT * WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    with httpx.Client(timeout=3, trust_env=False) as client:
        assert client.post(virtuoso_.query_url, data={"query": query}).is_success
        with pytest.raises(httpx.ReadTimeout):
            client.post(virtuoso_.query_url, content=query, headers={"Content-Type": "application/sparql-query"})


@pytest.mark.parametrize(("body", "count"), [(triples(5000) + MALFORMED, 5000), (triples(5) + "<https://example.org/s> <https:", 5)])
def test_virtuoso_loses_a_graph_to_a_malformed_body(body: str, count: int, virtuoso_: Virtuoso, graph: str) -> None:
    stored = full(virtuoso_, graph)
    assert put(virtuoso_, graph, body) == 500
    remaining = virtuoso_.dump(graph)
    assert len(remaining) == count
    assert stored[0] not in remaining


def test_virtuoso_keeps_a_graph_when_the_beginning_of_the_body_is_malformed(virtuoso_: Virtuoso, graph: str) -> None:
    stored = full(virtuoso_, graph)
    assert put(virtuoso_, graph, triples(5) + MALFORMED + triples(5)) == 500
    assert virtuoso_.dump(graph) == stored


def test_virtuoso_keeps_a_part_of_a_body_that_is_cut_on_the_way(virtuoso_: Virtuoso, graph: str) -> None:
    full(virtuoso_, graph)
    with FaultProxy(virtuoso_.url, lambda request: cut(30_000) if "authorization" in request.headers else None) as proxy:
        url = proxy.url + virtuoso_.graphs_url.removeprefix(virtuoso_.url) + graph_query(graph)
        auth = httpx.DigestAuth(virtuoso_.user, virtuoso_.password)
        response = httpx.put(url, content=triples(3000), headers={"Content-Type": TRIPLES}, auth=auth, trust_env=False)
    assert response.status_code == 500
    assert 100 < len(virtuoso_.dump(graph)) < 3000


def test_virtuoso_empties_a_graph_that_is_put_in_chunks_and_says_that_all_is_well(virtuoso_: Virtuoso, graph: str) -> None:
    """It may take the chunks for the next request of the connection: so this is a connection that has none."""
    full(virtuoso_, graph)
    with httpx.Client(auth=httpx.DigestAuth(virtuoso_.user, virtuoso_.password), trust_env=False) as client:
        assert client.get(f"{virtuoso_.graphs_url}{graph_query(graph)}").status_code == 200
        answer = client.put(
            f"{virtuoso_.graphs_url}{graph_query(graph)}", content=in_pieces(triples(100)), headers={"Content-Type": TRIPLES}
        )
        assert answer.status_code in (201, 204)
    assert virtuoso_.dump(graph) == []


@pytest.mark.parametrize("blank", ["_:b", "[]"])
def test_virtuoso_inserts_no_blank_nodes(blank: str, virtuoso_: Virtuoso, graph: str) -> None:
    answer = updated(virtuoso_, f"INSERT DATA {{ GRAPH <{graph}> {{ {blank} <x:p> <x:o> }} }}")
    assert answer.status_code == 400
    assert "is not allowed in a constant clause" in answer.text
    assert put(virtuoso_, graph, "_:b <x:p> <x:o> .\n") == 201


@pytest.mark.parametrize(
    ("begin", "end", "well", "refused", "why"),
    [
        ("INSERT DATA", "", 4900, 5100, "memory exhausted"),
        ("DELETE DATA", "", 4900, 5100, "memory exhausted"),
        ("INSERT", "WHERE {}", 1300, 1500, "exceeded 10000 lines of code"),
    ],
)
def test_virtuoso_takes_so_many_statements_at_once(
    begin: str, end: str, well: int, refused: int, why: str, virtuoso_: Virtuoso, graph: str
) -> None:
    assert updated(virtuoso_, f"{begin} {{ GRAPH <{graph}> {{ {triples(well)} }} }} {end}").status_code == 200
    assert len(virtuoso_.dump(graph)) == (0 if begin == "DELETE DATA" else well)
    answer = updated(virtuoso_, f"{begin} {{ GRAPH <{graph}> {{ {triples(refused, 'more')} }} }} {end}")
    assert answer.status_code == 400
    assert why in answer.text
    assert len(virtuoso_.dump(graph)) == (0 if begin == "DELETE DATA" else well)


def test_virtuoso_takes_no_thousand_operations_at_once(virtuoso_: Virtuoso, graph: str) -> None:
    answer = updated(virtuoso_, " ;\n".join(f"INSERT DATA {{ GRAPH <{graph}> {{ <x:s> <x:p> {n} }} }}" for n in range(1000)))
    assert answer.status_code == 500
    assert "Query too large" in answer.text


def test_virtuoso_ignores_what_a_body_is_said_to_be(virtuoso_: Virtuoso, graph: str) -> None:
    stored = full(virtuoso_, graph)
    for media_type in ("application/rdf+xml", "text/html", ""):
        put(virtuoso_, graph, triples(2))
        assert put(virtuoso_, graph, ONE, media_type) == 200
        assert virtuoso_.dump(graph) == stored


def test_virtuoso_refuses_a_long_literal_but_not_behind_a_prefix(virtuoso_: Virtuoso, graph: str) -> None:
    stored = full(virtuoso_, graph)
    long = f'<https://example.org/s> <https://example.org/p> "{"x" * 100_000}" .\n'
    assert put(virtuoso_, graph, long) == 500
    assert virtuoso_.dump(graph) == stored
    assert put(virtuoso_, graph, f"@prefix x: <x:> .\n{long}") == 200
    assert virtuoso_.dump(graph) == [long.strip()]


def test_virtuoso_takes_neither_json_ld_nor_gzip(virtuoso_: Virtuoso, graph: str) -> None:
    stored = full(virtuoso_, graph)
    assert put(virtuoso_, graph, '[{"@id": "x:s", "x:p": [{"@id": "x:o"}]}]', "application/ld+json") == 500
    assert put(virtuoso_, graph, gzip.compress(triples(2).encode()), Content_Encoding="gzip") == 500
    assert virtuoso_.dump(graph) == stored


def test_virtuoso_has_no_head(virtuoso_: Virtuoso, graph: str) -> None:
    full(virtuoso_, graph)
    codes = [
        virtuoso_.answer(method, f"/sparql-graph-crud-auth{graph_query(graph)}").status_code for method in ("HEAD", "GET", "DELETE", "GET")
    ]
    assert codes == [501, 200, 200, 404]


def test_virtuoso_answers_quads_with_a_page_and_keeps_none(virtuoso_: Virtuoso, graph: str) -> None:
    quad = f"<x:s> <x:p> <x:o> <{graph}> .\n"
    response = virtuoso_.answer("POST", "/sparql-graph-crud-auth", quad, Content_Type="application/n-quads")
    assert response.status_code == 200
    assert "<html" in response.text
    assert virtuoso_.dump(graph) == []
    assert put(virtuoso_, graph, quad, "application/n-quads") == 500


def test_virtuoso_may_break_off_puts_that_run_at_the_same_time_and_takes_them_one_by_one(virtuoso_: Virtuoso, graph: str) -> None:
    """Each goes to a graph of its own, with words that all have. Whether they lock each other out is chance, often of half of them."""

    def body(number: int) -> str:
        lines = [f'<https://example.org/{number}/{n}> <https://example.org/p{n % 7}> "word {n % 5}" .\n' for n in range(3000)]
        random.Random(number).shuffle(lines)
        return "".join(lines)

    def send(number: int) -> httpx.Response:
        auth = httpx.DigestAuth(virtuoso_.user, virtuoso_.password)
        url = f"{virtuoso_.graphs_url}{graph_query(f'{graph}/{number}')}"
        return httpx.put(url, content=body(number), auth=auth, timeout=120, trust_env=False)

    for _ in range(2):
        with ThreadPoolExecutor(8) as at_once:
            responses = list(at_once.map(send, range(16)))
        for number, response in enumerate(responses):
            if not response.is_success:
                assert response.status_code == 500
                assert "Error 40001" in response.text
                assert send(number).is_success
            assert len(virtuoso_.dump(f"{graph}/{number}")) == 3000


def test_virtuoso_cannot_drop_a_missing_graph_but_silently(virtuoso_: Virtuoso, graph: str) -> None:
    assert updated(virtuoso_, f"DROP GRAPH <{graph}>").status_code == 500
    assert updated(virtuoso_, f"DROP SILENT GRAPH <{graph}>").status_code == 200
    assert updated(virtuoso_, f"CLEAR GRAPH <{graph}>").status_code == 200


def test_virtuoso_keeps_what_was_done_before_an_operation_failed(virtuoso_: Virtuoso, graph: str) -> None:
    full(virtuoso_, graph)
    assert updated(virtuoso_, f"CLEAR GRAPH <{graph}> ; DROP GRAPH <{graph}/missing>").status_code == 500
    assert virtuoso_.dump(graph) == []


def test_virtuoso_cuts_a_select_and_says_so_in_a_header_only(virtuoso_: Virtuoso, graph: str) -> None:
    put(virtuoso_, graph, triples(12_000))
    select = f"SELECT ?s WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    for query in (select, f"{select} LIMIT 11000"):
        response = virtuoso_.answer("GET", f"/sparql?query={urllib.parse.quote(query)}", Accept="text/csv")
        assert (response.status_code, len(response.text.splitlines()) - 1, response.headers["X-SPARQL-MaxRows"]) == (200, 10_000, "10000")
    assert virtuoso_.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}") == [{"n": "12000"}]


def test_virtuoso_cuts_a_graph_and_does_not_say_so(virtuoso_: Virtuoso, graph: str) -> None:
    put(virtuoso_, graph, triples(12_000))
    response = virtuoso_.answer("GET", f"/sparql-graph-crud-auth{graph_query(graph)}", Accept=TRIPLES)
    assert (response.status_code, len(response.text.splitlines())) == (200, 10_001)
    assert "X-SPARQL-MaxRows" not in response.headers
    assert len(virtuoso_.dump(graph)) == 12_000, "our own tests read it page by page"


def test_virtuoso_sorts_no_more_than_the_first_rows(virtuoso_: Virtuoso, graph: str) -> None:
    put(virtuoso_, graph, triples(12_000))
    ordered = f"SELECT ?s WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ORDER BY ?s"
    refused = virtuoso_.answer("GET", f"/sparql?query={urllib.parse.quote(f'{ordered} LIMIT 500 OFFSET 11000')}")
    assert refused.status_code == 500
    assert "Only 10000 are allowed" in refused.text
    assert len(virtuoso_.select(f"SELECT ?s WHERE {{ {{ {ordered} }} }} LIMIT 500 OFFSET 11000")) == 500


def test_virtuoso_has_one_value_for_numbers_and_a_truth_that_are_alike(virtuoso_: Virtuoso, graph: str) -> None:
    virtuoso_.update(f'INSERT DATA {{ GRAPH <{graph}> {{ <x:s> <x:p> true, 1, "01"^^<{XSD}integer>, 1.0 }} }}')
    assert len(virtuoso_.dump(graph)) == 1


def test_virtuoso_writes_a_truth_as_a_number(virtuoso_: Virtuoso, graph: str) -> None:
    put(virtuoso_, graph, f'<x:s> <x:p> "true"^^<{XSD}boolean> .\n')
    (row,) = virtuoso_.bindings(f"SELECT ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    assert (row["o"]["value"], row["o"]["datatype"]) == ("1", f"{XSD}boolean")


def test_virtuoso_has_statements_of_its_own_and_every_graph_in_the_default_graph(virtuoso_: Virtuoso, graph: str) -> None:
    full(virtuoso_, graph)
    (row,) = virtuoso_.select("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } FILTER(!STRSTARTS(STR(?g), 'https://example.org/')) }")
    assert 2000 < int(row["n"]) < 3000
    assert {"o": "old"} in virtuoso_.select("SELECT DISTINCT ?o WHERE { <https://example.org/s> <https://example.org/p> ?o }")


def test_virtuoso_knows_digest_only_and_does_not_say_so_to_basic(virtuoso_: Virtuoso, graph: str) -> None:
    """A client that sends a password already is not told the scheme."""
    users: list[httpx.Auth | None] = [
        None,
        httpx.DigestAuth(virtuoso_.user, "wrong"),
        httpx.BasicAuth(virtuoso_.user, virtuoso_.password),
    ]
    responses = [httpx.put(f"{virtuoso_.graphs_url}{graph_query(graph)}", content=ONE, auth=auth, trust_env=False) for auth in users]
    challenges = [(response.status_code, response.headers.get("WWW-Authenticate", "")[:7]) for response in responses]
    assert challenges == [(401, "Digest "), (401, "Digest "), (401, "")]
    assert virtuoso_.dump(graph) == []


def test_virtuoso_says_500_to_an_update_where_nobody_logs_in(virtuoso_: Virtuoso, graph: str) -> None:
    insert = f"INSERT DATA {{ GRAPH <{graph}> {{ {ONE} }} }}"
    response = httpx.post(virtuoso_.query_url, content=insert, headers={"Content-Type": UPDATE}, trust_env=False)
    assert response.status_code == 500
    assert "SECURITY" in response.text


def test_virtuoso_keeps_what_it_confirmed_when_it_is_killed(virtuoso_: Virtuoso, graph: str) -> None:
    assert put(virtuoso_, graph, triples(3000)) == 201
    virtuoso_.kill()
    virtuoso_.start()
    assert len(virtuoso_.dump(graph)) == 3000


# -- what our own proxy does to an Oxigraph server -------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("fault", "expected_result", "stored"),
    [
        (None, 204, 300),
        (slow(0.2), 204, 300),
        (status(503, {"Retry-After": "1"}, "busy"), 503, 1),
        (page(), 200, 1),
        (redirect("https://example.org/elsewhere", 308), 308, 1),
        (cut(60), 400, 1),
        (cut(0), 204, 0),
        (swallow(502), 502, 300),
        (drop_response(), httpx.RemoteProtocolError, 300),
        (reset_after(100), httpx.TransportError, 1),
    ],
)
def test_a_fault_of_the_proxy(
    fault: Fault | None, expected_result: int | type[Exception], stored: int, chunked: bool, store: Server, graph: str
) -> None:
    full(store, graph)
    body = triples(300)
    with httpx.Client(headers={"Content-Type": TRIPLES}, trust_env=False) as client:
        with FaultProxy(store.url, [fault]) as proxy:
            url = f"{proxy.url}/store{graph_query(graph)}"
            content = in_pieces(body) if chunked else body
            if isinstance(expected_result, int):
                answer = client.put(url, content=content)
                assert answer.status_code == expected_result
                assert answer.headers.get("Retry-After") == ("1" if expected_result == 503 else None)
                assert answer.headers.get("Location") == ("https://example.org/elsewhere" if expected_result == 308 else None)
            else:
                with pytest.raises(expected_result):
                    client.put(url, content=content)
            assert len(store.dump(graph)) == stored
            assert client.get(url).status_code == 200, "the next request is not touched"
        with pytest.raises(httpx.TransportError):  # also where the connection was open
            client.get(url)
    (first, second) = proxy.requests
    assert (first.method, first.path, first.announced) == ("PUT", f"/store{graph_query(graph)}", None if chunked else len(body))
    assert first.length == (100 if expected_result is httpx.TransportError else len(body))
    assert (second.number, second.method, second.length, proxy.faults) == (1, "GET", 0, [])


def test_the_proxy_breaks_a_connection_off_and_does_not_just_close_it(store: Server) -> None:
    """A client that goes on writing may see this as a mere end; one that waits does not."""
    with FaultProxy(store.url, [reset_after(100), None]) as proxy:
        host, port = urllib.parse.urlsplit(proxy.url).netloc.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.sendall(f"PUT /store?default HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n{'x' * 100}".encode())
            with pytest.raises(ConnectionResetError):
                line.recv(1)


def test_the_proxy_chooses_a_fault_for_each_of_many_requests_at_once(store: Server) -> None:
    with FaultProxy(store.url, lambda request: status(503) if request.number % 3 == 0 else None) as proxy:

        def ask(_: int) -> int:
            return httpx.get(f"{proxy.url}/query?query=ASK%7B%7D", trust_env=False).status_code

        with ThreadPoolExecutor(8) as at_once:
            codes = sorted(at_once.map(ask, range(60)))
        assert codes == [200] * 40 + [503] * 20
        assert [seen.number for seen in proxy.requests] == list(range(60))
