"""The kinds of generated inputs, each with the trials that its inputs are put to."""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from pyoxigraph import Store
from tests.support.export_laws import (
    MAX_MEMORY_MIB,
    Sandbox,
    check_export,
    check_outcome,
    check_refusals,
    check_same,
    export_all,
    memory_mib,
    remove_outputs,
    sandbox,
)
from tests.support.federation import federated_query, small_store, trap
from tests.support.generated_archives import generated_archive
from tests.support.generated_records import record_files
from tests.support.hostile_requests import ANSWERED, PLAN, parse_responses, sent
from tests.support.records import ROOT, exported, write
from tests.support.service import served

from pfocr2rdf import load
from pfocr2rdf.server.execute import SparqlRequest, execute_into
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager
from pfocr2rdf.stores.network_guard import run_without_network
from pfocr2rdf.stores.querying.query_text import scan_query

Problem = tuple[int | None, str]
"""The number of an input, ``None`` where it may be any of them, and what is wrong."""


class Kind(NamedTuple):
    """A kind of inputs: how many are tried at once, the files of an input, and the trial of several."""

    batch_size: int
    files: Callable[[int, int], dict[str, bytes]]
    try_inputs: Callable[[int, range], Iterator[Problem]]


def chance_of(seed: int, number: int) -> random.Random:
    """The chance of an input; it hangs on no other input."""
    return random.Random(f"{seed}/{number}")


# -- records -----------------------------------------------------------------------------------------------------------------


def files_of_record(seed: int, number: int) -> dict[str, bytes]:
    return record_files(chance_of(seed, number), number)


