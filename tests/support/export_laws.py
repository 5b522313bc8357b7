"""What every export must hold, whatever its records are: the laws that generated inputs are tried against."""

from __future__ import annotations

import json
import os
import resource
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
from click.testing import CliRunner
from pyoxigraph import BlankNode, NamedNode
from tests.support.output_directories import in_place

from pfocr2rdf import validate
from pfocr2rdf.cli import main
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.side_files import is_record
from pfocr2rdf.validation.report import result_to_json

MAX_MEMORY_MIB = 300
FIGURE = NamedNode("https://pfocr.wikipathways.org/vocab#Figure")
FAULTS = ("Traceback", "bug in pfocr2rdf", "cannot be processed: ")  # the last one of a record on which code failed
MIN_COUNT = "MinCountConstraintComponent"
NOT_OF_THE_RECORD = ("the table's figure is missing", "the figure was read already")

Triples = set[tuple[object, ...]]


class Sandbox(NamedTuple):
    """The folders of an export: sources are far below ``root``, so that a path that leads out of them leads to ``root``."""

    root: Path
    work: Path
    temporary: Path

    @property
    def source(self) -> Path:
        """The folder of the sources."""
        return self.work / "source"

    def output(self, name: str) -> Path:
        """An output directory, outside of ``root``."""
        return self.root.with_name(f"{self.root.name}-{name}")

    def files(self) -> dict[str, int]:
        """All that may not change while commands run, with sizes; what they wrote outside of their output is among it."""
        return {str(path): path.lstat().st_size for path in self.root.rglob("*") if not path.is_dir() or path.is_symlink()}


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """An empty sandbox, where also the temporary files of this process are."""
    previous = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="laws-") as folder:
        root = Path(folder) / "root"
        it = Sandbox(root, root / "a" / "b" / "c" / "d", Path(folder) / "temporary")
        it.source.mkdir(parents=True)
        it.temporary.mkdir()
        os.environ["TMPDIR"], tempfile.tempdir = str(it.temporary), None
        try:
            yield it
        finally:
            tempfile.tempdir = None
            os.environ.pop("TMPDIR")
            if previous is not None:
                os.environ["TMPDIR"] = previous


class Outcome(NamedTuple):
    """The exit status of a command, and what it printed."""

    status: int
    text: str


