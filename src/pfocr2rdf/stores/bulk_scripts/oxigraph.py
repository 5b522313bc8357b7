"""Oxigraph: its command line loads into a store on disk, while no server has it open."""

from __future__ import annotations

import shlex

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, count_query
from pfocr2rdf.stores.bulk_scripts.script import BulkScript, Setting, prepare_files, render_script, require_zstd


def render_oxigraph(job: BulkJob) -> dict[str, str]:
    """The script."""
    data, beside = prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside")
    work = ["work"] if data.commands or beside.commands else []
    graph = job.data_files[0].graph
    loads = [_load_command(data.shell_words, graph)] + [
        _load_command([word], part.graph) for word, part in zip(beside.shell_words, job.metadata_files, strict=True)
    ]
    script = BulkScript(
        "Loads an export into an Oxigraph store on disk, several files at once, then brings its storage in order.",
        "Oxigraph 0.4 or later (pip install oxigraph); no server may have the store open meanwhile.",
        [
            Setting("OXIGRAPH", "oxigraph", "the program"),
            Setting("OXIGRAPH_LOCATION", "$here/store", "the folder of the store; what is in it stays"),
        ],
        ['need "$OXIGRAPH" "pip install oxigraph"', *require_zstd(job.files), *work, *data.commands, *beside.commands, *loads,
         '"$OXIGRAPH" optimize --location "$OXIGRAPH_LOCATION"'],
        ['need "$OXIGRAPH" "pip install oxigraph"',
         'counted=$("$OXIGRAPH" query --location "$OXIGRAPH_LOCATION" --query "$question" --results-format csv)'],
        count_query(job.inputs),
    )  # fmt: skip
    return {"load.sh": render_script("oxigraph", job, script)}


def _load_command(words: list[str], graph: str) -> str:
    where = f" --graph {shlex.quote(graph)}" if graph else ""
    return f'"$OXIGRAPH" load --location "$OXIGRAPH_LOCATION" --file {" ".join(words)}{where}'
