"""The frame of every script: its settings, its checks, and the comparison of numbers in the end."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pfocr2rdf.errors import SourceError
from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, InputFile

SCRIPT_MARK = "Made by pfocr2rdf load --plan"
"""What one of the first two lines of every file of a plan begins with, behind its sign for a comment."""

_HERE = 'here=$(CDPATH=\'\' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)'

_DIE = """\
die() {
  printf 'load.sh: %s\\n' "$*" >&2
  exit 1
}
"""

_NEED = """\
# A program, and how to get it.
need() {
  command -v -- "$1" >/dev/null || die "$1 is not installed: $2"
}
"""

_GIVEN = """\
# A setting that has to be given, and what it is.
given() {
  [[ -n ${!1} ]] || die "set $1: $2"
}
"""

_INPUT = """\
# A file of the export, and the SHA-256 that its manifest says.
input() {
  [[ -f $1 && -r $1 ]] || die "$1 cannot be read: where the export has moved, make the plan again"
  [[ -z $2 || $CHECK_FILES == no ]] || [[ $(sha256sum <"$1") == "$2  -" ]] ||
    die "$1 is not the file that the export's manifest lists: export again, or set CHECK_FILES=no"
}
"""

_WORK = """\
# A folder for what is made on the way; it goes in the end.
work() {
  mkdir -- "$WORK_FOLDER" || die "$WORK_FOLDER cannot be made: remove it where a run that was killed has left it"
  trap 'rm -rf -- "$WORK_FOLDER"' EXIT
}
"""

_UNPACK = """\
# A file of zstd, and its name when it is unpacked.
unpack() {
  "$ZSTD" -dc -- "$1" >"$WORK_FOLDER/$2" || die "$1 cannot be unpacked"
}
"""

_QUADS = """\
# Makes N-Triples to N-Quads: their name when they are, and the graph, as sed writes it.
quads() {
  LC_ALL=C sed -E -e '/^[[:space:]]*(#.*)?$/d' -e "s|[[:space:]]*[.][[:space:]]*\\$| <$2> .|" | gzip -1 >"$WORK_FOLDER/$1"
}
"""

_COMPARE = """\
# What the store counts, against what the export has.
compare() {
  local counted
  counted=$(printf '%s' "$1" | tr -d '"\\r' | tail -n 1)
  [[ $counted =~ ^[0-9]+$ ]] || die "the store does not say how many statements it holds, but: $1"
  printf '%s statements are in the store\\n' "$counted"
  [[ -z $expected || $counted == "$expected" ]] ||
    die "$expected were expected: load into an empty store, and see what the loader said above"
}
"""


class Setting(NamedTuple):
    """A variable at the top of a script.

    Attributes:
        name: its name.
        default: its default, as a word of bash.
        description: what it is.
        fixed: whether the environment cannot override it, because another file of the plan has it too.
    """

    name: str
    default: str
    description: str
    fixed: bool = False

    @property
    def line(self) -> str:
        """The line that sets it."""
        value = self.default if self.fixed else f"${{{self.name}:-{self.default}}}"
        return f"{self.name}={value}  # {self.description}"


class BulkScript(NamedTuple):
    """What is one target's own about its script.

    Attributes:
        summary: what it does, in a sentence.
        requirements: what has to be there.
        settings: the variables at its top.
        load_commands: the lines that load, in a function of bash.
        count_commands: the lines that set ``counted`` to what the store answers to ``$question``, likewise.
        count_query: that query.
        next_step: what to do before the store can count, where it cannot be asked at once.
        notes: what else is to be known.
        bash_functions: functions of bash that are its own.
    """

    summary: str
    requirements: str
    settings: Sequence[Setting]
    load_commands: Sequence[str]
    count_commands: Sequence[str]
    count_query: str
    next_step: str = ""
    notes: Sequence[str] = ()
    bash_functions: str = ""


def render_script(loader: str, job: BulkJob, script: BulkScript) -> str:
    """The text of ``load.sh``."""
    checks = [f"input {shlex.quote(str(part.path))} {shlex.quote(part.sha256)}" for part in job.files]
    expected = "" if job.expected_statements is None else str(job.expected_statements)
    loading = _bash_function("load", [*checks, *script.load_commands])
    counting = _bash_function("count", [*script.count_commands, 'compare "$counted"'])
    last = f"printf '%s\\n' {shlex.quote(script.next_step)}" if script.next_step else "count"
    body = [*loading, "", *counting, "", "case ${1:-load} in", "  load)", "    load", f"    {last}", "    ;;", "  count) count ;;"]
    body += ['  *) die "there are load and count, and no $1" ;;', "esac"]
    text = "\n".join([*(f"{one.name}={one.default}" for one in script.settings), *body])
    named = {"need": _NEED, "given": _GIVEN, "work": _WORK, "unpack": _UNPACK, "quads": _QUADS}
    used = [code for name, code in named.items() if re.search(rf"^ +([^#]*\| )?{name}\b", text, re.MULTILINE)]
    settings = [*script.settings, Setting("CHECK_FILES", "yes", "no: do not compare the files' SHA-256 with the manifest's")]
    if _WORK in used and not any(one.name == "WORK_FOLDER" for one in settings):
        settings.append(Setting("WORK_FOLDER", "$here/work", "a folder for files that are made on the way"))
    if "$ZSTD" in text:
        settings.append(Setting("ZSTD", "zstd", "the program that unpacks"))
    uses_here = "$here" in "".join([text, *(one.default for one in settings)])
    head = [
        "#!/usr/bin/env bash",
        f"# {SCRIPT_MARK} {loader}; the next plan in this folder replaces it.",
        "#",
        f"# {script.summary}",
        f"# The export: {job.inputs.folder}",
        f"# Needs: {script.requirements}",
        *(f"# {note}" for note in script.notes),
        "# bash load.sh         loads" + (" and counts." if not script.next_step else "."),
        "# bash load.sh count   only counts, and compares with the export's number of statements.",
        "",
        "set -euo pipefail",
        *([_HERE] if uses_here else []),
        "",
        "# Settings: the environment may override them.",
        *(one.line for one in settings),
        "",
        f"expected={shlex.quote(expected)}",
        f"question={shlex.quote(script.count_query)}",
        "",
    ]
    own = [script.bash_functions] if script.bash_functions else []
    return "\n".join([*head, _DIE, *used, _INPUT, _COMPARE, *own, *body, ""])


def _bash_function(name: str, lines: Iterable[str]) -> list[str]:
    return [f"{name}() {{", *(f"  {line}" for line in lines), "}"]


class PreparedFiles(NamedTuple):
    """Files as a target can read them: the lines that make them so, and a word of bash for each."""

    commands: list[str]
    shell_words: list[str]


def prepare_files(input_files: Sequence[InputFile], stem: str, *, quads: bool = False) -> PreparedFiles:
    """The files, unpacked where they are of zstd, which few loaders read; made to quads of their graph where that is wanted."""
    lines, words = [], []
    for number, part in enumerate(input_files, 1):
        path = shlex.quote(str(part.path))
        if quads:
            name = f"{stem}-{number}.nq.gz"
            graph = shlex.quote(part.graph.replace("&", "\\&"))  # the one character of an IRI that sed reads as something else
            printed = {"": f"quads {name} {graph} <{path}", "gz": f"gzip -dc -- {path} | quads {name} {graph}"}
            lines.append(printed.get(part.compression, f'"$ZSTD" -dc -- {path} | quads {name} {graph}'))
        elif part.compression == "zst":
            name = f"{stem}-{number}.{part.syntax}"
            lines.append(f"unpack {path} {name}")
        else:
            words.append(path)
            continue
        words.append(f'"$WORK_FOLDER"/{name}')
    return PreparedFiles(lines, words)


def require_zstd(input_files: Iterable[InputFile]) -> list[str]:
    """The line that checks for the program that unpacks, where something is to be unpacked."""
    return ['need "$ZSTD" "apt-get install zstd"'] if any(part.compression == "zst" for part in input_files) else []


def require_plain_name(input_file: InputFile, title: str) -> str:
    """The name of a file that a target takes for a pattern.

    Raises:
        SourceError: it would be one.
    """
    if not re.fullmatch(r"[A-Za-z0-9.-]+", input_file.path.name):
        raise SourceError(f"{input_file.path}: {title} takes the names of files for patterns; use only letters, digits, dots and hyphens")
    return input_file.path.name
