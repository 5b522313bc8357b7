"""Stardog: a database is created from its files, which is much faster than adding them to one."""

from __future__ import annotations

import shlex

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, count_query
from pfocr2rdf.stores.bulk_scripts.script import BulkScript, Setting, prepare_files, render_script, require_zstd

_INSTALL_HINT = '"install Stardog, and put its bin folder on PATH"'


def render_stardog(job: BulkJob) -> dict[str, str]:
    """The script."""
    data, beside = prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside")
    graph = job.data_files[0].graph
    words = ([shlex.quote(f"@{graph}")] if graph else []) + data.shell_words
    for word, part in zip(beside.shell_words, job.metadata_files, strict=True):
        words += [*([shlex.quote(f"@{part.graph}")] if part.graph else []), word]
    script = BulkScript(
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
        [f'need "$STARDOG_ADMIN" {_INSTALL_HINT}', *require_zstd(job.files),
         *(["work", *data.commands, *beside.commands] if data.commands or beside.commands else []),
         'options=(--name "$STARDOG_DATABASE")',
         "[[ $STARDOG_COPY != yes ]] || options+=(--copy-server-side)",
         '[[ -z $STARDOG_USER ]] || options+=(--username "$STARDOG_USER" --passwd "$STARDOG_PASSWORD")',
         f'"$STARDOG_ADMIN" --server "$STARDOG_SERVER" db create "${{options[@]}}" -- {" ".join(words)}'],
        [f'need "$STARDOG" {_INSTALL_HINT}',
         "options=(--format CSV)",
         '[[ -z $STARDOG_USER ]] || options+=(--username "$STARDOG_USER" --passwd "$STARDOG_PASSWORD")',
         'counted=$("$STARDOG" query execute "${options[@]}" -- "$STARDOG_SERVER/$STARDOG_DATABASE" "$question")'],
        count_query(job.inputs),
    )  # fmt: skip
    return {"load.sh": render_script("stardog", job, script)}
