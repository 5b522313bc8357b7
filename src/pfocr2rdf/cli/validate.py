"""``pfocr2rdf validate``."""

from __future__ import annotations

import json
from itertools import groupby

import click

from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import shapes_option
from pfocr2rdf.errors import ExitStatus
from pfocr2rdf.pipeline.validate import ValidationReport, validate
from pfocr2rdf.validation.engines import describe_slow_engine
from pfocr2rdf.validation.report import result_to_json, serialize_report
from pfocr2rdf.validation.results import SEVERITIES, count_by_severity

_EXAMPLES = """\b
Examples:
  pfocr2rdf validate output
  pfocr2rdf validate pfocr-database/_figures --shapes my-shapes
  pfocr2rdf validate figures.nt.zst --report-format turtle > report.ttl
"""


@click.command("validate", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(allow_dash=True))
@shapes_option
@click.option(
    "--report-format", type=click.Choice(("text", "turtle", "json")), default="text", show_default=True,
    help="Format of the report.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Same as --report-format json.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def validate_command(files: tuple[str, ...], shapes: tuple[str, ...], report_format: str, as_json: bool, quiet: bool) -> int:
    """Validate RDF files or records with the SHACL shapes.

    SOURCE is an export directory, an RDF file (.ttl .nt .nq .trig .rdf .jsonld, optionally with .gz or .zst), or a record, a folder
    or an archive of records. The exit status is 1 if there is a violation or a refused record, and 0 if there are only warnings.
    """
    if not quiet and (note := describe_slow_engine()):
        click.echo(note, err=True)
    report = validate(*files, shapes=shapes)
    if not quiet:
        _PRINTERS["json" if as_json else report_format](report)
    return ExitStatus.DIFFERS if report.refusals or count_by_severity(report.results)["Violation"] else ExitStatus.OK


def _print_text(report: ValidationReport) -> None:
    for refusal in report.refusals:
        click.echo(f"refused: {refusal}")
    for source, results in groupby(report.results, key=lambda result: result.source):
        click.echo(source)
        for sentence in dict.fromkeys(result.sentence() for result in results):
            click.echo(f"  {sentence}")
    counts = count_by_severity(report.results)
    listed_counts = ", ".join(f"{count} {severity.lower() if severity in SEVERITIES else severity}" for severity, count in counts.items())
    click.echo(f"{report.graph_count} validated: {'conforms' if report.conforms else listed_counts}, {len(report.refusals)} refused")


def _print_turtle(report: ValidationReport) -> None:
    click.echo(serialize_report(report.results), nl=False)


def _print_json(report: ValidationReport) -> None:
    refusals = [{"source": error.source, "line": error.line, "field": error.field, "reason": error.reason} for error in report.refusals]
    results = [result_to_json(result) for result in report.results]
    click.echo(json.dumps({"conforms": report.conforms, "results": results, "refusals": refusals}, indent=2, ensure_ascii=False))


_PRINTERS = {"text": _print_text, "turtle": _print_turtle, "json": _print_json}
