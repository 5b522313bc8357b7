"""Jinja2 templates of bulk-load scripts.

Their statements (``#% ... %#``) are comments of bash, so that an editor and shellcheck read the templates as they are.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, InputFile, count_query

if TYPE_CHECKING:
    from jinja2 import Environment

SCRIPT_MARK = "Made by pfocr2rdf load --plan"
"""Text within the first two lines of every generated file, behind a comment sign: files without it are never overwritten."""


class PreparedFile(NamedTuple):
    """A file as a loader can read it."""

    input: InputFile
    command: str  # of bash, which decompresses or converts the file first; empty if it is read as it is
    word: str  # of bash, which names what the loader reads


def prepare_files(input_files: Sequence[InputFile], stem: str, *, to_quads: bool = False) -> list[PreparedFile]:
    """Decompress zstd, which few loaders read, and convert triples to quads of their graph if the loader needs that."""
    return [_prepare_file(file, f"{stem}-{number}", to_quads) for number, file in enumerate(input_files, 1)]


def _prepare_file(file: InputFile, stem: str, to_quads: bool) -> PreparedFile:
    path = file.word
    name = f"{stem}.nq.gz" if to_quads else f"{stem}.{file.syntax}"
    if to_quads:
        graph = shlex.quote(file.graph.replace("&", "\\&"))  # the one character of an IRI that is special to sed
        sources = {"": f"quads {name} {graph} <{path}", "gz": f"gzip -dc -- {path} | quads {name} {graph}"}
        command = sources.get(file.compression, f'"$ZSTD" -dc -- {path} | quads {name} {graph}')
    elif file.compression == "zst":
        command = f"unpack {path} {name}"
    else:
        return PreparedFile(file, "", path)
    return PreparedFile(file, command, f'"$WORK_FOLDER"/{name}')


def render_script(
    loader: str, job: BulkJob, data: Sequence[PreparedFile], metadata: Sequence[PreparedFile] = (), default_graph: str = "", **context: Any
) -> str:
    """Render ``load.sh`` of a loader."""
    prepared = [*data, *metadata]
    uses_work_folder = loader == "jena" or any(file.command for file in prepared)  # Jena sorts there
    return render_template(
        f"{loader}.sh.j2",
        loader=loader,
        folder=job.inputs.folder,
        files=job.data_files + job.export_metadata,
        data=list(data),
        metadata=list(metadata),
        expected="" if job.expected_statements is None else str(job.expected_statements),
        question=count_query(job.inputs, default_graph),
        uses_zstd=any(file.input.compression == "zst" for file in prepared),
        uses_work_folder=uses_work_folder,
        uses_plan_folder=uses_work_folder or any(file.input.in_plan for file in prepared),
        to_quads=any(" quads " in f" {file.command}" for file in prepared),
        **context,
    )


def render_template(template: str, **context: Any) -> str:
    """Render a template."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here, for a quick start of the command line

    environment = Environment(  # noqa: S701 - bash, SQL and Turtle are no HTML
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        block_start_string="#%",
        block_end_string="%#",
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["mark"] = SCRIPT_MARK
    environment.filters["quote"] = lambda value: shlex.quote(str(value))
    environment.filters["sql"] = sql_literal
    return environment


def sql_literal(text: str) -> str:
    """A string literal of Virtuoso's SQL.

    >>> sql_literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
