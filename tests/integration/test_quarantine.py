"""Figures with a violation are left out of an export and shown to the user; what conforms alone is also looked at together."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rdflib
from rdflib import RDF, SH, Literal, URIRef
from rdflib.namespace import DCTERMS
from tests.support.mutations import INLINE, TABLED, TABLES, write_record

from pfocr2rdf.errors import ShapesError, StoppedError
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.summary import ExportSummary

GENE = "https://identifiers.org/ncbigene/18706"

PAPER = "https://identifiers.org/pmc/PMC1234567"

LABEL, TITLE = URIRef("http://www.w3.org/2000/01/rdf-schema#label"), DCTERMS.title

ORGANISM = URIRef("https://pfocr.wikipathways.org/vocab#organism")


class QuarantineExport(NamedTuple):
    """An export, and what is in its folder."""

    summary: ExportSummary
    folder: Path
    graph: rdflib.Graph
    report: dict[str, Any]
    shacl: rdflib.Graph

    @property
    def quarantined(self) -> list[str]:
        folder = self.folder / "quarantine"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def reasons(self, figid: str) -> list[dict[str, str]]:
        return list(json.loads((self.folder / "quarantine" / figid / "reasons.json").read_text(encoding="utf-8")))


def exported(folder: Path, sources: list[Path] | None = None, **options: Any) -> QuarantineExport:
    output = folder / "out"
    summary = export(sources or [folder / "in"], output, formats=["turtle"], **options)
    graph = rdflib.Graph().parse(output / "figures.ttl")
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    return QuarantineExport(summary, output, graph, report, rdflib.Graph().parse(output / "report.ttl"))


def record(**fields: object) -> dict[str, object]:
    """A record that conforms, but for the fields given."""
    return {**INLINE, "schema-jsonld": None, **fields}


def figure(figid: object) -> URIRef:
    return URIRef(f"https://pfocr.wikipathways.org/figures/{figid}.html")


def other(figid: str, **fields: object) -> dict[str, object]:
    """A figure of another paper, which conforms, but for the fields given."""
    return record(**{"figid": figid, "figid_alias": "", "pmcid": "PMC7", "papertitle": "A seventh paper.", **fields})


# -- a violation -----------------------------------------------------------------------------------------------------------


WRONG: dict[str, tuple[dict[str, object], str, str, str]] = {
    "year": ({"year": "abcd"}, f"<{PAPER}>", "<http://purl.org/dc/terms/issued>", "A paper was published in one year, of four digits."),
    "score": (
        {"pathway_score": "high"},
        f"<{figure(INLINE['figid'])}>",
        "<https://pfocr.wikipathways.org/vocab#pathwayScore>",
        "A pathway score is one decimal number from 0 to 1.",
    ),
    "score out of range": (
        {"pathway_score": "1.5"},
        f"<{figure(INLINE['figid'])}>",
        "<https://pfocr.wikipathways.org/vocab#pathwayScore>",
        "A pathway score is one decimal number from 0 to 1.",
    ),
    "doi": ({"doi": "11.1000/x"}, f"<{PAPER}>", "<http://purl.org/ontology/bibo/doi>", "A paper has one DOI, which begins with 10."),
    "no paper": (
        {"pmcid": "NA"},
        f"<{figure(INLINE['figid'])}>",
        "<https://pfocr.wikipathways.org/vocab#citedIn>",
        "A figure is cited in one paper, which is described.",
    ),
}


@pytest.mark.parametrize(("fields", "focus", "path", "message"), WRONG.values(), ids=WRONG)
def test_a_figure_with_a_violation_is_left_out_and_reported(
    tmp_path: Path, fields: dict[str, object], focus: str, path: str, message: str
) -> None:
    bad_record = record(**fields)
    record_path = write_record(tmp_path / "in", bad_record)
    write_record(tmp_path / "in", other("PMC7__good"))
    result = exported(tmp_path)

    assert (result.summary.read, result.summary.exported, result.summary.quarantined, result.summary.refused) == (2, 1, 1, 0)
    assert result.summary.exit_status == 1
    assert [figid for figid, _ in result.summary.first_quarantined] == [bad_record["figid"]]
    assert set(result.graph.subjects(RDF.type, URIRef("https://pfocr.wikipathways.org/vocab#Figure"))) == {figure("PMC7__good")}
    assert str(bad_record["figid"]) not in (result.folder / "figures.ttl").read_text(encoding="utf-8")

    assert result.quarantined == [bad_record["figid"]]
    quarantine_folder = result.folder / "quarantine" / str(bad_record["figid"])
    assert sorted(item.name for item in quarantine_folder.iterdir()) == [f"{bad_record['figid']}.md", "reasons.json"]
    assert (quarantine_folder / f"{bad_record['figid']}.md").read_bytes() == record_path.read_bytes()
    (reason,) = [
        item for item in result.reasons(str(bad_record["figid"])) if item["resultSeverity"] == "Violation" and item["focusNode"] == focus
    ][:1]
    assert (reason["resultPath"], reason["resultMessage"], reason["figid"]) == (path, message, bad_record["figid"])
    assert reason["source"].endswith(f"{bad_record['figid']}.md")

    assert result.report["quarantined"] == [{"figid": bad_record["figid"], "source": reason["source"]}]
    assert result.report["results"] == result.reasons(str(bad_record["figid"]))
    assert result.report["summary"]["quarantined"] == 1
    assert result.report["summary"]["results"]["Violation"] == [item["resultSeverity"] for item in result.report["results"]].count(
        "Violation"
    )


@pytest.mark.parametrize(("fields", "focus", "path", "message"), WRONG.values(), ids=WRONG)
def test_the_report_is_a_shacl_report(tmp_path: Path, fields: dict[str, object], focus: str, path: str, message: str) -> None:
    write_record(tmp_path / "in", record(**fields))
    result = exported(tmp_path)
    (report,) = result.shacl.subjects(RDF.type, SH.ValidationReport)
    assert list(result.shacl.objects(report, SH.conforms)) == [Literal(False)]
    results = list(result.shacl.objects(report, SH.result))
    assert len(results) == len(result.report["results"]) == len(set(result.shacl.subjects(RDF.type, SH.ValidationResult))) > 0
    assert focus.strip("<>") in {str(result.shacl.value(shacl_result, SH.focusNode)) for shacl_result in results}
    (violation,) = [shacl_result for shacl_result in results if str(result.shacl.value(shacl_result, SH.resultMessage)) == message][:1]
    assert result.shacl.value(violation, SH.resultPath) == URIRef(path.strip("<>"))
    assert result.shacl.value(violation, SH.resultSeverity) == SH.Violation
    assert str(result.shacl.value(violation, SH.sourceConstraintComponent)).startswith(str(SH))
    assert str(result.shacl.value(violation, SH.sourceShape)).startswith("https://pfocr.wikipathways.org/shapes#")
    assert str(result.shacl.value(violation, DCTERMS.source)).endswith(".md")
    assert not [node for triple in result.shacl for node in triple if isinstance(node, rdflib.BNode)]


def test_where_nothing_is_wrong_the_report_conforms(tmp_path: Path) -> None:
    write_record(tmp_path / "in", INLINE)
    result = exported(tmp_path)
    (report,) = result.shacl.subjects(RDF.type, SH.ValidationReport)
    assert set(result.shacl) == {(report, RDF.type, SH.ValidationReport), (report, SH.conforms, Literal(True))}
    assert (result.summary.exit_status, result.quarantined, result.report["results"], result.report["quarantined"]) == (0, [], [], [])


def test_the_tables_of_a_figure_are_quarantined_with_it_byte_for_byte(tmp_path: Path) -> None:
    write_record(tmp_path / "in", {**TABLED, "automl_pathway": "7"}, TABLES)
    figid = TABLED["figid"]
    result = exported(tmp_path)
    quarantine_folder = tmp_path / "out" / "quarantine" / str(figid)
    assert {path.name for path in quarantine_folder.iterdir()} == {
        *(f"{figid}-{name}.tsv" for name in TABLES),
        f"{figid}.md",
        "reasons.json",
    }
    for path in (*(tmp_path / "in" / "_data").iterdir(), *(tmp_path / "in" / "_figures").iterdir()):
        assert (quarantine_folder / path.name).read_bytes() == path.read_bytes()
    assert (quarantine_folder / f"{figid}.md").read_bytes().count(b"---\n") == 2
    assert result.summary.exported == 0


def test_what_is_quarantined_can_be_put_right_and_exported_from_there(tmp_path: Path) -> None:
    write_record(tmp_path / "in", {**TABLED, "automl_pathway": "7"}, TABLES)
    exported(tmp_path)
    quarantine_folder = tmp_path / "out" / "quarantine" / str(TABLED["figid"])
    path = quarantine_folder / f"{TABLED['figid']}.md"
    path.write_text(path.read_text(encoding="utf-8").replace("automl_pathway: '7'", "automl_pathway: '0.7'"), encoding="utf-8")
    result = exported(tmp_path / "again", [quarantine_folder])
    assert (result.summary.exported, result.summary.refused, result.quarantined) == (1, 0, [])
    assert (figure(TABLED["figid"]), URIRef("https://pfocr.wikipathways.org/vocab#mentions"), URIRef(GENE)) in result.graph


def test_nothing_of_a_quarantined_figure_gets_into_the_graph_or_the_counts(tmp_path: Path) -> None:
    write_record(tmp_path / "in", {**TABLED, "automl_pathway": "7"}, TABLES)
    write_record(tmp_path / "in", other("PMC7__good"))
    result = exported(tmp_path)
    assert (URIRef(GENE), None, None) not in result.graph
    assert result.summary.triples == len(result.graph)
    assert sum(result.summary.mention_rows.values()) == sum(len(INLINE[name]) for name in ("genes", "chemicals", "diseases"))  # type: ignore[arg-type]
    assert result.summary.repairs == {}


def test_the_quarantine_of_an_earlier_export_is_gone(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(year="abcd"))
    assert exported(tmp_path).quarantined == [INLINE["figid"]]
    write_record(tmp_path / "in", record(year="2020"))
    assert exported(tmp_path).quarantined == []


def test_many_figures_are_quarantined_in_the_order_they_come(tmp_path: Path) -> None:
    for number in range(150):  # more than two batches
        write_record(tmp_path / "in", other(f"PMC7__f{number:03d}", year="abcd" if number % 3 == 0 else "2020"))
    result = exported(tmp_path)
    bad_figids = [f"PMC7__f{number:03d}" for number in range(0, 150, 3)]
    assert [row["figid"] for row in result.report["quarantined"]] == result.quarantined == bad_figids
    assert [figid for figid, _ in result.summary.first_quarantined] == bad_figids[: result.summary.MAX_LISTED_RECORDS]
    assert (result.summary.exported, result.summary.quarantined) == (100, 50)


# -- a warning -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "severity", "message"),
    [
        ({"number": "<i>F1</i>"}, "Warning", "A figure number should hold no HTML."),
        ({"figtitle": ""}, "Warning", "A figure should have a title."),
        ({"papertitle": "NA"}, "Warning", "A paper should have a title."),
        ({"ndex": "not-a-uuid"}, "Warning", "A link to NDEx should end in a UUID."),
        ({"genes": [], "chemicals": [], "diseases": []}, "Info", "Nothing was recognised in this figure."),
    ],
)
def test_what_is_no_violation_is_reported_and_the_figure_kept(
    tmp_path: Path, fields: dict[str, object], severity: str, message: str
) -> None:
    write_record(tmp_path / "in", record(**fields))
    outcome = exported(tmp_path)
    (result,) = outcome.report["results"]
    assert (result["resultSeverity"], result["resultMessage"]) == (severity, message)
    assert (outcome.summary.exported, outcome.summary.quarantined, outcome.summary.exit_status, outcome.quarantined) == (1, 0, 0, [])
    assert outcome.summary.severities == {severity: 1}
    assert (figure(INLINE["figid"]), RDF.type, None) in outcome.graph
    assert [str(severity_node) for severity_node in outcome.shacl.objects(None, SH.resultSeverity)] == [str(SH[severity])]
    assert list(outcome.shacl.objects(None, SH.conforms)) == [Literal(False)]  # as SHACL has it: any result at all


# -- what to do about a violation ------------------------------------------------------------------------------------------


def test_keep_exports_the_figure_and_reports_it(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(year="abcd"))
    result = exported(tmp_path, on_violation="keep")
    assert (result.summary.exported, result.summary.quarantined, result.quarantined) == (1, 0, [])
    assert result.summary.exit_status == 1
    assert "abcd" in {str(year) for year in result.graph.objects(URIRef(PAPER), DCTERMS.issued)}
    assert [row["value"] for row in result.report["results"]] == ['"abcd"^^<http://www.w3.org/2001/XMLSchema#gYear>']
    assert result.report["quarantined"] == []


def test_fail_stops_the_run_and_publishes_nothing(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(figid="PMC1234567__a", figid_alias=""))
    write_record(tmp_path / "in", record(figid="PMC1234567__b", figid_alias="", year="abcd"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoppedError, match=r"first violation: .*PMC1234567__b\.md: .*issued.*A paper was published in one year"):
        exported(tmp_path, on_violation="fail", force=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]


def test_fail_leaves_what_an_earlier_run_published(tmp_path: Path) -> None:
    write_record(tmp_path / "in", INLINE)
    exported(tmp_path)
    previous = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    write_record(tmp_path / "in", record(year="abcd"))
    with pytest.raises(StoppedError):
        exported(tmp_path, on_violation="fail")
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == previous


def test_fail_does_not_stop_at_a_warning(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(number="<i>F1</i>"))
    assert exported(tmp_path, on_violation="fail").summary.exported == 1


def test_another_choice_is_refused(tmp_path: Path) -> None:
    write_record(tmp_path / "in", INLINE)
    with pytest.raises(ValueError, match="'ignore' is not a valid choice; choose from quarantine, keep, fail"):
        exported(tmp_path, on_violation="ignore")
    assert not (tmp_path / "out").exists()


# -- shapes of the user ----------------------------------------------------------------------------------------------------


USER_SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
<urn:mine> a sh:NodeShape ; sh:targetClass {target} ; sh:property <urn:mine-number> .
<urn:mine-number> a sh:PropertyShape ; sh:path {path} ; {constraint} ; sh:message "The user wants it so." .
"""


