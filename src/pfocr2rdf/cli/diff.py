"""``pfocr2rdf diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pfocr2rdf.analysis.delta.diff import diff
from pfocr2rdf.analysis.delta.model import DiffSummary
from pfocr2rdf.analysis.delta.writers import DELTA_FORMATS
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import IntegerRange, OutputPath, absolute_iri, first_given_option
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.storage.compression import COMPRESSION_SUFFIXES
from pfocr2rdf.storage.delta_format import UPDATE_STATEMENTS

_EXAMPLES = """\b
Examples:
  pfocr2rdf diff release-1 release-2
  pfocr2rdf diff release-1 release-2 --output delta
  pfocr2rdf diff old.nt.zst new.ttl --output delta --format sparql --graph https://example.org/pfocr
  pfocr2rdf diff release-1 pfocr-database --output delta --compress zst --json
"""

_FILE_PARAMETERS = ("formats", "compress", "chunk")  # without an effect where no files are written


@click.command("diff", epilog=_EXAMPLES)
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option(
    "-o", "--output", type=OutputPath(file_okay=False, path_type=Path),
    help="Folder to write the delta to. Default: print the differences, and write none.",
)  # fmt: skip
@click.option(
    "-f", "--format", "formats", multiple=True, type=click.Choice(list(DELTA_FORMATS)), default=tuple(DELTA_FORMATS), show_default=True,
    help="Output format: files of statements, SPARQL Update, RDF Patch; repeat for several.",
)  # fmt: skip
@click.option("--compress", type=click.Choice(list(COMPRESSION_SUFFIXES)), help="Compress the files.")
@click.option(
    "--chunk", type=IntegerRange(min=1), default=UPDATE_STATEMENTS, show_default=True, metavar="N",
    help="Number of statements in one SPARQL Update operation.",
)  # fmt: skip
@click.option(
    "--graph", default="", metavar="IRI", type=lambda iri: iri and absolute_iri(iri), help="Graph for statements without a named graph."
)
@click.option("--ignore-graphs", is_flag=True, help="Ignore named graphs.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status and delta.json.")
@handle_errors
def diff_command(old: str, new: str, output: Path | None, as_json: bool, quiet: bool, **options: Any) -> int:
    """Compare two graphs and write the delta from OLD to NEW.

    OLD and NEW are export directories, RDF files (optionally with .gz or .zst), or records: a file, a folder, a
    checkout or an archive. The exit status is 1 if the graphs differ.
    """
    if output is None and (option := first_given_option(_FILE_PARAMETERS)):
        raise click.UsageError(f"{option} applies to the files of a delta; name a folder for them with --output.")
    with show_progress(quiet or as_json) as progress:
        summary = diff(old, new, output, progress=progress, **options)
    if as_json:
        click.echo(json.dumps(summary.as_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        _print_summary(summary, output)
    return summary.exit_status


def _print_summary(summary: DiffSummary, output: Path | None) -> None:
    for name, side in (("OLD", summary.old), ("NEW", summary.new)):
        if side.get("refused") or side.get("quarantined"):
            reason = f"{side['refused']:,} refused, {side['quarantined']:,} quarantined: these records are not in its graph"
            click.echo(f"{name}: {side['source']}: {reason}; export it to see why", err=True)
    rows = [(f"figures {name}", figures.total) for name, figures in summary.figures._asdict().items()]
    rows += [("statements removed", summary.removed), ("statements added", summary.added), ("statements unchanged", summary.unchanged)]
    width = max(len(f"{count:,}") for _, count in rows)
    for row, count in rows:
        click.echo(f"{row:20}  {count:>{width},}")
    for name, figures in summary.figures._asdict().items():
        for figid in figures.first:
            click.echo(f"{name}: {figid}")
        if more := figures.total - len(figures.first):
            click.echo(f"{name}: ... and {more:,} more")
    if output:
        click.echo(f"Written to {output}: {', '.join([*(file.name for file in summary.files), 'delta.json'])}")
