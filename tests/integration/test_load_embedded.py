"""An export comes into an embedded store whole, or is refused before anything is changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner, Result
from tests.support.loads import (
    DATASET,
    METADATA_GRAPHS,
    SMALL,
    clear_credentials,
    statements,
    store_contents,
    two_releases,
    without_metadata,
)
from tests.support.records import ROOT, older

from pfocr2rdf import OutputError, SourceError, StoreError, diff, load, query
from pfocr2rdf.cli import main
from pfocr2rdf.errors import OptionError
from pfocr2rdf.stores.apply import apply
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH
from pfocr2rdf.stores.querying.examples import load_examples

GRAPHS = ("dataset", "figure", "default")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return two_releases(tmp_path_factory.mktemp("releases"))


@pytest.fixture(autouse=True)
def _clear_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_credentials(monkeypatch, tmp_path)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["load", *map(str, arguments)])


# -- what is loaded is there, and replaced as a whole ----------------------------------------------------------------------


@pytest.mark.parametrize("graphs", GRAPHS)
def test_embedded(graphs: str, releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    for release in releases:
        loaded = load(release, store, graphs=graphs, chunk_size=SMALL)
        assert without_metadata(store_contents(store)) == statements(release, graphs)
        assert loaded.statements == len(statements(release, graphs))
        assert loaded.chunks > 5
        assert loaded.sampled > 1
        assert loaded.replaced == (release == releases[1])
    assert [path.name for path in tmp_path.iterdir()] == ["store"], "nothing is left beside it"


def test_description_and_vocabulary_come_along(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    quads = store_contents(tmp_path / "store")
    assert sum(line.endswith(f" <{METADATA_GRAPHS[1]}> .") for line in quads) > 200
    files = json.loads((releases[0] / "manifest.json").read_text(encoding="utf-8"))["files"]
    for name in ("figures.nt", "figures.nq"):
        (digest,) = (file["sha256"] for file in files if file["name"] == name)
        assert f"<{DATASET}> <http://purl.org/dc/terms/hasVersion> <urn:sha256:{digest}> <{METADATA_GRAPHS[0]}> ." in quads


def examples_in(store: Path, graph: str = EXAMPLES_GRAPH) -> list[str]:
    """The statements of the graph of the example queries, as sorted N-Triples."""
    return sorted(line.replace(f" <{graph}> .", " .") for line in store_contents(store) if line.endswith(f" <{graph}> ."))


def test_example_queries_come_along_and_are_replaced(releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    counts = {load(releases[0], store, endpoint=endpoint).statements for endpoint in ("", "https://a.example/sparql")}
    assert counts == {len(statements(releases[0]))}, "they do not count"
    examples = examples_in(store)
    assert sum("<https://schema.org/target> <https://a.example/sparql> ." in line for line in examples) == len(load_examples())
    assert sum("<https://schema.org/target>" in line for line in examples) == len(load_examples()), "those of the load before are gone"
    assert run(releases[1], "--to", store, "--graphs", "default", "-q").exit_code == 0
    assert examples_in(store) == [line for line in examples if "<https://schema.org/target>" not in line], "nobody knows where it is served"


def test_example_queries_stay_with_a_delta_and_with_a_file_of_somebody_else(releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(releases[0], store, endpoint="https://a.example/sparql")
    examples = examples_in(store)
    diff(*releases, tmp_path / "delta", ignore_graphs=True)
    apply(tmp_path / "delta", store)
    assert examples_in(store) == examples
    other = tmp_path / "other.nt"
    other.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    load(other, store, graph="https://example.org/mine")
    assert examples_in(store) == examples
    load(other, tmp_path / "new")
    assert examples_in(tmp_path / "new") == []


@pytest.mark.parametrize("graph", [EXAMPLES_GRAPH, METADATA_GRAPHS[1]])
def test_the_dataset_has_no_graph_of_what_is_beside_it(graph: str, releases: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(releases[0], "--to", tmp_path / "store", "--graph", graph)
    assert (result.exit_code, "metadata of the dataset; name another graph" in result.output) == (2, True)
    assert not (tmp_path / "store").exists()


def test_an_endpoint_that_is_no_url(releases: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(releases[0], "--to", tmp_path / "store", "--endpoint", "sparql")
    assert (result.exit_code, "not a web URL" in result.output) == (2, True)
    with pytest.raises(ValueError, match="'sparql' is not an absolute IRI"):
        load(releases[0], tmp_path / "store", endpoint="sparql")


@pytest.mark.parametrize("name", ["figures.ttl.zst", "figures.jsonld", "figures.rdf", "figures.trig", "figures.nt.gz"])
def test_every_format_of_an_export(name: str, tmp_path: Path, releases: tuple[Path, Path]) -> None:
    formats = {"ttl": "turtle", "jsonld": "jsonld", "rdf": "rdfxml", "trig": "trig", "nt": "ntriples"}
    _, form, *packed = name.split(".")
    compress = ["--compress", *packed] if packed else []
    result = CliRunner().invoke(main, ["export", "examples", "--output", str(tmp_path / "out"), "--format", formats[form], *compress, "-q"])
    assert (tmp_path / "out" / name).exists(), result.output
    load(tmp_path / "out", tmp_path / "store", chunk_size=SMALL)
    assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[0])
    if form == "trig":
        load(tmp_path / "out", tmp_path / "store", graphs="figure")
        assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[0], "figure")


def test_parts_records_and_files(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    CliRunner().invoke(
        main, ["export", "examples", "--output", str(tmp_path / "out"), "--format", "ntriples", "--partition-size", "2", "-q"]
    )
    assert (tmp_path / "out" / "part-00001.nt").exists()
    for source in (tmp_path / "out", "examples", releases[0] / "figures.nq"):
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        load(source, tmp_path / "store")
        assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[0])


# -- what cannot be loaded -------------------------------------------------------------------------------------------------


def test_a_damaged_file_reaches_no_store(releases: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(releases[0], tmp_path / "out")
    with (tmp_path / "out" / "figures.nt").open("ab") as file:
        file.write(b"<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(SourceError, match=r"is not the file that manifest\.json lists"):
        load(tmp_path / "out", tmp_path / "store")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<urn:a> <urn:b> _:c .", "has a blank node"),
        ("<urn:a> <urn:b> nonsense", "is not valid RDF"),
    ],
)
def test_a_file_that_cannot_be_sent(text: str, reason: str, releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    (tmp_path / "bad.nt").write_text("<urn:a> <urn:b> <urn:c> .\n" * 10 + text + "\n")
    with pytest.raises(SourceError, match=reason):
        load(tmp_path / "bad.nt", tmp_path / "store")
    assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[0])


def test_statements_without_graphs_are_not_loaded_by_figure(releases: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no named graphs; export with --format nquads"):
        load(releases[0] / "figures.nt", tmp_path / "store", graphs="figure")
    (tmp_path / "some.nq").write_text("<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(SourceError, match="a statement has no named graph"):
        load(tmp_path / "some.nq", tmp_path / "store", graphs="figure")


def test_statements_without_graphs_go_into_the_one_that_is_named_for_them(tmp_path: Path) -> None:
    (tmp_path / "some.nq").write_text("<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <urn:d> <urn:graph> .\n")
    with pytest.raises(OptionError, match="'rest' is not an absolute IRI"):
        load(tmp_path / "some.nq", tmp_path / "store", graphs="figure", unnamed_graph="rest")
    load(tmp_path / "some.nq", tmp_path / "store", graphs="figure", unnamed_graph="urn:rest")
    rows = query(tmp_path / "store", "SELECT ?g ?o { GRAPH ?g { <urn:a> <urn:b> ?o } }")
    assert {(row["g"], row["o"]) for row in rows} == {("urn:rest", "urn:c"), ("urn:graph", "urn:d")}


def test_a_folder_with_something_else_is_not_touched(releases: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="contains other files, not a store; name another folder with --to"):
        load(releases[0], tmp_path / "store")
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_store_that_somebody_has_open(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    program = "import pyoxigraph, sys; store = pyoxigraph.Store(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program, tmp_path / "store"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as somebody:
        assert somebody.stdout
        somebody.stdout.readline()
        with pytest.raises(StoreError, match="another program is using the store"):
            load(releases[1], tmp_path / "store")
        somebody.communicate()
    assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[0])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://curator:se-cret@127.0.0.1:1", "a password in a URL"),
        ("ftp://127.0.0.1/store", "is not the URL of a server"),
        ("http://", "is not the URL of a server"),
        ("http://host:port", "the URL is not valid"),
        ("http:curator:se-cret@127.0.0.1:1", "the URL is not valid: there must be two slashes after 'http:'"),
        ("HTTPS:/curator:se-cret@127.0.0.1", "the URL is not valid: there must be two slashes after 'HTTPS:'"),
    ],
)
def test_urls_that_are_refused(url: str, reason: str, releases: tuple[Path, Path]) -> None:
    result = run(releases[0], "--to", url)
    assert result.exit_code == 3
    assert reason in result.output
    assert "se-cret" not in result.output


# -- deltas ----------------------------------------------------------------------------------------------------------------


def test_a_delta_of_another_version(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    previous = store_contents(tmp_path / "store")
    diff(*reversed(releases), tmp_path / "back", ignore_graphs=True)
    result = run(tmp_path / "back", "--to", tmp_path / "store")
    assert result.exit_code == 0, "the store holds what it leads to"
    shutil.copytree(releases[1], tmp_path / "third")
    (tmp_path / "third.nt").write_text("<urn:a> <urn:b> <urn:c> .\n")
    diff(tmp_path / "third.nt", releases[1], tmp_path / "other", ignore_graphs=True)
    result = run(tmp_path / "other", "--to", tmp_path / "store")
    assert result.exit_code == 3
    assert "contains version" in result.output
    assert "starts from" in result.output
    assert store_contents(tmp_path / "store") == previous


def test_a_delta_without_graphs_for_a_store_that_has_them(releases: tuple[Path, Path], tmp_path: Path) -> None:
    diff(*releases, tmp_path / "plain", ignore_graphs=True)
    diff(*releases, tmp_path / "renamed", ignore_graphs=True, graph="https://example.org/one")
    load(releases[0], tmp_path / "store", graphs="figure")
    for delta in ("plain", "renamed"):
        output = run(tmp_path / delta, "--to", tmp_path / "store").output
        assert "create it again from exports with --format nquads, without --ignore-graphs" in output


@pytest.mark.parametrize("graphs", GRAPHS)
def test_a_default_delta_goes_into_a_store_whatever_its_graphs(graphs: str, releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert diff(*releases, tmp_path / "delta").has_graph_names
    diff(*reversed(releases), tmp_path / "back")
    run(releases[0], "--to", store, "--graphs", graphs, "-q")
    for delta, release in (("delta", releases[1]), ("back", releases[0]), ("delta", releases[1])):
        result = run(tmp_path / delta, "--to", store, "--json")
        assert result.exit_code == 0, result.output
        assert without_metadata(store_contents(store)) == statements(release, graphs)
        assert json.loads(result.output)["statements"] == len(statements(release, graphs))


def test_a_default_delta_of_records_and_an_export_that_names_graphs(releases: tuple[Path, Path], tmp_path: Path) -> None:
    assert run(ROOT / "examples", "--to", tmp_path / "store", "-q").exit_code == 0
    diff(ROOT / "examples", releases[1], tmp_path / "delta")
    assert run(tmp_path / "delta", "--to", tmp_path / "store", "-q").exit_code == 0
    assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[1])
    diff(releases[1], ROOT / "examples", tmp_path / "back")
    assert run(tmp_path / "back", "--to", tmp_path / "store", "-q").exit_code == 0
    assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[0])


def test_a_default_delta_of_records_and_of_the_files_of_an_export(releases: tuple[Path, Path], tmp_path: Path) -> None:
    inputs = tmp_path / "old", tmp_path / "new"
    for folder in inputs:
        shutil.copytree(ROOT / "examples", folder)
    record = next((inputs[1] / "_figures").glob("*.md"))
    record.write_text(re.sub("(?m)^figtitle: .*", "figtitle: Another", record.read_text(encoding="utf-8")), encoding="utf-8")
    pairs = [inputs, *((releases[0] / name, releases[1] / name) for name in ("figures.nt", "figures.nq"))]
    for number, (old, new) in enumerate(pairs):
        store, delta = tmp_path / f"store-{number}", tmp_path / f"delta-{number}"
        assert run(old, "--to", store, "-q").exit_code == 0
        assert diff(old, new, delta).differs
        assert run(delta, "--to", store, "-q").exit_code == 0
        assert run(new, "--to", tmp_path / f"new-{number}", "-q").exit_code == 0
        assert without_metadata(store_contents(store)) == without_metadata(store_contents(tmp_path / f"new-{number}"))


@pytest.mark.parametrize("fmt", ["statements", "sparql", "patch"])
def test_a_triple_that_leaves_a_graph_and_stays_in_another(fmt: str, tmp_path: Path) -> None:
    old, new, store = tmp_path / "old.nq", tmp_path / "new.nq", tmp_path / "store"
    for path, quads in ((old, (("a", 1), ("a", 2), ("b", 1), ("c", 1))), (new, (("a", 2), ("b", 3), ("a b", 1)))):
        path.write_text("".join(f'<urn:s> <urn:p> "{value}" <urn:g{graph}> .\n' for value, graph in quads), encoding="utf-8")
    load(old, store)
    diff(old, new, tmp_path / "delta", formats=[fmt], compress="zst")
    assert (tmp_path / "delta" / "restated.nt.zst").exists()
    result = apply(tmp_path / "delta", store)
    assert result.statements == 3
    assert without_metadata(store_contents(store)) == sorted(f'<urn:s> <urn:p> "{value}" <{DATASET}> .' for value in ("a", "b", "a b"))
    diff(old, old, tmp_path / "delta", formats=[fmt], compress="zst")
    assert not (tmp_path / "delta" / "restated.nt.zst").exists(), "it goes with the delta that had it"


def test_a_delta_leaves_what_is_true_of_every_version_in_the_description(releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(releases[0], store, graphs="default")
    diff(*releases, tmp_path / "delta")
    diff(*reversed(releases), tmp_path / "back")
    apply(tmp_path / "delta", store)
    apply(tmp_path / "back", store)
    description = [line for line in store_contents(store) if line.endswith(f" <{METADATA_GRAPHS[0]}> .")]
    for text in ("/terms/license>", "/terms/title>", "/ns/dcat#contactPoint>", "/vcard/ns#fn>", "#namedGraph>"):
        assert any(text in line for line in description) == (text != "#namedGraph>"), text
    for text in ("void#classPartition", "checksumValue", "dcat#distribution", "void#distinctSubjects"):
        assert not any(text in line for line in description), text
    assert sum(f"<{DATASET}> <http://rdfs.org/ns/void#triples> " in line for line in description) == 1


def test_a_description_whose_literals_have_line_separators(releases: tuple[Path, Path], tmp_path: Path) -> None:
    """Someone may edit ``dataset.ttl``, and Unicode has line separators that end no line of N-Triples."""
    edited = tmp_path / "edited"
    shutil.copytree(releases[0], edited)
    description = (edited / "dataset.ttl").read_text(encoding="utf-8")
    title = "one\u2028two\u2029three\x85four"
    (edited / "dataset.ttl").write_text(f'{description}\n<{DATASET}> <http://purl.org/dc/terms/title> "{title}" .\n', encoding="utf-8")
    load(edited, tmp_path / "store")
    diff(*releases, tmp_path / "delta")
    for step in ("load", "apply"):
        if step == "apply":
            apply(tmp_path / "delta", tmp_path / "store")
        assert any(f'/terms/title> "{title}"' in line for line in store_contents(tmp_path / "store")), step


def test_a_delta_that_leads_to_something_else_is_told(releases: tuple[Path, Path], tmp_path: Path) -> None:
    diff(*releases, tmp_path / "delta", ignore_graphs=True)
    load(releases[0], tmp_path / "store")
    store = pyoxigraph.Store(tmp_path / "store")
    store.update(f"INSERT DATA {{ GRAPH <{DATASET}> {{ <urn:a> <urn:b> <urn:c> }} }}")
    del store
    result = run(tmp_path / "delta", "--to", tmp_path / "store")
    assert result.exit_code == 3
    assert "statements after the delta instead of" in result.output
    assert "has no recorded version" in run(tmp_path / "delta", "--to", tmp_path / "store").output
    load(releases[1], tmp_path / "store")
    assert without_metadata(store_contents(tmp_path / "store")) == statements(releases[1])


# -- the command -----------------------------------------------------------------------------------------------------------


def test_what_the_command_says(releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    planned = run(releases[0], "--to", store, "--dry-run")
    assert "Nothing was changed." in planned.output
    assert not store.exists()
    assert run(releases[0], "--to", store, "--quiet").output == ""
    summary = json.loads(run(releases[1], "--to", store, "--json").output)
    assert summary["statements"] == len(statements(releases[1]))
    assert summary["before"] == len(statements(releases[0]))
    assert summary["earlier"] != summary["version"]


def test_wrong_usage(releases: tuple[Path, Path], tmp_path: Path) -> None:
    assert run(releases[0], "--graphs", "many").exit_code == 2
    assert run(releases[0], "--graph", "not an iri").exit_code == 2
    assert run(tmp_path / "nothing").exit_code == 3
    with pytest.raises(ValueError, match="can be named only with --graphs dataset"):
        load(releases[0], tmp_path / "store", graphs="figure", graph="https://example.org/x")


def test_two_loads_into_one_folder(releases: tuple[Path, Path], tmp_path: Path) -> None:
    from pfocr2rdf.stores.loading.embedded_session import EmbeddedLoadSession
    from pfocr2rdf.stores.loading.plan import LoadPlan
    from pfocr2rdf.stores.loading.source import resolve_load_source

    plan = LoadPlan(resolve_load_source(releases[0], "dataset", tmp_path))
    first = EmbeddedLoadSession(tmp_path / "store", plan)
    with pytest.raises(OutputError, match="another load is writing there"):
        load(releases[0], tmp_path / "store")
    first.close(completed=True)
    load(releases[0], tmp_path / "store")


def test_a_load_is_resumed_by_one_with_the_same_options_only(releases: tuple[Path, Path], tmp_path: Path) -> None:
    from pfocr2rdf.stores.chunks import ChunkLimits
    from pfocr2rdf.stores.loading.plan import LoadOptions, LoadPlan
    from pfocr2rdf.stores.loading.source import resolve_load_source

    source = resolve_load_source(releases[0], "figure", tmp_path)
    limits = ChunkLimits(1000, 1000)
    graphs = ("", "https://example.org/a", "https://example.org/b")
    keys = [str(LoadPlan(source, LoadOptions(graph_layout="figure", unnamed_graph=graph)).resume_key(limits)) for graph in graphs]
    assert len(set(keys)) == len(graphs)


def test_statements_on_one_figure_may_stand_apart_in_a_file_of_somebody_else(releases: tuple[Path, Path], tmp_path: Path) -> None:
    text = (releases[0] / "figures.nt").read_text(encoding="utf-8")
    figures = sorted({line.partition(" ")[0] for line in text.splitlines() if line.startswith("<https://pfocr.wikipathways.org/figures/")})
    apart = "".join(f"{figure} <http://purl.org/dc/terms/license> <https://example.org/x> .\n" for figure in figures)
    (tmp_path / "theirs.nt").write_text(text + apart, encoding="utf-8")
    assert load(tmp_path / "theirs.nt", tmp_path / "store").statements == text.count("\n") + len(figures)


# -- records ---------------------------------------------------------------------------------------------------------------


def test_records_that_are_left_out_are_counted(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.md").write_text(f"---\n{older('PMC1__a')}---\n")
    (tmp_path / "in" / "bad.md").write_text("---\nfigid: [\n---\n")
    result = run(tmp_path / "in", "--to", tmp_path / "store")
    assert result.exit_code == 1
    assert f"{tmp_path / 'in'}: 1 of its records are not in the store; export it to see why" in result.output
    assert json.loads(run(tmp_path / "in", "--to", tmp_path / "store", "--json", "--quiet").stdout)["excluded_records"] == 1
