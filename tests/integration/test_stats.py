"""``pfocr2rdf stats``: the numbers are those of a plain count, in every format, and plots are whole, inert, and the same each time."""

from __future__ import annotations

import json
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import rdflib
from click.testing import CliRunner, Result
from rdflib.namespace import DCTERMS, RDF, RDFS, SKOS
from tests.support.records import ROOT, older, real_checkout, write

from pfocr2rdf import OutputError, SourceError, export
from pfocr2rdf.analysis.stats.count import stats
from pfocr2rdf.analysis.stats.labels import printable_label
from pfocr2rdf.analysis.stats.model import GraphStats
from pfocr2rdf.analysis.stats.render import write_plots
from pfocr2rdf.cli import main

PFOCR = rdflib.Namespace("https://pfocr.wikipathways.org/vocab#")

OA = rdflib.Namespace("http://www.w3.org/ns/oa#")

SVG = "{http://www.w3.org/2000/svg}"

PLOT_NAMES = ["years", "mentions", "degrees", "evidence", "families"]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "export"
    export([ROOT / "examples"], folder, formats=["ntriples"])
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["stats", *map(str, arguments)])


# -- the numbers -----------------------------------------------------------------------------------------------------------


def test_numbers_of_the_examples(examples: Path) -> None:
    numbers = stats(examples).as_dict()
    names = ("figures", "papers", "genes", "families", "chemicals", "diseases", "organisms", "mentions")
    assert {name: numbers[name] for name in names} == {
        "figures": 6, "papers": 6, "genes": 117, "families": 9, "chemicals": 18, "diseases": 3, "organisms": 4, "mentions": 180,
    }  # fmt: skip
    assert numbers["mentions_by_kind"] == {"gene": 158, "chemical": 18, "disease": 4, "other": 0, "none": 0}
    assert numbers["mentions_by_evidence"] == {
        "viaSymbol": 27, "viaSynonym": 36, "viaPreviousSymbol": 1, "viaFamily": 94, "viaNer": 22, "none": 0,
    }  # fmt: skip
    assert numbers["figures_by_year"] == {"2009": 1, "2017": 1, "2020": 1, "2023": 3}
    assert numbers["mentions_per_figure"] == {"6": 1, "18": 1, "19": 1, "24": 1, "37": 1, "76": 1}
    assert numbers["genes_per_figure"] == {"0": 1, "8": 1, "12": 1, "22": 1, "33": 1, "47": 1}
    assert numbers["figures_per_gene"] == {"1": 112, "2": 5}
    assert numbers["top_genes"][0] == {"iri": "https://identifiers.org/ncbigene/175", "label": "AGA", "figures": 1}
    cish = {"iri": "https://identifiers.org/ncbigene/1154", "label": "CISH", "figures": 2}
    assert numbers["top_genes_by_any_evidence"][0] == cish
    assert numbers["largest_families"][:2] == [
        {"iri": "https://pfocr.wikipathways.org/families/Interferon", "label": "Interferon", "genes": 16},
        {"iri": "https://pfocr.wikipathways.org/families/IFNA", "label": "IFNA", "genes": 13},
    ]
    assert numbers["top_organisms"][0]["label"] == "Homo sapiens"
    assert numbers["top_organisms"][0]["figures"] == 6


HAND_MADE = """
@prefix : <https://pfocr.wikipathways.org/vocab#> . @prefix oa: <http://www.w3.org/ns/oa#> .
@prefix gene: <https://identifiers.org/ncbigene/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix e: <urn:e:> .
e:m1 a :Mention ; oa:hasTarget e:f1 ; oa:hasBody gene:1 ; :evidence :viaSymbol .
e:m2 a :Mention ; oa:hasTarget e:f1 ; oa:hasBody e:c ; :evidence :viaNer .
e:m3 a :Mention ; oa:hasTarget e:f1 ; oa:hasBody e:unknown .
e:m4 a :Mention ; oa:hasTarget e:f2 ; :evidence e:guess .
e:m5 a :Mention ; oa:hasTarget e:f2 ; oa:hasBody e:d ; :evidence :viaNer .
e:m6 a :Mention ; oa:hasTarget e:nofigure .
e:f1 a :Figure ; :mentions gene:1, e:c ; :mentionsFamily e:A, e:B ; :citedIn e:p1 ; :organism e:human .
e:f2 a :Figure ; :mentions gene:1, gene:2, e:d ; :mentionsFamily e:A, e:B, e:C ; :citedIn e:p1 .
e:f3 a :Figure ; :mentionsFamily e:A ; :citedIn e:p2 .
e:f4 a :Figure .
e:p1 a :Paper ; dcterms:issued "2020"^^xsd:gYear . e:p2 a :Paper ; dcterms:issued "soon" .
gene:1 a :Gene ; rdfs:label "ONE" ; :memberOf e:A, e:B ; :organism e:human . gene:2 a :Gene ; :memberOf e:A ; :organism e:human .
e:A a :Family ; skos:prefLabel "fam \\"A\\"" . e:B a :Family ; skos:prefLabel "B" . e:C a :Family .
e:c a :Chemical . e:d a :Disease . e:human a :Organism ; rdfs:label "people" .
"""


