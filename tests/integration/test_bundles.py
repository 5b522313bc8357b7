"""Bundles of releases: created from an export, verified as a folder and as an archive, and broken in many ways."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
import zstandard
from click.testing import CliRunner
from tests.integration.test_signatures import make_key, signers
from tests.support.records import ROOT
from tests.support.servers import program

from pfocr2rdf import Release, create_release, export, load, verify_release
from pfocr2rdf.bundles.checksums import format_checksums
from pfocr2rdf.cli import main
from pfocr2rdf.errors import OptionError, OutputError, SourceError
from pfocr2rdf.pipeline.release import Creator

RELEASE = Release("2025-01", "2025-01-31")
PERSON = Creator("https://orcid.org/0000-0002-1825-0097", "Josiah Carberry", "Josiah", "Carberry", "Brown University")
SUMS, SIGNATURE, CRATE = "SHA256SUMS", "SHA256SUMS.sig", "ro-crate-metadata.json"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "export"
    export([ROOT / "examples"], folder, formats=["turtle", "gmt"], compress="zst")
    (folder / "notes.txt").write_text("not of the release", encoding="utf-8")
    (folder / ".hidden").write_text("nor this", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("key") / "key")


@pytest.fixture(scope="module")
def signed(exported: Path, key: Path) -> Path:
    bundle = exported.parent / "signed"
    create_release(exported, bundle, release=RELEASE, archive=True, sign_key=key)
    return bundle


@pytest.fixture
def bundle(signed: Path, tmp_path: Path) -> Path:
    """A copy to break: the files of the bundle are those of the export."""
    return Path(shutil.copytree(signed, tmp_path / "bundle"))


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def rewrite_sums(bundle: Path, change: Callable[[bytes], bytes]) -> None:
    (bundle / SUMS).write_bytes(change((bundle / SUMS).read_bytes()))


def problems(bundle: Path, **options: Path) -> set[tuple[str, str]]:
    report = verify_release(bundle, **options)
    assert report.exit_status == bool(report.problems)
    return {(problem.kind, problem.name) for problem in report.problems}


# -- what is written -------------------------------------------------------------------------------------------------------


def test_a_bundle_has_the_published_files_and_its_metadata(exported: Path, signed: Path) -> None:
    listed = {file["name"] for file in json.loads((exported / "manifest.json").read_text(encoding="utf-8"))["files"]}
    assert "genesets/Homo_sapiens.all.gmt" in listed
    metadata = {CRATE, "datacite.json", ".zenodo.json", "CITATION.cff", SUMS, SIGNATURE}
    assert names(signed) == listed | metadata | {"manifest.json"}
    assert all((exported / name).samefile(signed / name) for name in listed)  # hard links take no room
    sha256sum = program("sha256sum", "apt-get install coreutils")
    process = subprocess.run([sha256sum, "--check", "--strict", "--quiet", SUMS], cwd=signed, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (0, ""), process.stderr
    assert set((signed / SUMS).read_text(encoding="utf-8").split()[1::2]) == names(signed) - {SUMS, SIGNATURE}
    report = verify_release(signed)
    assert (report.problems, report.files) == ([], len(names(signed)) - 2)


def test_an_archive_has_the_same_bytes_each_time(exported: Path, signed: Path, key: Path, tmp_path: Path) -> None:
    create_release(exported, tmp_path / "again", release=RELEASE, archive=True, sign_key=key)
    archive = (tmp_path / "again.tar.zst").read_bytes()
    assert archive == signed.with_name("signed.tar.zst").read_bytes()
    data = zstandard.ZstdDecompressor().decompressobj().decompress(archive)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == sorted(f"pfocr-2025-01/{name}" for name in names(signed))
    facts = {(member.uid, member.gid, member.uname, member.gname, member.mode, member.mtime) for member in members}
    assert facts == {(0, 0, "", "", 0o644, 1738281600)}


def test_tar_unpacks_an_archive_to_the_same_bundle(signed: Path, tmp_path: Path) -> None:
    archive = signed.with_name("signed.tar.zst")
    program("zstd", "apt-get install zstd")
    subprocess.run([program("tar", "apt-get install tar"), "--zstd", "-xf", archive, "-C", tmp_path], check=True)
    assert {name: (tmp_path / "pfocr-2025-01" / name).read_bytes() for name in names(signed)} == {
        name: (signed / name).read_bytes() for name in names(signed)
    }


def test_the_metadata_says_the_same_in_every_file(exported: Path, tmp_path: Path) -> None:
    release = RELEASE._replace(doi="10.5281/zenodo.1234", creators=(PERSON,), keywords=("a", "b"), license="CC-BY-4.0", title="Title <&>")
    summary = create_release(exported, tmp_path / "bundle", release=release)
    assert summary.warnings == [
        "dataset.ttl does not have the same version, date, creators, title, keywords, license, DOI as the bundle; "
        "export again with the same --metadata to have it in both"
    ]
    cff = yaml.safe_load((tmp_path / "bundle" / "CITATION.cff").read_text(encoding="utf-8"))
    datacite, zenodo, crate = (
        json.loads((tmp_path / "bundle" / name).read_text(encoding="utf-8")) for name in ("datacite.json", ".zenodo.json", CRATE)
    )
    root = next(entity for entity in crate["@graph"] if entity["@id"] == "./")
    assert cff["doi"] == datacite["doi"] == zenodo["doi"] == root["identifier"]["@id"].removeprefix("https://doi.org/") == release.doi
    assert cff["version"] == datacite["version"] == zenodo["version"] == root["version"] == "2025-01"
    assert cff["date-released"] == zenodo["publication_date"] == root["datePublished"] == datacite["dates"][0]["date"] == "2025-01-31"
    assert cff["title"] == datacite["titles"][0]["title"] == zenodo["title"] == "Title <&>"
    assert cff["license"] == datacite["rightsList"][0]["rightsIdentifier"] == "CC-BY-4.0"
    assert (zenodo["license"], root["license"]["@id"]) == ("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/")
    assert cff["authors"][0]["family-names"] == datacite["creators"][0]["familyName"] == "Carberry"
    assert zenodo["creators"] == [{"name": "Carberry, Josiah", "affiliation": "Brown University", "orcid": "0000-0002-1825-0097"}]
    assert root["author"] == {"@id": PERSON.iri}


def test_another_license_than_that_of_the_records_is_noticed(tmp_path: Path) -> None:
    release = RELEASE._replace(license="ODC-By-1.0")
    export([ROOT / "examples"], tmp_path / "export", formats=["turtle", "sssom"], release=release)
    (warning,) = create_release(tmp_path / "export", tmp_path / "bundle", release=release).warnings
    assert warning.startswith("files in tables/ and sssom/ state the license CC0-1.0, not ODC-By-1.0; release without these formats")


def test_a_release_without_a_doi_states_none(signed: Path) -> None:
    for name in ("CITATION.cff", "datacite.json", ".zenodo.json", CRATE):
        text = (signed / name).read_text(encoding="utf-8").replace("10.1186/s13059-020-02181-2", "")  # the article
        assert "10.5281" not in text
        assert "doi.org/10.5281" not in text
        assert '"doi"' not in text
        assert "\ndoi:" not in text


def test_what_the_settings_leave_out_is_that_of_the_export(tmp_path: Path) -> None:
    release = RELEASE._replace(
        creators=(PERSON,), contact="Desk", email="a+b@example.org", homepage="https://example.org/", title="T", description="D",
        contact_page="https://example.org/help", keywords=("k", "j"), license="CC-BY-4.0", doi="10.5281/zenodo.12",
    )  # fmt: skip
    export([ROOT / "examples"], tmp_path / "export", release=release)
    summary = create_release(tmp_path / "export", tmp_path / "bundle")
    assert summary.release == release._replace(creators=(Creator(PERSON.iri, PERSON.name),))  # the description has no parts of names
    same = create_release(tmp_path / "export", tmp_path / "other", release=release)
    assert (same.release, same.warnings) == (release, [])


def test_a_bundle_replaces_an_earlier_one_and_nothing_else(exported: Path, key: Path, tmp_path: Path) -> None:
    create_release(exported, tmp_path / "bundle", release=RELEASE, sign_key=key)
    create_release(exported, tmp_path / "bundle", release=RELEASE._replace(name="2"))
    assert verify_release(tmp_path / "bundle").problems == []
    assert SIGNATURE not in names(tmp_path / "bundle")
    (tmp_path / "bundle" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"contains another file, 'mine.txt'; name a new folder"):
        create_release(exported, tmp_path / "bundle", release=RELEASE)
    with pytest.raises(OutputError, match="contains an export; name a new folder"):
        create_release(exported, exported, release=RELEASE)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        create_release(exported, tmp_path / "file", release=RELEASE)


def test_a_later_export_leaves_a_bundle_as_it_is(tmp_path: Path) -> None:
    records = Path(shutil.copytree(ROOT / "examples", tmp_path / "records"))
    export([records], tmp_path / "export", formats=["turtle", "gmt"])
    create_release(tmp_path / "export", tmp_path / "bundle", release=RELEASE)
    (records / "_figures" / "PMC10030840__fonc-13-1111191-g002.md").unlink()
    export([records], tmp_path / "export", formats=["turtle", "gmt"], release=RELEASE)
    assert verify_release(tmp_path / "bundle").problems == []
    assert (tmp_path / "bundle" / "figures.ttl").read_bytes() != (tmp_path / "export" / "figures.ttl").read_bytes()
    load(tmp_path / "bundle", tmp_path / "store")  # a bundle is an export, too


def test_what_a_killed_run_left_is_removed(exported: Path, tmp_path: Path) -> None:
    create_release(exported, tmp_path / "bundle", release=RELEASE)
    staging = tmp_path / "bundle" / ".pfocr2rdf-partial"
    staging.mkdir()
    (tmp_path / "bundle" / SUMS).rename(staging / f"earlier-{SUMS}")  # as it is while files are published
    (tmp_path / "bundle" / "shapes.ttl").rename(staging / "shapes.ttl")
    (tmp_path / ".bundle.tar.zst.01234567-partial").write_bytes(b"")
    create_release(exported, tmp_path / "bundle", release=RELEASE, archive=True)
    assert verify_release(tmp_path / "bundle").problems == []
    assert sorted(os.listdir(tmp_path)) == ["bundle", "bundle.tar.zst"]


@pytest.mark.parametrize("name", ["figures.ttl.zst", "genesets/Homo_sapiens.all.gmt", "report.json"])
def test_a_changed_export_is_refused_and_nothing_is_written(exported: Path, tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(exported, tmp_path / "export"))
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(SourceError, match=r"is not the file that manifest\.json lists, because its SHA-256 differs; export again"):
        create_release(copy, tmp_path / "bundle", release=RELEASE, archive=True)
    (copy / name).unlink()
    with pytest.raises(SourceError, match=r"is missing, but manifest\.json lists it; export again"):
        create_release(copy, tmp_path / "bundle", release=RELEASE, archive=True)
    assert os.listdir(tmp_path) == ["export"]


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", ".pfocr2rdf-state.sqlite/x", "\ud800", "C:x", "CITATION.cff", 7, None])
def test_a_manifest_cannot_name_other_files(exported: Path, tmp_path: Path, name: object) -> None:
    copy = Path(shutil.copytree(exported, tmp_path / "export"))
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].append({"name": name, "size": 1, "sha256": "0" * 64})
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(SourceError, match="which is not a file of an export with its digest; export again"):
        create_release(copy, tmp_path / "bundle", release=RELEASE)


@pytest.mark.parametrize("values", [{"license": "GPL-3.0"}, {"issued": "2025-1-31"}, {"doi": "10.5281/zenodo.XXX"}])
def test_a_release_that_is_not_valid_is_refused(exported: Path, tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(OptionError, match=r"license for data; choose from CC0|write the date as YYYY-MM-DD"):
        create_release(exported, tmp_path / "bundle", release=RELEASE._replace(**values))
    assert os.listdir(tmp_path) == []


def test_a_partitioned_export_is_released_as_it_is(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["ntriples", "gmt"], partition_size=2)
    create_release(tmp_path / "export", tmp_path / "bundle", release=RELEASE, archive=True)
    assert {"part-00000.nt", "entities.nt"} < names(tmp_path / "bundle")
    assert not any(name.startswith(".pfocr2rdf") for name in names(tmp_path / "bundle"))
    assert verify_release(tmp_path / "bundle.tar.zst").problems == []


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder"):
        create_release(tmp_path / "none", tmp_path / "bundle")
    with pytest.raises(SourceError, match="is a URL, and bundles are read and written on disk; copy the folder"):
        create_release("s3://bucket/export", tmp_path / "bundle")
    with pytest.raises(SourceError, match="is a folder, not an export; run 'pfocr2rdf export' first"):
        create_release(ROOT / "examples", tmp_path / "bundle")
    assert os.listdir(tmp_path) == []


# -- what a verification finds ----------------------------------------------------------------------------------------------


def test_every_changed_byte_is_found(bundle: Path, key: Path, tmp_path: Path) -> None:
    allowed = signers(tmp_path / "allowed", ("me@example.org", key))
    assert problems(bundle, allowed_signers=allowed) == set()
    for name in sorted(names(bundle)):
        original = (bundle / name).read_bytes()
        for position in {0, len(original) // 2, len(original) - 1}:
            changed = bytearray(original)
            changed[position] ^= 1
            (bundle / name).write_bytes(changed)
            found = problems(bundle, allowed_signers=allowed)
            assert found, (name, position)
            if name not in (SUMS, SIGNATURE, "manifest.json"):
                assert found == {("changed", name)}
        (bundle / name).write_bytes(original)


def test_missing_and_added_files_are_found(bundle: Path) -> None:
    (bundle / "shapes.ttl").unlink()
    (bundle / "genesets" / "x.gmt").write_text("x", encoding="utf-8")
    (bundle / ".hidden").write_text("x", encoding="utf-8")
    (bundle / "new").mkdir()
    (bundle / "new" / "file").write_text("x", encoding="utf-8")
    assert problems(bundle) == {("missing", "shapes.ttl"), ("added", "genesets/x.gmt"), ("added", ".hidden"), ("added", "new/file")}


def test_added_empty_folders_are_found_once(bundle: Path) -> None:
    (bundle / "new" / "inner").mkdir(parents=True)
    (bundle / "genesets" / "empty").mkdir()
    assert problems(bundle) == {("added", "new/inner"), ("added", "genesets/empty")}
    missing = {("missing", name) for name in names(bundle) if name.startswith("genesets/")}
    shutil.rmtree(bundle / "genesets")
    (bundle / "genesets").mkdir()
    assert problems(bundle) == missing | {("added", "new/inner")}


def test_links_are_not_followed(bundle: Path, tmp_path: Path) -> None:
    for name in ("shapes.ttl", "genesets"):
        os.replace(bundle / name, tmp_path / name)
        (bundle / name).symlink_to(tmp_path / name)
    os.mkfifo(bundle / "pipe")
    found = problems(bundle)
    assert {("added", "shapes.ttl"), ("missing", "shapes.ttl"), ("added", "genesets"), ("added", "pipe")} < found
    assert ("missing", "genesets/Homo_sapiens.all.gmt") in found


def test_changed_checksums_are_found_by_the_signature(bundle: Path, key: Path, tmp_path: Path) -> None:
    (bundle / "shapes.ttl").write_text("other", encoding="utf-8")
    sums = {line[66:]: line[:64] for line in (bundle / SUMS).read_text(encoding="utf-8").splitlines()}
    sums["shapes.ttl"] = hashlib.sha256(b"other").hexdigest()
    (bundle / SUMS).write_bytes(format_checksums(sums))
    assert problems(bundle) == {("signature", SIGNATURE), ("unlisted", "shapes.ttl")}  # the manifest has the other digest
    (bundle / SIGNATURE).unlink()
    assert ("signature", SIGNATURE) in problems(bundle, allowed_signers=signers(tmp_path / "allowed", ("me", key)))


def test_a_signature_by_another_key_is_found(bundle: Path, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    assert problems(bundle, allowed_signers=signers(tmp_path / "allowed", ("other", other))) == {("signature", SIGNATURE)}


@pytest.mark.parametrize("line", ["../../etc/passwd", "/etc/passwd", "a/../b", "./shapes.ttl", "shapes.ttl"])
def test_a_line_cannot_lead_elsewhere(bundle: Path, line: str) -> None:
    rewrite_sums(bundle, lambda data: data + f"{'0' * 64}  {line}\n".encode())
    assert ("malformed", SUMS) in problems(bundle)


def test_a_file_that_is_removed_with_its_line_is_found(bundle: Path) -> None:
    for name in ("CITATION.cff", "vocabulary.ttl"):
        (bundle / name).unlink()
        rewrite_sums(bundle, lambda data, name=name: b"".join(row for row in data.splitlines(True) if name.encode() not in row))  # type: ignore[misc]
    (bundle / SIGNATURE).unlink()
    assert problems(bundle) == {("unlisted", "CITATION.cff"), ("unlisted", "vocabulary.ttl")}


def test_a_bundle_without_checksums_has_a_problem(bundle: Path) -> None:
    (bundle / SUMS).unlink()
    assert ("missing", SUMS) in problems(bundle)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"bagit.txt": "BagIt-Version: 1.0\n"}, "is a folder, not a bundle of 'pfocr2rdf release', since it has no SHA256SUMS"),
        ({SUMS: f"{'0' * 64}  data.csv\n"}, "but of another program; verify it with the program that wrote it, or with 'sha256sum"),
        ({SUMS: "", CRATE: '{"@graph": [{"@id": "./"}]}'}, "but of another program"),
        ({CRATE: "["}, "but of another program"),
    ],
)
def test_a_bundle_of_another_program_is_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        verify_release(tmp_path)


def test_what_is_no_bundle_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"is an export, not a bundle .* run 'pfocr2rdf release .* --output BUNDLE' first"):
        verify_release(exported)
    with pytest.raises(SourceError, match="there is no such file or folder"):
        verify_release(tmp_path / "none")
    for data in (b"", b"text", b"\x28\xb5\x2f\xfdrubbish", b"PK\x03\x04" + bytes(2000)):
        (tmp_path / "file").write_bytes(data)
        with pytest.raises(SourceError, match=r"is not an archive of 'pfocr2rdf release'|is an archive without files"):
            verify_release(tmp_path / "file")


# -- archives ----------------------------------------------------------------------------------------------------------------


def pack(path: Path, *members: tuple[str, bytes, bytes]) -> Path:
    """An archive with members: their names, contents and types."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data) if kind == tarfile.REGTYPE else 0, "/etc/passwd"
            tar.addfile(info, io.BytesIO(data))
    path.write_bytes(zstandard.ZstdCompressor().compress(buffer.getvalue()))
    return path


