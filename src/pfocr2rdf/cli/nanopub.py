"""``pfocr2rdf nanopub``."""

from __future__ import annotations

import json

import click

from pfocr2rdf.bundles.nanopublications import create_nanopublications
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import OutputPath, calendar_date, override_release
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.errors import ExitStatus
from pfocr2rdf.pipeline.release import Release, read_release

_EXAMPLES = """\b
Examples:
  pfocr2rdf nanopub output --figure PMC7378365__fimmu-11-01424-g0002 --output figure.trig
  pfocr2rdf nanopub output --figure PMC7378365__F2 --metadata release.yaml --sign key.pem --output figure.trig
"""


@click.command("nanopub", epilog=_EXAMPLES)
@click.argument("source", metavar="SOURCE", type=click.Path())
@click.option(
    "--figure", "figures", multiple=True, required=True, metavar="FIGID", help="Figure, by figid, alias or IRI; repeat for several."
)
@click.option("-o", "--output", required=True, metavar="FILE", type=OutputPath(dir_okay=False), help="The output file (TriG).")
@click.option(
    "--metadata", metavar="FILE", type=click.Path(),
    help="YAML file with creators, license and date, as for 'pfocr2rdf export'. Default: the metadata in dataset.ttl of the export.",
)  # fmt: skip
@click.option("--issued", type=calendar_date, metavar="YYYY-MM-DD", help="Date of the nanopublications. Default: today.")
@click.option("--sign", metavar="KEY", type=click.Path(), help="Sign with an RSA private key (PEM).")
@click.option("--json", "as_json", is_flag=True, help="Print the IRIs as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@handle_errors
def nanopub_command(
    source: str, figures: tuple[str, ...], output: str, metadata: str | None, issued: str | None, sign: str | None, as_json: bool,
    quiet: bool,
) -> int:  # fmt: skip
    """Write nanopublications of figures.

    SOURCE is an export directory, an embedded store, the URL of a SPARQL server, an RDF file, or records (which are exported first). A
    nanopublication states what a figure mentions, with the paper and the tool as its provenance. Nothing is sent to a server.
    """
    release = override_release(read_release(metadata) if metadata else Release(), None, issued)
    with show_progress(quiet or as_json) as progress:
        summary = create_nanopublications(source, output, figures, release=release, sign_key=sign, progress=progress)
    if as_json:
        click.echo(json.dumps(summary._asdict(), indent=2))
    elif not quiet:
        for figid, iri in summary.iris.items():
            click.echo(f"{figid}: {iri}")
        click.echo(f"Written to {output}, {'signed' if summary.signed else 'not signed'}")
    return ExitStatus.OK
