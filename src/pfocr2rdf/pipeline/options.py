"""Options of an export, as frozen objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pfocr2rdf.pipeline.results import QUARANTINED, REFUSED

RecordProgress = Callable[[int, int], None]
"""Called with the number of records done so far, and the number of files there are to read."""


class ExportOptions(NamedTuple):
    """What a user chose, but for sources and output; see ``pipeline.export``."""

    formats: tuple[str, ...]
    compress: str | None = None
    on_violation: str = "quarantine"
    limit: int | None = None
    fail_fast: bool = False

    @property
    def fatal_statuses(self) -> frozenset[str]:
        """The statuses that end the run."""
        return frozenset(([REFUSED] if self.fail_fast else []) + ([QUARANTINED] if self.on_violation == "fail" else []))


DEFAULT_PARTITION_RECORDS = 1_000


class PartitionOptions(NamedTuple):
    """How a partitioned export is laid out: the number of records in a part, and whether the parts are merged in the end."""

    partition_records: int = DEFAULT_PARTITION_RECORDS
    merge: bool = False


VIOLATION_POLICIES = ("quarantine", "keep", "fail")


class Release(NamedTuple):
    """What the publisher says of this release: its name and its date (``YYYY-MM-DD``), or ``""``."""

    name: str = ""
    issued: str = ""


EXECUTORS = ("processes", "dask")


class ExecutorOptions(NamedTuple):
    """What a user chose.

    Attributes:
        name: one of ``EXECUTORS``.
        worker_count: how many; without a number, one for each core.
        scheduler: the address of a cluster's scheduler; without one, a cluster is started on this machine.
    """

    name: str = EXECUTORS[0]
    worker_count: int | None = None
    scheduler: str | None = None

    def check(self) -> None:
        """See whether it can be.

        Raises:
            ValueError: it is no engine, no number of workers, or a scheduler of an engine that has none.
        """
        if self.name not in EXECUTORS:
            raise ValueError(f"{self.name!r} is no engine; choose from {', '.join(EXECUTORS)}")
        if self.worker_count is not None and self.worker_count < 1:
            raise ValueError(f"{self.worker_count} is no number of workers; there must be at least one")
        if self.scheduler and self.name != "dask":
            raise ValueError("a scheduler goes with the engine dask")
