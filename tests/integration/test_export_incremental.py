"""A second export maps only what is new or has changed, and its files are those of an export that maps everything."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.output_directories import contents
from tests.support.profiles import example_count
from tests.support.records import GENE_COLUMNS, TP53_ROW, front_matter, newer, older, table, write

from pfocr2rdf.pipeline import fingerprint, record_writer, single, update, update_plan
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.release import Release
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.layout import CHECKPOINT_DIR, MANIFEST_FILE, STATE_FILE, TOOL
from pfocr2rdf.validation.shapes import load_shapes

Files = dict[str, str]

ALL = 19
"""The records of ``FILES``."""


def genes(word: str = "p53") -> str:
    return table(GENE_COLUMNS, [word if value == "p53" else value for value in TP53_ROW])


def page(number: int, generation: int, **fields: str) -> str:
    """A record of a generation, whose figure has that number."""
    make = newer if generation else older
    return front_matter(make(f"PMC{number}__F1", *(f"{key}: '{value}'" for key, value in fields.items()), title=f"Title {number}"))


FILES: Files = {
    **{f"_figures/PMC{number}__F1.md": page(number, 0) for number in range(10, 17)},
    **{f"_figures/PMC{number}__F1.md": page(number, 1) for number in range(20, 27)},
    **{f"_data/PMC{number}__F1-genes.tsv": genes() for number in range(20, 24)},
    "_figures/PMC30__F1.md": page(30, 0, year="abcd"),  # it breaks a shape
    "_figures/PMC31__F1.md": page(31, 0).replace("pmcid: PMC100", "pmcid: X"),
    "_figures/stream.yaml": "---\n".join(older(f"PMC{number}__F1", title=f"Title {number}") for number in (40, 41, 42)),
}


class IncrementalExport:
    """A folder of records, and an export of it that is made again and again."""

    def __init__(self, directory: Path, files: Files = FILES, **options: Any) -> None:
        self.directory, self.output = directory, directory / "out"
        self.files: Files = {}
        self.options: dict[str, Any] = {"formats": ["turtle", "nquads"], "workers": 1, **options}
        self.sources: list[str | Path] = [directory / "in"]
        self._fresh_inputs: tuple[Any, ...] = ()
        self._fresh_summary = ExportSummary()
        self.change(files)

    def change(self, files: Mapping[str, str | None]) -> None:
        """Write files, and remove those that are ``None``."""
        for name, content in files.items():
            if content is None:
                (self.directory / "in" / name).unlink()
                del self.files[name]
            else:
                write(self.directory / "in", {name: content})
                self.files[name] = content

    def export(self, **options: Any) -> ExportSummary:
        """The export, as it is made over the one that is there; its files must be those of a fresh one."""
        options = self.options | options
        was_there, files_before = self.output.exists(), contents(self.output)
        summary = export(self.sources, self.output, **options)
        if summary.withheld:  # nothing could be exported
            assert contents(self.output) == files_before
            return summary
        version = fingerprint.export_fingerprint(load_shapes(options.get("shapes", ())), "")
        inputs = (self._read_inputs(), repr(options), version)
        if not was_there and inputs in _COMPARED_FIRST_EXPORTS:
            return summary  # it is a fresh one itself
        if inputs != self._fresh_inputs:
            shutil.rmtree(self.directory / "fresh", ignore_errors=True)
            self._fresh_summary = export(self.sources, self.directory / "fresh", **options)
            self._fresh_inputs = inputs
        assert contents(self.output) == contents(self.directory / "fresh")
        assert summary.as_dict(timing=False) == self._fresh_summary.as_dict(timing=False)
        assert (summary.files, summary.exit_status) == (self._fresh_summary.files, self._fresh_summary.exit_status)
        if not was_there:
            _COMPARED_FIRST_EXPORTS.append(inputs)
        return summary

    def _read_inputs(self) -> list[tuple[str, dict[str, bytes]]]:
        """What the sources hold, by their names below the directory."""
        return [
            (os.path.relpath(source, self.directory), contents(Path(source)) if os.path.isdir(source) else {"": Path(source).read_bytes()})
            for source in self.sources
        ]


_COMPARED_FIRST_EXPORTS: list[tuple[Any, ...]] = []
"""The inputs of first exports that were compared with a second one in another folder: once for all tests that begin with them."""


@pytest.fixture
def incremental(tmp_path: Path) -> IncrementalExport:
    """An export that was made once."""
    incremental = IncrementalExport(tmp_path)
    result = incremental.export()
    assert (result.read, result.mapped, result.quarantined, result.refused, result.unchanged) == (ALL, ALL, 1, 1, False)
    return incremental


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Time and place on the disk of every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.rglob("*")}


# -- the same records ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, None])
@pytest.mark.parametrize("compress", [None, "gz", "zst"])
def test_a_second_run_maps_nothing_and_leaves_the_files_alone(workers: int | None, compress: str | None, tmp_path: Path) -> None:
    exported_folder = IncrementalExport(tmp_path, formats=SERIALIZERS, compress=compress, workers=workers)
    first = exported_folder.export()
    previous = stamps(exported_folder.output)
    for _ in range(2):
        summary = exported_folder.export()
        assert (summary.mapped, summary.unchanged, summary.read) == (0, True, ALL)
        assert summary.as_dict(timing=False) == first.as_dict(timing=False)
        assert stamps(exported_folder.output) == previous


def test_the_time_of_a_source_is_nothing(incremental: IncrementalExport) -> None:
    for path in (incremental.directory / "in").rglob("*.*"):
        os.utime(path, (1, 1))
    assert incremental.export().unchanged


def test_a_second_run_from_another_place_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        write(tmp_path / name / "in", FILES)
    monkeypatch.chdir(tmp_path / "one")
    export(["in"], tmp_path / "out")
    monkeypatch.chdir(tmp_path / "other")
    assert export(["in"], tmp_path / "out").unchanged
    write(tmp_path / "other" / "in", {"_figures/PMC10__F1.md": page(10, 0, year="2001")})
    assert export(["in"], tmp_path / "out").mapped == 1


# -- other records -------------------------------------------------------------------------------------------------------------------


STREAM = FILES["_figures/stream.yaml"]

EDITS: dict[str, tuple[dict[str, str | None], int]] = {
    "an older record has changed": ({"_figures/PMC11__F1.md": page(11, 0, year="2001")}, 1),
    "a newer record has changed": ({"_figures/PMC22__F1.md": page(22, 1, year="2001")}, 1),
    "the first and the last have changed": (
        {"_figures/PMC10__F1.md": page(10, 0, year="2001"), "_figures/stream.yaml": STREAM.replace("Title 42", "Other title 42")}, 2,
    ),
    "the body of a page has changed": ({"_figures/PMC11__F1.md": FILES["_figures/PMC11__F1.md"] + "Some words.\n"}, 1),
    "a record has come before all": ({"_figures/PMC05__F1.md": page(5, 0)}, 1),
    "a record has come in between": ({"_figures/PMC18__F1.md": page(18, 1)}, 1),
    "a record has come after all": ({"_figures/zzz.md": page(99, 1)}, 1),
    "records have gone": ({"_figures/PMC10__F1.md": None, "_figures/PMC24__F1.md": None, "_figures/stream.yaml": None}, 0),
    "a file has another name": ({"_figures/PMC10__F1.md": None, "_figures/other.md": FILES["_figures/PMC10__F1.md"]}, 1),
    "two files have changed places": (
        {"_figures/PMC10__F1.md": FILES["_figures/PMC11__F1.md"], "_figures/PMC11__F1.md": FILES["_figures/PMC10__F1.md"]}, 2,
    ),
    "a record is of the other generation now": ({"_figures/PMC11__F1.md": page(11, 1)}, 1),
    "a table has changed": ({"_data/PMC20__F1-genes.tsv": genes("TRP53")}, 1),
    "a table has come": ({"_data/PMC24__F1-genes.tsv": genes("TRP53")}, 1),
    "a table has gone": ({"_data/PMC20__F1-genes.tsv": None}, 1),
    "a table stands elsewhere": ({"_data/PMC20__F1-genes.tsv": None, "_figures/PMC20__F1-genes.tsv": genes()}, 0),
    "two records have changed their tables": ({"_data/PMC20__F1-genes.tsv": None, "_data/PMC24__F1-genes.tsv": genes()}, 2),
    "a table without a figure has come": ({"_data/PMC77__F1-genes.tsv": genes()}, 0),
    "a record with a table has gone": ({"_figures/PMC20__F1.md": None}, 0),
    "a record is refused now, since it cannot be read": ({"_figures/PMC11__F1.md": "---\na: [\n---\n"}, 1),
    "a record is refused now, for a field": ({"_figures/PMC11__F1.md": FILES["_figures/PMC31__F1.md"].replace("PMC31", "PMC11")}, 1),
    "a record is refused now, for a table": ({"_data/PMC20__F1-genes.tsv": "x\ty\n1\n"}, 1),
    "a record that was refused is well now": ({"_figures/PMC31__F1.md": page(31, 0)}, 1),
    "a record that was refused is refused for something else": ({"_figures/PMC31__F1.md": "---\na: [\n---\n"}, 1),
    "a record that was refused has gone": ({"_figures/PMC31__F1.md": None}, 0),
    "a record is quarantined now": ({"_figures/PMC11__F1.md": page(11, 0, year="abcd")}, 1),
    "a record that was quarantined is well now": ({"_figures/PMC30__F1.md": page(30, 0)}, 1),
    "a record that was quarantined is quarantined for something else": ({"_figures/PMC30__F1.md": page(30, 0, year="abcde")}, 1),
    "a record that was quarantined has gone": ({"_figures/PMC30__F1.md": None}, 0),
    "a copy of a record has come after it": ({"_figures/zzz.md": page(11, 0, year="2001")}, 1),
    "a copy of a record has come before it": ({"_figures/AAA.md": page(11, 0, year="2001")}, 1),
    "a copy of a quarantined record has come before it": ({"_figures/AAA.md": page(30, 0)}, 1),
    "a newer record of a figure has come before the older one": ({"_figures/AAA.md": page(11, 1, year="2001")}, 1),
    "a newer record of a figure has come after the older one": ({"_figures/zzz.md": page(11, 1, year="2001")}, 1),
    "an older record of a figure has come after the newer one": ({"_figures/zzz.md": page(22, 0, year="2001")}, 1),
    "a newer record of a quarantined figure has come": ({"_figures/zzz.md": page(30, 1)}, 1),
    "a newer record of a figure in the stream has come": ({"_figures/zzz.md": page(41, 1)}, 1),
    "one of the stream has changed": ({"_figures/stream.yaml": STREAM.replace("Title 41", "Other title 41")}, 1),
    "one of the stream has more lines, so that the next one begins later": (
        {"_figures/stream.yaml": STREAM.replace("figtitle: Title 41", "year: '2001'\nfigtitle: Title 41")}, 2,
    ),
    "the stream begins with another one": ({"_figures/stream.yaml": older("PMC39__F1") + "---\n" + STREAM}, 4),
    "the stream is shorter": ({"_figures/stream.yaml": STREAM[: STREAM.index("---\nfigid: PMC42")]}, 0),
    "the stream is a file with one": ({"_figures/stream.yaml": older("PMC40__F1", title="Title 40")}, 0),
    "a stream has come": ({"_figures/more.yml": "---\n".join(older(f"PMC{number}__F1") for number in (50, 51))}, 2),
    "nothing has changed": ({}, 0),
}  # fmt: skip


@pytest.mark.parametrize(("files", "mapped"), EDITS.values(), ids=EDITS)
def test_only_what_is_new_or_has_changed_is_mapped(files: dict[str, str | None], mapped: int, incremental: IncrementalExport) -> None:
    incremental.change(files)
    summary = incremental.export()
    assert summary.mapped == mapped
    second = incremental.export()
    assert second.mapped <= 2, "those that cannot be read at all, and those that lost, are looked at again"
    original_files: dict[str, str | None] = {name: FILES.get(name) for name in files}
    incremental.change(original_files)
    assert incremental.export().mapped <= len(files) + 4
    assert incremental.files == FILES


@pytest.mark.parametrize("workers", [1, 2])
def test_what_comes_and_goes_among_many(workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More records than go into one batch, reused ones between mapped ones."""
    monkeypatch.setattr(single, "BATCH_RECORDS", 4)
    monkeypatch.setattr(single, "_MAX_BATCH_ITEMS", 7)
    incremental = IncrementalExport(tmp_path, {f"{number}.md": page(number, number % 2) for number in range(100, 200)}, workers=workers)
    incremental.export()
    incremental.change({f"{number}.md": page(number, number % 2, year="2001") for number in range(100, 200, 9)})
    incremental.change({f"{number}.md": None for number in range(101, 200, 9)})
    assert incremental.export().mapped == 12
    incremental.change({f"{number}.md": page(number, 0, year="1990") for number in range(102, 200, 3)})
    assert incremental.export().mapped == len(range(102, 200, 3))
    assert incremental.export().mapped == 0