def user_shapes(folder: Path, name: str, target: str, path: str, constraint: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(USER_SHAPE.format(target=target, path=path, constraint=constraint), encoding="utf-8")
    return folder


def test_a_file_of_another_name_is_added_to_the_shapes(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(year="abcd"))
    write_record(tmp_path / "in", other("PMC7__numbered", number="S1"))
    write_record(tmp_path / "in", other("PMC7__good"))
    shapes = user_shapes(tmp_path / "shapes", "mine.ttl", "pfocr:Figure", "pfocr:figureNumber", 'sh:pattern "^F"')
    result = exported(tmp_path, shapes=[shapes])
    assert result.quarantined == [INLINE["figid"], "PMC7__numbered"]
    assert [row["resultMessage"] for row in result.reasons("PMC7__numbered")] == ["The user wants it so."]
    assert "<urn:mine>" in (result.folder / "shapes.ttl").read_text(encoding="utf-8")


def test_a_file_of_the_same_name_replaces_the_built_in_one(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(year="abcd"))
    write_record(tmp_path / "in", other("PMC7__untitled", papertitle=""))
    shapes = user_shapes(tmp_path / "shapes", "paper.ttl", "pfocr:Paper", "<http://purl.org/dc/terms/title>", "sh:minCount 1")
    result = exported(tmp_path, shapes=[shapes])
    assert result.quarantined == ["PMC7__untitled"]
    assert (figure(INLINE["figid"]), RDF.type, None) in result.graph


@pytest.mark.parametrize("constraint", ["sh:minCount 1", "sh:minCount 1 ; sh:equals <urn:p>"], ids=["screened", "by the engine alone"])
def test_a_shape_on_a_superclass_fires_in_an_export(tmp_path: Path, constraint: str) -> None:
    write_record(tmp_path / "in", INLINE)
    write_record(tmp_path / "in", other("PMC7__wordless", genes=[], chemicals=[], diseases=[]))
    shapes = user_shapes(tmp_path / "shapes", "mine.ttl", "oa:Annotation", "oa:motivatedBy", constraint)
    result = exported(tmp_path, shapes=[shapes])
    assert result.quarantined == [INLINE["figid"]]
    assert {row["focusNode"][:40] for row in result.reasons(str(INLINE["figid"]))} == {"<https://pfocr.wikipathways.org/mentions"}


def test_a_warning_of_the_users_quarantines_nothing(tmp_path: Path) -> None:
    write_record(tmp_path / "in", INLINE)
    shapes = user_shapes(tmp_path / "shapes", "mine.ttl", "pfocr:Figure", "<urn:p>", "sh:minCount 1 ; sh:severity sh:Warning")
    result = exported(tmp_path, shapes=[shapes])
    assert (result.summary.exported, result.summary.severities, result.quarantined) == (1, {"Warning": 1}, [])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "there are no shapes here; name a folder with .ttl files"),
        ({"readme.md": "text"}, "there are no shapes here"),
        ({"mine.ttl": "<urn:a> <urn:b>"}, "mine.ttl: cannot be read as Turtle"),
        ({"mine.ttl": USER_SHAPE.format(target="<urn:C>", path="<urn:p>", constraint='sh:pattern "("')}, "the shapes cannot be used"),
    ],
    ids=["empty", "no shapes", "broken", "senseless"],
)
def test_shapes_that_cannot_be_used_stop_the_export_before_it_begins(tmp_path: Path, files: dict[str, str], message: str) -> None:
    write_record(tmp_path / "in", INLINE)
    (tmp_path / "shapes").mkdir()
    for name, text in files.items():
        (tmp_path / "shapes" / name).write_text(text, encoding="utf-8")
    with pytest.raises(ShapesError, match=message.replace(".", r"\.")):
        exported(tmp_path, shapes=[tmp_path / "shapes"])
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


