"""A fresh Python imports no more than what it is asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.records import front_matter, older, write

import pfocr2rdf.cli
from pfocr2rdf.cli import main

MODULES = "import sys; print(*sys.modules, file=sys.stderr)"

RUN = f"import sys; from pfocr2rdf.cli import main\ntry: main(sys.argv[1:], prog_name='pfocr2rdf')\nfinally: {MODULES}"

LIGHT = {
    "pfocr2rdf", "pfocr2rdf.errors", "pfocr2rdf.cli", "pfocr2rdf.cli.lazy_group",
    "pfocr2rdf.cli.standard_output",
}  # fmt: skip

NAMES = [row.name for row in pfocr2rdf.cli._COMMANDS]


def imported(code: str, *args: str, **variables: str) -> set[str]:
    """The modules that a fresh Python has imported after such code."""
    command = [sys.executable, "-c", code, *args]
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables)
    return set(process.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def click_alone() -> set[str]:
    return imported(f"import click, click.shell_completion, importlib.metadata; {MODULES}")


@pytest.mark.parametrize(
    "args", [("--help",), ("-h",), ("--version",), (), ("exprot",), ("--unknown",), ("completion", "bash")], ids=lambda args: " ".join(args)
)
def test_a_call_without_a_command_imports_click_and_nothing_else(args: tuple[str, ...], click_alone: set[str]) -> None:
    modules = imported(RUN, *args) - click_alone
    own_modules = {name for name in modules if name.partition(".")[0] == "pfocr2rdf"}
    assert own_modules - {"pfocr2rdf.cli.completion"} == LIGHT
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
        ("release", {*NETWORK, *PIPELINE, "rich", "nanopub"}),
        ("verify", {*NETWORK, *PIPELINE, "rich", "nanopub"}),
        ("nanopub", {*PIPELINE, "nanopub", "Crypto"}),
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


def test_an_export_in_which_nothing_has_changed_imports_no_json_ld_processor(tmp_path: Path) -> None:
    write(tmp_path, {"record.md": front_matter(older("PMC1__f1"))})
    command = ("export", str(tmp_path / "record.md"), "-o", str(tmp_path / "out"), "-w", "1", "-q")
    assert ["pyld" in imported(RUN, *command) for _ in range(2)] == [True, False]


def test_to_complete_a_command_imports_none() -> None:
    variables = {"_PFOCR2RDF_COMPLETE": "bash_complete", "COMP_WORDS": "pfocr2rdf ", "COMP_CWORD": "1"}
    modules = imported(RUN, **variables)
    assert {name for name in modules if name.partition(".")[0] == "pfocr2rdf"} == LIGHT


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["query", "--list", "--show"], ["exprot"]])
def test_python_m_is_the_command(args: list[str]) -> None:
    process = subprocess.run([sys.executable, "-m", "pfocr2rdf", *args], capture_output=True, text=True, check=False)
    expected = CliRunner().invoke(main, args, prog_name="pfocr2rdf")
    assert (process.returncode, process.stdout, process.stderr) == (expected.exit_code, expected.stdout, expected.stderr)


def imported_by(code: str) -> set[str]:
    """The modules of this package that a fresh Python has imported after such code."""
    report = "; import sys; print(*(name for name in sys.modules if name.partition('.')[0] == 'pfocr2rdf'))"
    return set(subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, check=True).stdout.split())


def test_a_name_is_imported_when_it_is_asked_for() -> None:
    assert imported_by("import pfocr2rdf; dir(pfocr2rdf)") == {"pfocr2rdf"}
    assert imported_by("from pfocr2rdf import PfocrError") == {"pfocr2rdf", "pfocr2rdf.errors"}


def test_an_export_leaves_nothing_for_a_last_garbage_collection(tmp_path: Path) -> None:
    code = "import atexit, gc, sys\nfrom pfocr2rdf.cli import main\natexit.register(lambda: print(len(gc.get_objects())))\nmain()"
    write(tmp_path, {"record.md": front_matter(older("PMC1__f1"))})
    command = [sys.executable, "-c", code, "export", str(tmp_path / "record.md"), "-o", str(tmp_path / "out"), "-w", "1", "-q"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert int(process.stdout) < 1_000, process.stderr
