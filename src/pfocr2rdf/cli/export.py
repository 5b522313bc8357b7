"""``pfocr2rdf export``."""

from __future__ import annotations

import atexit
import gc
import json
from collections.abc import Iterator
from typing import Any

import click

from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import FormatName, IntegerRange, OutputPath, calendar_date, override_release, shapes_option, version_name
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.cli.table import join_file_names, print_summary
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.options import EXECUTORS, VIOLATION_POLICIES
from pfocr2rdf.pipeline.release import Release, read_release
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IRI_PROFILES
from pfocr2rdf.rdf.serializers.formats import DEFAULT_FORMATS, SERIALIZERS
from pfocr2rdf.storage.compression import COMPRESSION_SUFFIXES
from pfocr2rdf.storage.layout import REPORT_FILE
from pfocr2rdf.storage.urls import redact_url
from pfocr2rdf.validation.engines import describe_slow_engine

_EXAMPLES = """\b
Examples:
  pfocr2rdf export examples --output output
  pfocr2rdf export pfocr-database --output release --format turtle --format nquads --compress zst
  pfocr2rdf export pfocr-database --output release --workers 8 --fresh
  pfocr2rdf export s3://pfocr/figures/ --output s3://pfocr/release --format ntriples --compress zst --engine dask
  pfocr2rdf export pfocr.tar.gz --output release --shapes my-shapes --on-violation keep
  curl -s https://example.org/records.yaml | pfocr2rdf export - --output out --json
"""


