"""``pfocr2rdf completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_EXAMPLES = """\b
Examples:
  pfocr2rdf completion bash >> ~/.bashrc
  pfocr2rdf completion zsh >> ~/.zshrc
  pfocr2rdf completion fish > ~/.config/fish/completions/pfocr2rdf.fish
"""


@click.command("completion", epilog=_EXAMPLES)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print a completion script for your shell."""
    make = get_completion_class(shell)
    assert make is not None  # the three shells that click has  # noqa: S101
    click.echo(make(context.find_root().command, {}, "pfocr2rdf", "_PFOCR2RDF_COMPLETE").source())
