"""The engines and the export side by side: first what they make, then what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.engines.engines import Engine, engines
from benchmarks.engines.run import Cost, FailedError, run_engine, run_module
from benchmarks.engines.statements import verdicts
from benchmarks.export_runs import FORMATS
from benchmarks.measured import in_fresh_process
from benchmarks.pairs import Spread, alternate, ratios


@dataclass
class Place:
    """Something that runs, and what became of it."""

    name: str
    processes: int
    run: Callable[[], Cost]
    engine: bool = False
    costs: list[Cost] = field(default_factory=list)
    statements: int = 0
    verdict: str = ""
    example: str = ""
    reason: str = ""
    release: str = ""

    @property
    def title(self) -> str:
        """The name, with the release where there are several."""
        return f"{self.name} ({self.release})" if self.release else self.name


class Contest:
    """All that runs on one corpus, in one folder.

    Attributes:
        core: how many core statements there are.
        places: what runs.
        as_expected: whether every engine made the core, but for texts that it is known to change.
    """

    def __init__(self, corpus: Path, folder: Path, environments: Path, workers: int, slow: bool) -> None:
        self._corpus, self._folder, self._environments = corpus, folder, environments
        self._table_folder = folder / "tables"
        self._exports = 0
        self.core, self.as_expected = 0, True
        environments.mkdir(parents=True, exist_ok=True)
        self._table_folder.mkdir()
        self._engines = [
            (
                engine,
                Place(engine.name, engine.processes, partial(self._engine, engine), True, release=engine.requirement.partition("==")[2]),
            )
            for engine in engines(workers)
            if slow or not engine.slow
        ]
        self._own = list(self._own_places([workers, 1] if workers > 1 else [1]))
        self.places = [*self._own, *(entry for _, entry in self._engines)]

    def _own_places(self, counts: Sequence[int]) -> list[Place]:
        """The exports, of which the first is what all others are measured by; and the making of the tables."""
        choices = (("pfocr2rdf, validated, Turtle and JSON-LD", FORMATS), ("pfocr2rdf, validated, N-Triples", ("ntriples",)))
        exports = [Place(name, count, partial(self._export, count, forms)) for name, forms in choices for count in counts]
        tables = partial(run_module, "benchmarks.engines.tables", str(self._corpus), str(self._table_folder), log=self._log)
        return [*exports, Place("making the tables", 1, tables)]

    @property
    def _log(self) -> Path:
        return self._folder / "log.txt"

    def _engine(self, engine: Engine) -> Cost:
        return run_engine(engine, self._environments, self._table_folder)[0]

    def _export(self, workers: int, forms: Sequence[str]) -> Cost:
        self._exports += 1
        output = self._folder / f"export-{self._exports}"
        return run_module("benchmarks.engines.ours", str(self._corpus), str(output), str(workers), *forms, log=self._log)

    def prove(self) -> None:
        """Run each engine once, and compare what it made with the core of an export."""
        self._own[-1].run()
        self._export(1, ("ntriples",))
        export = self._folder / f"export-{self._exports}" / "figures.nt"
        ran: list[tuple[Engine, Place, Path]] = []
        for number, (engine, entry) in enumerate(self._engines):
            try:
                cost, made = run_engine(engine, self._environments, self._table_folder)
            except FailedError as error:
                entry.reason = f"{error}; it needs {engine.needs}" if engine.needs else str(error)
            else:
                entry.costs += [cost] if engine.slow else []
                ran.append((engine, entry, made.rename(self._folder / f"engine-{number}")))
        self._judge(export, ran)

    def _judge(self, export: Path, ran: Sequence[tuple[Engine, Place, Path]]) -> None:
        whole, verdict_list = in_fresh_process(partial(verdicts, export, [made for _, _, made in ran])).value
        for entry in self._own[:-1]:
            entry.statements, entry.verdict = whole, "all of it, and more"
        for (engine, entry, _), verdict in zip(ran, verdict_list, strict=True):
            self.core, entry.statements, entry.verdict, entry.example = verdict.core, verdict.made, str(verdict), verdict.example
            self.as_expected &= set(verdict.properties) <= set(engine.alters)

    def measure(self, rounds: int) -> None:
        """Run all that can be run so many times, taking turns; what is slow has its time already."""
        again = [entry for entry in self.places if not (entry.reason or entry.costs)]
        results = alternate({str(number): entry.run for number, entry in enumerate(again)}, rounds)
        for entry, costs in zip(again, results.values(), strict=True):
            entry.costs += costs

    def ratio(self, entry: Place, key: str = "wall", *, with_tables: bool = True) -> Spread:
        """What something costs, as a multiple of the export in the same round; for an engine that of making its tables is added."""
        values, references, tables = ([float(getattr(cost, key)) for cost in item.costs] for item in (entry, self._own[0], self._own[-1]))
        if entry.engine and with_tables:
            values = [value + table for value, table in zip(values, tables, strict=False)]
        return ratios(values, references[: len(values)])  # what is slow ran once

    def ranked(self) -> list[Place]:
        """The slowest first, and what did not run at the end."""
        return sorted(self.places, key=lambda entry: -self.ratio(entry).median if entry.costs else 1.0)
