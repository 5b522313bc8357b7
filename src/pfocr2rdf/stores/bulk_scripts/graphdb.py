"""GraphDB: its loader for very large graphs builds a repository while the server is stopped."""

from __future__ import annotations

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, count_query, read_metadata_nquads
from pfocr2rdf.stores.bulk_scripts.script import SCRIPT_MARK, BulkScript, Setting, prepare_files, render_script, require_zstd

_DEFAULT_GRAPH = "http://www.openrdf.org/schema/sesame#nil"  # how RDF4J names the graph without a name

_REPOSITORY_CONFIG = f"""\
# {SCRIPT_MARK} graphdb
# A repository without inference: it holds what the export says, and no more.
@prefix rep: <http://www.openrdf.org/config/repository#> .
@prefix sr: <http://www.openrdf.org/config/repository/sail#> .
@prefix sail: <http://www.openrdf.org/config/sail#> .
@prefix graphdb: <http://www.ontotext.com/config/graphdb#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

[] a rep:Repository ;
  rep:repositoryID "pfocr" ;
  rdfs:label "Pathway figures and the genes, chemicals and diseases on them" ;
  rep:repositoryImpl [
    rep:repositoryType "graphdb:SailRepository" ;
    sr:sailImpl [
      sail:sailType "graphdb:Sail" ;
      graphdb:ruleset "empty" ;
      graphdb:disable-sameAs "true" ;
      graphdb:check-for-inconsistencies "false" ;
      graphdb:entity-id-size "32" ;
      graphdb:enablePredicateList "true" ;
      graphdb:enable-context-index "true" ;
      graphdb:read-only "false"
    ]
  ] .
"""


def render_graphdb(job: BulkJob) -> dict[str, str]:
    """The script, the repository, and the vocabulary and the description as quads: the loader takes no graph for a file."""
    to_quads = job.inputs.graph_layout == "dataset"
    data = prepare_files(job.data_files, "data", quads=to_quads)
    beside = read_metadata_nquads(job, SCRIPT_MARK + " graphdb")
    words = data.shell_words + [f'"$here"/{name}' for name in beside]
    script = BulkScript(
        "Builds a GraphDB repository from an export, with the loader for very large graphs.",
        "GraphDB 10 or later, stopped while this runs; curl to count.",
        [
            Setting("IMPORTRDF", "importrdf", "the loader, in the bin folder of GraphDB"),
            Setting("GRAPHDB_FORCE", "no", "yes: replace the repository where it is there already"),
            Setting("GRAPHDB_URL", "http://localhost:7200", "the server, for counting"),
            Setting("CURL", "curl", "the program that asks it"),
        ],
        ['need "$IMPORTRDF" "install GraphDB, and put its bin folder on PATH"', *require_zstd(job.data_files),
         *(["work", *data.commands] if data.commands else []),
         'options=(-c "$here"/repository.ttl)',
         "[[ $GRAPHDB_FORCE != yes ]] || options+=(--force)",
         f'"$IMPORTRDF" preload "${{options[@]}}" {" ".join(words)}'],
        ['need "$CURL" "apt-get install curl"',
         'counted=$("$CURL" --fail --silent --show-error --header "Accept: text/csv" \\',
         '  --data-urlencode "query=$question" "$GRAPHDB_URL/repositories/pfocr")'],
        count_query(job.inputs, _DEFAULT_GRAPH),
        next_step="Loaded. Start GraphDB, then count: bash load.sh count",
        notes=["The name of the repository stands in repository.ttl, and in the address below."],
    )  # fmt: skip
    return {"load.sh": render_script("graphdb", job, script), "repository.ttl": _REPOSITORY_CONFIG, **beside}