# -- alone and together ----------------------------------------------------------------------------------------------------


HEADER = TABLES["genes"][0]


def gene_row(symbol: str, taxon: str = "10090", organism: str = "Mus musculus") -> dict[str, list[str]]:
    return {"genes": [HEADER, f"{taxon}|{organism}|Group|Pik3|PI3K|{symbol}|18706|ncbigene_symbol|0|0|1"]}


def conflicting(folder: Path, conflict_type: str) -> list[Path]:
    """Three records in folders of their own, each of which conforms, and of which the first two say the same of a thing."""
    sources = []
    for number, (a, b) in enumerate([("one", "10090"), ("one", "10090"), ("another", "9606")]):
        figid = f"PMC{number + 1}__f"
        fields: dict[str, object] = {"figid": figid, "figid_alias": "", "pmcid": f"PMC{number + 1}"}
        source = folder / f"source{number}"
        if conflict_type == "title":
            write_record(source, record(**fields | {"pmcid": "PMC1234567", "papertitle": f"The title, {a} way."}))
        elif conflict_type == "year":
            write_record(source, record(**fields | {"pmcid": "PMC1234567", "year": "2020" if a == "one" else "2019"}))
        elif conflict_type == "label":
            write_record(source, {**TABLED, "schema-jsonld": None, **fields}, gene_row(a.upper()))
        else:
            organism = {"10090": "Mus musculus", "9606": "Homo sapiens"}[b]
            write_record(source, {**TABLED, "schema-jsonld": None, **fields}, gene_row("Pik3ca", b, organism))
        sources.append(source)
    return sources


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("conflict_type", ["title", "year", "label", "organism"])
def test_each_of_the_conflicting_records_conforms_alone(tmp_path: Path, conflict_type: str, number: int) -> None:
    result = exported(tmp_path, [conflicting(tmp_path, conflict_type)[number]])
    assert (result.summary.exported, result.summary.exit_status, result.report["conflicts"], result.report["results"]) == (1, 0, [], [])


