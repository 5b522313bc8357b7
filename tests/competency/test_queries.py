"""The example queries: each says what it asks, has a checked answer, is asked by its name, and is there for SPARQL editors.

Those that ask for rows of one store are asked of every kind of store in ``test_questions.py``.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode, RdfFormat
from rdflib.compare import isomorphic
from tests.support.questions import DATASET, EXAMPLES, QUESTIONS, VOCABULARY, ask_rdflib, checked, export_all, normalised, parsed
from tests.support.records import DATA, ROOT
from tests.support.servers import Server, oxigraph

from pfocr2rdf.cli.query import query_command
from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.pipeline.prefix_files import NAMESPACES
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.querying.examples import (
    EXAMPLE_COLUMNS,
    EXAMPLES_NAMESPACE,
    LOCAL_ENDPOINT,
    Example,
    examples_as_rdf,
    group_by_task,
    load_examples,
    parse_example,
    suggest_examples,
)
from pfocr2rdf.stores.querying.query import query
from pfocr2rdf.stores.querying.query_result import QueryResult
from pfocr2rdf.stores.querying.query_text import scan_query

ANSWERS = DATA / "queries"

ALL = {example.name: example for example in load_examples()}

FEDERATED = [example.name for example in load_examples() if example.services]

STATEMENTS = [example.name for example in load_examples() if example.query_form == "construct"]

ELSEWHERE = (DATA / "joins" / "mesh.ttl", DATA / "joins" / "wikipathways.ttl", ANSWERS / "uniprot.ttl")
"""What the servers of others hold, in small."""

SH = "http://www.w3.org/ns/shacl#"

HEADER = "# title: Any\n# description: Is there any?\n# keywords: one, two words\n"


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return export_all(tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def store(exports: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded store with the real figures, the examples and the vocabulary in graphs of their own."""
    folder = tmp_path_factory.mktemp("queries") / "store"
    rdf_store = pyoxigraph.Store(folder)
    for graph in (DATASET, EXAMPLES, VOCABULARY):
        rdf_store.load(path=exports[graph], to_graph=NamedNode(graph))
    return folder


@pytest.fixture(scope="module")
def graph(exports: dict[str, Path]) -> rdflib.Graph:
    """The examples and the vocabulary in rdflib."""
    return parsed(exports[EXAMPLES], exports[VOCABULARY])


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that stands in for those of others."""
    with oxigraph(tmp_path_factory.mktemp("elsewhere")) as server:
        for file in ELSEWHERE:
            server.ask("POST", "/store?default", file.read_bytes(), Content_Type="text/turtle")
        yield server


def rows(result: QueryResult, folder: Path) -> list[Any]:
    with (folder / "answer").open("wb") as file:
        result.write(file, "json")
    return normalised(json.loads((folder / "answer").read_bytes())["results"]["bindings"])


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(query_command, [str(argument) for argument in arguments])


def refused(*arguments: str | Path) -> str:
    """What wrong usage is told."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    return result.stderr.splitlines()[-1].removeprefix("Error: ")


# -- the files -------------------------------------------------------------------------------------------------------------


def test_there_are_many_examples_and_each_has_a_checked_answer() -> None:
    assert len(ALL) >= 22
    assert {path.stem for path in (ROOT / "queries").iterdir()} == set(ALL)
    checked_names = {path.stem for path in ANSWERS.glob("*.tsv")} | {path.stem for path in ANSWERS.glob("*.nt")}
    assert set(ALL) - checked_names == {"drawn-together"}, "a truth is checked below"
    assert checked_names - set(ALL) == set()
    assert {*QUESTIONS, *FEDERATED, *STATEMENTS, "drawn-together"} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_an_example_says_what_it_asks_and_runs_in_any_store(name: str) -> None:
    example = ALL[name]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert re.fullmatch(r"[A-Z].*[^.]", example.title)
    assert re.fullmatch(r"[A-Z].*[.?]", example.description)
    assert len(example.keywords) >= 3
    assert all(example.keywords)
    assert ("federated" in example.keywords) == bool(example.services)
    assert example.query_form in ("select", "ask", "construct")
    body = "\n".join(line for line in example.query.splitlines() if not line.startswith("PREFIX "))
    assert {prefix for prefix in example.prefixes if re.search(rf"(?<![\w<:]){prefix}:", body)} == set(example.prefixes), (
        "a prefix is not used"
    )
    scanned = scan_query(example.text)
    assert (scanned.implied_prefixes, scanned.undeclared_prefixes, scanned.has_from, scanned.has_graph) == ({}, {}, False, False)
    assert scanned.uses_service == bool(example.services)
    rdflib.Graph().query(example.text) if not example.services else None


