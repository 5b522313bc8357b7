"""Loads are measured by what the stores hold afterwards; bars are held, missed or not measured."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest
from benchmarks.engines.run import FailedError
from benchmarks.loading import contest, run
from benchmarks.loading.__main__ import row, rows
from benchmarks.loading.bars import LIMITS, MEGABYTES, MemoryLimit, TimeLimit
from benchmarks.loading.contest import LONG, Place, Run, judged, load, measure
from benchmarks.loading.data import Data, make
from benchmarks.loading.stores import embedded, oxigraph, program
from benchmarks.loading.ways import CURL, LOADER, NAMED, OURS, OXIGRAPH, Way, complaint, ways
from benchmarks.pairs import Spread
from benchmarks.results import Row, ratio_cells
from tests.support import servers

from pfocr2rdf.rdf.iris import DATASET_IRI

COST = run.Cost(2.0, 1.0, 100.0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    return make(10_000, "mixed", 1, folder / "corpora", folder)


def way(name: str = "other", into: str = "store", statements: int = 5) -> Way:
    return Way(into, name, embedded, lambda store: [], DATASET_IRI, statements)


def measured(data: Data, folder: Path, into: str) -> dict[str, Place]:
    return {loading_way.name: Place(loading_way) for loading_way in ways(data, folder) if loading_way.into == into}


def test_export_has_the_statements_that_were_asked_for_and_few_more(data: Data) -> None:
    assert 10_000 <= data.statements < 13_000
    lines = data.file.read_text(encoding="utf-8").splitlines()
    assert data.statements == len(lines) == len(set(lines))
    assert (data.export / "manifest.json").exists()


def test_embedded_loads_are_whole(data: Data, tmp_path: Path) -> None:
    loads = measured(data, tmp_path, NAMED)
    for name in (OURS, LOADER):
        load(loads[name])
        assert loads[name].verdict == f"all {data.statements:,}"
        assert loads[name].completed


def test_loads_into_a_server_are_whole_and_its_memory_is_known(data: Data, tmp_path: Path) -> None:
    servers.program("curl", "apt-get install curl")
    loads = measured(data, tmp_path, OXIGRAPH)
    load(loads[OURS])
    load(loads[CURL])
    for load_target in (loads[OURS], loads[CURL]):
        assert load_target.verdict == f"all {data.statements:,}"
        (load_run,) = load_target.completed
        assert 5 < (load_run.server or 0) < 1000


@pytest.mark.parametrize("request_type", ["insert", "post"])
def test_client_of_one_request_at_a_time_loads_all(data: Data, request_type: str) -> None:
    client = [sys.executable, "-m", "benchmarks.loading.singly", request_type]
    client_way = Way(
        OXIGRAPH, request_type, oxigraph, lambda store: [*client, store.to, DATASET_IRI, str(data.file)], DATASET_IRI, data.statements
    )
    attempt = Place(client_way)
    load(attempt)
    assert attempt.verdict == f"all {data.statements:,}"


def test_wrong_count_is_said_and_gets_no_ratio(data: Data, tmp_path: Path) -> None:
    attempt = measured(data, tmp_path, NAMED)[LOADER]
    attempt.way = attempt.way._replace(statements=data.statements + 1)
    load(attempt)
    assert attempt.verdict.startswith(f"wrong: {data.statements:,} of {data.statements + 1:,}")
    reference_load = Place(way(OURS, NAMED), [Run(COST, None)])
    (_, cells) = rows([reference_load, attempt])
    assert cells["verdict"] == attempt.verdict
    assert "ratio" not in cells
    assert not attempt.again


def test_count_tells_another_graph_from_nothing() -> None:
    assert judged(5, 7, 5) == "all 5"
    assert judged(0, 5, 5) == "all 5, but not in the graph that was named"
    assert judged(4, 4, 5) == "wrong: 4 of 5"


def test_what_a_client_complains_about_is_found() -> None:
    output = "Upload Results:\n❌ /a/b.nt: HTTPStatusError - Client error '401 Unauthorized' for url 'http://127.0.0.1:1/a'\n"
    assert complaint(output) == "HTTPStatusError - Client error '401 Unauthorized'"
    assert complaint("✅ /a/b.nt\n") == ""


def test_missing_program_is_said_with_a_way_out() -> None:
    with pytest.raises(FailedError, match="no-such-program is not installed; install it with apt-get install it"):
        program("no-such-program", "apt-get install it")
    attempt = Place(way()._replace(command=lambda store: [program("no-such-program", "apt-get install it")]))
    load(attempt)
    assert attempt.verdict.startswith("did not run: no-such-program is not installed")
    assert not attempt.completed


def test_peak_of_a_client_is_its_own(tmp_path: Path) -> None:
    own_peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert run.run(["sleep", "0"], {}, tmp_path / "log").peak < own_peak_mib / 2
    with pytest.raises(FailedError, match="it went wrong"):
        run.run(["sh", "-c", "echo it went wrong; exit 3"], {}, tmp_path / "log")


def test_ways_take_turns_and_what_is_long_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run_names: list[str] = []

    def loaded(load_run: Place) -> None:
        run_names.append(load_run.way.name)
        load_run.runs.append(Run(COST._replace(wall=LONG + 1 if load_run.way.name == "c" else len(run_names)), None))

    monkeypatch.setattr(contest, "load", loaded)
    measured_ways = measure([way("a"), way("b"), way("c"), way("d", into="another")], 3)
    assert run_names == ["a", "b", "c", "b", "a", "a", "b", "d", "d", "d"]
    assert [run.cost.wall for run in measured_ways[0].completed] == [1.0, 5.0, 6.0]


def test_ratios_are_of_loads_in_the_same_round() -> None:
    ours = Place(way(OURS), [Run(COST._replace(wall=wall), None) for wall in (1.0, 2.0, 4.0)])
    other = Place(way("o"), [Run(COST._replace(wall=wall, peak=wall), 7.0) for wall in (2.0, 2.0, 2.0)])
    cells = row(other, ours)
    assert (cells["ratio"], cells["ratio_low"], cells["ratio_high"]) == (1.0, 0.5, 2.0)
    assert (cells["peak"], cells["server"], cells["runs"]) == (2.0, 7.0, 3)


def test_limits_of_loads_are_held_missed_or_not_measured() -> None:
    table: list[Row] = [{"into": "x", "name": OURS, "peak": 400.0}, {"into": "x", "name": "o", **ratio_cells(Spread(0.9, 0.8, 1.1))}]
    assert TimeLimit("x", "o", 1.0).bar(table, 5).verdict == "missed"
    assert TimeLimit("x", "o", 0.9).bar(table, 5).verdict == "held"
    assert TimeLimit("x", "p", 0.9).bar(table, 5).verdict == "not measured"
    memory = MemoryLimit("x").bar(table, 5)
    assert (memory.verdict, memory.limit, memory.got) == ("held", MEGABYTES, pytest.approx(419.4, abs=0.1))
    assert MemoryLimit("y").bar(table, 5).verdict == "not measured"


def test_every_bar_is_about_ways_that_there_are(data: Data, tmp_path: Path) -> None:
    names = [(loading_way.into, loading_way.name) for loading_way in ways(data, tmp_path)]
    assert len(set(names)) == len(names)
    for limit in LIMITS:
        assert {(limit.into, getattr(limit, "other", OURS)), (limit.into, OURS)} <= set(names)
