"""The commands that the pages show, run again: ``tests/e2e/docs/test_transcripts.py`` compares, ``python docs/transcripts.py`` rewrites.

A page is played in a folder of its own, with copies of ``examples`` and ``shapes`` and with the running Python as ``.venv``:
a fence with a ``title`` is written to a file of that name, a line of a ``console`` fence that begins with ``$ `` is run by
bash, and in a ``sh`` fence the calls of ``pfocr2rdf`` are run. What differs from run to run is shown as ``...``.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_VARYING = re.compile(
    r"(?<=^records a second) +[\d,]+$|(?<=^statements a second) +[\d,]+$|(?<=^version) +[0-9a-f]{12}$"
    r"|(?<=\"seconds\": )[\d.]+|(?<=\"records_per_second\": )[\d.]+",
    re.MULTILINE,
)


class Said(NamedTuple):
    """A command of a page: the output that the page shows, and the output of this run."""

    command: str
    shown: str
    said: str

    @property
    def same(self) -> bool:
        """Whether both are the same, but for blanks: the width of a table hangs on the speed that stands in it."""
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        return doctest.OutputChecker().check_output(self.shown or "\n", self.said or "\n", flags)


def play(page: Path) -> Iterator[Said]:
    """Run a page from top to bottom."""
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-docs-") as name:
        folder = Path(name)
        for part in ("examples", "shapes"):
            shutil.copytree(ROOT / part, folder / part)
        (folder / ".venv").symlink_to(sys.prefix)
        for fence in _FENCE.finditer(page.read_text(encoding="utf-8")):
            if fence["title"]:
                path = folder / fence["title"]
                path.parent.mkdir(exist_ok=True)
                path.write_text(fence["body"], encoding="utf-8")
            elif fence["kind"] == "console":
                yield from (Said(item[1], item[2], _run(item[1], folder)) for item in _COMMAND.finditer(fence["body"]))
            elif fence["kind"] == "sh":
                for call in re.findall(r"\S*pfocr2rdf \w[^&|\n]*", fence["body"]):
                    _run(call, folder)


def _run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
    shell = ["bash", "-c", command]  # a command of our own pages
    completed = subprocess.run(  # noqa: S603
        shell, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    lines = [line.rstrip() for line in _VARYING.sub(" ...", completed.stdout).splitlines()]
    return "".join(f"{line}\n" for line in lines)


def rewrite(page: Path) -> bool:
    """Put what the commands say now in the place of what the page shows; whether that changed it."""
    text = page.read_text(encoding="utf-8")
    played = iter(play(page))

    def fence(match: re.Match[str]) -> str:
        if match["kind"] != "console":
            return match[0]
        return f"```console\n{_COMMAND.sub(command, match['body'])}```"

    def command(match: re.Match[str]) -> str:
        item = next(played)
        return f"$ {match[1]}\n{item.shown if item.same else item.said}"

    new = _FENCE.sub(fence, text)
    if new != text:
        page.write_text(new, encoding="utf-8")
    return new != text


if __name__ == "__main__":
    for one in [Path(name).resolve() for name in sys.argv[1:]] or PAGES:
        print(f"{'rewritten' if rewrite(one) else 'unchanged'}: {one.relative_to(ROOT)}")
