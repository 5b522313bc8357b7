"""An export comes into a store completely, and replaces the previous one: embedded, Oxigraph, Virtuoso, nginx before Oxigraph."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.support.servers import Server, Virtuoso, nginx, oxigraph, virtuoso

from pfocr2rdf import ConnectionOptions, StoreError, diff, load
from pfocr2rdf.cli import main
from pfocr2rdf.stores.drivers import OxigraphDriver

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
def _clear_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_credentials(monkeypatch, tmp_path)


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
def test_oxigraph(graphs: str, releases: tuple[Path, Path], empty: Server) -> None:
    for release in releases:
        loaded = load(release, empty.url, graphs=graphs, chunk_size=SMALL)
        assert loaded.driver == "oxigraph"
        assert without_metadata(empty.dump()) == statements(release, graphs)
        assert loaded.replaced == (release == releases[1])


@pytest.mark.parametrize("size", [0, 500])
def test_oxigraph_exchanges_large_graphs(size: int, releases: tuple[Path, Path], empty: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once where little differs, in slices where much does."""
    monkeypatch.setattr("pfocr2rdf.stores.drivers._MAX_MOVED_STATEMENTS", 100)
    if size:
        monkeypatch.setattr(OxigraphDriver, "_slice_statements", size)
    for release in releases:
        load(release, empty.url)
        assert without_metadata(empty.dump()) == statements(release)


@pytest.mark.parametrize("graphs", GRAPHS[:2])
def test_virtuoso(graphs: str, releases: tuple[Path, Path], dba: Virtuoso) -> None:
    for release in releases:
        loaded = load(release, dba.url, graphs=graphs, chunk_size=SMALL)
        assert loaded.driver == "virtuoso"
        names = {line.rpartition(" <")[2][:-3] for line in statements(release, graphs)}
        quads = [f"{line.removesuffix(' .')} <{name}> ." for name in sorted(names) for line in dba.dump(name)]
        assert sorted(quads) == statements(release, graphs)
        listed = {row["g"] for row in dba.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}
        assert {name for name in listed if name.startswith(DATASET[:30])} == names | set(METADATA_GRAPHS), "graphs of before are gone"


def test_virtuoso_has_no_default_graph(releases: tuple[Path, Path], dba: Virtuoso) -> None:
    with pytest.raises(StoreError, match="default graph is the union of all graphs; load with --graphs dataset"):
        load(releases[0], dba.url, graphs="default")


@pytest.mark.parametrize("driver", ["gsp", "update"])
@pytest.mark.parametrize("graphs", GRAPHS)
def test_the_standards_are_enough(driver: str, graphs: str, releases: tuple[Path, Path], empty: Server) -> None:
    endpoints = ConnectionOptions(driver=driver).endpoints._replace(
        query=f"{empty.url}/query", update=f"{empty.url}/update", store=f"{empty.url}/store" if driver == "gsp" else ""
    )
    for release in releases:
        loaded = load(release, empty.url, graphs=graphs, connection=ConnectionOptions(driver=driver, endpoints=endpoints), chunk_size=SMALL)
        assert loaded.driver == driver
        assert without_metadata(empty.dump()) == statements(release, graphs)


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
    assert without_metadata(empty.dump()) == statements(releases[0])