def test_numbers_of_a_graph_made_by_hand(tmp_path: Path) -> None:
    write(tmp_path, {"graph.ttl": HAND_MADE})
    statistics = stats(tmp_path / "graph.ttl", top=2)
    assert statistics[1:9] == (4, 2, 2, 3, 1, 1, 1, 6)
    assert statistics.mentions_by_kind == {"gene": 1, "chemical": 1, "disease": 1, "other": 1, "none": 2}
    assert statistics.mentions_by_evidence == {
        "viaSymbol": 1,
        "viaSynonym": 0,
        "viaPreviousSymbol": 0,
        "viaFamily": 0,
        "viaNer": 2,
        "none": 3,
    }
    assert (statistics.figures_by_year, statistics.figures_without_year) == ({2020: 2}, 2)
    assert statistics.mentions_per_figure == {0: 2, 2: 1, 3: 1}
    assert statistics.genes_per_figure == {0: 2, 1: 1, 2: 1}
    assert statistics.figures_per_gene == {1: 1, 2: 1}
    assert statistics.figures_per_family == {1: 1, 2: 1, 3: 1}
    assert statistics.top_genes[0][1:] == ("ONE", 1)
    assert statistics.top_genes_by_any_evidence[0][1:] == ("ONE", 2)
    assert [entity[1:] for entity in statistics.top_families] == [('fam "A"', 3), ("B", 2)]
    assert [entity[1:] for entity in statistics.largest_families] == [('fam "A"', 2), ("B", 1)]
    assert [entity[1:] for entity in statistics.top_organisms] == [("people", 1)]
    assert [(pair.first.label, pair.second.label, pair.figures) for pair in statistics.family_pairs] == [
        ('fam "A"', "B", 2),
        ('fam "A"', "urn:e:C", 1),
    ]


def test_a_graph_in_any_order_with_statements_said_twice_counts_the_same(tmp_path: Path) -> None:
    graph = rdflib.Graph().parse(data=HAND_MADE, format="turtle")
    lines = sorted(graph.serialize(format="nt").splitlines(), key=lambda line: line[::-1])  # no subject's statements are together
    shuffled = "".join(f"{line}\n" for line in lines * 2)
    named = "".join(f"{line[:-1]} <urn:g:{number % 3}> .\n" for number, line in enumerate(lines * 2))
    write(tmp_path, {"graph.ttl": HAND_MADE, "mixed.nt": shuffled, "named.nq": named})
    expected = stats(tmp_path / "graph.ttl").as_dict()
    assert stats(tmp_path / "mixed.nt").as_dict() == expected
    assert stats(tmp_path / "named.nq").as_dict() == expected


