"""What records refuse, and what of other graphs no record can have: clear sentences, and nothing by halves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.records import ROOT, older, write

from pfocr2rdf import OutputError, PfocrError, SourceError, convert, create_release, export, load, write_records
from pfocr2rdf.cli import main

SITE = "https://pfocr.wikipathways.org/"
FIGURE, GENE = f"<{SITE}figures/PMC1__f1.html>", "<https://identifiers.org/ncbigene/6774>"
VOCABULARY = f"{SITE}vocab#"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """An RDF file with a figure."""
    export([write(tmp_path, {"record.yaml": older("PMC1__f1")}) / "record.yaml"], tmp_path / "export", formats=["ntriples"])
    return tmp_path / "export" / "figures.nt"


def add(path: Path, *statements: str) -> Path:
    """Another file, with further statements."""
    other = path.with_name("other.nt")
    other.write_text(path.read_text(encoding="utf-8") + "".join(f"{statement} .\n" for statement in statements), encoding="utf-8")
    return other


def test_a_graph_without_figures_is_refused(tmp_path: Path) -> None:
    source = (
        write(tmp_path, {"a.nt": f"{GENE} a <{VOCABULARY}Gene> .\n".replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ")})
        / "a.nt"
    )
    with pytest.raises(SourceError, match=r"a\.nt: the graph has no figures, so there are no records to write"):
        write_records(source, tmp_path / "records")
    assert not (tmp_path / "records").exists()


@pytest.mark.parametrize("figure", [f"{SITE}figures/..%2Fpasswd.html", "https://example.org/figure", f"{SITE}figures/%00.html"])
def test_a_figure_without_a_valid_figid_is_refused_and_nothing_is_written(figure: str, graph: Path, tmp_path: Path) -> None:
    source = add(graph, f"<{figure}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{VOCABULARY}Figure>")
    with pytest.raises(SourceError, match="has no figure id, so that it cannot be written as a record"):
        write_records(source, tmp_path / "records")
    assert not (tmp_path / "records").exists()


def test_statements_that_no_record_can_have_are_counted(graph: Path, tmp_path: Path) -> None:
    mention = next(line.split(" ")[0] for line in graph.read_text(encoding="utf-8").splitlines() if "/mentions/" in line)
    source = add(
        graph,
        f'{mention} <http://www.w3.org/2000/01/rdf-schema#comment> "x"',
        f'{mention} <http://www.w3.org/2000/01/rdf-schema#comment> "y"',
        f'{FIGURE} <http://purl.org/dc/terms/title> "Another title"',
    )
    summary = write_records(source, tmp_path / "records")
    assert summary.differences == {"rdfs:comment: no record can have this statement": 2}
    assert int(summary.exit_status) == 1


def test_statements_about_the_figure_and_other_resources_are_in_its_jsonld(graph: Path, tmp_path: Path) -> None:
    source = add(
        graph,
        f'{FIGURE} <http://purl.org/dc/terms/alternative> "Another title"@en',
        f"{FIGURE} <http://schema.org/about> <urn:x>",
        '<urn:x> <http://schema.org/name> "x"',
        f'{GENE} <http://schema.org/name> "a gene"',
        f"{GENE} <{VOCABULARY}memberOf> <{SITE}families/X>",
        f"<{SITE}families/X> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{VOCABULARY}Family>",
        f'<{SITE}families/X> <http://www.w3.org/2004/02/skos/core#prefLabel> "X"',
    )
    assert write_records(source, tmp_path / "records").differences == {}
    export([tmp_path / "records"], tmp_path / "again", formats=["ntriples"])
    assert sorted((tmp_path / "again" / "figures.nt").read_text(encoding="utf-8").splitlines()) == sorted(
        source.read_text(encoding="utf-8").splitlines()
    )


def test_many_resources_that_no_figure_refers_to_are_spread_over_records(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["ntriples"])
    names = (f'<urn:x:{number}> <http://schema.org/name> "{number}"' for number in range(500))
    summary = write_records(add(tmp_path / "export" / "figures.nt", *names), tmp_path / "records")
    assert (summary.differences, summary.refused) == ({}, {})


def test_a_record_that_an_export_would_refuse_is_left_out_and_named(graph: Path, tmp_path: Path) -> None:
    other = f"<{SITE}figures/PMC1__f2.html>"
    source = add(
        graph,
        f"{other} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{VOCABULARY}Figure>",
        f'{other} <http://purl.org/dc/terms/title> "a\\u0007b"',
        f"{other} <{VOCABULARY}citedIn> <https://identifiers.org/pmc/PMC9>",
        f"<https://identifiers.org/pmc/PMC9> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{VOCABULARY}Paper>",
    )
    result = CliRunner().invoke(main, ["records", str(source), "--output", str(tmp_path / "records")])
    assert result.exit_code == 1
    assert "PMC1__f2: cannot be written as a record: " in result.output
    assert "title: contains the control character U+0007; correct it in the graph" in result.output
    assert "warning: statements about entities of figures that cannot be written as records: 1" in result.output
    assert "no record can have this statement" not in result.output
    assert [path.name for path in (tmp_path / "records" / "_figures").iterdir()] == ["PMC1__f1.md"]


def test_a_source_without_a_graph_and_records_is_named_with_what_can_be_read(graph: Path, tmp_path: Path) -> None:
    export([graph.parents[1] / "record.yaml"], tmp_path / "export", formats=["ntriples", "gmt"])
    create_release(tmp_path / "export", tmp_path / "bundle", archive=True)
    convert(graph, tmp_path / "converted", formats=["biothings"])
    (tmp_path / "export" / "notes").mkdir()
    for source, reason in (
        (tmp_path / "export" / "notes", "notes: the folder contains neither a graph nor records; name an export directory, an RDF file"),
        (tmp_path / "converted", "converted: is a conversion, not a graph or records; name the export"),
        (
            tmp_path / "bundle.tar.zst",
            r"bundle\.tar\.zst: the archive contains no records; unpack it and name its folder if it is a bundle",
        ),
    ):
        with pytest.raises(SourceError, match=reason):
            write_records(source, tmp_path / "records")
        with pytest.raises(SourceError, match=reason):
            load(source, tmp_path / "store")


@pytest.mark.parametrize(
    "statement",
    [
        f"{FIGURE} <{VOCABULARY}about> _:b",
        f"_:b <{VOCABULARY}about> {FIGURE}",
        f"<{SITE}mentions/x> a <{VOCABULARY}Mention>",
        f"<{SITE}mentions/x> a <{VOCABULARY}Mention>; <http://www.w3.org/ns/oa#hasTarget> <{SITE}figures/PMC2__f2.html>",
        f'{GENE} a "gene"',
    ],
)
def test_statements_that_are_not_read_are_a_difference(graph: Path, tmp_path: Path, statement: str) -> None:
    source = graph.with_name("other.ttl")
    source.write_text(f"{graph.read_text(encoding='utf-8')}{statement} .\n", encoding="utf-8")
    summary = write_records(source, tmp_path / "records")
    assert (list(summary.warnings.values()), summary.differences, summary.exit_status) == ([1], {}, 1)


def test_a_folder_with_other_files_is_refused(graph: Path, tmp_path: Path) -> None:
    output = tmp_path / "records"
    write(output, {"notes.txt": "mine"})
    with pytest.raises(OutputError, match="records: contains other files; name a new folder with --output"):
        write_records(graph, output)
    with pytest.raises(OutputError, match="export: contains an export; name a new folder with --output"):
        write_records(graph, graph.parent)
    with pytest.raises(OutputError, match="is a URL, and records are written to folders"):
        write_records(graph, "https://example.org/records")
    assert [path.name for path in output.iterdir()] == ["notes.txt"]
    for name in ("notes.txt", "notes.txt/records"):
        with pytest.raises(OutputError, match=f"{name}: is a file, not a folder; name a folder with --output"):
            write_records(graph, output / name)
        with pytest.raises(OutputError, match=f"{name}: is a file, not a folder; name a folder with --output"):
            create_release(graph.parent, output / name)


def test_records_of_others_between_ours_are_refused(graph: Path, tmp_path: Path) -> None:
    output = tmp_path / "records"
    write_records(graph, output)
    write(output, {"notes.txt": "mine", "_figures/PMC9__f9.md": "mine"})
    with pytest.raises(OutputError, match=r"PMC9__f9\.md: was not written by 'pfocr2rdf records'; move it away"):
        write_records(graph, output)
    (output / "_figures" / "PMC9__f9.md").unlink()
    write_records(graph, output)
    assert (output / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_full_disk_leaves_nothing(graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pfocr2rdf.storage import files

    def fail(*_arguments: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files.HashingWriter, "write", fail)
    with pytest.raises(PfocrError, match="No space left on device; free some space"):
        write_records(graph, tmp_path / "records")
    assert not (tmp_path / "records").exists()


def test_the_command_prints_a_summary(graph: Path, tmp_path: Path) -> None:
    arguments = ["records", str(graph), "--output", str(tmp_path / "records")]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, f"Written to {tmp_path / 'records'}.")
    assert "records (2021)" in result.stdout
    assert CliRunner().invoke(main, [*arguments, "--quiet"]).output == ""
    assert json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout) == {
        "records": {"2021": 1}, "rows": 1, "refused": {}, "differences": {}, "excluded_records": 0, "warnings": {},
    }  # fmt: skip


def test_the_template_of_pictures_is_checked(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["records", str(ROOT), "--output", str(tmp_path / "records"), "--image-url", "ftp://x"])
    assert result.exit_code != 0
    assert "is not a URL template for pictures" in result.output
