"""Sources and outputs by URL: in memory, by file://, and in a bucket of an S3 server."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pyoxigraph
import pytest
import zstandard
from click.testing import CliRunner
from tests.support.archives import CHECKOUT, FIGIDS, tarred, zipped
from tests.support.records import front_matter, newer, older, shared_data, write
from tests.support.s3 import s3_server

from pfocr2rdf.cli import main
from pfocr2rdf.errors import OutputError, PfocrError, SourceError
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.storage import filesystem
from pfocr2rdf.storage.layout import MANIFEST_FILE, PARTITION_MANIFESTS_DIR

BUCKET = "pfocr-test"

SCHEMES = ("memory", "file", "s3")


@pytest.fixture(scope="module")
def s3() -> Iterator[fsspec.AbstractFileSystem]:
    """The file system of a server with one bucket, which has no listings of its own that could be old."""
    with s3_server():
        system = fsspec.filesystem("s3", use_listings_cache=False)
        system.mkdir(BUCKET)
        yield system


@pytest.fixture(params=SCHEMES)
def base_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A URL of each scheme, below which nothing is yet."""
    if request.param == "s3":
        request.getfixturevalue("s3")
        return f"s3://{BUCKET}/{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]}"
    return f"memory://{tmp_path}" if request.param == "memory" else f"file://{tmp_path}/remote"


def put(url: str, files: dict[str, str | bytes]) -> str:
    system, top = fsspec.core.url_to_fs(url)
    for name, content in files.items():
        system.makedirs(f"{top}/{name}".rpartition("/")[0], exist_ok=True)
        system.pipe_file(f"{top}/{name}", content.encode() if isinstance(content, str) else content)
    return url


def contents(url: str, hidden: bool = False) -> dict[str, bytes]:
    system, top = fsspec.core.url_to_fs(url, use_listings_cache=False)
    files = {path[len(top.rstrip("/")) + 1 :]: system.cat_file(path) for path in system.find(top)}
    return {name: data for name, data in files.items() if hidden or not name.startswith(".")}


def lines(files: dict[str, bytes]) -> list[bytes]:
    """The statements of all files of N-Triples, sorted."""
    return sorted(line for name, data in files.items() if name.endswith(".nt") for line in data.splitlines())


def assert_intact(url: str) -> dict[str, bytes]:
    files = contents(url)
    manifest = json.loads(files[MANIFEST_FILE])
    for file in manifest["files"]:
        assert (file["size"], file["sha256"]) == (len(files[file["name"]]), hashlib.sha256(files[file["name"]]).hexdigest())
    assert {name for name in files if "/" not in name} == {MANIFEST_FILE, *(file["name"] for file in manifest["files"])}
    return files


def local(source: Path, output: Path, **options: Any) -> list[bytes]:
    export([source], output, formats=["ntriples"], **options)
    return sorted((output / "figures.nt").read_bytes().splitlines())


# -- sources -------------------------------------------------------------------------------------------------------------------