def members(bundle: Path) -> list[tuple[str, bytes, bytes]]:
    return [(f"b/{name}", (bundle / name).read_bytes(), tarfile.REGTYPE) for name in sorted(names(bundle))]


def test_an_archive_is_verified_without_unpacking_it(bundle: Path, key: Path, tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "a.tar.zst", *((f"b/{name}", (bundle / name).read_bytes(), tarfile.REGTYPE) for name in sorted(names(bundle)))
    )
    before = sorted(os.listdir(tmp_path))
    assert problems(archive, allowed_signers=signers(tmp_path / "allowed", ("me", key))) == set()
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "allowed"])


def test_added_empty_folders_of_an_archive_are_found(bundle: Path, tmp_path: Path) -> None:
    def folders(*names: str) -> list[tuple[str, bytes, bytes]]:
        return [(name, b"", tarfile.DIRTYPE) for name in names]

    archive = tmp_path / "a.tar.zst"
    assert problems(pack(archive, *folders("b/", "b/genesets"), *members(bundle))) == set()  # as tar packs a folder
    added = folders("b/new", "b/new/inner/", "b/genesets/empty", "b/" + 200 * "x", "b/shapes.ttl")
    found = {("added", name) for name in ("new/inner", "genesets/empty", 200 * "x", "shapes.ttl")}
    assert problems(pack(archive, *folders("b/"), *members(bundle), *added)) == found
    assert problems(pack(archive, *members(bundle), *folders("../out", "c"))) == {("added", "../out"), ("added", "c")}


