"""The export directory: files are published complete or not at all, and foreign files are not touched."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from tests.support.output_directories import SIDECARS, UnexpectedError, assert_intact, contents, in_place, record, unchanged, write_records
from tests.support.records import ROOT, older, write

from pfocr2rdf.cli import main
from pfocr2rdf.errors import LateInterrupt, OutputError, SourceError, StoppedError
from pfocr2rdf.pipeline import record_writer, single
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.layout import CHECKPOINT_DIR, MANIFEST_FILE, STAGING_DIR, STATE_FILE
from pfocr2rdf.storage.staging import StagedDirectory


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Some records, enough for several batches."""
    return write_records(tmp_path / "in", *(record(f"PMC1__F{number}", number=f"F{number}") for number in range(150)))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


# -- what is there at the end -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
def test_the_manifest_names_every_file_with_its_size_and_digest(compress: str | None, source: Path, output: Path) -> None:
    summary = export([source], output, formats=SERIALIZERS, compress=compress)
    assert_intact(output)
    manifest = json.loads((output / MANIFEST_FILE).read_text(encoding="utf-8"))
    assert [file["name"] for file in manifest["files"]] == sorted(set(contents(output)) - {MANIFEST_FILE})
    assert manifest["sources"] == [str(source)]
    assert manifest["tool"].startswith("pfocr2rdf ")
    assert manifest["records"]["read"] == 150
    assert sorted(summary.files) == sorted(contents(output))


def test_the_staging_folder_is_gone_at_the_end(source: Path, output: Path) -> None:
    export([source], output)
    assert sorted(path.name for path in output.iterdir()) == sorted([*SIDECARS, "figures.jsonld", "figures.ttl", STATE_FILE])


def test_the_folders_above_are_made(source: Path, output: Path) -> None:
    export([source], output / "a" / "b")
    assert_intact(output / "a" / "b")


def test_what_a_record_was_quarantined_for_stands_beside_it(tmp_path: Path, output: Path) -> None:
    bad_record = record("PMC1__F2", number="F2", year="20")
    summary = export([write_records(tmp_path / "in", record("PMC1__F1"), bad_record)], output)
    assert (summary.exported, summary.quarantined) == (1, 1)
    assert sorted(contents(output / "quarantine")) == ["PMC1__F2/PMC1__F2.md", "PMC1__F2/reasons.json"]
    assert yaml.safe_load_all((output / "quarantine/PMC1__F2/PMC1__F2.md").read_text(encoding="utf-8")).__next__() == bad_record
    assert json.loads((output / "quarantine/PMC1__F2/reasons.json").read_text(encoding="utf-8"))[0]["resultSeverity"] == "Violation"


# -- an export over another one -----------------------------------------------------------------------------------------------


def test_files_of_an_earlier_export_with_other_formats_go(source: Path, output: Path) -> None:
    export([source], output, formats=SERIALIZERS, compress="gz")
    export([source], output, formats=["turtle"])
    assert sorted(contents(output)) == sorted([*SIDECARS, "figures.ttl"])
    assert_intact(output)


def test_the_quarantine_of_an_earlier_export_goes(tmp_path: Path, output: Path) -> None:
    export([write_records(tmp_path / "a", record("PMC1__F1"), record("PMC1__F2", number="F2", year="20"))], output)
    assert (output / "quarantine" / "PMC1__F2").is_dir()
    export([write_records(tmp_path / "b", record("PMC1__F1"), record("PMC1__F3", number="F3", year="20"))], output)
    assert [path.name for path in (output / "quarantine").iterdir()] == ["PMC1__F3"]
    export([write_records(tmp_path / "c", record("PMC1__F1"))], output)
    assert not (output / "quarantine").exists()


def test_foreign_files_stay(source: Path, output: Path) -> None:
    foreign = {"notes.txt": b"mine", "figures.csv": b"mine", "sub/figures.ttl": b"mine", ".hidden": b"mine", "figures.ttl.bak": b"mine"}
    for name, data in foreign.items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_bytes(data)
    for formats in (["turtle"], ["jsonld", "ntriples"], ["turtle"]):
        export([source], output, formats=formats, force=True)
        assert {name: data for name, data in contents(output).items() if name in foreign} == foreign
    assert len(contents(output)) == len(foreign) + len(SIDECARS) + 1