SOURCES: dict[str, dict[str, str | bytes]] = {
    "": CHECKOUT,  # type: ignore[dict-item]
    "_figures": CHECKOUT,  # type: ignore[dict-item]
    "_figures/PMC1__new.md": CHECKOUT,  # type: ignore[dict-item]
    "_figures/PMC1__old.md": CHECKOUT,  # type: ignore[dict-item]
    "all.yaml": {"all.yaml": f"{older('PMC1__a')}---\n{older('PMC1__b')}---\nfigid: [\n"},
    "streams": {"streams/x.yaml": older("PMC1__a"), "streams/y.yml": f"{older('PMC1__b')}---\n{older('PMC1__c')}"},
    "a.tar": {"a.tar": tarred(CHECKOUT)},  # type: ignore[arg-type]
    "a.tar.gz": {"a.tar.gz": gzip.compress(tarred(CHECKOUT))},  # type: ignore[arg-type]
    "a.tar.zst": {"a.tar.zst": zstandard.compress(tarred(CHECKOUT))},  # type: ignore[arg-type]
    "a.zip": {"a.zip": zipped(CHECKOUT)},  # type: ignore[arg-type]
    "odd names": {"odd names/a b.md": front_matter(older("PMC1__a")), "odd names/c[1].md": front_matter(older("PMC1__c")),
                  "odd names/.hidden/x.md": "no", "odd names/é.md": front_matter(older("PMC1__e"))},
    "orphans": {"orphans/_figures/PMC1__a.md": front_matter(older("PMC1__a")), "orphans/_data/PMC1__b-genes.tsv": "x\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_records_by_url_and_by_path(name: str, base_url: str, tmp_path: Path) -> None:
    """To the byte, also what is said of them."""
    url = f"{put(base_url, SOURCES[name])}/{name}".rstrip("/")
    path = write(tmp_path / "in", SOURCES[name]) / name
    for source, output in ((path, tmp_path / "local"), (url, tmp_path / "remote-out")):
        export([source], output, formats=SERIALIZERS, workers=1)
    first, second = (
        {file.name: file.read_bytes() for file in (tmp_path / output_name).iterdir()} for output_name in ("local", "remote-out")
    )
    for file in ("figures.nt", "figures.ttl", "figures.jsonld", "figures.nq", "figures.trig", "figures.rdf", "dataset.ttl"):
        assert first[file] == second[file]
    assert len(first["figures.nt"].splitlines()) > 20
    assert json.loads(second["report.json"].replace(url.encode(), str(path).encode())) == json.loads(first["report.json"])


def test_a_checkout_by_url(base_url: str) -> None:
    records = list(read_records(put(base_url, CHECKOUT)))  # type: ignore[arg-type]
    assert [record.figid for record in records] == FIGIDS
    assert [mention.label for mention in records[0].mentions] == ["TP53"]


def test_a_trailing_slash_is_no_matter(base_url: str) -> None:
    put(base_url, CHECKOUT)  # type: ignore[arg-type]
    for url in (f"{base_url}/", f"{base_url}/_figures/"):
        assert sorted(record.figid for record in read_records(url)) == sorted(FIGIDS)


def test_real_records_from_a_bucket(s3: Any, tmp_path: Path) -> None:
    source = shared_data("real-gen2")
    files: dict[str, str | bytes] = {str(path.relative_to(source)): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    url = put(f"s3://{BUCKET}/real", files)
    local_lines = local(source, tmp_path / "whole", workers=1)
    for workers in (1, 2):
        output = f"s3://{BUCKET}/real-{workers}"
        summary = export([url], output, formats=["ntriples"], partition_size=5, workers=workers)
        assert (summary.read, summary.refused) == (12, 0)
        assert lines(assert_intact(output)) == local_lines
    assert contents(f"s3://{BUCKET}/real-1") == contents(f"s3://{BUCKET}/real-2")


def test_several_sources_of_several_kinds(s3: Any, tmp_path: Path) -> None:
    first = put(f"s3://{BUCKET}/several", {"PMC1__a.md": front_matter(older("PMC1__a"))})
    second = write(tmp_path / "in", {"PMC1__b.md": front_matter(older("PMC1__b"))})
    with RecordSource([first, f"file://{second}", second / "PMC1__b.md", f"{first}/PMC1__a.md"]) as records:
        assert [item.source.rpartition("/")[2] for item in records] == ["PMC1__a.md", "PMC1__b.md", "PMC1__b.md", "PMC1__a.md"]
        assert records.count_files() == 4


def test_a_changed_record_in_a_bucket_is_mapped_again(s3: Any, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"PMC1__{number}.md": front_matter(older(f"PMC1__{number}")) for number in range(9)}
    url = put(f"s3://{BUCKET}/changed", files)
    for output in (str(tmp_path / "out"), f"s3://{BUCKET}/changed-out"):
        put(url, files)
        options: dict[str, Any] = {"formats": ["ntriples"], "workers": 2}
        if output.startswith("s3"):
            options["partition_size"] = 3
        assert [export([url], output, **options).mapped for _ in range(2)] == [9, 0]
        put(url, {"PMC1__4.md": front_matter(older("PMC1__4", title="Another"))})
        assert export([url], output, **options).mapped == (3 if output.startswith("s3") else 1)


def test_a_record_that_is_gone_when_it_is_read_is_refused(s3: Any, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"PMC1__{number}.md": front_matter(older(f"PMC1__{number}")) for number in range(3)}
    url = put(f"s3://{BUCKET}/gone", files)
    with RecordSource([url]) as records:
        s3.rm_file(f"{BUCKET}/gone/PMC1__1.md")
        refusals: list[Any] = []
        read_figids = []
        for item in records:
            try:
                read_figids.append(next(read_records(item.path)).figid)  # type: ignore[union-attr]
            except PfocrError as error:
                refusals.append(str(error))
    assert read_figids == ["PMC1__0", "PMC1__2"]
    assert len(refusals) == 1


def test_a_server_that_is_lost_stops_the_run_and_refuses_no_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A record that was refused for it would be missing from the graph, and nobody would look."""
    url = put(f"memory://{tmp_path}", {"PMC1__a.md": front_matter(older("PMC1__a"))})
    system, _ = filesystem.open_file_system(url)

    def lost(*_: object, **__: object) -> bytes:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr(type(system), "cat_file", lost)
    monkeypatch.setattr(type(system), "cat", lost)
    with pytest.raises(SourceError, match=r"PMC1__a\.md: cannot be read: .*Connection reset"):
        export([url], tmp_path / "out", workers=1)


# -- outputs -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records that are exported, refused, quarantined and superseded."""
    pages = {f"_figures/PMC1__{number}.md": front_matter(older(f"PMC1__{number}")) for number in range(12)}
    bad_pages = {
        "_figures/PMC1__3.md": "no record", "_figures/PMC1__5.md": front_matter(older("PMC1__5", "year: '20'")),
        "_figures/PMC9__7.md": front_matter(newer("PMC1__7")),
    }  # fmt: skip
    return write(tmp_path_factory.mktemp("mixed"), {**pages, **bad_pages})


def test_an_output_by_url_says_what_a_local_one_says(mixed: Path, base_url: str, tmp_path: Path) -> None:
    local_lines = local(mixed, tmp_path / "whole", workers=1)
    summary = export([mixed], base_url, formats=["ntriples", "turtle"], workers=1, partition_size=4)
    assert (summary.exported, summary.quarantined, summary.refused, summary.superseded) == (10, 1, 1, 1)
    files = assert_intact(base_url)
    assert lines(files) == local_lines
    assert sorted(name for name in files if name.startswith("part-")) == [f"part-0000{n}.{fmt}" for n in range(4) for fmt in ("nt", "ttl")]
    assert json.loads(files["report.json"]) == json.loads((tmp_path / "whole" / "report.json").read_bytes())
    reasons = tmp_path / "whole" / "quarantine" / "PMC1__5"
    assert {name: files[f"quarantine/PMC1__5/{name}"] for name in os.listdir(reasons)} == {
        path.name: path.read_bytes() for path in reasons.iterdir()
    }
    for name in ("part-00002.ttl", "entities.ttl", "dataset.ttl"):
        assert len(set(pyoxigraph.parse(files[name], format=pyoxigraph.RdfFormat.TURTLE))) > 5


def test_a_second_run_by_url(mixed: Path, base_url: str) -> None:
    options: dict[str, Any] = {"formats": ["ntriples"], "workers": 1, "compress": "zst"}
    assert export([mixed], base_url, partition_size=4, **options).mapped == 13
    previous = contents(base_url)
    assert export([mixed], base_url, partition_size=4, **options).mapped == 0
    assert contents(base_url) == previous
    system, top = fsspec.core.url_to_fs(base_url)
    system.rm_file(f"{top}/part-00001.nt.zst")
    put(base_url, {f"{PARTITION_MANIFESTS_DIR}/part-00002.json": "{"})
    assert export([mixed], base_url, partition_size=4, **options).mapped == 8
    assert contents(base_url) == previous
    put(base_url, {"notes.txt": "mine"})
    export([mixed], base_url, partition_size=100, **options)
    assert sorted(name for name in assert_intact_except(base_url, "notes.txt") if name.startswith("part-")) == ["part-00000.nt.zst"]


def assert_intact_except(base_url: str, foreign: str) -> dict[str, bytes]:
    """The export is intact, and the foreign file is still there."""
    assert contents(base_url)[foreign] == b"mine"
    system, top = fsspec.core.url_to_fs(base_url)
    system.rm_file(f"{top}/{foreign}")
    return assert_intact(base_url)


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
def test_a_merged_export_by_url_has_the_bytes_of_a_local_one(compress: str | None, mixed: Path, base_url: str, tmp_path: Path) -> None:
    export([mixed], tmp_path / "whole", formats=SERIALIZERS, compress=compress, workers=1)
    export([mixed], base_url, formats=SERIALIZERS, compress=compress, workers=1, partition_size=3, merge=True)
    local_files = {
        str(path.relative_to(tmp_path / "whole")): path.read_bytes() for path in (tmp_path / "whole").rglob("*") if path.is_file()
    }
    assert contents(base_url, hidden=True) == {name: data for name, data in local_files.items() if not name.startswith(".")}


def test_an_output_by_url_is_in_parts_without_being_asked(mixed: Path, s3: Any) -> None:
    export([mixed], f"s3://{BUCKET}/default", formats=["ntriples"], workers=1)
    assert {"part-00000.nt", "entities.nt"} <= contents(f"s3://{BUCKET}/default").keys()


def test_a_killed_run_in_a_bucket_is_taken_up_again(s3: Any, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {f"PMC1__{number:02}.md": front_matter(older(f"PMC1__{number:02}")) for number in range(30)})
    url = f"s3://{BUCKET}/killed"

    def stop(_: str, completed: int, total: int) -> None:
        if completed == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export([source], url, formats=["ntriples"], workers=1, partition_size=2, progress=stop)
    assert MANIFEST_FILE not in contents(url)
    assert export([source], url, formats=["ntriples"], workers=1, partition_size=2).mapped == 10
    assert lines(assert_intact(url)) == local(source, tmp_path / "whole")
    export([source], url, formats=["ntriples"], workers=1, partition_size=15)
    assert lines(assert_intact(url)) == local(source, tmp_path / "whole")


def test_a_dry_run_writes_nothing(mixed: Path, base_url: str) -> None:
    assert export([mixed], base_url, dry_run=True, workers=1).exported == 10
    system, top = fsspec.core.url_to_fs(base_url)
    assert not system.exists(top) or not system.find(top)


def test_the_command_line_takes_urls(s3: Any, tmp_path: Path) -> None:
    url = put(f"s3://{BUCKET}/cli", CHECKOUT)  # type: ignore[arg-type]
    result = CliRunner().invoke(main, ["export", f"{url}/", "-o", f"s3://{BUCKET}/cli-out", "-f", "ntriples", "-w", "1"])
    assert result.exit_code == 0
    assert f"Written to s3://{BUCKET}/cli-out: 1 parts (part-00000.nt to part-00000.nt), aliases.tsv, context.jsonld" in result.output
    assert lines(assert_intact(f"s3://{BUCKET}/cli-out")) == local(write(tmp_path / "in", CHECKOUT), tmp_path / "whole")  # type: ignore[arg-type]


# -- what goes wrong -----------------------------------------------------------------------------------------------------------


WRONG = {
    "s3://no-such-bucket-here/x": "there is no such file or folder",
    f"s3://{BUCKET}/no/such/key.md": "there is no such file or folder",
    f"s3://{BUCKET}/no-such-folder/": "there is no such file or folder",
    "gopher://host/x": "cannot be opened: Protocol not known: gopher",
    "memory:///no-such-folder": "there is no such file or folder",
    "file:///no-such-folder": "there is no such file or folder",
}


@pytest.mark.parametrize("url", WRONG)
def test_a_source_that_is_not_there_is_one_sentence(url: str, s3: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=WRONG[url]) as error:
        export([url], tmp_path / "out", workers=1)
    assert str(error.value).startswith(url)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("url", ["s3://no-such-bucket-here/x", "gopher://host/x", "file:///proc/nowhere"])
def test_an_output_that_cannot_be_written_is_one_sentence(url: str, mixed: Path, s3: Any) -> None:
    with pytest.raises(OutputError, match=r"cannot be (written|opened|listed|read)") as error:
        export([mixed], url, workers=1)
    assert str(error.value).startswith(url.removeprefix("file://") if url.startswith("file") else url)
    assert "\n" not in str(error.value)
    result = CliRunner().invoke(main, ["export", str(mixed), "-o", url, "-w", "1"])
    assert (result.exit_code, result.output.count("\n"), "Traceback" in result.output) == (3, 1, False)
    assert "bug in pfocr2rdf" not in result.output


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, mixed: Path, s3: Any, tmp_path: Path) -> None:
    settings = '{"endpoint_url": "http://127.0.0.1:9", "config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 2}}'
    for name, value in json.loads(settings).items():
        monkeypatch.setitem(fsspec.config.conf, "s3", {**fsspec.config.conf.get("s3", {}), name: value})
    filesystem._open_file_system.cache_clear()
    with pytest.raises(SourceError, match="cannot be opened: "):
        export([f"s3://{BUCKET}/real"], tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be "):
        export([mixed], f"s3://{BUCKET}/real", workers=1)


@pytest.mark.parametrize("side", ["source", "output"])
def test_a_file_system_that_is_not_installed(side: str, monkeypatch: pytest.MonkeyPatch, mixed: Path, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    filesystem._open_file_system.cache_clear()
    error, sources, output = (
        (SourceError, ["s3://bucket/x"], str(tmp_path / "out")) if side == "source" else (OutputError, [str(mixed)], "s3://bucket/out")
    )
    with pytest.raises(error, match=r"s3://bucket/.*: needs s3fs, which is not installed; run: pip install 'pfocr2rdf\[s3\]'"):
        export(sources, output, workers=1)


@pytest.mark.parametrize("options", [{}, {"workers": 2}, {"workers": 1, "engine": "dask"}])
def test_what_only_this_process_sees_is_refused_for_several(options: dict[str, Any], mixed: Path, tmp_path: Path) -> None:
    url = put(f"memory://{tmp_path}", CHECKOUT)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=f"{url}: only this process can read it; use one worker"):
        export([url], tmp_path / "out", **options)
    with pytest.raises(OutputError, match=f"{url}: only this process can read it; use one worker"):
        export([mixed], url, **options)


SECRET = [
    ("ftp://ada:secret@127.0.0.1:9/x", "ftp://127.0.0.1:9/x"),
    ("http://127.0.0.1:9/a.zip?X-Amz-Signature=secret", "http://127.0.0.1:9/a.zip"),
    ("gopher://ada:secret@host/x@y", "gopher://host/x@y"),
]


@pytest.mark.parametrize(("url", "redacted"), SECRET)
def test_no_message_has_a_password(url: str, redacted: str, mixed: Path, tmp_path: Path) -> None:
    for sources, output in (([url], str(tmp_path / "out")), ([str(mixed)], url)):
        with pytest.raises(PfocrError) as error:
            export(sources, output, workers=1)
        assert str(error.value).startswith(redacted)
        assert "secret" not in str(error.value)
        assert "ada" not in str(error.value)


def test_no_file_has_a_password(tmp_path: Path) -> None:
    """Every message, row and file names the source as it may be shown."""

    class Guarded(fsspec.implementations.memory.MemoryFileSystem):  # type: ignore[misc]
        """A file system that asks for a password."""

        protocol = "guarded"
        store: ClassVar[dict[str, Any]] = {}
        pseudo_dirs: ClassVar[list[str]] = [""]

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return "/" + path.split("@")[-1].split("://")[-1].strip("/")

    fsspec.register_implementation("guarded", Guarded, clobber=True)
    url = put("guarded://ada:secret@host/in", {"PMC1__a.md": front_matter(older("PMC1__a")), "PMC1__b.md": "no record"})
    summary = export([url], tmp_path / "out", formats=SERIALIZERS, workers=1)
    assert (summary.exported, summary.refused) == (1, 1)
    assert str(summary.first_refusals[0]).startswith("guarded://host/in/PMC1__b.md:1: there is no front matter")
    for path in (tmp_path / "out").rglob("*"):
        assert b"secret" not in path.read_bytes(), path
    export([url], "guarded://ada:secret@host/out", formats=["ntriples"], workers=1)
    assert all(b"secret" not in data for data in contents("guarded://ada:secret@host/out", hidden=True).values())
    assert json.loads(contents("guarded://ada:secret@host/out")[MANIFEST_FILE])["sources"] == ["guarded://host/in"]


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is fetched or made on the way to a bucket goes again."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []
