"""The example queries that ask for rows, and the stores that they are asked of."""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import rdflib
from tests.support import servers
from tests.support.records import DISEASE_COLUMNS, GENE_COLUMNS, ROOT, TP53_ROW, exported, front_matter, newer, shared_data, table, write

from pfocr2rdf.stores.querying.examples import load_examples
from pfocr2rdf.stores.querying.query import query

QUESTIONS = {example.name: example.text for example in load_examples() if example.query_form == "select" and not example.services}
"""The text of each question."""

DATASET, VOCABULARY = "https://pfocr.wikipathways.org/dataset", "https://pfocr.wikipathways.org/vocab"

EXAMPLES, MADE_UP = "https://example.org/examples", "https://example.org/made-up"

FIGURE = "PMC9000001__F1"

Bindings = list[dict[str, dict[str, str]]]

Ask = Callable[[str, Sequence[str]], Bindings]
"""Asks a question of a default graph that is made up of these graphs."""

_NUMBERS = ("integer", "decimal", "double", "int", "long", "nonNegativeInteger")

_XSD = "http://www.w3.org/2001/XMLSchema#"


def normalised(rows: Iterable[Mapping[str, Mapping[str, str]]]) -> list[tuple[tuple[str, ...], ...]]:
    """The rows of an answer, as SPARQL's JSON has them, in a form that is the same whoever gave them: order and spelling do not count."""
    return sorted(tuple(sorted((name, *_term(value)) for name, value in row.items())) for row in rows)


def _term(value: Mapping[str, str]) -> tuple[str, ...]:
    datatype = value.get("datatype", "").removeprefix(_XSD)
    if value["type"] in ("uri", "bnode"):
        return (value["type"], value["value"])
    if datatype in _NUMBERS:
        return ("number", str(Decimal(value["value"]).normalize()))
    return ("text", value["value"], datatype.replace("string", ""), value.get("xml:lang", "").lower())


def ask_server(query_url: str, text: str, default_graphs: Sequence[str] = (), auth: httpx.Auth | None = None) -> Bindings:
    """The rows that a SPARQL service answers with."""
    params = [("query", text), *(("default-graph-uri", graph) for graph in default_graphs)]
    headers = {"Accept": "application/sparql-results+json"}
    response = httpx.get(query_url, params=params, headers=headers, auth=auth, timeout=120, trust_env=False)
    assert response.is_success, f"{response.status_code}: {response.text[:500]}\n{text}"
    return list(response.json()["results"]["bindings"])


def ask_rdflib(graph: rdflib.Graph, text: str) -> Bindings:
    """The rows that rdflib answers with."""
    return list(json.loads(graph.query(text).serialize(format="json") or b"")["results"]["bindings"])


def parsed(*files: Path) -> rdflib.Graph:
    """One graph of rdflib with what is in the files."""
    graph = rdflib.Graph()
    for file in files:
        graph.parse(file)
    return graph


# -- where graphs are loaded -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def embedded(folder: Path, graphs: Mapping[str, Path]) -> Iterator[Ask]:
    """A store on disk, asked by ``pfocr2rdf.stores``."""
    store = pyoxigraph.Store(folder / "store")
    for graph, file in graphs.items():
        store.load(path=file, to_graph=pyoxigraph.NamedNode(graph))
    del store

    def ask(text: str, default_graphs: Sequence[str]) -> Bindings:
        result = query(folder / "store", text, graphs=default_graphs)
        (folder / "answer").unlink(missing_ok=True)
        with (folder / "answer").open("wb") as file:
            result.write(file, "json")
        return list(json.loads((folder / "answer").read_bytes())["results"]["bindings"])

    yield ask


def pieces(file: Path) -> Iterator[str]:
    """A file as texts of Turtle, each of which can be sent alone."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ttl":
        yield text
        return
    lines = text.splitlines(keepends=True)
    for start in range(0, len(lines), 5000):  # Virtuoso knows Turtle by its first words
        yield "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n" + "".join(lines[start : start + 5000])


@contextlib.contextmanager
def served(start: Callable[[Path], AbstractContextManager[servers.Server]], folder: Path, graphs: Mapping[str, Path]) -> Iterator[Ask]:
    """A server, filled by plain HTTP: pieces of a graph one after another."""
    with start(folder) as server:
        graphs_path, name = server.graphs_url.removeprefix(server.url), "graph-uri" if server.user else "graph"
        for graph, file in graphs.items():
            for piece in pieces(file):
                server.ask("POST", f"{graphs_path}?{httpx.QueryParams({name: graph})}", piece.encode(), Content_Type="text/turtle")
        yield lambda text, default_graphs: ask_server(server.query_url, text, default_graphs)


SYSTEMS: dict[str, Callable[[Path, Mapping[str, Path]], AbstractContextManager[Ask]]] = {
    "embedded": embedded,
    "oxigraph": functools.partial(served, servers.oxigraph),
    "virtuoso": functools.partial(served, servers.virtuoso),
}


# -- the questions ---------------------------------------------------------------------------------------------------------


def export_all(folder: Path) -> dict[str, Path]:
    """About a hundred real figures of both generations, the examples, a figure that is made up, and the vocabulary: the files."""
    checkout = folder / "checkout"
    for name in ("_figures", "_data"):
        shutil.copytree(shared_data("real-gen2") / name, checkout / name)
    for path in [*shared_data("seed").glob("*.md"), *sorted(shared_data("corpus-gen1").glob("*.md"))[::7]]:
        shutil.copy(path, checkout / "_figures")
    real = exported([checkout], folder / "real")
    assert real.summary.exported > 95
    exported([ROOT / "examples"], folder / "examples")
    files = {
        f"_figures/{FIGURE}.md": front_matter(newer(FIGURE, "wpid: WP4868", "year: 2024")),
        f"_data/{FIGURE}-genes.tsv": table(GENE_COLUMNS, TP53_ROW),
        f"_data/{FIGURE}-diseases.tsv": table(DISEASE_COLUMNS, ("gloom", *["NA"] * 4), ("cancer", "mesh:D009369", *["NA"] * 3)),
    }
    exported([write(folder / "made-up", files)], folder / "one")
    return {
        DATASET: folder / "real" / "figures.nt",
        EXAMPLES: folder / "examples" / "figures.nt",
        MADE_UP: folder / "one" / "figures.nt",
        VOCABULARY: folder / "real" / "vocabulary.ttl",
    }


def checked(file: Path) -> list[Any]:
    """The rows of a file with tabs."""
    results: Any = pyoxigraph.parse_query_results(path=file, format=pyoxigraph.QueryResultsFormat.TSV)
    return normalised(json.loads(results.serialize(format=pyoxigraph.QueryResultsFormat.JSON))["results"]["bindings"])
