"""``pfocr2rdf load``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pfocr2rdf.cli.errors import ask_password, handle_errors
from pfocr2rdf.cli.params import require_absolute_iri
from pfocr2rdf.cli.progress import show_stages
from pfocr2rdf.errors import ExitStatus
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.delta_format import is_delta
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.stores.apply import ApplyResult, apply
from pfocr2rdf.stores.bulk_scripts.loaders import BULK_LOADERS
from pfocr2rdf.stores.bulk_scripts.plan import plan_bulk_load
from pfocr2rdf.stores.clients.http import REQUEST_RETRY_SECONDS, REQUEST_TIMEOUT_SECONDS
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions
from pfocr2rdf.stores.drivers import DRIVERS
from pfocr2rdf.stores.graph_layout import GRAPH_LAYOUTS
from pfocr2rdf.stores.loading.load import LoadResult, load
from pfocr2rdf.stores.loading.plan import DEFAULT_SAMPLE_FIGURES
from pfocr2rdf.stores.loading.send import LoadRateCallback

_EXAMPLES = """\b
Examples:
  pfocr2rdf load output
  pfocr2rdf load output --to http://localhost:7878
  pfocr2rdf load output --to https://example.org/sparql --user curator --graphs figure
  pfocr2rdf load delta --to http://localhost:7878
  pfocr2rdf load output --plan virtuoso --output plan
