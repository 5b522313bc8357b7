"""``pfocr2rdf load``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pfocr2rdf.cli.connection import SERVER_PARAMETERS, refuse_server_options, server_options
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import IntegerRange, OutputPath, absolute_iri, first_given_option, web_url
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.cli.table import print_summary
from pfocr2rdf.errors import ExitStatus
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.delta_format import is_delta
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.urls import is_url
from pfocr2rdf.stores.apply import ApplyResult, apply
from pfocr2rdf.stores.bulk_scripts.loaders import BULK_LOADERS
from pfocr2rdf.stores.bulk_scripts.plan import plan_bulk_load
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions
from pfocr2rdf.stores.graph_layout import GRAPH_LAYOUTS
from pfocr2rdf.stores.loading.load import LoadResult, load
from pfocr2rdf.stores.loading.plan import DEFAULT_SAMPLE_FIGURES

_EXAMPLES = """\b
Examples:
  pfocr2rdf load output
  pfocr2rdf load output --to http://localhost:7878
  pfocr2rdf load output --to https://example.org/sparql --user curator --graphs figure
  pfocr2rdf load delta --to http://localhost:7878
  pfocr2rdf load output --plan virtuoso --output plan
"""

_EXPORT_PARAMETERS = ("append", "fresh", "sample", "chunk_size", "requests", "journals")  # without an effect on a delta or a plan
_DELTA_IGNORES = (*_EXPORT_PARAMETERS, "graphs", "endpoint")
_PLAN_IGNORES = (*_EXPORT_PARAMETERS, "to", "take_over", "dry_run", *SERVER_PARAMETERS)


@click.command("load", epilog=_EXAMPLES)
@click.argument("source", type=click.Path())
@click.option(
    "--to", default=DEFAULT_STORE, show_default=True, metavar="TARGET",
    help="Folder of an embedded store, which needs no server, or URL of a SPARQL server.",
)  # fmt: skip
@click.option(
    "--graphs", type=click.Choice(GRAPH_LAYOUTS), default=GRAPH_LAYOUTS[0], show_default=True,
    help="Load into one named graph, one named graph per figure, or the default graph.",
)  # fmt: skip
@click.option("--graph", default=DATASET_IRI, show_default=True, metavar="IRI", type=absolute_iri, help="IRI of the named graph.")
@click.option(
    "--endpoint", metavar="URL", type=web_url,
    help="Public URL of the SPARQL endpoint, for the example queries. Default: the URL of the server, if any.",
)  # fmt: skip
@click.option("--append", is_flag=True, help="Add to the statements in the graphs instead of replacing them.")
@click.option("--fresh", is_flag=True, help="Start from the beginning instead of resuming an interrupted load.")
@click.option("--take-over", is_flag=True, help="Take over the lock of a load that has died.")
@server_options()
@click.option(
    "--sample", type=IntegerRange(min=0), default=DEFAULT_SAMPLE_FIGURES, show_default=True, metavar="N",
    help="Number of figures to read back and compare.",
)  # fmt: skip
@click.option(
    "--chunk-size", type=IntegerRange(min=1), metavar="BYTES",
    help="Maximum size of a request. Default: depends on the store.",
)  # fmt: skip
@click.option(
    "--requests", type=IntegerRange(min=1), metavar="N",
    help="Number of parallel requests. Default: depends on the store.",
)  # fmt: skip
@click.option(
    "--journals", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Folder for the journals of loads into servers. Default: the user's folder for application state.",
)  # fmt: skip
@click.option(
    "--plan",
    type=click.Choice(list(BULK_LOADERS)),
    help="Do not load; write a script for the bulk loader of this store.",
)
@click.option(
    "-o", "--output", type=OutputPath(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Folder for the script of --plan. Default: plan.",
)  # fmt: skip
@click.option(
    "--index", is_flag=True,
    help="Also build the search index and the lists of 'pfocr2rdf serve' in an embedded store. Default: its first start does.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def load_command(
    source: str, to: str, as_json: bool, quiet: bool, graph: str, chunk_size: int | None, requests: int | None, plan: str | None,
    output: Path | None, endpoint: str | None, take_over: bool, index: bool, dry_run: bool, connection: ConnectionOptions, **options: Any,
) -> int:  # fmt: skip
    """Load an export or a delta into a SPARQL store.

    SOURCE is an export directory, an RDF file, records (which are exported first), or a delta. The new release is verified before it
    replaces the previous one. An interrupted load is resumed. Passwords come from PFOCR2RDF_USER and PFOCR2RDF_PASSWORD,
    PFOCR2RDF_TOKEN, ~/.netrc, or a prompt.
    """
    if index and (plan or is_url(to)):
        raise click.UsageError("--index is for an embedded store; leave it out, or name a folder with --to.")
    _refuse_ineffective_options(source, to, has_plan=bool(plan))
    if plan:
        folder = output or Path("plan")
        files = plan_bulk_load(plan, source, folder, graphs=str(options["graphs"]), graph=graph, endpoint=endpoint or "")
        return _print_plan(plan, folder, files, as_json=as_json, quiet=quiet)
    if output:
        raise click.UsageError("--output sets the folder of a plan; add --plan, or set the store with --to.")
    common: dict[str, Any] = {"graph": graph, "take_over": take_over, "connection": connection, "dry_run": dry_run}
    result: ApplyResult | LoadResult
    with show_progress(quiet or as_json) as progress:
        if is_delta(source):
            result = apply(source, to, progress=progress, **common)
        else:
            result = load(
                source,
                to,
                progress=progress,
                chunk_size=chunk_size or 0,
                requests=requests or 0,
                endpoint=endpoint or "",
                **common,
                **options,
            )
        _build_index(to, progress, is_wanted=index and not dry_run)
    if as_json:
        click.echo(json.dumps(result.as_dict(), indent=2))
    elif not quiet:
        print_summary(_apply_rows(result) if isinstance(result, ApplyResult) else _load_rows(result))
        if result.dry_run:
            click.echo("Nothing was changed.")
    if isinstance(result, ApplyResult):
        return ExitStatus.OK
    if result.excluded_records and not quiet:
        click.echo(f"{source}: {result.excluded_records:,} of its records are not in the store; export it to see why", err=True)
    return result.exit_status


def _refuse_ineffective_options(source: str, to: str, *, has_plan: bool) -> None:
    if has_plan:
        if option := first_given_option(_PLAN_IGNORES):
            raise click.UsageError(f"{option} has no effect on a plan, which loads nothing; leave it out.")
        return
    refuse_server_options(to)
    if is_delta(source) and (option := first_given_option(_DELTA_IGNORES)):
        raise click.UsageError(f"{option} has no effect on a delta; leave it out.")


def _build_index(store: str, progress: Progress | None, *, is_wanted: bool) -> None:
    if is_wanted:
        from pfocr2rdf.server.page_data_builder import build_page_data  # here, since it imports all that pages need

        build_page_data(Path(store), progress=progress)


def _print_plan(target: str, folder: Path, files: list[str], *, as_json: bool, quiet: bool) -> int:
    if as_json:
        click.echo(json.dumps({"target": target, "output": str(folder), "files": files}, indent=2))
    elif not quiet:
        click.echo(f"Written to {folder}: {', '.join(files)}")
    return ExitStatus.OK


def _load_rows(result: LoadResult) -> Iterator[tuple[str, str]]:
    yield "store", f"{result.target} ({result.driver})"
    yield "version", result.version[0][:12]
    if result.previous_statements:
        yield "statements before, which are replaced" if result.replaced else "statements before", f"{result.previous_statements:,}"
    if result.dry_run:
        yield "bytes to load", f"{result.size:,}"
        return
    yield "statements", f"{result.statements:,}"
    yield "chunks", f"{result.chunks:,}"
    if result.resumed:
        yield "chunks that an interrupted load had sent", f"{result.resumed:,}"
    if result.retries:
        yield "requests tried again", f"{result.retries:,}"
    yield "figures read back and equal", f"{result.sampled:,}"
    yield "statements a second", f"{result.statements / max(result.seconds, 0.001):,.0f}"


def _apply_rows(result: ApplyResult) -> Iterator[tuple[str, str]]:
    yield "store", f"{result.target} ({result.driver})"
    if result.already:
        yield "already had that version", result.version[0][:12]
        return
    yield "removed", f"{result.removed:,}"
    yield "added", f"{result.added:,}"
    yield "statements", f"{result.statements:,}"
    if not result.dry_run:
        yield "partitions in the description", "none until a full export is loaded"
    if result.retries:
        yield "requests tried again", f"{result.retries:,}"
