"""Sources: from every type of source, the same records arrive, in the same order, and nothing else is touched."""

from __future__ import annotations

import gzip
import io
import random
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from tests.support.archives import ARCHIVES, CHECKOUT, FIGIDS, ONE_BY_ONE, tarred, zipped
from tests.support.records import GENE_COLUMNS, ROOT, TP53_ROW, front_matter, newer, older, shared_data, table, write

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import read_record, read_records
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.sources import RecordSource


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs with a temporary folder of its own, which must be empty at its end."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


# -- builders ----------------------------------------------------------------------------------------------------------------


def figids(*sources: Path | str, stdin: bytes | None = None) -> list[str]:
    """The figids of all records, in order; a refusal is raised."""
    with RecordSource(sources, io.BytesIO(stdin) if stdin is not None else None) as source:
        for refusal in source.refusals():
            raise refusal
        return [record(item).figid for item in source]


def record(item: RecordRef | RecordError) -> FigureRecord:
    if isinstance(item, RecordError):
        raise item
    return read_record(item)


def read_everything(*sources: Path | str, stdin: bytes | None = None) -> tuple[list[str], list[str]]:
    """The figids of the records that can be read, and the refusals of the others."""
    figids_read: list[str] = []
    refusals: list[str] = []
    with RecordSource(sources, io.BytesIO(stdin) if stdin is not None else None) as source:
        refusals += map(str, source.refusals())
        for item in source:
            try:
                figids_read.append(record(item).figid)
            except RecordError as error:
                refusals.append(str(error))
    return figids_read, refusals


# -- files and folders -------------------------------------------------------------------------------------------------------


def test_one_file(tmp_path: Path) -> None:
    write(tmp_path, ONE_BY_ONE)
    assert figids(tmp_path / "PMC1__b.md") == ["PMC1__b"]


def test_several_files_in_the_order_they_are_named(tmp_path: Path) -> None:
    write(tmp_path, ONE_BY_ONE)
    assert figids(tmp_path / "PMC1__b.md", tmp_path / "PMC1__a.md") == ["PMC1__b", "PMC1__a"]


def test_a_folder_with_all_below_it(tmp_path: Path) -> None:
    files = {"z.md": older("PMC1__z"), "b/x.md": older("PMC1__x"), "a/y.md": older("PMC1__y"), "a/b/c.MD": older("PMC1__c")}
    write(tmp_path, {name: front_matter(yaml) for name, yaml in files.items()})
    write(tmp_path, {".git/h.md": front_matter(older("PMC1__h")), ".hidden.md": "", "notes.txt": "no", "README.md": "no", "a/x.tsv": "no"})
    assert figids(tmp_path) == ["PMC1__z", "PMC1__y", "PMC1__c", "PMC1__x"]


def test_a_checkout(tmp_path: Path) -> None:
    records = list(read_records(write(tmp_path, CHECKOUT)))
    assert [record.figid for record in records] == FIGIDS
    assert [mention.label for mention in records[0].mentions] == ["TP53"]


def test_a_single_file_of_a_checkout_finds_its_tables(tmp_path: Path) -> None:
    (record,) = read_records(write(tmp_path, CHECKOUT) / "_figures" / "PMC1__new.md")
    assert [mention.label for mention in record.mentions] == ["TP53"]


def test_a_single_file_of_the_working_folder_finds_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, CHECKOUT) / "_figures")
    (record,) = read_records("PMC1__new.md")
    assert [mention.label for mention in record.mentions] == ["TP53"]


@pytest.mark.parametrize("table_path", ["PMC1__new-genes.tsv", "_data/PMC1__new-genes.tsv"])
def test_tables_may_lie_beside_the_record(tmp_path: Path, table_path: str) -> None:
    write(tmp_path, {"PMC1__new.md": CHECKOUT["_figures/PMC1__new.md"], table_path: table(GENE_COLUMNS, TP53_ROW)})
    (record,) = read_records(tmp_path)
    assert [mention.label for mention in record.mentions] == ["TP53"]


def test_a_checkout_inside_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "some" / "where", CHECKOUT)
    assert figids(tmp_path) == FIGIDS


