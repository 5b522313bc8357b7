"""Every field of a record with every hostile value: the record is exported, set aside or refused, and never stops another one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.records import exported, front_matter, newer, older, table, write

from pfocr2rdf import FigureRecord, Mention, Paper, RecordError, read_records, to_graph, to_jsonld, validate
from pfocr2rdf.pipeline import worker
from pfocr2rdf.pipeline.export import export

FIELDS = (
    "figid", "figid_alias", "pmcid", "figtitle", "papertitle", "caption", "number", "figtype", "filename", "figlink", "reftext", "year",
    "doi", "journal_title", "journal_nlm_ta", "publisher_name", "keywords", "organisms", "organisms_ner", "annotations", "automl_pathway",
    "pathway_score", "ndex", "wpid", "schema-jsonld", "genes", "chemicals", "diseases", "redirect_from", "a-field-of-tomorrow",
)  # fmt: skip

DEEP = 10_000

VALUES = (
    "[[1]]", "[{a: b}]", "{a: [1]}", "[null, {}]", "[[], {}]", "[[[[[]]]]]", "{{a: b}: c}", "!!set {a}", "!!binary aGk=", "2020-01-01",
    "2020-01-01T00:00:00Z", "~", "true", "1" * 5000, "-0.0", ".nan", "-.inf", "1e400", "0x1F", "1:30:45", "&a [*a]", "&a {b: *a}", "*a",
    "[" * DEEP + "]" * DEEP, "{a: " * DEEP + "}" * DEEP, '"\\0"', '"\\ud800"', '"\\udc00\\ud800"', "|\n  a\n  b", ">-", "[]", "{}", "''",
    "=", "<<: {a: b}", "? [a]\n  : b", "!!python/object/apply:os.getcwd []", "'<script>'", "\u202e", "%d", "{{ a }}", "@a", "- a",
    "a: b: c",
)  # fmt: skip


def page(number: int, field: str, value: str) -> str:
    """A record with this value of the field."""
    lines = {"figid": f"PMC1__F{number}", "pmcid": "PMC1", "figtitle": "A title", field: value}
    return front_matter("".join(f"{key}: {text}\n" for key, text in lines.items()))


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = {
        f"{field}-{index:02}.md": page(100 * row + index, field, value)
        for row, field in enumerate(FIELDS)
        for index, value in enumerate(VALUES)
    }
    return write(tmp_path_factory.mktemp("in"), {**pages, "good.md": front_matter(older("PMC9__good"))})


def test_each_field_with_each_value_is_counted_once_and_no_fault_is_met(records: Path, tmp_path: Path) -> None:
    results = [exported([records], tmp_path / str(workers), workers=workers) for workers in (1, 2)]
    for result in results:
        summary = result.summary
        assert summary.read == summary.exported + summary.quarantined + summary.refused == len(FIELDS) * len(VALUES) + 1
        assert summary.exit_status == 1
        assert "PMC9__good" in result.figids
        assert [row for row in result.refusals if "cannot be processed" in row["reason"]] == []
    assert results[0].lines == results[1].lines
    assert results[0].report == results[1].report


def test_the_same_records_in_python(records: Path) -> None:
    refusals: list[RecordError] = []
    figures = list(read_records(records, refusals=refusals))
    assert len(figures) + len(refusals) == len(FIELDS) * len(VALUES) + 1
    assert "PMC9__good" in {figure.figid for figure in figures}
    assert [str(error) for error in refusals if not error.source or "cannot be processed" in error.reason] == []


@pytest.mark.parametrize("name", ["genes", "chemicals", "diseases"])
def test_a_row_of_a_list_with_each_value(name: str, tmp_path: Path) -> None:
    keys = {"genes": ("word", "symbol", "source", "hgnc_symbol", "entrez")}.get(name, ("word", "source", "identifier"))
    pages = {}
    for number, (key, value) in enumerate((key, value) for key in keys for value in VALUES if "\n" not in value):
        pages[f"{number}.md"] = front_matter(f"figid: PMC1__F{number}\npmcid: PMC1\nfigtitle: A\n{name}:\n- {key}: {value}\n")
    result = exported([write(tmp_path / "in", pages)], tmp_path / "out", workers=1)
    assert result.summary.exported + result.summary.quarantined + result.summary.refused == len(pages)
    assert [row for row in result.refusals if "cannot be processed" in row["reason"]] == []


def test_a_value_of_a_table_with_each_value(tmp_path: Path) -> None:
    columns = ("word", "mesh", "match", "name", "chebi")
    files: dict[str, str | bytes] = {}
    for number, (column, value) in enumerate((column, value) for column in columns for value in VALUES):
        files[f"_figures/PMC1__F{number}.md"] = front_matter(newer(f"PMC1__F{number}"))
        files[f"_data/PMC1__F{number}-chemicals.tsv"] = table(columns, [value if name == column else "NA" for name in columns])
    result = exported([write(tmp_path / "in", files)], tmp_path / "out", workers=1)
    assert result.summary.exported + result.summary.quarantined + result.summary.refused == len(columns) * len(VALUES)
    assert [row for row in result.refusals if "cannot be processed" in row["reason"]] == []


def test_json_with_each_value(tmp_path: Path) -> None:
    values: tuple[Any, ...] = (
        None,
        True,
        10**400,
        1.5,
        float("nan"),
        float("inf"),
        [[{"a": [None]}]],
        {"": {}},
        "\ud800",
        "\0",
        "\U0001d6fc",
    )
    names = []
    for number, (field, value) in enumerate((field, value) for field in FIELDS for value in values):
        names.append(tmp_path / f"{number}.json")
        names[-1].write_text(json.dumps({"figid": f"PMC1__F{number}", "pmcid": "PMC1", "figtitle": "A", field: value}))
    result = exported(names, tmp_path / "out", workers=1)
    assert result.summary.exported + result.summary.quarantined + result.summary.refused == len(names)
    assert [row for row in result.refusals if "cannot be processed" in row["reason"]] == []


# -- records that a program has made -------------------------------------------------------------------------------------------------


def recursive(container: Any, add: Callable[[Any, Any], None]) -> Any:
    add(container, container)
    return container


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"a": value}
    return value


OBJECTS: dict[str, Any] = {
    "None": None, "bool": True, "int": 10**400, "nan": float("nan"), "bytes": b"a", "list": ["a"], "mapping": {"a": 1}, "object": object(),
    "set": {1}, "tuple": (1, 2), "list in itself": recursive([], list.append),
    "mapping in itself": recursive({}, lambda a, b: a.update(a=b)), "deep": nested(DEEP), "NUL": "\0",
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_a_record_of_python_with_values_of_other_types_is_refused_or_mapped(name: str) -> None:
    value = OBJECTS[name]
    figures = [FigureRecord(**{"figid": "PMC1__F1", "schema_version": "2021", field: value}) for field in FigureRecord._fields]
    figures += [FigureRecord("PMC1__F1", "2021", paper=Paper(**{field: value})) for field in Paper._fields]
    figures += [
        FigureRecord("PMC1__F1", "2021", mentions=(Mention(**{"entity_type": "gene", "word": "a", field: value}),))
        for field in Mention._fields
    ]
    refused = 0
    for figure in figures:
        for convert in (to_graph, to_jsonld):
            try:
                convert(figure)
            except RecordError:
                refused += 1
        assert validate(figure).graph_count + len(validate(figure).refusals) == 1
    assert refused or name == "NUL"


# -- faults of our own ---------------------------------------------------------------------------------------------------------------


def fail_on(title: str, error: BaseException) -> Callable[[FigureRecord], Any]:
    def build(record: FigureRecord) -> Any:
        if record.title == title:
            raise error
        return build_figure_graph(record)

    build_figure_graph = worker.build_figure_graph
    return build


FAULTS = {
    TypeError("a 'b'\nc"): "cannot be processed: TypeError: a 'b' c",
    RecursionError("too deep"): "is nested too deeply",
    OSError(5, "Input/output error"): "cannot be read: Input/output error",
    ValueError("\ud800"): "cannot be processed: ValueError: \\ud800",
    KeyError("a"): "cannot be processed: KeyError: 'a'",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = {f"PMC1__F{number}.md": front_matter(older(f"PMC1__F{number}", title=f"title {number}")) for number in range(5)}
    return write(tmp_path / "in", pages)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_fault_is_the_refusal_of_the_record_that_meets_it(
    fault: Exception, workers: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "build_figure_graph", fail_on("title 2", fault))
    result = exported([folder], tmp_path / "out", workers=workers)
    assert result.figids == [f"PMC1__F{number}" for number in (0, 1, 3, 4)]
    (refusal,) = result.refusals
    assert refusal["reason"] == FAULTS[fault]
    assert refusal["source"].endswith("PMC1__F2.md")
    assert refusal["figid"] == "PMC1__F2"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_record_that_takes_all_memory_is_set_aside(workers: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "build_figure_graph", fail_on("title 2", MemoryError()))
    result = exported([folder], tmp_path / "out", workers=workers)
    assert result.figids == [f"PMC1__F{number}" for number in (0, 1, 3, 4)]
    assert result.summary.quarantined == 1
    (row,) = result.report["quarantined"]
    assert "it ran out of memory" in json.dumps(row)


def test_a_fault_while_one_format_is_written_leaves_no_trace_in_the_others(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer

    serialize = TurtleSerializer.serialize_figure

    def fail(self: TurtleSerializer, figure: Any, *rest: Any) -> str:
        if "PMC1__F2" in figure.subject:
            raise TypeError("a fault")
        return serialize(self, figure, *rest)

    monkeypatch.setattr(TurtleSerializer, "serialize_figure", fail)
    summary = export([folder], tmp_path / "out", formats=["ntriples", "turtle"], workers=1)
    assert (summary.exported, summary.refused, summary.mention_rows) == (4, 1, {"gene": 4})
    assert "PMC1__F2" not in (tmp_path / "out/figures.nt").read_text(encoding="utf-8")
    assert "PMC1__F2" not in (tmp_path / "out/figures.ttl").read_text(encoding="utf-8")


def test_the_traceback_of_a_fault_is_logged_where_that_is_asked_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "build_figure_graph", fail_on("title 2", TypeError("a fault")))
    export([folder], tmp_path / "silent", workers=1)
    assert caplog.text == ""
    monkeypatch.setenv("PFOCR2RDF_DEBUG", "1")
    assert export([folder], tmp_path / "out", workers=1).refused == 1
    assert "Traceback" in caplog.text
    assert "TypeError: a fault" in caplog.text
