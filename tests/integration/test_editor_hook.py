"""The editor comes from npm when the package is built: checked, with its license, once, and only where that is wanted."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import hatch_build
import pytest
from tests.support.browser import skip_or_fail
from tests.support.records import ROOT, write

CONTENT = {"yasqe.min.js": b"globalThis.Yasqe = class {};\n", "yasqe.min.css": b".yasqe {}\n"}


def package(**extra_files: bytes) -> bytes:
    """A package with the files, and some that nobody needs."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in {**CONTENT, "yasqe.min.js.map": b"{}", **extra_files}.items():
            member = tarfile.TarInfo(f"package/build/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


class Npm:
    """A program in the place of npm, the only one on the path. It counts how often it is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._calls = folder / "calls"

    def brings(self, content: bytes) -> None:
        """Have it bring this package."""
        (self.folder / "package").write_bytes(content)
        self._does(f"import shutil; shutil.copy({str(self.folder / 'package')!r}, 'zazuko-yasqe-4.6.2.tgz')")

    def fails(self, message: str) -> None:
        """Have it fail."""
        self._does(f"sys.exit({message!r})")

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text(encoding="utf-8").splitlines() if self._calls.exists() else []

    def _does(self, statement: str) -> None:
        program = self.folder / "npm"
        count = f"import sys; print(*sys.argv[1:], file=open({str(self._calls)!r}, 'a'))"
        program.write_text(f"#!{sys.executable}\n{count}\n{statement}\n", encoding="utf-8")
        program.chmod(0o755)


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    (tmp_path / "path").mkdir()
    npm_program = Npm(tmp_path / "path")
    monkeypatch.setenv("PATH", str(npm_program.folder))
    monkeypatch.delenv(hatch_build.EDITOR_VARIABLE, raising=False)
    monkeypatch.setattr(hatch_build, "INTEGRITY", base64.b64encode(hashlib.sha512(package()).digest()).decode())
    monkeypatch.setattr(hatch_build, "FILES", {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()})
    return npm_program


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "project", {"LICENSE": (ROOT / "LICENSE").read_bytes()})


def installed_files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / hatch_build.EDITOR_DIR).glob("*")}


def test_the_two_files_come_with_their_license_and_only_once(npm: Npm, root: Path) -> None:
    npm.brings(package())
    hatch_build.fetch_editor(root)
    files = installed_files(root)
    text = files.pop("LICENSE.txt").decode()
    assert files == CONTENT
    assert "@zazuko/yasqe@4.6.2" in text
    assert "Triply <info@triply.cc>" in text
    assert "Permission is hereby granted, free of charge" in text
    assert "The pfocr2rdf authors" not in text
    hatch_build.fetch_editor(root)
    (call,) = npm.calls
    assert call.startswith("pack @zazuko/yasqe@4.6.2 --ignore-scripts ")


def test_files_of_another_version_are_replaced(npm: Npm, root: Path) -> None:
    write(root / hatch_build.EDITOR_DIR, {"yasqe.min.js": b"old", "old.js": b"old", "yasqe.min.css": CONTENT["yasqe.min.css"]})
    npm.brings(package())
    hatch_build.fetch_editor(root)
    assert set(installed_files(root)) == {*CONTENT, "LICENSE.txt"}
    write(root / hatch_build.EDITOR_DIR, {"yasqe.min.js": b"old"})
    npm.fails("npm error code E500")
    hatch_build.fetch_editor(root)
    assert installed_files(root) == {}


@pytest.mark.parametrize("wish", ["", "required"])
def test_another_package_in_its_place_ends_the_build(wish: str, npm: Npm, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hatch_build.EDITOR_VARIABLE, wish)
    npm.brings(package(**{"more.js": b"alert(1)"}))
    with pytest.raises(SystemExit, match=r"npm brought something else in place of @zazuko/yasqe@4\.6\.2: its SHA-512 is .*=none$"):
        hatch_build.fetch_editor(root)
    assert installed_files(root) == {}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (None, "npm is not installed"),
        ("npm error code E404\nnpm error more", "npm cannot bring @zazuko/yasqe@4.6.2: code E404\n"),
    ],
)
def test_without_npm_or_its_registry_the_build_goes_on_but_where_the_editor_is_required(
    message: str | None, why: str, npm: Npm, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if message:
        npm.fails(message)
    hatch_build.fetch_editor(root)
    err = capsys.readouterr().err
    assert err.startswith(f"Warning: the query page has a plain field in place of the SPARQL editor: {why}")
    assert err.count("\n") == 1
    assert installed_files(root) == {}
    monkeypatch.setenv(hatch_build.EDITOR_VARIABLE, "required")
    with pytest.raises(SystemExit) as raised:
        hatch_build.fetch_editor(root)
    assert str(raised.value).startswith("The SPARQL editor, which PFOCR2RDF_EDITOR=required asks for, cannot be brought: npm")


def test_who_does_not_want_it_does_not_get_it(npm: Npm, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm.brings(package())
    monkeypatch.setenv(hatch_build.EDITOR_VARIABLE, "none")
    hatch_build.fetch_editor(root)
    assert (npm.calls, installed_files(root)) == ([], {})


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_what_is_built_has_the_editor_though_git_ignores_it(target: str, npm: Npm, tmp_path: Path) -> None:
    npm.brings(package())
    project = tmp_path / "tree"
    for name in ("queries", "shapes"):
        shutil.copytree(ROOT / name, project / name)
    write(project, {"src/pfocr2rdf/__init__.py": b"", ".git/HEAD": b"ref: refs/heads/main\n"})
    for name in ("pyproject.toml", ".gitignore", "LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, project / name)
    text = (ROOT / "hatch_build.py").read_text(encoding="utf-8")
    pinned = [line.split('"')[1] for line in text.splitlines() if line.startswith("INTEGRITY = ")]
    pinned += [line.split('"')[3] for line in text.splitlines() if line.startswith('    "yasqe.min.')]
    for old, new in zip(pinned, [hatch_build.INTEGRITY, *hatch_build.FILES.values()], strict=True):
        text = text.replace(old, new)
    (project / "hatch_build.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(tmp_path / "built")]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=60)
    (built,) = (tmp_path / "built").iterdir()
    if target == "wheel":
        with zipfile.ZipFile(built) as wheel:
            names = wheel.namelist()
    else:
        with tarfile.open(built) as archive:
            names = archive.getnames()
    editor_files = {name.rpartition("/")[2] for name in names if "pfocr2rdf/site/pages/assets/editor/" in name}
    assert editor_files == {*CONTENT, "LICENSE.txt"}


def test_the_editor_in_this_tree_is_the_one_that_is_pinned() -> None:
    files = installed_files(ROOT)
    if not files:
        skip_or_fail("the package was built without the editor: apt-get install npm, then pip install -e .")
    notice = files.pop("LICENSE.txt").decode()
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == hatch_build.FILES
    assert hatch_build.PACKAGE in notice
