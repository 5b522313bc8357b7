"""Amazon Neptune: files are put on S3, and its bulk loader is told over HTTP to fetch them from there."""

from __future__ import annotations

import shlex

from pfocr2rdf.stores.bulk_scripts.inputs import BulkJob, InputFile, count_query
from pfocr2rdf.stores.bulk_scripts.script import BulkScript, Setting, prepare_files, render_script, require_zstd

_DEFAULT_GRAPH = "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph"  # where statements go that name no graph
_LOADER_FORMATS = {"nt": "ntriples", "ttl": "turtle", "nq": "nquads"}

_BASH_FUNCTIONS = """\
# What signs a request, where the cluster wants that; not on a command line, which others can read.
credentials() {
  printf 'aws-sigv4 = "aws:amz:%s:neptune-db"\\nuser = "%s:%s"\\n' "$AWS_REGION" "${AWS_ACCESS_KEY_ID-}" "${AWS_SECRET_ACCESS_KEY-}"
  [[ -z ${AWS_SESSION_TOKEN-} ]] || printf 'header = "X-Amz-Security-Token: %s"\\n' "$AWS_SESSION_TOKEN"
}

# Asks the cluster: arguments of curl.
ask() {
  if [[ $NEPTUNE_IAM == yes ]]; then
    "$CURL" --config <(credentials) --fail-with-body --silent --show-error "$@"
  else
    "$CURL" --fail-with-body --silent --show-error "$@"
  fi
}

# Has the cluster load a folder of S3, in a format, into a graph, and waits until it has.
bulk() {
  local body id status
  # shellcheck disable=SC2016
  body=$("$JQ" --null-input --compact-output --arg source "$1" --arg format "$2" --arg graph "$3" --arg role "$NEPTUNE_ROLE" \\
    --arg region "$AWS_REGION" --arg parallelism "$NEPTUNE_PARALLELISM" \\
    '{source: $source, format: $format, iamRoleArn: $role, region: $region, mode: "NEW", failOnError: "TRUE",
      parallelism: $parallelism, queueRequest: "TRUE"} + if $graph == "" then {} else {parserConfiguration: {namedGraphUri: $graph}} end')
  id=$(ask --header 'Content-Type: application/json' --data "$body" "$NEPTUNE_URL/loader" | "$JQ" --raw-output '.payload.loadId')
  [[ -n $id && $id != null ]] || die "the cluster took no job for $1"
  while :; do
    status=$(ask "$NEPTUNE_URL/loader/$id" | "$JQ" --raw-output '.payload.overallStatus.status')
    case $status in
      LOAD_COMPLETED) break ;;
      LOAD_NOT_STARTED | LOAD_IN_QUEUE | LOAD_IN_PROGRESS) sleep "$NEPTUNE_POLL" ;;
      *)
        ask "$NEPTUNE_URL/loader/$id?details=true&errors=true" >&2
        die "the job $id for $1 ended as $status"
        ;;
    esac
  done
  printf 'loaded: %s\\n' "$1"
}
"""

_PROGRAM_CHECKS = ['need "$CURL" "apt-get install curl, 7.76 or later"', 'need "$JQ" "apt-get install jq"']
_ADDRESS_CHECK = 'given NEPTUNE_URL "the address of the cluster, such as https://CLUSTER.REGION.neptune.amazonaws.com:8182"'


def render_neptune(job: BulkJob) -> dict[str, str]:
    """The script."""
    data, beside = prepare_files(job.data_files, "data"), prepare_files(job.metadata_files, "beside")
    uploads = [
        _upload_command(word, part, "data", number)
        for number, (word, part) in enumerate(zip(data.shell_words, job.data_files, strict=True), 1)
    ]
    bulks = [_load_command("data", job.data_files[0])]
    for number, (word, part) in enumerate(zip(beside.shell_words, job.metadata_files, strict=True), 1):
        uploads.append(_upload_command(word, part, f"beside-{number}", 1))
        bulks.append(_load_command(f"beside-{number}", part))
    script = BulkScript(
        "Puts an export on S3, has a cluster of Amazon Neptune load it from there, and waits until it has.",
        "the AWS command line, curl 7.76 or later and jq; a machine in the cluster's VPC; a role by which the cluster may read the bucket.",
        [
            Setting("NEPTUNE_URL", "", "the address of the cluster: https://CLUSTER.REGION.neptune.amazonaws.com:8182"),
            Setting("NEPTUNE_ROLE", "", "the ARN of the role by which the cluster reads the bucket"),
            Setting("S3_FOLDER", "", "an empty folder for this release in a bucket of the cluster's region: s3://BUCKET/FOLDER"),
            Setting("AWS_REGION", "", "the region of both"),
            Setting("NEPTUNE_IAM", "no", "yes: sign requests, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"),
            Setting("NEPTUNE_PARALLELISM", "MEDIUM", "LOW, MEDIUM, HIGH or OVERSUBSCRIBE"),
            Setting("NEPTUNE_POLL", "10", "seconds between two looks at the job"),
            Setting("AWS", "aws", "the AWS command line"),
            Setting("CURL", "curl", "the program that asks the cluster"),
            Setting("JQ", "jq", "the program that reads and writes JSON"),
        ],
        ['need "$AWS" "pip install awscli"', *_PROGRAM_CHECKS, *require_zstd(job.files), _ADDRESS_CHECK,
         'given NEPTUNE_ROLE "the ARN of the role by which the cluster reads the bucket"',
         'given S3_FOLDER "a folder for this release, such as s3://BUCKET/FOLDER"',
         'given AWS_REGION "the region of the cluster and the bucket"',
         *(["work", *data.commands, *beside.commands] if data.commands or beside.commands else []),
         *uploads, *bulks],
        [*_PROGRAM_CHECKS, _ADDRESS_CHECK,
         'counted=$(ask --header "Accept: application/sparql-results+json" --data-urlencode "query=$question" "$NEPTUNE_URL/sparql" |',
         "  \"$JQ\" --raw-output '.results.bindings[0].n.value')"],
        count_query(job.inputs, _DEFAULT_GRAPH),
        bash_functions=_BASH_FUNCTIONS,
    )  # fmt: skip
    return {"load.sh": render_script("neptune", job, script)}


def _upload_command(word: str, part: InputFile, folder: str, number: int) -> str:
    packing = ".gz" if part.compression == "gz" else ""
    return f'"$AWS" s3 cp {word} "$S3_FOLDER"/{folder}/{number:05}.{part.syntax}{packing}'


def _load_command(folder: str, part: InputFile) -> str:
    return f'bulk "$S3_FOLDER"/{folder}/ {_LOADER_FORMATS[part.syntax]} {shlex.quote(part.graph)}'
