"""A click group whose commands are imported when they are called, so that ``--help`` and ``--version`` need none of them."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from pfocr2rdf.cli.standard_output import check_standard_output
from pfocr2rdf.errors import ExitStatus, OutputError


class CommandReference(NamedTuple):
    """A command by name: its object reference (``package.module:attribute``), and the text that the group's help shortens."""

    name: str
    reference: str
    help: str

    def load(self) -> click.Command:
        """Import the command; an interrupt meanwhile ends the process as one of the command itself does."""
        try:
            command: click.Command = pkgutil.resolve_name(self.reference)
        except KeyboardInterrupt:
            click.echo("Error: interrupted; nothing was published", err=True)
            sys.exit(ExitStatus.FAILED)
        return command

    def outline(self) -> click.Command:
        """A command of this name that can be listed, but not called."""
        return click.Command(self.name, help=self.help)


class LazyCommands(MutableMapping[str, click.Command]):
    """A mapping of names to commands that imports each when it is looked up; its names are there from the start."""

    def __init__(self, references: Sequence[CommandReference]) -> None:
        self._commands: dict[str, click.Command | CommandReference] = {reference.name: reference for reference in references}

    def __getitem__(self, name: str) -> click.Command:
        command = self._commands[name]
        if isinstance(command, CommandReference):
            command = self._commands[name] = command.load()
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)

    def outlines(self) -> dict[str, click.Command]:
        """The commands as they are listed, which imports none."""
        entries = sorted(self._commands.items())
        return {name: command.outline() if isinstance(command, CommandReference) else command for name, command in entries}


class LazyGroup(click.Group):
    """A click group that imports a command when it is called; lists of commands, in the help and for a shell, import none."""

    def __init__(self, name: str | None = None, *, references: Sequence[CommandReference], **attributes: Any) -> None:
        self._lazy_commands = LazyCommands(references)
        super().__init__(name, commands=self._lazy_commands, **attributes)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command; an error of usage shows no secrets of the URLs that it quotes."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            if ":/" in error.message:
                from pfocr2rdf.storage.urls import redact_text  # here, since most errors of usage quote no URL

                error.message = redact_text(error.message)  # type: ignore[misc]  # its class and context stay
            raise

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program; also its help may have a standard output that cannot be written."""
        try:
            with check_standard_output():
                return super().main(*args, **extra)
        except OutputError as error:
            from pfocr2rdf.cli.errors import fail  # here, because the help needs only click

            fail(str(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names of the commands and what each does."""
        click.Group(commands=self._lazy_commands.outlines()).format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options of the group that begin so."""
        outlines = self._lazy_commands.outlines().items()
        items = [CompletionItem(name, help=command.get_short_help_str()) for name, command in outlines if name.startswith(incomplete)]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]
