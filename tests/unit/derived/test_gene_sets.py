"""Gene sets: who is in a set, what the lines are, and what the files are called."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.derived_files import HUMAN, derive_in_memory, figure, gene, mention, organism

from pfocr2rdf.derived.gene_sets import file_names
from pfocr2rdf.derived.nodes import FigureNodes, Node

GENES = [gene(1, "ONE"), gene(20, "TWENTY"), gene(3, "THREE"), gene(100, "HUNDRED"), HUMAN]


def gmt(entities: list[Node], *figures: FigureNodes) -> tuple[dict[str, list[list[str]]], dict[str, int]]:
    """The columns of the lines of each file, without ``genesets/`` and ``.gmt``; and the warnings."""
    files, warnings = derive_in_memory(entities, list(figures), "gmt")
    tables = {}
    for name, content in files.contents.items():
        assert content.endswith(b"\n"), name
        tables[name.removeprefix("genesets/").removesuffix(".gmt")] = [line.split("\t") for line in content.decode().split("\n")[:-1]]
    return tables, warnings


def mentions(*bodies: str, evidence: str = "symbol") -> list[Node]:
    return [mention(body, evidence) for body in bodies]


# -- sets ----------------------------------------------------------------------------------------------------------------------


def test_three_distinct_genes_are_a_set_and_two_are_not() -> None:
    tables, warnings = gmt(
        GENES,
        figure("PMC1__a", "A title", mentions("ncbigene:20", "ncbigene:3", "ncbigene:1", "ncbigene:20")),
        figure("PMC1__b", "Two genes, one of them twice", mentions("ncbigene:1", "ncbigene:1", "ncbigene:3")),
        figure("PMC1__c", "No genes", []),
    )
    assert tables["Homo_sapiens.strict"] == [["PMC1__a", "A title", "1", "3", "20"]]
    assert tables["Homo_sapiens.strict.symbols"] == [["PMC1__a", "A title", "ONE", "THREE", "TWENTY"]]
    assert warnings == {}


def test_a_level_has_the_genes_of_the_stricter_ones() -> None:
    found = [*mentions("ncbigene:1", "ncbigene:3"), mention("ncbigene:20", "synonym"), mention("ncbigene:100", "family")]
    tables, _ = gmt(GENES, figure("PMC1__a", "T", found))
    assert sorted(tables) == ["Homo_sapiens.all", "Homo_sapiens.all.symbols", "Homo_sapiens.synonyms", "Homo_sapiens.synonyms.symbols"]
    assert tables["Homo_sapiens.synonyms"] == [["PMC1__a", "T", "1", "3", "20"]]
    assert tables["Homo_sapiens.all"] == [["PMC1__a", "T", "1", "3", "20", "100"]]


@pytest.mark.parametrize(
    ("evidence", "levels"),
    [
        ("symbol", ["all", "strict", "synonyms"]),
        ("synonym", ["all", "synonyms"]),
        ("previous", ["all", "synonyms"]),
        ("family", ["all"]),
        ("", ["all"]),
    ],
)
def test_the_evidence_decides_the_level(evidence: str, levels: list[str]) -> None:
    tables, _ = gmt(GENES, figure("PMC1__a", "T", mentions("ncbigene:1", "ncbigene:3", "ncbigene:20", evidence=evidence)))
    assert sorted(name.split(".")[1] for name in tables if "symbols" not in name.split(".")[2:]) == levels


def test_of_several_mentions_of_a_gene_the_strictest_counts() -> None:
    twice = [mention("ncbigene:1", "family"), mention("ncbigene:1", "symbol"), mention("ncbigene:1", "synonym")]
    tables, _ = gmt(GENES, figure("PMC1__a", "T", [*twice, *mentions("ncbigene:3", "ncbigene:20")]))
    assert tables["Homo_sapiens.strict"] == [["PMC1__a", "T", "1", "3", "20"]]


def test_each_organism_needs_three_genes_itself() -> None:
    fly = [gene(number, f"Fly{number}", "taxon:7227") for number in (30001, 30002, 30003)]
    bodies = ["ncbigene:1", "ncbigene:3", *(str(node["id"]) for node in fly)]
    tables, _ = gmt([*GENES, *fly, organism("taxon:7227", "Drosophila melanogaster")], figure("PMC1__a", "T", mentions(*bodies)))
    assert {name.partition(".")[0] for name in tables} == {"Drosophila_melanogaster"}


def test_chemicals_diseases_and_mentions_without_a_body_are_no_genes() -> None:
    others: list[Node] = [{"type": "pfocr:Chemical", "id": "mesh:D000001"}, {"type": "pfocr:Disease", "id": "mesh:D000002"}]
    bodies = mentions("ncbigene:1", "ncbigene:3", "mesh:D000001", "mesh:D000002")
    tables, warnings = gmt([*GENES, *others], figure("PMC1__a", "T", [*bodies, {"type": "pfocr:Mention", "word": "x"}]))
    assert tables == {}
    assert list(warnings) == ["derived format without a file (gmt), since the graph has no data for it"]


# -- what is missing -----------------------------------------------------------------------------------------------------------


def test_a_figure_without_a_title_has_the_description_na() -> None:
    tables, warnings = gmt(GENES, figure("PMC1__a", "", mentions("ncbigene:1", "ncbigene:3", "ncbigene:20")))
    assert tables["Homo_sapiens.strict"][0][:2] == ["PMC1__a", "na"]
    assert warnings == {}


def test_genes_without_an_organism_have_files_of_their_own() -> None:
    genes = [gene(number, f"G{number}", organism="") for number in (1, 2, 3)]
    tables, _ = gmt(genes, figure("PMC1__a", "T", mentions("ncbigene:1", "ncbigene:2", "ncbigene:3")))
    assert tables["unknown_organism.strict"] == [["PMC1__a", "T", "1", "2", "3"]]


def test_genes_that_the_graph_does_not_describe_are_genes() -> None:
    tables, warnings = gmt([], figure("PMC1__a", "T", mentions("ncbigene:1", "ncbigene:2", "ncbigene:3")))
    assert tables["unknown_organism.strict"] == [["PMC1__a", "T", "1", "2", "3"]]
    assert warnings["genes without a symbol, left out of the gene sets with symbols"] == 3


def test_a_gene_without_a_symbol_is_only_in_the_sets_with_ids_and_is_counted_once() -> None:
    bodies = mentions("ncbigene:1", "ncbigene:3", "ncbigene:20", "ncbigene:5")
    tables, warnings = gmt([*GENES, gene(5)], figure("PMC1__a", "T", bodies), figure("PMC1__b", "T", bodies))
    assert tables["Homo_sapiens.strict"][0][2:] == ["1", "3", "5", "20"]
    assert tables["Homo_sapiens.strict.symbols"][0][2:] == ["ONE", "THREE", "TWENTY"]
    assert warnings == {"genes without a symbol, left out of the gene sets with symbols": 1}


def test_a_gene_of_several_organisms_is_in_the_sets_of_the_first_and_counted() -> None:
    genes = [{**gene(number, f"G{number}"), "organism": ["taxon:9606", "taxon:10090"]} for number in (1, 2, 3)]
    figures = [figure("PMC1__a", "A", [mention(f"ncbigene:{number}") for number in (1, 2, 3)])]
    files, warnings = derive_in_memory([HUMAN, organism("taxon:10090", "Mus musculus"), *genes], figures, "gmt")
    assert {name.partition(".")[0] for name in files.contents} == {"genesets/Mus_musculus"}
    assert warnings == {"genes with several organisms, only in the gene sets of the first": 3}


def test_sets_with_fewer_than_three_symbols_are_counted() -> None:
    genes = [gene(1, "SAME"), gene(2, "SAME"), gene(3, "OTHER"), HUMAN]
    tables, warnings = gmt(genes, figure("PMC1__a", "T", mentions("ncbigene:1", "ncbigene:2", "ncbigene:3")))
    assert sorted(tables) == ["Homo_sapiens.all", "Homo_sapiens.strict", "Homo_sapiens.synonyms"]
    assert warnings == {"gene sets with fewer than three symbols, which only the files with NCBI Gene ids have": 3}


@pytest.mark.parametrize(
    "identifier", ["ncbigene:STAT3", "ncbigene:", "ncbigene:1.5", "ncbigene:007", "ncbigene:٣", "https://example.org/5"]
)
def test_a_gene_of_another_database_is_left_out_and_counted(identifier: str) -> None:
    foreign: Node = {"type": "pfocr:Gene", "id": identifier, "organism": "taxon:9606", "label": "X"}
    tables, warnings = gmt([*GENES, foreign], figure("PMC1__a", "T", mentions(identifier, "ncbigene:1", "ncbigene:3", "ncbigene:20")))
    assert tables["Homo_sapiens.strict"] == [["PMC1__a", "T", "1", "3", "20"]]
    assert warnings == {"genes without an NCBI Gene id, left out of gene sets": 1}


def test_ids_of_any_length_are_sorted_by_value() -> None:
    long_id = "9" * 5000  # int() refuses more than 4,300 digits
    genes = [gene(long_id, "LONG"), gene(10, "TEN"), gene(9, "NINE"), HUMAN]
    tables, _ = gmt(genes, figure("PMC1__a", "T", mentions(f"ncbigene:{long_id}", "ncbigene:10", "ncbigene:9")))
    assert tables["Homo_sapiens.strict"][0][2:] == ["9", "10", long_id]


# -- text ----------------------------------------------------------------------------------------------------------------------


def test_a_percent_encoded_figid_is_decoded() -> None:
    tables, _ = gmt(GENES, figure("PMC1__Fig%201%25", "T", mentions("ncbigene:1", "ncbigene:3", "ncbigene:20")))
    assert tables["Homo_sapiens.strict"][0][0] == "PMC1__Fig 1%"


def test_separators_and_surrogates_are_replaced_and_counted() -> None:
    title = "  a\tb\r\nc\x00d\u2028e\x85f\ud800g "
    tables, warnings = gmt(
        [gene(1, "O\tNE"), *GENES[1:]],
        figure("PMC1__a", title, mentions("ncbigene:1", "ncbigene:3", "ncbigene:20")),
        figure("PMC1__b%09", "T", mentions("ncbigene:1", "ncbigene:3", "ncbigene:20")),
    )
    assert tables["Homo_sapiens.strict.symbols"] == [
        ["PMC1__a", "a b c d e f\ufffdg", "O NE", "THREE", "TWENTY"],
        ["PMC1__b", "T", "O NE", "THREE", "TWENTY"],
    ]
    assert warnings == {"text with control characters or lone surrogates, replaced in gene sets": 3}


@pytest.mark.parametrize("character", "\t\n\v\f\r\x00\x1c\x1f\x7f\x85\x9f\u2028\u2029\ud800\udfff")
def test_each_unsafe_character_is_replaced_and_counted(character: str) -> None:
    tables, warnings = gmt(GENES, figure("PMC1__a", f"a{character}b", mentions("ncbigene:1", "ncbigene:3", "ncbigene:20")))
    replacement = "\ufffd" if character > "\ud7ff" else " "
    assert tables["Homo_sapiens.strict"] == [["PMC1__a", f"a{replacement}b", "1", "3", "20"]]
    assert warnings == {"text with control characters or lone surrogates, replaced in gene sets": 1}


@given(
    st.text(st.characters(exclude_categories=())),
    st.text(st.characters(exclude_categories=())),
    st.text(st.characters(exclude_categories=())),
)
def test_any_text_makes_lines_that_every_reader_splits_in_the_same_way(title: str, symbol: str, label: str) -> None:
    entities = [gene(1, symbol), gene(2, "B"), gene(3, "C"), gene(4, "D"), organism("taxon:9606", label)]
    bodies = mentions("ncbigene:1", "ncbigene:2", "ncbigene:3", "ncbigene:4")
    files, _ = derive_in_memory(entities, [figure("PMC1__a", title, bodies)], "gmt")
    assert len(files.contents) == 6
    for name, content in files.contents.items():
        assert name.isascii()
        assert "/" not in name.removeprefix("genesets/")
        (line,) = content.decode().splitlines()
        columns = line.strip().split("\t")  # as gseapy does
        assert columns[0] == "PMC1__a"
        assert columns[1]
        assert len(columns) in ((6,) if "symbols" not in name else (5, 6))
        assert all(columns[2:])


# -- files ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["Homo sapiens", "Escherichia coli O157:H7"], ["Homo_sapiens", "Escherichia_coli_O157_H7"]),
        (["../../etc/passwd", "C:\\nul"], ["etc_passwd", "C_nul"]),
        (["", "ヒト"], ["organism_0", "organism_1"]),
        (["Mus musculus", "mus  Musculus"], ["Mus_musculus", "mus_Musculus_1"]),
        (["Mus  musculus", "mus-Musculus", "MUS (musculus)"], ["Mus_musculus_0", "mus-Musculus", "MUS_musculus_2"]),
        (["Rattus rattus", "rattus rattus", "rattus/rattus"], ["Rattus_rattus_0", "rattus_rattus_1", "rattus_rattus_2"]),
        (["Aux", "com3", "COM 3", "prn."], ["Aux_0", "com3_1", "COM_3", "prn_3"]),
        (["--force", "-"], ["force", "organism_1"]),
        (["A b", "A-b", "A b", "A b 0"], ["A_b_0", "A-b", "A_b_2", "A_b_0_"]),
        (["unknown organism"], ["unknown_organism_0"]),
        (["x" * 300], ["x" * 80]),
    ],
)
def test_names_of_files_are_safe_and_distinct(labels: list[str], names: list[str]) -> None:
    made = file_names({"": "unknown organism"} | {f"taxon:{number}": label for number, label in enumerate(labels)})
    assert [made[f"taxon:{number}"] for number in range(len(labels))] == names


@pytest.mark.parametrize("label", ["NUL", "con", "Aux", "LPT1", "com9"])
def test_names_that_windows_reserves_have_the_identifier(label: str) -> None:
    assert file_names({"taxon:7": label, "taxon:8": "Console"}) == {"taxon:7": f"{label}_7", "taxon:8": "Console"}


@given(st.lists(st.text("aA _-/é0", max_size=4), max_size=12))
def test_names_of_files_are_distinct_without_case_whatever_the_labels(labels: list[str]) -> None:
    made = file_names({f"taxon:{number}": label for number, label in enumerate(labels)})
    assert len({name.casefold() for name in made.values()}) == len(labels)


def test_many_organisms_are_written_one_file_after_the_other_with_the_lines_in_order() -> None:
    numbers = count(1)
    entities: list[Node] = []
    bodies: dict[int, list[str]] = {}
    for taxon in range(300):
        entities.append(organism(f"taxon:{taxon}", f"Organism {taxon}"))
        made = [gene(next(numbers), f"G{taxon}", f"taxon:{taxon}") for _ in range(3)]
        entities += made
        bodies[taxon] = [str(node["id"]) for node in made]
    figures = [figure(f"PMC1__{number}", "T" * 400, mentions(*bodies[number % 300])) for number in range(600)]
    figures += [figure(f"PMC2__{number}", "T" * 400, mentions(*bodies[0])) for number in range(40)]  # more than a chunk
    files, _ = derive_in_memory(entities, figures, "gmt")
    assert files.most_open == 1
    assert list(files.contents) == sorted(files.contents)
    assert len(files.contents) == 900
    first = files.contents["genesets/Organism_0.strict.gmt"].decode().splitlines()
    assert [line.split("\t")[0] for line in first] == ["PMC1__0", "PMC1__300", *(f"PMC2__{number}" for number in range(40))]