def run(*arguments: str | Path) -> Outcome:
    """Run a command of pfocr2rdf in this process."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    trouble = f"Traceback: {result.exception!r}" if result.exception and not isinstance(result.exception, SystemExit) else ""
    return Outcome(result.exit_code, result.output + trouble)


def export_all(box: Sandbox, name: str, *options: str, sources: Sequence[Path] = ()) -> Outcome:
    """Export in all formats into an output directory of this name."""
    formats = [argument for format_name in SERIALIZERS for argument in ("--format", format_name)]
    return run("export", *(sources or [box.source]), "--output", box.output(name), "--json", *formats, *options)


def check_outcome(outcome: Outcome, output: Path) -> Iterator[str]:
    """The exit status is 0, 1 or 3, and no fault of the program is told of."""
    if outcome.status not in (0, 1, 3):
        yield f"exit status {outcome.status}: {outcome.text[-500:]}"
    texts = [outcome.text, *(path.read_text(encoding="utf-8") for path in output.glob("report.json"))]
    yield from (f"{fault!r} in: {_excerpt(text, fault)}" for text in texts for fault in FAULTS if fault in text)
    if outcome.status == 3 and (not outcome.text.startswith("Error: ") or outcome.text.strip().count("\n") or output.exists()):
        yield f"what could not be done is not one sentence, or left {output.exists()}: {outcome.text[-500:]}"


def _excerpt(text: str, part: str) -> str:
    at = text.index(part)
    return text[max(at - 300, 0) : at + 300]


def check_export(box: Sandbox, name: str) -> Iterator[str]:
    """An export holds: sums, one graph in all formats, no blank node, and what ``validate`` says of it."""
    output = box.output(name)
    triples = read_triples(output / "figures.nt")
    yield from check_sums(output, triples, sum(is_record(path.name) for path in box.source.rglob("*") if path.is_file()))
    yield from check_formats(output, triples)
    yield from check_validation(output)


def check_sums(output: Path, triples: Triples, record_files: int) -> Iterator[str]:
    """What was exported, quarantined, refused and superseded is what was read, and the report has a row for each."""
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    numbers = report["summary"]
    total = sum(numbers[name] for name in ("exported", "quarantined", "refused", "superseded"))
    if total != numbers["read"]:
        yield f"{numbers['read']} were read, and {total} told of: {numbers}"
    rows = {"refusals": "refused", "quarantined": "quarantined"}
    yield from (f"{len(report[row])} {row}: {numbers}" for row, count in rows.items() if len(report[row]) != numbers[count])
    if numbers["read"] < record_files:
        yield f"{numbers['read']} read of {record_files} record files"
    figures = {subject for subject, predicate, value in triples if value == FIGURE and str(predicate).endswith("#type>")}
    if len(figures) != numbers["exported"]:
        yield f"{len(figures)} figures in the graph: {numbers}"
    if len(triples) != numbers["triples"]:
        yield f"{len(triples)} triples in the graph: {numbers}"


def read_triples(path: Path) -> Triples:
    """The triples of a file, without graph names."""
    return {(quad.subject, quad.predicate, quad.object) for quad in pyoxigraph.parse(path=path)}


def check_formats(output: Path, triples: Triples) -> Iterator[str]:
    """All formats have the same triples, and those with graphs the same quads; none has a blank node."""
    yield from (f"blank node: {triple}" for triple in triples if any(isinstance(term, BlankNode) for term in triple))
    for name in SERIALIZERS:
        path = output / f"figures{SERIALIZERS[name]().suffix}"
        try:
            if others := triples ^ read_triples(path):
                yield f"{name} has other triples: {sorted(map(str, others))[:4]}"
        except (SyntaxError, ValueError) as error:
            yield f"{name} cannot be read: {error}"
    if set(pyoxigraph.parse(path=output / "figures.nq")) != set(pyoxigraph.parse(path=output / "figures.trig")):
        yield "N-Quads and TriG have other graphs"


def check_validation(output: Path) -> Iterator[str]:
    """``validate`` finds in the graph what the report has of it, but for the figures that were left out.

    What a record alone does not say of a shared thing, such as the title of its paper, is in the report; another record may say it.
    """
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    left_out = {row["figid"] for row in report["quarantined"]}
    expected = {_result_key(row) for row in report["results"] if row.get("figid") not in left_out}
    results = {_result_key(result_to_json(result)) for result in validate(output / "figures.nt").results}
    missing = {key for key in expected - results if MIN_COUNT not in key}
    if others := (results - expected) | missing:
        yield f"validate says otherwise: {sorted(others)[:3]}"


def _result_key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.get(key, "") for key in ("focusNode", "resultPath", "value", "sourceConstraintComponent", "resultSeverity"))


def check_same(first: Path, second: Path, names: str) -> Iterator[str]:
    """Two output directories have the same files, to the byte."""
    files, other_files = in_place(first), in_place(second)
    differing = [name for name in files.keys() | other_files.keys() if files.get(name) != other_files.get(name)]
    if differing:
        yield f"{names}: other bytes in {sorted(differing)[:9]}"


def check_refusals(box: Sandbox, name: str, sources: Iterable[Path]) -> Iterator[str]:
    """``validate`` refuses the records that ``export`` refused."""
    report = json.loads((box.output(name) / "report.json").read_text(encoding="utf-8"))
    expected = sorted((row["source"], row["reason"]) for row in report["refusals"] if not row["reason"].startswith(NOT_OF_THE_RECORD))
    refusals = sorted((error.source, error.reason) for error in validate(*sources).refusals)
    if refusals != expected:
        yield f"validate refuses others: {[pair for pair in expected + refusals if (pair in expected) != (pair in refusals)][:3]}"


def memory_mib() -> int:
    """The most memory that this process, or one that it started, has ever had."""
    # Linux counts in ru_maxrss what the parent had when it started the process; VmHWM begins anew.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own_peak_kib = int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])
    return max(own_peak_kib, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) >> 10


def remove_outputs(box: Sandbox) -> None:
    """Remove the output directories, and the sources."""
    for path in box.root.parent.glob(f"{box.root.name}-*"):
        shutil.rmtree(path)
    shutil.rmtree(box.source)
    box.source.mkdir()