@click.command("export", epilog=_EXAMPLES)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCES...", type=click.Path(allow_dash=True))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIRECTORY",
    type=OutputPath(),
    help="The output folder, as a path or a URL (s3://bucket/folder).",
)
@click.option(
    "-f", "--format", "formats", multiple=True, type=FormatName([*SERIALIZERS, *DERIVED_FORMATS]), default=DEFAULT_FORMATS,
    show_default=True,
    help="Output format: an RDF syntax, or a derived format (see 'pfocr2rdf convert --help'); repeat for several. Short names such as "
    "ttl and nt are accepted. All formats are written in one pass. With derived formats alone, the graph is also written in the default "
    "formats.",
)  # fmt: skip
@click.option("--compress", type=click.Choice(list(COMPRESSION_SUFFIXES)), help="Compress the graph files.")
@shapes_option
@click.option(
    "--on-violation", type=click.Choice(VIOLATION_POLICIES), default=VIOLATION_POLICIES[0], show_default=True,
    help="What to do with a figure that violates a shape: quarantine it, export it anyway (keep), or stop (fail).",
)  # fmt: skip
@click.option(
    "-w", "--workers", type=IntegerRange(min=1), metavar="N",
    help="Number of worker processes; 1 uses the main process only. The output does not depend on it. Default: one per core.",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(EXECUTORS), default=EXECUTORS[0], show_default=True,
    help="Run in processes on this machine, or on a dask.distributed cluster.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="The scheduler of the cluster (tcp://host:8786). Default: start a local cluster.")
@click.option(
    "--partition-size", type=IntegerRange(min=1), metavar="N",
    help="Write the graph in partitions of N records. Output to a URL or from dask is always partitioned; the default is then 1000.",
)  # fmt: skip
@click.option("--merge", is_flag=True, help="Merge the partitions into one file per format at the end.")
@click.option("--fresh", is_flag=True, help="Map all records, including records that have not changed since the last export.")
@click.option(
    "--force",
    is_flag=True,
    help="Export into a folder that contains other files. Files with other names are kept, except those of an earlier export.",
)
@click.option("--limit", type=IntegerRange(min=1), metavar="N", help="Read at most N records.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first refused record.")
@click.option("--dry-run", is_flag=True, help="Read, map and validate the records, but write nothing.")
@click.option(
    "--image-url", metavar="TEMPLATE",
    help="URL of your own copies of the pictures: https://example.org/{pmcid}/{filename}, or the URL of a folder. Default: Europe PMC.",
)  # fmt: skip
@click.option(
    "--iris", type=click.Choice(list(IRI_PROFILES)), default=DEFAULT_PROFILE.name, show_default=True,
    help="Form of the IRIs of genes, chemicals, organisms, papers and pathways: that of the graphs to join.",
)  # fmt: skip
@click.option("--release", type=version_name, metavar="VERSION", help="Version of the release, for the dataset description.")
@click.option("--issued", type=calendar_date, metavar="YYYY-MM-DD", help="Date of the release, for the dataset description.")
@click.option(
    "--metadata", metavar="FILE", type=click.Path(),
    help="YAML file with dataset metadata: version, issued, creators, contact, email, contact-page, homepage, downloads, title, "
    "description, keywords, license, doi.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print no summary. See the exit status and report.json.")
@handle_errors
def export_command(sources: tuple[str, ...], output: str, as_json: bool, quiet: bool, metadata: str | None, **options: Any) -> int:
    """Export records as a validated RDF knowledge graph.

    SOURCES are record files, folders, PFOCR checkouts (with _figures and _data), or archives (.zip, .tar, optionally with .gz, .zst,
    .bz2 or .xz), as paths or URLs (s3://bucket/folder/), or - for standard input. If the output folder contains a previous export, only
    new and changed records are mapped.

    Limits for archives are 2,000,000 members, 32 GiB of expanded data, and a compression ratio of 200. Set other limits with
    PFOCR2RDF_ARCHIVE_MAX_MEMBERS, PFOCR2RDF_ARCHIVE_MAX_EXPANDED_BYTES and PFOCR2RDF_ARCHIVE_MAX_RATIO.
    """
    atexit.register(gc.freeze)  # a last collection, when the process ends, would visit all caches, and free nothing that exit does not
    release = override_release(read_release(metadata) if metadata else Release(), options.pop("release"), options.pop("issued"))
    if not quiet and (note := describe_slow_engine()):
        click.echo(note, err=True)
    with show_progress(quiet or as_json, "Exporting") as progress:
        summary = export(sources, output, release=release, progress=progress, **options)
    if as_json:
        click.echo(json.dumps(summary.as_dict(), indent=2))
    elif not quiet:
        _print_summary(summary, None if options["dry_run"] else redact_url(output))
    return summary.exit_status


def _print_summary(summary: ExportSummary, output: str | None) -> None:
    report = "" if output is None or summary.withheld else f", listed in {output.rstrip('/')}/{REPORT_FILE}"
    for refusal in summary.first_refusals:
        click.echo(f"refused: {refusal}", err=True)
    for figid, sentence in summary.first_quarantined:
        click.echo(f"quarantined: {figid}: {sentence}", err=True)
    shown = len(summary.first_refusals) + len(summary.first_quarantined)
    _print_rest("refused or quarantined", summary.refused + summary.quarantined, shown, report)
    for warning in summary.first_superseded:
        click.echo(f"superseded: {warning}", err=True)
    for warning in summary.first_warnings:
        click.echo(f"warning: {warning}", err=True)
    _print_rest("warnings", summary.warnings, len(summary.first_superseded) + len(summary.first_warnings), report)
    for sentence, count in summary.format_warnings.items():
        click.echo(f"warning: {sentence}: {count:,}", err=True)
    print_summary(_summary_rows(summary))
    if output is None:
        click.echo("Nothing was written.")
    elif summary.withheld:
        remedy = "correct the records, or export to a new folder to get the whole report"
        click.echo(f"Error: no record could be exported, so {output} still contains the previous export; {remedy}", err=True)
    elif summary.unchanged:
        click.echo(f"Nothing has changed: {output} was not modified.")
    else:
        if summary.removed:
            click.echo(f"Removed, because this export does not have these formats: {join_file_names(summary.removed)}")
        click.echo(f"Written to {output}: {join_file_names(summary.files)}")


def _print_rest(name: str, total: int, shown: int, report: str) -> None:
    """Print how many more there are than those that were shown, and where they are listed."""
    if rest := total - shown:
        name = name.removesuffix("s") if rest == 1 else name
        click.echo(f"... and {rest:,} more {name}{report}" if shown else f"{name}: {rest:,}{report}", err=True)


def _summary_rows(summary: ExportSummary) -> Iterator[tuple[str, str]]:
    yield "records read", f"{summary.read:,}"
    if summary.reused:
        yield "unchanged since the last export", f"{summary.reused:,}"
    yield "figures exported", f"{summary.exported:,}"
    yield "quarantined", f"{summary.quarantined:,}"
    yield "refused", f"{summary.refused:,}"
    if summary.superseded:
        yield "superseded", f"{summary.superseded:,}"
    yield "triples", f"{summary.triples:,}"
    yield "entities", f"{summary.entities:,}"
    for entity_type, count in sorted(summary.mention_rows.items()):
        yield f"mention rows: {entity_type}", f"{count:,}"
    for part, count in sorted(summary.repairs.items()):
        yield f"JSON-LD repairs: {part}", f"{count:,}"
    for severity, count in summary.severities.items():
        yield f"validation: {severity}", f"{count:,}"
    yield "warnings", f"{summary.warnings:,}"
    if summary.format_warnings:
        yield "warnings of derived formats", f"{sum(summary.format_warnings.values()):,}"
    if summary.conflicts:
        yield "conflicts", f"{summary.conflicts:,}"
    if summary.unlabelled:
        yield "chemicals and diseases without a name", f"{summary.unlabelled:,}"
    yield "records a second", f"{summary.records_per_second:,.0f}"
