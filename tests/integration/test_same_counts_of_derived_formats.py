"""The same things are counted in every form: SPARQL on a store, tables, KGX, gene sets, the summary and the dataset description."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rdflib
from benchmarks.corpus import make_corpus
from rdflib import URIRef
from tests.support.records import ROOT, shared_data

from pfocr2rdf import export, load, query
from pfocr2rdf.derived.kgx import MENTION_WITHOUT_EDGE
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.rdf.vocabulary import PREFIXES

FORMATS = ["turtle", "csv", "kgx", "gmt"]
VOID = "http://rdfs.org/ns/void#"
TABLE_CLASSES = {
    "figures": "Figure", "mentions": "Mention", "genes": "Gene", "families": "Family", "chemicals": "Chemical", "diseases": "Disease",
    "papers": "Paper", "organisms": "Organism",
}  # fmt: skip


class Forms(NamedTuple):
    """An export and its store."""

    folder: Path
    store: Path
    summary: ExportSummary

    def count(self, pattern: str, counted: str = "DISTINCT *") -> int:
        """What SPARQL counts."""
        (row,) = query(self.store, f"SELECT (COUNT({counted}) AS ?n) {{ {pattern} }}")
        return int(row["n"])

    def rows(self, table: str) -> list[dict[str, str]]:
        with (self.folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def edges(self) -> list[dict[str, Any]]:
        """The mention edges of KGX."""
        lines = (self.folder / "kgx" / "edges.jsonl").read_text(encoding="utf-8").splitlines()
        return [edge for edge in map(json.loads, lines) if edge["predicate"] == "biolink:mentions"]


def made_corpus(folder: Path) -> list[Path]:
    make_corpus(60, folder, generation="mixed", seed=23, source=None)
    return [folder]


def real_records(folder: Path) -> list[Path]:
    return [shared_data("seed"), shared_data("real-gen2"), *sorted(shared_data("corpus-gen1").glob("*.md"))[::20]]


@pytest.fixture(scope="module", params=[lambda _: [ROOT / "examples"], made_corpus, real_records], ids=["examples", "made", "real"])
def forms(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Forms:
    folder = tmp_path_factory.mktemp("forms")
    summary = export(request.param(folder / "records"), folder / "export", formats=FORMATS, workers=1)
    load(folder / "export", folder / "store", sample=0)
    return Forms(folder / "export", folder / "store", summary)


@pytest.mark.parametrize(("table", "name"), TABLE_CLASSES.items())
def test_tables_have_a_row_for_each_member_of_a_class(table: str, name: str, forms: Forms) -> None:
    expected = forms.count(f"?s a pfocr:{name}", "DISTINCT ?s")
    assert len(forms.rows(table)) == expected
    description = rdflib.Graph().parse(forms.folder / "dataset.ttl")
    (part,) = set(description.subjects(URIRef(f"{VOID}class"), URIRef(f"{PREFIXES['pfocr']}{name}"))) & set(
        description.objects(URIRef("https://pfocr.wikipathways.org/dataset"), URIRef(f"{VOID}classPartition"))
    )
    assert int(str(description.value(part, URIRef(f"{VOID}entities")))) == expected


def test_rows_of_records_are_the_occurrences_of_mentions(forms: Forms) -> None:
    (row,) = query(forms.store, "SELECT (SUM(?k) AS ?n) { ?m a pfocr:Mention ; pfocr:occurrences ?k }")
    assert forms.summary.mention_rows.total() == row["n"] == sum(int(row["occurrences"]) for row in forms.rows("mentions"))


def test_kgx_has_an_edge_for_each_entity_of_a_figure_with_all_mentions(forms: Forms) -> None:
    edges = forms.edges()
    assert len(edges) == len({(edge["subject"], edge["object"]) for edge in edges})
    assert len(edges) == forms.count("?figure pfocr:mentions|pfocr:mentionsFamily ?entity", "DISTINCT *")
    mentions = {mention for edge in edges for mention in edge["has_evidence"]}
    without_edge = forms.summary.format_warnings.get(MENTION_WITHOUT_EDGE, 0)
    assert len(mentions) + without_edge == len(forms.rows("mentions")) == forms.count("?m a pfocr:Mention", "DISTINCT ?m")


def test_gene_sets_are_the_figures_with_three_genes(forms: Forms) -> None:
    genes = query(
        forms.store,
        "SELECT ?figure ?organism (COUNT(DISTINCT ?gene) AS ?n) { ?mention oa:hasTarget ?figure ; pfocr:evidence pfocr:viaSymbol ;"
        " oa:hasBody ?gene . ?gene pfocr:organism/rdfs:label ?organism } GROUP BY ?figure ?organism",
    )
    expected = sorted((row["organism"].replace(" ", "_"), row["n"]) for row in genes if row["n"] > 2)
    sets = [
        (path.name.removesuffix(".strict.gmt"), len(line.split("\t")) - 2)
        for path in (forms.folder / "genesets").glob("*.strict.gmt")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert sorted(sets) == expected
    assert expected
