"""``pfocr2rdf validate``."""

from __future__ import annotations

import json
from itertools import groupby

import click

from pfocr2rdf.cli.errors import speaking
from pfocr2rdf.errors import DIFFERS, OK
from pfocr2rdf.pipeline.validate import Checked, validate
from pfocr2rdf.validation.report import as_json, report_turtle
from pfocr2rdf.validation.results import SEVERITIES, counted

_EXAMPLES = """\b
Examples:
  pfocr2rdf validate output/figures.ttl
  pfocr2rdf validate pfocr-database/_figures --shapes my-shapes
  pfocr2rdf validate figures.nt.zst --report-format turtle > report.ttl
"""


@click.command("validate", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@click.option(
    "--shapes", multiple=True, type=click.Path(exists=True, file_okay=False),
    help="A folder of SHACL shapes (.ttl); repeatable. A file named like a built-in one takes its place, others are added.",
)  # fmt: skip
@click.option(
    "--report-format", type=click.Choice(("text", "turtle", "json")), default="text", show_default=True,
    help="How the report is printed.",
)  # fmt: skip
@click.option("--json", "as_json_", is_flag=True, help="The same as --report-format json.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit status says it all.")
@speaking
def validate_command(files: tuple[str, ...], shapes: tuple[str, ...], report_format: str, as_json_: bool, quiet: bool) -> int:
    """Validate RDF files, or records, with the SHACL shapes.

    FILE is an RDF file by its ending (.ttl .nt .nq .trig .rdf .jsonld, also with .gz or .zst behind it), or a record, a folder
    or an archive of records. The exit status is 1 where there is a violation or a refusal; warnings alone leave it 0.
    """
    checked = validate(*files, shapes=shapes)
    if not quiet:
        _SAY["json" if as_json_ else report_format](checked)
    return DIFFERS if checked.refusals or counted(checked.results)["Violation"] else OK


def _say_text(checked: Checked) -> None:
    for refusal in checked.refusals:
        click.echo(f"refused: {refusal}")
    for where, results in groupby(checked.results, key=lambda result: result.where):
        click.echo(where)
        for sentence in dict.fromkeys(result.sentence() for result in results):
            click.echo(f"  {sentence}")
    numbers = counted(checked.results)
    said = ", ".join(f"{numbers[severity]} {severity.lower()}" for severity in SEVERITIES)
    click.echo(f"{checked.graphs} validated: {'conforms' if checked.conforms else said}, {len(checked.refusals)} refused")


def _say_turtle(checked: Checked) -> None:
    click.echo(report_turtle(checked.results), nl=False)


def _say_json(checked: Checked) -> None:
    refusals = [{"source": error.where, "line": error.line, "field": error.field, "reason": error.reason} for error in checked.refusals]
    results = [as_json(result) for result in checked.results]
    click.echo(json.dumps({"conforms": checked.conforms, "results": results, "refusals": refusals}, indent=2, ensure_ascii=False))


_SAY = {"text": _say_text, "turtle": _say_turtle, "json": _say_json}