def test_netrc_has_the_password(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login curator password se:cret\n")
    (tmp_path / "netrc").chmod(0o600)
    with nginx(tmp_path, empty.url, user="curator", password="se:cret", body_limit="10m") as server:
        load(releases[0], server.url)
    assert without_metadata(empty.dump()) == statements(releases[0])


@pytest.mark.parametrize("first", GRAPHS)
@pytest.mark.parametrize("second", GRAPHS)
def test_another_way_to_name_graphs_leaves_nothing_of_the_one_before(
    first: str, second: str, releases: tuple[Path, Path], empty: Server, tmp_path: Path
) -> None:
    for store in (empty.url, tmp_path / "store"):
        load(releases[0], store, graphs=first)
        load(releases[1], store, graphs=second)
    assert without_metadata(empty.dump()) == without_metadata(store_contents(tmp_path / "store")) == statements(releases[1], second)


def test_graphs_of_others_stay(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    update = "INSERT DATA { <urn:a> <urn:b> <urn:c> . GRAPH <urn:mine> { <urn:a> <urn:b> 'd' } }"
    empty.update(update)
    store = pyoxigraph.Store(tmp_path / "store")
    store.update(update)
    del store
    for release in releases:
        for graphs in GRAPHS[:2]:
            load(release, empty.url, graphs=graphs)
            load(release, tmp_path / "store", graphs=graphs)
            expected = sorted([*statements(release, graphs), "<urn:a> <urn:b> <urn:c> .", '<urn:a> <urn:b> "d" <urn:mine> .'])
            assert without_metadata(empty.dump()) == without_metadata(store_contents(tmp_path / "store")) == expected


def test_a_default_graph_of_others_is_not_replaced(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    empty.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    store = pyoxigraph.Store(tmp_path / "store")
    store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    del store
    for destination in (empty.url, tmp_path / "store"):
        with pytest.raises(StoreError, match="default graph contains other data; add to it with --append"):
            load(releases[0], destination, graphs="default")
        load(releases[0], destination, graphs="default", append=True)
    expected = sorted([*statements(releases[0], "default"), "<urn:a> <urn:b> <urn:c> ."])
    assert without_metadata(empty.dump()) == without_metadata(store_contents(tmp_path / "store")) == expected


def test_append_keeps_what_is_there(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    for store in (empty.url, tmp_path / "store"):
        load(releases[0], store)
        load(releases[1], store, append=True)
    union = sorted({*statements(releases[0]), *statements(releases[1])})
    assert without_metadata(empty.dump()) == without_metadata(store_contents(tmp_path / "store")) == union


def test_a_graph_of_another_name(releases: tuple[Path, Path], empty: Server, tmp_path: Path) -> None:
    graph = "https://example.org/pfocr/2026-11"
    for store in (empty.url, tmp_path / "store"):
        load(releases[0], store)
        load(releases[1], store, graph=graph)
    expected = sorted([*statements(releases[0]), *(line.replace(f"<{DATASET}> .", f"<{graph}> .") for line in statements(releases[1]))])
    for quads in (empty.dump(), store_contents(tmp_path / "store")):
        assert [line for line in without_metadata(quads) if not line.endswith(f" <{graph}/description> .")] == expected


# -- what cannot be loaded -------------------------------------------------------------------------------------------------


def test_a_read_only_server(releases: tuple[Path, Path], tmp_path: Path) -> None:
    load(releases[0], tmp_path / "data")
    previous = store_contents(tmp_path / "data")
    with oxigraph(tmp_path, read_only=True) as server, pytest.raises(StoreError, match="read-only"):
        load(releases[1], server.url, connection=ConnectionOptions(retry_seconds=1))
    assert store_contents(tmp_path / "data") == previous


# -- deltas ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["statements", "sparql", "patch"])
@pytest.mark.parametrize("graphs", GRAPHS[:2])
def test_a_delta(fmt: str, graphs: str, releases: tuple[Path, Path], empty: Server, dba: Virtuoso, tmp_path: Path) -> None:
    diff(*releases, tmp_path / "delta", ignore_graphs=graphs == "dataset", formats=[fmt], compress="zst")
    for store in (empty.url, tmp_path / "store", dba.url):
        load(releases[0], store, graphs=graphs)
        result = run(tmp_path / "delta", "--to", store)
        assert result.exit_code == 0, result.output
        second_result = run(tmp_path / "delta", "--to", store)
        assert "already had that version" in second_result.output
    expected = statements(releases[1], graphs)
    assert without_metadata(empty.dump()) == without_metadata(store_contents(tmp_path / "store")) == expected
    assert dba.dump(DATASET) == sorted(line.removesuffix(f" <{DATASET}> .") + " ." for line in expected if line.endswith(f" <{DATASET}> ."))
