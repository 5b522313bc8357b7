"""Generated inputs of each kind hold all laws, and what breaks one is told. ``just fuzz`` tries more of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzz.batches import Failure, find_failures, try_apart
from tests.fuzz.kinds import KINDS
from tests.support.export_laws import Sandbox, check_export, check_outcome, check_same, export_all, run, sandbox
from tests.support.records import ROOT, front_matter, newer, older, write

SEED = 1
COUNTS = {"records": 300, "archives": 60, "queries": 500, "requests": 150}


@pytest.mark.parametrize("kind", KINDS)
def test_generated_inputs_hold_all_laws(kind: str) -> None:
    failures = list(find_failures(range(COUNTS[kind]), lambda numbers: try_apart(kind, SEED, numbers)))
    assert not failures, f"{failures}\nagain: python -m tests.fuzz --kind {kind} --seed {SEED} --count {COUNTS[kind]}"


def test_an_input_hangs_on_its_seed_and_its_number_alone() -> None:
    for kind in KINDS.values():
        assert kind.files(SEED, 7) == kind.files(SEED, 7)
        assert len({repr(kind.files(seed, number)) for seed in (1, 2) for number in range(20)}) > 30


# -- the search for the input that is at fault -------------------------------------------------------------------------------


def test_the_input_at_fault_is_found_among_many() -> None:
    failures = list(find_failures(range(100), lambda numbers: [(None, "broken")] if 37 in numbers or 80 in numbers else []))
    assert failures == [Failure(range(37, 38), "broken"), Failure(range(80, 81), "broken")]


def test_inputs_that_are_at_fault_together_are_told_together() -> None:
    failures = list(find_failures(range(64), lambda numbers: [(None, "broken")] if {20, 30} <= set(numbers) else []))
    assert failures == [Failure(range(16, 32), "broken")]


def test_a_problem_with_a_number_needs_no_search() -> None:
    calls = []

    def trial(numbers: range) -> list[tuple[int | None, str]]:
        calls.append(numbers)
        return [(5, "broken")]

    assert list(find_failures(range(10), trial)) == [Failure(range(5, 6), "broken")]
    assert len(calls) == 1


def test_a_process_that_dies_or_does_not_end_is_a_problem() -> None:
    [(number, text)] = try_apart("nothing", SEED, range(1))
    assert number is None
    assert "KeyError" in text
    assert try_apart("records", SEED, range(1), timeout=0.01) == [(None, "no end after 0 s")]


def test_the_command_prints_a_table(tmp_path: Path) -> None:
    options = ("--kind", "records", "--count", "2", "--seed", "3", "--jobs", "2", "--save", tmp_path)
    command = [sys.executable, "-m", "tests.fuzz", *map(str, options)]
    process = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    first, head, *rows = process.stdout.splitlines()
    assert first == "seed 3"
    assert head.split() == ["kind", "inputs", "seconds", "failures"]
    assert [row.split()[::3] for row in rows] == [["records", "0"]]


# -- each law is one that can be broken -------------------------------------------------------------------------------------


def exported_sandbox(box: Sandbox) -> Path:
    files = {"a.md": front_matter(older("PMC1__a")), "b.md": front_matter(older("PMC1__b")), "c.md": "no record"}
    write(box.source, {f"_figures/{name}": text for name, text in files.items()})
    outcome = export_all(box, "once", "--workers", "1")
    assert outcome.status == 1
    assert not [*check_outcome(outcome, box.output("once")), *check_export(box, "once")]
    return box.output("once")


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("report.json", '"refused": 1', '"refused": 2', "were read, and 4 told of"),
        ("report.json", '"read": 3', '"read": 2', "2 read of 3 record files"),
        ("report.json", '"exported": 2', '"exported": 1', "2 figures in the graph"),
        ("figures.ttl", "A title", "Another title", "turtle has other triples"),
        ("figures.rdf", "<rdf:Description", "<rdf:Descriptio", "rdfxml cannot be read"),
        ("figures.nq", "pfocr.wikipathways.org/dataset> .", "example.org/> .", "other graphs"),
        ("figures.nt", "<https://identifiers.org/pmc/PMC100>", "_:b", "blank node"),
        ("figures.nt", '"A title"', '"A \x1ftitle"', "other triples"),
        ("figures.nt", "vocab#Figure>", "vocab#Gene>", "validate says otherwise"),
    ],
)
def test_a_broken_export_breaks_a_law(name: str, old: str, new: str, problem: str) -> None:
    with sandbox() as box:
        path = exported_sandbox(box) / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert any(problem in text for text in check_export(box, "once")), list(check_export(box, "once"))


def test_other_bytes_and_faults_are_told() -> None:
    with sandbox() as box:
        output = exported_sandbox(box)
        export_all(box, "twice", "--workers", "2")
        assert not list(check_same(output, box.output("twice"), "x"))
        (output / "figures.nt").write_bytes(b"")
        assert list(check_same(output, box.output("twice"), "x")) == ["x: other bytes in ['figures.nt']"]
        assert list(check_outcome(run("export"), output))
        (output / "report.json").write_text('"cannot be processed: TypeError"', encoding="utf-8")
        assert list(check_outcome(export_all(box, "twice"), output))


# -- the sum that all exports hold ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--partition-size", "2")])
def test_what_was_read_is_what_was_told_of(options: tuple[str, ...]) -> None:
    """Also where a table has no figure, a figure came twice or in both generations, and a stream or an archive has what is no record."""
    with sandbox() as box:
        files = {
            "_figures/a.md": front_matter(older("PMC1__a")), "_figures/b.md": front_matter(newer("PMC1__a")),
            "_figures/c.md": front_matter(newer("PMC1__a")), "_figures/d.md": front_matter(older("PMC1__d", "year: 2O20")),
            "_figures/e.yaml": older("PMC1__e") + "---\n- none\n---\n" + older("PMC1__f"), "_figures/g.yaml": "",
            "_figures/h.md": "none", "_data/PMC2__z-genes.tsv": "word\n", "_data/PMC2__z-chemicals.tsv": "word\n",
        }  # fmt: skip
        write(box.source, dict(files))
        for _ in range(2):
            outcome = run("export", box.source, "--output", box.output("once"), "--format", "ntriples", "--json", *options)
            summary = json.loads(outcome.text)
            numbers = {name: summary[name] for name in ("read", "exported", "quarantined", "refused", "superseded")}
            assert numbers == {"read": 11, "exported": 3, "quarantined": 1, "refused": 6, "superseded": 1}
        assert summary["reused"] + summary["mapped"] == 8  # the others were refused before
