"""Options of an export, as frozen objects that check their values."""

from __future__ import annotations

from dataclasses import dataclass

from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.results import QUARANTINED, REFUSED
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IRI_PROFILES, IriProfile
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.compression import COMPRESSION_SUFFIXES

DEFAULT_PARTITION_RECORDS = 1_000
VIOLATION_POLICIES = ("quarantine", "keep", "fail")
EXECUTORS = ("processes", "dask")


@dataclass(frozen=True)
class ExportOptions:
    """The user's choices, without sources, output and executor; ``pipeline.export`` documents them. Invalid ones raise ``ValueError``."""

    formats: tuple[str, ...]
    compress: str | None = None
    on_violation: str = "quarantine"
    limit: int | None = None
    fail_fast: bool = False
    dry_run: bool = False
    fresh: bool = False
    partition_records: int | None = None
    merge: bool = False
    image_url: str = ""
    iris: str = DEFAULT_PROFILE.name
    derived: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.formats:
            if name not in SERIALIZERS:
                raise OptionError(f"{name!r} is not a format; choose from {', '.join([*SERIALIZERS, *DERIVED_FORMATS])}")
        for name in self.derived:
            if name not in DERIVED_FORMATS:
                raise OptionError(f"{name!r} is not a derived format; choose from {', '.join(DERIVED_FORMATS)}")
            DERIVED_FORMATS[name].require_libraries(name)
        if self.iris not in IRI_PROFILES:
            raise OptionError(f"{self.iris!r} is not an IRI profile; choose from {', '.join(IRI_PROFILES)}")
        if self.compress is not None and self.compress not in COMPRESSION_SUFFIXES:
            raise OptionError(f"{self.compress!r} is not a compression format; choose from {', '.join(COMPRESSION_SUFFIXES)}")
        if self.on_violation not in VIOLATION_POLICIES:
            raise OptionError(f"{self.on_violation!r} is not a valid choice; choose from {', '.join(VIOLATION_POLICIES)}")
        if self.partition_records is not None and self.partition_records < 1:
            raise OptionError(f"{self.partition_records} is not a valid number of records; choose 1 or more")

    @property
    def iri_profile(self) -> IriProfile:
        """The IRI profile."""
        return IRI_PROFILES[self.iris]

    def create_serializer(self, format_name: str) -> Serializer:
        """A serializer of a format, with the IRI profile."""
        return SERIALIZERS[format_name](profile=self.iri_profile)

    @property
    def fatal_statuses(self) -> frozenset[str]:
        """The record statuses that end the run."""
        return frozenset(([REFUSED] if self.fail_fast else []) + ([QUARANTINED] if self.on_violation == "fail" else []))


@dataclass(frozen=True)
class ExecutorOptions:
    """The executor: one of ``EXECUTORS``, its number of workers (by default one a core), and the address of a dask scheduler.

    Invalid options, and a scheduler for an executor that has none, raise ``ValueError``.
    """

    name: str = EXECUTORS[0]
    worker_count: int | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.name not in EXECUTORS:
            raise OptionError(f"{self.name!r} is not an engine; choose from {', '.join(EXECUTORS)}")
        if self.worker_count is not None and self.worker_count < 1:
            raise OptionError(f"{self.worker_count} is not a valid number of workers; choose 1 or more")
        if self.scheduler and self.name != "dask":
            raise OptionError("a scheduler requires the engine dask")
