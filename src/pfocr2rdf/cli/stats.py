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
from pfocr2rdf.cli.params import IntegerRange, OutputPath
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.cli.table import print_summary

_EXAMPLES = """\b
Examples:
  pfocr2rdf stats output
  pfocr2rdf stats output --output plots --format svg --format png
  pfocr2rdf stats figures.ttl.zst --json --top 100
"""


def _require_output(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - click calls it so
    if values and not context.params.get("output"):
        raise click.BadParameter("applies to plots; name a folder for them with --output.")
    return values or PLOT_FORMATS[:1]


@click.command("stats", epilog=_EXAMPLES)
@click.argument("source", type=click.Path())
@click.option(
    "--top", type=IntegerRange(min=1), default=DEFAULT_TOP_ROWS, show_default=True, metavar="N",
    help="Number of entries in each list.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=OutputPath(file_okay=False, path_type=Path), metavar="FOLDER", is_eager=True,
    help="Folder to write plots to.",
)  # fmt: skip
@click.option(
    "-f", "--format", "formats", multiple=True, type=click.Choice(PLOT_FORMATS), callback=_require_output,
    help="Format of the plots; repeat for both. Default: svg.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status and the files.")
@handle_errors
def stats_command(source: str, top: int, output: Path | None, formats: tuple[str, ...], as_json: bool, quiet: bool) -> int:
    """Count the resources in a graph and draw plots.

    SOURCE is an export directory, an RDF file (optionally with .gz or .zst), or records (a file, a folder, a checkout or an
    archive), which are exported first. The exit status is 1 if records were refused or quarantined.
    """
    if output:
        require_matplotlib()
    with show_progress(quiet or as_json) as progress:
        totals = stats(source, top=top, progress=progress)
    files = write_plots(totals, output, formats) if output else []
    if totals.exit_status and not quiet:
        reason = f"{totals.refused:,} refused, {totals.quarantined:,} quarantined: these records are not counted"
        click.echo(f"{source}: {reason}; export it to see why", err=True)
    if as_json:
        click.echo(json.dumps(totals.as_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        print_summary(_summary_rows(totals))
        if files:
            click.echo(f"Written to {output}: {', '.join(files)}")
    return totals.exit_status


def _summary_rows(totals: GraphStats) -> Iterator[tuple[str, ...]]:
    for number, (heading, counts) in enumerate(_sections(totals)):
        if number:
            yield ()
            yield (heading,)
        yield from ((name, f"{count:,}") for name, count in counts)


def _sections(totals: GraphStats) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    names = ("figures", "papers", "genes", "families", "chemicals", "diseases", "organisms", "mentions")
    yield "", [(name, getattr(totals, name)) for name in names]
    by_type = totals.mentions_by_kind.items()
    yield (
        "mentions by kind",
        [(f"  {'without identifier' if name == 'none' else name}", count) for name, count in by_type if count or name != "other"],
    )
    yield "mentions by evidence", [(f"  {name}", count) for name, count in totals.mentions_by_evidence.items()]
    undated = [("  without a year", totals.figures_without_year)] if totals.figures_without_year else []
    yield "figures by year", [*((f"  {year}", count) for year, count in totals.figures_by_year.items()), *undated]
    for heading, entities in (
        ("genes in the most figures, by symbol", totals.top_genes),
        ("genes in the most figures, by any evidence", totals.top_genes_by_any_evidence),
        ("families in the most figures", totals.top_families),
        ("families with the most genes", totals.largest_families),
        ("organisms in the most figures", totals.top_organisms),
    ):
        if entities:
            yield heading, [(f"  {printable_label(entity.label)}", entity.total) for entity in entities]
    if totals.family_pairs:
        labels = ((printable_label(pair.first.label), printable_label(pair.second.label), pair.figures) for pair in totals.family_pairs)
        yield "families together in the most figures", [(f"  {first} + {second}", count) for first, second, count in labels]