def test_an_archive_cannot_lead_elsewhere(bundle: Path, tmp_path: Path) -> None:
    for name, kind in (
        *((name, tarfile.REGTYPE) for name in ("../x", "/x", "b/../x", "c/x", "b/x", "b//x", "b/./x", "b/shapes.ttl", "x")),
        *(("b/x", kind) for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)),
    ):
        archive = pack(tmp_path / "a.tar.zst", *members(bundle), (name, b"x", kind))
        assert {problem[0] for problem in problems(archive)} == {"added"}, name


@pytest.mark.parametrize("arguments", ["-C bundle .", "./bundle", "bundle", "-C bundle ./", "-C bundle {files}", "--format=ustar bundle"])
def test_a_bundle_that_is_packed_again_is_the_same(bundle: Path, tmp_path: Path, arguments: str) -> None:
    files = " ".join(sorted(path.name for path in bundle.iterdir()))
    (bundle / "notes.txt").touch()
    for expected in ({("added", "notes.txt")}, set()):
        archive = tmp_path / "a.tar.gz"
        command = ["tar", "-czf", str(archive), *arguments.format(files=f"{files} notes.txt" if expected else files).split()]
        subprocess.run(command, cwd=tmp_path, check=True)
        assert problems(archive) == expected
        (bundle / "notes.txt").unlink(missing_ok=True)
    moved = [(name.removeprefix("b/"), data, kind) for name, data, kind in members(bundle)]
    for name in ("../x", "/x", "./../x", "a/../x", "a//x", "././x"):
        assert problems(pack(tmp_path / "a.tar.zst", *moved, (name, b"x", tarfile.REGTYPE))) == {("added", name)}, name


