"""The base of derived formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import BinaryIO, ClassVar, Self, TypeVar

from pfocr2rdf.derived.entities import EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, Node

_T = TypeVar("_T")

OpenFile = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens a new file of the output by its relative name, such as ``kgx/nodes.tsv``."""


class OutputFiles:
    """The files that a format writes.

    Attributes:
        count: how many files were opened.
    """

    def __init__(self, open_file: OpenFile, stack: ExitStack) -> None:
        self._open_file, self._stack, self.count = open_file, stack, 0

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A new file, by its relative name, which the format closes."""
        self.count += 1
        return self._open_file(name)

    def create(self, name: str) -> BinaryIO:
        """A new file, by its relative name, which is closed at the end."""
        return self.keep(self.open(name))

    def keep(self, resource: AbstractContextManager[_T]) -> _T:
        """Enter a context that is left at the end."""
        return self._stack.enter_context(resource)


class DerivedFormat(ABC):
    """A derived format, which gets all entities, then all figures, and writes files whose memory does not grow with the figures.

    ``entities`` has the summaries of all entities by their identifiers once the first figure comes. ``warnings`` counts what the format
    cannot represent, by sentence; the caller reports it.
    """

    name: ClassVar[str]  # what ``--format`` calls it

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        self.files, self.entities = files, entities
        self.warnings: dict[str, int] = {}

    @classmethod
    def create(cls, files: OutputFiles, entities: Mapping[str, EntitySummary], names: Iterable[str]) -> Self:
        """Make the format; ``names`` are those of its names that the caller asked for, if it has several."""
        return cls(files, entities)

    @classmethod  # noqa: B027 - most formats need none
    def require_libraries(cls, name: str) -> None:
        """Raise ``MissingExtraError`` if an optional library is not installed that the format needs under this name."""

    def add_entity(self, entity: Node) -> None:  # noqa: B027 - some formats need no entities
        """Add an entity."""

    @abstractmethod
    def add_figure(self, nodes: FigureNodes) -> None:
        """Add a figure with its mentions."""

    def finish(self) -> None:  # noqa: B027 - some formats have no end
        """Write what comes after the last figure, while the files are open."""

    def warn(self, sentence: str, count: int = 1) -> None:
        """Count something that the format cannot represent."""
        if count:
            self.warnings[sentence] = self.warnings.get(sentence, 0) + count