@pytest.mark.parametrize("name", ["one.yaml", "one.yml", "one.YAML"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_bare_yaml_document(tmp_path: Path, name: str, wrapped: bool) -> None:
    yaml = older("PMC1__a")
    assert figids(write(tmp_path, {name: front_matter(yaml) if wrapped else yaml}) / name) == ["PMC1__a"]


STREAMS = {
    "separated": "{0}---\n{1}---\n{2}",
    "each begun": "---\n{0}---\n{1}---\n{2}",
    "each begun and ended": "---\n{0}---\n---\n{1}---\n---\n{2}---\n",
    "each ended by dots": "---\n{0}...\n---\n{1}...\n---\n{2}...\n",
    "with blank documents": "---\n---\n# nothing\n---\n{0}---\n\n---\n{1}---\n{2}---\n---\n",
    "with Windows lines": "---\n{0}---\n{1}---\n{2}",
    "with a mark": "\ufeff---\n{0}---\n{1}---\n{2}",
    "with comments behind the marks": "--- # one\n{0}--- # two\n{1}---\t\n{2}",
}


@pytest.mark.parametrize("layout", STREAMS)
def test_a_stream_of_documents(tmp_path: Path, layout: str) -> None:
    text = STREAMS[layout].format(*(older(f"PMC1__{name}") for name in "abc"))
    data = text.replace("\n", "\r\n") if layout == "with Windows lines" else text
    expected = ["PMC1__a", "PMC1__b", "PMC1__c"]
    assert figids(write(tmp_path, {"all.yaml": data}) / "all.yaml") == expected
    assert figids("-", stdin=data.encode()) == expected


def test_a_stream_ends_without_a_line_end() -> None:
    assert figids("-", stdin=b"figid: PMC1__a\n---\nfigid: PMC1__b") == ["PMC1__a", "PMC1__b"]


@pytest.mark.parametrize("directive", ["%YAML 1.2\n", "%YAML 1.1\n%TAG ! tag:example.org,2000:\n"])
def test_a_directive_is_no_record(directive: str) -> None:
    assert read_everything("-", stdin=f"{directive}---\n{older('PMC1__a')}".encode()) == (["PMC1__a"], [])


def test_dashes_inside_a_text_are_no_mark() -> None:
    yaml = "figid: PMC1__a\ncaption: |\n  one\n  ---\n  two\n--- # the next\nfigid: PMC1__b\nfigtitle: a --- b\n---x: y\n"
    with RecordSource(["-"], io.BytesIO(yaml.encode())) as source:
        first, second = map(record, source)
    assert first.caption == "one\n---\ntwo"
    assert second.title == "a --- b"


def test_one_bad_document_of_a_stream_leaves_the_others(tmp_path: Path) -> None:
    text = f"{older('PMC1__a')}---\nfigid: [\n---\n{older('PMC1__c')}"
    read, (refusal,) = read_everything("-", stdin=text.encode())
    assert read == ["PMC1__a", "PMC1__c"]
    line = older("PMC1__a").count("\n") + 3
    assert refusal.startswith(f"<stdin>:{line}: broken YAML")


@pytest.mark.parametrize(("lead", "line"), [("", 2), ("---\n", 3), ("---\nfigid: PMC1__a\n---\n", 5), ("# a\n\n---\n", 5), ("\ufeff", 2)])
def test_the_line_of_a_bad_document_is_counted_in_the_stream(lead: str, line: int) -> None:
    _, (refusal,) = read_everything("-", stdin=f"{lead}figid: PMC1__b\nfigid: PMC1__c\n".encode())
    assert refusal.startswith(f"<stdin>:{line}: figid: the key 'figid' is given twice")


@pytest.mark.parametrize(("text", "line"), [
    ("---\nfigid: a\nfigid: b\n---\n", 3),
    ("---\r\nfigid: a\r\nfigid: b\r\n---\r\n", 3),
    ("\ufeff---\n\n# x\nfigid: a\nfigid: b\n---\n", 5),
])  # fmt: skip
def test_the_line_of_a_bad_page_is_counted_in_the_file(tmp_path: Path, text: str, line: int) -> None:
    _, (refusal,) = read_everything(write(tmp_path, {"bad.md": text}) / "bad.md")
    assert refusal.startswith(f"{tmp_path}/bad.md:{line}: figid: the key")


# -- standard input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [older("PMC1__a"), front_matter(older("PMC1__a"))])
def test_one_record_on_standard_input(text: str) -> None:
    assert figids("-", stdin=text.encode()) == ["PMC1__a"]


def test_pages_one_after_the_other_on_standard_input() -> None:
    pages = "".join(front_matter(older(f"PMC1__{name}")) for name in "abc")
    assert figids("-", stdin=pages.encode()) == ["PMC1__a", "PMC1__b", "PMC1__c"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_on_standard_input(name: str) -> None:
    assert figids("-", stdin=ARCHIVES[name](CHECKOUT)) == FIGIDS


@pytest.mark.parametrize("data", [b"", b"\n", b"---\n", b"# nothing\n---\n...\n"])
def test_nothing_on_standard_input_is_refused(data: bytes) -> None:
    assert read_everything("-", stdin=data) == ([], ["<stdin>: the file is empty; fetch it again"])


def test_a_record_on_standard_input_finds_no_tables_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"PMC1__new-genes.tsv": table(GENE_COLUMNS, TP53_ROW)}))
    with RecordSource(["-"], io.BytesIO(newer("PMC1__new").encode())) as source:
        assert [record(item).mentions for item in source] == [()]


