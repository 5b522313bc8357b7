"""The bulk loaders: what each of them reads, and the files that it needs."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, InputFile, read_metadata_nquads
from pfocr2rdf.stores.bulk_scripts.templates import SCRIPT_MARK, prepare_files, render_script, render_template

SCRIPT_NAME = "load.sh"

_ALL_SYNTAXES = {"dataset": ("nt", "ttl"), "figure": ("nq", "trig"), "default": ("nt", "ttl")}
_NTRIPLES_FOR_DATASET = {**_ALL_SYNTAXES, "dataset": ("nt",)}  # the script makes quads of them, line by line
_NO_TRIG = {**_ALL_SYNTAXES, "figure": ("nq",)}
_NO_DEFAULT_GRAPH: dict[str, tuple[str, ...]] = {**_ALL_SYNTAXES, "default": ()}

# How these stores name the default graph.
_GRAPHDB_DEFAULT_GRAPH = "http://www.openrdf.org/schema/sesame#nil"
_NEPTUNE_DEFAULT_GRAPH = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph"
_QLEVER_DEFAULT_GRAPH = "http://qlever.cs.uni-freiburg.de/builtin-functions/default-graph"

_NEPTUNE_FORMATS = {"nt": "ntriples", "ttl": "turtle", "nq": "nquads"}
_QLEVER_PORT = 7019
_QLEVER_READ_COMMANDS = {"": "cat", "gz": "gzip -dc", "zst": "zstd -dc"}


class BulkLoader(NamedTuple):
    """The bulk loader of a store: its title, and the syntaxes that it reads by the layout of graphs, in order of preference."""

    title: str
    syntaxes: Mapping[str, tuple[str, ...]]
    render: Callable[[BulkJob], dict[str, str]]  # the texts of the files of a plan by name


def _render_script_only(loader: str, job: BulkJob) -> dict[str, str]:
    return {SCRIPT_NAME: render_script(loader, job, prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside"))}


def _render_graphdb(job: BulkJob) -> dict[str, str]:
    """GraphDB builds a repository while the server is stopped; its loader takes no graph for a file, so metadata are quads."""
    generated = read_metadata_nquads(job, f"{SCRIPT_MARK} graphdb")
    data = prepare_files(job.data_files, "data", to_quads=job.inputs.graph_layout == "dataset")
    names = [*generated, *job.plan_files]
    script = render_script("graphdb", job, data, default_graph=_GRAPHDB_DEFAULT_GRAPH, generated=names)
    return {SCRIPT_NAME: script, "repository.ttl": render_template("repository.ttl.j2"), **generated}


def _render_jena(job: BulkJob) -> dict[str, str]:
    """Jena's loader for very large graphs builds a TDB2 database; it takes no graph for a file, so metadata are quads."""
    to_quads = job.inputs.graph_layout == "dataset"
    data = prepare_files(job.data_files, "data", to_quads=to_quads)
    generated = read_metadata_nquads(job, f"{SCRIPT_MARK} jena")
    links = {}
    for number, file in enumerate(data, 1):
        suffix = ".gz" if to_quads or file.input.compression == "gz" else ""
        links[f"data-{number}.{'nq' if to_quads else file.input.syntax}{suffix}"] = file.word
    links |= {name: f'"$here"/{name}' for name in (*generated, *job.plan_files)}
    return {SCRIPT_NAME: render_script("jena", job, data, links=links), **generated}


def _render_neptune(job: BulkJob) -> dict[str, str]:
    """Amazon Neptune fetches files from S3 on request over HTTP."""
    data, metadata = prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside")
    s3_folders = {"data": job.data_files[0]} | {f"beside-{number}": file for number, file in enumerate(job.metadata_files, 1)}
    numbered = [("data", number, file) for number, file in enumerate(data, 1)]
    numbered += [(f"beside-{number}", 1, file) for number, file in enumerate(metadata, 1)]
    uploads = [
        {"word": file.word, "key": f"{folder}/{number:05}.{file.input.syntax}{'.gz' if file.input.compression == 'gz' else ''}"}
        for folder, number, file in numbered
    ]
    context = {"uploads": uploads, "s3_folders": s3_folders, "neptune_formats": _NEPTUNE_FORMATS}
    return {SCRIPT_NAME: render_script("neptune", job, data, metadata, _NEPTUNE_DEFAULT_GRAPH, **context)}


