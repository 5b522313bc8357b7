"""Oxigraph: its command line loads into a store on disk, while no server has it open."""

from __future__ import annotations

import shlex

from pfocr2rdf.stores.bulk_scripts.inputs import Job, question
from pfocr2rdf.stores.bulk_scripts.script import Script, Setting, readied, rendered, zstd_of


def files(job: Job) -> dict[str, str]:
    """The script."""
    data, beside = readied(job.data, "data"), readied(job.beside, "beside")
    work = ["work"] if data.lines or beside.lines else []
    graph = job.data[0].graph
    loads = [_load(data.words, graph)] + [_load([word], part.graph) for word, part in zip(beside.words, job.beside, strict=True)]
    script = Script(
        "Loads an export into an Oxigraph store on disk, several files at once, then brings its storage in order.",
        "Oxigraph 0.4 or later (pip install oxigraph); no server may have the store open meanwhile.",
        [
            Setting("OXIGRAPH", "oxigraph", "the program"),
            Setting("OXIGRAPH_LOCATION", "$here/store", "the folder of the store; what is in it stays"),
        ],
        ['need "$OXIGRAPH" "pip install oxigraph"', *zstd_of(job.parts), *work, *data.lines, *beside.lines, *loads,
         '"$OXIGRAPH" optimize --location "$OXIGRAPH_LOCATION"'],
        ['need "$OXIGRAPH" "pip install oxigraph"',
         'counted=$("$OXIGRAPH" query --location "$OXIGRAPH_LOCATION" --query "$question" --results-format csv)'],
        question(job.release),
    )  # fmt: skip
    return {"load.sh": rendered("oxigraph", job, script)}


def _load(words: list[str], graph: str) -> str:
    where = f" --graph {shlex.quote(graph)}" if graph else ""
    return f'"$OXIGRAPH" load --location "$OXIGRAPH_LOCATION" --file {" ".join(words)}{where}'
