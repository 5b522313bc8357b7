"""``pfocr2rdf records``."""

from __future__ import annotations

import json

import click

from pfocr2rdf.cli.connection import refuse_server_options, server_options
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import OutputPath
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.cli.table import print_summary
from pfocr2rdf.storage.urls import redact_url
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.write_records import write_records

_EXAMPLES = """\b
Examples:
  pfocr2rdf records output --output records
  pfocr2rdf records store --output records
  pfocr2rdf records http://localhost:7878 --output records
  pfocr2rdf records figures.ttl.gz --output records --json
  pfocr2rdf records output --output records --image-url https://example.org/pictures/
"""
_MAX_SHOWN = 10


@click.command("records", epilog=_EXAMPLES)
@click.argument("source", metavar="SOURCE", type=click.Path())
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIRECTORY",
    type=OutputPath(),
    help="The output folder: new, empty, or with records of an earlier run, which are replaced.",
)
@click.option(
    "--image-url", default="", metavar="TEMPLATE",
    help="URL of the pictures, if the graph was exported with --image-url. Default: Europe PMC.",
)  # fmt: skip
@server_options("user", "query_endpoint", "retry_seconds", "timeout_seconds")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def records_command(source: str, output: str, image_url: str, connection: ConnectionOptions, as_json: bool, quiet: bool) -> int:
    """Write records from a graph.

    SOURCE is an export directory, an embedded store, the URL of a SPARQL server, an RDF file, or records (which are exported first). The
    records are written in the layout of a PFOCR checkout (_figures and _data), and compared with the graph. The exit status is 1 if an
    export of the records would differ from the graph, or records were left out.
    """
    refuse_server_options(source)
    with show_progress(quiet or as_json) as progress:
        summary = write_records(source, output, image_url=image_url, connection=connection, progress=progress)
    if as_json:
        click.echo(json.dumps(summary._asdict(), ensure_ascii=False, indent=2))
    elif not quiet:
        for figid, reason in list(summary.refused.items())[:_MAX_SHOWN]:
            click.echo(f"{figid}: cannot be written as a record: {reason}", err=True)
        if summary.excluded_records:
            click.echo(f"{redact_url(source)}: {summary.excluded_records:,} records were left out; export it to see why", err=True)
        for sentence, count in {**summary.warnings, **summary.differences}.items():
            click.echo(f"warning: {sentence}: {count:,}", err=True)
        rows = [(f"records ({schema})", f"{count:,}") for schema, count in summary.records.items()]
        print_summary([*rows, ("rows", f"{summary.rows:,}"), ("refused", f"{len(summary.refused):,}")])
        click.echo(f"Written to {output}.")
    return summary.exit_status