@pytest.mark.parametrize(
    ("conflict_type", "subject", "predicate", "winner", "dropped"),
    [
        ("title", PAPER, TITLE, '"The title, another way."', '"The title, one way."'),
        ("year", PAPER, DCTERMS.issued, '"2019"', '"2020"'),
        ("label", GENE, LABEL, '"ANOTHER"', '"ONE"'),
    ],
)
def test_two_values_for_what_has_one_are_a_conflict_whichever_comes_first(
    tmp_path: Path, conflict_type: str, subject: str, predicate: URIRef, winner: str, dropped: str
) -> None:
    graphs = set()
    for order in permutations(conflicting(tmp_path, conflict_type)):
        result = exported(tmp_path, list(order))
        assert (result.summary.exported, result.summary.quarantined, result.summary.conflicts) == (3, 0, 1)
        (conflict,) = result.report["conflicts"]
        assert (conflict["subject"], conflict["predicate"]) == (f"<{subject}>", f"<{predicate}>")
        assert (conflict["kept"].split("^^")[0], conflict["dropped"].split("^^")[0]) == (winner, dropped)
        first = next(source.name for source in order if source.name != "source2")
        assert "PMC3__f" in str(conflict["kept_from"])
        assert {"source0": "PMC1__f", "source1": "PMC2__f"}[first] in str(conflict["dropped_from"])
        assert [str(value) for value in result.graph.objects(URIRef(subject), predicate)] == [winner.strip('"')]
        assert result.report["results"] == []
        graphs.add(frozenset(result.graph))
        assert result.report["summary"]["conflicts"] == 1
    assert len(graphs) == 1


