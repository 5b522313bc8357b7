"""What a plan loads: which files, into which graphs, and how many statements there must be in the end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Literal, NamedTuple, cast

import zstandard
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse, serialize

from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iris import DATASET, is_absolute
from pfocr2rdf.storage.layout import MANIFEST
from pfocr2rdf.stores.graph_layout import VOCABULARY, everything

_FORMATS = {
    "nt": RdfFormat.N_TRIPLES,
    "ttl": RdfFormat.TURTLE,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
}
_OPTIONS = {"nt": "ntriples", "ttl": "turtle", "nq": "nquads", "trig": "trig"}


class Inputs(NamedTuple):
    """A release of the graph, and how it is to be loaded.

    Attributes:
        folder: the export.
        triples: its files of triples (``.nt``, ``.ttl``, with ``.gz`` or ``.zst`` behind), by absolute paths.
        quads: its files of quads (``.nq``, ``.trig``), likewise.
        vocabulary: the file of the vocabulary, if it is to be loaded: into a graph of its own, or with all else into the one without.
        description: the file that describes the dataset, if it is to be loaded: into a graph of its own.
        graphs: where statements go: all to one graph, each to the graph that its quad names, or to the graph without a name.
        graph: the name of the dataset's graph.
        statements: how many statements the graph has, where that is known.
    """

    folder: Path
    triples: list[Path]
    quads: list[Path]
    vocabulary: Path | None
    description: Path | None
    graphs: Literal["dataset", "figure", "default"]
    graph: str
    statements: int | None


class Part(NamedTuple):
    """One file to load.

    Attributes:
        path: where it is.
        kind: its syntax: ``nt``, ``ttl``, ``nq`` or ``trig``.
        packing: ``gz`` or ``zst`` where it is compressed, else nothing.
        graph: the graph that its statements go into; nothing where they say it themselves, or go into the one without a name.
        sha256: what the export's manifest says of it, or nothing.
    """

    path: Path
    kind: str
    packing: str
    graph: str
    sha256: str


class Job(NamedTuple):
    """All that a target needs to know.

    Attributes:
        release: what is loaded.
        data: the files of the graph.
        beside: the files of the vocabulary and the description.
        output: the plan's folder, as an absolute path.
        expected: how many statements the query of ``question`` is to find, where that is known.
    """

    release: Inputs
    data: list[Part]
    beside: list[Part]
    output: Path
    expected: int | None

    @property
    def parts(self) -> list[Part]:
        """All files."""
        return self.data + self.beside


def job_of(release: Inputs, title: str, kinds: tuple[str, ...], output: Path) -> Job:
    """Choose the files: of one syntax, the first of those that the target reads and the export has.

    Args:
        release: what is to be loaded.
        title: the target's name, for what is said.
        kinds: the syntaxes that the target can load in this way, the best first.
        output: the plan's folder.

    Raises:
        SourceError: the export has no such file, or something about it cannot be written into a script.
    """
    quads = release.graphs == "figure"
    if not kinds:
        raise SourceError(f"{title} cannot load with --graphs {release.graphs}; plan with --graphs dataset")
    if not is_absolute(release.graph):
        raise SourceError(f"{release.graph}: is no absolute IRI, so it names no graph; give one such as {DATASET}")
    there = release.quads if quads else release.triples
    digests = _digests(release.folder)
    graph = release.graph if release.graphs == "dataset" else ""
    found = [_part(path, graph, digests) for path in there]
    kind = next((kind for kind in kinds if any(part.kind == kind for part in found)), None)
    if kind is None:
        wanted = " or ".join(f"--format {_OPTIONS[kind]}" for kind in kinds)
        raise SourceError(f"{release.folder}: has no file that {title} can load with --graphs {release.graphs}; export with {wanted}")
    default = release.graphs == "default"
    pairs = ((release.vocabulary, "" if default else VOCABULARY), (release.description, f"{release.graph}/description"))
    beside = [_part(path, name, digests) for path, name in pairs if path is not None]
    job = Job(release, [part for part in found if part.kind == kind], beside, output.absolute(), release.statements)
    for path in (job.output, release.folder, *(part.path for part in job.parts)):
        if not str(path).isprintable():
            raise SourceError(f"{str(path)!r}: has a character in its name that no script can hold; rename it")
    if default and release.vocabulary and release.statements is not None:  # no statement of it is one of the graph's
        return job._replace(expected=release.statements + len(as_quads(beside[0]).splitlines()))
    return job


def _part(path: Path, graph: str, digests: dict[str, str]) -> Part:
    *_, kind, packing = ["", "", *path.name.split(".")]
    if packing not in ("gz", "zst"):
        kind, packing = packing, ""
    return Part(path, kind, packing, graph, digests.get(path.name, ""))


def _digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of files as the export's manifest has them; none where there is no such manifest."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {str(file["name"]): str(file["sha256"]) for file in files}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def question(release: Inputs, default: str = "") -> str:
    """The query that counts the statements of the graph, but not of what has a graph of its own beside it.

    Args:
        release: what was loaded.
        default: how the target names the graph without a name, where a query that names none asks all graphs.
    """
    name = {"figure": DATASET, "dataset": release.graph, "default": ""}[release.graphs]
    which = f"FROM <{default}> " if default and not name else ""
    return f"SELECT (COUNT(*) AS ?n) {which}WHERE {{ {everything(release.graphs, name)} }}"


def as_quads(part: Part) -> str:
    """The statements of a small file as N-Quads that name its graph, where it has one, sorted.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        with part.path.open("rb") as file:
            data = file.read()
            if part.packing == "gz":
                data = gzip.decompress(data)
            elif part.packing == "zst":
                data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        graph = NamedNode(part.graph) if part.graph else DefaultGraph()
        quads = [Quad(one.subject, one.predicate, one.object, graph) for one in parse(data, _FORMATS[part.kind])]
    except (OSError, EOFError, ValueError, KeyError, SyntaxError, zstandard.ZstdError) as error:
        raise SourceError(f"{part.path}: cannot be read: {error}; export again") from None
    written = cast("bytes", serialize(quads, format=RdfFormat.N_QUADS))
    return "".join(sorted(written.decode().splitlines(keepends=True)))


def quads_beside(job: Job, mark: str) -> dict[str, str]:
    """Their files by name, with the mark of a plan in the first line.

    Raises:
        SourceError: one of them cannot be read.
    """
    return {
        "vocabulary.nq" if part.path == job.release.vocabulary else "description.nq": f"# {mark}\n{as_quads(part)}" for part in job.beside
    }