# -- archives ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_of_a_checkout(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, {name: ARCHIVES[name](CHECKOUT)}) / name
    records = list(read_records(path))
    assert [record.figid for record in records] == FIGIDS
    assert [mention.label for mention in records[0].mentions] == ["TP53"]
    assert records[0].source == f"{path}/_figures/PMC1__new.md"


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("root", ["./", "pfocr-main/", "a/b/c/"])
def test_an_archive_with_everything_below_a_folder(tmp_path: Path, name: str, root: str) -> None:
    files = {root + member: content for member, content in reversed(CHECKOUT.items())}
    assert figids(write(tmp_path, {name: ARCHIVES[name](files)}) / name) == FIGIDS


def test_tables_may_come_behind_the_records_in_an_archive(tmp_path: Path) -> None:
    files = dict(sorted(CHECKOUT.items(), reverse=True))
    (first, *_) = read_records(write(tmp_path, {"a.tar": tarred(files)}) / "a.tar")
    assert [mention.label for mention in first.mentions] == ["TP53"]


def test_an_archive_says_what_it_is_not_its_name(tmp_path: Path) -> None:
    assert figids(write(tmp_path, {"records.md": zipped(CHECKOUT)}) / "records.md") == FIGIDS


LINKS = {
    "a symbolic link": (tarfile.SYMTYPE, "/etc/passwd"),
    "a symbolic link to a member": (tarfile.SYMTYPE, "PMC1__old.md"),
    "a hard link": (tarfile.LNKTYPE, "/etc/passwd"),
    "a device": (tarfile.CHRTYPE, ""),
    "a pipe": (tarfile.FIFOTYPE, ""),
}


@pytest.mark.parametrize("link_type", LINKS)
def test_a_link_in_a_tar_is_refused_and_the_rest_read(tmp_path: Path, link_type: str) -> None:
    path = write(tmp_path, {"a.tar": tarred(CHECKOUT, {"_figures/evil.md": LINKS[link_type]})}) / "a.tar"
    read, (refusal,) = read_everything(path)
    assert read == FIGIDS
    assert refusal.startswith(f"{path}/_figures/evil.md: a link or device is not followed")


