"""Apache Jena: the loader for very large graphs builds a TDB2 database from nothing."""

from __future__ import annotations

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, count_query, read_metadata_nquads
from pfocr2rdf.stores.bulk_scripts.script import SCRIPT_MARK, BulkScript, Setting, prepare_files, render_script, require_zstd

_INSTALL_HINT = '"download Apache Jena 4.2 or later from its site, and put its bin folder on PATH"'


def render_jena(job: BulkJob) -> dict[str, str]:
    """The script, and the vocabulary and the description as quads: the loader takes no graph for a file of triples."""
    to_quads = job.inputs.graph_layout == "dataset"
    data = prepare_files(job.data_files, "data", quads=to_quads)
    beside = read_metadata_nquads(job, SCRIPT_MARK + " jena")
    links, names = [], []
    for number, (word, part) in enumerate(zip(data.shell_words, job.data_files, strict=True), 1):
        packing = ".gz" if to_quads or part.compression == "gz" else ""
        names.append(f"data-{number}.{'nq' if to_quads else part.syntax}{packing}")
        links.append(f'ln -s -- {word} "$links"/{names[-1]}')
    for name in beside:
        names.append(name)
        links.append(f'ln -s -- "$here"/{name} "$links"/{name}')
    linked = ['"$links"/' + name for name in names]
    script = BulkScript(
        "Builds a TDB2 database of Apache Jena from an export, with the loader for very large graphs.",
        "Apache Jena 4.2 or later, and with it Java, jq and GNU sort; the database must not be there yet.",
        [
            Setting("XLOADER", "tdb2.xloader", "the loader"),
            Setting("TDBQUERY", "tdb2.tdbquery", "the program that counts"),
            Setting("JENA_LOCATION", "$here/tdb2", "the folder of the database; the loader takes none with a blank in its path"),
            Setting("JENA_THREADS", "2", "threads that sort"),
        ],
        [f'need "$XLOADER" {_INSTALL_HINT}', *require_zstd(job.data_files),
         '[[ ! -e $JENA_LOCATION ]] || die "$JENA_LOCATION is there already: remove it, or set JENA_LOCATION to another folder"',
         '[[ $JENA_LOCATION != *[[:space:]*?[]* ]] || die "set JENA_LOCATION to a folder without blanks: $JENA_LOCATION"',
         "work", *data.commands,
         "# The loader splits the names of files at blanks, so it is given links without any.",
         "links=$(mktemp -d /tmp/pfocr2rdf-plan.XXXXXX)",
         "trap 'rm -rf -- \"$WORK_FOLDER\" \"$links\"' EXIT",
         *links,
         f'"$XLOADER" --loc "$JENA_LOCATION" --threads "$JENA_THREADS" -- {" ".join(linked)}'],
        [f'need "$TDBQUERY" {_INSTALL_HINT}',
         'counted=$("$TDBQUERY" --loc="$JENA_LOCATION" --results=CSV "$question")'],
        count_query(job.inputs),
    )  # fmt: skip
    return {"load.sh": render_script("jena", job, script), **beside}
