"""Modules are compiled when a wheel is built, where that is wanted: never in the source tree, and with a clear word where it cannot be."""

from __future__ import annotations

import importlib.machinery
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import hatch_build
import pytest
from hatchling.build import get_requires_for_build_sdist, get_requires_for_build_wheel
from tests.support.browser import skip_or_fail
from tests.support.records import ROOT, write

PACKAGE = ROOT / "src" / "pfocr2rdf"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPILED = PROJECT["tool"]["hatch"]["build"]["hooks"]["custom"]["compiled-modules"]

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "pfocr2rdf"
version = "1"
requires-python = ">=3.11"
[tool.hatch.build]
dev-mode-dirs = ["src"]
[tool.hatch.build.hooks.custom]
compiled-modules = ["double.py"]
[tool.hatch.build.targets.wheel]
packages = ["src/pfocr2rdf"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package with the build hook."""
    files = {"__init__.py": b"", "double.py": b"def double(number: int) -> int:\n    return 2 * number\n"}
    project = write(tmp_path / "project", {f"src/pfocr2rdf/{name}": content for name, content in files.items()})
    write(project, {"pyproject.toml": PYPROJECT.encode(), "hatch_build.py": (ROOT / "hatch_build.py").read_bytes()})
    monkeypatch.chdir(project)
    monkeypatch.setenv(hatch_build.EDITOR_VARIABLE, "none")
    return project


def build(project: Path, wish: str, target: str = "wheel", **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(project / "dist")]
    environment = os.environ | {hatch_build.MYPYC_VARIABLE: wish} | variables
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False)


def wheel_of(project: Path) -> Path:
    (wheel,) = (project / "dist").iterdir()
    return wheel


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def test_a_wheel_has_compiled_modules_where_they_are_wanted(project: Path) -> None:
    if not any(os.access(Path(folder) / "cc", os.X_OK) for folder in os.get_exec_path()):
        skip_or_fail("there is no C compiler: apt-get install gcc")
    before = files_of(project)
    process = build(project, "required")
    assert process.returncode == 0, process.stderr
    wheel = wheel_of(project)
    assert not wheel.name.endswith("-none-any.whl")
    site = project / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    assert files_of(project) - before == {f"dist/{wheel.name}", *(f"site/{name}" for name in files_of(site))}
    code = "import pfocr2rdf.double as module; print(module.__file__, module.double(21))"
    path, answer = subprocess.run([sys.executable, "-c", code], cwd=site, capture_output=True, text=True, check=True).stdout.split()
    assert Path(path).parent == site / "pfocr2rdf"
    assert path.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))
    assert answer == "42"
    assert (site / "pfocr2rdf" / "double.py").is_file()  # what tracebacks and the digest of the code read


def test_without_being_asked_nothing_is_compiled(project: Path) -> None:
    for wish in ("", "none"):
        process = build(project, wish)
        assert (process.returncode, wheel_of(project).name) == (0, "pfocr2rdf-1-py3-none-any.whl"), process.stderr


def test_without_a_compiler_the_wheel_is_python(project: Path) -> None:
    process = build(project, "1", CC="/bin/false")
    assert (process.returncode, wheel_of(project).name) == (0, "pfocr2rdf-1-py3-none-any.whl")
    assert "Warning: the package is pure Python, which is slower: mypyc or the C compiler failed:\n" in process.stderr
    assert "/bin/false" in process.stderr


@pytest.mark.parametrize("wish", ["1", "required"])
def test_an_editable_install_is_never_compiled(wish: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hatch_build.MYPYC_VARIABLE, wish)
    code = "from hatchling.build import build_editable; print(build_editable('dist'))"
    process = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert (process.returncode == 0) == (wish == "1"), process.stderr
    prefix = "Warning: the package is pure" if wish == "1" else "The modules that PFOCR2RDF_MYPYC=required asks for cannot be compiled: "
    assert process.stderr.startswith(prefix)
    assert "an editable install is of the Python files themselves; install without --editable" in process.stderr
    assert not {name for name in files_of(project) if name.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))}


def test_the_compiler_is_a_requirement_of_compiled_wheels_only(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(hatch_build.MYPYC_VARIABLE, raising=False)
    assert hatch_build.MYPYC_REQUIREMENT not in get_requires_for_build_wheel()
    monkeypatch.setenv(hatch_build.MYPYC_VARIABLE, "1")
    assert hatch_build.MYPYC_REQUIREMENT in get_requires_for_build_wheel()
    assert hatch_build.MYPYC_REQUIREMENT not in get_requires_for_build_sdist()


def test_tests_have_the_compiler_that_the_build_asks_for() -> None:
    assert hatch_build.MYPYC_REQUIREMENT in PROJECT["project"]["optional-dependencies"]["test"]


def test_another_wish_is_an_error(project: Path) -> None:
    process = build(project, "yes")
    assert process.returncode == 1
    assert "PFOCR2RDF_MYPYC is 'yes'; it can be 1, required or none" in process.stderr


def test_the_modules_that_are_compiled_can_be() -> None:
    assert len(COMPILED) > 20
    assert sorted(set(COMPILED)) == COMPILED
    for name in COMPILED:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        # mypyc takes ``raise ... from`` for ``raise``, and the folder of an extension module may be another
        assert not re.search(r"__cause__|__file__", text), name
