"""Build hook: fetches the SPARQL editor of the query page, and compiles the modules of the hot path where that is wanted.

The editor is third-party code, so no commit has it. Compiled modules (mypyc) are for wheels: an editable install stays pure Python.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "@zazuko/yasqe@4.6.2"
INTEGRITY = "83iCLuBIgU04KBIaibxZTjKvrXD6sEe/+aqsHxLb4+ZVD4eaUwh5hFJEetuWkiKBY6WxTjVOmhKXvh2AAOR14g=="
"""The SHA-512 of the package, in base64 as in lock files of npm."""

FILES = {
    "yasqe.min.js": "288202e5f1c0195a71d1190b35c052ad5e5103e73d61455da029ffcacb7f9347",
    "yasqe.min.css": "f82256c2a56f83a5356abef88c760cff67da21e38873e744db73afaf08f285a2",
}
"""The files that are extracted from the package, with their SHA-256."""

EDITOR_DIR = "src/pfocr2rdf/site/pages/assets/editor"
EDITOR_VARIABLE = "PFOCR2RDF_EDITOR"
"""The environment variable: ``required`` fails a build without the editor, ``none`` leaves the editor out."""

NOTICE = f"""\
yasqe.min.js and yasqe.min.css are YASQE, yet another SPARQL query editor, as the npm package {PACKAGE} has them.
Authors: Triply <info@triply.cc>; contributors: Zazuko GmbH. https://github.com/rdfjs/Yasgui
License: MIT, as its package.json says; the text is below.

YASQE was built with these, which are in yasqe.min.js as well:

CodeMirror 5: MIT. Copyright (C) 2017 by Marijn Haverbeke <marijn@haverbeke.berlin> and others
lodash-es: MIT. Copyright OpenJS Foundation and other contributors <https://openjsf.org/>
query-string, filter-obj, split-on-first: MIT. Copyright (c) Sindre Sorhus <sindresorhus@gmail.com>
decode-uri-component: MIT. Copyright (c) 2017, Sam Verschueren <sam.verschueren@gmail.com>
strict-uri-encode: MIT. Copyright (c) Kevin Martensson <kevinmartensson@gmail.com>
store: MIT. Copyright (c) 2010-2017 Marcus Westin
events: MIT. Copyright Joyent, Inc. and other Node contributors.
DOMPurify 3.4.13: MPL 2.0 (https://www.mozilla.org/MPL/2.0/). (c) Cure53 and other contributors;
its source is at https://github.com/cure53/DOMPurify/tree/3.4.13

"""
_LICENSE_START = "Permission is hereby granted"  # of the MIT license, which is also ours
_NPM_TIMEOUT_SECONDS = 45
_NPM_OPTIONS = (
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-timeout=15000",
    "--update-notifier=false",
    "--loglevel=error",
)


MYPYC_REQUIREMENT = "mypy[mypyc]>=2.4.1"
MYPYC_VARIABLE = "PFOCR2RDF_MYPYC"
"""The environment variable: ``1`` compiles modules where that is possible, ``required`` fails a build that cannot; off by default."""

_COMPILE_SCRIPT = """\
import sys
from mypyc.build import mypycify
from setuptools import setup

folder, *modules = sys.argv[1:]
options = ["--config-file=", "--explicit-package-bases", "--ignore-missing-imports", "--follow-imports=silent"]
extensions = mypycify([*options, *modules], group_name="pfocr2rdf", debug_level="0")
setup(name="pfocr2rdf", packages=[], ext_modules=extensions, script_args=["--quiet", "build_ext", "--build-lib", folder])
"""


class BuildHook(BuildHookInterface[Any]):
    """A hatchling build hook, which runs before each build, also that of an editable install."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._build_dirs = ExitStack()

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling."""
        return [MYPYC_REQUIREMENT] if self._is_compiled() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the editor, and compile the modules of a wheel; both are added to the files of the build."""
        build_data["artifacts"].append(f"/{EDITOR_DIR}/")
        fetch_editor(Path(self.root))
        if not self._is_compiled():
            return
        folder = Path(self._build_dirs.enter_context(tempfile.TemporaryDirectory()))
        try:
            if version == "editable":  # compiled modules would hide what is edited
                raise CompilationError("an editable install is of the Python files themselves; install without --editable")
            libraries = compile_modules(Path(self.root), self.config["compiled-modules"], folder)
        except CompilationError as error:
            if os.environ[MYPYC_VARIABLE] == "required":
                raise SystemExit(f"The modules that {MYPYC_VARIABLE}=required asks for cannot be compiled: {error}") from None
            print(f"Warning: the package is pure Python, which is slower: {error}", file=sys.stderr)
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True  # of this Python and this machine
        build_data["force_include"] |= {str(path): path.relative_to(folder).as_posix() for path in libraries}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled, which the wheel has now."""
        self._build_dirs.close()

    def _is_compiled(self) -> bool:
        wish = os.environ.get(MYPYC_VARIABLE, "") or "none"
        if wish not in ("1", "required", "none"):
            raise SystemExit(f"{MYPYC_VARIABLE} is {wish!r}; it can be 1, required or none")
        return wish != "none" and self.target_name == "wheel"


class CompilationError(Exception):
    """The modules cannot be compiled; the text says why."""


def compile_modules(root: Path, modules: list[str], folder: Path) -> list[Path]:
    """Compile modules with mypyc, in another folder, so that no compiled file is left in the source tree.

    Args:
        root: the folder of the project.
        modules: their paths, from the folder of the package.
        folder: an empty folder, where the libraries are then, laid out as in a wheel.

    Raises:
        CompilationError: there is no compiler, or it fails.
    """
    with tempfile.TemporaryDirectory() as build_dir:
        shutil.copytree(root / "src", build_dir, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.pyd"))
        command = [sys.executable, "-c", _COMPILE_SCRIPT, str(folder), *[f"pfocr2rdf/{name}" for name in modules]]
        process = subprocess.run(command, cwd=build_dir, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
    libraries = sorted(path for path in folder.rglob("*") if path.suffix in (".so", ".pyd"))
    if process.returncode or not libraries:
        raise CompilationError(f"mypyc or the C compiler failed:\n{process.stdout}{process.stderr}")
    return libraries


class EditorUnavailableError(Exception):
    """The package cannot be fetched; the text says why."""


def fetch_editor(root: Path) -> None:
    """Write the editor into the source tree, unless it is up to date. Without npm or a registry it is left out with a warning.

    Args:
        root: the folder of the project.

    Raises:
        SystemExit: it is required and cannot be fetched, or the package has another digest.
    """
    folder = root / EDITOR_DIR
    if os.environ.get(EDITOR_VARIABLE) == "none" or all(_digest(folder / name) == digest for name, digest in FILES.items()):
        return
    shutil.rmtree(folder, ignore_errors=True)  # it is of another version
    try:
        files = extract_files(fetch_package())
    except EditorUnavailableError as error:
        if os.environ.get(EDITOR_VARIABLE) == "required":
            raise SystemExit(f"The SPARQL editor, which {EDITOR_VARIABLE}=required asks for, cannot be brought: {error}") from None
        print(f"Warning: the query page has a plain field in place of the SPARQL editor: {error}", file=sys.stderr)
        return
    folder.mkdir(parents=True)
    license_text = (root / "LICENSE").read_text(encoding="utf-8")
    (folder / "LICENSE.txt").write_text(NOTICE + license_text[license_text.index(_LICENSE_START) :], encoding="utf-8")
    for name, content in files.items():
        (folder / name).write_bytes(content)


def fetch_package() -> bytes:
    """The package, as ``npm pack`` downloads it.

    Raises:
        EditorUnavailableError: there is no npm, or it fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise EditorUnavailableError("npm is not installed, which brings it; install npm and build again")
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(  # noqa: S603 - npm as the user has set it up
                [npm, "pack", PACKAGE, "--ignore-scripts", *_NPM_OPTIONS],
                cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_NPM_TIMEOUT_SECONDS, check=True,
            )  # fmt: skip
            (file,) = Path(folder).glob("*.tgz")
            return file.read_bytes()
        except subprocess.CalledProcessError as error:
            lines = error.stderr.decode(errors="replace").split("\n")
            reason = next((line for line in lines if "code" in line), f"exit status {error.returncode}")
            raise EditorUnavailableError(f"npm cannot bring {PACKAGE}: {reason.removeprefix('npm error').strip()}") from None
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise EditorUnavailableError(f"npm cannot bring {PACKAGE}: {error}") from None


def extract_files(package: bytes) -> dict[str, bytes]:
    """The files of the editor in a package.

    Raises:
        SystemExit: the package has another digest.
    """
    integrity = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if integrity != INTEGRITY:
        raise SystemExit(
            f"npm brought something else in place of {PACKAGE}: its SHA-512 is {integrity}, not {INTEGRITY}; "
            f"see where your npm takes packages from, or build without the editor with {EDITOR_VARIABLE}=none"
        )
    files = {}
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        for name in FILES:
            member = archive.extractfile(f"package/build/{name}")
            assert member is not None  # noqa: S101 - the digest says so
            files[name] = member.read()
    return files


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
