"""``pfocr2rdf diff``: what may stand on either side, what is written, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner, Result
from tests.support.records import older, write

from pfocr2rdf import OutputError, SourceError, diff, export
from pfocr2rdf.cli import main
from pfocr2rdf.storage.delta_format import UPDATE_STATEMENTS
from pfocr2rdf.storage.layout import CHECKPOINT_DIR, STAGING_DIR, STATE_FILE

COMMAND = [sys.executable, "-c", "from pfocr2rdf.cli import main; main()"]

FORMATS = ("ntriples", "nquads", "turtle", "trig", "rdfxml", "jsonld")

SUFFIX = dict(zip(FORMATS, ("nt", "nq", "ttl", "trig", "rdf", "jsonld"), strict=True))

PLAIN = '<urn:x:a> <urn:x:b> "{}" .\n'

NAMED = '<urn:x:a> <urn:x:b> "{}" <urn:x:g> .\n'


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, args)])


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def read_manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "delta.json").read_text(encoding="utf-8"))
    return manifest


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Records, and the same with one title changed, one figure gone and one come."""
    folder = tmp_path_factory.mktemp("corpora")
    old = write(folder / "old", {f"{name}.yaml": older(f"PMC1__{name}") for name in "abc"})
    new = {"a.yaml": older("PMC1__a"), "b.yaml": older("PMC1__b", title="Another title"), "d.yaml": older("PMC1__d", word="Stat3")}
    return old, write(folder / "new", new)


