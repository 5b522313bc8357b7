"""A server answers a query as an embedded store does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.records import ROOT
from tests.support.servers import oxigraph, virtuoso

from pfocr2rdf import StoreError, export, load, mentions
from pfocr2rdf.stores.mentions import readers
from pfocr2rdf.stores.querying.query import query, stream_query

# -- servers ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loaded_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The examples in both servers and in a folder, each loaded by ``load``."""
    folder = tmp_path_factory.mktemp("loaded")
    export([ROOT / "examples"], folder / "out", formats=["ntriples"])
    for name in ("ox", "virtuoso"):
        (folder / name).mkdir()
    with oxigraph(folder / "ox") as ox, virtuoso(folder / "virtuoso") as virt, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PFOCR2RDF_USER", virt.user)
        patch.setenv("PFOCR2RDF_PASSWORD", virt.password)
        stores = {"folder": str(folder / "store"), "oxigraph": ox.url, "virtuoso": virt.url}
        for store in stores.values():
            load(folder / "out", store, journals=folder / "journals")
        yield stores


@pytest.mark.parametrize("store_type", ["oxigraph", "virtuoso"])
def test_a_server_answers_as_a_folder_does(store_type: str, loaded_servers: dict[str, str]) -> None:
    text = "SELECT ?figure ?title { ?figure a pfocr:Figure ; dcterms:title ?title }"
    rows = [sorted(map(str, (row.values() for row in query(loaded_servers[name], text).terms()))) for name in (store_type, "folder")]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 6
    ask_query = "ASK { ncbigene:6772 a pfocr:Gene }"
    assert query(loaded_servers[store_type], ask_query).boolean
    assert not query(loaded_servers[store_type], ask_query.replace("6772", "1")).boolean
    construct = "CONSTRUCT { ?gene rdfs:label ?label } WHERE { ?gene a pfocr:Gene ; rdfs:label ?label }"
    statements = [{f"{name.subject} {name.object}" for name in query(loaded_servers[name], construct)} for name in (store_type, "folder")]
    assert statements[0] == statements[1]
    assert len(statements[0]) > 50


def test_the_graphs_of_a_server_can_be_named(loaded_servers: dict[str, str]) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    for store_type in ("oxigraph", "virtuoso", "folder"):
        (row,) = query(loaded_servers[store_type], count, graphs=["https://pfocr.wikipathways.org/dataset"])
        assert row["n"] == 2757


@pytest.mark.parametrize("store_type", ["oxigraph", "virtuoso"])
def test_the_mentions_of_a_server_are_those_of_a_folder(store_type: str, loaded_servers: dict[str, str]) -> None:
    tables = [Counter(mentions(loaded_servers[name])) for name in (store_type, "folder")]
    assert tables[0] == tables[1]
    assert tables[0].total() > 150


def test_a_server_that_cuts_its_answer_is_no_table(loaded_servers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(url: str, text: str, **options: Any) -> Any:
        return stream_query(url, f"{text} LIMIT 100", **options)

    monkeypatch.setattr(readers, "stream_query", cut)
    with pytest.raises(StoreError, match=r"the server gives 100 of [\d,]+ rows; raise its limit of rows, or read an export"):
        list(mentions(loaded_servers["oxigraph"]))


def test_a_query_that_a_server_refuses_is_explained(loaded_servers: dict[str, str]) -> None:
    for store_type in ("oxigraph", "virtuoso", "folder"):
        with pytest.raises(StoreError, match=r"^the query, line 1, column 29: expected a number, not: x$"):
            query(loaded_servers[store_type], "SELECT * { ?s ?p ?o } LIMIT x")
