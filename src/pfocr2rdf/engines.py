"""Where the work is done: in this process, in worker processes, on a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from pfocr2rdf.batch import Worker
from pfocr2rdf.errors import EngineError
from pfocr2rdf.validation import Shapes
from pfocr2rdf.version import mapping_version
from pfocr2rdf.workers import Fitting, Here, Pool, Processes

ENGINES = ("processes", "dask")


class Engine(NamedTuple):
    """What a user chose.

    Attributes:
        name: one of ``ENGINES``.
        workers: how many; without a number, one for each core.
        scheduler: the address of a cluster's scheduler; without one, a cluster is started on this machine.
    """

    name: str = ENGINES[0]
    workers: int | None = None
    scheduler: str | None = None

    def check(self) -> None:
        """See whether it can be.

        Raises:
            ValueError: it is no engine, no number of workers, or a scheduler of an engine that has none.
        """
        if self.name not in ENGINES:
            raise ValueError(f"{self.name!r} is no engine; choose from {', '.join(ENGINES)}")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"{self.workers} is no number of workers; there must be at least one")
        if self.scheduler and self.name != "dask":
            raise ValueError("a scheduler goes with the engine dask")


def pool(engine: Engine, formats: tuple[str, ...], shapes: Shapes, on_violation: str) -> Pool:
    """Where the tasks of an export are done.

    Raises:
        EngineError: the engine is not installed, or its scheduler cannot be reached.
    """
    make = partial(Worker, formats, shapes, on_violation)
    if engine.name == "dask":
        return _cluster(engine, (formats, shapes.text, on_violation), partial(_alike, mapping_version(), make))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if (engine.workers or cores) == 1:
        return Here(make)
    return Processes(engine.workers, make) if engine.workers else Fitting(cores, make)


def _alike(version: str, make: Callable[[], Worker]) -> Worker:
    """A worker on another machine, which must do the very same as this one."""
    if version != mapping_version():
        raise EngineError("a worker has another version of pfocr2rdf, of Python or of a library; install the same there as here")
    return make()


def _cluster(engine: Engine, key: object, make: Callable[[], Worker]) -> Pool:
    try:
        from pfocr2rdf.cluster import Cluster  # here, since few need it and it takes a second to import
    except ImportError:
        raise EngineError("the engine dask is not installed; run: pip install 'pfocr2rdf[dask]'") from None
    return Cluster(engine.scheduler, engine.workers or os.cpu_count() or 1, key, make)
