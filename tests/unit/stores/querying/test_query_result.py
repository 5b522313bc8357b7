"""The result of a query in Python: truth, length, repeated reading, text, HTML, DataFrames and networks."""

from __future__ import annotations

import builtins
import io
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode

from pfocr2rdf.errors import MissingExtraError, OptionError, OutputError, PfocrError, StoreError
from pfocr2rdf.stores.querying import query_result
from pfocr2rdf.stores.querying.query import query, stream_query
from pfocr2rdf.stores.querying.query_result import QueryResult

GENES = """
PREFIX e: <https://example.org/>
INSERT DATA {
  e:STAT3 a pfocr:Gene ; rdfs:label "STAT3" ; e:count 7 ; e:score 0.5 ; e:near e:JAK1, e:JAK2 .
  e:JAK1 a pfocr:Gene ; rdfs:label "JAK1" ; e:near e:JAK2 ; e:count 9 .
  e:JAK2 a pfocr:Gene ; rdfs:label "JAK2", "JAK-2" .
}
"""
TABLE = """
SELECT ?gene ?label ?count ?score {
  ?gene rdfs:label ?label OPTIONAL { ?gene e:count ?count } OPTIONAL { ?gene e:score ?score }
} ORDER BY ?label
"""
NEAR = "SELECT ?a ?b ?label { ?a e:near ?b . ?a rdfs:label ?label }"
PREFIX = "PREFIX e: <https://example.org/>\n"
E = "https://example.org/"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    pyoxigraph.Store(folder).update(
        GENES, prefixes={"pfocr": "https://pfocr.wikipathways.org/vocab#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
    )
    return folder


def answer(store: Path, text: str) -> QueryResult:
    return query(store, PREFIX + text)


# -- truth, length, reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("ASK { e:STAT3 a pfocr:Gene }", True),
        ("ASK { e:STAT3 a pfocr:Family }", False),
        ("SELECT * { ?s a pfocr:Gene }", True),
        ("SELECT * { ?s a pfocr:Family }", False),
        ("CONSTRUCT WHERE { ?s a pfocr:Gene }", True),
        ("CONSTRUCT WHERE { ?s a pfocr:Family }", False),
        ("DESCRIBE e:nobody", False),
    ],
)
def test_the_truth_of_a_result_is_its_answer_or_whether_it_has_something(text: str, truth: bool, store: Path) -> None:
    assert bool(answer(store, text)) is truth


def test_a_result_has_a_length_and_is_read_again_and_again(store: Path) -> None:
    result = answer(store, TABLE)
    assert len(result) == 4
    assert list(result) == list(result)
    assert len(answer(store, "CONSTRUCT WHERE { ?s a pfocr:Gene }")) == 3
    assert len(answer(store, "SELECT * { ?s a pfocr:Family }")) == 0


@pytest.mark.parametrize(
    "index", [slice(None), slice(1, 3), slice(None, None, -1), slice(3, 0, -2), slice(-2, None), slice(5, 2), slice(9, 99)]
)
def test_slices_are_those_of_a_list(index: slice, store: Path) -> None:
    result = answer(store, TABLE)
    rows = list(result)
    assert len(rows) > 3
    assert result[index] == rows[index]
    assert [result[number] for number in (0, 2, -1)] == [rows[0], rows[2], rows[-1]]
    with pytest.raises(IndexError):
        result[len(rows)]


def test_two_loops_do_not_disturb_each_other(store: Path) -> None:
    result = answer(store, "SELECT ?label { ?gene rdfs:label ?label } ORDER BY ?label")
    pairs = [(outer["label"], inner["label"]) for outer in result for inner in result]
    assert len(set(pairs)) == 16


@pytest.mark.parametrize("memory_bytes", [1, 1 << 20])
def test_a_large_result_is_the_same_from_a_file(memory_bytes: int, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_result, "RESULT_MEMORY_BYTES", memory_bytes)
    result = answer(store, TABLE)
    assert [row["label"] for row in result for _ in result] == [label for label in ("JAK-2", "JAK1", "JAK2", "STAT3") for _ in range(4)]


