"""An export comes into a store whole, and takes the place of the one before: embedded, Oxigraph, Virtuoso, nginx before Oxigraph."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner, Result
from tests.loads import BESIDE, DATASET, SMALL, in_folder, nobody, statements, two_releases, without_beside
from tests.servers import Server, Virtuoso, nginx, oxigraph, virtuoso

from pfocr2rdf import Connection, OutputError, SourceError, StoreError, diff, load
from pfocr2rdf.cli import main
from pfocr2rdf.stores.drivers import Oxigraph

GRAPHS = ("dataset", "figure", "default")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return two_releases(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def ox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="module")
def virt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)


@pytest.fixture
def empty(ox: Server) -> Server:
    ox.update("CLEAR ALL")
    return ox


@pytest.fixture
def dba(virt: Virtuoso, monkeypatch: pytest.MonkeyPatch) -> Virtuoso:
    monkeypatch.setenv("PFOCR2RDF_USER", "dba")
    monkeypatch.setenv("PFOCR2RDF_PASSWORD", "dba")
    for row in virt.select(f'SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRSTARTS(STR(?g), "{DATASET[:30]}")) }}'):
        virt.update(f"DROP SILENT GRAPH <{row['g']}>")
    return virt


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["load", *map(str, arguments)])


# -- what is loaded is there, and replaced as a whole ----------------------------------------------------------------------


@pytest.mark.parametrize("graphs", GRAPHS)
def test_embedded(graphs: str, releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    for release in releases:
        loaded = load(release, store, graphs=graphs, chunk_size=SMALL)
        assert without_beside(in_folder(store)) == statements(release, graphs)
        assert loaded.statements == len(statements(release, graphs))
        assert loaded.chunks > 5
        assert loaded.sampled > 1
        assert loaded.replaced == (release == releases[1])
    assert [path.name for path in tmp_path.iterdir()] == ["store"], "nothing is left beside it"


@pytest.mark.parametrize("graphs", GRAPHS)
def test_oxigraph(graphs: str, releases: tuple[Path, Path], empty: Server) -> None:
    for release in releases:
        loaded = load(release, empty.url, graphs=graphs, chunk_size=SMALL)
        assert loaded.driver == "oxigraph"
        assert without_beside(empty.held()) == statements(release, graphs)
        assert loaded.replaced == (release == releases[1])


@pytest.mark.parametrize("size", [0, 500])
def test_oxigraph_exchanges_large_graphs(size: int, releases: tuple[Path, Path], empty: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once where little differs, in slices where much does."""
    monkeypatch.setattr("pfocr2rdf.stores.drivers._BESIDE", 100)
    if size:
        monkeypatch.setattr(Oxigraph, "_slice", size)
    for release in releases:
        load(release, empty.url)
        assert without_beside(empty.held()) == statements(release)


@pytest.mark.parametrize("graphs", GRAPHS[:2])
def test_virtuoso(graphs: str, releases: tuple[Path, Path], dba: Virtuoso) -> None:
    for release in releases:
        loaded = load(release, dba.url, graphs=graphs, chunk_size=SMALL)
        assert loaded.driver == "virtuoso"
        names = {line.rpartition(" <")[2][:-3] for line in statements(release, graphs)}
        found = [f"{line.removesuffix(' .')} <{name}> ." for name in sorted(names) for line in dba.held(name)]
        assert sorted(found) == statements(release, graphs)
        listed = {row["g"] for row in dba.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}
        assert {name for name in listed if name.startswith(DATASET[:30])} == names | set(BESIDE), "graphs of before are gone"


def test_virtuoso_has_no_default_graph(releases: tuple[Path, Path], dba: Virtuoso) -> None:
    with pytest.raises(StoreError, match="default graph is the union of all; load with --graphs dataset"):
        load(releases[0], dba.url, graphs="default")


@pytest.mark.parametrize("driver", ["gsp", "update"])
@pytest.mark.parametrize("graphs", GRAPHS)
def test_the_standards_are_enough(driver: str, graphs: str, releases: tuple[Path, Path], empty: Server) -> None:
    endpoints = Connection(driver=driver).endpoints._replace(
        query=f"{empty.url}/query", update=f"{empty.url}/update", store=f"{empty.url}/store" if driver == "gsp" else ""
    )
    for release in releases:
        loaded = load(release, empty.url, graphs=graphs, connection=Connection(driver=driver, endpoints=endpoints), chunk_size=SMALL)
        assert loaded.driver == driver
        assert without_beside(empty.held()) == statements(release, graphs)


