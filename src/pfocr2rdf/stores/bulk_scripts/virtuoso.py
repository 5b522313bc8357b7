"""Virtuoso: its server reads files itself, from folders that its settings allow, when SQL tells it to."""

from __future__ import annotations

import re
import shlex

from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.stores.bulk_scripts.inputs import Job, Part, question
from pfocr2rdf.stores.bulk_scripts.script import MARK, Script, Setting, plain_name, readied, rendered, zstd_of

_GET = '"apt-get install virtuoso-opensource"'


def files(job: Job) -> dict[str, str]:
    """The script, and what it tells the server, in SQL.

    Raises:
        SourceError: a name of a file or a graph would be taken for something else by isql.
    """
    graph = job.release.graph
    if job.release.graphs == "dataset" and re.search(r"[;'$?]|--", graph):
        raise SourceError(f"{graph}: isql takes the marks ; ' $ ? and -- in the name of a graph for its own; choose another name")
    work = job.output / "work"
    data, beside = readied(job.data, "data"), readied(job.beside, "beside")
    packed = data.lines + beside.lines
    places = [_place(part, stem, number, str(work)) for parts, stem in ((job.data, "data"), (job.beside, "beside"))
              for number, part in enumerate(parts, 1)]  # fmt: skip
    folders = sorted({folder for folder, _ in places})
    spoilings = [f"{folder}/global.graph" for folder in folders] + [f"{folder}/{name}.graph" for folder, name in places]
    graphs = [part.graph or DATASET for part in job.parts]
    unpacked = [Setting("WORK_FOLDER", shlex.quote(str(work)), "where files are unpacked, which load.sql names too", fixed=True)]
    done = "[[ ${said##*$'\\n'} == " + str(len(places)) + ' ]] || die "Virtuoso could not load all files: $said"'
    script = Script(
        "Has a Virtuoso server load an export with its bulk loader, then write a checkpoint.",
        "Virtuoso 7 or later, running on this machine, and its isql; files that its user can read.",
        [
            Setting("ISQL", "isql-vt", "its program for SQL: isql-vt in Debian, isql elsewhere"),
            Setting("VIRTUOSO_SERVER", "localhost:1111", "the host and port of its SQL"),
            Setting("VIRTUOSO_USER", "dba", "a user who may load"),
            Setting("VIRTUOSO_PASSWORD", "", "the password, which has to be given"),
            *(unpacked if packed else []),
        ],
        [*_LOGIN, *zstd_of(job.parts),
         *(f"unspoilt {shlex.quote(spoiling)}" for spoiling in spoilings),
         *(["work", 'chmod 755 -- "$WORK_FOLDER"', *packed] if packed else []),
         'said=$(sql <"$here"/load.sql)',
         done],
        [*_LOGIN, 'counted=$(printf "SET MACRO_SUBSTITUTION=OFF;\\nSPARQL %s;\\n" "$question" | sql)'],
        question(job.release),
        notes=["These folders have to be in DirsAllowed of the server's virtuoso.ini, before it is started:",
               *(f"  {folder}" for folder in folders)],
        functions=_FUNCTIONS,
    )  # fmt: skip
    return {"load.sh": rendered("virtuoso", job, script), "load.sql": _load(places, graphs)}


_LOGIN = [f'need "$ISQL" {_GET}', 'given VIRTUOSO_PASSWORD "the password of $VIRTUOSO_USER"']

_FUNCTIONS = """\
# A file that would name the graph of another, whatever load.sql says.
unspoilt() {
  [[ ! -e $1 ]] || die "$1 names a graph, and Virtuoso would take it: remove it"
}

# Has the server run the SQL on standard input, and prints what it answers. isql ends well where a statement fails.
sql() {
  local said
  said=$("$ISQL" "$VIRTUOSO_SERVER" "$VIRTUOSO_USER" "$VIRTUOSO_PASSWORD" VERBOSE=OFF BANNER=OFF PROMPT=OFF ECHO=OFF 2>&1) ||
    die "$said"
  [[ $said != *'*** Error'* ]] || die "$said"
  printf '%s\\n' "$said"
}
"""


def _place(part: Part, stem: str, number: int, work: str) -> tuple[str, str]:
    """The folder and the name by which the server finds a file."""
    if part.packing == "zst":
        return work, f"{stem}-{number}.{part.kind}"
    return str(part.path.parent), plain_name(part, "Virtuoso")


def _load(places: list[tuple[str, str]], graphs: list[str]) -> str:
    paths = ", ".join(_literal(f"{folder}/{name}") for folder, name in places)
    return "\n".join(
        [
            f"-- {MARK} virtuoso",
            "-- The folders have to be in DirsAllowed of virtuoso.ini. More loaders at once: rdf_loader_run () in further sessions.",
            "SET MACRO_SUBSTITUTION=OFF;",
            "-- What was loaded once would not be loaded again.",
            "delete from DB.DBA.load_list",
            f"  where ll_file in ({paths});",
            *(
                f"ld_dir ({_literal(folder)}, {_literal(name)}, {_literal(graph)});"
                for (folder, name), graph in zip(places, graphs, strict=True)
            ),
            "rdf_loader_run ();",
            "checkpoint;",
            "-- What went wrong, and how many files are in.",
            "select ll_file, ll_error from DB.DBA.load_list",
            f"  where ll_error is not null and ll_file in ({paths});",
            "select count (*) from DB.DBA.load_list",
            f"  where ll_error is null and ll_state = 2 and ll_file in ({paths});",
            "",
        ]
    )


def _literal(text: str) -> str:
    """A text as Virtuoso's SQL writes it.

    >>> _literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