def test_a_foreign_folder_of_the_name_quarantine_stays(source: Path, output: Path) -> None:
    (output / "quarantine").mkdir(parents=True)
    (output / "quarantine" / "notes.txt").write_bytes(b"mine")
    with contextlib.suppress(OutputError):  # to refuse is as good
        export([source], output)
    assert (output / "quarantine" / "notes.txt").read_bytes() == b"mine"


def test_what_a_foreign_manifest_names_stays(source: Path, output: Path) -> None:
    output.mkdir()
    (output / "thesis.pdf").write_bytes(b"mine")
    (output / MANIFEST_FILE).write_text(json.dumps({"files": [{"name": "thesis.pdf"}]}), encoding="utf-8")
    with contextlib.suppress(OutputError):  # to refuse is as good
        export([source], output)
    assert (output / "thesis.pdf").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "manifest",
    [
        "", "[]", "null", "{", '{"files": 1}', '{"files": [1, {"name": 2}]}', '{"files": [{"name": "../notes.txt"}]}',
        '{"files": [{"name": ".."}]}',
        '{"tool": "pfocr2rdf 0", "files": [{"name": "../notes.txt"}, {"name": "ABSOLUTE"}]}',
        '{"tool": "pfocr2rdf 0", "files": [{"name": ""}, {"name": "."}, {"name": "sub/a"}]}',
        "\ud800",
        "[" * 100_000,
    ],
)  # fmt: skip
def test_a_broken_or_hostile_manifest_removes_nothing(manifest: str, source: Path, output: Path, tmp_path: Path) -> None:
    (output / "sub").mkdir(parents=True)
    for path in (tmp_path / "notes.txt", output / "sub" / "a"):
        path.write_bytes(b"mine")
    named = manifest.replace("ABSOLUTE", str(tmp_path / "notes.txt"))
    (output / MANIFEST_FILE).write_bytes(named.encode(errors="surrogatepass"))
    export([source], output, force=True)
    assert [path.read_bytes() for path in (tmp_path / "notes.txt", output / "sub" / "a")] == [b"mine", b"mine"]
    assert_intact(output)


# -- what goes wrong within the process ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [UnexpectedError, KeyboardInterrupt])
@pytest.mark.parametrize("has_previous", [False, True], ids=["first export", "over another export"])
def test_an_exception_in_the_middle_leaves_all_as_it_was(
    error: type[BaseException], has_previous: bool, source: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_writer, "_COMMIT_INTERVAL_SECONDS", 1000.0)  # after so little time, nothing is worth being kept
    output.mkdir()
    (output / "notes.txt").write_bytes(b"mine")
    if has_previous:
        export([source], output, formats=["ntriples"], limit=2, force=True)

    def progress(_: str, count: int, *further: object) -> None:
        if count > 100:
            raise error

    with unchanged(output), pytest.raises(error):
        export([source], output, formats=SERIALIZERS, compress="gz", progress=progress, force=True)
    assert not (output / STAGING_DIR).exists()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("compress", [None, "gz"])
