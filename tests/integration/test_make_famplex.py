"""The script that makes the package's FamPlex list, on distributions made here."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from tests.support.records import ROOT
from tests.support.scripts import load_script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script as a module; it is no part of the package."""
    return load_script(ROOT / "scripts" / "make_famplex.py")


def sdist(folder: Path, members: dict[str, bytes | None]) -> Path:
    """A gzipped tar with these members; `None` makes a symbolic link."""
    path = folder / "famplex-9.9.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.linkname = tarfile.SYMTYPE, "elsewhere"
            member.size = len(content or b"")
            archive.addfile(member, io.BytesIO(content or b""))
    return path


def test_ids_come_sorted_once_and_with_their_provenance(script: ModuleType, tmp_path: Path) -> None:
    path = sdist(
        tmp_path,
        {
            "famplex-9.9/setup.py": b"",
            "famplex-9.9/entities.csv": b"PI3K\r\nAKT\r\nAKT\r\nabc_1\r\n\r\n",
        },
    )
    header = [line for line in script.convert(path).splitlines() if line.startswith("#")]
    ids = [line for line in script.convert(path).splitlines() if not line.startswith("#")]
    assert ids == ["AKT", "PI3K", "abc_1"]
    assert any("famplex 9.9 " in line for line in header)
    assert any("CC0" in line for line in header)
    assert any(hashlib.sha256(path.read_bytes()).hexdigest() in line for line in header)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"famplex-9.9/README.md": b"PI3K\n"}, "0 members"),
        ({"famplex-9.9/sub/entities.csv": b"PI3K\n"}, "0 members"),
        ({"famplex-9.9/entities.csv": b"A\n", "famplex-9.8/entities.csv": b"B\n"}, "2 members"),
        ({"famplex-9.9/entities.csv": None}, "no plain file"),
        ({"famplex-9.9/entities.csv": b""}, "empty"),
        ({"famplex-9.9/entities.csv": b"PI3K\n<script>\n"}, "no entry id"),
        ({"famplex-9.9/entities.csv": b"\xff\xfe\n"}, "not a table"),
    ],
)
def test_anything_else_is_refused(script: ModuleType, tmp_path: Path, members: dict[str, bytes | None], reason: str) -> None:
    with pytest.raises(script.SdistError, match=reason):
        script.convert(sdist(tmp_path, members))


def test_a_file_that_is_no_archive_is_refused_and_leaves_the_list_alone(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, output = tmp_path / "broken.tar.gz", tmp_path / "famplex.tsv"
    archive.write_bytes(b"no gzip")
    assert script.main(["--sdist", str(archive), "--out", str(output)]) == 3
    assert "broken.tar.gz" in capsys.readouterr().err
    assert not output.exists()


def test_the_list_in_the_package_is_as_the_script_writes_it(script: ModuleType) -> None:
    text = script.TARGET.read_text(encoding="utf-8")
    ids = [line for line in text.splitlines() if not line.startswith("#")]
    digest = next(line.rsplit(" ", 1)[1] for line in text.splitlines() if "SHA-256" in line)
    assert text == script.format_list(script.RELEASE, digest, sorted(set(ids)))
    assert {"PI3K", "AKT", "ERK"} <= set(ids)


def test_the_list_in_the_package_is_what_the_shared_data_has(script: ModuleType) -> None:
    shared = ROOT.parent / "shared" / "data" / "famplex" / "entities.csv"
    if not shared.is_file():
        pytest.skip("the shared data (../shared/data/famplex) is not here")
    ids = [line for line in script.TARGET.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert ids == script.parse_entry_ids(shared.read_bytes())
