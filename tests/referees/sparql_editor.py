"""What an endpoint offers to SPARQL editors: the metadata queries of SIB's sparql-editor, in our words.

They are in ``metadata.ts`` of github.com/sib-swiss/sparql-editor, and are asked when the editor is opened on an endpoint.
Without answers it suggests no classes, declares no prefixes and shows no examples. It waits for five seconds, and sends a parameter
``ac`` that endpoints do not know.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult
from tests.support.service import served

_TIMEOUT_SECONDS = 5


class MetadataQuery(NamedTuple):
    """A query of the editor, and how many rows of a graph like this one are enough."""

    name: str
    min_rows: int
    text: str


CLASSES = MetadataQuery("classes", 60, """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX partition: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?domain ?property ?range ?datatype WHERE {
  OPTIONAL { ?named sd:graph/void:classPartition ?part . }
  ?part void:class ?domain ; void:propertyPartition ?values .
  ?values void:property ?property .
  OPTIONAL { ?domain rdfs:label ?name }
  OPTIONAL { ?values void:triples ?count }
  OPTIONAL {
    { ?values void:classPartition/void:class ?range } UNION { ?values partition:datatypePartition/partition:datatype ?datatype }
  }
}""")  # fmt: skip
"""The classes with their properties, and the classes or datatypes of the values."""

PREFIXES = MetadataQuery("prefixes", 19, """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace { ?declaration sh:prefix ?prefix ; sh:namespace ?namespace }""")  # fmt: skip
"""The prefixes, as SHACL declares them."""

EXAMPLES = MetadataQuery("examples", 35, """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?example ?comment ?text {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; (sh:select|sh:ask|sh:construct|spex:describe) ?text .
}""")  # fmt: skip
"""The example queries."""


_ASKED = (CLASSES, PREFIXES, EXAMPLES)


def ask(endpoint_url: str, query: MetadataQuery) -> list[dict[str, str]]:
    """The rows of an endpoint, asked as the editor does."""
    response = httpx.get(
        endpoint_url, params={"ac": "1", "query": query.text}, headers={"Accept": "application/sparql-results+json"},
        timeout=60, trust_env=False,
    )  # fmt: skip
    response.raise_for_status()
    return [{name: term["value"] for name, term in row.items()} for row in response.json()["results"]["bindings"]]


def run() -> RefereeResult:
    """The rows that ``pfocr2rdf serve`` of the examples gives, of those that are enough."""
    findings, passed = [], 0
    with tempfile.TemporaryDirectory() as folder, served(example_export(), Path(folder)) as server:
        for query in _ASKED:
            began = time.monotonic()
            rows = len(ask(f"{server.url}/sparql", query))
            passed += min(rows, query.min_rows)
            if rows < query.min_rows:
                findings.append(f"{query.name}: {rows} rows, and {query.min_rows} are asked for")
            if (seconds := time.monotonic() - began) > _TIMEOUT_SECONDS:
                findings.append(f"{query.name}: {seconds:.1f} seconds, and the editor waits for {_TIMEOUT_SECONDS}")
    asked = sum(query.min_rows for query in _ASKED)
    return RefereeResult("SIB sparql-editor, its metadata queries", "0.2.15", asked, passed, tuple(findings))
