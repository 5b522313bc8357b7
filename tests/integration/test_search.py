"""The search of a site: what is in the index is found by the very script that is published, which runs in Node here.

Whatever a test asks, the reader in Python is asked as well, and must find the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count
from tests.support.records import shared_data
from tests.support.search import ACID, ALL, FAMILY, FEW, IL6, MANY, NFKB, PAPER, STAT1, STAT3, content, urls_of, write

from pfocr2rdf import load
from pfocr2rdf.errors import OutputError
from pfocr2rdf.server.page_data_builder import build_page_data
from pfocr2rdf.site.pages.html import ASSETS_DIR
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME
from pfocr2rdf.site.search.index import ENTRIES_PER_BLOCK, TYPE_ORDER, SearchEntry
from pfocr2rdf.site.search.reader import SearchIndexReader

SEARCH_SCRIPT = """
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { SearchIndex } from "./search-index.mjs";
for await (const line of createInterface({ input: process.stdin })) {
  const { folder, questions } = JSON.parse(line);
  const read = [];
  const index = await SearchIndex.open(async (path) => {
    read.push(path);
    return new Uint8Array(await readFile(`${folder}/search/${path}`));
  });
  const answers = [];
  for (const { q, kind } of questions) {
    read.length = 0;
    const found = await index.find(q, kind);
    answers.push({ ...found, things: await index.things(found.ids, found.found), found: undefined, read: [...read] });
  }
  process.stdout.write(JSON.stringify(answers) + "\\n");
}
"""
"""A program that answers a line of questions with a line of answers: Node is started once."""

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """What the script of the site finds in the index of a folder for each query; of one entity type, where ``entity_type`` names it."""
    node = shutil.which("node")
    if not node:
        missing = "there is no Node: apt-get install nodejs"
        pytest.fail(missing) if os.environ.get("PFOCR2RDF_TOOLS") else pytest.skip(missing)
    node_folder = tmp_path_factory.mktemp("node")
    shutil.copy(ASSETS_DIR / "search-index.js", node_folder / "search-index.mjs")
    (node_folder / "asking.mjs").write_text(SEARCH_SCRIPT, encoding="utf-8")

    def asking(folder: Path, *queries: str, entity_type: str = "") -> list[dict[str, Any]]:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"folder": str(folder), "questions": [{"q": q, "kind": entity_type} for q in queries]}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, (node_folder / "errors").read_text(encoding="utf-8")
        results = json.loads(line)
        assert isinstance(results, list)
        reader = SearchIndexReader(folder / "search")
        for query, result in zip(queries, results, strict=True):
            assert_same(reader, query, entity_type, result)
        return results

    with (node_folder / "errors").open("w") as errors, subprocess.Popen(
        [node, node_folder / "asking.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
    ) as process:  # fmt: skip
        yield asking
        assert process.stdin
        process.stdin.close()
    assert process.returncode == 0


def assert_same(reader: SearchIndexReader, query: str, entity_type: str, result: Mapping[str, Any]) -> None:
    """What the reader in Python finds is what the script has found."""
    found = reader.find(query, entity_type)
    assert found.entry_numbers == result["ids"], query
    assert found.counts == [(item["name"], item["plural"], item["count"]) for item in result["counts"]]
    assert (found.is_cut, found.suggestions) == (result["isCut"], result["suggestions"]), query
    assert [[word, list(near)] for word, near in found.corrections] == result["corrections"], query
    names = ("url", "kind", "title", "detail", "snippet")
    assert reader.describe(found, found.entry_numbers) == [tuple(item[name] for name in names) for item in result["things"]], query


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write(folder, ALL)
    return folder


def urls(response: Mapping[str, Any]) -> list[str]:
    return [result["url"] for result in response["things"]]


# -- what is found, and in which order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("STAT3", [STAT3, MANY, FEW, PAPER]),  # the gene, then where it is a word, then where it is a part of a title
        ("stat3", [STAT3, MANY, FEW, PAPER]),
        ("(STAT3", [STAT3, MANY, FEW, PAPER]),
        ("STAT", [FAMILY, STAT3, STAT1, MANY, FEW, PAPER]),  # what it is, then those that have it, then those that begin with it
        ("6774", [STAT3]),
        ("IL-6", [IL6, MANY]),
        ("il6", [IL6, MANY]),
        ("IL-6↑", [IL6, MANY]),
        ("NF-κB", [NFKB, PAPER]),
        ("NF-kB", [NFKB, PAPER]),
        ("NF-kappaB", [NFKB]),
        ("TNFα", [FEW]),
        ("TNF-alpha", [FEW]),
        ("TNFa ", [FEW]),
        ("12-HETE", [FEW]),
        ("→Akt", [FEW]),
        ("akt", [FEW]),
        ("p38", [FEW, MANY]),
        ("MAPK", [MANY]),
        ("p38/MAPK", [MANY]),
        ("[Ca²*]i", [MANY]),
        ("hoxa2", [FEW]),
        ("xa2", []),  # an accent does not divide a word
        ("→", [MANY]),
        ("fatty acids", [ACID, MANY]),  # the whole title before things that only have its words
        ("acids fatty", [ACID, MANY]),
        ("fatty-acids", [ACID]),
        ("other-acids", [MANY]),  # nowhere as it is written: its parts
        ("STAT3 NF-kB", [PAPER]),
        ("STAT 3", [STAT3, MANY, FEW, PAPER]),  # a word that is written as two
        ("TNF alpha", [FEW]),
        ("nf kappa b", [NFKB, PAPER]),  # which has NF-kB
        ("https://pfocr.wikipathways.org/figures/IL6.html", [IL6, MANY]),
        ("http://purl.obolibrary.org/obo/NCBITaxon_6774", [STAT3]),
        ("https://doi.org/p38/MAPK", [MANY]),
        ("https://example.org/APRF/", [STAT3]),
        ("ncbigene:6774", [STAT3]),
        ("https://identifiers.org/ncbigene/6774", [STAT3]),
        ("NCBIGENE:6774 ", [STAT3]),
        ("ncbigene:", []),
        ("signall", [FEW]),
        ("signall ", []),  # it has ended: it is no beginning
        ("s", []),  # too short for one
        ("STAT3 nothing", []),
        ("", []),
        ("  ", []),
        ("constructor", []),
        ("__proto__", []),
        ("<script>alert(1)</script>", []),
        ("\"'`\\ \0", []),
        ("x" * 10_000, []),
        ("\ud800", []),
        ("STAT3 " * 5_000, [STAT3, MANY, FEW, PAPER]),
    ],
)  # fmt: skip
def test_words_are_found_however_they_are_written_and_the_best_come_first(
    ask: Ask, site: Path, q: str, expected: list[SearchEntry]
) -> None:
    assert urls(ask(site, q)[0]) == urls_of(*expected)


def test_what_is_shown_of_a_thing_is_what_was_given(ask: Ask, site: Path) -> None:
    result = ask(site, "APRF")[0]["things"][0]
    shown = {"url": STAT3.url, "kind": "gene", "title": "STAT3", "detail": STAT3.detail, "snippet": "found by: APRF"}
    assert result == shown


def test_words_of_the_query_are_shown_as_they_were_typed(ask: Ask, site: Path) -> None:
    apart, identifier, reversed_letters = ask(site, "InterLeukin  6", "ncbigene:6774", "\u202eAPRF\u202c")
    assert apart["things"][0]["snippet"] == "found by: InterLeukin 6"
    assert identifier["things"][0]["snippet"] == "found by: 6774"
    assert reversed_letters["things"][0]["snippet"] == "found by: APRF"


def test_an_entity_type_filters_the_results_and_all_are_counted(ask: Ask, site: Path) -> None:
    result = ask(site, "STAT3", entity_type="figure")[0]
    assert urls(result) == urls_of(MANY, FEW)
    assert {item["plural"]: item["count"] for item in result["counts"] if item["count"]} == {"genes": 1, "figures": 2, "papers": 1}
    assert urls(ask(site, "STAT3", entity_type="constructor")[0]) == urls_of(STAT3, MANY, FEW, PAPER)


def test_ties_go_by_weight_then_by_title(ask: Ask, tmp_path: Path) -> None:
    heavy, a, b = (
        SearchEntry(f"figures/{name}.html", "figure", name, "", ("word",), weight) for name, weight in (("z", 7), ("a", 2), ("b", 2))
    )
    write(tmp_path, (b, heavy, a))
    assert urls(ask(tmp_path, "word")[0]) == urls_of(heavy, a, b)


def test_a_name_that_is_only_implied_comes_after_one_that_was_read(ask: Ask, tmp_path: Path) -> None:
    """As the members of a family of which the figure has the name, however many words it has."""
    implied = SearchEntry("figures/a.html", "figure", "A", "", ("JAK",), 90, "", ("JAK1", "JAK2"))
    has_read = SearchEntry("figures/b.html", "figure", "B", "", ("JAK2",), 1)
    write(tmp_path, (implied, has_read))
    assert urls(ask(tmp_path, "jak2")[0]) == urls_of(has_read, implied)


def test_a_whole_title_comes_before_its_words_elsewhere_and_long_words_are_cut_alike(ask: Ask, tmp_path: Path) -> None:
    gene = SearchEntry("genes/1.html", "gene", "acids, and fatty", "", ("y" * 60,), 9)
    write(tmp_path, (gene, ACID))
    title_result, long_result, longer_result = ask(tmp_path, "fatty acids", "y" * 60, "y" * 10_000)
    assert urls(title_result) == urls_of(ACID, gene)
    assert urls(long_result) == urls(longer_result) == urls_of(gene)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda char: unicodedata.ucd_3_2_0.category(char) != "Cn"), min_size=1, max_size=50
).filter(lambda text: bool(unicodedata.normalize("NFKD", text).strip(" \ufeff\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\u1680")))
"""With characters that all versions of Unicode have alike: Node's is another one than Python's."""


@settings(max_examples=example_count(80), deadline=None)
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=4), st.sampled_from(TYPE_ORDER)), min_size=1, max_size=8))
def test_every_entry_is_found_by_its_title_and_by_each_of_its_words(ask: Ask, given_texts: list[tuple[str, list[str], str]]) -> None:
    entries = [
        SearchEntry(f"{ENTITY_TYPES_BY_NAME[entity_type].folder}/{number}.html", entity_type, title, "", tuple(words))
        for number, (title, words, entity_type) in enumerate(given_texts)
    ]
    queries = [(text, entry.url) for entry in entries for text in (entry.title, *entry.search_terms)]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), entries)
        for (text, url), result in zip(queries, ask(Path(folder), *(text for text, _ in queries)), strict=True):
            assert url in urls(result), text


def test_lists_long_and_short_and_files_of_terms_are_read_as_they_were_written(ask: Ask, tmp_path: Path) -> None:
    """Steps and bits, numbers of several bytes, many files of terms and of things; and a search reads few of them."""
    entries = [
        SearchEntry(
            f"figures/{number:04}.html", "figure", f"Title {number:04}", "",
            ("every", "even" if number % 2 == 0 else "odd", f"w{number * 7919 % 4001:04}x", *(["rare"] if number % 1000 == 7 else ())),
        )
        for number in range(4000)
    ]  # fmt: skip
    size = write(tmp_path, entries)
    files = content(tmp_path)
    assert size == (len(files), sum(map(len, files.values())))
    assert len([name for name in files if "/things/" in name]) == 4000 // ENTRIES_PER_BLOCK
    rare, every_result, odd_result, single, begins, short = ask(tmp_path, "rare", "every", "odd", "w0011x", "w001", "w")
    assert urls(every_result) == urls_of(*entries)
    assert urls(odd_result) == urls_of(*entries[1::2])
    assert urls(rare) == urls_of(*entries[7::1000])
    assert urls(single) == [entry.url for entry in entries if "w0011x" in entry.search_terms]
    assert urls(begins) == [entry.url for entry in entries if any(word.startswith("w001") for word in entry.search_terms)]
    firsts = json.loads(files["search/index.json"])["terms"]
    assert len(firsts) > 3
    assert all(result["ids"] for result in ask(tmp_path, *(f"{first} " for first in firsts if not first.startswith(" "))))
    assert (len(rare["read"]), every_result["isCut"], short["ids"]) == (1 + 4, False, [])


def test_a_beginning_of_too_many_words_says_so(ask: Ask, tmp_path: Path) -> None:
    write(tmp_path, [SearchEntry(f"figures/{number}.html", "figure", "T", "", (f"word{number:05}" + "x" * 30,)) for number in range(5000)])
    cut, narrow = ask(tmp_path, "wo", "word0123")
    assert cut["isCut"]
    assert 0 < len(cut["ids"]) < 5000
    assert len([path for path in cut["read"] if path.startswith("terms/")]) == 8
    assert (narrow["isCut"], len(narrow["ids"])) == (False, 10)


# -- typing errors, near words, captions and snippets ------------------------------------------------------------------------

PATHWAYS = (
    STAT3, STAT1,
    SearchEntry("figures/PMC7__F1.html", "figure", "Signalling by interleukins", "2020", ("STAT3", "JAK2"), 3, "Kinases, IL-6, T cells"),
    SearchEntry("figures/PMC7__F2.html", "figure", "Signalling without kinases", "2020", ("JAK2", "STTA"), 2, "Interleukins, as before"),
    SearchEntry("chemicals/D1.html", "chemical", "Glucose", "", ("D-glucose", "Dextrose"), 1),
    SearchEntry("chemicals/D2.html", "chemical", "Dextrose monohydrate", "", (), 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def pathways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pathways")
    write(folder, PATHWAYS)
    return folder


@pytest.mark.parametrize(
    ("q", "corrected", "first"),
    [
        ("STTA3 ", ["stat3"], STAT3.url),  # two letters swapped across the halves of the word
        ("SAT3 ", ["stat3"], STAT3.url),  # one left out
        ("STAAT3 ", ["stat3"], STAT3.url),
        ("STAR3 ", ["stat3"], STAT3.url),
        ("XTAT3", ["stat3"], STAT3.url),
        ("signaling", ["signalling"], "figures/PMC7__F1.html"),
        ("dexrtose ", ["dextrose"], "chemicals/D1.html"),
        ("JAK2 signaling", ["signalling"], "figures/PMC7__F1.html"),
        ("STAT9 ", [], None),  # digits are no typing errors
        ("dextroze monohydrate", ["dextrose"], "chemicals/D2.html"),
        ("glukos ", [], None),  # two errors
        ("JK2 ", [], None),  # too short
    ],
)
def test_one_typing_error_is_forgiven_where_a_word_is_nowhere(
    ask: Ask, pathways: Path, q: str, corrected: list[str], first: str | None
) -> None:
    result = ask(pathways, q)[0]
    assert [near for _, near in result["corrections"]] == ([corrected] if corrected else [])
    assert urls(result)[:1] == ([first] if first else [])


def test_near_words_are_offered_where_nothing_or_little_is_found(ask: Ask, pathways: Path) -> None:
    nothing, nowhere, little, enough = ask(pathways, "interlaekins ", "xyzzyx ", "STTA", "JAK2")
    assert (nothing["ids"], nothing["suggestions"]) == ([], ["interleukins"])
    assert (nowhere["ids"], nowhere["suggestions"]) == ([], [])
    assert (len(little["ids"]), little["suggestions"]) == (1, ["stat"])
    assert len(enough["ids"]) == 2
    assert ask(pathways, "JAK2 interlaekins ")[0]["suggestions"] == ["JAK2 interleukins"]


def test_nothing_is_said_of_a_correction_that_finds_nothing(ask: Ask, pathways: Path) -> None:
    alone, beside = ask(pathways, "interleukns ", "interleukns Dextrose ")
    assert (bool(alone["ids"]), [near for _, near in alone["corrections"]]) == (True, [["interleukins"]])
    assert (beside["ids"], beside["corrections"]) == ([], [])


def test_other_digits_are_offered_where_a_word_is_not_found_and_no_offer_leads_to_nothing(ask: Ask, pathways: Path) -> None:
    added, other, part, alone, absent = ask(pathways, "STAT33 ", "STAT9 ", "STAT3", "Dextrose STAT", "Dextrose STAT33 ")
    assert (added["suggestions"], other["suggestions"]) == (["stat3"], ["stat", "stat3"])
    assert part["ids"]
    assert part["suggestions"] == []  # STAT1 is no typing error of a word that is found
    assert alone["suggestions"] == absent["suggestions"] == []  # no entry has both


def test_words_of_captions_come_after_all_others_and_snippets_say_what_was_found(ask: Ask, pathways: Path) -> None:
    kinases, interleukin, both, title = ask(pathways, "kinases", "interleuk", "STAT3 kinases", "Glucose")
    assert [item["snippet"] for item in kinases["things"]] == ["", "in the caption: kinases"]
    assert [item["snippet"] for item in interleukin["things"]] == ["", "in the caption: interleukins"]
    assert [item["snippet"] for item in both["things"]] == ["found by: STAT3; in the caption: kinases"]
    assert [item["snippet"] for item in title["things"]] == [""]
    assert [item["snippet"] for item in ask(pathways, "dextrose")[0]["things"]] == ["found by: dextrose", ""]


def test_an_index_of_nothing_finds_nothing(ask: Ask, tmp_path: Path) -> None:
    assert write(tmp_path, ()).file_count == 1
    assert urls(ask(tmp_path, "STAT3")[0]) == []


# -- real records --------------------------------------------------------------------------------------------------------------

NAMED = """
STAT3 genes/6774|stat-3 genes/6774|6774 genes/6774|TP53 genes/7157|p53 genes/7157|IL-6 genes/3569|il6 genes/3569
NF-κB families/NFKB|NF-kB families/NFKB|TNFα genes/7124|TNF-alpha genes/7124|AKT1 genes/207|JAK2 genes/3717|MAPK14 genes/1432
p38 families/p38|JNK families/JNK|ERK families/ERK|JAK families/JAK|STAT families/STAT|MAPK families/MAPK|IFNB1 genes/3456|IRF3 genes/3661
MAVS genes/57506|STING genes/340061|TMEM173 genes/340061|MDA5 genes/64135|IFIH1 genes/64135|RIG-I genes/23586|DDX58 genes/23586
TLR3 genes/7098|MyD88 genes/4615|RELA genes/5970|Artemisinic acid chemicals/C047721|artemisinin chemicals/D037621|glucose chemicals/D005947
pyruvate chemicals/D011773|mevalonate chemicals/D008798|mevalonic acid chemicals/D008798|farnesyl diphosphate chemicals/C004808
geranyl diphosphate chemicals/C511282|squalene chemicals/D013185|abscisic acid chemicals/D000040|gibberellins chemicals/D005875
D005947 chemicals/D005947|terpenoids chemicals/D013729|STTA3 genes/6774|MYDD88 genes/4615|squalenne chemicals/D013185
PMC3633842 papers/PMC3633842|PMC6855087 papers/PMC6855087|PMC34944 papers/PMC34944|Homo sapiens organisms/9606
PMC3633842__pone.0062845.g003 figures/PMC3633842__pone.0062845.g003|zika antibody figures/PMC5541032__fmicb-08-01469-g003
+limonene figures/PMC34944__pp0785135001|lycopene figures/PMC3840736__1471-2164-14-781-2
STAT3 signaling pathway figures/PMC6855087__OMCL2019-4568964.001|innate immunity HCV figures/PMC4712384__cmi2014127f4
autophagy figures/PMC6678135__cells-08-00674-g007|hepatitis coronavirus figures/PMC2398782__ppat.1000088.g007
terpenoid biosynthesis figures/PMC6289780__dsy028f4|avenacin figures/PMC3634678__pc_110551_f8
Kinetic epiaristolochene figures/PMC2859954__nihms195092f9|avian leukosis figures/PMC4709637__srep19226-f1
""".strip().replace("\n", "|")
"""Questions, each with the first thing that is found, without its suffix; symbols, old ones, names, identifiers, words of captions."""


@pytest.fixture(scope="module")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index that the server makes of real figures."""
    folder = tmp_path_factory.mktemp("real")
    load(shared_data("corpus-gen1"), folder / "store")
    build_page_data(folder / "store", folder / "indexes")
    return next((folder / "indexes").glob("*/complete"))


def test_what_people_look_for_comes_first(ask: Ask, real_index: Path) -> None:
    expected = dict(line.rsplit(" ", 1) for line in NAMED.split("|"))
    results = ask(real_index, *expected)
    assert {query: next(iter(urls(result)), "").removesuffix(".html") for query, result in zip(expected, results, strict=True)} == expected
    assert len(expected) >= 60


def test_both_readers_answer_hundreds_of_questions_alike(ask: Ask, real_index: Path) -> None:
    """What things are called, wholly, cut off, and with two letters swapped; ``ask`` compares."""
    titles = [title for path in sorted(real_index.glob("search/things/*.json"))[::6] for _, title, _ in json.loads(path.read_bytes())[::10]]
    queries = [query for title in titles for query in (title, title[:-1], f"{title[:2]}{title[3:4]}{title[2:3]}{title[4:]}")]
    assert len(queries) > 200
    assert sum(bool(result["ids"]) for result in ask(real_index, *queries)) > 150


# -- the files ---------------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"search/things/0\.json: cannot be written: No space left"):
        write(tmp_path, ALL)
