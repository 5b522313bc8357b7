"""Brings the editor of the query page into the package when it is built: it is the work of others, and so in no commit of this project."""

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
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "@zazuko/yasqe@4.6.2"
INTEGRITY = "83iCLuBIgU04KBIaibxZTjKvrXD6sEe/+aqsHxLb4+ZVD4eaUwh5hFJEetuWkiKBY6WxTjVOmhKXvh2AAOR14g=="
"""The SHA-512 of the package, as lock files of npm have it."""

FILES = {
    "yasqe.min.js": "288202e5f1c0195a71d1190b35c052ad5e5103e73d61455da029ffcacb7f9347",
    "yasqe.min.css": "f82256c2a56f83a5356abef88c760cff67da21e38873e744db73afaf08f285a2",
}
"""What is taken of the package, with its SHA-256."""

FOLDER = "src/pfocr2rdf/site/pages/assets/editor"
WISH = "PFOCR2RDF_EDITOR"
"""The variable that says ``required`` where a build without the editor is none, and ``none`` where it is not to be brought."""

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
_PERMISSION = "Permission is hereby granted"  # where the text of the MIT license begins, which is also ours
_PATIENCE = 45  # seconds
_QUICKLY = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=15000", "--update-notifier=false", "--loglevel=error")


class EditorHook(BuildHookInterface[Any]):
    """Runs before each build, also that of an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the editor, and have it in what is built."""
        build_data["artifacts"].append(f"/{FOLDER}/")
        bring(Path(self.root))


class NoEditorError(Exception):
    """The package cannot be had; the text says why."""


def bring(root: Path) -> None:
    """Put the editor into the source tree, where it is not there already. Without npm or a registry it is left out with a warning.

    Args:
        root: the folder of the project.

    Raises:
        SystemExit: it cannot be had and is required, or what came is not what it should be.
    """
    folder = root / FOLDER
    if os.environ.get(WISH) == "none" or all(_digest(folder / name) == digest for name, digest in FILES.items()):
        return
    shutil.rmtree(folder, ignore_errors=True)  # what is there is of another version
    try:
        files = taken(packed())
    except NoEditorError as error:
        if os.environ.get(WISH) == "required":
            raise SystemExit(f"The SPARQL editor, which {WISH}=required asks for, cannot be brought: {error}") from None
        print(f"Warning: the query page has a plain field in place of the SPARQL editor: {error}", file=sys.stderr)
        return
    folder.mkdir(parents=True)
    license_text = (root / "LICENSE").read_text(encoding="utf-8")
    (folder / "LICENSE.txt").write_text(NOTICE + license_text[license_text.index(_PERMISSION) :], encoding="utf-8")
    for name, content in files.items():
        (folder / name).write_bytes(content)


def packed() -> bytes:
    """The package as npm brings it.

    Raises:
        NoEditorError: there is no npm, or it fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise NoEditorError("npm is not installed, which brings it; install npm and build again")
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(  # noqa: S603 - npm as the user has set it up
                [npm, "pack", PACKAGE, "--ignore-scripts", *_QUICKLY],
                cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=True,
            )  # fmt: skip
            (file,) = Path(folder).glob("*.tgz")
            return file.read_bytes()
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").split("\n")
            why = next((line for line in said if "code" in line), f"exit status {error.returncode}")
            raise NoEditorError(f"npm cannot bring {PACKAGE}: {why.removeprefix('npm error').strip()}") from None
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise NoEditorError(f"npm cannot bring {PACKAGE}: {error}") from None


def taken(package: bytes) -> dict[str, bytes]:
    """The files that are wanted of a package.

    Raises:
        SystemExit: it is not the package that is meant.
    """
    found = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if found != INTEGRITY:
        raise SystemExit(
            f"npm brought something else in place of {PACKAGE}: its SHA-512 is {found}, not {INTEGRITY}; "
            f"see where your npm takes packages from, or build without the editor with {WISH}=none"
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
