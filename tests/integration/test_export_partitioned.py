"""Partitioned exports: same content as a single-file export, incremental by partition, and resumable after a kill."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
import zstandard
from click.testing import CliRunner
from tests.support.partitions import assert_as_fresh, assert_intact, contents, export_partitioned, pages
from tests.support.records import GENE_COLUMNS, TP53_ROW, front_matter, newer, older, shared_data, table, write

from pfocr2rdf.cli import main
from pfocr2rdf.errors import OutputError, SourceError, StoppedError
from pfocr2rdf.mapping import figure_graph
from pfocr2rdf.mapping.figure_graph import FigureGraph
from pfocr2rdf.pipeline import worker
from pfocr2rdf.pipeline.executors.processes import ProcessExecutor
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.storage.layout import CHECKPOINT_DIR, MANIFEST_FILE, PARTITION_MANIFESTS_DIR, STAGING_DIR, STATE_FILE
from pfocr2rdf.storage.locks import DirectoryLock

PARSED = {
    "turtle": pyoxigraph.RdfFormat.TURTLE, "jsonld": pyoxigraph.RdfFormat.JSON_LD, "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS, "trig": pyoxigraph.RdfFormat.TRIG, "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}  # fmt: skip

RDFLIB = {"turtle": "turtle", "jsonld": "json-ld", "ntriples": "nt", "nquads": "nquads", "trig": "trig", "rdfxml": "xml"}


def quads(data: bytes, fmt: str) -> set[str]:
    return {str(quad) for quad in pyoxigraph.parse(data, format=PARSED[fmt])}


def graph(folder: Path, fmt: str) -> dict[str, set[str]]:
    """The statements of each file of the graph."""
    suffix = SERIALIZERS[fmt]().suffix
    names = [name for name in contents(folder) if name.endswith(suffix) and name.startswith(("part-", "entities", "figures"))]
    return {name: quads((folder / name).read_bytes(), fmt) for name in sorted(names)}


@pytest.fixture(scope="module")
def records_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty records of both generations."""
    folder = tmp_path_factory.mktemp("made")
    new = {f"_figures/PMC2__{number}.md": front_matter(newer(f"PMC2__{number}")) for number in range(3)}
    rows = {f"_data/PMC2__{number}-genes.tsv": table(GENE_COLUMNS, TP53_ROW) for number in range(3)}
    return write(folder, {**{f"_figures/{name}": text for name, text in pages(17).items()}, **new, **rows})


