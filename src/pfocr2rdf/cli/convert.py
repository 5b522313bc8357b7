"""``pfocr2rdf convert``."""

from __future__ import annotations

import json

import click

from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import FormatName
from pfocr2rdf.cli.table import print_summary
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.stores.convert import convert

_EXAMPLES = """\b
Examples:
  pfocr2rdf convert output --format gmt --output genesets
"""


@click.command("convert", epilog=_EXAMPLES)
@click.argument("source", metavar="SOURCE", type=click.Path())
@click.option("-o", "--output", required=True, metavar="DIRECTORY", type=click.Path(), help="The output folder.")
@click.option(
    "-f", "--format", "formats", multiple=True, required=True, type=FormatName(list(DERIVED_FORMATS)),
    help="Derived format; repeat for several.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
@handle_errors
def convert_command(source: str, output: str, formats: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Convert a graph to tables, gene sets and other formats.

    SOURCE is an export directory.
    """
    summary = convert(source, output, formats=formats)
    if as_json:
        files = [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in summary.files]
        click.echo(json.dumps({"files": files, "warnings": summary.warnings}, indent=2))
    elif not quiet:
        for sentence, count in summary.warnings.items():
            click.echo(f"warning: {sentence}: {count:,}", err=True)
        print_summary((file.name, f"{file.size:,} bytes") for file in summary.files)
    return 0
