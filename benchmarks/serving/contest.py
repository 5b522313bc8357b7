"""Both servers side by side: first their answers, which must be the same, and then how long they take."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial

from benchmarks.engines.run import FailedError
from benchmarks.pairs import alternate, spread
from benchmarks.serving.clients import Line, Request, Run, run
from benchmarks.serving.questions import ROWS
from benchmarks.serving.servers import Target

OURS, OTHER = "pfocr2rdf serve", "oxigraph serve-read-only"
LONG = 2.0
"""An example query that takes longer than so many seconds is left out."""


def answered(line: Line, path: str, request: Request) -> Counter[str] | None:
    """The answer of a server, as what it holds, whatever the order; nothing where that takes it longer than ``LONG``.

    Raises:
        FailedError: it does not answer.
    """
    began = time.perf_counter()
    status, body = line.ask(request._replace(path=path).written())
    if time.perf_counter() - began > LONG:
        return None
    if status != 200:
        raise FailedError(f"{status}: {body[:200]!r}, to {request.query}")
    return content(body, request.accept)


def content(body: bytes, kind: str) -> Counter[str]:
    """What an answer holds: its rows, its truth or its statements.

    >>> rows = b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": {"type": "uri", "value": "x:y"}}]}}'
    >>> content(rows, ROWS)
    Counter({'{"a": {"type": "uri", "value": "x:y"}}': 1, '["a"]': 1})
    """
    if kind != ROWS:
        return Counter(body.decode().splitlines())
    document = json.loads(body)
    if "boolean" in document:
        return Counter([json.dumps(document["boolean"])])
    rows = Counter(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])
    return rows + Counter([json.dumps(document["head"]["vars"])])


def alike(targets: Mapping[str, Target], requests: Iterable[Request]) -> list[Request]:
    """Those that both answer within ``LONG``, after they were seen to answer them the same.

    Raises:
        FailedError: they do not.
    """
    mismatches = []
    with closing(Line(targets[OURS].port)) as ours, closing(Line(targets[OTHER].port)) as other:
        for request in requests:
            expected = answered(ours, targets[OURS].path, request)
            two = answered(other, targets[OTHER].path, request) if expected else None
            if expected and two:
                if expected != two:
                    raise FailedError(f"the answers differ to {request.query}")
                mismatches.append(request)
    return mismatches


def measure(
    targets: Mapping[str, Target], requests: Mapping[str, Sequence[Request]], clients: int, rounds: int
) -> dict[str, dict[str, list[Run]]]:
    """The runs of each kind by the names of the servers, which take turns."""
    results: dict[str, dict[str, list[Run]]] = {}
    for kind, group in requests.items():
        results[kind] = alternate({name: partial(asked, target, group, clients) for name, target in targets.items()}, rounds)
        line = "; ".join(f"{name} p95 {spread([run.p95 for run in runs]).median:.2f} ms" for name, runs in results[kind].items())
        print(f"  {kind}: {line}", file=sys.stderr, flush=True)
    return results


def asked(target: Target, requests: Sequence[Request], clients: int) -> Run:
    """A run of one server, after a few requests that are not counted."""
    sent = [request._replace(path=request.path or target.path) for request in requests]
    run(target.port, sent[:clients], clients)
    return run(target.port, sent, clients)
