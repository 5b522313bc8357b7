"""The file format of a delta: its reader, and what its writers share."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import SourceError, describe_os_error
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, open_decompressed
from pfocr2rdf.storage.layout import DELTA_FILE, read_manifest

UPDATE_STATEMENTS = 1000
"""Statements in one operation of SPARQL Update: some stores fail at little more than that."""

match_quad = re.compile(
    rb'(?P<triple><[^>]*> <[^>]*> (?:<[^>]*>|"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[a-z0-9-]+)?)) (?P<graph><[^>]*>)? ?\.\n'
).fullmatch
"""A canonical line of N-Triples or N-Quads: its ``triple`` without the point, and its ``graph`` with its brackets, if it names one."""

RESTATED_FILE = "restated.nt"
"""The triples that a quad to remove states, and another quad of the new graph: a store with one graph keeps them."""

_SUFFIXES = ("", ".gz", ".zst")
_match_operation = re.compile(rb"(DELETE|INSERT) DATA \{\n|GRAPH (<[^>]*>) \{\n|\}\n|;\n").fullmatch


def quad_triple(line: bytes) -> bytes:
    """The triple of a canonical line, without its graph and the point."""
    match = match_quad(line)
    assert match  # the line is canonical  # noqa: S101
    return match["triple"]


def is_delta(source: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder with a delta."""
    return (Path(source) / DELTA_FILE).is_file()


class StatementChange(NamedTuple):
    """A statement to remove or to add."""

    operation: str  # DELETE or INSERT
    graph: str  # its name; empty for the default graph
    triple: bytes  # as N-Triples


class DeltaReader(NamedTuple):
    """Reads a delta in a folder."""

    folder: Path
    names_graphs: bool  # its statements name the graphs that they are in
    removed: int
    added: int
    base: list[str]  # the digests of the version that it was made from
    result: list[str]  # the digests of the version that it leads to
    statements: int  # of the version that it leads to
    files: list[Path]  # of one of its formats, in the order in which they are read
    triples: int | None  # of the version that it leads to, without the names of graphs; ``None`` where they are unknown
    restated: list[Path]  # the file of triples that stay in a store with one graph, if there are any

    @classmethod
    def from_directory(cls, folder: Path) -> DeltaReader:
        """The delta in a folder; ``SourceError`` if there is none, or it is incomplete."""
        delta = read_manifest(folder / DELTA_FILE, lambda manifest: cls._from_manifest(folder, manifest))
        if delta is None:
            raise SourceError(f"{folder / DELTA_FILE}: is not the description of a delta; create the delta again with pfocr2rdf diff")
        return delta

    @classmethod
    def _from_manifest(cls, folder: Path, manifest: Any) -> DeltaReader:
        names = {file["name"] for file in manifest["files"]}
        statements, names_graphs = int(manifest["new"]["statements"]), manifest["statements"] == "quads" and not manifest["ignore_graphs"]
        triples = manifest.get("triples") if names_graphs else statements
        return cls(
            folder=folder,
            names_graphs=names_graphs,
            removed=int(manifest["removed"]),
            added=int(manifest["added"]),
            base=_side_digests(manifest["old"]),
            result=_side_digests(manifest["new"]),
            statements=statements,
            files=_find_files(folder, names),
            triples=triples,
            restated=[folder / name for name in names if name.startswith(RESTATED_FILE)],
        )

    def changes(self) -> Iterator[StatementChange]:
        """The statements to remove, then those to add; ``SourceError`` if a file cannot be read, or is not one of a delta."""
        return self._read(self.files)

    def changes_of_one_graph(self) -> Iterator[StatementChange]:
        """The same for a store that has all statements in one graph: triples, of which those that are restated come last."""
        return (change._replace(graph="") for change in chain(self.changes(), self._read(self.restated)))

    def _read(self, paths: list[Path]) -> Iterator[StatementChange]:
        for path in paths:
            try:
                with open_decompressed(path) as file:
                    yield from _parse_changes(path, iter(file))
            except OSError as error:
                raise SourceError(f"{path}: cannot be read: {describe_os_error(error)}") from None
            except DECOMPRESSION_ERRORS as error:
                raise SourceError(f"{path}: is damaged: {error}; create the delta again") from None


def iter_updates(changes: Iterator[StatementChange], graph: str) -> Iterator[str]:
    """SPARQL Update in operations of a bounded size, each of which is idempotent; statements without a graph go into ``graph``."""
    for verb, same in groupby(changes, key=lambda change: change.operation):
        while batch := list(islice(same, UPDATE_STATEMENTS)):
            blocks = groupby(batch, key=lambda change: change.graph or graph)
            yield f"{verb} DATA {{\n{''.join(_graph_block(name, list(block)) for name, block in blocks)}}}"


def _graph_block(name: str, changes: list[StatementChange]) -> str:
    lines = "".join(f"{change.triple.decode()} .\n" for change in changes)
    return f"GRAPH <{name}> {{\n{lines}}}\n" if name else lines


def _side_digests(side: dict[str, Any]) -> list[str]:
    return sorted({str(side["sha256"]), *(str(file["sha256"]) for file in side["files"]), *side.get("versions", ())})


def _find_files(folder: Path, names: set[str]) -> list[Path]:
    """The files of the first format that the delta has; ``KeyError`` if there is none."""
    for stems in (("removed.nq", "added.nq"), ("removed.nt", "added.nt"), ("delta.rdfp",), ("delta.ru",)):
        for suffix in _SUFFIXES:
            if names.issuperset(format_names := [stem + suffix for stem in stems]):
                return [folder / name for name in format_names]
    raise KeyError(DELTA_FILE)


def _parse_changes(path: Path, lines: Iterator[bytes]) -> Iterator[StatementChange]:
    """The statements of one file in any of the formats."""
    verb = {"removed": "DELETE", "added": "INSERT", "restated": "INSERT"}.get(path.name.partition(".")[0], "")
    graph = ""
    is_patch = ".rdfp" in path.suffixes
    for number, line in enumerate(lines, 1):
        statement = line
        if is_patch:
            if line[:2] not in (b"D ", b"A "):
                continue
            verb, statement = "DELETE" if line[:1] == b"D" else "INSERT", line[2:]
        elif frame := _match_operation(line):
            verb, graph = (frame[1] or verb.encode()).decode(), (frame[2] or b"").decode()[1:-1]
            continue
        if not (quad := match_quad(statement)) or not verb:
            raise SourceError(f"{path}:{number}: is not a statement of a delta; create the delta again")
        yield StatementChange(verb, (quad["graph"] or b"").decode()[1:-1] or graph, quad["triple"])
