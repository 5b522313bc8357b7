"""The plain pipeline's mapping and the package's, written apart from each other, say the same of every record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from benchmarks.agreement import Difference, differences
from benchmarks.corpus import make_corpus
from benchmarks.corpus_pool import SHARED
from benchmarks.plain import plain_graph, valid
from benchmarks.plain_rows import QuickTextLoader, TextLoader, read_record

from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.validation.shapes import load_shapes
from pfocr2rdf.validation.validator import Validator

COUNTS = {"seed": 1, "real-gen2": 12, "corpus-gen1": 602}


def assert_all_agree(source: Path, count: int, **options: Any) -> None:
    pairs = list(differences([source], **options))
    assert len(pairs) == count
    disagreeing = [pair for pair in pairs if pair.only_plain or pair.only_package]
    assert not disagreeing, f"{len(disagreeing)} records differ\n" + "\n".join(map(str, disagreeing[:3]))


@pytest.mark.parametrize("folder", COUNTS)
def test_real_records_say_the_same_by_both(folder: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared data (../shared/data) is not here")
    assert_all_agree(SHARED / folder, COUNTS[folder], loader=QuickTextLoader)


@pytest.mark.parametrize("generation", ["2021", "2023"])
def test_made_records_say_the_same_by_both(tmp_path: Path, generation: str) -> None:
    make_corpus(200, tmp_path, generation=generation, seed=7, rows=30)
    assert_all_agree(tmp_path, 200, loader=QuickTextLoader)


@pytest.mark.parametrize("generation", ["2021", "2023"])
def test_the_quick_loader_reads_what_the_measured_one_reads(tmp_path: Path, generation: str) -> None:
    make_corpus(20, tmp_path, generation=generation, seed=8, source=None)
    for path in (tmp_path / "_figures").iterdir():
        assert read_record(path, TextLoader) == read_record(path, QuickTextLoader)
    assert_all_agree(tmp_path, 20)


# --- records as no corpus has them
def gene(word: str = "x", symbol: str = "S", source: str = "hgnc_symbol", label: str = "S1", number: str = "5") -> dict[str, str]:
    return {"word": word, "symbol": symbol, "source": source, "hgnc_symbol": label, "entrez": number}


def term(word: str, source: str, identifier: str) -> dict[str, str]:
    return {"word": word, "source": source, "identifier": identifier}


FIGURE = "PMC1__f1"

PLAIN: dict[str, Any] = {
    "figid": FIGURE,
    "figlink": "/pmc/articles/PMC1/figure/F1/",
    "number": "F1",
    "caption": "A caption.",
    "pmcid": "PMC1",
    "papertitle": "A paper",
    "filename": "f1.jpg",
    "figtitle": "A figure",
    "organisms": "Homo sapiens",
    "schema-jsonld": {
        "@context": "https://schema.org/",
        "@id": f"https://pfocr.wikipathways.org/figures/{FIGURE}.html",
        "@type": "Dataset",
        "description": "A caption.",
        "license": "CC0",
        "name": "CreativeWork",
        "creator": {"@type": "Organization", "name": "WikiPathways"},
        "keywords": ["S1"],
    },
    "genes": [gene()],
    "chemicals": [],
    "diseases": [],
}

FAMILIES = ("AMPK_complex", "NF-κB", "a/b", "5'-x", "  JAK ", "Notch", "NOTCH", "PI3K", "a b", "a%20b", "AAK1_family")

WORDS = ("null", "~", "NA", "", " ", "\\foxa2", "a\tb", '"abca1"', "MSTN↓↓", "HỌXA2", "TRUE", "010", "NA ", "a  b", "A", "a", "a ")

ODD: dict[str, dict[str, Any]] = {
    "families": {"genes": [gene(symbol=name, source="bioentities_symbol", number=str(k + 1)) for k, name in enumerate(FAMILIES)]},
    "words": {"genes": [gene(word=word) for word in WORDS]},
    "the same row 300 times": {"genes": [gene() for _ in range(300)]},
    "genes without id": {
        "genes": [gene(number="NA"), gene(number="", source="famplex_relations"), gene(number=".na.character", label="NA")]
    },
    "unknown lexicons": {"genes": [gene(source="new_lexicon"), gene(source="NA"), gene(source="")]},
    "several names of a gene": {"genes": [gene(), gene(label="S2"), gene(label="NA", word="z"), gene(label="S2", word="y")]},
    "NA for lists": {"genes": "NA", "chemicals": ["NA"], "diseases": "", "annotations": "NA", "organisms": ["NA"]},
    "no rows": {"genes": []},
    "chemicals": {
        "chemicals": [term("a", "MESH", "D000244"), term("a", "MESH", "D000244"), term("b", "NA", "NA"), term("c", "MESH", "mesh:D000244")],
        "diseases": [term("e", "CHEBI", "chebi:5"), term("f", "MESH", "MESH:C000244"), term("null", "MESH", "")],
    },
    "annotations": {"annotations": [{"type": "T", "value": "x"}, {"type": "", "value": "y"}, {"type": "NA", "value": "NA"}]},
    "organisms": {"organisms": "Homo sapiens,Mus musculus, Homo sapiens,,Foo bar", "organisms_ner": ["Zea mays", "NA"]},
    "DOI with a prefix": {"doi": "https://doi.org/10.1234/x(1)<2>"},
    "DOI of SICI": {"doi": "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"},
    "no DOI": {"doi": "see the paper"},
    "paper": {"year": "2020 ", "keywords": "a | b || NA | a |c, d", "journal_title": ".na.character", "publisher_name": "~"},
    "no paper": {"pmcid": "NA"},
    "link with blanks": {"figlink": "//pmc/articles/PMC1/figure/F 1/", "filename": "é (1).jpg", "ndex": "a b"},
    "link encoded": {"figlink": "pmc/a%20b/?x=1#y", "wpid": "WP12, WP3", "figid_alias": FIGURE},
    "scientific score": {"pathway_score": "9.5e-1"},
    "score with noughts": {"pathway_score": "0.50"},
    "no title": {"figtitle": ""},
    "no JSON-LD": {"schema-jsonld": ""},
}

JSON_LD: dict[str, dict[str, Any]] = {
    "NA keywords": {"keywords": ["NA", ".na.character"]},
    "one keyword": {"keywords": "one"},
    "keywords": {"keywords": ["a", "a", "", " b "]},
    "another licence": {"license": "http://creativecommons.org/licenses/by/4.0/"},
    "creator with @id": {"creator": {"@type": "Person", "name": "X", "@id": "http://example.org/x"}},
    "creator as text": {"creator": "WikiPathways"},
    "types": {"@type": ["Dataset", "ImageObject"], "datePublished": "2020-01-01", "url": "https://example.org/a", "author": "A"},
    "own context": {"@context": {"@vocab": "http://schema.org/", "ex": "http://example.org/"}, "ex:a": "b"},
    "description": {"description": 'x\ty\n\nz \\ "q" é'},
    "no values": {"description": "NA", "name": ".na.character"},
}

CASES = ODD | {f"JSON-LD: {name}": {"schema-jsonld": PLAIN["schema-jsonld"] | change} for name, change in JSON_LD.items()}


def write(folder: Path, record: dict[str, Any]) -> Path:
    path = folder / "_figures" / f"{FIGURE}.md"
    path.parent.mkdir()
    path.write_text(f"---\n{yaml.safe_dump(record, allow_unicode=True, sort_keys=False)}---\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("case", CASES)
def test_odd_records_say_the_same_by_both(tmp_path: Path, case: str) -> None:
    write(tmp_path, PLAIN | CASES[case])
    assert_all_agree(tmp_path, 1)


TABLES = {
    "genes": """organism_id organism_name organism_group word match ncbigene_symbol ncbigene_id source a b c