@pytest.fixture(scope="module")
def exports(corpora: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Both of them exported, in all formats."""
    folder = tmp_path_factory.mktemp("exports")
    for records, name in zip(corpora, ("old", "new"), strict=True):
        export([records], folder / name, formats=FORMATS)
    return folder / "old", folder / "new"


def expected(exports: tuple[Path, Path], suffix: str) -> tuple[list[str], list[str]]:
    """What was removed and added, as the sets of lines of the exports tell."""
    old, new = (set(lines(folder / f"figures.{suffix}")) for folder in exports)
    return sorted(old - new), sorted(new - old)


# -- what is written -------------------------------------------------------------------------------------------------------


def test_exports_that_name_graphs_are_compared_as_quads(exports: tuple[Path, Path], tmp_path: Path) -> None:
    delta = diff(*exports, tmp_path / "out")
    removed, added = expected(exports, "nq")
    assert (lines(tmp_path / "out" / "removed.nq"), lines(tmp_path / "out" / "added.nq")) == (removed, added)
    assert (delta.removed, delta.added) == (len(removed), len(added))
    assert delta.unchanged == len(set(lines(exports[0] / "figures.nq"))) - len(removed) > 0
    assert delta.has_graph_names
    assert "GRAPH <https://pfocr.wikipathways.org/graphs/PMC1__c> {\n" in (tmp_path / "out" / "delta.ru").read_text()
    assert sorted(os.listdir(tmp_path / "out")) == ["added.nq", "delta.json", "delta.rdfp", "delta.ru", "removed.nq"]


def test_graphs_can_be_ignored_or_named(exports: tuple[Path, Path], tmp_path: Path) -> None:
    diff(*exports, tmp_path / "out", ignore_graphs=True)
    removed, added = expected(exports, "nt")
    assert (lines(tmp_path / "out" / "removed.nt"), lines(tmp_path / "out" / "added.nt")) == (removed, added)
    assert "GRAPH" not in (tmp_path / "out" / "delta.ru").read_text()
    for options in ({"ignore_graphs": True}, {}):
        old, new = (folder / f"figures.{'nq' if options else 'nt'}" for folder in exports)
        diff(old, new, tmp_path / "named", graph="urn:x:g", **options)
        assert lines(tmp_path / "named" / "added.nq") == [f"{line.removesuffix(' .')} <urn:x:g> ." for line in added]
        assert (tmp_path / "named" / "delta.ru").read_text().count("GRAPH <urn:x:g> {\n") == 2
        assert f"A {added[0].removesuffix(' .')} <urn:x:g> ." in lines(tmp_path / "named" / "delta.rdfp")


def test_the_manifest_tells_what_was_compared_and_written(exports: tuple[Path, Path], tmp_path: Path) -> None:
    delta = diff(*exports, tmp_path / "out", compress="zst")
    manifest = read_manifest(tmp_path / "out")
    assert manifest == {"tool": manifest["tool"], "graph": None, "ignore_graphs": False, **delta.as_dict()}
    for side, folder in zip(("old", "new"), exports, strict=True):
        export_manifest = json.loads((folder / "manifest.json").read_text())
        text = "".join(sorted((folder / "figures.nq").read_text().splitlines(keepends=True)))
        assert manifest[side] == {
            "source": str(folder),
            "statements": delta.unchanged + (delta.removed if side == "old" else delta.added),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "tool": export_manifest["tool"],
            "records": export_manifest["records"],
            "files": [file for file in export_manifest["files"] if file["name"] == "figures.nq"],
        }
    assert [file["name"] for file in manifest["files"]] == ["added.nq.zst", "delta.rdfp.zst", "delta.ru.zst", "removed.nq.zst"]
    for file in manifest["files"]:
        data = (tmp_path / "out" / file["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])


@pytest.mark.parametrize("compress", ["gz", "zst"])
def test_compressed_files_hold_the_same(exports: tuple[Path, Path], compress: str, tmp_path: Path) -> None:
    diff(*exports, tmp_path / "plain")
    delta = diff(*exports, tmp_path / "packed", compress=compress)
    unpack = gzip.decompress if compress == "gz" else lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)
    for file in delta.files:
        assert unpack((tmp_path / "packed" / file.name).read_bytes()) == (tmp_path / "plain" / Path(file.name).stem).read_bytes()


def test_operations_have_no_more_statements_than_asked_for(tmp_path: Path) -> None:
    old = put(tmp_path / "old.nt", "".join(PLAIN.format(f"old {number}") for number in range(5)))
    new = put(tmp_path / "new.nt", "".join(PLAIN.format(f"new {number}\n;\n").replace("\n;\n", "\\n;\\n") for number in range(2500)))
    diff(old, new, tmp_path / "out")
    operations = (tmp_path / "out" / "delta.ru").read_text().split("\n;\n")
    assert [operation.split(" {")[0] for operation in operations] == ["DELETE DATA", "INSERT DATA", "INSERT DATA", "INSERT DATA"]
    assert [operation.count(" .\n") for operation in operations] == [5, UPDATE_STATEMENTS, UPDATE_STATEMENTS, 500]
    diff(old, new, tmp_path / "out", chunk=2, formats=["sparql"])
    assert max(operation.count(" .\n") for operation in (tmp_path / "out" / "delta.ru").read_text().split("\n;\n")) == 2


def test_the_same_bytes_each_time(exports: tuple[Path, Path], tmp_path: Path) -> None:
    for name, options in (("one", {}), ("two", {"sort_bytes": 500})):
        diff(*exports, tmp_path / name, compress="gz", **options)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_delta_takes_the_place_of_an_earlier_one_and_of_nothing_else(exports: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out / "notes.txt", "mine")
    diff(*exports, out)
    diff(*exports, out, ignore_graphs=True, formats=["statements"])
    assert sorted(os.listdir(out)) == ["added.nt", "delta.json", "notes.txt", "removed.nt"]


KILLED = """
import os, pathlib, sys
from pfocr2rdf import diff
pathlib.Path.unlink = lambda *_, **__: os._exit(9)
diff(sys.argv[1], sys.argv[2], sys.argv[3], ignore_graphs=True)
"""


def test_what_a_killed_run_left_is_cleaned_up(exports: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    diff(*exports, out)
    process = subprocess.run([sys.executable, "-c", KILLED, *exports, out], check=False)
    assert process.returncode == 9  # it was about to remove what the earlier delta wrote
    assert (out / "removed.nq").exists()
    assert not (out / "delta.json").exists()  # where it is, all that it lists is there
    diff(*exports, out, ignore_graphs=True)
    assert sorted(os.listdir(out)) == ["added.nt", "delta.json", "delta.rdfp", "delta.ru", "removed.nt"]


def test_a_run_that_fails_leaves_the_earlier_delta(exports: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    diff(*exports, out)
    previous = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(SourceError):
        diff(exports[0], put(tmp_path / "bad.nt", "no RDF"), out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == previous


# -- the sides -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("compress", [None, "gz", "zst"])
def test_an_export_of_any_format_is_the_same_graph(
    fmt: str, compress: str | None, corpora: tuple[Path, Path], exports: tuple[Path, Path], tmp_path: Path
) -> None:
    export([corpora[0]], tmp_path / "new", formats=[fmt], compress=compress)
    quads = fmt in ("nquads", "trig")
    for old in (exports[0], exports[0] / f"figures.{'nq' if quads else 'nt'}"):
        delta = diff(old, tmp_path / "new", tmp_path / "out")
        assert (delta.removed, delta.added, delta.has_graph_names) == (0, 0, quads)
        assert delta.unchanged == len(set(lines(exports[0] / f"figures.{'nq' if quads else 'nt'}")))
        name = f"figures.{SUFFIX[fmt]}" + (f".{compress}" if compress else "")
        assert [file["name"] for file in delta.new["files"]] == [name]
        assert delta.old["files"][0]["name"] == f"figures.{'nq' if quads else 'nt'}"


def partitioned(folder: Path, export_of: Path, suffix: str = "nt", split: int = 3) -> Path:
    """The export as one in parts."""
    text = (export_of / f"figures.{suffix}").read_text().splitlines(keepends=True)
    parts = {f"part-{number:05}.{suffix}.zst": text[number::split] for number in range(split - 1)}
    parts[f"entities.{suffix}.zst"] = text[split - 1 :: split]
    files = []
    for name, part in parts.items():
        data = put(folder / name, zstandard.compress("".join(part).encode())).read_bytes()
        files.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    manifest = json.loads((export_of / "manifest.json").read_text())
    put(folder / "manifest.json", json.dumps({**manifest, "files": files}))
    return folder


def test_an_export_in_parts_is_one_graph(exports: tuple[Path, Path], tmp_path: Path) -> None:
    parts = partitioned(tmp_path / "parts", exports[0])
    delta = diff(parts, exports[0], tmp_path / "out")
    assert (delta.removed, delta.added, delta.has_graph_names) == (0, 0, False)
    assert [file["name"] for file in delta.old["files"]] == ["entities.nt.zst", "part-00000.nt.zst", "part-00001.nt.zst"]
    other = diff(parts, exports[1], tmp_path / "out")
    assert (lines(tmp_path / "out" / "removed.nt"), lines(tmp_path / "out" / "added.nt")) == expected(exports, "nt")
    assert other.differs
    put(parts / "part-00009.nt", PLAIN.format("left by somebody"))
    assert not diff(parts, exports[0], tmp_path / "out").differs
    assert diff(partitioned(tmp_path / "quads", exports[0], "nq"), exports[0], tmp_path / "out").has_graph_names


def test_records_are_exported_first(corpora: tuple[Path, Path], exports: tuple[Path, Path], tmp_path: Path) -> None:
    archive = tmp_path / "new.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(corpora[1], "new")
    for old, new, suffix in (
        (corpora[0], corpora[1], "nt"), (exports[0], archive, "nq"), (exports[0] / "figures.ttl", corpora[1], "nt"),
    ):  # fmt: skip
        delta = diff(old, new, tmp_path / "out")
        assert (lines(tmp_path / "out" / f"removed.{suffix}"), lines(tmp_path / "out" / f"added.{suffix}")) == expected(exports, suffix)
        assert (delta.new["refused"], delta.new["quarantined"], delta.new["records"]["read"]) == (0, 0, 3)
    delta = diff(corpora[0] / "a.yaml", corpora[0] / "b.yaml", tmp_path / "out")
    assert delta.old["records"]["read"] == 1


def test_a_refused_record_is_reported(corpora: tuple[Path, Path], tmp_path: Path) -> None:
    bad_folder = shutil.copytree(corpora[0], tmp_path / "bad")
    put(bad_folder / "e.yaml", "figid: ../x\n")
    delta = diff(corpora[0], bad_folder, tmp_path / "out")
    assert (delta.differs, delta.excluded_records, delta.exit_status) == (False, 1, 1)
    result = run(corpora[0], bad_folder, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr == f"NEW: {bad_folder}: 1 refused, 0 quarantined: these records are not in its graph; export it to see why\n"


def test_an_empty_graph_is_a_graph(exports: tuple[Path, Path], tmp_path: Path) -> None:
    empty = put(tmp_path / "empty.nt", "")
    delta = diff(empty, exports[0] / "figures.nq", tmp_path / "out")
    assert (delta.removed, delta.unchanged, delta.has_graph_names) == (0, 0, True)
    assert delta.added == len(set(lines(exports[0] / "figures.nq")))
    assert not diff(empty, empty, tmp_path / "out").differs


def test_statements_without_a_graph_may_stand_among_others(tmp_path: Path) -> None:
    old, new = put(tmp_path / "old.nq", PLAIN.format("one") + NAMED.format("one")), put(tmp_path / "new.nq", NAMED.format("two"))
    diff(old, new, tmp_path / "out")
    assert (tmp_path / "out" / "delta.ru").read_text() == (
        'DELETE DATA {\n<urn:x:a> <urn:x:b> "one" .\nGRAPH <urn:x:g> {\n<urn:x:a> <urn:x:b> "one" .\n}\n}\n;\n'
        'INSERT DATA {\nGRAPH <urn:x:g> {\n<urn:x:a> <urn:x:b> "two" .\n}\n}\n'
    )


# -- what is refused -------------------------------------------------------------------------------------------------------


def test_graphs_on_one_side_only_are_refused_with_a_way_out(tmp_path: Path) -> None:
    plain, named = put(tmp_path / "plain.nt", PLAIN.format("x")), put(tmp_path / "named.nq", NAMED.format("x"))
    for old, new in ((plain, named), (named, plain)):
        with pytest.raises(SourceError, match=r"named\.nq has named graphs and .*plain\.nt does not; .*--graph.*--ignore-graphs"):
            diff(old, new, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        assert not diff(old, new, tmp_path / "out", ignore_graphs=True).differs
        assert not diff(old, new, tmp_path / "out", graph="urn:x:g").differs
        assert diff(old, new, tmp_path / "out", graph="urn:x:h").differs
        shutil.rmtree(tmp_path / "out")


def test_inputs_that_are_no_graphs_are_refused(exports: tuple[Path, Path], tmp_path: Path) -> None:
    good_export = exports[0]
    interrupted = shutil.copytree(good_export, tmp_path / "interrupted")
    (interrupted / "manifest.json").unlink()
    changed = shutil.copytree(good_export, tmp_path / "changed")
    put(changed / "figures.nq", NAMED.format("x"))
    lost_file = shutil.copytree(good_export, tmp_path / "lost")
    (lost_file / "figures.nq").unlink()
    unlisted = shutil.copytree(good_export, tmp_path / "unlisted")
    put(unlisted / "manifest.json", '{"tool": "pfocr2rdf 0.1.0", "files": [{"name": "figures.nt"}]}')
    no_graph = put(tmp_path / "no-graph" / "manifest.json", '{"tool": "pfocr2rdf 0.1.0", "files": []}').parent
    (tmp_path / "nothing").mkdir()
    a_delta = tmp_path / "a-delta"
    diff(good_export, good_export, a_delta)
    for bad_input, message in (
        (tmp_path / "missing", r"missing: there is no such file or folder; check the path$"),
        (tmp_path / "nothing", "the folder contains neither a graph nor records; name an export directory"),
        (interrupted, r"interrupted: the export has no manifest\.json, so it was interrupted; export again, or name its RDF file$"),
        (changed, r"changed/figures\.nq: is not the file that manifest\.json lists"),
        (lost_file, r"lost/figures\.nq: is missing, but manifest\.json lists it; export again$"),
        (unlisted, r"manifest\.json: does not list files with their digests"),
        (no_graph, "no-graph: the export has no graph"),
        (a_delta, "a-delta: is a delta, not a graph"),
    ):
        for old, new in ((good_export, bad_input), (bad_input, good_export)):
            with pytest.raises(SourceError, match=message):
                diff(old, new, tmp_path / "out")
            assert not (tmp_path / "out").exists()
            result = run(old, new, "-o", tmp_path / "out")
            assert result.exit_code == 3
            assert result.stderr.startswith("Error: ")
            assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("leftover_path", [f"{STAGING_DIR}/{STATE_FILE}", f"{CHECKPOINT_DIR}/{STATE_FILE}"])
def test_what_an_interrupted_export_left_is_no_graph_and_is_not_touched(
    leftover_path: str, exports: tuple[Path, Path], tmp_path: Path
) -> None:
    leftover = put(tmp_path / "first" / leftover_path, "what was done so far")
    with pytest.raises(SourceError, match=r"first: the export has no manifest\.json, so it was interrupted"):
        diff(tmp_path / "first", exports[0], tmp_path / "out")
    with pytest.raises(OutputError, match="contains an export"):
        diff(*exports, tmp_path / "first")
    assert leftover.read_text() == "what was done so far"


def test_a_folder_whose_manifest_is_of_something_else_holds_records(corpora: tuple[Path, Path], tmp_path: Path) -> None:
    site = shutil.copytree(corpora[0], tmp_path / "site")
    put(site / "manifest.json", '{"name": "a web site"}')
    assert not diff(site, corpora[0], tmp_path / "out").differs


def test_no_delta_is_written_into_an_export_or_over_what_is_read(exports: tuple[Path, Path], tmp_path: Path) -> None:
    previous = {path.name: path.read_bytes() for path in exports[0].iterdir() if path.is_file()}
    with pytest.raises(OutputError, match="contains an export, which a delta would damage; name another folder"):
        diff(*exports, exports[0])
    assert {path.name: path.read_bytes() for path in exports[0].iterdir() if path.is_file()} == previous
    half = put(tmp_path / "half" / "part-00000.nt", PLAIN.format("x")).parent
    with pytest.raises(OutputError, match="contains an export"):
        diff(*exports, half)
    own_file = put(tmp_path / "removed.nt", PLAIN.format("x"))
    with pytest.raises(OutputError, match=r"removed\.nt: would be read and overwritten"):
        diff(own_file, own_file, tmp_path)
    assert diff(put(tmp_path / "x.nt", ""), put(tmp_path / "y.nt", PLAIN.format("x")), tmp_path).added == 1
    with pytest.raises(OutputError, match="is a file, not a folder"):
        diff(*exports, put(tmp_path / "file", ""))


def test_a_library_call_that_makes_no_sense_is_a_value_error(tmp_path: Path) -> None:
    for options in ({"formats": ["rdf"]}, {"compress": "bz2"}, {"chunk": 0}, {"graph": "no iri"}, {"graph": "relative"}):
        with pytest.raises(ValueError, match=r"choose|not an absolute IRI"):
            diff(tmp_path, tmp_path, tmp_path / "out", **options)  # type: ignore[arg-type]


# -- the command line ------------------------------------------------------------------------------------------------------


def test_the_command_says_it_in_short(exports: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(*exports, "-o", tmp_path / "out")
    delta = diff(*exports, tmp_path / "again")
    assert result.exit_code == 1
    assert result.stderr == ""
    *rows, last = result.stdout.splitlines()
    lists = delta.figures._asdict()
    expected = [["figures", name, f"{figures.total:,}"] for name, figures in lists.items()]
    expected += [["statements", name, f"{getattr(delta, name):,}"] for name in ("removed", "added", "unchanged")]
    expected += [[f"{name}:", figid] for name, figures in lists.items() for figid in figures.first]
    assert [row.split() for row in rows] == expected
    assert last == f"Written to {tmp_path / 'out'}: added.nq, delta.rdfp, delta.ru, removed.nq, delta.json"
    assert run(exports[0], exports[0], "-o", tmp_path / "out").exit_code == 0


def test_without_an_output_nothing_is_written(exports: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*exports)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == run(*exports, "-o", "out").stdout.partition("Written")[0]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert run(*exports, "--compress", "gz").exit_code == 2


def test_json_and_quiet(exports: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(*exports, "-o", tmp_path / "out", "--json", "--format", "patch", "--compress", "gz")
    assert result.exit_code == 1
    assert {
        "tool": read_manifest(tmp_path / "out")["tool"],
        "graph": None,
        "ignore_graphs": False,
        **json.loads(result.stdout),
    } == read_manifest(tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == ["delta.json", "delta.rdfp.gz"]
    quiet = run(*exports, "-o", tmp_path / "out", "--quiet")
    assert (quiet.exit_code, quiet.output) == (1, "")


@pytest.mark.parametrize(
    "arguments", [("--chunk", "0"), ("--graph", "not an iri"), ("--format", "nt"), ("--compress", "bz2"), ("third",)], ids=" ".join
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], exports: tuple[Path, Path], tmp_path: Path) -> None:
    assert run(*exports, "-o", tmp_path / "out", *arguments).exit_code == 2
    assert not (tmp_path / "out").exists()


def test_the_progress_bar_is_for_terminals_only(exports: tuple[Path, Path], corpora: tuple[Path, Path], tmp_path: Path) -> None:
    command = [*COMMAND, "diff", str(exports[0]), str(corpora[1]), "-o", str(tmp_path / "out")]
    piped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (piped.returncode, piped.stderr) == (1, "")
    controller, terminal = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal, text=True, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(terminal)
        output = b""
        while True:
            try:
                data = os.read(controller, 1 << 16)
            except OSError:
                break
            if not data:
                break
            output += data
        assert process.stdout
        assert process.stdout.read() == piped.stdout
    os.close(controller)
    assert b"comparing" in output


def test_progress_goes_from_nothing_to_all(exports: tuple[Path, Path], corpora: tuple[Path, Path], tmp_path: Path) -> None:
    calls: dict[str, list[tuple[int, int]]] = {}
    diff(
        exports[0],
        corpora[1],
        tmp_path / "out",
        progress=lambda stage, completed, total: calls.setdefault(stage, []).append((completed, total)),
    )
    assert list(calls) == ["reading old", "exporting records", "reading new", "comparing"]
    for stage in ("reading old", "reading new"):
        assert calls[stage][0][0] == 0
        assert calls[stage][-1][0] == calls[stage][-1][1] > 0
