"""Bad records beside good ones: the good ones are exported, the bad one is refused by file and place, and the exit status is 1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.records import (
    CHEMICAL_COLUMNS,
    DATA,
    GENE_COLUMNS,
    PROGRAMS,
    ROOT,
    TP53_ROW,
    Exported,
    exported,
    front_matter,
    newer,
    older,
    table,
    write,
)

from pfocr2rdf.errors import RecordError

FIGURES = DATA / "figures"

GOOD = {
    "_figures/PMC100__good1.md": front_matter(older("PMC100__good1")),
    "_figures/PMC100__good2.md": front_matter(newer("PMC100__good2")),
    "_data/PMC100__good2-genes.tsv": table(GENE_COLUMNS, TP53_ROW),
}

GOOD_FIGIDS = ["PMC100__good1", "PMC100__good2"]


def export_among_good(tmp_path: Path, files: dict[str, str | bytes]) -> Exported:
    """An export of a checkout with these files among good ones."""
    return exported([write(tmp_path / "in", {**GOOD, **files})], tmp_path / "out")


def only_refusal(result: Exported, figids: list[str] = GOOD_FIGIDS) -> RecordError:
    """The one refusal of an export in which all else went well."""
    assert result.figids == figids
    assert (result.summary.refused, result.summary.exported, result.summary.quarantined) == (1, len(figids), 0)
    assert result.report["summary"]["refused"] == 1
    assert result.summary.exit_status == 1
    (row,) = result.refusals
    return RecordError(
        row["reason"], field=row.get("field", ""), source=row["source"], line=row.get("line", 0), remedy=row["remedy"],
        figid=row.get("figid", ""),
    )  # fmt: skip


# -- every refusal of tests/data/figures ------------------------------------------------------------------------------------------


REFUSED = [pytest.param(folder, id=folder.name) for folder in sorted(FIGURES.glob("refused-*"))]


def files_of(case: Path, folder: str) -> dict[str, str | bytes]:
    """The record of a case, under the name it would have, and its tables."""
    names = ((path, "PMC1__F1.md" if path.suffix == ".md" else path.name) for path in case.iterdir() if path.suffix in (".md", ".tsv"))
    return {f"{folder}/{name}": path.read_bytes() for path, name in names}


@pytest.mark.parametrize("folder", REFUSED)
def test_the_report_says_what_the_refusal_says(tmp_path: Path, folder: Path) -> None:
    error = only_refusal(export_among_good(tmp_path, files_of(folder, "_figures")))
    sentence = str(error).replace(f"{tmp_path}/in/_figures/PMC1__F1.md", "record.md")
    assert f"{sentence}\n" == (folder / "refusal.txt").read_text(encoding="utf-8")


# -- what is no text ---------------------------------------------------------------------------------------------------------


PAGE = front_matter("figid: PMC1__F1\nfigtitle: café\ngenes: []\n")

NOT_TEXT = {
    "Latin-1": (PAGE.encode("latin-1"), "not UTF-8"),
    "UTF-16": (PAGE.encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": (PAGE.encode("utf-16-le"), ""),
    "a NUL": (PAGE.encode().replace(b"f\xc3\xa9", b"\x00"), ""),
    "a bell": (PAGE.encode().replace(b"f\xc3\xa9", b"\x07"), ""),
    "DEL": (PAGE.encode().replace(b"f\xc3\xa9", b"\x7f"), ""),
    "a surrogate": (PAGE.encode().replace(b"\xc3\xa9", b"\xed\xa0\x80"), "not UTF-8"),
    "U+FFFE": (PAGE.encode().replace(b"\xc3\xa9", "\ufffe".encode()), ""),
    "binary": (bytes(range(256)) * 20, ""),
}


@pytest.mark.parametrize("name", NOT_TEXT)
def test_what_is_no_text_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    data, reason = NOT_TEXT[name]
    error = only_refusal(export_among_good(tmp_path, {"_figures/bad.md": data}))
    assert error.source == f"{tmp_path}/in/_figures/bad.md"
    assert reason in error.reason
    assert error.line or error.field


@pytest.mark.parametrize("name", ["Latin-1", "UTF-16", "a surrogate"])
def test_a_stream_that_is_no_utf_8_is_refused_as_such(tmp_path: Path, name: str) -> None:
    data, reason = NOT_TEXT[name]
    error = only_refusal(export_among_good(tmp_path, {"_figures/bad.yaml": data}))
    assert reason in error.reason
    assert error.line


@pytest.mark.parametrize("escape", ["\\x00", "\\x07", "\\e", "\\x7f", "\\uFFFE", "\\uffff"])
@pytest.mark.parametrize("field", ["caption", "figid", "word"])
def test_a_control_character_is_refused_also_as_an_escape(tmp_path: Path, escape: str, field: str) -> None:
    value = f'"PMC1__F{escape}1"'
    yaml = {
        "caption": older("PMC1__F1", f"caption: {value}"),
        "figid": older(value),
        "word": older("PMC1__F1", word=value),
    }[field]
    error = only_refusal(export_among_good(tmp_path, {"_figures/bad.md": front_matter(yaml)}))
    assert field in error.field


@pytest.mark.parametrize("escape", ["\\t", "\\n", "\\r", "\\N", "\\L", "\\P", "\\_", "\\x85", "\\u200B", "\\U0010FFFD"])
def test_other_odd_characters_are_kept(tmp_path: Path, escape: str) -> None:
    text = {"\\N": "\x85", "\\L": "\u2028", "\\P": "\u2029", "\\_": "\xa0", "\\t": "\\t", "\\n": "\\n", "\\r": "\\r"}.get(escape)
    text = text or chr(int(escape[2:], 16))
    result = export_among_good(tmp_path, {"_figures/odd.md": front_matter(older("PMC1__F1", word=f'"a{escape}b"'))})
    assert result.summary.exit_status == 0
    data = (tmp_path / "out" / "figures.nt").read_text(encoding="utf-8")
    assert f'/vocab#word> "a{text}b" .' in data


# -- too much ----------------------------------------------------------------------------------------------------------------


def test_a_scalar_of_more_than_8_mib_is_refused(tmp_path: Path) -> None:
    huge = older("PMC1__F1", "caption: " + "x" * (8 * 1024 * 1024))
    error = only_refusal(export_among_good(tmp_path, {"_figures/huge.md": front_matter(huge)}))
    assert error.source.endswith("_figures/huge.md")
    assert "8 MiB" in error.reason


def test_a_record_of_a_little_less_than_8_mib_is_read(tmp_path: Path) -> None:
    large = older("PMC1__F1", "caption: " + "x y " * (2 * 1024 * 1024 - 100))
    assert export_among_good(tmp_path, {"_figures/large.md": front_matter(large)}).figids == ["PMC100__good1", "PMC100__good2", "PMC1__F1"]


def test_a_table_of_more_than_8_mib_is_refused(tmp_path: Path) -> None:
    rows = table(CHEMICAL_COLUMNS, ("x" * (8 * 1024 * 1024), "NA", "NA", "NA", "NA"))
    files = {"_figures/PMC1__F1.md": front_matter(newer("PMC1__F1")), "_data/PMC1__F1-chemicals.tsv": rows}
    error = only_refusal(export_among_good(tmp_path, files))
    assert "8 MiB" in error.reason


def test_the_refusal_of_a_table_too_large_names_the_table(tmp_path: Path) -> None:
    files = {
        "_figures/PMC1__F1.md": front_matter(newer("PMC1__F1")),
        "_data/PMC1__F1-chemicals.tsv": table(CHEMICAL_COLUMNS, ("x" * (8 * 1024 * 1024), "NA", "NA", "NA", "NA")),
    }
    assert only_refusal(export_among_good(tmp_path, files)).source.endswith("PMC1__F1-chemicals.tsv")


def run_in_subprocess(program: str, *arguments: str | Path) -> str:
    """What a program prints; a crash of the interpreter fails the test and nothing else."""
    command = [sys.executable, "-X", "faulthandler", PROGRAMS / program, *arguments]
    process = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.returncode == 0, process.stderr[-2000:]
    return process.stdout


def test_a_scalar_of_100_mb_in_a_stream_is_refused_in_little_memory(tmp_path: Path) -> None:
    figures, refused, sentence, grown = json.loads(run_in_subprocess("export_huge_stream.py", tmp_path))
    assert (figures, refused) == (2, 1)
    assert sentence.startswith("<stdin>:")
    assert "8 MiB" in sentence
    assert grown < 60


# -- nesting that breaks parsers ---------------------------------------------------------------------------------------------


MANY = 100_000

NESTED = {
    "flow sequences": "x: " + "[" * MANY,
    "flow sequences on many lines": "x:\n" + " [\n" * MANY,
    "flow sequences on long lines": "x:\n" + (" " + "[" * 7_000 + "\n") * 15,
    "closed flow sequences": "x: " + "[" * MANY + "]" * MANY,
    "flow mappings": "x: " + "{a: " * MANY,
    "flow mappings as keys": "x: " + "{" * MANY,
    "flow of both": "x: " + "[{a: " * MANY,
    "explicit keys in flow": "x: " + "[? " * MANY,
    "block sequences": "x:\n- " + "- " * MANY,
    "block sequences with tabs": "x:\n-\t" + "-\t" * MANY,
    "block sequences on one line": "- " * MANY,
    "a few thousand block sequences": "x:\n- " + "- " * 3_900,
    "a few thousand explicit keys": "? " * 3_900,
    "explicit keys": "? " * MANY,
    "explicit keys and sequences": "? - " * MANY,
    "colons": "x" + ": " * MANY,
    "indented mappings": "".join(" " * depth + "a:\n" for depth in range(3_500)),
    "indented sequences": "x:\n" + "".join(" " * depth + "-\n" for depth in range(3_500)),
    "tags": "x: " + "!!a " * MANY,
    "anchors": "x: " + "&a " * MANY,
    "aliases": "x: [" + "*a, " * MANY + "]",
    "quotes": "x: " + '"' * MANY,
    "commas": "x: [" + "," * MANY,
}


def test_nesting_by_the_hundred_thousand_is_refused(tmp_path: Path) -> None:
    for number, text in enumerate(NESTED.values()):
        files = {"good.md": front_matter(older("PMC100__good1")), "bad.md": front_matter(f"figid: PMC1__F1\n{text}\n")}
        write(tmp_path / "in", {f"{number:02}-{name}": content.replace("__good1", f"__good{number}") for name, content in files.items()})
    figures, refusals = json.loads(run_in_subprocess("export_in_bounds.py", tmp_path / "in", tmp_path / "out"))
    assert figures == len(NESTED)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["refusals"]
    assert [Path(row["source"]).name for row in report] == [f"{number:02}-bad.md" for number in range(len(NESTED))]
    assert len(refusals) == min(20, len(NESTED))
    assert all(row.get("line") or row.get("field") for row in report)
    assert max(len(row["reason"]) for row in report) < 300


SLOW_DOCUMENTS = {
    "dashes.md": "---\nfigid: PMC1__F1\ncaption: |\n" + "----\n" * 300_000,
    "numbers.md": front_matter(older("PMC1__F2", *(f"k{number}: {number}" for number in range(30_000)))),
    "blanks.md": front_matter(older("PMC1__F3", "note: |", *[""] * 200_000)),
    "hashes.yaml": "#" * 60 + "\n" + older("PMC1__F4"),
    "comments.yaml": "# a\n# b\n\n" * 1_000 + older("PMC1__F5"),
    "nodes.md": front_matter(
        newer(
            "PMC1__F6",
            "schema-jsonld:",
            "  '@context': https://schema.org/",
            "  author:",
            *(f"  - name: a{number}" for number in range(20_000)),
        )
    ),
    "labels.md": front_matter(
        newer("PMC1__F7", "genes:")
        + "".join(f"- {{word: a, symbol: s{n}, source: bioentities_symbol, hgnc_symbol: s{n}, entrez: 1}}\n" for n in range(5_000))
    ),
    "words.md": front_matter(
        newer("PMC1__F8", "genes:")
        + "".join(f"- {{word: w{n}, symbol: s, source: hgnc_symbol, hgnc_symbol: s, entrez: {n}}}\n" for n in range(1, 5_000))
    ),
}


@pytest.mark.parametrize("name", SLOW_DOCUMENTS)
def test_no_record_takes_more_than_a_few_seconds(tmp_path: Path, name: str) -> None:
    write(tmp_path / "in", {name: SLOW_DOCUMENTS[name], "good.md": front_matter(older("PMC100__good1"))})
    figures, refusals = json.loads(run_in_subprocess("export_in_bounds.py", tmp_path / "in", tmp_path / "out", "3"))
    assert figures + len(refusals) == 2


def test_nesting_is_refused_where_the_stack_is_small(tmp_path: Path) -> None:
    assert run_in_subprocess("read_in_small_stack.py") == "refused\n"


@pytest.mark.parametrize("depth", [31, 32, 33, 34, 35])
@pytest.mark.parametrize("reader", ["either", "careful"])
def test_the_limit_of_nesting_does_not_hang_on_the_reader(tmp_path: Path, depth: int, reader: str) -> None:
    text = older("PMC1__F1", f"note: {'[' * depth}x{']' * depth}", "caption: with a\ttab" if reader == "careful" else "caption: without")
    result = export_among_good(tmp_path, {"_figures/deep.md": front_matter(text)})
    assert ("PMC1__F1" in result.figids) == (depth <= 32)


# -- JSON-LD -----------------------------------------------------------------------------------------------------------------


def block(*lines: str) -> str:
    """The page of a record with a JSON-LD block of these lines."""
    return front_matter(newer("PMC1__F1", "schema-jsonld:", *(f"  {line}" for line in lines)))


def test_a_block_that_is_too_large_is_refused(tmp_path: Path) -> None:
    text = block("'@context': https://schema.org/", "keywords:", *("- " + "word " * 1_000 for _ in range(210)))
    error = only_refusal(export_among_good(tmp_path, {"_figures/bad.md": text}))
    assert error.field.startswith("schema-jsonld")


TOO_MANY_ITEMS = "has more than 2000 items in its lists"


@pytest.mark.parametrize(("lines", "reason"), [
    (("url:", *(f"- http://x/{number}" for number in range(2_001))), TOO_MANY_ITEMS),
    (("'@type':", *(f"- http://x/{number}" for number in range(2_001))), TOO_MANY_ITEMS),
    (("about:", "  '@id': http://x/", "  keywords:", *(f"  - {number}" for number in range(2_001))), TOO_MANY_ITEMS),
    ([f"a{number}: x" for number in range(10_000)], "has more than 10000 keys"),
    (("keywords:", *(f"- {number}" for number in range(2_001))), ""),
])  # fmt: skip
def test_a_block_with_more_than_the_processor_can_compare_is_refused(tmp_path: Path, lines: tuple[str, ...], reason: str) -> None:
    result = export_among_good(tmp_path, {"_figures/bad.md": block("'@context': https://schema.org/", *lines)})
    assert [refusal["reason"] for refusal in result.refusals] == ([reason] if reason else [])


@pytest.mark.parametrize("lines", [
    ("'@context': https://example.org/c.jsonld", "name: x"),
    ("'@context': [https://schema.org/, http://localhost:1/c.jsonld]", "name: x"),
    ("'@context': file:///etc/passwd", "name: x"),
    ("'@context': {'@import': https://example.org/c.jsonld}", "name: x"),
    ("'@context': https://schema.org/", "about: {'@context': https://example.org/c.jsonld, name: x}"),
    ("'@context': context.jsonld", "name: x"),
])  # fmt: skip
def test_no_context_is_fetched_from_anywhere(tmp_path: Path, lines: tuple[str, ...]) -> None:
    error = only_refusal(export_among_good(tmp_path, {"_figures/bad.md": block(*lines)}))
    assert error.field == "schema-jsonld.@context"
    assert "jsonld" in error.reason or "passwd" in error.reason


@pytest.mark.parametrize("lines", [
    ("'@context': {'@version': '1.1'}", "name: x"),
    ("'@context': {name: {'@id': 'http://schema.org/name', '@container': '@nonsense'}}", "name: x"),
    ("'@context': {a: b, b: a}", "a: x"),
    ("'@context': https://schema.org/", "'@reverse': {isPartOf: text}"),
    ("'@context': https://schema.org/", "name: {'@value': x, '@type': 'no iri'}"),
    ("'@context': https://schema.org/", "name: {'@value': {a: b}}"),
])  # fmt: skip
def test_a_block_that_pyld_refuses_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    error = only_refusal(export_among_good(tmp_path, {"_figures/bad.md": block(*lines)}))
    assert error.field.startswith("schema-jsonld")


def test_a_block_with_lists_has_no_blank_nodes(tmp_path: Path) -> None:
    error = only_refusal(
        export_among_good(tmp_path, {"_figures/bad.md": block("'@context': https://schema.org/", "name: {'@list': [a, b]}")})
    )
    assert error.field == "schema-jsonld"


# -- tables ------------------------------------------------------------------------------------------------------------------


def with_table(tmp_path: Path, name: str, content: str | bytes) -> Exported:
    return export_among_good(tmp_path, {"_figures/PMC1__F1.md": front_matter(newer("PMC1__F1")), f"_data/PMC1__F1-{name}.tsv": content})


ALL = sorted([*GOOD_FIGIDS, "PMC1__F1"])


def test_a_further_column_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    result = with_table(tmp_path, "genes", table((*GENE_COLUMNS, "remark"), (*TP53_ROW, "seen")))
    assert result.figids == ALL
    assert result.summary.exit_status == 0
    assert result.warnings == ["PMC1__F1-genes.tsv: the column 'remark' is unknown and was ignored"]


def test_quotes_in_a_table_are_letters(tmp_path: Path) -> None:
    words = ('"abca1"', '"', '""', "'a", '"a', 'b"')
    result = with_table(tmp_path, "chemicals", table(CHEMICAL_COLUMNS, *((word, "NA", "NA", "NA", "NA") for word in words)))
    assert result.figids == ALL
    assert {text for text in result.objects("word") if text not in ('"STAT3"', '"p53"')} == {
        '"{}"'.format(word.replace('"', '\\"')) for word in words
    }


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_table_may_come_from_a_spreadsheet(tmp_path: Path, ends: str, mark: bytes) -> None:
    rows = table(CHEMICAL_COLUMNS, ("Glucose", "mesh:D005947", "Glucose", "D-glucopyranose", "chebi:4167")).replace("\n", ends)
    result = with_table(tmp_path, "chemicals", mark + rows.encode())
    assert result.figids == ALL
    assert result.summary.warnings == 0
    assert "<https://identifiers.org/chebi/CHEBI:4167>" in result.objects("closeMatch")


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_lines_without_anything_are_no_rows(tmp_path: Path, end: str) -> None:
    rows = table(CHEMICAL_COLUMNS, ("Glucose", "mesh:D005947", "NA", "NA", "NA")).rstrip("\n") + end
    assert with_table(tmp_path, "chemicals", rows).summary.mention_rows["chemical"] == 1


def test_a_line_break_of_another_alphabet_is_part_of_a_word(tmp_path: Path) -> None:
    word = "a\u2028b\x85c\x0b"[:-1]
    result = with_table(tmp_path, "chemicals", table(CHEMICAL_COLUMNS, (word, "NA", "NA", "NA", "NA")))
    assert f'/vocab#word> "{word}" .' in (tmp_path / "out" / "figures.nt").read_text(encoding="utf-8")
    assert result.summary.mention_rows["chemical"] == 1


def test_a_table_whose_figure_is_missing_is_refused(tmp_path: Path) -> None:
    error = only_refusal(export_among_good(tmp_path, {"_data/PMC9__F9-genes.tsv": table(GENE_COLUMNS, TP53_ROW)}))
    assert error.source == f"{tmp_path}/in/_data/PMC9__F9-genes.tsv"
    assert "figure is missing" in error.reason


def test_a_table_of_a_figure_in_a_file_of_another_name_is_not_missing(tmp_path: Path) -> None:
    files = {"_figures/other-name.md": front_matter(newer("PMC1__F1")), "_data/PMC1__F1-genes.tsv": table(GENE_COLUMNS, TP53_ROW)}
    result = export_among_good(tmp_path, files)
    assert result.figids == ALL
    assert result.summary.exit_status == 0


def test_a_table_of_a_refused_figure_is_not_refused_too(tmp_path: Path) -> None:
    files = {
        "_figures/other-name.md": front_matter(newer("PMC1__F1", "wpid: none")),
        "_data/PMC1__F1-genes.tsv": table(GENE_COLUMNS, TP53_ROW),
    }
    assert only_refusal(export_among_good(tmp_path, files)).field == "wpid"


def test_rows_that_disagree_about_a_symbol_do_not_quarantine_the_figure(tmp_path: Path) -> None:
    rows = (TP53_ROW, (*TP53_ROW[:5], "P53", *TP53_ROW[6:]))
    result = with_table(tmp_path, "genes", table(GENE_COLUMNS, *rows))
    assert result.figids == ALL
    assert result.summary.quarantined == 0


def test_a_row_that_says_its_organism_by_name_only(tmp_path: Path) -> None:
    row = ("NA", "Homo sapiens", *TP53_ROW[2:])
    result = with_table(tmp_path, "genes", table(GENE_COLUMNS, row))
    assert result.figids == ALL
    assert result.summary.quarantined == 0


# -- two records of one figure -----------------------------------------------------------------------------------------------


def write_two_sources(tmp_path: Path, first: str, second: str) -> list[Path]:
    """Two folders, the first with one record of PMC1__F1, the second with another one, among good ones."""
    return [
        write(tmp_path / "a", {"PMC1__F1.md": front_matter(first), "PMC100__good1.md": front_matter(older("PMC100__good1"))}),
        write(tmp_path / "b", {"PMC1__F1.md": front_matter(second), "PMC100__good2.md": front_matter(newer("PMC100__good2"))}),
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_the_newer_generation_wins_with_a_warning(tmp_path: Path, turned: bool) -> None:
    records = older("PMC1__F1", title="old"), newer("PMC1__F1", title="new")
    sources = write_two_sources(tmp_path, *(reversed(records) if turned else records))
    result = exported(sources, tmp_path / "out")
    assert result.figids == ALL
    assert (result.summary.exported, result.summary.refused, result.summary.superseded) == (3, 0, 1)
    assert result.summary.exit_status == 0
    assert result.objects("title").count('"new"') == 1
    assert '"old"' not in result.objects("title")
    ((warning),) = result.report["warnings"]
    winner_folder, duplicate_folder = (tmp_path / "a", tmp_path / "b") if turned else (tmp_path / "b", tmp_path / "a")
    assert warning["figid"] == "PMC1__F1"
    assert warning["source"] == f"{duplicate_folder}/PMC1__F1.md"
    assert f"{winner_folder}/PMC1__F1.md" in warning["warning"]


@pytest.mark.parametrize("build", [older, newer])
def test_of_one_generation_the_second_is_refused(tmp_path: Path, build: object) -> None:
    sources = write_two_sources(tmp_path, build("PMC1__F1", title="first"), build("PMC1__F1", title="second"))
    result = exported(sources, tmp_path / "out")
    error = only_refusal(result, ALL)
    assert error.source == f"{tmp_path}/b/PMC1__F1.md"
    assert error.figid == "PMC1__F1"
    assert f"{tmp_path}/a/PMC1__F1.md" in error.reason
    assert '"first"' in result.objects("title")
    assert '"second"' not in result.objects("title")


def test_of_three_records_the_newest_stays_and_each_duplicate_is_reported_once(tmp_path: Path) -> None:
    texts = [older("PMC1__F1", title="a"), older("PMC1__F1", title="b"), newer("PMC1__F1", title="c")]
    stream = "".join(f"---\n{text}" for text in texts)
    result = exported([write(tmp_path, {"all.yaml": stream}) / "all.yaml"], tmp_path / "out")
    assert result.figids == ["PMC1__F1"]
    assert '"c"' in result.objects("title")
    assert result.summary.refused + result.summary.superseded == 2


def test_many_batches_lie_between_two_records_of_one_figure(tmp_path: Path) -> None:
    texts = [older("PMC1__F0", title="old"), *(older(f"PMC1__F{number}") for number in range(1, 200)), newer("PMC1__F0", title="new")]
    stream = "".join(f"---\n{text}" for text in texts)
    result = exported([write(tmp_path, {"all.yaml": stream}) / "all.yaml"], tmp_path / "out")
    assert result.summary.exported == 200
    assert result.objects("title").count('"new"') == 1
    assert '"old"' not in result.objects("title")


def test_the_second_of_two_records_from_one_source_is_refused_again_in_the_next_run(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", GOOD)
    result = exported([folder, folder / "_figures" / "PMC100__good1.md"], tmp_path / "out")
    assert only_refusal(result).figid == "PMC100__good1"


# -- names -------------------------------------------------------------------------------------------------------------------


def test_no_figid_leads_out_of_the_quarantine(tmp_path: Path) -> None:
    for figid in ("..", ".", "a/../b", "/etc", "a\\\\b", ".hidden"):
        result = exported([write(tmp_path / "in", {"bad.md": front_matter(older(f'"{figid}"', "year: never"))})], tmp_path / "out")
        assert result.summary.refused == 1
        assert not (tmp_path / "out" / "quarantine").exists()


@pytest.mark.skipif(sys.platform == "darwin", reason="file names are text there")
def test_a_file_name_that_is_no_text_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "in", GOOD)
    (tmp_path / "in" / "_figures" / b"caf\xe9.md".decode("utf-8", "surrogateescape")).write_text("nothing")
    result = exported([tmp_path / "in"], tmp_path / "out")
    assert "caf" in only_refusal(result).source


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (write(tmp_path / "in", GOOD) / "_figures" / "gone.md").symlink_to(tmp_path / "nowhere.md")
    error = only_refusal(exported([tmp_path / "in"], tmp_path / "out"))
    assert error.source.endswith("_figures/gone.md")
    assert "cannot be opened" in error.reason


def test_a_stream_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (write(tmp_path / "in", GOOD) / "_figures" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    error = only_refusal(exported([tmp_path / "in"], tmp_path / "out"))
    assert error.source.endswith("_figures/gone.yaml")


def test_every_bad_record_at_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for number, folder in enumerate(sorted(FIGURES.glob("refused-*"))):
        files |= files_of(folder, f"_figures/{number:03}")
    result = export_among_good(tmp_path, files)
    assert result.figids == GOOD_FIGIDS
    assert result.summary.refused == len({Path(name).parent for name in files})
    assert result.summary.exit_status == 1