def _render_qlever(job: BulkJob) -> dict[str, str]:
    """QLever builds an index from streams, each with its graph. It takes no absolute names, so the Qleverfile names links."""
    stems = [f"data-{number}" for number, _ in enumerate(job.data_files, 1)]
    stems += [f"beside-{number}" for number, _ in enumerate(job.metadata_files, 1)]
    links = {
        f"{stem}.{file.syntax}{f'.{file.compression}' if file.compression else ''}": file
        for stem, file in zip(stems, job.files, strict=True)
    }
    streams = [json.dumps(_qlever_stream(name, file)).replace("$", "$$") for name, file in links.items()]  # a dollar begins a reference
    qleverfile = render_template("Qleverfile.j2", links=links, streams=streams, syntax=job.data_files[0].syntax, port=_QLEVER_PORT)
    script = render_script("qlever", job, (), default_graph=_QLEVER_DEFAULT_GRAPH, links=links, port=_QLEVER_PORT)
    return {SCRIPT_NAME: script, "Qleverfile": qleverfile}


def _qlever_stream(name: str, file: InputFile) -> dict[str, str]:
    """An entry of MULTI_INPUT_JSON. QLever hands the graph to a shell as it is."""
    return {
        "cmd": f"{_QLEVER_READ_COMMANDS[file.compression]} {name}",
        "format": file.syntax,
        "graph": shlex.quote(file.graph) if file.graph else "-",
        "parallel": "true" if file.syntax in ("nt", "nq") else "false",  # files of lines can be read at many places at once
    }


def _render_virtuoso(job: BulkJob) -> dict[str, str]:
    """Virtuoso's server reads files itself, from folders that its settings allow, when SQL tells it to."""
    graph = job.inputs.graph
    if job.inputs.graph_layout == "dataset" and re.search(r"[;'$?]|--", graph):
        raise SourceError(f"{graph}: isql interprets the characters ; ' $ ? and -- in the name of a graph; choose another name")
    work_folder = str(job.output / "work")
    data, metadata = prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside")
    rows = []
    for stem, prepared in (("data", data), ("beside", metadata)):
        for number, (file, command, _) in enumerate(prepared, 1):
            row_folder = work_folder if command else str(file.path.parent)
            name = f"{stem}-{number}.{file.syntax}" if command else _require_plain_name(file, "Virtuoso")
            rows.append({"folder": row_folder, "name": name, "graph": file.graph or DATASET_IRI})
    folders = sorted({row["folder"] for row in rows})
    script = render_script("virtuoso", job, data, metadata, rows=rows, folders=folders, work_folder=work_folder)
    return {SCRIPT_NAME: script, "load.sql": render_template("load.sql.j2", rows=rows)}


def _require_plain_name(file: InputFile, title: str) -> str:
    """The name of a file, for a loader that takes names for patterns; ``SourceError`` if it would be one."""
    if not re.fullmatch(r"[A-Za-z0-9.-]+", file.path.name):
        raise SourceError(f"{file.path}: {title} interprets file names as patterns; use only letters, digits, dots and hyphens")
    return file.path.name


BULK_LOADERS: dict[str, BulkLoader] = {
    "graphdb": BulkLoader("GraphDB", _NTRIPLES_FOR_DATASET, _render_graphdb),
    "jena": BulkLoader("Apache Jena", _NTRIPLES_FOR_DATASET, _render_jena),
    "neptune": BulkLoader("Amazon Neptune", _NO_TRIG, _render_neptune),
    # Oxigraph loads into a store on disk while no server has it open.
    "oxigraph": BulkLoader("Oxigraph", _ALL_SYNTAXES, partial(_render_script_only, "oxigraph")),
    "qlever": BulkLoader("QLever", _NO_TRIG, _render_qlever),
    # Stardog creates a database from its files, which is much faster than adding them to one.
    "stardog": BulkLoader("Stardog", _ALL_SYNTAXES, partial(_render_script_only, "stardog")),
    "virtuoso": BulkLoader("Virtuoso", _NO_DEFAULT_GRAPH, _render_virtuoso),
}
"""The bulk loaders by the names that the command line takes."""
