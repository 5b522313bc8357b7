"""``convert`` reads every source, and writes all files or none."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from click.testing import CliRunner
from tests.support.derived_outputs import derived_files, unordered
from tests.support.output_directories import contents, unchanged
from tests.support.records import ROOT, front_matter, older, shared_data, write
from tests.support.servers import Server, oxigraph

from pfocr2rdf import ConnectionOptions, OutputError, SourceError, StoreError, convert, export, load
from pfocr2rdf.cli import main
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.derived.graph import NodeGraph
from pfocr2rdf.derived.kgx import EDGE_COLUMNS, UNREADABLE_COUNT
from pfocr2rdf.derived.nodes import FigureNodes, Node
from pfocr2rdf.errors import OptionError
from pfocr2rdf.stores.node_graphs import read_nodes
from pfocr2rdf.stores.write_records import write_records

FORMATS = list(DERIVED_FORMATS)
N_TRIPLES = pyoxigraph.RdfFormat.N_TRIPLES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples: exports, stores, and RDF files of other programs."""
    folder = tmp_path_factory.mktemp("convert")
    export([ROOT / "examples"], folder / "export", formats=["jsonld", "ntriples", *FORMATS], workers=1)
    export([ROOT / "examples"], folder / "parts", formats=["trig"], partition_size=3, compress="zst", workers=1)
    load(folder / "export", folder / "store", sample=0)
    load(folder / "export", folder / "other-graph", graph="https://example.org/pfocr", sample=0)
    load(folder / "parts", folder / "figures", graphs="figure", sample=0)
    load(folder / "export", folder / "default", graphs="default", sample=0)
    lines = (folder / "export" / "figures.nt").read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    (folder / "shuffled.nt").write_bytes(b"".join([*lines, *lines[:99]]))
    triples = [quad.triple for quad in pyoxigraph.parse(b"".join(lines), format=N_TRIPLES)]
    pyoxigraph.serialize(triples, str(folder / "foreign.jsonld"), format=pyoxigraph.RdfFormat.JSON_LD)
    pyoxigraph.serialize(triples, str(folder / "foreign.rdf"), format=pyoxigraph.RdfFormat.RDF_XML)
    store = pyoxigraph.Store(folder / "undescribed")
    for number, triple in enumerate(triples):
        graphs: list[Any] = [pyoxigraph.NamedNode("urn:a"), pyoxigraph.NamedNode("urn:b"), pyoxigraph.DefaultGraph()]
        for graph in graphs[number % 3 :]:
            store.add(pyoxigraph.Quad(*triple, graph))
    return folder


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, Any]:
    return unordered(derived_files(folder / "export"))


def nodes_of(source: Path | str) -> tuple[dict[str, Node], dict[str, FigureNodes]]:
    """The nodes of a graph: its entities by their identifiers, and its figures with sorted mentions; lists of values are sorted."""

    def sort_values(node: Node) -> Node:
        return {term: sorted(value, key=str) if isinstance(value, list) else value for term, value in node.items()}

    def read(graph: NodeGraph) -> tuple[dict[str, Node], dict[str, FigureNodes]]:
        entities = [(entity["id"], sort_values(entity)) for entity in graph.iter_entities()]
        figures = [(nodes.figure["id"], nodes) for nodes in graph.iter_figures()]
        assert (len(dict(entities)), len(dict(figures))) == (len(entities), len(figures)), "each comes once"
        return dict(entities), {
            name: FigureNodes(sort_values(nodes.figure), sorted(map(sort_values, nodes.mentions), key=lambda mention: str(mention["id"])))
            for name, nodes in figures
        }

    return read_nodes(source, read)[0]


# -- every source ----------------------------------------------------------------------------------------------------------------------