9606 Homo_sapiens Primates x X X1 5 ncbigene_symbol 1 1 1
9606 Homo_sapiens Primates x X X1 5 ncbigene_symbol 1 1 1
9606 Homo_sapiens Primates _x X NA 5 ncbigene_symbol 1 1 1
9606 Homo_sapiens Primates |TH|T AKT X1 6 famplex_relations 1 1 1
9606 Homo_sapiens Primates x NA X1 7 famplex_relations 1 1 1
9606 Homo_sapiens Primates x X X1 NA new_lexicon 1 1 1
NA NA NA null X X1 8 ncbigene_synonym 1 1 1
10090 Mus_musculus Rodents "abca1" ABCA1 Abca1 9 ncbigene_symbol 1 1 1
""",
    "chemicals": """word mesh match name chebi
w mesh:D000001 A a chebi:1
w NA A b chebi:2
w NA NA NA NA
w mesh:D000002 NA only NA
w D000004 NA NA 5
w mesh:D000001 A c chebi:3
""",
    "diseases": """word mesh match name doid
w mesh:D000001 A a doid:0060239
w NA A b doid:2
w NA match name NA
""",
}


def test_odd_tables_say_the_same_by_both(tmp_path: Path) -> None:
    write(tmp_path, {key: value for key, value in PLAIN.items() if key not in TABLES})
    (tmp_path / "_data").mkdir()
    for name, text in TABLES.items():
        table = text.replace(" ", "\t").replace("_x", " x").replace("Homo_", "Homo ").replace("Mus_", "Mus ")
        (tmp_path / "_data" / f"{FIGURE}-{name}.tsv").write_text(table, encoding="utf-8")
    assert_all_agree(tmp_path, 1)


def test_a_difference_is_shown_from_both_sides() -> None:
    assert str(Difference("f", [("a", "b", "'c'")], [("a", "b", "'d'")])) == "f: 2 statements differ\n- a b 'c'\n+ a b 'd'"


@pytest.mark.parametrize(("change", "conforms"), [({}, True), ({"year": "soon"}, False), ({"pathway_score": "2"}, False)])
def test_both_engines_judge_alike(tmp_path: Path, change: dict[str, str], conforms: bool) -> None:
    path = write(tmp_path, PLAIN | change)
    (record,) = read_records(tmp_path)
    results = Validator(load_shapes()).validate(build_figure_graph(record).resources())
    assert valid(plain_graph(path)) is conforms
    assert (not [result for result in results if result.severity == "Violation"]) is conforms