def test_an_archive_has_one_folder(bundle: Path, tmp_path: Path) -> None:
    moved = [(name.replace("b/shapes.ttl", "c/shapes.ttl"), data, kind) for name, data, kind in members(bundle)]
    assert problems(pack(tmp_path / "a.tar.zst", *moved)) == {("added", "c/shapes.ttl"), ("missing", "shapes.ttl")}


def test_a_damaged_archive_is_found_wherever_it_is_damaged(signed: Path, tmp_path: Path) -> None:
    data = signed.with_name("signed.tar.zst").read_bytes()
    path = tmp_path / "a.tar.zst"
    for position in range(0, len(data), len(data) // 50):
        changed = bytearray(data)
        changed[position] ^= 1
        for broken in (changed, data[:position]):
            path.write_bytes(broken)
            with contextlib.suppress(SourceError):
                assert verify_release(path).problems, position


def test_a_truncated_archive_has_one_problem(signed: Path, tmp_path: Path) -> None:
    data = zstandard.ZstdDecompressor().decompressobj().decompress(signed.with_name("signed.tar.zst").read_bytes())
    path = tmp_path / "a.tar"
    path.write_bytes(data[: len(data) // 2])
    assert [problem.kind for problem in verify_release(path).problems] == ["damaged"]


@pytest.mark.parametrize("lines", [1, 99])
def test_another_file_is_not_an_archive(lines: int, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A bundle\n" * lines, encoding="utf-8")
    with pytest.raises(SourceError, match="release': it is not a tar archive; name"):
        verify_release(tmp_path / "README.md")


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFOCR2RDF_ARCHIVE_MAX_EXPANDED_BYTES", "1000000")
    archive = pack(tmp_path / "a.tar.zst", ("b/x", bytes(2_000_000), tarfile.REGTYPE))
    with pytest.raises(SourceError, match="expands to more than 1000000 bytes; if you trust it, set PFOCR2RDF_ARCHIVE_MAX_EXPANDED_BYTES"):
        verify_release(archive)
    monkeypatch.setenv("PFOCR2RDF_ARCHIVE_MAX_MEMBERS", "3")
    archive = pack(tmp_path / "a.tar.zst", *((f"b/{number}", b"", tarfile.REGTYPE) for number in range(9)))
    with pytest.raises(SourceError, match="has more than 3 members"):
        verify_release(archive)


# -- the command line ----------------------------------------------------------------------------------------------------------


def test_commands_and_their_exit_status(exported: Path, key: Path, tmp_path: Path) -> None:
    def run(*arguments: str | Path, status: int) -> str:
        result = CliRunner().invoke(main, list(map(str, arguments)))
        assert result.exit_code == status, result.output
        return result.output

    (tmp_path / "m.yaml").write_text("version: '1'\nissued: 2025-01-31\n", encoding="utf-8")
    bundle = tmp_path / "bundle"
    output = run("release", exported, "-o", bundle, "--metadata", tmp_path / "m.yaml", "--sign", key, "--archive", status=0)
    assert "none yet" in output
    assert f"Written to {bundle} and {bundle}.tar.zst" in output
    assert "no problems, signed by a key that was not compared with a list" in run("verify", bundle, status=0)
    report = json.loads(run("verify", f"{bundle}.tar.zst", "--json", status=0))
    assert (report["verified"], report["problems"]) == (True, [])
    options = ("--issued", "2025-01-31", "--doi", "10.1234/x")
    summary = json.loads(run("release", exported, "-o", tmp_path / "b2", *options, "--json", status=0))
    assert (summary["doi"], summary["issued"], summary["archive"]) == ("10.1234/x", "2025-01-31", None)
    assert "is not a valid DOI" in run("release", exported, "-o", tmp_path / "b3", "--doi", "x", status=2)
    assert "is not a DOI of Zenodo" in run("release", exported, "-o", tmp_path / "b3", "--doi", "10.5281/zenodo.XXXX", status=2)
    assert "there is no such file; create a key" in run("release", exported, "-o", tmp_path / "b3", "--sign", tmp_path / "no", status=2)
    assert not (tmp_path / "b3").exists()
    for option in ("", " ", "2025\n01"):
        assert "the version" in run("release", exported, "-o", tmp_path / "b3", "--release", option, status=2)
    for date in ("31.01.2025", "2025-02-30", "2025-1-31", ""):
        message = run("release", exported, "-o", tmp_path / "b3", "--issued", date, status=2)
        assert f"{date!r} is not a valid date; write it as YYYY-MM-DD" in " ".join(message.split())
    stranger = signers(tmp_path / "strangers", ("other@example.org", make_key(tmp_path / "stranger")))
    assert "1 problem, signature not valid" in run("verify", bundle, "--allowed-signers", stranger, status=1)
    assert "1 problem, not signed" in run("verify", tmp_path / "b2", "--allowed-signers", stranger, status=1)
    os.remove(bundle / "shapes.ttl")
    assert "missing: shapes.ttl: SHA256SUMS lists it" in run("verify", bundle, status=1)
    assert run("verify", bundle, "--quiet", status=1) == ""
    assert "Error: " in run("verify", tmp_path / "none", status=3)