SOURCES = [
    "export", "parts", "store", "other-graph", "figures", "default", "undescribed", "shuffled.nt", "foreign.jsonld", "foreign.rdf",
    "export/figures.jsonld",
]  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_the_nodes_of_the_export(name: str, folder: Path) -> None:
    entities, figures = nodes_of(folder / "export")
    assert len(entities) > 40
    assert sum(len(nodes.mentions) for nodes in figures.values()) > 150
    assert nodes_of(folder / name) == (entities, figures)


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_gives_the_content_of_the_export(name: str, folder: Path, expected: dict[str, Any], tmp_path: Path) -> None:
    summary = convert(folder / name, tmp_path / "out", formats=FORMATS)
    assert unordered(derived_files(tmp_path / "out")) == expected
    assert {file.name for file in summary.files} == set(expected)
    assert summary.exit_status == 0


def _edit(node: dict[str, Any], change: str) -> str:
    """The line of a node that another program has written; each means the same as before."""
    if change == "separators":
        return json.dumps(node, separators=(",", ":"))
    if change == "order":
        return json.dumps(dict(reversed(node.items())))
    if change == "keywords":
        return json.dumps({f"@{key}" if key in ("id", "type") else key: content for key, content in node.items()})
    edits: dict[str, dict[str, Any]] = {
        "full class": {"type": "https://pfocr.wikipathways.org/vocab#Mention"},
        "other class first": {"type": ["schema:Thing", "pfocr:Mention"]},
        "set": {"word": {"@set": [node["word"]]}},
        "number": {"occurrences": int(node["occurrences"])},
        "nothing": {"pfocr:nothing": None},
    }
    return json.dumps(node | edits[change])


