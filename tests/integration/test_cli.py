"""The command line: what it prints, where, and with which exit status."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.support.records import ROOT

from pfocr2rdf.cli import main

EXAMPLES = str(ROOT / "examples")

COMMAND = [sys.executable, "-c", "from pfocr2rdf.cli import main; main()"]

BAD = "---\nfigid: PMC1__a\npmcid: PMC1\ngenes:\n- {word: X, symbol: X, source: hgnc_symbol, hgnc_symbol: X, entrez: none}\n---\n"


def run(*args: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(args), input=stdin)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with the examples and one record that must be refused."""
    folder = tmp_path / "mixed" / "_figures"
    folder.mkdir(parents=True)
    (folder.parent / "_data").symlink_to(ROOT / "examples" / "_data")
    for path in (ROOT / "examples" / "_figures").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "PMC1__a.md").write_text(BAD)
    return folder.parent


def test_export_prints_a_summary_and_ends_well(tmp_path: Path) -> None:
    result = run("export", EXAMPLES, "--output", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "figures exported" in result.stdout
    assert "triples" in result.stdout
    assert result.stderr == ""
    assert (tmp_path / "out" / "figures.ttl").is_file()
    assert (tmp_path / "out" / "figures.jsonld").is_file()


def test_a_refusal_is_one_sentence_on_standard_error_and_status_1(mixed: Path, tmp_path: Path) -> None:
    result = run("export", str(mixed), "--output", str(tmp_path / "out"))
    assert result.exit_code == 1
    line, *warnings = result.stderr.splitlines()
    assert line.startswith("refused: ")
    assert all(warning.startswith("warning: ") for warning in warnings)
    assert "PMC1__a.md: genes[0].entrez: 'none' is not an NCBI Gene id" in line


def test_json_is_the_summary_and_nothing_else(mixed: Path, tmp_path: Path) -> None:
    result = run("export", str(mixed), "--output", str(tmp_path / "out"), "--json")
    summary = json.loads(result.stdout)
    assert summary["refused"] == 1
    assert summary["exported"] == summary["read"] - 1 == 6
    assert summary["records_per_second"] > 0
    assert result.stderr == ""


def test_quiet_says_nothing(mixed: Path, tmp_path: Path) -> None:
    result = run("export", str(mixed), "--output", str(tmp_path / "out"), "--quiet")
    assert (result.exit_code, result.output) == (1, "")


def test_fail_fast_stops_and_publishes_nothing(mixed: Path, tmp_path: Path) -> None:
    result = run("export", str(mixed), "--output", str(tmp_path / "out"), "--fail-fast")
    assert result.exit_code == 3
    assert "stopped at the first refusal" in result.stderr
    assert not (tmp_path / "out").exists()


def test_limit_reads_no_more(tmp_path: Path) -> None:
    result = run("export", EXAMPLES, "--output", str(tmp_path / "out"), "--limit", "2", "--json")
    assert json.loads(result.stdout)["read"] == 2


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = run("export", EXAMPLES, "--output", str(tmp_path / "out"), "--dry-run")
    assert result.exit_code == 0
    assert "Nothing was written." in result.stdout
    assert not (tmp_path / "out").exists()


def test_release_and_date_are_in_the_description(tmp_path: Path) -> None:
    run("export", EXAMPLES, "--output", str(tmp_path), "--release", "2026-11", "--issued", "2026-11-22")
    text = (tmp_path / "dataset.ttl").read_text()
    assert 'pav:version "2026-11"' in text
    assert '"2026-11-22"^^xsd:date' in text


def test_standard_input_is_a_source(tmp_path: Path) -> None:
    record = next((ROOT / "examples" / "_figures").glob("PMC7378365*")).read_bytes()
    result = run("export", "-", "--output", str(tmp_path), "--json", stdin=record)
    assert json.loads(result.stdout)["exported"] == 1


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["export", "no-such-folder", "--output", "{out}"], 3, "no-such-folder: there is no such file or folder"),
        (["export", EXAMPLES], 2, "Missing option"),
        (["export", EXAMPLES, "--output", "{out}", "--format", "n3"], 2, "is not one of"),
        (["export", EXAMPLES, "--output", "{out}", "--limit", "0"], 2, "is not in the range"),
        (["export", EXAMPLES, "--output", "{out}", "--shapes", "no-such-shapes"], 2, "does not exist"),
        (["validate", "no-such-file.ttl"], 3, "no-such-file.ttl: there is no such file or folder; check the path"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(args: list[str], status: int, message: str, tmp_path: Path) -> None:
    result = run(*(arg.format(out=tmp_path / "out") for arg in args))
    assert result.exit_code == status
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_terminal_sees_a_progress_bar(tmp_path: Path) -> None:
    terminal, side = pty.openpty()
    process = subprocess.run(
        [*COMMAND, "export", EXAMPLES, "-o", str(tmp_path)], stdout=subprocess.DEVNULL, stderr=side, timeout=60, check=False
    )
    os.close(side)
    assert process.returncode == 0
    assert b"Exporting" in os.read(terminal, 100_000)


def test_a_pipe_sees_none(tmp_path: Path) -> None:
    process = subprocess.run([*COMMAND, "export", EXAMPLES, "-o", str(tmp_path)], capture_output=True, timeout=60, check=True)
    assert process.stderr == b""


def test_validate_says_what_conforms(tmp_path: Path) -> None:
    run("export", EXAMPLES, "--output", str(tmp_path))
    for name in ("figures.ttl", "figures.jsonld"):
        result = run("validate", str(tmp_path / name))
        assert result.exit_code == 0, result.output
        assert "1 validated: conforms" in result.stdout


def test_validate_reads_records_too(mixed: Path) -> None:
    result = run("validate", str(mixed))
    assert result.exit_code == 1
    assert "6 validated" in result.stdout
    assert "1 refused" in result.stdout


BROKEN = """
@prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .
@prefix wp: <http://vocabularies.wikipathways.org/wp#> .
<https://identifiers.org/ncbigene/1> a pfocr:Gene , wp:GeneProduct .
"""


def test_validate_reports_violations_in_three_forms(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text(BROKEN)
    text, turtle, as_json = (run("validate", str(path), "--report-format", form) for form in ("text", "turtle", "json"))
    assert {text.exit_code, turtle.exit_code, as_json.exit_code} == {1}
    assert "Violation: <https://identifiers.org/ncbigene/1>" in text.stdout
    assert "sh:conforms false" in turtle.stdout
    assert json.loads(as_json.stdout)["results"][0]["focusNode"] == "<https://identifiers.org/ncbigene/1>"
    assert run("validate", str(path), "--quiet").output == ""


def test_validate_refuses_what_is_no_rdf(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<urn:a> <b")
    result = run("validate", str(path))
    assert result.exit_code == 3
    assert "broken.ttl:1: is not valid RDF" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_PFOCR2RDF_COMPLETE" in result.stdout


def test_the_list_of_commands_shows_whole_sentences_and_aligned_exit_statuses() -> None:
    lines = run("--help").output.splitlines()
    assert not [line for line in lines[1:] if line.endswith("...")]
    statuses = lines[lines.index("  Exit status:") + 1 :]
    assert [line[:5] for line in statuses] == ["    0", "    1", "    2", "    3"]


def test_no_command_takes_an_empty_output_for_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [name for name in main.list_commands(click.Context(main)) if _has_output(main, name)]
    assert {"convert", "diff", "export", "load", "nanopub", "publish", "query", "records", "release", "stats"} <= set(names)
    for name in names:
        result = CliRunner().invoke(main, [name, "source", "--output", ""])
        assert result.exit_code == 2, name
        assert "Invalid value for '-o' / '--output': the path is empty; the current folder is '.'." in result.stderr, name
    assert list(tmp_path.iterdir()) == []


def _has_output(group: click.Group, name: str) -> bool:
    command = group.get_command(click.Context(group), name)
    return command is not None and any(parameter.name == "output" for parameter in command.params)


def test_every_command_has_help_with_examples_and_every_option_a_text() -> None:
    for name, command in main.commands.items():
        result = run(name, "--help")
        assert result.exit_code == 0
        assert "Examples:" in result.output, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.name}"
