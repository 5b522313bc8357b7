"""``pfocr2rdf verify``."""

from __future__ import annotations

import json

import click

from pfocr2rdf.bundles.verify import VerificationReport, verify_release
from pfocr2rdf.cli.errors import handle_errors

_EXAMPLES = """\b
Examples:
  pfocr2rdf verify bundle
  pfocr2rdf verify bundle.tar.zst --allowed-signers signers
  pfocr2rdf verify bundle --json
"""


@click.command("verify", epilog=_EXAMPLES)
@click.argument("bundle", metavar="BUNDLE", type=click.Path())
@click.option(
    "--allowed-signers", metavar="FILE", type=click.Path(),
    help="File with the SSH keys that may sign, in the format of ssh-keygen(1), ALLOWED SIGNERS. The bundle must then have a signature.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing. See the exit status.")
@handle_errors
def verify_command(bundle: str, allowed_signers: str | None, as_json: bool, quiet: bool) -> int:
    """Verify a bundle: files, checksums and signature.

    BUNDLE is the folder or the archive (.tar.zst) that 'pfocr2rdf release' created. An archive is read without unpacking it. The exit
    status is 1 if a file was changed, is missing or was added, or if the signature is wrong.
    """
    report = verify_release(bundle, allowed_signers=allowed_signers)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2))
    elif not quiet:
        for problem in report.problems:
            click.echo(str(problem))
        click.echo(_summarize(report))
    return report.exit_status


def _summarize(report: VerificationReport) -> str:
    count = len(report.problems)
    problems = f"{count:,} {'problem' if count == 1 else 'problems'}" if count else "no problems"
    signer = "signature not valid" if report.is_signed else "not signed"
    if report.signer:
        checked = f"by {report.signer.name}" if report.signer.name else "by a key that was not compared with a list of signers"
        signer = f"signed {checked} ({report.signer.key})"
    return f"{report.bundle}: {report.files:,} files verified, {problems}, {signer}"
