"""``pfocr2rdf publish``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import IntegerRange, OutputPath, pictures_option, web_url
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.static.directory import PRECOMPRESSION_MODES
from pfocr2rdf.site.static.publish import PAGE_FOLDERS, publish
from pfocr2rdf.stores.connect import DEFAULT_STORE

_EXAMPLES = """\b
Examples:
  pfocr2rdf publish output --output site
  pfocr2rdf publish store --output site --endpoint https://sparql.example.org/sparql
  pfocr2rdf publish output --output site --pages figures,genes,families --precompressed only
"""

_MAX_SHOWN_IRIS = 10
_MAX_SHOWN_PATHS = 5


def _page_folders(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if unknown := [name for name in names if name not in PAGE_FOLDERS]:
        raise click.BadParameter(f"{unknown[0]!r} is not a type of page; choose from {', '.join(PAGE_FOLDERS)}.")
    if not names:
        raise click.BadParameter(f"names no type of page; choose from {', '.join(PAGE_FOLDERS)}.")
    return names


@click.command("publish", epilog=_EXAMPLES)
@click.argument("source", type=click.Path(path_type=Path), default=DEFAULT_STORE)
@click.option("-o", "--output", type=OutputPath(file_okay=False, path_type=Path), required=True, metavar="SITE", help="Folder of the site.")
@click.option(
    "--pages", default=",".join(PAGE_FOLDERS), type=_page_folders, metavar="KINDS",
    help=f"Comma-separated types of resources that get pages: {', '.join(PAGE_FOLDERS)}. Default: all.",
)  # fmt: skip
@click.option(
    "--precompressed", type=click.Choice(PRECOMPRESSION_MODES), default=PRECOMPRESSION_MODES[0], show_default=True,
    help="Write .gz files in addition to the others (beside), or only .gz files, if the host can serve them.",
)  # fmt: skip
@click.option(
    "--base", default=SITE_URL, show_default=True, type=lambda url: web_url(url).rstrip("/") + "/", metavar="URL",
    help="Public URL of the site, for the sitemap and the redirects.",
)  # fmt: skip
@click.option(
    "--endpoint",
    default="",
    type=lambda url: url and web_url(url),
    metavar="URL",
    help="SPARQL endpoint for the query page.",
)
@click.option("--downloads/--no-downloads", default=True, show_default=True, help="Include the files of the export.")
@pictures_option
@click.option(
    "--portable-names", is_flag=True,
    help="Use file names that are valid and unique on Windows and macOS; other names get a part of a digest.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write to a folder that contains other files; these files stay.")
@click.option("--workers", type=IntegerRange(min=1), metavar="N", help="Number of worker processes. Default: one per core.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def publish_command(
    source: Path, output: Path, pages: tuple[str, ...], precompressed: str, base: str, endpoint: str, downloads: bool, pictures: str,
    portable_names: bool, force: bool, workers: int | None, as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write a linked-data site of static files.

    SOURCE is an embedded store created by 'pfocr2rdf load', an export directory, an RDF file, or records. Each figure, gene, family,
    paper, chemical, disease and organism gets an HTML page and its statements as Turtle and JSON-LD. The exit status is 1 if
    a resource has a name that cannot be a file name, or if records were refused or quarantined.
    """
    with show_progress(quiet or as_json) as progress:
        summary = publish(
            source, output, pages=pages, precompressed=precompressed, base=base, endpoint=endpoint, downloads=downloads,
            pictures=pictures, portable_names=portable_names, force=force, workers=workers or 0, progress=progress,
        )  # fmt: skip
    if summary.refused and not quiet:
        click.echo(f"{source}: {summary.refused:,} records have no page; export it to see why", err=True)
    for iri in summary.left_out[:_MAX_SHOWN_IRIS] if not quiet else ():
        click.echo(f"{iri}: has no page because its name cannot be a path, or another resource has the same path", err=True)
    if len(summary.left_out) > _MAX_SHOWN_IRIS and not quiet:
        click.echo(f"... and {len(summary.left_out) - _MAX_SHOWN_IRIS:,} more, which {output / 'site.json'} lists", err=True)
    if summary.unportable and not quiet:
        paths = ", ".join(map(repr, summary.unportable[:_MAX_SHOWN_PATHS]))
        click.echo(
            f"{output}: {len(summary.unportable):,} file names are not valid or not unique on Windows and macOS: {paths}"
            f"{', ...' if len(summary.unportable) > _MAX_SHOWN_PATHS else ''}; publish with --portable-names, or serve them from Linux "
            f"({output / 'site.json'} lists them)",
            err=True,
        )
    if summary.renamed and not quiet:
        click.echo(
            f"{output}: {summary.renamed:,} pages have portable names; configure the host to redirect IRIs to them (hosting/README.md)",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(summary.as_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        counts = ", ".join(f"{number:,} {name}" for name, number in summary.things.items())
        click.echo(f"{output}: {counts}; {summary.files:,} files, {summary.size:,} bytes, in {summary.seconds:.1f} s")
    return summary.exit_status