def test_rows_are_values_of_python_and_every_variable_is_there(store: Path) -> None:
    rows = list(answer(store, TABLE))
    assert rows[0] == {"gene": f"{E}JAK2", "label": "JAK-2", "count": None, "score": None}
    assert rows[3]["count"] == 7
    assert list(rows[3]) == ["gene", "label", "count", "score"]


def test_terms_are_there_when_they_are_asked_for(store: Path) -> None:
    result = answer(store, TABLE)
    assert list(result.terms())[1] == {"gene": NamedNode(f"{E}JAK1"), "label": Literal("JAK1"), "count": Literal(9)}
    (triple,) = answer(store, "CONSTRUCT { ?s e:count ?o } { ?s e:count ?o FILTER (?o = 9) }").terms()
    assert str(triple) == f'<{E}JAK1> <{E}count> "9"^^<http://www.w3.org/2001/XMLSchema#integer>'


def test_triples_are_values_of_python_too(store: Path) -> None:
    (statement,) = answer(store, "CONSTRUCT { ?s e:count ?o } { ?s e:count ?o FILTER (?o = 9) }")
    assert statement == (f"{E}JAK1", f"{E}count", 9)
    assert statement.subject == f"{E}JAK1"


def test_a_column_is_not_an_item_of_a_result(store: Path) -> None:
    with pytest.raises(TypeError, match=r"by the number of a row, as in result\[0\]\['symbol'\]$"):
        answer(store, TABLE)["symbol"]


def test_one_graph_needs_no_list(store: Path) -> None:
    assert query(store, "ASK { ?s ?p ?o }", graphs="https://example.org/none").boolean is False


@pytest.mark.parametrize(
    ("parameters", "message"),
    [("gene=STAT3", "not a dictionary"), ({"gene": ["STAT3"]}, "gene needs text or a number, not list"), ({"gene": None}, "not NoneType")],
)
def test_wrong_parameters_are_named(parameters: Any, message: str, store: Path) -> None:
    with pytest.raises(OptionError, match=message):
        query(store, "drawn-with", parameters=parameters)


def test_an_ask_has_no_rows(store: Path) -> None:
    result = answer(store, "ASK {}")
    for use in (len, list, QueryResult.to_pandas, QueryResult.to_polars, QueryResult.to_networkx):
        with pytest.raises(StoreError, match="an ASK query returns yes or no, not "):
            use(result)  # type: ignore[operator]
    with pytest.raises(StoreError, match="a SELECT query returns rows, not yes or no"):
        _ = answer(store, TABLE).boolean


def test_a_result_does_not_keep_writers_away(store: Path) -> None:
    result = answer(store, TABLE)
    pyoxigraph.Store(store)
    assert len(result) == 4


def test_a_result_is_written_more_than_once(store: Path) -> None:
    result, files = answer(store, TABLE), (io.BytesIO(), io.BytesIO())
    for file in files:
        result.write(file, "csv")
    assert files[0].getvalue() == files[1].getvalue()
    assert files[0].getvalue().count(b"\n") == 5


