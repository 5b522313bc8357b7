"""Names of chemicals and diseases in an export: the same in every way of exporting, and hardly any missing in real data."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest
from tests.support.records import ROOT

from pfocr2rdf import export
from pfocr2rdf.rdf.vocabulary import expand_curie

RECORD = """\
---
figid: PMC{number}__F1
pmcid: PMC{number}
chemicals:
{rows}
---
"""


def write_record(folder: Path, number: int, *rows: tuple[str, str]) -> None:
    text = "\n".join(f"- {{word: '{word}', source: MESH, identifier: '{mesh}'}}" for word, mesh in rows)
    (folder / f"PMC{number}__F1.md").write_text(RECORD.format(number=number, rows=text), encoding="utf-8")


def write_table(folder: Path, number: int, *rows: tuple[str, str, str, str]) -> None:
    (folder / f"PMC{number}__F1.md").write_text(f"---\nfigid: PMC{number}__F1\npmcid: PMC{number}\n---\n", encoding="utf-8")
    lines = ["word\tmesh\tmatch\tname\tchebi", *("\t".join((*row, "")) for row in rows)]
    (folder / f"PMC{number}__F1-chemicals.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Forty figures, of which the words of each chemical differ."""
    folder = tmp_path / "records"
    folder.mkdir()
    for number in range(100, 140):
        words = ("EtOH", "Alcohol", "EtOH ")[number % 3], f"new {number % 4}"
        write_record(folder, number, (words[0], "D000431"), (words[1], "C999999"), ("EtOH", "D000431"))
    return folder


def names_of(output: Path) -> dict[str, tuple[set[str], set[str]]]:
    """The labels and further labels of each entity that has one, by the end of its IRI."""
    names: dict[str, tuple[set[str], set[str]]] = {}
    predicates = [expand_curie("rdfs:label"), expand_curie("skos:altLabel")]
    for quad in pyoxigraph.parse(path=output / "figures.ttl", format=pyoxigraph.RdfFormat.TURTLE):
        if quad.predicate.value in predicates and isinstance(quad.object, pyoxigraph.Literal):
            assert isinstance(quad.subject, pyoxigraph.NamedNode)
            values = names.setdefault(quad.subject.value.rpartition("/")[2], (set(), set()))
            values[predicates.index(quad.predicate.value)].add(quad.object.value)
    return names


def test_words_of_all_records_decide(records: Path, tmp_path: Path) -> None:
    summary = export([records], tmp_path / "out")
    assert names_of(tmp_path / "out") == {"D000431": ({"Ethanol"}, {"EtOH"}), "C999999": (set(), {"new 0"})}
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert summary.unlabelled == report["summary"]["unlabelled"] == 1
    assert report["unlabelled"] == [{"subject": "http://id.nlm.nih.gov/mesh/C999999", "word": "new 0"}]


def test_every_way_of_exporting_gives_the_same_names(records: Path, tmp_path: Path) -> None:
    export([records], tmp_path / "fresh")
    expected = (tmp_path / "fresh" / "figures.ttl").read_bytes()
    export([records], tmp_path / "workers", workers=2)
    summary = export([records], tmp_path / "parts", partition_size=7, merge=True)
    assert summary.unlabelled == 1
    assert [(tmp_path / name / "figures.ttl").read_bytes() == expected for name in ("workers", "parts")] == [True, True]


def test_a_second_run_counts_the_words_of_records_that_it_does_not_map(records: Path, tmp_path: Path) -> None:
    export([records], tmp_path / "out")
    for number in (100, 104):  # these said "new 0"; now "new 1" is read more often
        write_record(records, number, ("new 1", "C999999"))
    summary = export([records], tmp_path / "out")
    export([records], tmp_path / "fresh")
    assert summary.mapped == 2
    assert names_of(tmp_path / "out")["C999999"] == (set(), {"new 1"})
    assert (tmp_path / "out" / "figures.ttl").read_bytes() == (tmp_path / "fresh" / "figures.ttl").read_bytes()
    assert export([records], tmp_path / "out").unchanged
    assert export([records], tmp_path / "out").unlabelled == 1


def test_words_of_a_record_that_gives_way_do_not_count(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    write_record(tmp_path / "a", 1, *[("old", "C999999")] * 5)
    write_table(tmp_path / "b", 1, ("new", "mesh:C999999", "NA", "NA"))
    for size in (None, 1):
        summary = export([tmp_path / "a", tmp_path / "b"], tmp_path / f"out-{size}", partition_size=size, merge=bool(size))
        assert (summary.exported, summary.superseded) == (1, 1)
        assert names_of(tmp_path / f"out-{size}")["C999999"] == (set(), {"new"})


def test_records_that_disagree_about_a_name_are_a_conflict_only_where_mesh_has_none(tmp_path: Path) -> None:
    source = tmp_path / "records"
    source.mkdir()
    for number, name in ((1, "Spirit"), (2, "Vodka")):
        write_table(source, number, ("EtOH", "mesh:D000431", name, name), ("nd", "mesh:C999999", name, name))
    summary = export([source], tmp_path / "out")
    assert names_of(tmp_path / "out") == {"D000431": ({"Ethanol"}, {"EtOH", "Spirit", "Vodka"}), "C999999": ({"Spirit"}, {"nd"})}
    assert (summary.conflicts, summary.unlabelled) == (1, 0)


def test_hardly_any_chemical_of_the_real_records_is_without_a_name(tmp_path: Path) -> None:
    data = ROOT.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the shared data (../shared/data) is not here")
    summary = export([data], tmp_path / "out", workers=1)
    text = (tmp_path / "out" / "figures.ttl").read_text(encoding="utf-8")
    named_count = text.count("a pfocr:Chemical") + text.count("a pfocr:Disease")
    assert named_count > 700
    assert summary.unlabelled <= named_count / 100
