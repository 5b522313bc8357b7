"""Commands are imported when they are called, and nobody sees it."""

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import pfocr2rdf.cli
from pfocr2rdf.cli import main
from pfocr2rdf.cli.lazy_group import CommandReference, LazyGroup

MODULES = "import sys; print(*sys.modules, file=sys.stderr)"
RUN = f"import sys; from pfocr2rdf.cli import main\ntry: main(sys.argv[1:], prog_name='pfocr2rdf')\nfinally: {MODULES}"
LIGHT = {"pfocr2rdf", "pfocr2rdf.cli", "pfocr2rdf.cli.lazy_group"}
NAMES = [row.name for row in pfocr2rdf.cli._COMMANDS]


def imported(code: str, *args: str, **variables: str) -> set[str]:
    """The modules that a fresh Python has imported after such code."""
    command = [sys.executable, "-c", code, *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables)
    return set(done.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def click_alone() -> set[str]:
    return imported(f"import click, click.shell_completion, importlib.metadata; {MODULES}")


def eager() -> click.Group:
    """The same group, with every command imported."""
    settings = {"context_settings": main.context_settings, "help": main.help, "epilog": main.epilog}
    return click.Group("main", dict(main.commands), callback=main.callback, params=main.params, **settings)


@pytest.mark.parametrize(
    "args", [("--help",), ("-h",), ("--version",), (), ("exprot",), ("--unknown",), ("completion", "bash")], ids=lambda args: " ".join(args)
)
def test_a_call_without_a_command_imports_click_and_nothing_else(args: tuple[str, ...], click_alone: set[str]) -> None:
    modules = imported(RUN, *args) - click_alone
    own = {name for name in modules if name.partition(".")[0] == "pfocr2rdf"}
    assert own - {"pfocr2rdf.cli.completion"} == LIGHT
    assert {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"click"} == {"pfocr2rdf"}


UNNEEDED = {"matplotlib", "rdflib", "starlette", "uvicorn", "distributed"}  # or needed only where an option says so
NETWORK = {"httpx", "tenacity"}
PIPELINE = {"pyld", "shacl"}


@pytest.mark.parametrize(
    ("name", "unneeded"),
    [
        ("export", {*NETWORK, "jinja2", "rich"}),
        ("validate", {*NETWORK, "jinja2", "rich", "multiprocessing"}),
        ("diff", {*NETWORK, *PIPELINE, "jinja2", "rich"}),
        ("load", PIPELINE),
        ("query", {*PIPELINE, "jinja2", "fsspec"}),
        ("publish", PIPELINE),
        ("serve", {*PIPELINE, "jinja2"}),
        ("check", {*PIPELINE, "jinja2", "fsspec"}),
        ("stats", {*NETWORK, *PIPELINE, "jinja2"}),
    ],
)
def test_a_command_imports_what_it_needs(name: str, unneeded: set[str]) -> None:
    modules = imported(RUN, name, "--help")
    assert f"pfocr2rdf.cli.{name}" in modules
    assert {f"pfocr2rdf.cli.{other}" for other in NAMES if other != name} & modules == set()
    assert (UNNEEDED | unneeded) & modules == set()


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


def test_to_complete_a_command_imports_none() -> None:
    variables = {"_PFOCR2RDF_COMPLETE": "bash_complete", "COMP_WORDS": "pfocr2rdf ", "COMP_CWORD": "1"}
    modules = imported(RUN, **variables)
    assert {name for name in modules if name.partition(".")[0] == "pfocr2rdf"} == LIGHT


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


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["query", "--list", "--show"], ["exprot"]])
def test_python_m_is_the_command(args: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "pfocr2rdf", *args], capture_output=True, text=True, check=False)
    expected = CliRunner().invoke(main, args, prog_name="pfocr2rdf")
    assert (done.returncode, done.stdout, done.stderr) == (expected.exit_code, expected.stdout, expected.stderr)
