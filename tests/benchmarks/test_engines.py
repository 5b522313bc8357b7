"""What engines are given, by the rules that they are given, makes the core of an export: no more and no less."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from benchmarks.corpus import make_corpus
from benchmarks.engines.engines import engines, rml, text_of
from benchmarks.engines.statements import Statement, compare, core_statements, statements
from benchmarks.engines.tables import COLUMNS, Preferred, write_tables
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from pfocr2rdf.pipeline.export import export

RR, RML = Namespace("http://www.w3.org/ns/r2rml#"), Namespace("http://semweb.mmlab.be/ns/rml#")


def value(rules: Graph, term_map: Node, row: dict[str, str]) -> URIRef | Literal | None:
    """What a term map makes of a row; nothing where the row has no value."""
    if template := rules.value(term_map, RR.template):
        names = re.findall(r"{(\w+)}", template)
        filled = re.sub(r"{(\w+)}", lambda match: quote(row[match[1]], safe=""), template)
        return URIRef(filled) if all(row[name] for name in names) else None
    text = row[str(rules.value(term_map, RML.reference))]
    return Literal(text, datatype=rules.value(term_map, RR.datatype), normalize=False) if text else None


def apply_rules(rules: Graph, folder: Path) -> Iterator[Statement]:
    """What the rules make of the tables in a folder: all of RML that they use."""
    for triples_map in rules.subjects(RDF.type, RR.TriplesMap):
        subject_map = rules.value(triples_map, RR.subjectMap)
        with (folder / str(rules.value(rules.value(triples_map, RML.logicalSource), RML.source))).open(
            encoding="utf-8", newline=""
        ) as file:
            for row in csv.DictReader(file):
                subject = value(rules, subject_map, row)
                if class_node := rules.value(subject_map, RR["class"]):
                    yield subject.n3(), RDF.type.n3(), class_node.n3()
                for rule in rules.objects(triples_map, RR.predicateObjectMap):
                    object_term = value(rules, rules.value(rule, RR.objectMap), row)
                    if object_term is not None:
                        yield subject.n3(), rules.value(rule, RR.predicate).n3(), object_term.n3()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    make_corpus(80, folder / "corpus", generation="mixed", seed=3)
    write_tables(folder / "corpus", folder)
    return folder


def rules_for(source_format: str) -> Graph:
    return Graph().parse(data=rml(source_format), format="turtle")


def test_tables_and_rules_make_the_core_of_the_export(tables: Path) -> None:
    export([tables / "corpus"], tables / "export", formats=["ntriples"])
    export_statements = set(statements(tables / "export" / "figures.nt"))
    core = core_statements(export_statements)
    verdict = compare(core, set(apply_rules(rules_for("csv"), tables)))
    assert verdict.same, verdict
    assert len(export_statements) > len(core) > 1000


def test_json_has_what_csv_has(tables: Path) -> None:
    for name, columns in COLUMNS.items():
        with (tables / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        objects = json.loads((tables / f"{name}.json").read_text(encoding="utf-8"))
        assert rows == [{column: item.get(column, "") for column in columns} for item in objects]
        assert rows


def test_rules_for_json_are_those_for_csv_but_for_the_source() -> None:
    tables, documents = rules_for("csv"), rules_for("json")
    assert set(tables.subjects(RDF.type, RR.TriplesMap)) == set(documents.subjects(RDF.type, RR.TriplesMap))
    assert set(map(str, documents.objects(None, RML.source))) == {f"{name}.json" for name in COLUMNS}
    assert all(str(iterator) == "$[*]" for iterator in documents.objects(None, RML.iterator))


def test_each_table_has_a_template_of_ottr() -> None:
    assert set(re.findall(r"^map:(\w+) \[", text_of("core.stottr"), re.MULTILINE)) == set(COLUMNS)


def test_of_disagreeing_values_the_newest_and_then_the_first_is_kept() -> None:
    labels = Preferred()
    for label, generation in (("A", "2021"), ("C", "2023"), ("B", "2023"), ("", "2023")):
        labels.add("gene", "label", label, generation)
    assert labels.get("gene", "label") == "B"
    assert labels.get("other", "label") == ""


def test_verdict_says_what_became_of_a_text() -> None:
    word = "<https://pfocr.wikipathways.org/vocab#word>"
    verdict = compare({("<a>", word, '"x "'), ("<b>", word, '"y"')}, {("<a>", word, '"x"'), ("<b>", word, '"y"')})
    assert str(verdict) == "1 of 2 missing, 1 others: pfocr:word"
    assert verdict.example == '`"x "` became `"x"`'
    assert compare(set(), set()).same


def test_engines_are_pinned_and_named_once() -> None:
    all_engines = engines(2)
    assert len({(engine.name, engine.processes) for engine in all_engines}) == len(all_engines)
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", engine.requirement) for engine in all_engines)
