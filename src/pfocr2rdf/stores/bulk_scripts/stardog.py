"""Stardog: a database is created from its files, which is much faster than adding them to one."""

from __future__ import annotations

import shlex

from pfocr2rdf.stores.bulk_scripts.inputs import Job, question
from pfocr2rdf.stores.bulk_scripts.script import Script, Setting, readied, rendered, zstd_of

_GET = '"install Stardog, and put its bin folder on PATH"'


def files(job: Job) -> dict[str, str]:
    """The script."""
    data, beside = readied(job.data, "data"), readied(job.beside, "beside")
    graph = job.data[0].graph
    words = ([shlex.quote(f"@{graph}")] if graph else []) + data.words
    for word, part in zip(beside.words, job.beside, strict=True):
        words += [*([shlex.quote(f"@{part.graph}")] if part.graph else []), word]
    script = Script(
        "Creates a Stardog database from an export.",
        "Stardog 7 or later, its server running; the database must not be there yet.",
        [
            Setting("STARDOG_ADMIN", "stardog-admin", "the program that creates"),
            Setting("STARDOG", "stardog", "the program that counts"),
            Setting("STARDOG_SERVER", "http://localhost:5820", "the server"),
            Setting("STARDOG_DATABASE", "pfocr", "the database: a letter, then letters, digits, hyphens and underscores"),
            Setting("STARDOG_COPY", "no", "yes: send the files to a server on another machine"),
            Setting("STARDOG_USER", "", "the user; Stardog's own default where nothing is given"),
            Setting("STARDOG_PASSWORD", "", "the password, likewise"),
        ],
        [f'need "$STARDOG_ADMIN" {_GET}', *zstd_of(job.parts),
         *(["work", *data.lines, *beside.lines] if data.lines or beside.lines else []),
         'options=(--name "$STARDOG_DATABASE")',
         "[[ $STARDOG_COPY != yes ]] || options+=(--copy-server-side)",
         '[[ -z $STARDOG_USER ]] || options+=(--username "$STARDOG_USER" --passwd "$STARDOG_PASSWORD")',
         f'"$STARDOG_ADMIN" --server "$STARDOG_SERVER" db create "${{options[@]}}" -- {" ".join(words)}'],
        [f'need "$STARDOG" {_GET}',
         "options=(--format CSV)",
         '[[ -z $STARDOG_USER ]] || options+=(--username "$STARDOG_USER" --passwd "$STARDOG_PASSWORD")',
         'counted=$("$STARDOG" query execute "${options[@]}" -- "$STARDOG_SERVER/$STARDOG_DATABASE" "$question")'],
        question(job.release),
    )  # fmt: skip
    return {"load.sh": rendered("stardog", job, script)}
