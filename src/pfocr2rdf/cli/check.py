"""``pfocr2rdf check``."""

from __future__ import annotations

import json

import click

from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import IntegerRange
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.site.audit.check import AUDIT_TIMEOUT_SECONDS, SAMPLES_PER_TYPE, check_site
from pfocr2rdf.site.audit.findings import AuditReport

_EXAMPLES = """\b
Examples:
  pfocr2rdf check site
  pfocr2rdf check https://pfocr.wikipathways.org/
  pfocr2rdf check http://127.0.0.1:8000/ --samples 20
  pfocr2rdf check https://example.github.io/pfocr/ --no-negotiation --json
"""

_MAX_SHOWN_URLS = 5


@click.command("check", epilog=_EXAMPLES)
@click.argument("url", metavar="SITE")
@click.option(
    "--samples", type=IntegerRange(min=1), default=SAMPLES_PER_TYPE, show_default=True, metavar="N",
    help="Number of resources of each type to request.",
)  # fmt: skip
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=AUDIT_TIMEOUT_SECONDS, show_default=True, metavar="SECONDS",
    help="Time limit for the next byte from the server.",
)  # fmt: skip
@click.option(
    "--negotiation/--no-negotiation", "negotiates", default=None,
    help="Whether the host is expected to support content negotiation. Default: detect.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def check_command(url: str, samples: int, timeout: float, negotiates: bool | None, as_json: bool, quiet: bool) -> int:
    """Check a published site.

    SITE is the URL, or the folder, of a site created by 'pfocr2rdf publish'. The command requests a sample of the resources in its
    sitemap, in each format and with different Accept headers, and checks the responses. The exit status is 1 if there are problems.
    """
    with show_progress(quiet or as_json) as progress:
        report = check_site(url, samples=samples, timeout=timeout, negotiates=negotiates, progress=progress)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        _print_report(report)
    return report.exit_status


def _print_report(report: AuditReport) -> None:
    for group in report.groups():
        if len(group.findings) == 1:
            click.echo(str(group.findings[0]))
            continue
        click.echo(f"{len(group.findings):,} URLs: {group.wrong}; {group.remedy}")
        for finding in group.findings[:_MAX_SHOWN_URLS]:
            click.echo(f"  {finding.request}")
        if more := len(group.findings[_MAX_SHOWN_URLS:]):
            click.echo(f"  ... and {more:,} more; --json lists all")
    for note in report.notes:
        click.echo(f"Note: {note}")
    count = len(report.findings)
    problems = f"{count:,} {'problem' if count == 1 else 'problems'} found" if count else "no problems found"
    click.echo(f"{report.url}: {problems}, {report.requests:,} requests")