def test_a_link_in_a_zip_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    buffer = io.BytesIO(zipped(CHECKOUT))
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo("_figures/evil.md")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    path = write(tmp_path, {"a.zip": buffer.getvalue()}) / "a.zip"
    read, (refusal,) = read_everything(path)
    assert read == FIGIDS
    assert refusal.startswith(f"{path}/_figures/evil.md: a link is not followed")


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
@pytest.mark.parametrize("member", ["../evil.md", "_figures/../../evil.md", "/{tmp}/evil.md", "..\\evil.md", "C:\\evil.md", ".."])
def test_a_name_that_leads_out_is_refused_and_nothing_is_written_there(tmp_path: Path, name: str, member: str) -> None:
    member = member.replace("{tmp}", str(tmp_path)[1:])
    path = write(tmp_path, {name: ARCHIVES[name]({**CHECKOUT, member: front_matter(older("PMC1__evil"))})}) / name
    previous = sorted(tmp_path.rglob("*"))
    read, (refusal,) = read_everything(path)
    assert read == FIGIDS
    assert "refers to a location outside the archive" in refusal
    assert sorted(tmp_path.rglob("*")) == previous
    assert not (tmp_path.parent / "evil.md").exists()


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.zip"])
@pytest.mark.parametrize("repeated", ["_figures/PMC1__old.md", "./_figures/PMC1__old.md", "_figures//PMC1__old.md"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_given_twice_is_refused_once(tmp_path: Path, name: str, repeated: str) -> None:
    first, second = front_matter(older("PMC1__first")), front_matter(older("PMC1__second"))
    members = [*CHECKOUT.items(), ("_figures/twice.md", first), (repeated.replace("PMC1__old", "twice"), second)]
    buffer = io.BytesIO()
    if name.endswith("zip"):
        with zipfile.ZipFile(buffer, "w") as archive:
            for member, content in members:
                archive.writestr(member, content)
    else:
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for member, content in members:
                info = tarfile.TarInfo(member)
                info.size = len(content.encode())
                tar.addfile(info, io.BytesIO(content.encode()))
    data = gzip.compress(buffer.getvalue()) if name.endswith("gz") else buffer.getvalue()
    read, (refusal,) = read_everything(write(tmp_path, {name: data}) / name)
    assert read == [*FIGIDS[:2], "PMC1__first", FIGIDS[2]]
    assert "contains this name twice" in refusal


def test_an_encrypted_member_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"_figures/secret.md": front_matter(older("PMC1__secret")), **CHECKOUT}, zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the first member's flags, here and in the directory
        data[data.index(signature) + offset] |= 1
    path = write(tmp_path, {"a.zip": bytes(data)}) / "a.zip"
    read, (refusal,) = read_everything(path)
    assert read == FIGIDS
    assert refusal.startswith(f"{path}/_figures/secret.md: the member is encrypted")


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.zst", "a.zip"])
def test_a_huge_member_is_refused_without_being_unpacked(tmp_path: Path, name: str) -> None:
    huge = b"---\nfigid: PMC1__huge\ncaption: " + b"x" * (32 * 1024 * 1024) + b"\n---\n"
    path = write(tmp_path, {name: ARCHIVES[name]({"_figures/huge.md": huge, **CHECKOUT})}) / name
    read, (refusal,) = read_everything(path)
    assert read == FIGIDS
    assert refusal.startswith(f"{path}/_figures/huge.md: is larger than 8 MiB")


def test_a_huge_member_of_another_kind_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.tar.zst": zstandard.compress(tarred({"images.bin": bytes(32 * 1024 * 1024), **CHECKOUT}))}) / "a.tar.zst"
    assert figids(path) == FIGIDS


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.zst", "a.zip"])
@pytest.mark.parametrize("part", [0.1, 0.43, 0.8])
def test_a_truncated_archive_is_a_source_error(tmp_path: Path, name: str, part: float) -> None:
    noise = random.Random(0)
    files = {
        f"_figures/{number}.md": front_matter(older(f"PMC1__{number}", f"caption: {noise.randbytes(2000).hex()}")) for number in range(20)
    }
    data = ARCHIVES[name](files)
    path = write(tmp_path, {name: data[: int(len(data) * part)]}) / name
    with pytest.raises(SourceError, match=f"{name}: the archive cannot be read"):
        read_everything(path)


def test_a_tar_that_breaks_off_between_two_members_is_a_source_error(tmp_path: Path) -> None:
    data = tarred(ONE_BY_ONE)
    path = write(tmp_path, {"a.tar": data[: data.index(b"PMC1__b.md")]}) / "a.tar"
    with pytest.raises(SourceError, match=r"a\.tar"):
        read_everything(path)


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.zst", "a.zip"])
def test_a_damaged_archive_is_read_refused_or_a_source_error(tmp_path: Path, name: str) -> None:
    files = {f"_figures/{number}.md": front_matter(older(f"PMC1__{number}", f"caption: {'yes and no ' * number}")) for number in range(30)}
    data = ARCHIVES[name](files)
    for number in range(1, 60):
        damaged = bytearray(data)
        damaged[number * len(data) // 60] ^= 0x55
        path = write(tmp_path, {f"{number}-{name}": bytes(damaged)}) / f"{number}-{name}"
        try:
            read_everything(path)
        except SourceError as error:
            assert str(path) in str(error)  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_of_a_zip_are_read_or_a_source_error(tmp_path: Path, method: int) -> None:
    assert figids(write(tmp_path, {"a.zip": zipped(CHECKOUT, method)}) / "a.zip") == FIGIDS


NO_ARCHIVES = {
    "nothing.tar.gz": gzip.compress(b""),
    "text.tar.gz": gzip.compress(older("PMC1__a").encode()),
    "text.tar.zst": zstandard.compress(older("PMC1__a").encode()),
    "head.zip": b"PK\x03\x04",
    "noise.tar.gz": b"\x1f\x8b" + bytes(range(256)),
    "noise.tar.zst": b"\x28\xb5\x2f\xfd" + bytes(range(256)),
    "noise.tar.bz2": b"BZh91AY&SY" + bytes(range(256)),
    "noise.tar.xz": b"\xfd7zXZ\x00" + bytes(range(256)),
}


@pytest.mark.parametrize("name", NO_ARCHIVES)
def test_what_only_looks_like_an_archive_is_a_source_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=name):
        read_everything(write(tmp_path, {name: NO_ARCHIVES[name]}) / name)


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_an_archive_without_records_is_a_source_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="contains no records"):
        read_everything(write(tmp_path, {name: ARCHIVES[name]({"image.jpg": b"\xff\xd8"})}) / name)


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
@pytest.mark.parametrize("member", ["n" * 300 + ".md", "d/" * 3000 + "x.md"], ids=["long", "deep"])
def test_a_member_with_a_name_that_file_systems_do_not_have_is_refused(tmp_path: Path, name: str, member: str) -> None:
    files = {**CHECKOUT, member: front_matter(older("PMC1__x"))}
    read, (refusal,) = read_everything(write(tmp_path, {name: ARCHIVES[name](files)}) / name)
    assert read == FIGIDS
    assert "the name has more than 255 bytes, or more than 64 folders" in refusal


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_a_file_and_a_folder_of_one_name_are_both_read(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {"x.md": front_matter(older("PMC1__x")), "x.md/y.md": front_matter(older("PMC1__y"))}
    assert figids(write(tmp_path, {name: ARCHIVES[name](files)}) / name) == ["PMC1__x", "PMC1__y"]


def test_a_tar_in_a_tar_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.tar": tarred({"inner.tar": tarred({"x.md": "no"}), **CHECKOUT})}) / "a.tar"
    assert figids(path) == FIGIDS


# -- what is not there -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nowhere", "nowhere.md", "nowhere.tar.gz"])
def test_a_source_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=f"{name}: there is no such file or folder"):
        RecordSource([tmp_path / name])


