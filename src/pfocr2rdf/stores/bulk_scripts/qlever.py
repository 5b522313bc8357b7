"""QLever: an index is built from streams, each with a graph of its own."""

from __future__ import annotations

import json
import shlex

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, InputFile, count_query
from pfocr2rdf.stores.bulk_scripts.script import SCRIPT_MARK, BulkScript, Setting, render_script, require_zstd

_DEFAULT_GRAPH = "http://qlever.cs.uni-freiburg.de/builtin-functions/default-graph"  # where statements go that name no graph
_PORT = 7019
_PRINT_COMMANDS = {"": "cat", "gz": "gzip -dc", "zst": "zstd -dc"}


def render_qlever(job: BulkJob) -> dict[str, str]:
    """The script, and the Qleverfile, which names files by links in the folder of the index: QLever takes no absolute names."""
    names = [_link_name("data", *one) for one in enumerate(job.data_files, 1)] + [
        _link_name("beside", *one) for one in enumerate(job.metadata_files, 1)
    ]
    links = [f'ln -s -f -- {shlex.quote(str(part.path))} "$QLEVER_FOLDER"/{name}' for part, name in zip(job.files, names, strict=True)]
    script = BulkScript(
        "Builds an index of QLever from an export, in a folder of its own.",
        "QLever's programs qlever-index and qlever-server, and its command line (pip install qlever).",
        [
            Setting("QLEVER", "qlever", "the command line"),
            Setting("QLEVER_FOLDER", "$here/index", "the folder of the index"),
            Setting("QLEVER_URL", f"http://localhost:{_PORT}", "the server, for counting"),
            Setting("CURL", "curl", "the program that asks it"),
        ],
        ['need "$QLEVER" "pip install qlever"', *[line.replace('"$ZSTD"', "zstd") for line in require_zstd(job.files)],
         'mkdir -p -- "$QLEVER_FOLDER"', 'cp -- "$here"/Qleverfile "$QLEVER_FOLDER"/Qleverfile', *links,
         'cd -- "$QLEVER_FOLDER"', '"$QLEVER" index'],
        ['need "$CURL" "apt-get install curl"',
         'counted=$("$CURL" --fail --silent --show-error --header "Accept: text/csv" --data-urlencode "query=$question" "$QLEVER_URL")'],
        count_query(job.inputs, _DEFAULT_GRAPH),
        next_step="Loaded. In the folder of the index: qlever start; then count: bash load.sh count",
        notes=["The server of the Qleverfile listens on all addresses of the machine once it is started.",
               "The index is built by a program of this machine: a container would not see the files behind the links."],
    )  # fmt: skip
    return {"load.sh": render_script("qlever", job, script), "Qleverfile": _qleverfile(job, names)}


def _link_name(stem: str, number: int, part: InputFile) -> str:
    return f"{stem}-{number}.{part.syntax}{f'.{part.compression}' if part.compression else ''}"


def _qleverfile(job: BulkJob, names: list[str]) -> str:
    streams = ",\n  ".join(json.dumps(_stream(part, name)) for part, name in zip(job.files, names, strict=True))
    kind = job.data_files[0].syntax
    return f"""\
# {SCRIPT_MARK} qlever
[data]
NAME = pfocr
GET_DATA_CMD = true
DESCRIPTION = Pathway figures and the genes, chemicals and diseases on them
FORMAT = {kind}

[index]
INPUT_FILES = {" ".join(names)}
MULTI_INPUT_JSON = [
  {_escape_dollars(streams)}
  ]
SETTINGS_JSON = {{ "num-triples-per-batch": 1000000 }}

[server]
PORT = {_PORT}
MEMORY_FOR_QUERIES = 5G
TIMEOUT = 60s

[runtime]
SYSTEM = native
"""


def _stream(part: InputFile, name: str) -> dict[str, str]:
    """A file as a stream. QLever hands the graph to a shell as it is."""
    lines = "true" if part.syntax in ("nt", "nq") else "false"  # files of lines can be read at many places at once
    graph = shlex.quote(part.graph) if part.graph else "-"
    return {"cmd": f"{_PRINT_COMMANDS[part.compression]} {name}", "format": part.syntax, "graph": graph, "parallel": lines}


def _escape_dollars(text: str) -> str:
    """A text in a Qleverfile, where a dollar begins a reference."""
    return text.replace("$", "$$")