@pytest.mark.parametrize(
    "change", ["separators", "order", "keywords", "full class", "other class first", "set", "number", "nothing", "context", "no end"]
)
def test_json_ld_of_another_form_is_read_by_its_meaning(change: str, folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    text = (folder / "export" / "figures.jsonld").read_text()
    line = next(line for line in text.splitlines() if line.startswith('{"type": "pfocr:Mention"') and "hasBody" in line)
    if change == "context":
        edited = text.replace('"ncbigene": "https://identifiers.org/ncbigene/"', '"ncbigene": "https://example.org/genes/"')
    elif change == "no end":
        edited = text[: text.index(line)] + line.rstrip(",") + "\n"
    else:
        edited = text.replace(line, _edit(json.loads(line.rstrip(",")), change) + "," * line.endswith(","))
    assert edited != text
    (source / "figures.jsonld").write_text(edited)
    row = {"name": "figures.jsonld", "size": len(edited.encode()), "sha256": hashlib.sha256(edited.encode()).hexdigest()}
    (source / "manifest.json").write_text(json.dumps({"tool": "pfocr2rdf 1", "files": [row]}))
    if change == "no end":
        with pytest.raises(SourceError):
            convert(source, tmp_path / "out", formats=["kgx"])
        return
    convert(source, tmp_path / "out", formats=["kgx"])
    nodes, edges = ((tmp_path / "out" / "kgx" / f"{kind}.jsonl").read_text() for kind in ("nodes", "edges"))
    if change == "context":
        assert "https://example.org/genes/" in edges
        assert "NCBIGene:" not in edges
        return
    for kind, lines in (("nodes", nodes), ("edges", edges)):
        expected = (folder / "export" / "kgx" / f"{kind}.jsonl").read_text()
        assert [sorted(item) for item in sorted(lines.splitlines())] == [sorted(item) for item in sorted(expected.splitlines())]


@pytest.mark.parametrize("name", ["export", "parts", "records"])
def test_exports_and_records_give_the_same_bytes(name: str, folder: Path, tmp_path: Path) -> None:
    convert(ROOT / "examples" if name == "records" else folder / name, tmp_path / "out", formats=FORMATS)
    assert derived_files(tmp_path / "out") == derived_files(folder / "export")


@pytest.mark.parametrize("name", ["store", "figures", "shuffled.nt"])
def test_other_sources_give_the_same_bytes_as_each_other(name: str, folder: Path, tmp_path: Path) -> None:
    convert(folder / name, tmp_path / "out", formats=FORMATS)
    convert(folder / "export" / "figures.nt", tmp_path / "other", formats=FORMATS)
    assert derived_files(tmp_path / "out") == derived_files(tmp_path / "other")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.mark.parametrize("graphs", ["default", "figure", "dataset"])
def test_a_server_gives_the_content_of_the_export(
    graphs: str, server: Server, folder: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    connection = ConnectionOptions(retry_seconds=5)
    source = folder / ("parts" if graphs == "figure" else "export")
    load(source, server.url, graphs=graphs, sample=0, journals=tmp_path / "journals", connection=connection)
    try:
        convert(server.url, tmp_path / "out", formats=FORMATS, connection=connection)
        assert unordered(derived_files(tmp_path / "out")) == expected
    finally:
        server.update("DROP ALL")


def test_an_export_in_lines_of_another_program_is_sorted_first(folder: Path, expected: dict[str, Any], tmp_path: Path) -> None:
    """The manifest lists the digests of files that another program has written: they are whole, and in any order."""
    for name in ("shuffled.nt", "foreign.jsonld"):
        source = tmp_path / name.partition(".")[0]
        source.mkdir()
        file = f"figures.{name.partition('.')[2]}"
        data = (folder / name).read_bytes()
        (source / file).write_bytes(data)
        row = {"name": file, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        (source / "manifest.json").write_text(json.dumps({"tool": "pfocr2rdf 1", "files": [row]}), encoding="utf-8")
        convert(source, tmp_path / f"{source.name}-out", formats=FORMATS)
        assert unordered(derived_files(tmp_path / f"{source.name}-out")) == expected


def test_real_records_have_the_same_nodes_in_every_source(tmp_path: Path) -> None:
    sources = [shared_data("seed"), shared_data("real-gen2"), *sorted(shared_data("corpus-gen1").glob("*.md"))[::12]]
    assert export(sources, tmp_path / "export", formats=["jsonld", "rdfxml"]).exported > 60
    expected = nodes_of(tmp_path / "export")
    (tmp_path / "export" / "figures.jsonld").unlink()
    assert nodes_of(tmp_path / "export" / "figures.rdf") == expected
    load(tmp_path / "export" / "figures.rdf", tmp_path / "store", sample=0)
    assert nodes_of(tmp_path / "store") == expected


# -- what is left out ------------------------------------------------------------------------------------------------------------------


def test_records_that_were_left_out_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.md": front_matter(older("PMC1__F1")), "b.md": "no front matter"})
    result = CliRunner().invoke(main, ["convert", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-f", "gmt"])
    assert result.exit_code == 1
    assert "in: 1 records were left out; export it to see why" in result.stderr
    assert convert(tmp_path / "in", tmp_path / "out", formats=["gmt"]).excluded_records == 1


def test_what_no_node_has_is_counted(folder: Path, tmp_path: Path) -> None:
    store = pyoxigraph.Store(tmp_path / "store")
    store.load(path=folder / "export" / "figures.nt", format=N_TRIPLES)
    mention = f"<urn:m> a <{'https://pfocr.wikipathways.org/vocab#Mention'}> ; <http://www.w3.org/ns/oa#hasTarget> <urn:nothing> ."
    store.update(f"INSERT DATA {{ <urn:a> <urn:b> _:c, <<( <urn:a> <urn:b> <urn:c> )>> . _:c <urn:b> <urn:a>, 1 . {mention} }}")
    del store
    summary = convert(tmp_path / "store", tmp_path / "out", formats=["gmt"])
    assert summary.warnings == {
        "mention without a figure is in no derived format": 1,
        "statement with a blank node or a triple term is in no derived format": 4,
    }
    manifest = json.loads((tmp_path / "out" / "conversion.json").read_text(encoding="utf-8"))
    assert manifest["warnings"] == summary.warnings


# -- the output ------------------------------------------------------------------------------------------------------------------------


def test_a_conversion_replaces_the_files_of_the_last_one(folder: Path, tmp_path: Path) -> None:
    convert(folder / "export", tmp_path / "out", formats=FORMATS)
    (tmp_path / "out" / "genesets" / "mine.txt").write_text("mine")
    sets = {name for name in derived_files(tmp_path / "out") if name.endswith(".gmt")} - {"genesets/mine.txt"}
    assert set(convert(folder / "export", tmp_path / "out", formats=["biothings"]).removed) >= sets > set()
    assert not [name for name in contents(tmp_path / "out") if name.endswith(".gmt")]
    assert (tmp_path / "out" / "genesets" / "mine.txt").read_text() == "mine"


def test_folders_of_others_are_refused(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "mine", {"a.txt": "mine"})
    with unchanged(tmp_path / "mine"), pytest.raises(OutputError, match="contains other files, not a conversion"):
        convert(folder / "export", tmp_path / "mine", formats=["gmt"])
    convert(folder / "export", tmp_path / "mine", formats=["gmt"], force=True)
    assert (tmp_path / "mine" / "a.txt").read_text() == "mine"
    with unchanged(folder / "export"), pytest.raises(OutputError, match="is the source; name another folder"):
        convert(folder / "export", folder / "export" / ".", formats=["gmt"], force=True)
    with unchanged(folder / "parts"), pytest.raises(OutputError, match="contains an export, whose files are listed in its manifest"):
        convert(folder / "export", folder / "parts", formats=["gmt"], force=True)
    with pytest.raises(OutputError, match="contains a store, not a conversion"):
        convert(folder / "export", folder / "store", formats=["gmt"])
    with pytest.raises(OutputError, match="contains a conversion, not an export; name another folder, or export into it with --force"):
        export([ROOT / "examples"], tmp_path / "mine")
    with pytest.raises(OutputError, match="is a URL, and convert writes to folders"):
        convert(folder / "export", "memory://out", formats=["gmt"])


def test_an_empty_path_is_not_the_current_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for force in (False, True):
        with unchanged(tmp_path), pytest.raises(OutputError, match="the path of the output is empty"):
            convert(folder / "export", "", formats=["gmt"], force=force)


@pytest.mark.parametrize("text", ["", "<urn:a> <urn:b> <urn:c> .\n"])
def test_a_graph_without_figures_is_refused_as_for_records_and_sites(text: str, tmp_path: Path) -> None:
    (tmp_path / "graph.nt").write_text(text)
    for command, output in (("convert", "out"), ("records", "records"), ("publish", "site")):
        formats = ["--format", "gmt", "--format", "sssom"] if command == "convert" else []
        result = CliRunner().invoke(main, [command, str(tmp_path / "graph.nt"), "--output", str(tmp_path / output), *formats])
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1), result.output
        assert command != "convert" or "graph.nt: the graph has no figures, so there is nothing to convert" in result.stderr
        assert not (tmp_path / output).exists()


def test_a_literal_instead_of_an_iri_is_counted_and_refers_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text("""
        PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#> PREFIX oa: <http://www.w3.org/ns/oa#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX mesh: <http://id.nlm.nih.gov/mesh/> PREFIX mention: <https://pfocr.wikipathways.org/mentions/>
        <https://pfocr.wikipathways.org/figures/PMC7__F1.html> a pfocr:Figure ; pfocr:citedIn "pmc:PMC7" .
        mesh:D1 a pfocr:Chemical ; skos:closeMatch "chebi:15377" .
        mention:one a pfocr:Mention ; oa:hasBody "ncbigene:1", mesh:D1 ;
            oa:hasTarget <https://pfocr.wikipathways.org/figures/PMC7__F1.html> .
    """)
    summary = convert(tmp_path / "graph.ttl", tmp_path / "out", formats=["kgx", "sssom", "biothings", "gmt", "linksets"])
    assert summary.warnings["statement with a literal instead of an IRI, which is not a node, edge or mapping"] == 3
    edges = [json.loads(line) for line in (tmp_path / "out" / "kgx" / "edges.jsonl").read_text().splitlines()]
    assert [edge["object"] for edge in edges] == ["MESH:D1"]
    nodes = (tmp_path / "out" / "kgx" / "nodes.jsonl").read_text()
    document = json.loads((tmp_path / "out" / "biothings.jsonl").read_text())
    assert "chebi" not in nodes.lower()
    assert document["associatedWith"]["pmc"] is None
    assert document["associatedWith"]["mentions"] == {
        "chemicals": {"mesh": ["D1"], "chebi": []}, "diseases": {"mesh": [], "doid": []}, "genes": {"ncbigene": []}
    }  # fmt: skip
    assert not (tmp_path / "out" / "sssom").exists()


def test_a_literal_as_evidence_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text(r"""
        PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#> PREFIX oa: <http://www.w3.org/ns/oa#>
        BASE <https://pfocr.wikipathways.org/> PREFIX gene: <https://identifiers.org/ncbigene/>
        <figures/PMC7__F1.html> a pfocr:Figure .
        gene:1 a pfocr:Gene . gene:2 a pfocr:Gene . gene:3 a pfocr:Gene .
        <mentions/one> a pfocr:Mention ; oa:hasTarget <figures/PMC7__F1.html> ; oa:hasBody gene:1, gene:2, gene:3 ;
            pfocr:evidence "pfocr:viaSymbol", "a\tb", "c\nd|" .
    """)
    convert(tmp_path / "graph.ttl", tmp_path / "out", formats=["kgx", "gmt"])
    rows = [line.split("\t") for line in (tmp_path / "out" / "kgx" / "edges.tsv").read_text().splitlines()]
    edges = [json.loads(line) for line in (tmp_path / "out" / "kgx" / "edges.jsonl").read_text().splitlines()]
    assert {len(row) for row in rows} == {len(EDGE_COLUMNS)}
    assert [edge["matched_via"] for edge in edges] == [[]] * 3
    assert [path.name for path in (tmp_path / "out" / "genesets").iterdir()] == ["unknown_organism.all.gmt"]


@pytest.mark.parametrize("subject", ["figures/PMC7__F1.html", "mentions/one", "families/STAT"])
def test_a_literal_as_a_class_is_counted(tmp_path: Path, subject: str) -> None:
    (tmp_path / "graph.ttl").write_text(f"""
        PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#> PREFIX oa: <http://www.w3.org/ns/oa#>
        BASE <https://pfocr.wikipathways.org/>
        <figures/PMC7__F1.html> a pfocr:Figure .
        <families/STAT> a pfocr:Family .
        <mentions/one> a pfocr:Mention ; oa:hasTarget <figures/PMC7__F1.html> ; pfocr:family <families/STAT> .
        <{subject}> a "pfocr:Gene", 7 .
    """)
    summary = convert(tmp_path / "graph.ttl", tmp_path / "out", formats=FORMATS)
    assert summary.warnings["statement with a literal as a class is in no derived format"] == 2
    records = write_records(tmp_path / "graph.ttl", tmp_path / "records")
    assert records.warnings == {"statement with a literal as a class is in no derived format": 2}
    assert records.exit_status == 1


def test_numbers_of_thousands_of_digits_are_counted_not_read(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text(f"""
        PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#> PREFIX oa: <http://www.w3.org/ns/oa#>
        <https://pfocr.wikipathways.org/figures/PMC7__F1.html> a pfocr:Figure .
        <https://identifiers.org/ncbigene/1> a pfocr:Gene ; <http://www.w3.org/2000/01/rdf-schema#label> "A" .
        <https://pfocr.wikipathways.org/mentions/one> a pfocr:Mention ; oa:hasBody <https://identifiers.org/ncbigene/1> ;
            oa:hasTarget <https://pfocr.wikipathways.org/figures/PMC7__F1.html> ; pfocr:word "a" ; pfocr:occurrences {"7" * 5000} .
    """)
    summary = convert(tmp_path / "graph.ttl", tmp_path / "out", formats=FORMATS)
    assert summary.warnings[UNREADABLE_COUNT] == 1
    assert write_records(tmp_path / "graph.ttl", tmp_path / "records").exit_status == 1


def test_nothing_is_left_where_the_source_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["ntriples"], compress="gz")
    data = (tmp_path / "export" / "figures.nt.gz").read_bytes()
    for damaged, message in ((data[:-99], "is not valid RDF"), (data[:99] + b"x" + data[100:], "is not valid RDF"), (None, "is missing")):
        (tmp_path / "export" / "figures.nt.gz").unlink(missing_ok=True)
        if damaged is not None:
            (tmp_path / "export" / "figures.nt.gz").write_bytes(damaged)
        with pytest.raises(SourceError, match=message):
            convert(tmp_path / "export", tmp_path / "out", formats=FORMATS)
        assert not (tmp_path / "out").exists()
    convert(folder / "export", tmp_path / "out", formats=FORMATS)
    with unchanged(tmp_path / "out"), pytest.raises(SourceError):
        convert(tmp_path / "export", tmp_path / "out", formats=FORMATS)


@pytest.mark.parametrize("name", ["figures.jsonld", "figures.ttl"])
def test_a_changed_file_is_found_by_its_digest(name: str, tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["jsonld" if name.endswith("jsonld") else "turtle"])
    path = tmp_path / "export" / name
    path.write_bytes(path.read_bytes().replace(b"JAK", b"JAX", 1))
    with pytest.raises(SourceError, match=r"is not the file that manifest\.json lists"):
        convert(tmp_path / "export", tmp_path / "out", formats=FORMATS)
    assert not (tmp_path / "out").exists()


def test_wrong_arguments_have_clear_errors(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder"):
        convert(tmp_path / "nothing", tmp_path / "out", formats=["gmt"])
    with pytest.raises(OptionError, match="'x' is not a derived format; choose from "):
        convert(folder / "export", tmp_path / "out", formats=["x"])
    with pytest.raises(OptionError, match="there is no format to convert to"):
        convert(folder / "export", tmp_path / "out", formats=[])
    with pytest.raises(StoreError, match="is not a URL, since it has no scheme"):
        convert("localhost:7878", tmp_path / "out", formats=["gmt"])
    (tmp_path / "blank.nt").write_text("<urn:a> <urn:b> .\n")
    with pytest.raises(SourceError, match=r"blank\.nt:1: is not valid RDF"):
        convert(tmp_path / "blank.nt", tmp_path / "out", formats=["gmt"])
    assert not (tmp_path / "out").exists()


def test_the_command_prints_the_files(folder: Path, tmp_path: Path) -> None:
    def run(*options: str) -> str:
        result = CliRunner().invoke(main, ["convert", str(folder / "export"), "-o", str(tmp_path / "out"), "-f", "gmt", *options])
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    assert "genesets/Homo_sapiens.strict.gmt" in run()
    assert run().splitlines()[-1] == f"Written to {tmp_path / 'out'}, with the list of files in conversion.json."
    lines = run("-f", "biothings").splitlines()
    assert not any(line.startswith("Removed") for line in lines)
    assert "Removed, because this conversion does not have these formats: biothings" in run()
    assert run("--quiet") == ""
    assert {file["name"] for file in json.loads(run("--json"))["files"]} == set(derived_files(tmp_path / "out"))


@pytest.mark.parametrize("name", ["export", "store", "shuffled.nt"])
def test_progress_is_reported_to_its_end(name: str, folder: Path, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []

    def report(stage: str, done: int, total: int, note: str = "") -> None:
        calls.append((stage, done, total))

    convert(folder / name, tmp_path / "out", formats=["gmt"], progress=report)
    stage, done, total = calls[-1]
    assert (stage, done) == ("converting", total)
    assert total