def test_an_example_that_counts_with_genes_names_the_evidence() -> None:
    """Pages count genes by symbol first: a number by any evidence beside them looks like a fault if it does not name it."""
    counting = [e for e in ALL.values() if all(text in e.text for text in ("pfocr:mentions", "pfocr:Gene", "COUNT("))]
    assert len(counting) > 5
    assert [e.name for e in counting if not re.search("evidence|symbol|synonym", e.description)] == []


@pytest.mark.parametrize("name", [name for name, example in ALL.items() if example.query_form != "ask"])
def test_an_example_is_sorted_and_limited(name: str) -> None:
    query_text = ALL[name].query
    assert "ORDER BY" in query_text
    assert re.search(r"LIMIT (20|50|100|1000)$", query_text, re.MULTILINE)


LABELS = {"gene": "symbol", "other": "symbol", "figure": "title", "chemical": "name", "disease": "name", "thing": "name",
          "organism": "name", "family": "name", "paper": "title"}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_has_names_beside_iris_and_the_same_order_in_two_engines(name: str, store: Path, graph: rdflib.Graph) -> None:
    result = query(store, name, graphs=[EXAMPLES, VOCABULARY])
    iris = [column for column in result.variables if any(str(row[column]).startswith(tuple(PREFIXES.values())) for row in result)]
    for column in iris:
        if column in LABELS:
            assert {"title", LABELS[column], f"{column}_name"} & set(result.variables), f"{column} has no name beside it"
    text = ALL[name].text
    answer = json.loads(graph.query(text).serialize(format="json") or b"")["results"]["bindings"]
    in_order = [normalised([row])[0] for row in answer if row]  # rdflib has an empty row for no groups
    with tempfile.TemporaryFile() as file:
        result.write(file, "json")
        file.seek(0)
        assert [normalised([row])[0] for row in json.load(file)["results"]["bindings"]] == in_order


def test_a_prefix_means_the_same_in_all_examples_and_in_the_exports() -> None:
    spaces_by_prefix: dict[str, set[str]] = {}
    for example in load_examples():
        for prefix, space in example.prefixes.items():
            spaces_by_prefix.setdefault(prefix, set()).add(PREFIXES.get(prefix, space))
            spaces_by_prefix[prefix].add(space)
    assert {prefix: spaces for prefix, spaces in spaces_by_prefix.items() if len(spaces) > 1} == {}


def test_the_first_three_lines_of_a_file_are_what_is_said_of_it() -> None:
    example = parse_example("any", f"{HEADER}PREFIX a: <urn:a>\n\nCONSTRUCT WHERE {{ ?s a:b ?o }}\n")
    assert example[:4] == ("any", "Any", "Is there any?", ("one", "two words"))
    assert (example.query_form, example.services, example.prefixes) == ("construct", (), {"a": "urn:a"})
    assert example.text.startswith("# title: Any\n")
    assert example.query.startswith("PREFIX a:")
    ask_example = parse_example("any", HEADER + "ASK { SERVICE <urn:x> { ?s ?p ?o } SERVICE SILENT <urn:y> { ?s ?p ?o } }")
    assert (ask_example.query_form, ask_example.services) == ("ask", ("urn:x", "urn:y"))