def test_entities_forget_what_no_record_says_any_more(tmp_path: Path) -> None:
    """A title of a paper that only one record had; a disagreement that comes and goes."""
    page_text, other = page(1, 0), page(2, 0).replace("A paper", "Another paper")
    incremental = IncrementalExport(tmp_path, {"a.md": page_text, "b.md": other})
    assert incremental.export().conflicts == 1
    incremental.change({"b.md": page(2, 0)})
    summary = incremental.export()
    assert (summary.conflicts, summary.mapped) == (0, 1)
    incremental.change({"b.md": other})
    assert incremental.export().conflicts == 1


@pytest.mark.parametrize("batch", [1, 64])
@pytest.mark.parametrize("ranks", [(0, 0), (1, 1), (0, 1), (1, 0)])
def test_a_duplicate_comes_and_goes(ranks: tuple[int, int], batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a newer record that comes when the older one was written already."""
    monkeypatch.setattr(single, "BATCH_RECORDS", batch)
    monkeypatch.setattr(single, "_MAX_BATCH_ITEMS", batch)
    first, second = (page(7, rank, year=str(2000 + number)) for number, rank in enumerate(ranks))
    others = {f"c{number}.md": page(number, 0) for number in range(100, 105)}
    incremental = IncrementalExport(tmp_path, {"a.md": first, **others})
    incremental.export()
    for name, text in (("z.md", second), ("b.md", second)):
        incremental.change({name: text})
        assert incremental.export().mapped == 1
        assert incremental.export().mapped <= 1
        incremental.change({name: None})
        assert incremental.export().mapped <= 1
    incremental.change({"z.md": second})
    incremental.export()
    incremental.change({"a.md": None})
    assert incremental.export().mapped <= 1


# -- other options -------------------------------------------------------------------------------------------------------------------


SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .
<urn:mine> a sh:NodeShape ; sh:targetClass pfocr:Figure ; sh:property [ sh:path pfocr:figureNumber ; sh:minCount 1 ] .
"""

OPTIONS: dict[str, tuple[dict[str, Any], int]] = {
    "fewer formats": ({"formats": ["nquads"]}, 0),
    "another order of formats": ({"formats": ["nquads", "turtle"]}, 0),
    "more formats": ({"formats": ["turtle", "nquads", "jsonld"]}, ALL),
    "another format": ({"formats": ["jsonld"]}, ALL),
    "compressed with gzip": ({"compress": "gz"}, 0),
    "compressed with Zstandard": ({"compress": "zst"}, 0),
    "fewer formats, and compressed": ({"formats": ["nquads"], "compress": "zst"}, 0),
    "a limit": ({"limit": 7}, 0),
    "a limit that is beyond": ({"limit": 700}, 0),
    "a release": ({"release": Release("2024-01", "2024-01-01")}, 0),
    "violations are incremental": ({"on_violation": "keep"}, ALL),
    "more workers": ({"workers": 3}, 0),
}


@pytest.mark.parametrize(("options", "mapped"), OPTIONS.values(), ids=OPTIONS)
def test_what_other_options_do_not_touch_is_not_mapped_again(options: dict[str, Any], mapped: int, incremental: IncrementalExport) -> None:
    assert incremental.export(**options).mapped == mapped
    assert incremental.export(**options).unchanged
    mapped_again = incremental.export().mapped
    assert mapped_again in (0, ALL, ALL - options.get("limit", ALL))
    assert incremental.export().unchanged


def test_a_limit_that_grows_maps_what_comes_into_it(incremental: IncrementalExport) -> None:
    for limit, mapped in ((5, 0), (12, 7), (11, 0), (3, 0), (4, 1), (None, ALL - 4)):
        assert incremental.export(limit=limit).mapped == mapped


@pytest.mark.parametrize("first_compress", ["gz", "zst", None])
@pytest.mark.parametrize("second_compress", ["gz", "zst", None])
def test_from_one_compression_to_another(first_compress: str | None, second_compress: str | None, tmp_path: Path) -> None:
    incremental = IncrementalExport(tmp_path, formats=SERIALIZERS, compress=first_compress)
    incremental.export()
    incremental.change({"_figures/PMC12__F1.md": page(12, 0, year="2001"), "_figures/PMC25__F1.md": None})
    assert incremental.export(compress=second_compress).mapped == 1


def test_other_shapes_map_all(incremental: IncrementalExport) -> None:
    shapes = write(incremental.directory / "shapes", {"mine.ttl": SHAPE})
    assert incremental.export(shapes=[shapes], on_violation="keep").mapped == ALL
    assert incremental.export(shapes=[shapes], on_violation="keep").mapped == 0
    write(shapes, {"mine.ttl": SHAPE.replace("minCount 1", "minCount 0")})
    assert incremental.export(shapes=[shapes], on_violation="keep").mapped == ALL
    assert incremental.export().mapped == ALL


def test_another_version_of_the_mapping_maps_all(incremental: IncrementalExport, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(fingerprint, "code_fingerprint", lambda: "another one")
        assert incremental.export().mapped == ALL
        assert incremental.export().mapped == 0
    assert incremental.export().mapped == ALL


def test_another_version_of_the_tool_or_of_a_library_that_packs_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """They too are seen in the files: a manifest names the tool, and another library may pack the same to other bytes."""
    in_force, fingerprints = load_shapes([]), set()
    for name, value in (("TOOL", TOOL), ("TOOL", "pfocr2rdf 99"), ("version", lambda name: f"{name} 99")):
        monkeypatch.setattr(fingerprint, name, value)
        fingerprints |= {fingerprint.export_fingerprint(in_force, "quarantine"), fingerprint.export_fingerprint(in_force, "keep")}
    assert len(fingerprints) == 6


def test_the_version_of_the_mapping_hangs_on_every_module_and_table_of_the_package() -> None:
    """And on nothing that is made of them."""
    with TemporaryDirectory() as folder:
        package = Path(folder) / "pfocr2rdf"
        shutil.copytree(Path(fingerprint.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__"))

        def package_digest() -> str:
            digest = hashlib.sha256()
            fingerprint._hash_tree(package, digest)
            return str(digest.hexdigest())

        digests = {package_digest()}
        write(package, {"__pycache__/mapping.pyc": "x"})
        assert package_digest() in digests
        for name in ("mapping/figure.py", "records/yaml.py"):
            (package / name).write_text((package / name).read_text() + "\n# changed\n")
            assert package_digest() not in digests
            digests.add(package_digest())
        (package / "mapping" / "organisms.py").rename(package / "mapping" / "taxa.py")
        assert package_digest() not in digests


def test_fresh_maps_all(incremental: IncrementalExport) -> None:
    previous = stamps(incremental.output)
    assert incremental.export(fresh=True).mapped == ALL
    assert stamps(incremental.output) != previous
    incremental.change({"_figures/PMC11__F1.md": page(11, 0, year="2001")})
    assert incremental.export(fresh=True).mapped == ALL
    assert incremental.export().mapped == 0


def test_fresh_takes_nothing_from_an_interrupted_run_either(incremental: IncrementalExport, monkeypatch: pytest.MonkeyPatch) -> None:
    incremental.change({f"_figures/PMC{number}__F1.md": page(number, 0, year="2001") for number in range(10, 17)})
    interrupt(incremental, monkeypatch)
    assert incremental.export(fresh=True).mapped == ALL


def interrupt(incremental: IncrementalExport, monkeypatch: pytest.MonkeyPatch, after: int = 10, **options: Any) -> None:
    """Interrupt a run over it."""

    def progress(_: str, count: int, *further: object) -> None:
        if count >= after:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(single, "BATCH_RECORDS", 2)
        patched.setattr(single, "_MAX_BATCH_ITEMS", 2)
        patched.setattr(record_writer, "_COMMIT_INTERVAL_SECONDS", 0.0)
        patched.setattr(update_plan, "MIN_UPDATE_RECORDS", 0)
        with pytest.raises(KeyboardInterrupt):
            export(incremental.sources, incremental.output, progress=progress, **incremental.options | options)
    assert (incremental.output / CHECKPOINT_DIR).is_dir()


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
def test_what_an_interrupted_run_did_is_taken_from_there_and_the_rest_from_the_export(
    compress: str | None, incremental: IncrementalExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    incremental.change({f"_figures/PMC{number}__F1.md": page(number, 0, year="2001") for number in range(10, 15)})
    interrupt(incremental, monkeypatch, after=4, compress=compress)
    assert incremental.export(compress=compress).mapped == 1
    assert not (incremental.output / CHECKPOINT_DIR).exists()


def test_an_interrupted_run_over_an_interrupted_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incremental = IncrementalExport(tmp_path)
    interrupt(incremental, monkeypatch, after=4)
    interrupt(incremental, monkeypatch, after=8)
    interrupt(incremental, monkeypatch, after=2)
    incremental.change({"_figures/PMC10__F1.md": page(10, 0, year="2001")})
    assert incremental.export().mapped == ALL - 8 + 1
    assert incremental.export().mapped == 0


# -- a state that cannot be trusted --------------------------------------------------------------------------------------------------


def overwrite(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def damage_bytes(path: Path, seed: int, count: int) -> None:
    """Other bytes in some places."""
    chosen, data = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(count):
        data[chosen.randrange(len(data))] = chosen.randrange(256)
    path.write_bytes(data)


def sql(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def foreign(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE about (name, value)", "CREATE TABLE records (number, text)", "INSERT INTO records VALUES (1, 'a')")


def broken_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_bytes(b"not a database" * 1000),
    "random bytes": lambda path: path.write_bytes(random.Random(0).randbytes(50_000)),
    "half of it": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a page less": lambda path: path.write_bytes(path.read_bytes()[:-4096]),
    "some bytes less": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "more bytes": lambda path: path.write_bytes(path.read_bytes() + bytes(4096)),
    "only its first page": lambda path: path.write_bytes(path.read_bytes()[:4096]),
    "zeros in its middle": lambda path: path.write_bytes((data := path.read_bytes())[:8192] + bytes(16384) + data[24576:]),
    "another database": foreign,
    "no records": lambda path: sql(path, "DELETE FROM records"),
    "no table of records": lambda path: sql(path, "DROP TABLE records"),
    "nothing about it": lambda path: sql(path, "DELETE FROM meta"),
    "no descriptions": lambda path: sql(path, "DELETE FROM descriptions"),
    "half of the descriptions": lambda path: sql(path, "DELETE FROM descriptions WHERE rowid % 2"),
    "no table of descriptions": lambda path: sql(path, "DROP TABLE descriptions"),
    "other descriptions": lambda path: sql(path, "UPDATE descriptions SET pairs = replace(pairs, 'A paper', 'Another paper')"),
    "other offsets": lambda path: sql(path, "UPDATE records SET offsets = (SELECT offsets FROM records LIMIT 1)"),
    "no offsets": lambda path: sql(path, "UPDATE records SET offsets = x''"),
    "other sizes": lambda path: sql(path, "UPDATE records SET sizes = x'ff'"),
    "other figures": lambda path: sql(path, "UPDATE records SET figid = 'PMC1__F1' || number"),
    "other statuses": lambda path: sql(path, "UPDATE records SET status = 'refused'"),
    "other words": lambda path: sql(path, "UPDATE records SET notes = '{}'"),
    "no words": lambda path: sql(path, "UPDATE records SET notes = x'00'"),
    "other sources": lambda path: sql(path, "UPDATE records SET source = replace(source, 'PMC10', 'PMC11')"),
    "other numbers": lambda path: sql(path, "UPDATE records SET number = 100 - number"),
    "other formats": lambda path: sql(path, """UPDATE meta SET value = '["nquads", "turtle"]' WHERE name = 'formats'"""),
    "no files": lambda path: sql(path, "UPDATE meta SET value = '[1]' WHERE name = 'files'"),
    "another version": lambda path: sql(path, """UPDATE meta SET value = '"0"' WHERE name = 'version'"""),
    "no stamps": lambda path: sql(path, "UPDATE meta SET value = '{}' WHERE name = 'written'"),
    "another summary": lambda path: sql(path, "UPDATE meta SET value = '{}' WHERE name = 'summary'"),
    "a journal of something else": lambda path: path.with_name(f"{path.name}-journal").write_bytes(random.Random(1).randbytes(5000)),
    "a log of something else": lambda path: path.with_name(f"{path.name}-wal").write_bytes(random.Random(1).randbytes(5000)),
    "a broken link": broken_link,
}

CHANGE: dict[str, str | None] = {"_figures/PMC12__F1.md": page(12, 0, year="2001"), "_figures/PMC22__F1.md": None}


@pytest.mark.parametrize("changed", [False, True], ids=["same records", "changed records"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_state_that_cannot_be_trusted_changes_nothing(
    damage: Callable[[Path], object], changed: bool, incremental: IncrementalExport
) -> None:
    if changed:
        incremental.change(CHANGE)
    damage(incremental.output / STATE_FILE)
    incremental.export()
    assert incremental.export().mapped == 0
    assert sorted(path.name for path in incremental.output.glob(f"{STATE_FILE}*")) == [STATE_FILE]


@pytest.mark.parametrize("seed", range(25))
def test_a_state_with_some_wrong_bytes_changes_nothing(seed: int, incremental: IncrementalExport) -> None:
    incremental.change(CHANGE)
    damage_bytes(incremental.output / STATE_FILE, seed, 1 + seed * 3)
    incremental.export()
    assert incremental.export().mapped == 0


def test_a_folder_in_the_place_of_the_state_is_left_alone_or_gone(incremental: IncrementalExport) -> None:
    (incremental.output / STATE_FILE).unlink()
    write(incremental.output / STATE_FILE, {"notes.txt": "mine"})
    with pytest.raises(Exception, match=r"is a folder, and a file of this name must be written; move or rename the folder"):
        export(incremental.sources, incremental.output, **incremental.options)
    assert (incremental.output / STATE_FILE / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_interrupted_run_whose_state_cannot_be_trusted_changes_nothing(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incremental = IncrementalExport(tmp_path)
    interrupt(incremental, monkeypatch)
    DAMAGES[damage](incremental.output / CHECKPOINT_DIR / STATE_FILE)
    incremental.export()
    assert incremental.export().mapped == 0


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
@pytest.mark.parametrize("size", [0, 1, 1000])
def test_an_interrupted_run_whose_files_are_shorter_than_its_state_says(
    size: int, compress: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incremental = IncrementalExport(tmp_path, compress=compress)
    interrupt(incremental, monkeypatch)
    for path in (incremental.output / CHECKPOINT_DIR).glob("figures.nq*"):
        os.truncate(path, size)
    assert incremental.export().mapped == ALL
    assert incremental.export().mapped == 0


# -- files that are no longer as they were written -----------------------------------------------------------------------------------


def other_bytes(path: Path) -> None:
    """As many bytes as before."""
    data = path.read_bytes()
    path.write_bytes(data.swapcase())


SET_ASIDE = ("reasons.json", "PMC30__F1.md")

FILE_DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "shorter": lambda path: os.truncate(path, path.stat().st_size - 10),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "changed": other_bytes,
}


@pytest.mark.parametrize("changed", [False, True], ids=["same records", "changed records"])
@pytest.mark.parametrize("compress", [None, "gz", "zst"])
@pytest.mark.parametrize("hurt", FILE_DAMAGES)
def test_a_file_of_the_graph_that_somebody_changed_is_written_anew(hurt: str, compress: str | None, changed: bool, tmp_path: Path) -> None:
    incremental = IncrementalExport(tmp_path, compress=compress)
    incremental.export()
    if changed:
        incremental.change(CHANGE)
    (path,) = incremental.output.glob("figures.nq*")
    FILE_DAMAGES[hurt](path)
    assert not incremental.export().unchanged
    assert incremental.export().unchanged


@pytest.mark.parametrize("changed", [False, True], ids=["same records", "changed records"])
@pytest.mark.parametrize("hurt", FILE_DAMAGES)
@pytest.mark.parametrize("name", [MANIFEST_FILE, "report.json", "vocabulary.ttl", *(f"quarantine/PMC30__F1/{name}" for name in SET_ASIDE)])
def test_another_file_that_somebody_changed_is_written_anew(name: str, hurt: str, changed: bool, incremental: IncrementalExport) -> None:
    if changed:
        incremental.change(CHANGE)
    FILE_DAMAGES[hurt](incremental.output / name)
    summary = incremental.export()
    assert (summary.unchanged, summary.mapped) == (False, changed + name.startswith("quarantine"))
    assert incremental.export().unchanged


def test_a_quarantine_that_is_gone_comes_again(incremental: IncrementalExport) -> None:
    shutil.rmtree(incremental.output / "quarantine")
    assert incremental.export().mapped == 1


def test_a_copy_of_an_export_is_as_good_as_the_export(incremental: IncrementalExport) -> None:
    """Its files have other times."""
    shutil.copytree(incremental.output, incremental.directory / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(incremental.output)
    (incremental.directory / "copy").rename(incremental.output)
    assert incremental.export().unchanged
    incremental.change(CHANGE)
    shutil.copytree(incremental.output, incremental.directory / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(incremental.output)
    (incremental.directory / "copy").rename(incremental.output)
    assert incremental.export().mapped == 1


def test_what_somebody_put_into_the_folder_is_not_ours(incremental: IncrementalExport) -> None:
    write(incremental.output, {"notes.txt": "mine", "quarantine/notes.txt": "mine"})
    assert export(incremental.sources, incremental.output, **incremental.options).unchanged
    incremental.change(CHANGE)
    assert export(incremental.sources, incremental.output, **incremental.options).mapped == 1
    assert (incremental.output / "notes.txt").read_text() == (incremental.output / "quarantine/notes.txt").read_text() == "mine"


# -- other sources -------------------------------------------------------------------------------------------------------------------


def packed(files: Files) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        for name, content in files.items():
            member = tarfile.TarInfo(f"pfocr/{name}")
            member.size = len(content.encode())
            file.addfile(member, io.BytesIO(content.encode()))
    return stream.getvalue()


def test_records_of_an_archive_are_known_again(tmp_path: Path) -> None:
    incremental = IncrementalExport(tmp_path)
    archive = tmp_path / "pfocr.tar"
    incremental.sources = [archive]
    archive.write_bytes(packed(FILES))
    assert incremental.export().mapped == ALL
    assert incremental.export().unchanged
    archive.write_bytes(packed(dict(reversed(FILES.items()))))
    assert incremental.export().unchanged, "the order of members is nothing"
    archive.write_bytes(packed({**FILES, "_figures/PMC12__F1.md": page(12, 0, year="2001"), "_data/PMC20__F1-genes.tsv": genes("TRP53")}))
    assert incremental.export().mapped == 2
    archive.unlink()
    archive.write_bytes(packed(FILES))
    assert incremental.export().mapped == 2


def test_records_of_standard_input_are_known_again(tmp_path: Path) -> None:
    def run(numbers: Iterable[int], folder: str = "out", **fields: str) -> ExportSummary:
        data = "---\n".join(older(f"PMC{number}__F1", *(f"{key}: '{value}'" for key, value in fields.items())) for number in numbers)
        return export(["-"], tmp_path / folder, stdin=io.BytesIO(data.encode()), formats=["turtle"])

    assert run(range(10, 20)).mapped == 10
    assert run(range(10, 20)).unchanged
    assert run(range(10, 25)).mapped == 5
    run(range(10, 25), "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
    assert run(range(10, 12)).mapped == 0
    assert run(range(10, 12), year="2001").mapped == 2


def test_a_source_that_is_named_twice_is_read_twice(tmp_path: Path) -> None:
    incremental = IncrementalExport(tmp_path, {"a.md": page(1, 0), "b.md": page(2, 1)})
    incremental.sources = [tmp_path / "in", tmp_path / "in"]
    assert incremental.export().refused == 2
    assert incremental.export().mapped <= 2
    incremental.change({"a.md": page(1, 0, year="2001")})
    assert incremental.export().mapped <= 4


def test_other_sources_with_the_same_records(incremental: IncrementalExport) -> None:
    """A source is known by its name, so that what messages say of it is right."""
    shutil.copytree(incremental.directory / "in", incremental.directory / "other")
    incremental.sources = [incremental.directory / "other"]
    assert incremental.export().mapped == ALL
    incremental.sources = [incremental.directory / "in" / "_figures", incremental.directory / "other"]
    incremental.export()
    assert incremental.export().mapped <= ALL


# -- the law -------------------------------------------------------------------------------------------------------------------------


SLOTS = [f"PMC{number}__F1" for number in range(10, 24)]


def variants(slot: str, number: int) -> dict[str, str]:
    """What a record can be."""
    neighbour = int(SLOTS[(SLOTS.index(slot) + 5) % len(SLOTS)][3:5])
    return {
        "older": page(number, 0),
        "older, changed": page(number, 0, year="2001"),
        "newer": page(number, 1),
        "newer, changed": page(number, 1, papertitle_extra="x", year="2003"),
        "another paper": page(number, 0).replace("A paper", f"Paper {number}"),
        "quarantined": page(number, 0, year="abcd"),
        "quarantined, newer": page(number, 1, pathway_score="high"),
        "refused": page(number, 0).replace("pmcid: PMC100", "pmcid: X"),
        "unreadable": "---\na: [\n---\n",
        "empty": "",
        "of another figure": page(neighbour, 0, year="2004"),
        "of another figure, newer": page(neighbour, 1, year="2005"),
    }


RECORD = st.none() | st.sampled_from(sorted(variants(SLOTS[0], 10)))

TABLE = st.sampled_from([None, "p53", "TRP53", "broken"])

STREAMS = st.lists(st.tuples(st.integers(10, 30), st.integers(0, 1), st.booleans()), max_size=4)

EDIT = st.fixed_dictionaries(
    {},
    optional={
        **{f"{slot}.md": RECORD for slot in SLOTS},
        **{f"{slot}-genes.tsv": TABLE for slot in SLOTS[::3]},
        "stream.yaml": STREAMS,
        "a.yml": STREAMS,
    },
)

CHOICES = st.fixed_dictionaries(
    {"formats": st.sampled_from([["turtle", "nquads"], ["nquads", "turtle"], ["turtle"], ["jsonld", "turtle", "nquads"]])},
    optional={
        "compress": st.sampled_from([None, "gz", "zst"]),
        "limit": st.sampled_from([None, 3, 9]),
        "workers": st.sampled_from([1, 1, 1, 2]),
        "on_violation": st.sampled_from(["quarantine", "quarantine", "keep"]),
    },
)


def content(name: str, value: Any) -> str | None:
    """The file of that name, or ``None`` where it is not there."""
    if value is None or value == []:
        return None
    if name.endswith(".tsv"):
        return "x\ty\n1\n" if value == "broken" else genes(value)
    if name.endswith(".md"):
        return variants(name.removesuffix(".md"), int(name[3:5]))[value]
    return "---\n".join(
        (newer if rank else older)(f"PMC{number}__F1", *(["year: '1999'"] if other else [])) for number, rank, other in value
    )


def known_records(output: Path) -> tuple[set[str], str, dict[tuple[str, int], tuple[bytes, str]]]:
    """Formats and version of an export, and digest and status of its records."""
    if not (output / STATE_FILE).exists():
        return set(), "", {}
    database = sqlite3.connect(output / STATE_FILE)
    metadata = dict(database.execute("SELECT name, value FROM meta"))
    rows = database.execute("SELECT source, line, digest, status FROM records").fetchall()
    database.close()
    return (
        set(json.loads(metadata["formats"])),
        metadata["version"],
        {(source, line): (digest, status) for source, line, digest, status in rows},
    )


def to_be_mapped(previous: Any, current: Any) -> tuple[int, int]:
    """How many records the second run had to map: those that the first one did not know, or could not read; with those that it left out
    for others, which an update leaves as they are.
    """
    (formats, made_by, old), (wanted_formats, own_version, new) = previous, current
    if made_by != own_version or not wanted_formats <= formats:
        old = {}
    unknown = sum(not digest or old.get(key, (b"", ""))[0] != digest for key, (digest, _) in new.items())
    return unknown, unknown + sum(digest != b"" and old.get(key) == (digest, "duplicate") for key, (digest, _) in new.items())


@given(st.lists(st.tuples(EDIT, CHOICES), min_size=2, max_size=4))
@settings(max_examples=example_count(25), deadline=None)
def test_an_export_over_another_one_is_what_a_fresh_one_is(rounds: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(single, "BATCH_RECORDS", 3)  # so that a newer record may come when the older one is written
        patched.setattr(single, "_MAX_BATCH_ITEMS", 5)
        patched.setattr(update, "BATCH_RECORDS", 3)
        first = {f"{slot}.md": variants(slot, int(slot[3:5]))["newer" if number % 3 == 0 else "older"] for number, slot in enumerate(SLOTS)}
        incremental = IncrementalExport(Path(folder), {**first, "zz.md": page(99, 0)})
        for edit, options in [({}, {}), *rounds]:
            files = {name: content(name, value) for name, value in edit.items()}
            incremental.change({name: text for name, text in files.items() if text is not None or name in incremental.files})
            previous = known_records(incremental.output)
            summary = incremental.export(**options)
            if not summary.unchanged and not summary.withheld:
                assert summary.mapped in to_be_mapped(previous, known_records(incremental.output))


def test_the_law_can_tell(tmp_path: Path) -> None:
    """What counts the records to be mapped knows those that are new, changed, unreadable and superseded."""
    incremental = IncrementalExport(
        tmp_path, {"a.md": page(1, 0), "b.md": page(1, 1), "c.md": page(2, 0), "d.md": "---\na: [\n---\n", "e.md": page(3, 0)}
    )
    incremental.export()
    previous = known_records(incremental.output)
    assert to_be_mapped(known_records(tmp_path / "nowhere"), previous) == (5, 5)
    assert to_be_mapped(previous, previous) == (1, 2)
    incremental.change({"e.md": page(3, 0, year="2001"), "f.md": page(4, 0)})
    incremental.export()
    assert to_be_mapped(previous, known_records(incremental.output)) == (3, 4)