def test_nginx_with_a_password_and_a_body_limit(
    releases: tuple[Path, Path], empty: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nginx(tmp_path, empty.url, user="curator", password="se:cret", body_limit="10k") as server:
        with pytest.raises(StoreError, match="asks for a password; set PFOCR2RDF_USER"):
            load(releases[0], server.url)
        monkeypatch.setenv("PFOCR2RDF_USER", "curator")
        monkeypatch.setenv("PFOCR2RDF_PASSWORD", "wrong-one")
        with pytest.raises(StoreError, match="refuses the password of curator") as raised:
            load(releases[0], server.url)
        assert "wrong-one" not in str(raised.value)
        monkeypatch.setenv("PFOCR2RDF_PASSWORD", "se:cret")
        load(releases[0], server.url)
    assert without_beside(empty.held()) == statements(releases[0])


def test_netrc_has_the_password(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login curator password se:cret\n")
    (tmp_path / "netrc").chmod(0o600)
    with nginx(tmp_path, empty.url, user="curator", password="se:cret", body_limit="10m") as server:
        load(releases[0], server.url)
    assert without_beside(empty.held()) == statements(releases[0])


@pytest.mark.parametrize("first", GRAPHS)
@pytest.mark.parametrize("second", GRAPHS)
def test_another_way_to_name_graphs_leaves_nothing_of_the_one_before(
    first: str, second: str, releases: tuple[Path, Path], empty: Server, tmp_path: Path
) -> None:
    for store in (empty.url, tmp_path / "store"):
        load(releases[0], store, graphs=first)
        load(releases[1], store, graphs=second)
    assert without_beside(empty.held()) == without_beside(in_folder(tmp_path / "store")) == statements(releases[1], second)


def test_graphs_of_others_stay(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    mine = "INSERT DATA { <urn:a> <urn:b> <urn:c> . GRAPH <urn:mine> { <urn:a> <urn:b> 'd' } }"
    empty.update(mine)
    store = pyoxigraph.Store(tmp_path / "store")
    store.update(mine)
    del store
    for release in releases:
        for graphs in GRAPHS[:2]:
            load(release, empty.url, graphs=graphs)
            load(release, tmp_path / "store", graphs=graphs)
            expected = sorted([*statements(release, graphs), "<urn:a> <urn:b> <urn:c> .", '<urn:a> <urn:b> "d" <urn:mine> .'])
            assert without_beside(empty.held()) == without_beside(in_folder(tmp_path / "store")) == expected


def test_a_default_graph_of_others_is_not_replaced(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    empty.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    store = pyoxigraph.Store(tmp_path / "store")
    store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    del store
    for place in (empty.url, tmp_path / "store"):
        with pytest.raises(StoreError, match="default graph holds something else; add to it with --append"):
            load(releases[0], place, graphs="default")
        load(releases[0], place, graphs="default", append=True)
    expected = sorted([*statements(releases[0], "default"), "<urn:a> <urn:b> <urn:c> ."])
    assert without_beside(empty.held()) == without_beside(in_folder(tmp_path / "store")) == expected


def test_append_keeps_what_is_there(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    for store in (empty.url, tmp_path / "store"):
        load(releases[0], store)
        load(releases[1], store, append=True)
    both = sorted({*statements(releases[0]), *statements(releases[1])})
    assert without_beside(empty.held()) == without_beside(in_folder(tmp_path / "store")) == both


def test_a_graph_of_another_name(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    graph = "https://example.org/pfocr/2026-11"
    for store in (empty.url, tmp_path / "store"):
        load(releases[0], store)
        load(releases[1], store, graph=graph)
    expected = sorted([*statements(releases[0]), *(line.replace(f"<{DATASET}> .", f"<{graph}> .") for line in statements(releases[1]))])
    for held in (empty.held(), in_folder(tmp_path / "store")):
        assert [line for line in without_beside(held) if not line.endswith(f" <{graph}/description> .")] == expected


def test_description_and_vocabulary_come_along(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    held = in_folder(tmp_path / "store")
    assert sum(line.endswith(f" <{BESIDE[1]}> .") for line in held) > 200
    files = json.loads((releases[0] / "manifest.json").read_text(encoding="utf-8"))["files"]
    for name in ("figures.nt", "figures.nq"):
        (digest,) = (file["sha256"] for file in files if file["name"] == name)
        assert f"<{DATASET}> <http://purl.org/dc/terms/hasVersion> <urn:sha256:{digest}> <{BESIDE[0]}> ." in held


@pytest.mark.parametrize("name", ["figures.ttl.zst", "figures.jsonld", "figures.rdf", "figures.trig", "figures.nt.gz"])
def test_every_format_of_an_export(name: str, tmp_path: Path, releases: tuple[Path, Path]) -> None:
    forms = {"ttl": "turtle", "jsonld": "jsonld", "rdf": "rdfxml", "trig": "trig", "nt": "ntriples"}
    _, form, *packed = name.split(".")
    compress = ["--compress", *packed] if packed else []
    result = CliRunner().invoke(main, ["export", "examples", "--output", str(tmp_path / "out"), "--format", forms[form], *compress, "-q"])
    assert (tmp_path / "out" / name).exists(), result.output
    load(tmp_path / "out", tmp_path / "store", chunk_size=SMALL)
    assert without_beside(in_folder(tmp_path / "store")) == statements(releases[0])
    if form == "trig":
        load(tmp_path / "out", tmp_path / "store", graphs="figure")
        assert without_beside(in_folder(tmp_path / "store")) == statements(releases[0], "figure")


def test_parts_records_and_files(tmp_path: Path, releases: tuple[Path, Path]) -> None:
    CliRunner().invoke(
        main, ["export", "examples", "--output", str(tmp_path / "out"), "--format", "ntriples", "--partition-size", "2", "-q"]
    )
    assert (tmp_path / "out" / "part-00001.nt").exists()
    for source in (tmp_path / "out", "examples", releases[0] / "figures.nq"):
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        load(source, tmp_path / "store")
        assert without_beside(in_folder(tmp_path / "store")) == statements(releases[0])


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
        ("<urn:a> <urn:b> nonsense", "is no valid RDF"),
    ],
)
def test_a_file_that_cannot_be_sent(text: str, reason: str, releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    (tmp_path / "bad.nt").write_text("<urn:a> <urn:b> <urn:c> .\n" * 10 + text + "\n")
    with pytest.raises(SourceError, match=reason):
        load(tmp_path / "bad.nt", tmp_path / "store")
    assert without_beside(in_folder(tmp_path / "store")) == statements(releases[0])


def test_statements_without_graphs_are_not_loaded_by_figure(releases: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="names no graphs; export with --format nquads"):
        load(releases[0] / "figures.nt", tmp_path / "store", graphs="figure")
    (tmp_path / "some.nq").write_text("<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(SourceError, match="a statement names no graph"):
        load(tmp_path / "some.nq", tmp_path / "store", graphs="figure")


def test_a_folder_with_something_else_is_not_touched(releases: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="is no store, and holds something else"):
        load(releases[0], tmp_path / "store")
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_store_that_somebody_has_open(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    program = "import pyoxigraph, sys; store = pyoxigraph.Store(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program, tmp_path / "store"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as somebody:
        assert somebody.stdout
        somebody.stdout.readline()
        with pytest.raises(StoreError, match="another program has the store open"):
            load(releases[1], tmp_path / "store")
        somebody.communicate()
    assert without_beside(in_folder(tmp_path / "store")) == statements(releases[0])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://curator:se-cret@127.0.0.1:1", "a password in a URL"),
        ("ftp://127.0.0.1/store", "is no URL of a server"),
        ("http://", "is no URL of a server"),
        ("http://host:port", "the URL is not valid"),
    ],
)
def test_urls_that_are_refused(url: str, reason: str, releases: tuple[Path, Path]) -> None:
    result = run(releases[0], "--to", url)
    assert result.exit_code == 3
    assert reason in result.output
    assert "se-cret" not in result.output


def test_a_read_only_server(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "data")
    before = in_folder(tmp_path / "data")
    with oxigraph(tmp_path, read_only=True) as server, pytest.raises(StoreError, match="read-only"):
        load(releases[1], server.url, connection=Connection(retry_for=1))
    assert in_folder(tmp_path / "data") == before


# -- deltas ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["statements", "sparql", "patch"])
@pytest.mark.parametrize("graphs", GRAPHS[:2])
def test_a_delta(form: str, graphs: str, releases: tuple[Path, Path], empty: Server, dba: Virtuoso, tmp_path: Path) -> None:
    diff(*releases, tmp_path / "delta", ignore_graphs=graphs == "dataset", formats=[form], compress="zst")
    for store in (empty.url, tmp_path / "store", dba.url):
        load(releases[0], store, graphs=graphs)
        result = run(tmp_path / "delta", "--to", store)
        assert result.exit_code == 0, result.output
        again = run(tmp_path / "delta", "--to", store)
        assert "held that version already" in again.output
    expected = statements(releases[1], graphs)
    assert without_beside(empty.held()) == without_beside(in_folder(tmp_path / "store")) == expected
    assert dba.held(DATASET) == sorted(line.removesuffix(f" <{DATASET}> .") + " ." for line in expected if line.endswith(f" <{DATASET}> ."))


def test_a_delta_of_another_version(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "store")
    before = in_folder(tmp_path / "store")
    diff(*reversed(releases), tmp_path / "back", ignore_graphs=True)
    result = run(tmp_path / "back", "--to", tmp_path / "store")
    assert result.exit_code == 0, "the store holds what it leads to"
    shutil.copytree(releases[1], tmp_path / "third")
    (tmp_path / "third.nt").write_text("<urn:a> <urn:b> <urn:c> .\n")
    diff(tmp_path / "third.nt", releases[1], tmp_path / "other", ignore_graphs=True)
    result = run(tmp_path / "other", "--to", tmp_path / "store")
    assert result.exit_code == 3
    assert "holds version" in result.output
    assert "was made from" in result.output
    assert in_folder(tmp_path / "store") == before


def test_a_delta_for_other_graphs(releases: tuple[Path, Path], tmp_path: Path) -> None:
    diff(*releases, tmp_path / "named")
    diff(*releases, tmp_path / "plain", ignore_graphs=True)
    load(releases[0], tmp_path / "store")
    assert "make it again, with --ignore-graphs" in run(tmp_path / "named", "--to", tmp_path / "store").output
    load(releases[0], tmp_path / "store", graphs="figure")
    assert "make it again, with exports that have --format nquads" in run(tmp_path / "plain", "--to", tmp_path / "store").output


def test_a_delta_that_leads_to_something_else_is_told(releases: tuple[Path, Path], tmp_path: Path) -> None:
    diff(*releases, tmp_path / "delta", ignore_graphs=True)
    load(releases[0], tmp_path / "store")
    store = pyoxigraph.Store(tmp_path / "store")
    store.update(f"INSERT DATA {{ GRAPH <{DATASET}> {{ <urn:a> <urn:b> <urn:c> }} }}")
    del store
    result = run(tmp_path / "delta", "--to", tmp_path / "store")
    assert result.exit_code == 3
    assert "statements after the delta instead of" in result.output
    assert "does not say which version it holds" in run(tmp_path / "delta", "--to", tmp_path / "store").output
    load(releases[1], tmp_path / "store")
    assert without_beside(in_folder(tmp_path / "store")) == statements(releases[1])


# -- the command -----------------------------------------------------------------------------------------------------------


def test_what_the_command_says(releases: tuple[Path, Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    planned = run(releases[0], "--to", store, "--dry-run")
    assert "Nothing was changed." in planned.output
    assert not store.exists()
    assert run(releases[0], "--to", store, "--quiet").output == ""
    said = json.loads(run(releases[1], "--to", store, "--json").output)
    assert said["statements"] == len(statements(releases[1]))
    assert said["before"] == len(statements(releases[0]))
    assert said["earlier"] != said["version"]


def test_wrong_usage(releases: tuple[Path, Path], tmp_path: Path) -> None:
    assert run(releases[0], "--graphs", "many").exit_code == 2
    assert run(releases[0], "--graph", "not an iri").exit_code == 2
    assert run(tmp_path / "nothing").exit_code == 3
    with pytest.raises(ValueError, match="goes with --graphs dataset"):
        load(releases[0], tmp_path / "store", graphs="figure", graph="https://example.org/x")


def test_two_loads_into_one_folder(releases: tuple[Path, Path], tmp_path: Path) -> None:
    from pfocr2rdf.stores.loading.embedded_session import Embedded
    from pfocr2rdf.stores.loading.session import Plan
    from pfocr2rdf.stores.loading.source import contents_of

    plan = Plan(contents_of(releases[0], "dataset", tmp_path), "dataset", DATASET)
    first = Embedded(tmp_path / "store", plan)
    with pytest.raises(OutputError, match="another load is writing there"):
        load(releases[0], tmp_path / "store")
    first.close(done=True)
    load(releases[0], tmp_path / "store")


def test_statements_on_one_figure_may_stand_apart_in_a_file_of_somebody_else(releases: tuple[Path, Path], tmp_path: Path) -> None:
    text = (releases[0] / "figures.nt").read_text(encoding="utf-8")
    figures = sorted({line.partition(" ")[0] for line in text.splitlines() if line.startswith("<https://pfocr.wikipathways.org/figures/")})
    apart = "".join(f"{figure} <http://purl.org/dc/terms/license> <https://example.org/x> .\n" for figure in figures)
    (tmp_path / "theirs.nt").write_text(text + apart, encoding="utf-8")
    assert load(tmp_path / "theirs.nt", tmp_path / "store").statements == text.count("\n") + len(figures)
