"""``pfocr2rdf query``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import IO, Any

import click

from pfocr2rdf.cli.connection import refuse_server_options, server_options
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.output import open_output_file, open_standard_output
from pfocr2rdf.cli.params import FormatName, OutputPath, absolute_iri
from pfocr2rdf.cli.table import write_table
from pfocr2rdf.errors import ExitStatus, describe_os_error
from pfocr2rdf.storage.regular_files import read_file_or_pipe
from pfocr2rdf.storage.urls import is_url
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions
from pfocr2rdf.stores.network_guard import run_in_thread
from pfocr2rdf.stores.querying.examples import (
    LOCAL_ENDPOINT,
    Example,
    examples_as_rdf,
    examples_as_rows,
    find_example,
    group_by_task,
    load_examples,
    suggest_examples,
)
from pfocr2rdf.stores.querying.query import set_query_parameters, stream_query
from pfocr2rdf.stores.querying.result import QUERY_RESULT_FORMATS, ResultStream

_EXAMPLES = """\b
Examples:
  pfocr2rdf query --list
  pfocr2rdf query families-together
  pfocr2rdf query drawn-with --set gene=JAK2
  pfocr2rdf query words.rq
  pfocr2rdf query 'SELECT ?figure { ?figure pfocr:mentions ncbigene:6772 }' --format csv
  pfocr2rdf query 'DESCRIBE fam:STAT' --store release --output stat.ttl
"""

_TABLE = "table"
_QUERY_SUFFIXES = (".rq", ".sparql")
_is_query_text = re.compile(r"[\s{<]").search


def _resolve_query(context: click.Context, parameter: click.Parameter, value: str | None) -> str:  # noqa: ARG001 - click calls it so
    """The text of the query: what is in the file of that name, or an example, or the argument itself; empty where examples are listed."""
    if context.params["list_examples"]:
        if value is not None or context.params["show_text"]:
            raise click.UsageError("--list cannot be combined with a query or --show.")
        return ""
    if value is None:
        raise click.UsageError("name a query, or list the examples with --list.")
    try:
        if value == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        example = find_example(value)
        if value and _exists(Path(value)) and not (example and Path(value).is_dir()):
            return _read_query_file(Path(value))
        if example:
            return example.text
        if value.endswith(_QUERY_SUFFIXES) or (value and not _is_query_text(value)):
            raise click.BadParameter(_unknown_query_message(value))
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{value}: it is not UTF-8: {error.reason} at byte {error.start}.") from None
    return value


def _unknown_query_message(name: str) -> str:
    """What to say of a name that is neither of a file nor of an example."""
    like = suggest_examples(Path(name).stem)
    is_file = name.endswith(_QUERY_SUFFIXES)
    reason = f"there is no file {name}" if is_file else f"there is no file and no example named {name}"
    if like:
        return f"{reason}; there {'are examples' if like[1:] else 'is an example'} named {', '.join(like)}."
    remedy = "check the path" if is_file else "pfocr2rdf query --list shows the examples"
    return f"{reason}; {remedy}."


def _parse_settings(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG001 - click calls it so
    """The values of parameters by their names."""
    settings: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{text!r} is not NAME=VALUE, such as gene=STAT3.")
        if name in settings:
            raise click.BadParameter(f"{name} is set twice.")
        settings[name] = value
    return settings


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a query is seldom a possible name
        return False


def _read_query_file(path: Path) -> str:
    try:
        return read_file_or_pipe(path).decode("utf-8-sig")
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {describe_os_error(error)}.") from None


@click.command("query", epilog=_EXAMPLES)
@click.argument("text", metavar="QUERY", required=False, callback=_resolve_query)
@click.option(
    "--store", default=DEFAULT_STORE, show_default=True, metavar="STORE",
    help="Folder of an embedded store, or URL of a SPARQL server.",
)  # fmt: skip
@server_options("user", "query_endpoint", "retry_seconds", "timeout_seconds")
@click.option(
    "-f", "--format", "result_format", type=FormatName([_TABLE, *QUERY_RESULT_FORMATS]),
    help="Output format. Default: a table for SELECT, yes or no for ASK, Turtle for CONSTRUCT and DESCRIBE.",
)  # fmt: skip
@click.option(
    "--set", "parameters", multiple=True, metavar="NAME=VALUE", callback=_parse_settings,
    help="Set a parameter of the query, such as gene=STAT3: a symbol or name, an id or an IRI. Repeat for several; --list names them.",
)  # fmt: skip
@click.option("--graph", "graphs", multiple=True, metavar="IRI", type=absolute_iri, help="Query only this graph; repeat for several.")
@click.option("-o", "--output", type=OutputPath(dir_okay=False, path_type=Path), help="File to write the results to.")
@click.option("--service", is_flag=True, help="Allow federated queries (SERVICE).")
@click.option(
    "--list", "list_examples", is_flag=True, is_eager=True,
    help="List the example queries; --format csv gives all details, --format turtle a file for SPARQL editors.",
)  # fmt: skip
@click.option("--show", "show_text", is_flag=True, is_eager=True, help="Print the text of the query, and do not run it.")
@handle_errors
def query_command(
    text: str, store: str, result_format: str | None, output: Path | None, connection: ConnectionOptions, show_text: bool,
    list_examples: bool, parameters: dict[str, str], **options: Any,
) -> int:  # fmt: skip
    """Query a store with SPARQL.

    QUERY is a file, the name of an example, the text of a query, or - for standard input. The prefixes of exports need no
    declaration. Without --graph and FROM, the query uses all graphs of an embedded store. Queries cannot change the store.
    """

    def ask() -> None:
        query_text = set_query_parameters(store, text, parameters, connection) if parameters else text
        if show_text:
            file.write(query_text.encode())
            return
        if list_examples and result_format in (None, _TABLE):
            _write_example_list(file)
            return
        if list_examples:
            result = _list_examples(result_format or "", connection.endpoints.query or (store if is_url(store) else LOCAL_ENDPOINT))
        else:
            result = stream_query(store, query_text, connection=connection, **options)
        chosen_format = result_format or ("turtle" if result.query_form == "construct" else _TABLE)
        if chosen_format == _TABLE and result.query_form != "construct":
            if not write_table(result, file):
                click.echo(f"{store}: no results match the query", err=True)
        else:
            result.write(file, chosen_format)

    if not list_examples:  # whose endpoint may be named by an option
        refuse_server_options(store)
    with open_output_file(output) if output else open_standard_output() as file:
        run_in_thread(ask)  # the main thread cannot handle Ctrl-C while native code runs in it
    return ExitStatus.OK


def _list_examples(result_format: str, target: str) -> ResultStream:
    """All about the examples: a table, or RDF for SPARQL editors."""
    return examples_as_rdf(target) if QUERY_RESULT_FORMATS[result_format].is_rdf else examples_as_rows()


def _write_example_list(file: IO[bytes]) -> None:
    """The names and titles of the examples by task, each with its parameters."""
    examples = load_examples()
    width = max(len(example.name) for example in examples)
    for number, (task, members) in enumerate(group_by_task(examples).items()):
        lines = [f"  {example.name:{width}}  {example.title}{_describe_parameters(example)}" for example in members]
        file.write("\n".join([*([""] if number else []), task, *lines, ""]).encode())


def _describe_parameters(example: Example) -> str:
    return f" [{', '.join(parameter.name for parameter in example.parameters)}]" if example.parameters else ""
