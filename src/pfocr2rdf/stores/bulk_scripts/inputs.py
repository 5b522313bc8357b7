"""What a plan loads: which files, into which graphs, and how many statements there must be in the end."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Literal, NamedTuple, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse, serialize

from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iris import DATASET_IRI, is_absolute_iri
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, open_decompressed
from pfocr2rdf.storage.layout import MANIFEST_FILE, read_manifest
from pfocr2rdf.stores.graph_layout import VOCABULARY_GRAPH, dataset_pattern

EXAMPLES_FILE = "examples.nq"
"""The file of a plan with the example queries."""

_PYOXIGRAPH_FORMATS = {"nt": RdfFormat.N_TRIPLES, "ttl": RdfFormat.TURTLE, "nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG}
_FORMAT_OPTIONS = {"nt": "ntriples", "ttl": "turtle", "nq": "nquads", "trig": "trig"}


class BulkInputs(NamedTuple):
    """A release of the graph, and how it is to be loaded."""

    folder: Path
    triples: list[Path]  # the absolute paths of .nt and .ttl, with .gz or .zst behind
    quads: list[Path]  # the absolute paths of .nq and .trig, likewise
    vocabulary: Path | None  # goes into a separate graph, or with all else into the default graph
    description: Path | None  # goes into a separate graph
    graph_layout: Literal["dataset", "figure", "default"]
    graph: str  # the name of the dataset's graph
    statements: int | None  # where the number is known
    examples: str = ""  # the example queries as N-Quads, which go into a separate graph


class InputFile(NamedTuple):
    """One file to load."""

    path: Path
    syntax: str  # nt, ttl, nq or trig
    compression: str  # gz or zst, or empty
    graph: str  # that its statements go into; empty where they name it, or go into the default graph
    sha256: str  # by the export's manifest, or empty
    in_plan: bool = False  # whether it is a file of the plan, not of the export

    @property
    def word(self) -> str:
        """The word of bash that names it; the folder of a plan may be moved."""
        return f'"$here"/{self.path.name}' if self.in_plan else shlex.quote(str(self.path))


class BulkJob(NamedTuple):
    """All that a bulk loader needs to know: its inputs, and the files of the graph and of its metadata."""

    inputs: BulkInputs
    data_files: list[InputFile]
    export_metadata: list[InputFile]  # the vocabulary and the description
    output: Path  # the absolute path of the plan's folder
    expected_statements: int | None  # that the query of count_query is to find, where that is known

    @property
    def plan_files(self) -> dict[str, str]:
        """The metadata that is in no file of the export, as N-Quads by file name: the examples."""
        return {EXAMPLES_FILE: self.inputs.examples} if self.inputs.examples else {}

    @property
    def metadata_files(self) -> list[InputFile]:
        """The files of the metadata: those of the export, and those of the plan."""
        return self.export_metadata + [InputFile(self.output / name, "nq", "", "", "", in_plan=True) for name in self.plan_files]

    @property
    def files(self) -> list[InputFile]:
        """All files."""
        return self.data_files + self.metadata_files


def build_bulk_job(inputs: BulkInputs, title: str, syntaxes: tuple[str, ...], output: Path) -> BulkJob:
    """Choose the files: of one syntax, the first of the loader's ``syntaxes`` that the export has. Messages name the loader by its title.

    Raises:
        SourceError: the export has no such file, or something about it cannot be written into a script.
    """
    quads = inputs.graph_layout == "figure"
    if not syntaxes:
        raise SourceError(f"{title} cannot load with --graphs {inputs.graph_layout}; plan with --graphs dataset")
    if not is_absolute_iri(inputs.graph):
        raise SourceError(f"{inputs.graph}: is not an absolute IRI, so it cannot be the name of a graph; use one such as {DATASET_IRI}")
    paths = inputs.quads if quads else inputs.triples
    digests = _manifest_digests(inputs.folder)
    graph = inputs.graph if inputs.graph_layout == "dataset" else ""
    input_files = [_input_file(path, graph, digests) for path in paths]
    syntax = next((syntax for syntax in syntaxes if any(part.syntax == syntax for part in input_files)), None)
    if syntax is None:
        remedy = "export with " + " or ".join(f"--format {_FORMAT_OPTIONS[syntax]}" for syntax in syntaxes)
        raise SourceError(f"{inputs.folder}: has no file that {title} can load with --graphs {inputs.graph_layout}; {remedy}")
    default = inputs.graph_layout == "default"
    pairs = ((inputs.vocabulary, "" if default else VOCABULARY_GRAPH), (inputs.description, f"{inputs.graph}/description"))
    metadata = [_input_file(path, name, digests) for path, name in pairs if path is not None]
    job = BulkJob(inputs, [part for part in input_files if part.syntax == syntax], metadata, output.absolute(), inputs.statements)
    for path in (job.output, inputs.folder, *(part.path for part in job.files)):
        if not str(path).isprintable():
            raise SourceError(f"{str(path)!r}: has a character in its name that a script cannot contain; rename it")
    if default and inputs.vocabulary and inputs.statements is not None:  # no statement of it is one of the graph's
        return job._replace(expected_statements=inputs.statements + read_as_nquads(metadata[0]).count("\n"))
    return job


def _input_file(path: Path, graph: str, digests: dict[str, str]) -> InputFile:
    *_, kind, packing = ["", "", *path.name.split(".")]
    if packing not in ("gz", "zst"):
        kind, packing = packing, ""
    return InputFile(path, kind, packing, graph, digests.get(path.name, ""))


def _manifest_digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of files as the export's manifest has them; none where there is no such manifest."""
    digests = read_manifest(folder / MANIFEST_FILE, lambda manifest: {str(file["name"]): str(file["sha256"]) for file in manifest["files"]})
    return digests or {}


def count_query(inputs: BulkInputs, default_graph: str = "") -> str:
    """The query that counts the statements of the graph, but not those of separate graphs.

    ``default_graph`` is how the store names the default graph, where a query that names none asks all graphs.
    """
    name = {"figure": DATASET_IRI, "dataset": inputs.graph, "default": ""}[inputs.graph_layout]
    from_clause = f"FROM <{default_graph}> " if default_graph and not name else ""
    return f"SELECT (COUNT(*) AS ?n) {from_clause}WHERE {{ {dataset_pattern(inputs.graph_layout, name)} }}"


def read_as_nquads(input_file: InputFile) -> str:
    """The statements of a small file as sorted N-Quads that name its graph, where it has one; ``SourceError`` if it cannot be read."""
    try:
        graph = NamedNode(input_file.graph) if input_file.graph else DefaultGraph()
        with open_decompressed(input_file.path) as file:
            statements = parse(file.read(), _PYOXIGRAPH_FORMATS[input_file.syntax])
            quads = [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in statements]
    except (OSError, ValueError, KeyError, SyntaxError, *DECOMPRESSION_ERRORS) as error:
        raise SourceError(f"{input_file.path}: cannot be read: {error}; export again") from None
    written = cast("bytes", serialize(quads, format=RdfFormat.N_QUADS))
    return b"".join(sorted(written.splitlines(keepends=True))).decode()  # of bytes: a literal may have line separators of Unicode


def read_metadata_nquads(job: BulkJob, mark: str) -> dict[str, str]:
    """The vocabulary and the description as N-Quads by file name, with the mark of a plan in the first line."""
    return {
        "vocabulary.nq" if part.path == job.inputs.vocabulary else "description.nq": f"# {mark}\n{read_as_nquads(part)}"
        for part in job.export_metadata
    }