def test_two_organisms_of_a_gene_are_found_when_its_descriptions_are_merged(tmp_path: Path) -> None:
    graphs = set()
    for order in permutations(conflicting(tmp_path, "organism")):
        outcome = exported(tmp_path, list(order))
        assert (outcome.summary.exported, outcome.summary.quarantined) == (3, 0)
        (result,) = outcome.report["results"]
        assert (result["focusNode"], result["resultPath"]) == (f"<{GENE}>", f"<{ORGANISM}>")
        assert (result["sourceConstraintComponent"], result["resultSeverity"]) == ("MaxCountConstraintComponent", "Violation")
        assert outcome.summary.exit_status == 1
        assert list(outcome.shacl.objects(None, SH.focusNode)) == [URIRef(GENE)]
        assert len(set(outcome.graph.objects(URIRef(GENE), ORGANISM))) == 2
        graphs.add(frozenset(outcome.graph))
    assert len(graphs) == 1


def test_what_is_found_in_merged_descriptions_names_both_sources(tmp_path: Path) -> None:
    outcome = exported(tmp_path, conflicting(tmp_path, "organism"))
    (result,) = outcome.report["results"]
    assert {"PMC1__f", "PMC3__f"} <= {figid for figid in ("PMC1__f", "PMC2__f", "PMC3__f") if figid in json.dumps(result)}


