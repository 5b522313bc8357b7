"""Files beside records: tables are read however they are compressed, and what is named for a figure but not read is in the report."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard
from tests.support.records import GENE_COLUMNS, TP53_ROW, front_matter, newer, table, write

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.records.reader import read_records

FIGID = "PMC1__a"
GENES = table(GENE_COLUMNS, TP53_ROW).encode()
OTHER_GENES = table(GENE_COLUMNS, (*TP53_ROW[:3], "P53", *TP53_ROW[4:])).encode()
RECORD = {f"_figures/{FIGID}.md": front_matter(newer(FIGID)).encode()}
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress,
}  # fmt: skip
Pack = Callable[[Path, Mapping[str, bytes]], Path]


def folder(path: Path, files: Mapping[str, bytes]) -> Path:
    return write(path / "checkout", files)


def one_file(path: Path, files: Mapping[str, bytes]) -> Path:
    return write(path / "checkout", files) / "_figures" / f"{FIGID}.md"


def tar_file(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path / "checkout.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path / "checkout.tar.gz"


def zip_file(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path / "checkout.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path / "checkout.zip"


def warnings(source: Path, output: Path, **options: bool) -> list[tuple[str, str]]:
    """The name of the file and the text of each warning of an export."""
    export([source], output, formats=["ntriples"], workers=1, **options)  # type: ignore[arg-type]
    rows = json.loads((output / "report.json").read_text(encoding="utf-8"))["warnings"]
    return [(Path(row["source"]).name, row["warning"]) for row in rows]


@pytest.mark.parametrize("pack", [folder, one_file, tar_file, zip_file])
@pytest.mark.parametrize("ending", ["-genes.tsv", "-genes.TSV", "-Genes.tsv"])
@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_table_is_read_however_its_name_is_written(tmp_path: Path, pack: Pack, ending: str, suffix: str) -> None:
    source = pack(tmp_path, {**RECORD, f"_data/{FIGID}{ending}{suffix}": COMPRESSORS[suffix](GENES)})
    (record,) = read_records(source)
    assert [row.word for row in record.mentions] == ["p53"]
    assert warnings(source, tmp_path / "output") == []


@pytest.mark.parametrize("pack", [folder, one_file, tar_file, zip_file])
@pytest.mark.parametrize(
    "name",
    [
        f"_data/{FIGID}-proteins.tsv",
        f"_data/{FIGID}-genes.csv",
        f"_data/{FIGID}-genes.tsv.bak",
        f"_figures/{FIGID}.json",
        f"_data/{FIGID}.txt",
    ],
)
def test_a_file_named_for_a_figure_that_is_not_read_is_reported(tmp_path: Path, pack: Pack, name: str) -> None:
    (warning,) = warnings(pack(tmp_path, {**RECORD, name: b"content"}), tmp_path / "output")
    assert warning[0] == Path(name).name
    assert "nothing reads it" in warning[1]


@pytest.mark.parametrize("pack", [folder, tar_file])
def test_a_file_named_as_records_are_is_reported_without_its_figure(tmp_path: Path, pack: Pack) -> None:
    files = {
        **RECORD,
        "_data/PMC2__b-proteins.tsv": b"",
        "_drafts/PMC3__c.md": b"",
        "_data/notes.txt": b"",
        "README.md": b"",
        "index.md": b"",
    }
    names = [name for name, _ in warnings(pack(tmp_path, files), tmp_path / "output")]
    assert sorted(names) == ["PMC2__b-proteins.tsv", "PMC3__c.md"]


def test_a_readme_next_to_records_is_not_reported(tmp_path: Path) -> None:
    files = {f"{FIGID}.md": RECORD[f"_figures/{FIGID}.md"], "README.md": b"# About these records", "_data/README.md": b"# Tables"}
    assert warnings(folder(tmp_path, files), tmp_path / "out") == []


def test_a_named_file_that_is_refused_is_not_reported_as_well(tmp_path: Path) -> None:
    assert warnings(write(tmp_path, {"notes.json": b"[1]"}) / "notes.json", tmp_path / "out") == []


def test_pictures_and_hidden_files_are_not_reported(tmp_path: Path) -> None:
    files = {
        **RECORD,
        f"_figures/{FIGID}.jpg": b"",
        f"_figures/{FIGID}.PNG": b"",
        f"_figures/.{FIGID}.md.swp": b"",
        f"_data/._{FIGID}-genes.tsv": b"",
    }
    assert warnings(folder(tmp_path, files), tmp_path / "output") == []


@pytest.mark.parametrize("pack", [folder, one_file, tar_file])
def test_of_two_tables_that_differ_the_usual_one_is_read(tmp_path: Path, pack: Pack) -> None:
    files = {**RECORD, f"_data/{FIGID}-genes.tsv": GENES, f"_data/{FIGID}-genes.tsv.gz": gzip.compress(OTHER_GENES)}
    source = pack(tmp_path, files)
    (record,) = read_records(source)
    assert [row.word for row in record.mentions] == ["p53"]
    assert record.notes == (f"{FIGID}-genes.tsv.gz: was ignored because another table of the same type was read",)


def test_two_tables_of_the_same_content_are_one(tmp_path: Path) -> None:
    files = {
        **RECORD,
        f"_data/{FIGID}-genes.tsv": GENES,
        f"_data/{FIGID}-genes.tsv.gz": gzip.compress(GENES),
        f"_figures/{FIGID}-genes.tsv": GENES,
    }
    (record,) = read_records(folder(tmp_path, files))
    assert record.notes == ()


def test_a_table_in_a_folder_where_none_is_read_is_reported(tmp_path: Path) -> None:
    files = {**RECORD, f"_tables/{FIGID}-genes.tsv": GENES}
    assert [name for name, _ in warnings(folder(tmp_path, files), tmp_path / "output")] == [f"{FIGID}-genes.tsv"]


def test_a_link_to_a_folder_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", {"PMC2__b.md": front_matter(newer("PMC2__b")).encode()})
    checkout = folder(tmp_path, {f"records/{FIGID}.md": RECORD[f"_figures/{FIGID}.md"]})
    (checkout / "records" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (_, text), *others = warnings(checkout, tmp_path / "output")
    assert others == []
    assert text == "is a link to a folder, and links to folders are not followed; name that folder as a separate source"


def test_a_damaged_compressed_table_is_refused(tmp_path: Path) -> None:
    source = folder(tmp_path, {**RECORD, f"_data/{FIGID}-genes.tsv.gz": gzip.compress(GENES)[:-9]})
    refusals: list[Exception] = []
    assert not list(read_records(source, refusals=refusals))  # type: ignore[arg-type]
    assert "damaged" in str(refusals[0])


def test_the_next_run_reports_what_was_added_and_no_more_what_was_removed(tmp_path: Path) -> None:
    source = folder(tmp_path, {**RECORD, f"_data/{FIGID}-genes.tsv": GENES})
    assert warnings(source, tmp_path / "output") == []
    added = {f"_data/{FIGID}-proteins.tsv": b"", f"_data/{FIGID}-genes.tsv.gz": gzip.compress(OTHER_GENES)}
    write(source, added)
    assert len(warnings(source, tmp_path / "output")) == 2
    for name in added:
        (source / name).unlink()
    assert warnings(source, tmp_path / "output") == []


def test_text_behind_the_front_matter_is_reported(tmp_path: Path) -> None:
    page = RECORD[f"_figures/{FIGID}.md"]
    source = folder(tmp_path, {f"_figures/{FIGID}.md": page + b"\n \n"})
    assert warnings(source, tmp_path / "output") == []
    write(source, {f"_figures/{FIGID}.md": page + b"\nA remark of the curators.\n"})
    ((_, warning),) = warnings(source, tmp_path / "output")
    assert "A remark of the curators." in warning
