"""Commands are imported when they are called, and nobody sees it."""

import click
import pytest
from click.testing import CliRunner

import pfocr2rdf.cli
from pfocr2rdf.cli import main
from pfocr2rdf.cli.lazy_group import CommandReference, LazyGroup

NAMES = [row.name for row in pfocr2rdf.cli._COMMANDS]


def eager() -> click.Group:
    """The same group, with every command imported."""
    settings = {"context_settings": main.context_settings, "help": main.help, "epilog": main.epilog}
    return click.Group("main", dict(main.commands), callback=main.callback, params=main.params, **settings)


@pytest.mark.parametrize("row", pfocr2rdf.cli._COMMANDS, ids=NAMES)
def test_the_table_says_of_a_command_what_the_command_says_of_itself(row: CommandReference) -> None:
    command = row.load()
    assert command is main.commands[row.name]
    assert command.name == row.name
    assert command.get_short_help_str(1000) == row.outline().get_short_help_str(1000) == row.help
    assert not command.hidden
    assert not command.deprecated


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_help_is_the_same_as_that_of_a_group_with_imported_commands(width: int) -> None:
    pages = [
        CliRunner().invoke(group, ["--help"], prog_name="pfocr2rdf", max_content_width=width, terminal_width=width)
        for group in (main, eager())
    ]
    assert pages[0].exit_code == 0
    assert pages[0].output == pages[1].output
    assert all(name in pages[0].output for name in NAMES)


@pytest.mark.parametrize("incomplete", ["", "e", "s", "x", "--", "-"])
def test_a_shell_completes_the_same_as_for_a_group_with_imported_commands(incomplete: str) -> None:
    pages = [group.shell_complete(group.make_context("pfocr2rdf", [], resilient_parsing=True), incomplete) for group in (main, eager())]
    items = [[(item.value, item.type, item.help) for item in page] for page in pages]
    assert items[0] == items[1]


def complete(*words: str) -> list[str]:
    variables = {"_PFOCR2RDF_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(("pfocr2rdf", *words)), "COMP_CWORD": str(len(words))}
    result = CliRunner().invoke(main, prog_name="pfocr2rdf", env=variables)
    return result.output.splitlines()


def test_a_shell_completes_commands_and_their_options() -> None:
    assert complete("ex") == ["plain,export"]
    assert complete("s") == ["plain,serve", "plain,stats"]
    assert complete("export", "--eng") == ["plain,--engine"]
    assert complete("export", "--engine", "d") == ["plain,dask"]


def test_the_commands_are_a_mapping_in_the_order_of_the_table() -> None:
    assert list(main.commands) == NAMES
    assert len(main.commands) == len(NAMES)
    assert "exprot" not in main.commands
    assert main.commands.get("exprot") is None
    assert [command.name for command in main.commands.values()] == NAMES


def test_commands_may_be_added_and_taken_away() -> None:
    group = LazyGroup("tools", references=[CommandReference("lazy", "json:nothing", "Do nothing.")])
    group.add_command(click.Command("eager", help="Do something. And more."))
    page = CliRunner().invoke(group, ["--help"]).output
    assert page.endswith("Commands:\n  eager  Do something.\n  lazy   Do nothing.\n")
    del group.commands["lazy"]
    assert group.list_commands(click.Context(group)) == ["eager"]