"""


def _parse_iri(context: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001 - click calls it so
    return require_absolute_iri(value)


@click.command("load", epilog=_EXAMPLES)
@click.argument("source", type=click.Path())
@click.option(
    "--to", default=DEFAULT_STORE, show_default=True, metavar="TARGET",
    help="The folder of an embedded store, which needs no server, or the URL of a SPARQL server.",
)  # fmt: skip
@click.option(
    "--graphs", type=click.Choice(GRAPH_LAYOUTS), default=GRAPH_LAYOUTS[0], show_default=True,
    help="Load into one named graph, into one for each figure, or into the default graph.",
)  # fmt: skip
@click.option(
    "--graph", default=DATASET_IRI, show_default=True, metavar="IRI", callback=_parse_iri, help="The name of the one named graph."
)
@click.option("--append", is_flag=True, help="Add to what is in the graphs; without this it is replaced.")
@click.option("--fresh", is_flag=True, help="Begin anew, not where an interrupted load was.")
@click.option("--take-over", is_flag=True, help="Take the place of a load that holds the store and is dead.")
@click.option("--driver", type=click.Choice(list(DRIVERS)), help="The kind of server; without this it is found out.")
@click.option("--user", default="", metavar="NAME", help="The name to log in with; the password is asked for where it is not set.")
@click.option("--query-endpoint", default="", metavar="URL", help="Where the server takes queries.")
@click.option("--update-endpoint", default="", metavar="URL", help="Where the server takes updates.")
@click.option("--graph-store", default="", metavar="URL", help="Where the server speaks the Graph Store Protocol.")
@click.option(
    "--retry-for", type=click.FloatRange(min=0), default=REQUEST_RETRY_SECONDS, show_default=True, metavar="SECONDS",
    help="How long a request is tried again that fails for a reason that may pass.",
)  # fmt: skip
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=REQUEST_TIMEOUT_SECONDS, show_default=True, metavar="SECONDS",
    help="How long the server may be silent.",
)  # fmt: skip
@click.option(
    "--sample", type=click.IntRange(min=0), default=DEFAULT_SAMPLE_FIGURES, show_default=True, metavar="N",
    help="How many figures are read back and compared.",
)  # fmt: skip
@click.option(
    "--chunk-size", type=click.IntRange(min=1), metavar="BYTES",
    help="How large a request may be; without this, what the store bears.",
)  # fmt: skip
@click.option(
    "--requests", type=click.IntRange(min=1), metavar="N",
    help="How many requests are sent at once; without this, what is quick.",
)  # fmt: skip
@click.option(
    "--journals", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Where the journals of loads into servers are; without this, in the user's folder for such files.",
)  # fmt: skip
@click.option(
    "--plan",
    type=click.Choice(list(BULK_LOADERS)),
    help="Do not load, but write the script that loads with the own loader of such a store.",
)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER", help="The folder of the plan  [default: plan].",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit status says it all.")
@handle_errors
def load_command(
    source: str, to: str, as_json: bool, quiet: bool, driver: str | None, user: str, query_endpoint: str, update_endpoint: str,
    graph_store: str, retry_for: float, timeout: float, graph: str, take_over: bool, dry_run: bool, chunk_size: int | None,
    requests: int | None, plan: str | None, output: Path | None, **options: Any,
) -> int:  # fmt: skip
    """Load an export, or a delta, into a SPARQL store.

    SOURCE is an export directory, an RDF file, records, which are exported first, or a delta. The graph of an earlier load is
    replaced as a whole when this one is complete and counted. A load that was interrupted goes on where it was. Passwords come
    from PFOCR2RDF_USER and PFOCR2RDF_PASSWORD, PFOCR2RDF_TOKEN, ~/.netrc, or a prompt.
    """
    if plan:
        return _write_plan(plan, source, output, str(options["graphs"]), graph, as_json=as_json, quiet=quiet)
    if output:
        raise click.UsageError("--output is the folder of a plan; give --plan, or the store with --to.")
    endpoints = Endpoints(query_endpoint, update_endpoint, graph_store)
    connection = ConnectionOptions(driver or "", user, ask_password if sys.stdin.isatty() else None, endpoints, retry_for, timeout)
    common: dict[str, Any] = {"graph": graph, "take_over": take_over, "connection": connection, "dry_run": dry_run}
    done: ApplyResult | LoadResult
    with show_stages(quiet or as_json) as told:
        if is_delta(source):
            done = apply(source, to, progress=told, **common)
        else:
            size: dict[str, Any] = {"chunk_size": chunk_size or 0, "requests": requests or 0}
            done = load(source, to, progress=told, rates=_rate_progress(told), **common, **size, **options)
    if as_json:
        click.echo(json.dumps(done.as_dict(), indent=2))
    elif not quiet:
        _print_summary(done)
    return ExitStatus.OK


def _write_plan(target: str, source: str, output: Path | None, graphs: str, graph: str, *, as_json: bool, quiet: bool) -> int:
    folder = output or Path("plan")
    files = plan_bulk_load(target, source, folder, graphs=graphs, graph=graph)
    if as_json:
        click.echo(json.dumps({"target": target, "output": str(folder), "files": files}, indent=2))
    elif not quiet:
        click.echo(f"Written to {folder}: {', '.join(files)}")
    return ExitStatus.OK


def _rate_progress(progress: Progress | None) -> LoadRateCallback | None:
    """How fast it goes, beside the bar."""
    if progress is None:
        return None
    began = time.monotonic()

    def say(read: int, total: int, there: int, before: int) -> None:
        rate = (there - before) / max(time.monotonic() - began, 0.001)
        progress("loading", read, total, f"{read / 1e6:,.0f} of {total / 1e6:,.0f} MB, {there:,} statements, {rate:,.0f}/s")

    return say


def _print_summary(summary: ApplyResult | LoadResult) -> None:
    from rich.console import Console
    from rich.table import Table  # here, for a quick start

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in _apply_rows(summary) if isinstance(summary, ApplyResult) else _load_rows(summary):
        table.add_row(name, value)
    Console(highlight=False).print(table)
    if summary.dry_run:
        click.echo("Nothing was changed.")


def _load_rows(summary: LoadResult) -> Iterator[tuple[str, str]]:
    yield "store", f"{summary.target} ({summary.driver})"
    yield "version", summary.version[0][:12]
    if summary.before:
        yield "statements before, which are replaced" if summary.replaced else "statements before", f"{summary.before:,}"
    if summary.dry_run:
        yield "bytes to load", f"{summary.size:,}"
        return
    yield "statements", f"{summary.statements:,}"
    yield "chunks", f"{summary.chunks:,}"
    if summary.resumed:
        yield "chunks that an interrupted load had sent", f"{summary.resumed:,}"
    if summary.retries:
        yield "requests tried again", f"{summary.retries:,}"
    yield "figures read back and equal", f"{summary.sampled:,}"
    yield "statements a second", f"{summary.statements / max(summary.seconds, 0.001):,.0f}"


def _apply_rows(summary: ApplyResult) -> Iterator[tuple[str, str]]:
    yield "store", f"{summary.target} ({summary.driver})"
    if summary.already:
        yield "held that version already", summary.version[0][:12]
        return
    yield "removed", f"{summary.removed:,}"
    yield "added", f"{summary.added:,}"
    yield "statements", f"{summary.statements:,}"
    if summary.retries:
        yield "requests tried again", f"{summary.retries:,}"
