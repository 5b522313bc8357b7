"""``pfocr2rdf release``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pfocr2rdf.bundles.create import BundleSummary, create_release
from pfocr2rdf.bundles.layout import UNLISTED_FILES
from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import OutputPath, calendar_date, doi_name, override_release, version_name
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.cli.table import print_summary
from pfocr2rdf.errors import ExitStatus
from pfocr2rdf.pipeline.release import Release, read_release

_EXAMPLES = """\b
Examples:
  pfocr2rdf release output --output bundle --metadata release.yaml
  pfocr2rdf release output --output bundle --release 2025-01 --issued 2025-01-31 --archive
  pfocr2rdf release output --output bundle --metadata release.yaml --sign ~/.ssh/id_ed25519
"""


@click.command("release", epilog=_EXAMPLES)
@click.argument("export", metavar="EXPORT", type=click.Path())
@click.option("-o", "--output", required=True, metavar="BUNDLE", type=OutputPath(), help="The output folder.")
@click.option(
    "--metadata", metavar="FILE", type=click.Path(),
    help="YAML file with dataset metadata, as for 'pfocr2rdf export'. Default: the metadata in dataset.ttl of the export.",
)  # fmt: skip
@click.option("--release", type=version_name, metavar="VERSION", help="Version of the release.")
@click.option("--issued", type=calendar_date, metavar="YYYY-MM-DD", help="Date of the release. Default: today.")
@click.option("--doi", type=doi_name, metavar="DOI", help="DOI of the release, if one is reserved.")
@click.option("--archive", is_flag=True, help="Write the bundle as one file, too: BUNDLE.tar.zst.")
@click.option(
    "--sign", metavar="KEY", type=click.Path(),
    help="Sign the checksums with an SSH key: a private key, or a public key whose private key is in ssh-agent.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print no summary.")
@handle_errors
def release_command(
    export: str, output: str, metadata: str | None, release: str | None, issued: str | None, doi: str | None, archive: bool,
    sign: str | None, as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write a bundle to publish, cite and verify a release.

    EXPORT is an export directory. The bundle has its files, with metadata as RO-Crate, DataCite JSON, Zenodo JSON and Citation File
    Format, and with checksums in SHA256SUMS.
    """
    settings = override_release(read_release(metadata) if metadata else Release(), release, issued)
    settings = settings._replace(doi=doi or settings.doi)
    with show_progress(quiet or as_json, "Creating the bundle") as progress:
        summary = create_release(export, output, release=settings, archive=archive, sign_key=sign, progress=progress)
    if as_json:
        click.echo(json.dumps(_as_dict(summary), indent=2, ensure_ascii=False))
    elif not quiet:
        for warning in summary.warnings:
            click.echo(f"warning: {warning}", err=True)
        print_summary(_rows(summary))
        archive_name = f" and {Path(output).with_name(summary.archive.name)}" if summary.archive else ""
        click.echo(f"Written to {output}{archive_name}")
    return ExitStatus.OK


def _as_dict(summary: BundleSummary) -> dict[str, object]:
    release = summary.release
    return {
        "version": release.name,
        "issued": release.issued,
        "doi": release.doi or None,
        "signed": summary.signed,
        "files": [file._asdict() for file in summary.files],
        "archive": summary.archive._asdict() if summary.archive else None,
        "warnings": summary.warnings,
    }


def _rows(summary: BundleSummary) -> list[tuple[str, str]]:
    return [
        ("version", summary.release.name),
        ("issued", summary.release.issued),
        ("DOI", summary.release.doi or "none yet"),
        ("signed", "yes" if summary.signed else "no"),
        ("files with checksums", f"{sum(file.name not in UNLISTED_FILES for file in summary.files):,}"),
        ("bytes", f"{sum(file.size for file in summary.files):,}"),
        *([("bytes of the archive", f"{summary.archive.size:,}")] if summary.archive else []),
    ]