def try_records(seed: int, numbers: range) -> Iterator[Problem]:
    """Export a checkout of all records: at once, in two runs with two workers, and again."""
    inputs = [files_of_record(seed, number) for number in numbers]
    with sandbox() as box:
        for files in inputs[: len(inputs) // 2]:
            write(box.source, dict(files))
        first_half = export_all(box, "twice", "--workers", "1")
        for files in inputs[len(inputs) // 2 :]:
            write(box.source, dict(files))
        before = box.files()
        outcome = export_all(box, "once", "--workers", "1")
        problems = [*check_outcome(first_half, box.output("absent")), *check_outcome(outcome, box.output("once"))]
        if not problems and outcome.status != 3:
            export_all(box, "twice", "--workers", "2")
            problems += check_same(box.output("once"), box.output("twice"), "one run, and two with two workers")
            export_all(box, "twice", "--workers", "1")
            problems += check_same(box.output("once"), box.output("twice"), "a run, and a further one")
            problems += check_bounds(box, before)
            problems += check_export(box, "once")
            problems += check_refusals(box, "once", [box.source])
    yield from ((None, text) for text in problems)


def check_bounds(box: Sandbox, before: dict[str, int]) -> Iterator[str]:
    """Nothing was written outside of the output, nothing temporary is left, and memory is bounded."""
    if changed := dict(box.files().items() ^ before.items()):
        yield f"written outside of the output: {list(changed)[:5]}"
    if left := list(box.temporary.iterdir()):
        yield f"left in the temporary folder: {left}"
    if (memory := memory_mib()) > MAX_MEMORY_MIB:
        yield f"{memory} MiB of memory"


# -- archives ----------------------------------------------------------------------------------------------------------------


def files_of_archive(seed: int, number: int) -> dict[str, bytes]:
    name, data = generated_archive(chance_of(seed, number), number)
    return {name: data}


def try_archives(seed: int, numbers: range) -> Iterator[Problem]:
    """Export each archive alone, then the same into its own output."""
    with sandbox() as box:
        for number in numbers:
            files = files_of_archive(seed, number)
            write(box.work, dict(files))
            archive = box.work / next(iter(files))
            before = box.files()
            outcome = export_all(box, "once", "--workers", "1", sources=[archive])
            problems = [*check_outcome(outcome, box.output("once")), *check_bounds(box, before)]
            if not problems and outcome.status != 3:
                problems += check_export(box, "once")
                if number % 8 == 0:
                    problems += check_refusals(box, "once", [archive])
                    export_all(box, "twice", "--workers", "1", sources=[archive])
                    export_all(box, "twice", "--workers", "1", sources=[archive])
                    problems += check_same(box.output("once"), box.output("twice"), "a run, and a further one")
            yield from ((number, text) for text in problems)
            archive.unlink()
            remove_outputs(box)


# -- queries -----------------------------------------------------------------------------------------------------------------


def files_of_query(seed: int, number: int) -> dict[str, bytes]:
    return {"query.rq": federated_query(chance_of(seed, number), "http://127.0.0.1:1/").encode("utf-8", "surrogatepass")}


def try_queries(seed: int, numbers: range) -> Iterator[Problem]:
    """Evaluate each query as the server does; none may connect to the server that it names, and the scan knows those that would."""
    with sandbox() as box, trap() as trapped:
        small_store(Store(box.source / "store"))
        stores: StoreManager[EmbeddedStore] = StoreManager(box.source / "store", lambda opened: opened)
        for number in numbers:
            text = federated_query(chance_of(seed, number), trapped.url)
            body = io.BytesIO()

            def answer(text: str = text, body: io.BytesIO = body) -> int:
                return execute_into(body, stores, SparqlRequest(text)).status

            status = run_without_network(answer)
            if trapped.connections:
                yield number, "a connection to another server"
                trapped.connections = 0
            if status not in (200, 400, 403, 500):
                yield number, f"status {status}"
            if status == 500 and not scan_query(text).may_use_service:
                yield number, f"status 500: {body.getvalue()[:300]!r}"
            if str(box.root).encode() in body.getvalue() or b"Traceback" in body.getvalue():
                yield number, f"the response tells of the machine: {body.getvalue()[:300]!r}"


# -- requests ----------------------------------------------------------------------------------------------------------------


def request(seed: int, number: int) -> tuple[Callable[[random.Random, int], bytes], bytes]:
    chance = chance_of(seed, number)
    make = chance.choices(list(PLAN), list(PLAN.values()))[0]
    return make, make(chance, number)


def files_of_request(seed: int, number: int) -> dict[str, bytes]:
    return {"request.http": request(seed, number)[1]}


def try_requests(seed: int, numbers: range) -> Iterator[Problem]:
    """Send all requests to one server, which must answer as before in the end."""
    with sandbox() as box:
        exported([ROOT / "examples"], box.source / "export")
        store = box.source / "store"
        load(box.source / "export", store)
        options = ("--workers", "2", "--queue", "40", "--timeout", "0.2", "--memory", "160", "--max-answer", "1")
        with served(store, box.temporary, *options) as server:
            expected = server.count()
            with ThreadPoolExecutor(8) as pool:
                yield from (
                    (number, text)
                    for number, texts in pool.map(lambda number: (number, try_request(seed, number, server.port)), numbers)
                    for text in texts
                )
            deadline = time.monotonic() + 10
            while (response := server.get("/")).status_code == 503 and time.monotonic() < deadline:
                time.sleep(0.1)
            if response.status_code != 200 or server.count() != expected:
                yield None, f"the server answers otherwise than before: {response.status_code} {response.text[:300]}"
            log = server.log.read_text(encoding="utf-8")
            yield from ((None, f"in the log: {match[0]}") for match in re.finditer(r".*(?:Traceback|Warning|Exception|unexpected).*", log))


def is_documented(status: int, body: bytes) -> bool:
    """Whether a query was ended at one of the limits that the page about the server has."""
    return status in (503, 504) or (status == 500 and bool(re.search(rb"larger than this service gives|needs more memory", body)))


def try_request(seed: int, number: int, port: int) -> list[str]:
    make, data = request(seed, number)
    received = sent(port, make, data)
    try:
        responses = list(parse_responses(received, without_body=data.startswith(b"HEAD ")))
    except (AssertionError, ValueError) as error:
        return [f"the response is none: {error!r} {received[:300]!r}"]
    problems = [f"status {status}: {body[:300]!r}" for status, _, body in responses if status >= 500 and not is_documented(status, body)]
    if make in ANSWERED and not responses:
        problems.append("no response")
    if any(b"Traceback" in body and b"Traceback" not in data for _, _, body in responses):
        problems.append("a traceback in the response")
    return problems


KINDS = {
    "records": Kind(200, files_of_record, try_records),
    "archives": Kind(100, files_of_archive, try_archives),
    "queries": Kind(1000, files_of_query, try_queries),
    "requests": Kind(500, files_of_request, try_requests),
}