def test_a_full_disk_is_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullFile(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(query_result.tempfile, "SpooledTemporaryFile", lambda *_, **__: FullFile())
    with pytest.raises(OutputError, match=r"temporary files \(TMPDIR\): cannot be written: No space left"):
        answer(store, TABLE)


# -- streams ---------------------------------------------------------------------------------------------------------------


def test_a_stream_is_read_once_and_has_no_truth_but_that_of_an_ask(store: Path) -> None:
    with stream_query(store, PREFIX + TABLE) as stream:
        assert next(iter(stream))["label"] == "JAK-2"
        assert [row["label"] for row in stream] == ["JAK1", "JAK2", "STAT3"]
        with pytest.raises(StoreError, match="a SELECT query returns rows, not yes or no"):
            bool(stream)
    with pytest.raises(StoreError, match="the stream is closed; run the query again"):
        list(stream)
    assert not stream_query(store, "ASK { <urn:nobody> ?p ?o }")


# -- names of examples -----------------------------------------------------------------------------------------------------


def test_a_query_may_be_the_name_of_an_example(store: Path) -> None:
    assert query(store, "family-members").variables
    with pytest.raises(StoreError, match="there is no example query named famly-members; similar names: family-members"):
        query(store, "famly-members")
    with pytest.raises(StoreError, match="there is no example query named xyz; the examples: ambiguous-words, "):
        query(store, "xyz")
    with pytest.raises(StoreError, match="the query is empty"):
        query(store, "")


# -- text and HTML ---------------------------------------------------------------------------------------------------------


def test_the_representation_has_the_size_and_the_first_rows(store: Path) -> None:
    assert repr(answer(store, "ASK {}")) == "QueryResult(True)"
    assert repr(answer(store, "SELECT ?n { VALUES ?n { 1 } }")) == "QueryResult(1 row: [{'n': 1}])"
    assert repr(answer(store, "SELECT ?n { VALUES ?n { 1 2 3 4 } }")) == "QueryResult(4 rows: [{'n': 1}, {'n': 2}, {'n': 3}, ...])"
    assert repr(answer(store, "CONSTRUCT {} {}")) == "QueryResult(0 triples: [])"


def test_html_is_escaped_and_only_web_addresses_are_links(store: Path) -> None:
    text = """SELECT * { VALUES (?a ?b) { ('<script>"\\u202e' <javascript:alert(1)>) (UNDEF <https://example.org/a?b&c='d'>) } }"""
    page = query(store, text)._repr_html_()
    assert "<script" not in page
    assert "\u202e" not in page
    assert "<td>javascript:alert(1)</td>" in page
    assert '<td></td><td><a href="https://example.org/a?b&amp;c=&#x27;d&#x27;" target="_blank" rel="noopener noreferrer">' in page
    assert page.endswith("<p>2 rows</p>")


def test_html_has_the_first_rows_with_short_iris(store: Path) -> None:
    numbers = " ".join(map(str, range(50)))
    page = query(store, f"SELECT * {{ VALUES ?n {{ {numbers} }} }}")._repr_html_()
    assert page.count("<tr>") == 21
    assert page.endswith("<p>the first 20 of 50 rows</p>")
    assert ">pfocr:Gene</a>" in answer(store, "CONSTRUCT WHERE { ?s a ?class }")._repr_html_()
    assert query(store, "ASK {}")._repr_html_() == "<p>yes</p>"


# -- DataFrames ------------------------------------------------------------------------------------------------------------


def test_a_data_frame_of_pandas_has_typed_columns(store: Path) -> None:
    pytest.importorskip("pandas")
    frame = answer(store, TABLE).to_pandas()
    assert list(frame.columns) == ["gene", "label", "count", "score"]
    assert str(frame["count"].dtype) == "Int64"
    assert (frame["count"].sum(), frame["score"].sum(), frame["count"].isna().sum()) == (16, 0.5, 2)
    assert str(answer(store, "SELECT ?n { VALUES ?n { 1 2 } }").to_pandas()["n"].dtype) == "int64"
    mixed = answer(store, "SELECT ?n { VALUES ?n { 1 'a' true } }").to_pandas()
    assert list(mixed["n"]) == [1, "a", True]
    large = answer(store, f"SELECT ?n {{ VALUES ?n {{ {2**70} UNDEF }} }}").to_pandas()
    assert large["n"][0] == 2**70
    assert answer(store, "SELECT ?a ?b { ?a a pfocr:Family ; ?p ?b }").to_pandas().shape == (0, 2)
    assert list(answer(store, "CONSTRUCT WHERE { ?s a ?class }").to_pandas().columns) == ["subject", "predicate", "object"]


def test_a_data_frame_of_polars_has_typed_columns(store: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = answer(store, TABLE).to_polars()
    assert frame.schema == {"gene": polars.String, "label": polars.String, "count": polars.Int64, "score": polars.Float64}
    assert frame["count"].to_list() == [None, 9, None, 7]
    assert answer(store, "SELECT ?n { VALUES ?n { 1 'a' true } }").to_polars()["n"].to_list() == ["1", "a", "True"]
    assert answer(store, "SELECT ?n { VALUES ?n { 1 0.5 } }").to_polars()["n"].to_list() == [1.0, 0.5]
    assert answer(store, f"SELECT ?n {{ VALUES ?n {{ {2**70} UNDEF }} }}").to_polars()["n"].to_list() == [str(2**70), None]
    assert answer(store, "SELECT ?a ?b { ?a a pfocr:Family ; ?p ?b }").to_polars().shape == (0, 2)


# -- networks --------------------------------------------------------------------------------------------------------------


def test_rows_with_two_iris_are_edges_with_attributes(store: Path) -> None:
    pytest.importorskip("networkx")
    network = answer(store, NEAR).to_networkx()
    edges = {(source, target, data["label"]) for source, target, data in network.edges(data=True)}
    assert edges == {(f"{E}STAT3", f"{E}JAK1", "STAT3"), (f"{E}STAT3", f"{E}JAK2", "STAT3"), (f"{E}JAK1", f"{E}JAK2", "JAK1")}


def test_no_row_replaces_another(store: Path) -> None:
    pytest.importorskip("networkx")
    twice = answer(store, "SELECT ?a ?b ?n { VALUES (?a ?b ?n) { (e:x e:y 1) (e:x e:y 2) (e:z UNDEF 3) } }").to_networkx()
    assert sorted(data["n"] for _, _, data in twice.edges(data=True)) == [1, 2]
    assert set(twice.nodes) == {f"{E}x", f"{E}y", f"{E}z"}
    relations = answer(store, "SELECT ?a ?r ?b { VALUES (?a ?r ?b) { (e:x e:r e:y) (e:x e:r e:y) (e:x e:s e:y) } }").to_networkx()
    assert sorted(str(key) for *_, key in relations.edges(keys=True)) == ["1", "e:r", "e:s"]


def test_triples_are_edges_and_literals_are_attributes_of_nodes(store: Path) -> None:
    pytest.importorskip("networkx")
    network = answer(store, "DESCRIBE e:JAK2 e:STAT3").to_networkx()
    assert network.has_edge(f"{E}STAT3", f"{E}JAK1", key="e:near")
    assert network.nodes[f"{E}STAT3"]["e:count"] == 7
    assert sorted(network.nodes[f"{E}JAK2"]["rdfs:label"]) == ["JAK-2", "JAK2"]


def test_a_result_that_is_no_network_says_which_one_is(store: Path) -> None:
    pytest.importorskip("networkx")
    message = r"needs a SELECT with two columns of IRIs .* or a CONSTRUCT; the columns of IRIs in this result: \?gene$"
    with pytest.raises(StoreError, match=message):
        answer(store, TABLE).to_networkx()
    assert len(answer(store, "SELECT ?a ?b { ?a a pfocr:Family ; ?p ?b }").to_networkx()) == 0


@pytest.mark.parametrize("library", ["pandas", "polars", "networkx"])
def test_a_missing_library_names_the_extra(library: str, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name == library:
            raise ImportError(name)
        return original(name, *arguments, **options)

    result = answer(store, NEAR)
    monkeypatch.setattr(builtins, "__import__", refuse)
    message = rf"to_{library} needs {library}, which is not installed; run: pip install 'pfocr2rdf\[{library}\]'"
    with pytest.raises(MissingExtraError, match=message) as caught:
        getattr(result, f"to_{library}")()
    assert isinstance(caught.value, PfocrError)
    assert isinstance(caught.value, ImportError)