def test_a_folder_without_records(tmp_path: Path) -> None:
    write(tmp_path, {"notes.txt": "no", "README.md": "no"})
    with pytest.raises(SourceError, match="contains no records"):
        read_everything(tmp_path)


def test_a_later_source_that_is_not_there_leaves_nothing_of_the_earlier_ones(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.tar": tarred(CHECKOUT)}) / "a.tar"
    with pytest.raises(SourceError):
        RecordSource([path, tmp_path / "nowhere"])  # the fixture looks for what is left


# -- order, counting, cleaning up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["folder", *ARCHIVES])
def test_the_order_is_the_same_each_time_and_for_each_type_of_source(tmp_path: Path, name: str) -> None:
    names = [f"_figures/{prefix}{number}.md" for prefix in "ZaÄ_" for number in (10, 9, 1)]
    files: dict[str, str | bytes] = {path: front_matter(older(f"PMC1__{number}")) for number, path in enumerate(names)}
    turned = dict(reversed(files.items()))
    first, second = (
        write(tmp_path / folder, content if name == "folder" else {name: ARCHIVES[name](content)})
        for folder, content in (("1", files), ("2", turned))
    )
    sources = [first, second] if name == "folder" else [first / name, second / name]
    expected = [f"PMC1__{names.index(path)}" for path in sorted(names)]
    for path in sources:
        with RecordSource([path]) as source:
            assert [record(item).figid for item in source] == expected
            assert [record(item).figid for item in source] == expected
            assert source.count_files() == len(names)


def test_a_stream_is_read_again_from_the_beginning() -> None:
    with RecordSource(["-"], io.BytesIO(b"figid: PMC1__a\n---\nfigid: PMC1__b\n")) as source:
        assert [record(item).figid for item in source] == [record(item).figid for item in source] == ["PMC1__a", "PMC1__b"]


@pytest.mark.parametrize("end", ["exhausted", "left early", "broken off"])
@pytest.mark.parametrize("name", ["a.tar.gz", "-"])
def test_no_temporary_files_are_left(tmp_path: Path, name: str, end: str) -> None:
    data = ARCHIVES["a.tar.gz"](CHECKOUT)
    path = "-" if name == "-" else write(tmp_path, {name: data}) / name
    try:
        with RecordSource([path], io.BytesIO(data)) as source:
            assert list(Path(tempfile.gettempdir()).iterdir())
            for _ in source:
                if end == "left early":
                    break
                if end == "broken off":
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass  # the fixture looks for what is left


def test_the_shared_checkout_is_the_same_from_an_archive(tmp_path: Path) -> None:
    folder = shared_data("real-gen2")
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    path = write(tmp_path, {"a.tar.zst": zstandard.compress(tarred(files))}) / "a.tar.zst"
    from_folder, from_archive = ([record._replace(source="") for record in read_records(source)] for source in (folder, path))
    assert from_folder == from_archive
    assert len(from_folder) == 12


# -- the examples ------------------------------------------------------------------------------------------------------------


def test_the_examples_are_of_both_generations() -> None:
    assert sorted(record.schema_version for record in read_records(ROOT / "examples")) == ["2021"] * 3 + ["2023"] * 3