def test_an_interrupted_run_leaves_its_work_for_the_next_one_and_nothing_else(
    workers: int, compress: str | None, source: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_writer, "_COMMIT_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(single, "BATCH_RECORDS", 10)
    export([source], output, formats=SERIALIZERS, limit=2)
    previous = contents(output)

    def progress(_: str, count: int, *further: object) -> None:
        if count > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export([source], output, formats=SERIALIZERS, compress=compress, workers=workers, progress=progress)
    assert {name: data for name, data in contents(output).items() if not name.startswith(CHECKPOINT_DIR)} == previous
    assert not (output / STAGING_DIR).exists()
    mapped = export([source], output, formats=SERIALIZERS, compress=compress, workers=workers).mapped
    assert mapped < 150 if compress else mapped <= 50
    assert not (output / CHECKPOINT_DIR).exists()
    export([source], tmp_path / "fresh", formats=SERIALIZERS, compress=compress)
    assert contents(output) == contents(tmp_path / "fresh")


def test_a_violation_or_refusal_that_stops_the_run_leaves_all_as_it_was(tmp_path: Path, output: Path) -> None:
    export([write_records(tmp_path / "good", record("PMC1__F1"))], output)
    bad_source = write_records(
        tmp_path / "bad", record("PMC1__F1"), record("PMC1__F2", number="F2", year="20"), record("PMC1__F3", number="F3", pmcid="X")
    )
    with unchanged(output), pytest.raises(StoppedError):
        export([bad_source], output, on_violation="fail")
    with unchanged(output), pytest.raises(StoppedError):
        export([bad_source], output, fail_fast=True)


def test_a_missing_source_leaves_no_folder(tmp_path: Path, output: Path) -> None:
    with pytest.raises(SourceError):
        export([tmp_path / "nowhere"], output)
    assert not output.exists()


@pytest.mark.parametrize("arguments", [{"formats": ["xml"]}, {"compress": "bz2"}, {"on_violation": "ignore"}])
def test_wrong_usage_leaves_no_folder(arguments: dict[str, Any], source: Path, output: Path) -> None:
    with pytest.raises(ValueError, match="is no"):
        export([source], output, **arguments)
    assert not output.exists()


def test_a_source_that_cannot_be_read_is_not_blamed_on_the_output(source: Path, output: Path) -> None:
    (source / "a.yaml").symlink_to("nowhere")
    summary = export([source], output)
    assert (summary.exported, summary.refused) == (150, 1)


def test_a_long_figid_can_be_quarantined(tmp_path: Path, output: Path) -> None:
    summary = export([write_records(tmp_path / "in", record("長" * 100, year="20"), record("PMC1__F2", number="F2"))], output)
    assert (summary.exported, summary.quarantined + summary.refused) == (1, 1)


# -- what goes wrong outside ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("below", ["", "sub", "sub/sub"])
def test_an_output_that_is_a_file_is_refused_and_stays(below: str, source: Path, output: Path) -> None:
    output.write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"out.*: is a file, not a folder; name a folder with --output"):
        export([source], output / below)
    assert output.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["figures.ttl", MANIFEST_FILE, "kgx/edges.tsv", "genesets/Homo_sapiens.all.gmt"])
def test_a_name_that_is_taken_by_a_folder_is_refused(name: str, output: Path) -> None:
    (output / name / "sub").mkdir(parents=True)
    with unchanged(output), pytest.raises(OutputError, match=rf"out/{name}: is a folder, and a file of this name must be written"):
        export([ROOT / "examples"], output, formats=["turtle", "kgx", "gmt"], force=True)
    assert not (output / STAGING_DIR).exists()


def test_an_export_stays_whole_where_a_later_one_cannot_be_published(source: Path, output: Path) -> None:
    export([source], output, formats=["turtle", "kgx"])
    (output / "kgx" / "edges.tsv").unlink()
    (output / "kgx" / "edges.tsv" / "sub").mkdir(parents=True)
    with unchanged(output), pytest.raises(OutputError, match=r"kgx/edges.tsv: is a folder"):
        export([source], output, formats=["jsonld", "kgx"], fresh=True)
    export([source], output, formats=["jsonld"])
    assert_intact(output)
    assert sorted(path.relative_to(output / "kgx").as_posix() for path in (output / "kgx").rglob("*")) == ["edges.tsv", "edges.tsv/sub"]