def test_the_newer_generation_is_believed(tmp_path: Path) -> None:
    older = record(figid="PMC1__f", figid_alias="", pmcid="PMC1", genes=[
        {"word": "a", "symbol": "AAA", "source": "hgnc_symbol", "hgnc_symbol": "AAA", "entrez": "18706"}
    ])  # fmt: skip
    write_record(tmp_path / "old", older)
    write_record(tmp_path / "new", {**TABLED, "schema-jsonld": None}, gene_row("ZZZ", "9606", "Homo sapiens"))
    for order in permutations([tmp_path / "old", tmp_path / "new"]):
        result = exported(tmp_path, list(order))
        assert [str(label) for label in result.graph.objects(URIRef(GENE), LABEL)] == ["ZZZ"]
        (conflict,) = result.report["conflicts"]
        assert (conflict["kept"], conflict["dropped"]) == ('"ZZZ"', '"AAA"')


def test_a_quarantined_record_takes_no_part_in_a_conflict(tmp_path: Path) -> None:
    write_record(tmp_path / "in", record(papertitle="The title, one way."))
    write_record(tmp_path / "in", record(figid="PMC1234567__bad", papertitle="The title, another way.", pathway_score="high"))
    result = exported(tmp_path)
    assert result.report["conflicts"] == []
    assert [str(title) for title in result.graph.objects(URIRef(PAPER), TITLE)] == ["The title, one way."]
