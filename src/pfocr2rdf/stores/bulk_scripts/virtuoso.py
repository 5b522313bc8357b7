"""Virtuoso: its server reads files itself, from folders that its settings allow, when SQL tells it to."""

from __future__ import annotations

import re
import shlex

from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, InputFile, count_query
from pfocr2rdf.stores.bulk_scripts.script import (
    SCRIPT_MARK,
    BulkScript,
    Setting,
    prepare_files,
    render_script,
    require_plain_name,
    require_zstd,
)

_INSTALL_HINT = '"apt-get install virtuoso-opensource"'


def render_virtuoso(job: BulkJob) -> dict[str, str]:
    """The script, and what it tells the server, in SQL.

    Raises:
        SourceError: a name of a file or a graph would be taken for something else by isql.
    """
    graph = job.inputs.graph
    if job.inputs.graph_layout == "dataset" and re.search(r"[;'$?]|--", graph):
        raise SourceError(f"{graph}: isql takes the marks ; ' $ ? and -- in the name of a graph for its own; choose another name")
    work = job.output / "work"
    data, beside = prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside")
    packed = data.commands + beside.commands
    places = [_server_path(part, stem, number, str(work)) for parts, stem in ((job.data_files, "data"), (job.metadata_files, "beside"))
              for number, part in enumerate(parts, 1)]  # fmt: skip
    folders = sorted({folder for folder, _ in places})
    spoilings = [f"{folder}/global.graph" for folder in folders] + [f"{folder}/{name}.graph" for folder, name in places]
    graphs = [part.graph or DATASET_IRI for part in job.files]
    unpacked = [Setting("WORK_FOLDER", shlex.quote(str(work)), "where files are unpacked, which load.sql names too", fixed=True)]
    done = "[[ ${said##*$'\\n'} == " + str(len(places)) + ' ]] || die "Virtuoso could not load all files: $said"'
    script = BulkScript(
        "Has a Virtuoso server load an export with its bulk loader, then write a checkpoint.",
        "Virtuoso 7 or later, running on this machine, and its isql; files that its user can read.",
        [
            Setting("ISQL", "isql-vt", "its program for SQL: isql-vt in Debian, isql elsewhere"),
            Setting("VIRTUOSO_SERVER", "localhost:1111", "the host and port of its SQL"),
            Setting("VIRTUOSO_USER", "dba", "a user who may load"),
            Setting("VIRTUOSO_PASSWORD", "", "the password, which has to be given"),
            *(unpacked if packed else []),
        ],
        [*_LOGIN_CHECKS, *require_zstd(job.files),
         *(f"unspoilt {shlex.quote(spoiling)}" for spoiling in spoilings),
         *(["work", 'chmod 755 -- "$WORK_FOLDER"', *packed] if packed else []),
         'said=$(sql <"$here"/load.sql)',
         done],
        [*_LOGIN_CHECKS, 'counted=$(printf "SET MACRO_SUBSTITUTION=OFF;\\nSPARQL %s;\\n" "$question" | sql)'],
        count_query(job.inputs),
        notes=["These folders have to be in DirsAllowed of the server's virtuoso.ini, before it is started:",
               *(f"  {folder}" for folder in folders)],
        bash_functions=_BASH_FUNCTIONS,
    )  # fmt: skip
    return {"load.sh": render_script("virtuoso", job, script), "load.sql": _load_sql(places, graphs)}


_LOGIN_CHECKS = [f'need "$ISQL" {_INSTALL_HINT}', 'given VIRTUOSO_PASSWORD "the password of $VIRTUOSO_USER"']

_BASH_FUNCTIONS = """\
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


def _server_path(part: InputFile, stem: str, number: int, work: str) -> tuple[str, str]:
    """The folder and the name by which the server finds a file."""
    if part.compression == "zst":
        return work, f"{stem}-{number}.{part.syntax}"
    return str(part.path.parent), require_plain_name(part, "Virtuoso")


def _load_sql(places: list[tuple[str, str]], graphs: list[str]) -> str:
    paths = ", ".join(_sql_literal(f"{folder}/{name}") for folder, name in places)
    return "\n".join(
        [
            f"-- {SCRIPT_MARK} virtuoso",
            "-- The folders have to be in DirsAllowed of virtuoso.ini. More loaders at once: rdf_loader_run () in further sessions.",
            "SET MACRO_SUBSTITUTION=OFF;",
            "-- What was loaded once would not be loaded again.",
            "delete from DB.DBA.load_list",
            f"  where ll_file in ({paths});",
            *(
                f"ld_dir ({_sql_literal(folder)}, {_sql_literal(name)}, {_sql_literal(graph)});"
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


def _sql_literal(text: str) -> str:
    """A text as Virtuoso's SQL writes it.

    >>> _sql_literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
