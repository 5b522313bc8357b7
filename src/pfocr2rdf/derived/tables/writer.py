"""The base of the writers of tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import ClassVar, Self

from pfocr2rdf.derived.tables.schema import Cells, Table
from pfocr2rdf.storage.files import FileInfo, HashingWriter


class TableWriter(ABC):
    """Writes the rows of a table to a file; a context manager that writes the end of the file.

    Args:
        table: the table.
        file: the file.
        warn: called with a sentence about values that the file cannot hold, and their number.
    """

    suffix: ClassVar[str]
    media_type: ClassVar[str]

    def __init__(self, table: Table, file: HashingWriter, warn: Callable[[str, int], None]) -> None:
        self.table = table
        self._file, self._warn = file, warn

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @abstractmethod
    def write(self, columns: Sequence[Cells]) -> None:
        """Write rows, whose cells come by column."""

    def close(self) -> FileInfo:
        """Write the end of the file; a second time does nothing.

        Returns:
            The name of the file with its size and digest.
        """
        return self._file.file_info(f"{self.table.name}{self.suffix}")
