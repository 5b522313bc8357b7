"""The corpus maker: its records load as what was meant, and the same arguments give the same records."""

from __future__ import annotations

import random
import re
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from benchmarks.corpus import make_corpus
from benchmarks.corpus_pool import SHARED
from benchmarks.corpus_records import records
from benchmarks.corpus_yaml import field

HEADERS = {
    "genes": "organism_id organism_name organism_group word match ncbigene_symbol ncbigene_id source"
    " count_direct count_synonym count_match",
    "chemicals": "word mesh match name chebi",
    "diseases": "word mesh match name doid",
}

NASTY = [
    *(
        "",
        "NO",
        "on",
        "y",
        "~",
        "null",
        "010",
        "0x1F",
        "0b11",
        "1_000",
        "12:30:45",
        "190:20:30.15",
        "2020-01-02",
        "1.5",
        ".5",
    ),
    *(
        "-.inf",
        ".NaN",
        "5E3",
        "1e+5",
        "1.0e+5",
        "<<",
        "=",
        "-",
        "- a",
        "-a",
        "?",
        "? a",
        ":",
        ": a",
        ":a",
        "a:",
        "a: b",
        "a:b",
    ),
    *(
        "#a",
        "a #b",
        "a#b",
        "[a]",
        "{a",
        "a, b",
        "&a",
        "*a",
        "!a",
        "|a",
        ">a",
        "%a",
        "@a",
        "`a",
        "'a'",
        "it's",
        '"a"',
        "---",
        "...",
    ),
    *(
        "--- a",
        " a",
        "a ",
        "a  b",
        "a\tb",
        "a\nb",
        "a\\b",
        "a\u0085b",
        "a\u2028b",
        "\ufeffa",
        "a\u00a0b",
        "\u00a0a",
        "HỌXA2",
    ),
    *(
        "[Ca²*]i",
        "→Akt",
        "\U0001d6fc-SMA",
        "\x7f",
        "a " * 90,
        " x" * 90,
        "a: b " * 40,
        "- # " * 40,
        "y  z " * 50,
    ),
]


@pytest.fixture(params=["real", "synthetic"])
def source(request: pytest.FixtureRequest) -> Path | None:
    """Where rows come from."""
    if request.param == "synthetic":
        return None
    if not SHARED.is_dir():
        pytest.skip("the shared data (../shared/data) is not here")
    return SHARED


def load(text: str) -> dict[str, Any]:
    """The front matter of a record."""
    record, trailing_document = yaml.safe_load_all(text)
    assert trailing_document is None
    assert isinstance(record, dict)
    return record


def untexts(value: object) -> list[object]:
    """Every scalar that a YAML reader takes for something else than text."""
    if isinstance(value, dict):
        return [scalar for inner in value.values() for scalar in untexts(inner)]
    if isinstance(value, list):
        return [scalar for inner in value for scalar in untexts(inner)]
    return [] if isinstance(value, str) else [value]


@pytest.mark.parametrize("generation", ["2021", "2023"])
def test_records_load_and_look_like_the_real_ones(source: Path | None, generation: str) -> None:
    files = dict(records(30, generation=generation, seed=3, source=source))
    texts = {PurePosixPath(path).stem: text for path, text in files.items() if path.startswith("_figures/")}
    assert len(texts) == 30
    for figid, text in texts.items():
        record = load(text)
        assert record["figid"] == figid
        assert re.fullmatch(r"PMC\d{7}__[a-z]+-\d+-\d+-g\d{3}", figid)
        assert record["schema-jsonld"]["@id"] == f"https://pfocr.wikipathways.org/figures/{figid}.html"
        assert [type(value) for value in untexts(record)] == [float]
        assert ("genes" in record) == (generation == "2021")
        dumped = yaml.dump(record, sort_keys=False, allow_unicode=True, width=80)
        assert text == f"---\n{dumped}---\n"


@pytest.mark.parametrize("generation", ["2021", "2023"])
def test_rows_are_complete(source: Path | None, generation: str) -> None:
    count = 0
    for path, text in records(30, generation=generation, seed=3, source=source):
        if path.endswith(".tsv"):
            header, *rows = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
            assert header == HEADERS[path.rsplit("-", 1)[1].removesuffix(".tsv")].split()
            assert all(len(row) == len(header) for row in rows)
            count += len(rows)
        elif generation == "2021":
            record = load(text)
            assert all(list(row) == ["word", "symbol", "source", "hgnc_symbol", "entrez"] for row in record["genes"])
            assert all(row["entrez"].isdigit() for row in record["genes"])
            assert all(list(row) == ["word", "source", "identifier"] for row in record["chemicals"] + record["diseases"])
            count += len(record["genes"])
    assert count > 200


def test_the_same_arguments_give_the_same_records(source: Path | None) -> None:
    once = list(records(30, generation="mixed", seed=5, source=source))
    assert once == list(records(30, generation="mixed", seed=5, source=source))
    assert once != list(records(30, generation="mixed", seed=6, source=source))
    assert once[:20] == list(records(40, generation="mixed", seed=5, source=source))[:20]


def test_ids_are_unique_and_some_papers_have_several_figures() -> None:
    paths = [path for path, _ in records(300, generation="mixed", seed=1, source=None)]
    figids = [PurePosixPath(path).stem for path in paths if path.startswith("_figures/")]
    papers = {figid.split("__")[0] for figid in figids}
    assert len(set(paths)) == len(paths)
    assert len(set(figids)) == 300
    assert 1.05 < len(figids) / len(papers) < 1.4


@pytest.mark.parametrize("margin", ["", "  ", "- "])
def test_every_text_survives_the_yaml(margin: str) -> None:
    rng = random.Random(0)
    letters = "aZ09 _.,:;#-?!|>&*'\"\\%@`[]{}~=+\t\n\u00a0µ→\u2028ỌΩ"
    texts = NASTY + ["".join(rng.choices(letters, k=rng.choice((3, 9, 120)))) for _ in range(300)]
    for text in texts:
        loaded = yaml.safe_load(field("key", text, margin))
        assert (loaded[0] if margin == "- " else loaded) == {"key": text}


@pytest.mark.parametrize("fmt", ["folder", "tar", "tar.gz", "zip"])
def test_every_container_format_holds_the_same_files(tmp_path: Path, fmt: str) -> None:
    output = tmp_path / "corpus"
    summary = make_corpus(12, output, generation="2023", seed=2, source=None, form=fmt)
    texts = dict(records(12, generation="2023", seed=2, source=None))
    files = contents(output, fmt)
    assert files == texts
    assert summary == (12, len(texts), sum(len(text.encode()) for text in texts.values()))
    if fmt != "folder":  # as in an archive of a checkout: every table comes before every record
        assert list(files) == sorted(files, key=lambda path: path.startswith("_figures/"))
        second_output = tmp_path / "again"
        make_corpus(12, second_output, generation="2023", seed=2, source=None, form=fmt)
        assert second_output.read_bytes() == output.read_bytes()


def contents(output: Path, fmt: str) -> dict[str, str]:
    """Path and text of every file in a corpus, in the order it holds them."""
    if fmt == "folder":
        return {path.relative_to(output).as_posix(): path.read_bytes().decode() for path in output.rglob("*.*")}
    if fmt == "zip":
        with zipfile.ZipFile(output) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}
    with tarfile.open(output) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive)
        return {name: file.read().decode() for name, file in files if file is not None}
