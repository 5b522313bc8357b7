"""Compare the exporter with the plain pipeline: first that both say the same, then what each costs.

    python -m benchmarks.compare [--records 500] [--generation mixed] [--seed 1] [--quick] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. It makes a corpus, proves record by record that the two graphs hold the same statements,
and stops with exit status 1 and the differences where they do not. Then each pipeline takes all records from files to
validated Turtle and JSON-LD, in one process that is fresh each time, and CPU time is compared: the plain pipeline takes its
records in portions and a whole export follows each, so that both meet the same load of the machine. ``--quick`` leaves the times out.
The exit status is 1, too, where the bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks import plain
from benchmarks.agreement import differences
from benchmarks.bars import Bar
from benchmarks.corpus import GENERATIONS, make_corpus
from benchmarks.export_runs import corpus_options
from benchmarks.measured import in_fresh_process
from benchmarks.pairs import Spread, ratios
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine, ratio_cells, ratio_columns
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.iris import figure_graph_iri
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.reader import parse_record, read_raw
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.validation.shapes import load_shapes
from pfocr2rdf.validation.validator import Validator

QUICK = 60
PORTIONS = 5
BAR = 60.0
"""1.5 times the ratio that was measured before the export was made faster, with 1,500 records: a smaller corpus has a smaller one."""
WANTED = ("turtle", "jsonld")
COLUMNS = (*ratio_columns("CPU time, times the export's", ".1f"), Column("name", "pipeline"))
LIBRARIES = ("PyYAML", "PyLD", "rdflib", "pyshacl")
STAGES = ("read", "map and own JSON-LD", "validate", "write Turtle", "write JSON-LD")


class Run(NamedTuple):
    """What became of the records, and CPU seconds by stage where they were taken."""

    written: int
    left_out: int
    stages: Mapping[str, float]


def agree(corpus: Path) -> bool:
    """Whether both pipelines say the same of each record; prints what differs."""
    count = wrong = 0
    for difference in differences([corpus]):
        count += 1
        if difference.only_plain or difference.only_package:
            wrong += 1
            print(difference)
    print(f"{count - wrong} of {count} records: the same statements from the plain pipeline and from pfocr2rdf")
    return count > 0 and not wrong


def run_plain(corpus: Path, portion: int) -> Run:
    """One portion of the records through the plain pipeline."""
    paths = sorted((corpus / "_figures").glob("*.md"))
    with tempfile.TemporaryDirectory() as out:
        completed = plain.run(paths[portion::PORTIONS], Path(out))
    return Run(completed.written, completed.refused, dict(completed.spent))


def run_export(corpus: Path, limit: int | None = None) -> Run:
    """The records through ``pfocr2rdf.export``, in this process."""
    with tempfile.TemporaryDirectory() as out:
        summary = export([corpus], Path(out) / "export", formats=WANTED, limit=limit, workers=1)
    return Run(summary.exported, summary.quarantined + summary.refused, {})


def run_stages(corpus: Path) -> Run:
    """The steps of an export one by one, to see where its time goes; entities, report and files are not in it."""
    spent: defaultdict[str, float] = defaultdict(float)
    validator, writers = Validator(load_shapes()), {name: SERIALIZERS[name]() for name in WANTED}
    count = 0
    with RecordSource([corpus]) as source:
        for reference in source:
            if isinstance(reference, Exception):
                raise reference
            laps = [time.process_time()]
            record = parse_record(*read_raw(reference))
            laps.append(time.process_time())
            graph = build_figure_graph(record)
            laps.append(time.process_time())
            validator.validate(graph.resolved_entities(), figure=graph.figure, mentions=graph.mentions)
            laps.append(time.process_time())
            for writer in writers.values():
                writer.serialize_figure(graph.figure, graph.mentions, figure_graph_iri(graph.figid))
                laps.append(time.process_time())
            for name, (start, end) in zip(STAGES, pairwise(laps), strict=True):
                spent[name] += end - start
            count += 1
    return Run(count, 0, dict(spent))


def table(title: str, stages: Mapping[str, float], records: int) -> str:
    """Milliseconds a record of each stage."""
    return "\n".join((title, *(f"  {name:<22}{seconds / records * 1000:9.3f} ms" for name, seconds in stages.items())))


def compare(corpus: Path, records: int) -> tuple[Spread, bool]:
    """Measure both; the ratio of their CPU times by portion, and whether they left out equally many records.

    What both do once is left out: reading the shapes and contexts by the plain pipeline, the first record by the exporter, which still
    reads its shapes again in the time that is measured. The steps of both are printed, to see where time goes.
    """
    plains, exports = [], []
    stages: defaultdict[str, float] = defaultdict(float)
    for portion in range(PORTIONS):
        plains.append(in_fresh_process(partial(run_plain, corpus, portion), plain.prepare))
        exports.append(in_fresh_process(partial(run_export, corpus), partial(run_export, corpus, 1)))
        for name, seconds in plains[-1].value.stages.items():
            stages[name] += seconds
    sizes = [run.value.written + run.value.left_out for run in plains]
    print(table("The plain pipeline:", stages, records))
    print(table("pfocr2rdf, step by step:", in_fresh_process(partial(run_stages, corpus)).value.stages, records))
    left_out = sum(run.value.left_out for run in plains), exports[0].value.left_out
    print(f"left out for violations: {left_out[0]} and {left_out[1]}")
    each = [run.cpu / size for run, size in zip(plains, sizes, strict=True)]
    return ratios(each, [run.cpu / records for run in exports]), left_out[0] == left_out[1]


def result_of(ratio: Spread, command: str) -> Result:
    """The result: how many times the export's CPU time the plain pipeline takes."""
    releases = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    rows: list[Row] = [{"name": f"the usual libraries ({releases})", **ratio_cells(ratio)}, {"name": "pfocr2rdf", "ratio": 1.0}]
    notes = [
        "Both made the same statements of every record, which was proved first. Both run in one process.",
        f"Median, minimum and maximum of {PORTIONS} pairs: a portion of the records by the one, then all of them by the other.",
    ]
    bar = Bar("CPU time of the usual libraries, to that of an export with one worker", BAR, *ratio, at_least=True, spec=".1f")
    return Result("plain", command, machine(), COLUMNS, rows, notes, [bar])


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where the two pipelines differ or the bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description="Compare pfocr2rdf with the plain pipeline.")
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--generation", choices=GENERATIONS, default="mixed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help=f"only that both say the same, of {QUICK} records")
    add_outputs(parser)
    options = parser.parse_args(arguments)
    records = QUICK if options.quick else options.records
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        make_corpus(records, corpus, generation=options.generation, seed=options.seed)
        is_same = agree(corpus)
        if options.quick or not is_same:
            return 0 if is_same else 1
        ratio, is_equally_many = compare(corpus, records)
    command = f"python -m benchmarks.compare --records {records} {corpus_options(options)}"
    return give_out(result_of(ratio, command), options) if is_equally_many else 1


if __name__ == "__main__":
    sys.exit(main())
