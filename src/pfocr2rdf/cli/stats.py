"""``pfocr2rdf stats``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from pfocr2rdf.analysis.stats.count import DEFAULT_TOP_ROWS, stats
from pfocr2rdf.analysis.stats.labels import printable_label
from pfocr2rdf.analysis.stats.model import GraphStats
from pfocr2rdf.analysis.stats.render import PLOT_FORMATS, require_matplotlib, write_plots
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.progress import show_stages

_EXAMPLES = """\b
Examples:
  pfocr2rdf stats output
  pfocr2rdf stats output --output plots --format svg --format png
  pfocr2rdf stats figures.ttl.zst --json --top 100
"""


def _require_output(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - click calls it so
    if values and not context.params.get("output"):
        raise click.BadParameter("is that of plots; name the folder for them with --output.")
    return values or PLOT_FORMATS[:1]


@click.command("stats", epilog=_EXAMPLES)
@click.argument("source", type=click.Path())
@click.option(
    "--top", type=click.IntRange(min=1), default=DEFAULT_TOP_ROWS, show_default=True, metavar="N",
    help="How many genes, families, pairs of families and organisms to list.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER", is_eager=True,
    help="The folder to write plots to.",
)  # fmt: skip
@click.option(
    "-f", "--format", "formats", multiple=True, type=click.Choice(PLOT_FORMATS), callback=_require_output,
    help="What to write plots as; repeat it for both  [default: svg].",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit status and the files say it all.")
@handle_errors
def stats_command(source: str, top: int, output: Path | None, formats: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Count what is in a graph, and draw it.

    SOURCE is an export directory, an RDF file by its ending (also with .gz or .zst behind it), or records, which are exported
    first: a file, a folder, a checkout or an archive. The exit status is 1 where some of these were left out.
    """
    if output:
        require_matplotlib()
    with show_stages(quiet or as_json) as progress:
        found = stats(source, top=top, progress=progress)
    files = write_plots(found, output, formats) if output else []
    if found.exit_status and not quiet:
        reason = f"{found.refused:,} refused, {found.quarantined:,} quarantined: these records are not counted"
        click.echo(f"{source}: {reason}; export it to see why", err=True)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        _print_stats(found)
        if files:
            click.echo(f"Written to {output}: {', '.join(files)}")
    return found.exit_status


def _print_stats(totals: GraphStats) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text  # here, for a quick start

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for number, (heading, rows) in enumerate(_sections(totals)):
        if number:
            table.add_row()
        if heading:
            table.add_row(heading)
        for name, count in rows:
            table.add_row(Text(name), f"{count:,}")  # as text: a name may look like mark-up
    Console(highlight=False).print(table)


def _sections(totals: GraphStats) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    names = ("figures", "papers", "genes", "families", "chemicals", "diseases", "organisms", "mentions")
    yield "", [(name, getattr(totals, name)) for name in names]
    kinds = [(f"  {'without identifier' if kind == 'none' else kind}", count) for kind, count in totals.mentions_by_kind.items()]
    yield "mentions by kind", [row for row in kinds if row[1] or row[0] != "  other"]
    yield "mentions by evidence", [(f"  {name}", count) for name, count in totals.mentions_by_evidence.items()]
    undated = [("  without a year", totals.figures_without_year)] if totals.figures_without_year else []
    yield "figures by year", [*((f"  {year}", count) for year, count in totals.figures_by_year.items()), *undated]
    for heading, ranked in (
        ("genes on most figures", totals.top_genes),
        ("families on most figures", totals.top_families),
        ("families with most genes", totals.largest_families),
        ("organisms of most figures", totals.top_organisms),
    ):
        if ranked:
            yield heading, [(f"  {printable_label(one.label)}", one.total) for one in ranked]
    if totals.family_pairs:
        pairs = [
            (f"  {printable_label(one.first.label)} + {printable_label(one.second.label)}", one.figures) for one in totals.family_pairs
        ]
        yield "families together on most figures", pairs
