"""The command line: options, one call of the library, one thing said."""

from __future__ import annotations

import click

from pfocr2rdf.cli.check import check_command
from pfocr2rdf.cli.completion import completion
from pfocr2rdf.cli.diff import diff_command
from pfocr2rdf.cli.export import export_command
from pfocr2rdf.cli.load import load_command
from pfocr2rdf.cli.publish import publish_command
from pfocr2rdf.cli.query import query_command
from pfocr2rdf.cli.serve import serve_command
from pfocr2rdf.cli.stats import stats_command
from pfocr2rdf.cli.validate import validate_command

_STATUSES = """\b
Exit status:
  0  all went well
  1  done, but something was refused, quarantined or differs
  2  wrong usage
  3  it could not be done
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_STATUSES)
@click.version_option(package_name="pfocr2rdf")
def main() -> None:
    """Turn the records of Pathway Figure OCR into a validated RDF knowledge graph."""


main.add_command(export_command)
main.add_command(validate_command)
main.add_command(diff_command)
main.add_command(load_command)
main.add_command(query_command)
main.add_command(publish_command)
main.add_command(serve_command)
main.add_command(check_command)
main.add_command(stats_command)
main.add_command(completion)