@pytest.mark.parametrize("text", ["ASK {}", HEADER.replace("# title", "# Title"), HEADER.replace("# keywords: one, two words\n", "")])
def test_a_file_without_these_lines_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match=r"^any: an example begins with the lines '# title: ', '# description: ' and '# keywords: '$"):
        parse_example("any", text + "ASK {}")


# -- the answers -----------------------------------------------------------------------------------------------------------


def test_an_ask_query_has_the_same_result_everywhere(store: Path, graph: rdflib.Graph) -> None:
    text = ALL["drawn-together"].text
    other = text.replace("fam:PI3K", "fam:STAT")
    assert (text != other, ALL["drawn-together"].query_form) == (True, "ask")
    for ask_text, expected in ((text, True), (other, False)):
        assert query(store, ask_text, graphs=[EXAMPLES]).boolean == expected
        assert graph.query(ask_text).askAnswer == expected
    assert query(store, text, graphs=[DATASET]).boolean


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements_are_the_same_everywhere(name: str, store: Path, graph: rdflib.Graph) -> None:
    expected = (ANSWERS / f"{name}.nt").read_text(encoding="utf-8").splitlines()
    assert expected == sorted(expected)
    assert sorted(f"{triple} ." for triple in query(store, ALL[name].text, graphs=[EXAMPLES, VOCABULARY]).terms()) == expected
    assert isomorphic(graph.query(ALL[name].text).graph, parsed(ANSWERS / f"{name}.nt"))
    assert len(list(query(store, ALL[name].text, graphs=[DATASET, VOCABULARY]))) > 5


def replace_endpoint(example: Example, server: Server) -> str:
    """The text, with the server that stands in for the one that it asks."""
    (endpoint,) = example.services
    assert endpoint.startswith("https://")
    return example.text.replace(f"<{endpoint}>", f"<{server.query_url}>")


@pytest.mark.parametrize("name", FEDERATED)
def test_a_federated_query_gets_the_checked_result(name: str, store: Path, graph: rdflib.Graph, elsewhere: Server, tmp_path: Path) -> None:
    text, expected = replace_endpoint(ALL[name], elsewhere), checked(ANSWERS / f"{name}.tsv")
    assert expected
    assert rows(query(store, text, service=True, graphs=[EXAMPLES, VOCABULARY]), tmp_path) == expected
    assert normalised(ask_rdflib(graph, text)) == expected
    assert rows(query(store, text, service=True, graphs=[DATASET, VOCABULARY]), tmp_path)


@pytest.mark.parametrize("name", FEDERATED)
def test_nothing_is_sent_to_another_server_unless_the_user_says_so(name: str, store: Path) -> None:
    result = run(name, "--store", store)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "Error: the query sends a request to another server with SERVICE; to allow this, use --service\n"


# -- by name ---------------------------------------------------------------------------------------------------------------


