"""The exception tree: every intended error is a ``PfocrError``, whose text is one clear sentence."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from enum import IntEnum

DEBUG_VARIABLE = "PFOCR2RDF_DEBUG"
"""The environment variable that has the tracebacks of unexpected errors shown."""

_MAX_REASON_CHARS = 200


_OS_REMEDIES = {
    errno.ENOSPC: "free some space, or write to another disk",
    errno.EACCES: "check the permissions",
    errno.EPERM: "check the permissions",
    errno.EROFS: "write to another disk",
    errno.ENOENT: "check the path",
}


def describe_os_error(error: OSError) -> str:
    """The operating system's words for an error, with the remedy for a common one.

    >>> describe_os_error(OSError(errno.ENOSPC, "No space left on device"))
    'No space left on device; free some space, or write to another disk'
    """
    reason = error.strerror or str(error)
    return f"{reason}; {_OS_REMEDIES[error.errno]}" if error.errno in _OS_REMEDIES else reason


class PfocrError(Exception):
    """The base class of all errors of this package."""


class RecordError(PfocrError):
    """A record is refused. The pipeline collects the error as a refusal and continues with the other records.

    Attributes:
        reason: the problem, as one clause.
        field: the field or table column (``genes[3].entrez``), or ``""``.
        source: the file, with the archive member and document number, if any.
        line: the line in that file, starting at 1, or ``0`` if it is unknown.
        remedy: how to solve the problem, as one clause, or ``""``.
        figid: the figure, if it is known.
    """

    def __init__(self, reason: str, *, field: str = "", source: str = "", line: int = 0, remedy: str = "", figid: str = "") -> None:
        self.reason = reason
        self.field = field
        self.source = source
        self.line = line
        self.remedy = remedy
        self.figid = figid
        super().__init__(reason)

    def with_source(self, source: str, figid: str = "") -> RecordError:
        """The same error, with source and figure added if it has none."""
        self.source = self.source or source
        self.figid = self.figid or figid
        return self

    def __str__(self) -> str:
        """``source:line: field: reason; remedy``, leaving out what is not known.

        >>> str(RecordError("is not a number", field="genes[0].entrez", source="a.md", remedy="correct the id"))
        'a.md: genes[0].entrez: is not a number; correct the id'
        """
        location = f"{self.source}:{self.line}" if self.line else self.source
        head = ": ".join(part for part in (location, self.field) if part)
        text = f"{head}: {self.reason}" if head else self.reason
        return f"{text}; {self.remedy}" if self.remedy else text


@contextlib.contextmanager
def map_record_errors(source: str, figid: str = "") -> Iterator[None]:
    """The boundary of a record, where exceptions are translated: any exception raised inside becomes the refusal of this record.

    A ``MemoryError`` passes, since all that is in memory may be its cause: executors run the record alone. Other errors of ours pass, too.
    """
    try:
        yield
    except RecordError as error:
        error.with_source(source, figid)
        raise
    except (PfocrError, MemoryError):
        raise
    except Exception as error:
        raise unexpected_error(error).with_source(source, figid) from error


def unexpected_error(error: Exception) -> RecordError:
    """The refusal of a record on which a library, or our own code, failed; the traceback is logged where that is asked for."""
    if os.environ.get(DEBUG_VARIABLE):
        import logging  # here, for a quick start

        logging.getLogger(__name__).error("a record is refused for an unexpected error", exc_info=error)
    if isinstance(error, RecursionError):
        return RecordError("is nested too deeply", remedy="write the values without nesting")
    if isinstance(error, MemoryError):
        return RecordError("needs more memory than there is", remedy="check the record for large values")
    if isinstance(error, OSError):
        return RecordError(f"cannot be read: {error.strerror or error}", remedy="check the file and its permissions")
    text = " ".join(str(error).encode("utf-8", "backslashreplace").decode().split())[:_MAX_REASON_CHARS]
    return RecordError(
        f"cannot be processed: {type(error).__name__}: {text}",
        remedy=f"check the record; if it is correct, run the command with {DEBUG_VARIABLE}=1 and report the traceback",
    )


class SourceError(PfocrError):
    """A source cannot be read: it is missing, is not an archive, or has no records."""


class NoRecordsError(SourceError):
    """A folder or an archive has no records."""


class ShapesError(PfocrError):
    """The SHACL shapes cannot be read or used."""


class OptionError(PfocrError, ValueError):
    """An option has a value that it cannot have, or goes without another one that it needs."""


class MissingExtraError(PfocrError, ImportError):
    """An optional library is not installed: the message has the command that installs it."""

    def __init__(self, purpose: str, library: str, *, extra: str = "") -> None:
        super().__init__(f"{purpose} needs {library}, which is not installed; run: pip install 'pfocr2rdf[{extra or library}]'")


@contextlib.contextmanager
def require_extra(purpose: str, library: str, *, extra: str = "") -> Iterator[None]:
    """The block that imports an optional library; ``MissingExtraError`` where that fails."""
    try:
        yield
    except ImportError:
        raise MissingExtraError(purpose, library, extra=extra) from None


class ExecutorError(PfocrError):
    """The executor cannot be used, such as a cluster that cannot be reached."""


class OutputError(PfocrError):
    """The output cannot be written."""


class StoreError(PfocrError):
    """A store cannot be reached, refuses a request, or does not have the data that was sent to it."""


class FederationError(StoreError):
    """A query would send a request to another server, which is not allowed."""


class StoppedError(PfocrError):
    """The run stopped at the first refusal or violation, as requested."""


class LateInterrupt(KeyboardInterrupt):
    """A signal came while or after the files were put in place, which was finished first."""


class ExitStatus(IntEnum):
    """The exit status of a command."""

    OK = 0
    """Everything went well."""
    DIFFERS = 1
    """Done, but a record was refused or quarantined, a shape was violated, or two graphs differ."""
    USAGE = 2
    """Wrong usage; click reports it."""
    FAILED = 3
    """The command could not do what was asked."""
