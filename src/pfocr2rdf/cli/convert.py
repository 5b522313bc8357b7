"""``pfocr2rdf convert``."""

from __future__ import annotations

import json

import click

from pfocr2rdf.cli.connection import refuse_server_options, server_options
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import FormatName, OutputPath
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.cli.table import join_file_names, print_summary
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.storage.layout import CONVERSION_FILE
from pfocr2rdf.storage.urls import redact_url
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.convert import convert

_EXAMPLES = """\b
Examples:
  pfocr2rdf convert output --format gmt --output converted
  pfocr2rdf convert store --format gmt --output converted --force
  pfocr2rdf convert http://localhost:7878 --format gmt --output converted
  pfocr2rdf convert figures.ttl.gz --format gmt --output converted --json
"""


@click.command("convert", epilog=_EXAMPLES)
@click.argument("source", metavar="SOURCE", type=click.Path())
@click.option("-o", "--output", required=True, metavar="DIRECTORY", type=OutputPath(), help="The output folder.")
@click.option(
    "-f", "--format", "formats", multiple=True, required=True, type=FormatName(list(DERIVED_FORMATS)),
    help="Derived format; repeat for several.",
)  # fmt: skip
@click.option(
    "--force", is_flag=True,
    help="Write to a folder that contains other files. Files with other names are kept, except those of an earlier conversion.",
)  # fmt: skip
@server_options("user", "query_endpoint", "retry_seconds", "timeout_seconds")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def convert_command(
    source: str, output: str, formats: tuple[str, ...], force: bool, connection: ConnectionOptions, as_json: bool, quiet: bool
) -> int:
    """Convert a graph to tables, gene sets and other formats.

    SOURCE is an export directory, an embedded store, the URL of a SPARQL server, an RDF file, or records (which are exported first). The
    files of an export are in the order of its records, those of other sources are sorted by IRI. A conversion replaces the earlier one in
    the folder, and removes its files of other formats. The exit status is 1 if records were refused or quarantined.

    Derived formats: biothings (documents for BioThings), gmt (gene sets), kgx (nodes and edges of the Biolink Model), linksets (links
    between IRI profiles), sssom (mapping sets), tables (Parquet if pyarrow is installed, else CSV), parquet, csv (the tables in one
    syntax).
    """
    refuse_server_options(source)
    with show_progress(quiet or as_json) as progress:
        summary = convert(source, output, formats=formats, force=force, connection=connection, progress=progress)
    if summary.excluded_records and not quiet:
        click.echo(f"{redact_url(source)}: {summary.excluded_records:,} records were left out; export it to see why", err=True)
    if as_json:
        files = [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in summary.files]
        counts = {"warnings": summary.warnings, "excluded_records": summary.excluded_records}
        click.echo(json.dumps({"files": files, "removed": list(summary.removed), **counts}, indent=2))
    elif not quiet:
        for sentence, count in summary.warnings.items():
            click.echo(f"warning: {sentence}: {count:,}", err=True)
        print_summary((file.name, f"{file.size:,} bytes") for file in summary.files)
        if summary.removed:
            click.echo(f"Removed, because this conversion does not have these formats: {join_file_names(summary.removed)}")
        click.echo(f"Written to {output}, with the list of files in {CONVERSION_FILE}.")
    return summary.exit_status