def test_files_of_an_export_go_with_the_export_after_one_that_failed(source: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export([source], output, formats=["turtle", "kgx"])

    def replace(old: Any, new: Any) -> None:
        if os.fspath(new) == os.fspath(output / "figures.nt"):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        os.rename(old, new)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        with pytest.raises(OutputError, match=r"out/figures.nt: cannot be written: Permission denied"):
            export([source], output, formats=["ntriples", "kgx"])
    export([source], output, formats=["jsonld"])
    assert_intact(output)
    assert not (output / "kgx").exists()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_name_in_the_quarantine_that_is_taken_is_refused(kind: str, source: Path, output: Path) -> None:
    write(source, {"PMC9__F1.md": f"---\n{older('PMC9__F1', 'year: abcd')}---\n"})
    taken = output / "quarantine" / "PMC9__F1"
    taken.parent.mkdir(parents=True)
    if kind == "file":
        taken.write_bytes(b"mine")
    else:
        write(taken, {"mine.txt": "mine"})
    with unchanged(output), pytest.raises(OutputError, match=r"quarantine/PMC9__F1: exists"):
        export([source], output, force=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_all_files_are_in_place(
    number: signal.Signals, source: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(old: Any, new: Any) -> None:
        if os.fspath(new) == os.fspath(output / "figures.nt"):
            signal.raise_signal(number)
        os.rename(old, new)

    # A command that was interrupted leaves its handlers.
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", replace)
            result = CliRunner().invoke(main, ["export", str(source), "-o", str(output), "-f", "nt", "-f", "kgx", "--quiet"])
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    assert result.exit_code == 3
    assert result.stderr.endswith(" when the files were put in place; all of them were published\n")
    assert_intact(output)
    assert not (output / STAGING_DIR).exists()


@pytest.mark.parametrize("during_clean_up", [False, True])
def test_an_interrupt_after_all_files_are_in_place_says_so(during_clean_up: bool, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = shutil.rmtree

    def interrupt(*args: Any, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        remove(*args, **options)

    def publish() -> None:
        with StagedDirectory(output, MANIFEST_FILE) as directory:
            directory.write_text(MANIFEST_FILE, "{}")
            directory.publish()
            if not during_clean_up:
                raise KeyboardInterrupt
            monkeypatch.setattr(shutil, "rmtree", interrupt)

    with pytest.raises(LateInterrupt):
        publish()
    assert [path.name for path in output.iterdir()] == [MANIFEST_FILE]


@pytest.mark.parametrize("partition_size", [None, 2])
def test_an_empty_path_is_not_the_current_folder(
    partition_size: int | None, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with unchanged(tmp_path), pytest.raises(OutputError, match="the path of the output is empty; name a folder with --output"):
        export([source], "", partition_size=partition_size)


def test_what_was_refused_can_be_tried_again(source: Path, output: Path) -> None:
    output.mkdir()
    (output / STAGING_DIR).write_bytes(b"in the way")
    with pytest.raises(OutputError):
        export([source], output)
    (output / STAGING_DIR).unlink()
    export([source], output)
    assert_intact(output)


def test_a_folder_that_may_not_be_written_to_is_refused(source: Path) -> None:
    """Root may write to any folder, so root becomes nobody for as long as it takes."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        shutil.copytree(source, directory / "in")
        (directory / "out").mkdir(mode=0o500)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            with pytest.raises(OutputError, match="Permission denied"):
                export([directory / "in"], directory / "out")
        finally:
            if is_root:
                os.seteuid(0)
            (directory / "out").chmod(0o700)
        assert list((directory / "out").iterdir()) == []


@pytest.mark.parametrize(("size", "warned"), [(1, False), (20_000, False), (100_000, False), (1, True), (20_000, True)])
def test_files_that_may_not_grow_are_an_output_error_and_leave_nothing(size: int, warned: bool, source: Path, output: Path) -> None:
    """A limit on the size of files (``ulimit -f``) is a full disk that needs no root. With warnings, the report is what grows."""
    if warned:
        for path in source.iterdir():
            path.write_bytes(path.read_bytes().replace(b"papertitle: p\n", b""))
    previous = resource.getrlimit(resource.RLIMIT_FSIZE)
    output.mkdir()
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, previous[1]))
    try:
        with unchanged(output), pytest.raises(OutputError, match="File too large"):
            export([source], output, formats=SERIALIZERS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, previous)
    export([source], output, formats=["turtle"])
    assert_intact(output)


@pytest.mark.parametrize("after", [0, 3, 7])
def test_an_error_while_files_are_put_in_place_is_an_output_error(
    after: int, source: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some files may be in place by then, but without a manifest; the next run puts it right. The first step is to put that aside."""
    export([source], output, formats=SERIALIZERS, limit=1)
    previous = contents(output)
    renames_left = [after]

    def replace(old: object, new: object) -> None:
        if not renames_left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        renames_left[0] -= 1
        os.rename(old, new)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        with pytest.raises(OutputError, match="No space left"):
            export([source], output, formats=["turtle", "ntriples"])
    assert (output / MANIFEST_FILE).exists() == (after == 0)
    assert after or contents(output) == previous
    lists = {path.name for path in (output / STAGING_DIR).glob("*")}
    assert lists <= {MANIFEST_FILE, f"earlier-{MANIFEST_FILE}", "previous-manifest.json"}, "the next run knows our files by them"
    assert bool(lists) == (after > 0)
    export([source], output, formats=["turtle", "ntriples"])
    assert_intact(output)
    assert sorted(contents(output)) == sorted([*SIDECARS, "figures.nt", "figures.ttl"])


# -- two at once --------------------------------------------------------------------------------------------------------------------


def test_two_exports_to_one_directory_at_once_publish_no_half_file(output: Path) -> None:
    """The second one may be refused, or wait, or write elsewhere; half of its file must not appear."""
    with ExportDirectory(output) as first:
        first.write_text("figures.ttl", "all of the first")
        with contextlib.suppress(OutputError), ExportDirectory(output) as second, second.open("figures.ttl") as file:
            file.write(b"half of the second")
            file.flush()
            with contextlib.suppress(OutputError):
                first.publish()
            assert in_place(output).get("figures.ttl", b"all of the first") == b"all of the first"


# -- nothing is written ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exists", [False, True])
def test_a_dry_run_writes_nothing(exists: bool, source: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    if exists:
        export([source], output, limit=1)
    names: set[str] = set()
    with unchanged(tmp_path):
        list_scratch = lambda *_: names.update(path.name for path in scratch.rglob("*"))  # noqa: E731
        summary = export([source], output, formats=SERIALIZERS, compress="gz", dry_run=True, progress=list_scratch)
    assert [name for name in names if name.startswith("figures.")] == [], "the graph is written and thrown away"
    assert output.exists() == exists
    assert list(scratch.iterdir()) == []
    assert (summary.exported, summary.files) == (150, [])


def test_a_dry_run_counts_what_a_run_counts(tmp_path: Path, output: Path) -> None:
    source = write_records(
        tmp_path / "in", record("PMC1__F1"), record("PMC1__F2", number="F2", year="20"), record("PMC1__F3", number="F3", pmcid="X")
    )
    numbers = [export([source], output, dry_run=dry).as_dict(timing=False) for dry in (True, False)]
    assert numbers[0] == numbers[1]
    assert (numbers[0]["exported"], numbers[0]["quarantined"], numbers[0]["refused"]) == (1, 1, 1)


def test_a_record_that_is_superseded_late_leaves_nothing_of_the_first_pass(
    tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second pass starts from an empty staging folder: what the first one wrote and quarantined is forgotten."""
    monkeypatch.setattr(single, "BATCH_RECORDS", 1)
    old = record("PMC1__F1", number="1", year="20")
    new = {key: value for key, value in record("PMC1__F1", number="2").items() if key != "genes"}
    summary = export([write_records(tmp_path / "both", old, new)], output)
    assert (summary.exported, summary.superseded, summary.quarantined) == (1, 1, 0)
    export([write_records(tmp_path / "one", new)], tmp_path / "wanted")
    graphs = [
        {name: data for name, data in contents(folder).items() if name.startswith("figures.")} for folder in (output, tmp_path / "wanted")
    ]
    assert graphs[0] == graphs[1]
    assert not (output / "quarantine").exists()


# -- a folder of somebody else --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", [{}, {"partition_size": 50}], ids=["whole", "parts"])
def test_a_folder_with_other_files_is_refused_but_with_force(layout: dict[str, int], source: Path, output: Path) -> None:
    output.mkdir()
    (output / "figures.ttl").write_bytes(b"mine")
    with (
        unchanged(output),
        pytest.raises(OutputError, match=r"out: contains other files, not an export; name another folder, or .* --force$"),
    ):
        export([source], output, **layout)
    export([source], output, force=True, **layout)
    export([source], output, **layout)  # it is an export now
    assert_intact(output)


@pytest.mark.parametrize(("name", "content", "kind"), [
    ("CURRENT", "", "a store"), ("site.json", '{"tool": "pfocr2rdf 1"}', "a site"), ("delta.json", '{"tool": "pfocr2rdf 1"}', "a delta"),
])  # fmt: skip
def test_the_refusal_names_what_the_folder_is(name: str, content: str, kind: str, source: Path, output: Path) -> None:
    output.mkdir()
    (output / name).write_text(content)
    with pytest.raises(OutputError, match=f"contains {kind}, not an export"):
        export([source], output)


def test_hidden_files_and_an_empty_folder_are_no_reason_to_refuse(source: Path, output: Path) -> None:
    output.mkdir()
    (output / ".gitignore").write_text("*")
    export([source], output, limit=1)
    assert (output / ".gitignore").read_text() == "*"