def test_an_example_is_asked_by_its_name(store: Path) -> None:
    result = run("family-members", "--store", store, "--graph", EXAMPLES, "--format", "csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:2] == ["gene,symbol,figures,own", "https://identifiers.org/ncbigene/6772,STAT1,2,1"]
    assert run("drawn-together", "--store", store).stdout == "yes\n"
    assert "schema:headline" in run("figure-cards", "--store", store).stdout


def test_a_file_goes_before_an_example_and_a_folder_does_not(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("words").write_text("ASK {}")
    Path("years").mkdir()
    Path("tables").mkdir()
    assert run("words", "--store", store).stdout == "yes\n"
    assert run("years", "--show").stdout == ALL["years"].text
    assert refused("tables") == "Invalid value for 'QUERY': tables cannot be read: it is not a regular file but a folder."


@pytest.mark.parametrize("name", ALL)
def test_the_text_of_an_example_can_be_shown(name: str, tmp_path: Path) -> None:
    assert run(name, "--show", "--store", tmp_path / "none").stdout == (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def test_a_text_or_a_file_can_be_shown_too(tmp_path: Path) -> None:
    (tmp_path / "a.rq").write_text("ASK { }")
    assert run(tmp_path / "a.rq", "--show").stdout == "ASK { }"
    assert run("ASK {}", "--show", "--output", tmp_path / "out").output == ""
    assert (tmp_path / "out").read_text() == "ASK {}"


@pytest.mark.parametrize(
    ("name", "message"),
    [("famly-members", "there is no file and no example named famly-members; there is an example named family-members."),
     ("co-mention", "there is no file and no example named co-mention; there is an example named co-mentions."),
     ("drawn", "there is no file and no example named drawn; there are examples named drawn-pathways, drawn-together, drawn-with."),
     ("xyz", "there is no file and no example named xyz; pfocr2rdf query --list shows the examples."),
     ("yeers.rq", "there is no file yeers.rq; there is an example named years."),
     ("xyz.rq", "there is no file xyz.rq; check the path.")],
)  # fmt: skip
def test_a_name_that_is_unknown_is_told_those_that_are_near(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(name) == f"Invalid value for 'QUERY': {message}"


def test_near_names_are_at_most_three_and_the_nearest_is_first() -> None:
    assert suggest_examples("gene") == ["both-genes", "chemical-genes", "disease-genes"]
    assert suggest_examples("Word")[0] == "words"


# -- parameters ------------------------------------------------------------------------------------------------------------


def test_a_parameter_is_set_by_a_symbol_an_id_or_an_iri(store: Path) -> None:
    answers = {
        run("drawn-with", "--store", store, "--set", f"gene={value}", "--format", "csv").stdout
        for value in ("JAK2", "jak2", "3717", "ncbigene:3717", "https://identifiers.org/ncbigene/3717")
    }
    assert len(answers) == 1
    assert answers != {run("drawn-with", "--store", store, "--format", "csv").stdout}
    assert {row["other"] for row in query(store, "drawn-with", parameters={"gene": "JAK2"})} == {
        row["other"] for row in query(store, "drawn-with", parameters={"gene": "3717"})
    }


def test_the_text_with_a_value_can_be_shown_and_set_again(store: Path, tmp_path: Path) -> None:
    text = run("drawn-with", "--set", "gene=3717", "--show", "--store", tmp_path / "none").stdout
    assert "VALUES ?gene { <https://identifiers.org/ncbigene/3717> }" in text
    (tmp_path / "mine.rq").write_text(text)
    arguments = ("--store", store, "--format", "csv")
    assert run(tmp_path / "mine.rq", *arguments).stdout == run("drawn-with", "--set", "gene=JAK2", *arguments).stdout
    assert run(tmp_path / "mine.rq", "--set", "gene=STAT3", *arguments).stdout == run("drawn-with", *arguments).stdout


@pytest.mark.parametrize(("settings", "message"), [
    (["gene"], "Invalid value for '--set': 'gene' is not NAME=VALUE, such as gene=STAT3."),
    (["gene=1", "gene=2"], "Invalid value for '--set': gene is set twice."),
    (["gen=STAT3"], "there is no parameter gen; the query has gene."),
    (["gene=JAKK2"], "there is no gene 'JAKK2' in the store; similar names: JAK2, CAMKK2."),
])  # fmt: skip
def test_a_parameter_that_cannot_be_set_is_wrong_usage(store: Path, settings: list[str], message: str) -> None:
    assert refused("drawn-with", "--store", store, *(part for setting in settings for part in ("--set", setting))) == message


def test_python_takes_the_name_of_an_example_and_suggests_those_that_are_similar(store: Path) -> None:
    assert len(list(query(store, "years"))) == len(list(query(store, ALL["years"].text)))
    with pytest.raises(StoreError, match=r"^there is no example query named yeers; similar names: years$"):
        query(store, "yeers")
    with pytest.raises(OptionError, match=r"^there is no parameter gene: the query has no parameters$"):
        query(store, "ASK {}", parameters={"gene": "STAT3"})


# -- all of them -----------------------------------------------------------------------------------------------------------


def test_the_examples_are_listed_by_task_without_a_store(tmp_path: Path) -> None:
    groups = [group.splitlines() for group in run("--list", "--store", tmp_path / "none").stdout.split("\n\n")]
    assert [group[0] for group in groups] == list(group_by_task(load_examples()))
    listed = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for group in groups for line in group[1:]}
    assert set(listed) == set(ALL)
    assert listed["years"] == "Figures by year"
    assert listed["drawn-with"] == "Genes in the same figures as a gene [gene]"


def test_the_list_has_all_about_them_where_there_is_room(tmp_path: Path) -> None:
    listed = json.loads(run("--list", "--format", "json").stdout)
    assert tuple(listed["head"]["vars"]) == EXAMPLE_COLUMNS
    rows_by_name = {row["name"]["value"]: {name: value["value"] for name, value in row.items()} for row in listed["results"]["bindings"]}
    assert rows_by_name["wikipathways-genes"]["federated"] == "https://sparql.wikipathways.org/sparql"
    assert (rows_by_name["years"]["keywords"], rows_by_name["years"]["kind"], rows_by_name["years"]["federated"]) == (
        "year, paper, count",
        "select",
        "",
    )
    assert (rows_by_name["drawn-with"]["task"], rows_by_name["drawn-with"]["parameters"]) == ("Genes", "gene=ncbigene:6774")
    assert run("--list", "--format", "csv", "--output", tmp_path / "a.csv").output == ""
    assert (tmp_path / "a.csv").read_text().count("\n") == len(ALL) + 1


def test_a_query_or_the_list_is_wanted() -> None:
    assert refused() == refused("--show") == "name a query, or list the examples with --list."
    assert refused("years", "--list") == refused("--list", "--show") == "--list cannot be combined with a query or --show."


@pytest.fixture(scope="module")
def turtle() -> str:
    return run("--list", "--format", "turtle", "--store", "https://example.org/sparql").stdout


def test_two_parsers_read_the_examples_alike_and_there_is_no_blank_node(turtle: str) -> None:
    read_by_one = list(pyoxigraph.parse(turtle, RdfFormat.TURTLE))
    read_by_other = rdflib.Graph().parse(data=turtle, format="turtle")
    lines = sorted(f"{quad.triple} ." for quad in read_by_one)
    assert len(set(lines)) == len(lines) == len(read_by_other)
    assert isomorphic(read_by_other, rdflib.Graph().parse(data="\n".join(lines), format="nt"))
    assert not [line for line in lines if "_:" in line.split('"')[0]]
    assert {str(quad.subject).startswith(f"<{EXAMPLES_NAMESPACE}") for quad in read_by_one} == {True}


def test_a_sparql_editor_finds_every_example_with_its_prefixes(turtle: str) -> None:
    rdf_store = pyoxigraph.Store()
    rdf_store.load(turtle, RdfFormat.TURTLE)
    editor_query = f"""
      PREFIX sh: <{SH}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX schema: <https://schema.org/>
      SELECT ?example ?label ?comment ?text ?target {{
        ?example a sh:SPARQLExecutable ; rdfs:label ?label ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?text ;
          schema:target ?target ; sh:prefixes/sh:declare/sh:prefix "pfocr" .
      }}"""
    rows_by_name = {row["example"].value.removeprefix(EXAMPLES_NAMESPACE): row for row in rdf_store.query(editor_query)}
    assert set(rows_by_name) == set(ALL)
    for name, example in ALL.items():
        row = rows_by_name[name]
        values = tuple(row[part].value for part in ("label", "comment", "text", "target"))
        assert values == (example.title, example.description, example.query, "https://example.org/sparql")
    declared = rdf_store.query(f"SELECT ?prefix ?space {{ ?row <{SH}prefix> ?prefix ; <{SH}namespace> ?space }}")
    assert {row["prefix"].value: row["space"].value for row in declared} == NAMESPACES
    assert NAMESPACES.items() >= {pair for example in load_examples() for pair in example.prefixes.items()}
    classes = {"select": "SPARQLSelectExecutable", "ask": "SPARQLAskExecutable", "construct": "SPARQLConstructExecutable"}
    for example in load_examples():
        assert rdf_store.query(
            f"ASK {{ <{EXAMPLES_NAMESPACE}{example.name}> a <{SH}{classes[example.query_form]}> ; <{SH}{example.query_form}> ?text }}"
        )
    federates = rdf_store.query("SELECT ?server { ?s <https://purl.expasy.org/sparql-examples/ontology#federatesWith> ?server }")
    assert len(list(federates)) == len(FEDERATED) == 3


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_an_editor_gets_has_the_answer_of_the_file(name: str, turtle: str, store: Path, tmp_path: Path) -> None:
    query_text = (
        rdflib.Graph().parse(data=turtle, format="turtle").value(rdflib.URIRef(EXAMPLES_NAMESPACE + name), rdflib.URIRef(f"{SH}select"))
    )
    graph_names = [EXAMPLES, VOCABULARY]
    assert rows(query(store, str(query_text), graphs=graph_names), tmp_path) == rows(
        query(store, ALL[name].text, graphs=graph_names), tmp_path
    )


@pytest.mark.parametrize(("arguments", "target"), [
    ((), [LOCAL_ENDPOINT]), (("--store", "here"), [LOCAL_ENDPOINT]), (("--store", "http://a.example/b"), ["http://a.example/b"]),
    (("--store", "http://a.example/b", "--query-endpoint", "http://a.example/b/sparql"), ["http://a.example/b/sparql"]),
])  # fmt: skip
def test_the_target_of_the_examples_is_the_server_that_was_named(arguments: tuple[str, ...], target: list[str]) -> None:
    described = rdflib.Graph().parse(data=run("--list", "--format", "ntriples", *arguments).stdout, format="nt")
    assert len(described) > 7 * len(ALL)
    assert {str(value) for value in described.objects(None, rdflib.URIRef("https://schema.org/target"))} == set(target)


def test_a_parameter_is_described_as_shacl_describes_those_of_functions(turtle: str) -> None:
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    sh = rdflib.Namespace(SH)
    for example in load_examples():
        nodes = sorted(
            graph.objects(rdflib.URIRef(EXAMPLES_NAMESPACE + example.name), sh.parameter), key=lambda node: graph.value(node, sh.order)
        )
        paths = [str(graph.value(node, sh.path)).rpartition("#")[2] for node in nodes]
        assert paths == [parameter.name for parameter in example.parameters]
        assert [str(graph.value(node, sh.description)) for node in nodes] == [parameter.description for parameter in example.parameters]
        for node in nodes:
            assert graph.value(node, sh["class"]) or graph.value(node, sh.datatype)
            assert (node, rdflib.RDF.type, sh.Parameter) in graph
    (node,) = graph.objects(rdflib.URIRef(f"{EXAMPLES_NAMESPACE}drawn-with"), sh.parameter)
    assert graph.value(node, sh.defaultValue) == rdflib.URIRef(f"{PREFIXES['ncbigene']}6774")
    assert graph.value(node, sh["class"]) == rdflib.URIRef(f"{PREFIXES['pfocr']}Gene")


def test_the_examples_are_the_same_text_each_time() -> None:
    assert [str(triple) for triple in examples_as_rdf()] == [str(triple) for triple in examples_as_rdf()]


# -- the page --------------------------------------------------------------------------------------------------------------


def test_the_page_lists_every_example() -> None:
    page = (ROOT / "docs" / "howto" / "queries.md").read_text(encoding="utf-8")
    listed = [line for line in page.splitlines() if line.startswith("| `")]
    assert listed == [f"| `{example.name}` | {example.title} | {', '.join(example.keywords)} |" for example in load_examples()]