# -- the same graph ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("name", ["made", "real-gen2"])
def test_the_parts_and_the_entities_are_the_whole(name: str, size: int, records_folder: Path, tmp_path: Path) -> None:
    source = records_folder if name == "made" else shared_data(name)
    single_file = export([source], tmp_path / "whole", formats=SERIALIZERS)
    summary = export_partitioned(source, tmp_path / "out", size, formats=SERIALIZERS)
    numbers = single_file.as_dict(timing=False)
    assert summary.as_dict(timing=False) == numbers
    assert summary.mapped == summary.read
    for fmt in SERIALIZERS:
        files = graph(tmp_path / "out", fmt)
        assert len(files) == -(-summary.read // size) + 1
        assert set().union(*files.values()) == quads((tmp_path / "whole" / f"figures{SERIALIZERS[fmt]().suffix}").read_bytes(), fmt)
        assert sum(map(len, files.values())) == summary.triples
    for sidecar in ("vocabulary.ttl", "context.jsonld", "shapes.ttl", "report.json", "report.ttl"):
        assert (tmp_path / "out" / sidecar).read_bytes() == (tmp_path / "whole" / sidecar).read_bytes()
    assert_intact(tmp_path / "out")


@pytest.mark.parametrize("fmt", SERIALIZERS)
def test_each_part_parses_alone_with_another_parser(fmt: str, records_folder: Path, tmp_path: Path) -> None:
    export_partitioned(records_folder, tmp_path / "out", formats=[fmt])
    for name, statements in graph(tmp_path / "out", fmt).items():
        other = rdflib.Dataset(default_union=True)
        other.parse(data=(tmp_path / "out" / name).read_bytes(), format=RDFLIB[fmt])
        assert len(set(other.triples((None, None, None)))) == len(statements)


def test_a_large_corpus_in_parts_is_the_whole(tmp_path: Path) -> None:
    source = shared_data("corpus-gen1")
    summary = export_partitioned(source, tmp_path / "out", 100, compress="zst", workers=2)
    files = sorted((tmp_path / "out").glob("*.nt.zst"))
    assert len(files) == -(-summary.read // 100) + 1
    parts = [zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes()).splitlines() for path in files]
    export([source], tmp_path / "whole", formats=["ntriples"], workers=2)
    single_file = (tmp_path / "whole" / "figures.nt").read_bytes().splitlines()
    assert sorted(line for part in parts for line in part) == sorted(single_file)


def test_the_description_of_the_dataset_has_every_part_with_size_and_digest(records_folder: Path, tmp_path: Path) -> None:
    export_partitioned(records_folder, tmp_path / "out", formats=["turtle", "nquads"], compress="gz")
    description = (tmp_path / "out" / "dataset.ttl").read_text(encoding="utf-8")
    files = [file for file in json.loads((tmp_path / "out" / MANIFEST_FILE).read_text())["files"] if file["name"].endswith(".gz")]
    assert len(files) == 8
    for file in files:
        assert file["name"] in description
        assert file["sha256"] in description
        assert str(file["size"]) in description
    assert len(set(pyoxigraph.parse(description, format=pyoxigraph.RdfFormat.TURTLE))) > 100


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_merged_parts_are_byte_for_byte_the_export_in_one_piece(
    size: int, compress: str | None, records_folder: Path, tmp_path: Path
) -> None:
    export([records_folder], tmp_path / "whole", formats=SERIALIZERS, compress=compress)
    summary = export_partitioned(records_folder, tmp_path / "out", size, merge=True, formats=SERIALIZERS, compress=compress)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(summary.files)


def test_merge_alone_is_in_parts_of_a_thousand_meanwhile(records_folder: Path, tmp_path: Path) -> None:
    export([records_folder], tmp_path / "whole", formats=["turtle"])
    export([records_folder], tmp_path / "out", formats=["turtle"], merge=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_real_parts_that_fill_many_buffers_are_merged_to_the_same_bytes(tmp_path: Path) -> None:
    source = shared_data("corpus-gen1")
    for compress in ("gz", "zst"):
        export([source], tmp_path / f"whole-{compress}", formats=["ntriples", "jsonld"], compress=compress, workers=2)
        options: dict[str, Any] = {"formats": ["ntriples", "jsonld"], "compress": compress, "workers": 2}
        export_partitioned(source, tmp_path / f"out-{compress}", 50, merge=True, **options)
        assert contents(tmp_path / f"out-{compress}") == contents(tmp_path / f"whole-{compress}")


def test_the_bytes_are_the_same_for_any_number_of_workers(records_folder: Path, tmp_path: Path) -> None:
    for workers in (1, 2, 3):
        export_partitioned(records_folder, tmp_path / str(workers), 3, workers=workers, formats=SERIALIZERS, compress="zst")
    assert contents(tmp_path / "1") == contents(tmp_path / "2") == contents(tmp_path / "3")


def test_records_that_travel_with_their_part_are_no_matter_for_several_workers(tmp_path: Path) -> None:
    """Documents of a stream are in the task itself, which makes it too large to wait inside a pipe."""
    stream = "---\n".join(older(f"PMC1__{number:03}", f"caption: {'long ' * 400}") for number in range(60))
    source = write(tmp_path, {"all.yaml": stream}) / "all.yaml"
    for workers in (1, 2):
        export_partitioned(source, tmp_path / str(workers), 20, workers=workers)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_a_limit_holds(records_folder: Path, tmp_path: Path) -> None:
    assert export_partitioned(records_folder, tmp_path / "out", limit=9).read == 9
    assert sorted(graph(tmp_path / "out", "ntriples")) == ["entities.nt", "part-00000.nt", "part-00001.nt"]


# -- a second run ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", pages(20))


@pytest.fixture
def output(source: Path, tmp_path: Path) -> Path:
    """An export of the source in three parts."""
    export_partitioned(source, tmp_path / "out")
    return tmp_path / "out"


def test_a_second_run_maps_nothing(source: Path, output: Path) -> None:
    summary = export_partitioned(source, output)
    assert (summary.read, summary.mapped, summary.exported) == (20, 0, 20)
    assert_as_fresh(source, output)


def test_fresh_maps_all(source: Path, output: Path) -> None:
    assert export_partitioned(source, output, fresh=True).mapped == 20


def test_only_the_part_of_a_changed_record_is_made_again(source: Path, output: Path) -> None:
    write(source, {"PMC1__008.md": front_matter(older("PMC1__008", title="Another title"))})
    previous = {name: (output / name).stat().st_mtime_ns for name in graph(output, "ntriples")}
    assert export_partitioned(source, output).mapped == 7
    changed = {name for name, modified in previous.items() if (output / name).stat().st_mtime_ns != modified}
    assert changed == {"part-00001.nt", "entities.nt"}
    assert_as_fresh(source, output)


def test_a_changed_side_table_is_noticed(tmp_path: Path) -> None:
    files = {"_figures/PMC1__a.md": front_matter(newer("PMC1__a")), "_data/PMC1__a-genes.tsv": table(GENE_COLUMNS, TP53_ROW)}
    source = write(tmp_path / "in", files)
    export_partitioned(source, tmp_path / "out")
    write(source, {"_data/PMC1__a-genes.tsv": table(GENE_COLUMNS, TP53_ROW, TP53_ROW)})
    assert export_partitioned(source, tmp_path / "out").mapped == 1
    assert_as_fresh(source, tmp_path / "out")


@pytest.mark.parametrize("options", [{"formats": ["turtle"]}, {"compress": "gz"}, {"size": 6}, {"on_violation": "keep"}])
def test_other_options_make_the_parts_again(options: dict[str, Any], source: Path, output: Path) -> None:
    assert export_partitioned(source, output, **options).mapped == 20
    assert_as_fresh(source, output, **options)


@pytest.mark.parametrize("count", [3, 14, 15, 27])
def test_parts_of_more_or_fewer_records(count: int, source: Path, output: Path) -> None:
    for path in sorted(source.iterdir())[count:]:
        path.unlink()
    write(source, pages(count))
    mapped = export_partitioned(source, output).mapped
    assert mapped == (0 if count == 14 else 13 if count == 27 else count % 7)
    assert_as_fresh(source, output)


@pytest.mark.parametrize("damage", ["missing", "truncated", "longer", "a folder"])
def test_a_part_that_is_not_as_it_was_is_made_again(damage: str, source: Path, output: Path) -> None:
    part = output / "part-00001.nt"
    data = part.read_bytes()
    part.unlink()
    if damage in ("truncated", "longer"):
        part.write_bytes(data[:-1] if damage == "truncated" else data + b"\n")
    if damage == "a folder":
        part.mkdir()
        with pytest.raises(OutputError, match=r"part-00001\.nt: cannot be written"):
            export_partitioned(source, output)
        part.rmdir()
    assert export_partitioned(source, output).mapped == 7
    assert_as_fresh(source, output)


def hostile(message: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A forged partition manifest with a valid checksum."""
    change(message["content"])
    sealed = hashlib.sha256(json.dumps(message["content"], sort_keys=True).encode()).hexdigest()
    return {**message, "sha256": sealed}


HOSTILE: dict[str, Callable[[dict[str, Any]], None]] = {
    "a file elsewhere": lambda said: said["files"].__setitem__(0, ["../notes.txt", 4, "0" * 64]),
    "no file": lambda said: said["files"].clear(),
    "a row less": lambda said: said["records"].pop(),
    "a short row": lambda said: said["records"].__setitem__(0, [1, 2]),
    "no rows": lambda said: said.__setitem__("records", 7),
    "left out, and not there": lambda said: said.__setitem__("excluded", ["x"]),
    "no description": lambda said: said.__setitem__("descriptions", [["zz", "", ""]]),
    "no quarantine": lambda said: said.__setitem__("quarantined", []),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_partition_manifest_is_ignored(attack: str, source: Path, output: Path) -> None:
    (output.parent / "notes.txt").write_bytes(b"mine")
    account = output / PARTITION_MANIFESTS_DIR / "part-00001.json"
    account.write_text(json.dumps(hostile(json.loads(account.read_text()), HOSTILE[attack])), encoding="utf-8")
    assert export_partitioned(source, output).mapped == 7
    assert (output.parent / "notes.txt").read_bytes() == b"mine"
    assert_as_fresh(source, output)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "7", '{"content": {}}', "[" * 100_000, '{"sha256": 1, "content": []}', "\ud800"])
def test_a_broken_partition_manifest_is_ignored(text: str, source: Path, output: Path) -> None:
    (output / PARTITION_MANIFESTS_DIR / "part-00000.json").write_bytes(text.encode(errors="surrogatepass"))
    assert export_partitioned(source, output).mapped == 7
    assert_as_fresh(source, output)


def test_a_partition_manifest_with_a_damaged_byte_is_ignored_or_unchanged_in_meaning(source: Path, output: Path) -> None:
    account = output / PARTITION_MANIFESTS_DIR / "part-00002.json"
    intact, rng = account.read_bytes(), random.Random(7)
    for _ in range(25):
        damaged = bytearray(intact)
        damaged[rng.randrange(len(intact))] ^= 1 << rng.randrange(8)
        account.write_bytes(damaged)
        assert export_partitioned(source, output).mapped in (0, 6)
        assert account.read_bytes() == intact or account.read_bytes() == bytes(damaged)
    assert_as_fresh(source, output)


# -- records that do not get into the graph ------------------------------------------------------------------------------------


def test_nothing_of_a_superseded_record_is_in_any_part(tmp_path: Path) -> None:
    """An older record comes first in one part, the newer one of its figure in the last; others lose within a part."""
    files = pages(20)
    files["PMC1__003.md"] = front_matter(older("PMC1__twice", title="The old title", word="ancient"))
    files["PMC1__004.md"] = front_matter(older("PMC1__thrice", title="The first title"))
    files["PMC1__005.md"] = front_matter(older("PMC1__thrice", title="The second title"))
    files["PMC1__019.md"] = front_matter(newer("PMC1__twice", title="The new title"))
    source = write(tmp_path / "in", files)
    single_file = export([source], tmp_path / "whole", formats=["ntriples"])
    summary = export_partitioned(source, tmp_path / "out")
    assert summary.as_dict(timing=False) == single_file.as_dict(timing=False)
    assert (summary.exported, summary.superseded, summary.refused, summary.mapped) == (18, 1, 1, 20)
    texts = b"".join(contents(tmp_path / "out").values())
    assert b"The new title" in texts
    assert b"The first title" in texts
    assert b"The old title" not in texts
    assert b"ancient" not in texts
    assert b"The second title" not in texts
    lines = (tmp_path / "whole" / "figures.nt").read_bytes().splitlines()
    assert sorted(b"".join((tmp_path / "out" / name).read_bytes() for name in graph(tmp_path / "out", "ntriples")).splitlines()) == sorted(
        lines
    )
    assert export_partitioned(source, tmp_path / "out").mapped == 0
    assert_as_fresh(source, tmp_path / "out")
    (source / "PMC1__019.md").unlink()
    summary = export_partitioned(source, tmp_path / "out")
    assert (summary.superseded, summary.mapped) == (0, 12)
    assert b"The old title" in (tmp_path / "out" / "part-00000.nt").read_bytes()
    assert_as_fresh(source, tmp_path / "out")


def test_what_is_left_out_is_reported_and_remembered(tmp_path: Path) -> None:
    files = {
        **pages(20), "PMC1__002.md": front_matter(older("PMC1__002", "year: '20'")), "PMC1__009.md": "---\nfigid: [\n---\n",
        "PMC1__010.md": front_matter(older("PMC1__010").replace("PMC100", "X")), "PMC1__011.md": "no record",
        "PMC1__012.md": front_matter(older("PMC1__012", "year: '21'")),
    }  # fmt: skip
    source = write(tmp_path / "in", files)
    single_file = export([source], tmp_path / "whole", formats=["ntriples"])
    for mapped in (20, 0):
        summary = export_partitioned(source, tmp_path / "out")
        assert summary.as_dict(timing=False) == single_file.as_dict(timing=False)
        assert (summary.exported, summary.quarantined, summary.refused, summary.mapped) == (15, 2, 3, mapped)
        same = {name: data for name, data in contents(tmp_path / "out").items() if name.startswith(("quarantine/", "report."))}
        assert same == {name: data for name, data in contents(tmp_path / "whole").items() if name.startswith(("quarantine/", "report."))}
        assert_intact(tmp_path / "out")
    write(source, {**pages(1, begin=2), **pages(1, begin=9)})
    assert export_partitioned(source, tmp_path / "out").mapped == 14
    assert sorted(path.name for path in (tmp_path / "out" / "quarantine").iterdir()) == ["PMC1__012"]
    write(source, pages(20))
    assert export_partitioned(source, tmp_path / "out").mapped == 7
    assert not (tmp_path / "out" / "quarantine").exists()
    assert_as_fresh(source, tmp_path / "out")


def test_a_part_of_nothing_but_refusals(tmp_path: Path) -> None:
    stream = "---\n".join([older("PMC1__a"), "figid: [\n", older("PMC1__c"), "- list\n"])
    summary = export_partitioned(write(tmp_path, {"all.yaml": stream}) / "all.yaml", tmp_path / "out", 1)
    assert (summary.exported, summary.refused) == (2, 2)
    assert_intact(tmp_path / "out")
    export([tmp_path / "all.yaml"], tmp_path / "whole", formats=["ntriples"])
    export_partitioned(tmp_path / "all.yaml", tmp_path / "out", 1, merge=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


@pytest.mark.parametrize("stop_options", [{"fail_fast": True}, {"on_violation": "fail"}])
def test_a_stop_that_was_asked_for_publishes_nothing(stop_options: dict[str, Any], tmp_path: Path) -> None:
    bad_pages = (
        {"PMC1__009.md": "---\nfigid: [\n---\n"}
        if "fail_fast" in stop_options
        else {"PMC1__009.md": front_matter(older("PMC1__009", "year: '2'"))}
    )
    source = write(tmp_path / "in", {**pages(20), **bad_pages})
    with pytest.raises(StoppedError):
        export_partitioned(source, tmp_path / "out", **stop_options)
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record with a certain title kills the process that maps it."""
    describe = figure_graph.build_figure_graph

    def deadly(record: FigureRecord) -> FigureGraph:
        if record.title == "Deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        return describe(record)

    monkeypatch.setattr(worker, "build_figure_graph", deadly)


@pytest.mark.parametrize("workers", [2, None])
@pytest.mark.parametrize("fmt", ["pages", "stream"])
def test_a_record_that_kills_its_worker_is_set_aside(fmt: str, workers: int | None, deadly: None, tmp_path: Path) -> None:
    poison = {"PMC1__009.md": older("PMC1__009", title="Deadly"), "PMC1__031.md": older("PMC1__031", title="Deadly")}
    records = {name: poison.get(name, text.removeprefix("---\n").removesuffix("---\n")) for name, text in pages(40).items()}
    if fmt == "pages":
        source = write(tmp_path / "in", {name: front_matter(text) for name, text in records.items()})
    else:  # these travel with the task, so that fewer tasks wait inside the pipes
        long = f"caption: {'long ' * 2000}\n"
        source = write(tmp_path, {"all.yaml": "---\n".join(text + long for text in records.values())}) / "all.yaml"
    summary = export_partitioned(source, tmp_path / "out", 4, workers=workers)
    assert (summary.exported, summary.quarantined, summary.refused) == (38, 2, 0)
    assert len(graph(tmp_path / "out", "ntriples")) == 11
    assert "signal 9" in (tmp_path / "out" / "report.json").read_text(encoding="utf-8")
    assert_intact(tmp_path / "out")


def test_a_worker_without_memory_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    describe = figure_graph.build_figure_graph

    def greedy(record: FigureRecord) -> FigureGraph:
        if record.title == "Greedy":
            raise MemoryError
        return describe(record)

    monkeypatch.setattr(worker, "build_figure_graph", greedy)
    source = write(tmp_path / "in", {**pages(9), "PMC1__003.md": front_matter(older("PMC1__003", title="Greedy"))})
    assert export_partitioned(source, tmp_path / "out", 3, workers=2).quarantined == 1
    assert "ran out of memory" in (tmp_path / "out" / "report.json").read_text(encoding="utf-8")


def test_a_fault_of_ours_is_not_blamed_on_the_output(monkeypatch: pytest.MonkeyPatch, source: Path, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(worker, "prefetch", broken)  # outside of any record, whose refusal it would be
    with pytest.raises(ZeroDivisionError):
        export_partitioned(source, tmp_path / "out")


def test_executors_can_be_used_while_their_results_are_read() -> None:
    """What a part comes to may ask for another task, while others are on their way."""

    class Task:
        def __init__(self, value: int) -> None:
            self.value, self.ballast = value, bytes(1 << 17)

        def run(self, worker: Any) -> int:
            return self.value

    globals()["_Task"] = Task
    Task.__qualname__ = "_Task"
    with ProcessExecutor(2, int) as pool:
        tasks = ((number, Task(number)) for number in range(20))
        for number, result in pool.map(tasks):  # type: ignore[type-var]
            [(_, second_result)] = pool.map([(None, Task(result))])  # type: ignore[list-item]
            assert number == result == second_result


# -- killed, interrupted, refused ------------------------------------------------------------------------------------------------


def test_one_folder_can_be_in_one_piece_and_in_parts_in_turn(source: Path, output: Path) -> None:
    for _ in range(2):
        export([source], output, formats=["turtle", "ntriples"])
        assert_intact(output)
        assert sorted(path.name for path in output.iterdir() if path.name.startswith(".")) == [STATE_FILE]
        assert not list(output.glob("part-*"))
        export_partitioned(source, output)
        assert_as_fresh(source, output)
        assert not (output / STATE_FILE).exists()


def test_an_interrupted_export_in_one_piece_leaves_nothing_to_one_in_parts(source: Path, output: Path) -> None:
    export([source], output, formats=["turtle", "nquads"])
    for folder, name in ((STAGING_DIR, "figures.ttl"), (CHECKPOINT_DIR, "figures.nq")):
        write(output / folder, {name: "half", "previous-manifest.json": (output / MANIFEST_FILE).read_bytes()})
    (output / MANIFEST_FILE).unlink()
    export_partitioned(source, output)
    assert_as_fresh(source, output)


def test_foreign_files_stay(source: Path, output: Path) -> None:
    foreign = {"notes.txt": "mine", "part-0.nt": "mine", "sub/part-00009.nt": "mine", "part-00009.nt.bak2": "mine", ".hidden": "mine"}
    write(output, dict(foreign.items()))
    export_partitioned(source, output, 3)
    export_partitioned(source, output, 20, formats=["turtle"])
    export([source], output)
    assert {name: (output / name).read_text() for name in foreign} == foreign


def test_what_stands_in_a_folder_that_never_was_ours_stays(source: Path, tmp_path: Path) -> None:
    write(
        tmp_path / "out",
        {"part-00009.nt": "mine", "entities.ttl": "mine", MANIFEST_FILE: '{"files": [{"name": "notes.txt"}]}', "notes.txt": "mine"},
    )
    export_partitioned(source, tmp_path / "out", force=True)
    assert {(tmp_path / "out" / name).read_text() for name in ("part-00009.nt", "entities.ttl", "notes.txt")} == {"mine"}


@pytest.mark.parametrize("size", [None, 7])
def test_two_exports_at_once_into_one_folder(size: int | None, source: Path, output: Path) -> None:
    previous = contents(output, hidden=True)
    lock = DirectoryLock(output)
    try:
        with pytest.raises(OutputError, match="another export is writing there"):
            export([source], output, partition_size=size)
    finally:
        lock.release()
    assert contents(output, hidden=True) == previous


def test_an_export_that_cannot_begin_leaves_the_one_before(source: Path, output: Path, tmp_path: Path) -> None:
    previous = contents(output, hidden=True)
    for invalid_source in (tmp_path / "nowhere", write(tmp_path / "empty", {"notes.txt": "no"})):
        with pytest.raises(SourceError):
            export_partitioned(invalid_source, output)
        with pytest.raises(SourceError):
            export_partitioned(invalid_source, tmp_path / "new")
    assert contents(output, hidden=True) == previous
    assert not (tmp_path / "new").exists()


def test_an_output_that_is_a_file_is_refused(source: Path, tmp_path: Path) -> None:
    write(tmp_path, {"file": "mine"})
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"file.*is a file, not a folder; name a folder with --output"):
            export_partitioned(source, path)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_wrong_size_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 is not a valid number of records"):
        export_partitioned(source, tmp_path / "out", 0)


def test_progress_is_reported_partition_by_partition(source: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    export_partitioned(source, tmp_path / "out", progress=lambda stage, completed, total: calls.append((completed, total)))
    assert calls == [(7, 20), (14, 20), (20, 20)]


def test_the_summary_names_many_parts_in_short(source: Path, tmp_path: Path) -> None:
    options = ["--partition-size", "7", "-f", "ntriples", "--workers", "1"]
    result = CliRunner().invoke(main, ["export", str(source), "-o", str(tmp_path / "out"), *options])
    assert re.search(r"Written to .*: 3 parts \(part-00000\.nt to part-00002\.nt\), aliases\.tsv, context\.jsonld", result.output)


@pytest.fixture(autouse=True)
def _nothing_runs_on() -> Iterator[None]:
    """No process outlives its test, but those that were there before: Python keeps one for programs that spawn others."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    previous = set(children.read_text().split()) if children.exists() else set()
    yield
    assert not children.exists() or set(children.read_text().split()) <= previous