def count_plainly(graph: rdflib.Graph, top: int) -> dict[str, Any]:
    """The same numbers, counted by asking a graph in memory for one thing after the other."""
    all_of = {name: set(graph.subjects(RDF.type, PFOCR[name])) for name in ("Figure", "Paper", "Gene", "Family", "Chemical", "Disease")}
    figures, genes, mentions = all_of["Figure"], all_of["Gene"], set(graph.subjects(RDF.type, PFOCR.Mention))
    by_type: Counter[str] = Counter(gene=0, chemical=0, disease=0, other=0, none=0)
    evidence = Counter(dict.fromkeys(("viaSymbol", "viaSynonym", "viaPreviousSymbol", "viaFamily", "viaNer", "none"), 0))
    for mention in mentions:
        body, evidence_iri = graph.value(mention, OA.hasBody), graph.value(mention, PFOCR.evidence)
        by_type[next((name.lower() for name in ("Gene", "Chemical", "Disease") if body in all_of[name]), "other" if body else "none")] += 1
        evidence[str(evidence_iri).partition("#")[2] if evidence_iri else "none"] += 1
    dated = [int(str(year)) for figure in figures for year in graph.objects(graph.value(figure, PFOCR.citedIn), DCTERMS.issued)]
    of_gene = Counter(entity for figure in figures for entity in graph.objects(figure, PFOCR.mentions) if entity in genes)
    symbols = {
        (gene, figure)
        for mention in graph.subjects(PFOCR.evidence, PFOCR.viaSymbol)
        for gene in set(graph.objects(mention, OA.hasBody)) & genes
        for figure in graph.objects(mention, OA.hasTarget)
    }
    of_symbol = Counter(gene for gene, _ in symbols)
    of_family = Counter(family for figure in figures for family in graph.objects(figure, PFOCR.mentionsFamily))
    of_organism = Counter(resource for figure in figures for resource in graph.objects(figure, PFOCR.organism))
    members = Counter(graph.objects(None, PFOCR.memberOf))
    together: Counter[frozenset[Any]] = Counter()
    for figure in figures:
        families = sorted(graph.objects(figure, PFOCR.mentionsFamily))
        together.update(frozenset((resource, other)) for resource in families for other in families if resource < other)

    def label(entity: Any) -> str:
        return str(graph.value(entity, SKOS.prefLabel) or graph.value(entity, RDFS.label) or re.split("[/#]", entity)[-1])

    def most(counts: Mapping[Any, int], unit: str) -> list[dict[str, Any]]:
        rows = sorted((-count, label(entity), str(entity)) for entity, count in counts.items())[:top]
        return [{"iri": iri, "label": name, unit: -count} for count, name, iri in rows]

    def spread(amounts: Iterable[int]) -> dict[str, int]:
        return {str(amount): count for amount, count in sorted(Counter(amounts).items())}

    return {
        "figures": len(figures), "papers": len(all_of["Paper"]), "genes": len(genes), "families": len(all_of["Family"]),
        "chemicals": len(all_of["Chemical"]), "diseases": len(all_of["Disease"]),
        "organisms": len(set(graph.subjects(RDF.type, PFOCR.Organism))), "mentions": len(mentions),
        "mentions_by_kind": dict(by_type), "mentions_by_evidence": dict(evidence),
        "figures_by_year": spread(dated), "figures_without_year": len(figures) - len(dated),
        "mentions_per_figure": spread(sum(1 for _ in graph.subjects(OA.hasTarget, figure)) for figure in figures),
        "genes_per_figure": spread(len(genes & set(graph.objects(figure, PFOCR.mentions))) for figure in figures),
        "figures_per_gene": spread(of_gene.values()), "figures_per_family": spread(of_family.values()),
        "top_genes": most(of_symbol, "figures"), "top_genes_by_any_evidence": most(of_gene, "figures"),
        "top_families": most(of_family, "figures"),
        "largest_families": most(members, "genes"), "top_organisms": most(of_organism, "figures"),
        "family_pairs": {tuple(sorted(map(str, pair))): count for pair, count in together.items()},
    }  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of real records in every format, some compressed."""
    folder = tmp_path_factory.mktemp("real")
    formats = ["ntriples", "nquads", "turtle", "trig", "jsonld", "rdfxml"]
    export([real_checkout(folder / "checkout")], folder / "export", formats=formats)
    return folder / "export"


def test_real_data_counts_as_a_plain_count_says(real: Path) -> None:
    expected = count_plainly(rdflib.Graph().parse(real / "figures.nt"), 1000)
    statistics = stats(real, top=1000).as_dict()
    pairs = statistics.pop("family_pairs")
    named = {tuple(sorted(family["iri"] for family in pair["families"])): pair["figures"] for pair in pairs}
    assert statistics["figures"] > 40
    assert len(named) > 40
    assert [pair["figures"] for pair in pairs] == sorted(named.values(), reverse=True)
    all_pairs = expected.pop("family_pairs")
    assert len(named) == min(1000, len(all_pairs))
    assert named.items() <= all_pairs.items()
    assert sorted(named.values()) == sorted(all_pairs.values())[-1000:]
    assert statistics == expected


@pytest.mark.parametrize("suffix", ["nt", "nq", "ttl", "trig", "jsonld", "rdf"])
def test_every_format_of_an_export_says_the_same(suffix: str, real: Path, tmp_path: Path) -> None:
    expected = stats(real).as_dict()
    assert stats(real / f"figures.{suffix}").as_dict() == expected
    (tmp_path / "one").mkdir()
    shutil.copy(real / f"figures.{suffix}", tmp_path / "one")
    manifest = json.loads((real / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = [file for file in manifest["files"] if file["name"] == f"figures.{suffix}"]
    write(tmp_path / "one", {"manifest.json": json.dumps(manifest)})
    assert stats(tmp_path / "one").as_dict() == expected


@pytest.mark.parametrize("options", [{"compress": "gz"}, {"compress": "zst"}, {"partition_size": 2}, {"formats": ["turtle"]}])
def test_compressed_and_partitioned_exports_say_the_same(options: dict[str, Any], examples: Path, tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", **{"formats": ["ntriples"], **options})
    assert stats(tmp_path / "export").as_dict() == stats(examples).as_dict()


def test_records_are_exported_first_and_those_left_out_are_told(examples: Path, tmp_path: Path) -> None:
    assert stats(ROOT / "examples").as_dict() == stats(examples).as_dict()
    write(tmp_path, {"good.yml": older("PMC1__a"), "bad.yml": "figid: [\n"})
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "1 refused, 0 quarantined: these records are not counted" in result.stderr


def test_a_graph_without_figures_has_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"empty.nt": ""})
    statistics = stats(tmp_path / "empty.nt")
    assert statistics.figures == statistics.mentions == statistics.figures_without_year == 0
    assert sorted(write_plots(statistics, tmp_path / "plots")) == sorted([*(f"{name}.svg" for name in PLOT_NAMES), "stats.json"])


# -- what cannot be counted ------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_the_one_of_the_manifest_is_refused(examples: Path, tmp_path: Path) -> None:
    shutil.copytree(examples, tmp_path / "export")
    with (tmp_path / "export" / "figures.nt").open("a", encoding="utf-8") as file:
        file.write("<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(SourceError, match=r"is not the file that manifest\.json lists"):
        stats(tmp_path / "export")
    (tmp_path / "export" / "figures.nt").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(SourceError, match="is not a statement"):
        stats(tmp_path / "export")


@pytest.mark.parametrize(("name", "text"), [("graph.nt", "<a> <b>"), ("graph.ttl.gz", "x"), ("graph.nt.zst", "x")])
def test_broken_files_are_refused_in_one_sentence(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    result = run(tmp_path / name)
    assert result.exit_code == 3
    assert re.fullmatch(rf"Error: .*{name}.*\n", result.stderr)


def test_a_source_that_is_absent_and_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        stats(tmp_path / "none")
    with pytest.raises(ValueError, match="1 or more"):
        stats(ROOT / "examples", top=0)


# -- plots -----------------------------------------------------------------------------------------------------------------


def svg_texts(path: Path) -> tuple[str, str, list[str]]:
    """The title and the description of an SVG, and the texts in it."""
    root = ET.parse(path).getroot()
    title, description = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")
    assert root.get("role") == "img"
    assert [root[0].get("id"), root[1].get("id")] == root.get("aria-labelledby", "").split()
    return title or "", description or "", ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_plots_say_what_they_show(examples: Path, tmp_path: Path) -> None:
    assert write_plots(stats(examples), tmp_path) == [*(f"{name}.svg" for name in PLOT_NAMES), "stats.json"]
    texts_by_plot = {name: svg_texts(tmp_path / f"{name}.svg") for name in PLOT_NAMES}
    assert texts_by_plot["years"][0] == "The year with most figures: 2023, with 3 of 6 (50%)"
    assert "2009: 1; 2017: 1; 2020: 1; 2023: 3." in texts_by_plot["years"][1]
    assert texts_by_plot["evidence"][0] == "Recognised via family: 94 of 180 mentions (52%)"
    assert "94 (52.2%)" in texts_by_plot["evidence"][2]
    assert texts_by_plot["degrees"][0] == "In one figure only: 112 of 117 genes (96%)"
    assert {"Half of the figures have 24 mentions or more", "Half of the figures have 22 distinct genes or more"} <= {
        *texts_by_plot["mentions"][2]
    }
    assert {"Interferon", "JAK + STAT", "No family is drawn on more than one figure"} <= {*texts_by_plot["families"][2]}
    labels = ["year in which the paper was issued", "number of mentions", "number of figures", "minimum number of figures (log)"]
    assert all(any(label in spoken_texts[2] for spoken_texts in texts_by_plot.values()) for label in labels)
    assert sum((tmp_path / f"{name}.svg").stat().st_size for name in PLOT_NAMES) < 200_000


def test_plots_are_the_same_bytes_in_every_run_and_for_every_user(examples: Path, tmp_path: Path) -> None:
    import matplotlib as mpl

    statistics = stats(examples)
    files = write_plots(statistics, tmp_path / "one", ["svg", "png", "svg"])
    assert len(files) == 2 * len(PLOT_NAMES) + 1
    with mpl.rc_context({"font.size": 30, "text.parse_math": True, "axes.linewidth": 5, "svg.fonttype": "path"}):
        assert write_plots(stats(examples), tmp_path / "two", ["svg", "png"]) == files
        assert mpl.rcParams["font.size"] == 30
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert (tmp_path / "one" / "years.png").read_bytes().startswith(b"\x89PNG")


HOSTILE = [
    "$x$",
    r"$\frac{1}{0}$",
    "</text><script>alert(1)</script>",
    "a --> b",
    "שלום",
    "x" * 500,
    "[red]m[/red]",
    "\x1b[2J",
    "\u202eevil",
    " ",
    "&amp;",
    "日本" * 40,
]


def hostile_graph(folder: Path) -> Path:
    graph = rdflib.Graph()
    for number, label in enumerate(HOSTILE):
        family = rdflib.URIRef(f"urn:family:{number}")
        graph.add((family, RDF.type, PFOCR.Family))
        graph.add((family, SKOS.prefLabel, rdflib.Literal(label)))
        for figure_number in range(number + 2):
            graph.add((rdflib.URIRef(f"urn:figure:{figure_number}"), RDF.type, PFOCR.Figure))
            graph.add((rdflib.URIRef(f"urn:figure:{figure_number}"), PFOCR.mentionsFamily, family))
    path = folder / "hostile.ttl"
    graph.serialize(path, format="turtle", encoding="utf-8")
    return path


@pytest.mark.filterwarnings("error")
def test_names_of_others_stay_inert(tmp_path: Path) -> None:
    path = hostile_graph(tmp_path)
    statistics = stats(path, top=20)
    assert {family.label for family in statistics.top_families} == {*HOSTILE}
    write_plots(statistics, tmp_path / "plots", ["svg", "png"])
    _, description, texts = svg_texts(tmp_path / "plots" / "families.svg")
    for label in HOSTILE:
        assert printable_label(label) in texts, label
        assert printable_label(label) in description
    assert "$x$" in texts
    assert r"\x1b[2J" in texts
    assert r"\u202eevil" in texts
    assert "(blank)" in texts
    text = (tmp_path / "plots" / "families.svg").read_text(encoding="utf-8")
    assert "<script" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    table = run(path, "--top", "20").stdout
    assert "[red]m[/red]" in table
    assert "\x1b" not in table
    assert "\u202e" not in table
    assert max(map(len, table.splitlines())) < 120


def test_a_year_far_from_the_others_does_not_squeeze_the_plot(examples: Path) -> None:
    from pfocr2rdf.analysis.stats.plots import plot_years

    statistics = stats(examples)._replace(figures_by_year={1: 1, 2009: 3, 2011: 2, 99999: 1}, figures=8, figures_without_year=1)
    axes = plot_years(statistics).figure.axes[0]
    assert axes.get_xlim() == pytest.approx((2008.1, 2011.9))
    assert axes.get_xlabel() == "year in which the paper was issued; without a year: 1; in years far from these: 2"


def test_plots_of_many_figures_have_few_bars_and_lose_none(examples: Path) -> None:
    from pfocr2rdf.analysis.stats.plots import PLOTS

    counts = {amount: max(1, 66_000 // (amount + 1) ** 2) for amount in range(400)} | {90_000: 1}
    statistics = stats(examples)._replace(mentions_per_figure=counts, genes_per_figure=counts)
    for axes in PLOTS["mentions"](statistics).figure.axes:
        heights = [bar.get_height() for bar in axes.patches]
        assert sum(heights) == sum(counts.values())
        assert len(heights) <= 42
        (edge,) = re.findall(r"grey: (\d+) or more", axes.get_xlabel())
        assert heights[-1] == sum(count for amount, count in counts.items() if amount >= int(edge))


def test_the_plot_in_the_documentation_is_that_of_the_examples(examples: Path, tmp_path: Path) -> None:
    write_plots(stats(examples), tmp_path)
    assert svg_texts(ROOT / "docs" / "plots" / "evidence.svg") == svg_texts(tmp_path / "evidence.svg")


def test_long_names_are_not_in_titles_and_ticks_of_many_figures_do_not_touch(examples: Path) -> None:
    from pfocr2rdf.analysis.stats.plots import PLOTS

    statistics = stats(examples)
    long = statistics.top_families[0]._replace(label="x" * 40, total=70_000)
    plot = PLOTS["families"](statistics._replace(top_families=[long]))
    assert plot.figure.axes[0].get_title() == "Drawn in the most figures"
    axes = PLOTS["degrees"](statistics._replace(figures_per_gene={1: 9, 70_000: 1})).figure.axes[0]
    low, high = axes.get_xlim()
    assert [tick for tick in axes.get_xticks() if low < tick < high] == [1, 10, 100, 1000, 10_000]


# -- the folder ------------------------------------------------------------------------------------------------------------


def test_a_later_run_replaces_the_plots_and_touches_nothing_else(examples: Path, tmp_path: Path) -> None:
    write(tmp_path, {"mine.svg": "mine"})
    write_plots(stats(examples), tmp_path, ["png"])
    write_plots(stats(examples), tmp_path, ["svg"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*(f"{name}.svg" for name in PLOT_NAMES), "mine.svg", "stats.json"])
    document = json.loads((tmp_path / "stats.json").read_text(encoding="utf-8"))
    assert document.pop("tool").startswith("pfocr2rdf ")
    assert document.pop("plots") == [f"{name}.svg" for name in PLOT_NAMES]
    assert document == stats(examples).as_dict()


def test_a_run_that_fails_leaves_what_was_there(examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pfocr2rdf.analysis.stats.plots import PLOTS

    write_plots(stats(examples), tmp_path / "plots")
    previous = {path.name: path.read_bytes() for path in (tmp_path / "plots").iterdir()}

    def fails(_: GraphStats) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setitem(PLOTS, "families", fails)  # type: ignore[arg-type]
    for folder in ("plots", "new"):
        with pytest.raises(RuntimeError, match="no ink"):
            write_plots(stats(examples, top=1), tmp_path / folder)
    assert {path.name: path.read_bytes() for path in (tmp_path / "plots").iterdir()} == previous
    assert not (tmp_path / "new").exists()


def test_an_export_is_no_folder_for_plots(examples: Path) -> None:
    with pytest.raises(OutputError, match="contains an export"):
        write_plots(stats(examples), examples)


def test_an_unknown_format_is_refused(examples: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose from svg, png"):
        write_plots(stats(examples), tmp_path, ["pdf"])


# -- the command -----------------------------------------------------------------------------------------------------------


def test_command_prints_a_table_and_writes_plots(examples: Path, tmp_path: Path) -> None:
    result = run(examples, "--top", "3", "--output", tmp_path / "plots", "--format", "svg", "--format", "png")
    assert result.exit_code == 0
    assert re.search(r"^mentions +180 *$", result.stdout, re.MULTILINE)
    assert re.search(r"^  JAK1 +2 *$", result.stdout, re.MULTILINE)
    assert "STAT1" not in result.stdout
    assert f"Written to {tmp_path / 'plots'}: years.svg, years.png," in result.stdout
    assert (tmp_path / "plots" / "families.png").exists()


def test_command_prints_json_or_nothing(examples: Path, tmp_path: Path) -> None:
    assert json.loads(run(examples, "--json", "--top", "2").stdout) == stats(examples, top=2).as_dict()
    result = run(examples, "--quiet", "--output", tmp_path)
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "years.svg").exists()


def test_a_format_wants_a_folder(examples: Path) -> None:
    result = run(examples, "--format", "png")
    assert result.exit_code == 2
    assert "--output" in result.stderr


def test_without_matplotlib_there_are_numbers_and_a_clear_word_on_plots(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run(examples).exit_code == 0
    result = run(tmp_path / "not-even-looked-for", "--output", tmp_path / "plots")
    assert result.exit_code == 3
    assert result.stderr == "Error: drawing plots needs matplotlib, which is not installed; run: pip install 'pfocr2rdf[plots]'\n"
    assert not (tmp_path / "plots").exists()
