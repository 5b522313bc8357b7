"""The figures in a difference: which are new, which are gone, and of which statements have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from pfocr2rdf.analysis.delta.compare import StatementDifference
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import map_os_errors

_FIGURE_PREFIX, _MENTION_PREFIX = (f"<{PREFIXES[name]}".encode() for name in ("figure", "mention"))
_TYPE, _TARGET, _FIGURE = (term.encode() for term in (RDF_TYPE, expand_term("oa:hasTarget"), expand_term("pfocr:Figure")))
_GONE, _NEW, _CHANGED = b"gone", b"new", b"changed"  # a figure of which the type was removed and added has changed
_MAX_LISTED_FIGURES = 10


class FigureList(NamedTuple):
    """The number of figures with one kind of change, and the ids of the first of them."""

    total: int
    first: list[str]


class FigureChanges(NamedTuple):
    """The figures that only the new graph has, those that only the old one has, and those in both whose statements differ.

    The statements of a figure are those about the figure and about its mentions.
    """

    new: FigureList
    gone: FigureList
    changed: FigureList

    def as_dict(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        return {name: figures.total for name, figures in self._asdict().items()}


def find_figure_changes(
    difference: StatementDifference, read_new: Callable[[], Iterator[bytes]], folder: Path, sort_bytes: int
) -> FigureChanges:
    """Find the figures of all statements that differ, in constant memory.

    A mention whose target has not changed is looked up among all lines of the new graph, which ``read_new`` returns, sorted.

    Raises:
        OutputError: there is no room for temporary files.
    """
    events, mentions = (_create_sorter(folder / name, sort_bytes) for name in ("figure-events", "changed-mentions"))
    for lines, kind in ((difference.removed, _GONE), (difference.added, _NEW)):
        for subject, group in _group_by_subject(lines):
            for figure, event in _list_events(subject, group, kind):
                if figure:
                    events.write(figure + b" " + event + b"\n")
                else:
                    mentions.write(subject + b"\n")
    changed_mentions = mentions.finish()
    if changed_mentions.written_count:
        for figure in _find_targets(changed_mentions.merge(), _group_by_subject(read_new())):
            events.write(figure + b" " + _CHANGED + b"\n")
    return _count_figures(events.finish().merge())


def _create_sorter(folder: Path, sort_bytes: int) -> ExternalSorter:
    with map_os_errors(folder):
        folder.mkdir()
    return ExternalSorter(folder, memory_bytes=sort_bytes)


def _group_by_subject(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Iterator[bytes]]]:
    """The lines about figures and mentions by subject."""
    wanted = (line for line in lines if line.startswith((_FIGURE_PREFIX, _MENTION_PREFIX)))
    return groupby(wanted, key=lambda line: line[: line.index(b" ")])


def _list_events(subject: bytes, lines: Iterator[bytes], kind: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The figures of a subject's lines, each with what they say of it; an empty one for a mention without its target."""
    if subject.startswith(_FIGURE_PREFIX):
        is_typed = any(line.split(b" ", 3)[1:3] == [_TYPE, _FIGURE] for line in lines)
        yield subject, kind if is_typed else _CHANGED
        return
    yield from dict.fromkeys((target, _CHANGED) for target in _list_targets(lines) or [b""])


def _list_targets(lines: Iterable[bytes]) -> list[bytes]:
    return [parts[2] for parts in (line.split(b" ", 3) for line in lines) if parts[1] == _TARGET]


def _find_targets(mentions: Iterator[bytes], groups: Iterator[tuple[bytes, Iterator[bytes]]]) -> Iterator[bytes]:
    """The targets of mentions, by a merge join with the sorted lines of a graph."""
    mention = next(mentions, b"").rstrip(b"\n")
    for subject, lines in groups:
        while mention and mention < subject:
            mention = next(mentions, b"").rstrip(b"\n")
        if not mention:
            return
        if mention == subject:
            yield from _list_targets(lines)


def _count_figures(events: Iterator[bytes]) -> FigureChanges:
    counts = dict.fromkeys((_NEW, _GONE, _CHANGED), 0)
    first: dict[bytes, list[str]] = {change: [] for change in counts}
    for figure, lines in groupby(events, key=lambda line: line[: line.index(b" ")]):
        changes = {line[len(figure) + 1 : -1] for line in lines} & {_NEW, _GONE}
        change = changes.pop() if len(changes) == 1 else _CHANGED
        counts[change] += 1
        if len(first[change]) < _MAX_LISTED_FIGURES:
            name = figure[len(_FIGURE_PREFIX) : -1] if figure.startswith(_FIGURE_PREFIX) else figure[1:-1]
            first[change].append(unquote(name.decode().removesuffix(".html")))
    new, gone, changed = (FigureList(counts[change], first[change]) for change in (_NEW, _GONE, _CHANGED))
    return FigureChanges(new, gone, changed)
