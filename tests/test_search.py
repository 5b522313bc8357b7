"""The search of a site: what is in the index is found by the very script that is published, which runs in Node here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfocr2rdf.errors import OutputError
from pfocr2rdf.site.pages.html import ASSETS, Site, render
from pfocr2rdf.site.pages.urls import KINDS
from pfocr2rdf.site.search.index import BLOCK, ORDER, Entry, SearchIndex, Size

ASKING = """
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { SearchIndex } from "./search-index.mjs";
const { folder, questions } = JSON.parse(readFileSync(0, "utf-8"));
const read = [];
const index = await SearchIndex.open(async (path) => {
  read.push(path);
  return new Uint8Array(await readFile(`${folder}/search/${path}`));
});
const answers = [];
for (const { q, kind } of questions) {
  read.length = 0;
  const found = await index.find(q, kind);
  answers.push({ ...found, things: await index.things(found.ids), read: [...read] });
}
process.stdout.write(JSON.stringify(answers));
"""

STAT3 = Entry("genes/6774.html", "gene", "STAT3", "gene of Homo sapiens, 214 figures", ("APRF", "(STAT3", "6774", "STAT"), 214)
STAT1 = Entry("genes/6772.html", "gene", "STAT1", "gene of Homo sapiens, 90 figures", ("6772", "STAT"), 90)
FAMILY = Entry("families/STAT.html", "family", "STAT", "7 genes", (), 300)
IL6 = Entry("genes/3569.html", "gene", "IL6", "gene of Homo sapiens", ("IL-6", "interleukin 6"), 100)
NFKB = Entry("families/NFKB.html", "family", "NFKB", "5 genes", ("NF-κB",), 50)
ACID = Entry("chemicals/D005227.html", "chemical", "Fatty Acids", "", ("fatty acid",), 3)
FEW = Entry("figures/PMC1__F1.html", "figure", "Signalling by STAT3", "Figure 1, 2020", ("→Akt", "p38", "TNFα", "12-HETE", "HỌXA2"), 5)
MANY = Entry(
    "figures/PMC2__F1.html", "figure", "Fatty and other acids", "Figure 1, 2021", ("STAT3", "p38/MAPK", "IL-6↑", "[Ca²*]i", "→"), 9
)
PAPER = Entry("papers/PMC1.html", "paper", "How STAT3 and STAT1 meet NF-kB", "2020", ("PMC1",), 1)
ALL = (STAT3, STAT1, FAMILY, IL6, NFKB, ACID, FEW, MANY, PAPER)


def write(folder: Path, entries: Iterable[Entry]) -> Size:
    with SearchIndex(folder) as index:
        for entry in entries:
            index.add(entry)
        return index.write()


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """What the script of the site finds in the index of a folder for each question; of a kind, where ``kind`` names one."""
    node = shutil.which("node")
    if not node:
        missing = "there is no Node: apt-get install nodejs"
        pytest.fail(missing) if os.environ.get("PFOCR2RDF_TOOLS") else pytest.skip(missing)
    place = tmp_path_factory.mktemp("node")
    shutil.copy(ASSETS / "search-index.js", place / "search-index.mjs")
    (place / "asking.mjs").write_text(ASKING, encoding="utf-8")

    def asking(folder: Path, *questions: str, kind: str = "") -> list[dict[str, Any]]:
        asked = json.dumps({"folder": str(folder), "questions": [{"q": q, "kind": kind} for q in questions]})
        done = subprocess.run([node, place / "asking.mjs"], input=asked.encode(), capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        answers = json.loads(done.stdout)
        assert isinstance(answers, list)
        return answers

    return asking


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write(folder, ALL)
    return folder


def urls(answer: Mapping[str, Any]) -> list[str]:
    return [thing["url"] for thing in answer["things"]]


def of(*entries: Entry) -> list[str]:
    return [entry.url for entry in entries]


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
def test_words_are_found_however_they_are_written_and_the_best_come_first(ask: Ask, site: Path, q: str, expected: list[Entry]) -> None:
    assert urls(ask(site, q)[0]) == of(*expected)


def test_what_is_shown_of_a_thing_is_what_was_given(ask: Ask, site: Path) -> None:
    thing = ask(site, "APRF")[0]["things"][0]
    assert thing == {"url": STAT3.url, "kind": "gene", "title": "STAT3", "detail": STAT3.detail}


def test_a_kind_leaves_the_others_out_and_all_are_counted(ask: Ask, site: Path) -> None:
    answer = ask(site, "STAT3", kind="figure")[0]
    assert urls(answer) == of(MANY, FEW)
    assert {one["plural"]: one["count"] for one in answer["counts"] if one["count"]} == {"genes": 1, "figures": 2, "papers": 1}
    assert urls(ask(site, "STAT3", kind="constructor")[0]) == of(STAT3, MANY, FEW, PAPER)


def test_ties_go_by_weight_then_by_title(ask: Ask, tmp_path: Path) -> None:
    heavy, a, b = (Entry(f"figures/{name}.html", "figure", name, "", ("word",), weight) for name, weight in (("z", 7), ("a", 2), ("b", 2)))
    write(tmp_path, (b, heavy, a))
    assert urls(ask(tmp_path, "word")[0]) == of(heavy, a, b)


def test_a_whole_title_comes_before_its_words_elsewhere_and_long_words_are_cut_alike(ask: Ask, tmp_path: Path) -> None:
    gene = Entry("genes/1.html", "gene", "acids, and fatty", "", ("y" * 60,), 9)
    write(tmp_path, (gene, ACID))
    whole, long, longer = ask(tmp_path, "fatty acids", "y" * 60, "y" * 10_000)
    assert urls(whole) == of(ACID, gene)
    assert urls(long) == urls(longer) == of(gene)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda one: unicodedata.ucd_3_2_0.category(one) != "Cn"), min_size=1, max_size=50
).filter(lambda text: bool(unicodedata.normalize("NFKD", text).strip(" \ufeff\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\u1680")))
"""With characters that all versions of Unicode have alike: Node's is another one than Python's."""


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=4), st.sampled_from(ORDER)), min_size=1, max_size=8))
def test_every_entry_is_found_by_its_title_and_by_each_of_its_words(ask: Ask, given_texts: list[tuple[str, list[str], str]]) -> None:
    entries = [Entry(f"{at}.html", kind, title, "", tuple(words)) for at, (title, words, kind) in enumerate(given_texts)]
    asked = [(text, entry.url) for entry in entries for text in (entry.title, *entry.words)]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), entries)
        for (text, url), answer in zip(asked, ask(Path(folder), *(text for text, _ in asked)), strict=True):
            assert url in urls(answer), text


def test_lists_long_and_short_and_files_of_terms_are_read_as_they_were_written(ask: Ask, tmp_path: Path) -> None:
    """Steps and bits, numbers of several bytes, many files of terms and of things; and a search reads few of them."""
    entries = [
        Entry(
            f"figures/{at:04}.html", "figure", f"Title {at:04}", "",
            ("every", "even" if at % 2 == 0 else "odd", f"w{at * 7919 % 4001:04}x", *(["rare"] if at % 1500 == 7 else ())),
        )
        for at in range(4000)
    ]  # fmt: skip
    size = write(tmp_path, entries)
    files = content(tmp_path)
    assert size == (len(files), sum(map(len, files.values())))
    assert len([name for name in files if "/things/" in name]) == 4000 // BLOCK
    rare, every, odd, one, begins, short = ask(tmp_path, "rare", "every", "odd", "w0011x", "w001", "w")
    assert urls(every) == of(*entries)
    assert urls(odd) == of(*entries[1::2])
    assert urls(rare) == of(*entries[7::1500])
    assert urls(one) == [entry.url for entry in entries if "w0011x" in entry.words]
    assert urls(begins) == [entry.url for entry in entries if any(word.startswith("w001") for word in entry.words)]
    firsts = json.loads(files["search/index.json"])["terms"]
    assert len(firsts) > 3
    assert all(answer["ids"] for answer in ask(tmp_path, *(f"{first} " for first in firsts)))
    assert (len(rare["read"]), every["isCut"], short["ids"]) == (1 + 3, False, [])


def test_a_beginning_of_too_many_words_says_so(ask: Ask, tmp_path: Path) -> None:
    write(tmp_path, [Entry(f"figures/{at}.html", "figure", "T", "", (f"word{at:05}" + "x" * 30,)) for at in range(5000)])
    cut, narrow = ask(tmp_path, "wo", "word0123")
    assert cut["isCut"]
    assert 0 < len(cut["ids"]) < 5000
    assert len([path for path in cut["read"] if path.startswith("terms/")]) == 8
    assert (narrow["isCut"], len(narrow["ids"])) == (False, 10)


def test_an_index_of_nothing_finds_nothing(ask: Ask, tmp_path: Path) -> None:
    assert write(tmp_path, ()).files == 1
    assert urls(ask(tmp_path, "STAT3")[0]) == []


# -- the files ---------------------------------------------------------------------------------------------------------------


def test_the_bytes_are_the_same_in_whatever_order_entries_come(tmp_path: Path) -> None:
    for name, entries in (("a", ALL), ("b", ALL[::-1]), ("c", (*ALL, STAT3._replace(words=STAT3.words[::-1])))):
        (tmp_path / name).mkdir()
        write(tmp_path / name, (entry._replace(words=entry.words[::-1]) if name == "b" else entry for entry in entries))
    assert content(tmp_path / "a") == content(tmp_path / "b") == content(tmp_path / "c")


def test_another_index_has_another_version(tmp_path: Path) -> None:
    versions = set()
    for entries in (ALL, ALL[1:], (STAT3._replace(detail="other"), *ALL[1:])):
        write(tmp_path, entries)
        versions.add(json.loads((tmp_path / "search/index.json").read_bytes())["version"])
    assert len(versions) == 3


def test_entries_are_put_aside_on_disk_and_nothing_of_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfocr2rdf.site.search.index._CHUNK", 2000)
    with SearchIndex(tmp_path) as index:
        for at in range(200):
            index.add(Entry(f"figures/{at}.html", "figure", f"T{at}", "", ("w",)))
        assert len(list(tmp_path.glob(".search-*/*"))) > 3
        index.write()
    assert [path.name for path in tmp_path.iterdir()] == ["search"]


def test_what_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="search: cannot be written: No such file"):
        SearchIndex(tmp_path / "missing")
    (tmp_path / "search").write_text("in the way")
    with pytest.raises(OutputError, match="search: cannot be written"):
        write(tmp_path, ALL)
    assert [path.name for path in tmp_path.iterdir()] == ["search"]


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"search/things/0\.json: cannot be written: No space left"):
        write(tmp_path, ALL)


# -- the page ----------------------------------------------------------------------------------------------------------------


def page(**values: Any) -> str:
    given_values = {"q": "", "kind": "", "found": (), "total": 0, "indexed": True, **values}
    return render("search", site=Site(), root="", title="Search", kinds=KINDS, **given_values)


class Elements(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def each(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_a_published_page_has_all_that_the_script_needs_and_a_way_without_it() -> None:
    seen = Elements(page())
    ids = {attributes.get("id") for _, attributes in seen.elements}
    script = (ASSETS / "search.js").read_text(encoding="utf-8")
    wanted = {part.split('"')[0] for part in script.split('getElementById("')[1:]}
    assert wanted <= ids
    assert {"type": "module", "src": "assets/search.js"} in seen.each("script")
    assert seen.each("form")[0].items() >= {"method": "get", "action": "search.html"}.items()
    assert [one["value"] for one in seen.each("option")] == ["", *(kind.name for kind in KINDS)]
    assert {one["for"] for one in seen.each("label")} == {"q", "kind"}
    noscript = page().split("<noscript>")[1].split("</noscript>")[0]
    assert 'href="browse/index.html"' in noscript


def test_a_served_page_lists_what_was_found_without_a_script() -> None:
    odd = '<script>"&'
    seen = Elements(page(indexed=False, q=odd, kind="gene", found=(STAT3, STAT1._replace(title=odd)), total=1234))
    assert seen.each("script") == []
    assert seen.each("noscript") == []
    assert next(one for one in seen.each("input"))["value"] == odd
    assert [one["value"] for one in seen.each("option") if "selected" in one] == ["gene"]
    assert [one["href"] for one in seen.each("a") if str(one["href"]).startswith("genes/")] == of(STAT3, STAT1)
    assert len(seen.each("bdi")) == 4
    assert odd in seen.text
    assert "The first 2 of 1,234 found" in seen.text
    assert "Nothing is found." in page(indexed=False, q="x")
    assert "1 found." in page(indexed=False, q="x", found=(STAT3,), total=1)
    assert "found" not in page(indexed=False).split("</form>")[1].split('id="status"')[1]


def test_the_page_keeps_to_the_policy_of_the_site() -> None:
    for html in (page(), page(indexed=False, q="x", found=ALL, total=9)):
        seen = Elements(html)
        assert all("style" not in attributes for _, attributes in seen.elements)
        assert all(not name.startswith("on") for _, attributes in seen.elements for name in attributes)
        assert all("src" in script for script in seen.each("script"))
    for name in ("search.js", "search-index.js"):
        text = (ASSETS / name).read_text(encoding="utf-8")
        assert [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", ".style") if word in text
        ] == []
