"""The same records give the same bytes: in every run, from every type of source, for every batch size."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from tests.support.records import PROGRAMS, real_checkout

from pfocr2rdf.pipeline import aggregate, entity_section, single
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.storage.layout import STATE_FILE

GRAPHS = sorted(f"figures{make().suffix}" for make in SERIALIZERS.values())


def contents(folder: Path) -> dict[str, str]:
    """The digest of every file below a folder, but for what an export remembers of its records, which is a cache."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(STATE_FILE)]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def graphs(folder: Path) -> dict[str, str]:
    """The digests of the files of the graph."""
    return {name: digest for name, digest in contents(folder).items() if name.startswith("figures.")}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_checkout(tmp_path_factory.mktemp("in") / "pfocr")


@pytest.fixture(scope="module")
def reference(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the checkout in all formats."""
    output = tmp_path_factory.mktemp("reference")
    assert export([checkout], output, formats=SERIALIZERS).exported > 40
    assert sorted(graphs(output)) == GRAPHS
    return output


@pytest.mark.parametrize("compress", ["", "gz", "zst"])
def test_every_file_is_the_same_whatever_the_hash_seed(compress: str, checkout: Path, tmp_path: Path) -> None:
    digests = []
    for seed, directory in (("0", "/"), ("4711", str(tmp_path))):
        output = tmp_path / seed
        subprocess.run(
            [sys.executable, PROGRAMS / "export_all_formats.py", str(checkout), str(output), compress],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC-{len(seed)}"}, cwd=directory, check=True,
        )  # fmt: skip
        digests.append(contents(output))
    assert digests[0] == digests[1]
    assert len(digests[0]) == len(GRAPHS) + 10


def test_a_second_run_in_the_same_process_gives_the_same_files(checkout: Path, reference: Path, tmp_path: Path) -> None:
    """What was remembered of the first run changes nothing."""
    export([checkout], tmp_path, formats=SERIALIZERS)
    assert contents(tmp_path) == contents(reference)


def test_an_export_over_an_export_gives_the_same_files(checkout: Path, reference: Path, tmp_path: Path) -> None:
    shutil.copytree(reference, tmp_path / "out")
    export([checkout], tmp_path / "out", formats=SERIALIZERS)
    assert contents(tmp_path / "out") == contents(reference)


# -- sources -----------------------------------------------------------------------------------------------------------------


def packed(checkout: Path, fmt: str, target: Path) -> Path:
    """The checkout as an archive, its members in another order."""
    names = sorted((path for path in checkout.rglob("*") if path.is_file()), key=lambda path: path.name[::-1])
    archive = target / f"pfocr.{fmt}"
    if fmt == "zip":
        with zipfile.ZipFile(archive, "w") as file:
            for path in names:
                file.write(path, path.relative_to(checkout.parent))
        return archive
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        for path in names:
            file.add(path, path.relative_to(checkout.parent))
    pack = {"tar": bytes, "tar.gz": gzip.compress, "tar.zst": zstandard.ZstdCompressor().compress}[fmt]
    archive.write_bytes(pack(stream.getvalue()))
    return archive


@pytest.mark.parametrize("fmt", ["tar", "tar.gz", "tar.zst", "zip"])
def test_an_archive_gives_the_same_graph_as_the_folder(fmt: str, checkout: Path, reference: Path, tmp_path: Path) -> None:
    export([packed(checkout, fmt, tmp_path)], tmp_path / "out", formats=SERIALIZERS)
    assert graphs(tmp_path / "out") == graphs(reference)


def test_files_one_by_one_give_the_same_graph_as_the_folder(checkout: Path, reference: Path, tmp_path: Path) -> None:
    export(sorted((checkout / "_figures").iterdir()), tmp_path, formats=SERIALIZERS)
    assert graphs(tmp_path) == graphs(reference)


def test_another_order_of_records_gives_the_same_statements(checkout: Path, reference: Path, tmp_path: Path) -> None:
    """The figures come in the order of the sources; what they say, and what they share, does not hang on it."""
    export(sorted((checkout / "_figures").iterdir(), reverse=True), tmp_path, formats=["nquads"])
    lines = [(folder / "figures.nq").read_bytes().splitlines() for folder in (tmp_path, reference)]
    assert sorted(lines[0]) == sorted(lines[1])
    shared = [[line for line in file_lines if line.endswith(b"/dataset> .")] for file_lines in lines]
    assert shared[0] == shared[1]
    assert len(shared[0]) > 500


# -- pieces ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_the_size_of_batches_changes_nothing(
    batch: int, checkout: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "BATCH_RECORDS", batch)
    monkeypatch.setattr(aggregate, "ENTITY_BATCH_SIZE", batch)
    monkeypatch.setattr(entity_section, "ENTITY_BATCH_SIZE", batch)
    export([checkout], tmp_path, formats=[fmt for fmt in SERIALIZERS if fmt != "trig"])
    assert graphs(tmp_path).items() <= graphs(reference).items()


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_the_size_of_batches_of_figures_changes_nothing_in_trig(
    batch: int, checkout: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "BATCH_RECORDS", batch)
    export([checkout], tmp_path, formats=["trig"])
    assert graphs(tmp_path).items() <= graphs(reference).items()


@pytest.mark.parametrize("fmt", SERIALIZERS)
def test_a_format_alone_is_the_same_file_as_among_others(fmt: str, checkout: Path, reference: Path, tmp_path: Path) -> None:
    export([checkout], tmp_path, formats=[fmt])
    name = f"figures{SERIALIZERS[fmt]().suffix}"
    assert graphs(tmp_path) == {name: graphs(reference)[name]}


def test_a_format_named_twice_is_written_once(checkout: Path, reference: Path, tmp_path: Path) -> None:
    export([checkout], tmp_path, formats=["trig", "turtle", "trig"])
    assert graphs(tmp_path) == {name: digest for name, digest in graphs(reference).items() if name in ("figures.trig", "figures.ttl")}


# -- compressed --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compress", ["gz", "zst"])
def test_a_compressed_file_holds_the_plain_one_and_is_the_same_every_time(
    compress: str, checkout: Path, reference: Path, tmp_path: Path
) -> None:
    for run in ("one", "two"):
        export([checkout], tmp_path / run, formats=SERIALIZERS, compress=compress)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert sorted(graphs(tmp_path / "one")) == [f"{name}.{compress}" for name in GRAPHS]
    for name in GRAPHS:
        data = (tmp_path / "one" / f"{name}.{compress}").read_bytes()
        with gzip.open(io.BytesIO(data)) if compress == "gz" else zstandard.open(io.BytesIO(data)) as file:
            assert file.read() == (reference / name).read_bytes(), name
        assert len(data) < len((reference / name).read_bytes()) / 3


def test_a_gzip_file_says_nothing_of_its_time_and_place(checkout: Path, tmp_path: Path) -> None:
    """RFC 1952: bytes 4 to 7 are the time, bit 3 of byte 3 announces a file name."""
    export([checkout], tmp_path, formats=["turtle"], compress="gz")
    head = (tmp_path / "figures.ttl.gz").read_bytes()[:10]
    assert head[:3] == b"\x1f\x8b\x08"
    assert head[4:8] == bytes(4)
    assert not head[3] & 8


# -- JSON-LD -----------------------------------------------------------------------------------------------------------------


def streamed(path: Path) -> Iterator[dict[str, object]]:
    """The nodes of the JSON-LD file, read a line at a time by somebody who knows only that."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line == '"@graph": [\n':
                break
        for line in file:
            if line == "]}\n":
                return
            yield json.loads(line.removesuffix("\n").removesuffix(","))
    raise AssertionError("the graph does not end")


def test_the_jsonld_file_can_be_read_a_line_at_a_time(reference: Path) -> None:
    nodes = list(streamed(reference / "figures.jsonld"))
    document = json.loads((reference / "figures.jsonld").read_text(encoding="utf-8"))
    assert document["@graph"] == nodes
    assert list(document) == ["@context", "@graph"]
    subjects = {line.split(" ", 1)[0] for line in (reference / "figures.nt").read_text(encoding="utf-8").split("\n") if line}
    assert len(nodes) == len(subjects) == len({node["id"] for node in nodes})


def test_the_inlined_context_is_the_one_that_stands_beside(reference: Path) -> None:
    sidecar = json.loads((reference / "context.jsonld").read_text(encoding="utf-8"))
    assert json.loads((reference / "figures.jsonld").read_text(encoding="utf-8"))["@context"] == sidecar["@context"] == jsonld_context()
