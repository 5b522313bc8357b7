"""One figure at a time: the exact statements of a record, or the exact sentence that refuses it.

Each folder of ``tests/data/figures`` is a case: ``record.md`` with its side tables, and ``expected.nt`` (all statements, sorted) or
``refusal.txt``. ``notes.txt``, where there is one, holds the warnings.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from tests.support.records import DATA, statements, without_folder

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.records.reader import read_records

FIGURES = DATA / "figures"

CASES = [pytest.param(folder, id=folder.name) for folder in sorted(FIGURES.iterdir())]


def outcome(folder: Path) -> tuple[str, str]:
    """The sorted statements and the notes; or the refusal."""
    try:
        (record,) = read_records(folder / "record.md")
        graph = build_figure_graph(record)
    except RecordError as error:
        return "".join(without_folder(folder, [f"{error}\n"])), ""
    lines = statements(graph)
    assert len(lines) == len(set(lines)), "a statement is made twice"
    return "".join(f"{line}\n" for line in lines), "".join(f"{note}\n" for note in graph.notes)


@pytest.mark.parametrize("folder", CASES)
def test_a_record_gives_exactly_these_statements(folder: Path) -> None:
    result, notes = outcome(folder)
    expected = folder / "expected.nt"
    notes_file = folder / "notes.txt"
    assert result == (expected if expected.exists() else folder / "refusal.txt").read_text(encoding="utf-8")
    assert notes == (notes_file.read_text(encoding="utf-8") if notes_file.exists() else "")


def test_the_expected_statements_are_n_triples_without_blank_nodes() -> None:
    for path in FIGURES.glob("*/expected.nt"):
        triples = list(pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_TRIPLES))
        assert len(triples) == len(path.read_text(encoding="utf-8").splitlines())
        assert not [triple for triple in triples if pyoxigraph.BlankNode in map(type, triple)]
        assert all(is_absolute_iri(term.value) for triple in triples for term in triple if isinstance(term, pyoxigraph.NamedNode))
