"""The result of a query: rows, statements or a boolean, which are streamed and never in memory together."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple, cast

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from pfocr2rdf.errors import FederationError, StoreError
from pfocr2rdf.rdf.format_names import canonical_format_name
from pfocr2rdf.stores.network_guard import has_network


class _ResultFormat(NamedTuple):
    pyoxigraph_format: QueryResultsFormat | RdfFormat
    is_rdf: bool


QUERY_RESULT_FORMATS: dict[str, _ResultFormat] = {
    "csv": _ResultFormat(QueryResultsFormat.CSV, False),
    "tsv": _ResultFormat(QueryResultsFormat.TSV, False),
    "json": _ResultFormat(QueryResultsFormat.JSON, False),
    "xml": _ResultFormat(QueryResultsFormat.XML, False),
    "turtle": _ResultFormat(RdfFormat.TURTLE, True),
    "ntriples": _ResultFormat(RdfFormat.N_TRIPLES, True),
    "jsonld": _ResultFormat(RdfFormat.JSON_LD, True),
    "rdfxml": _ResultFormat(RdfFormat.RDF_XML, True),
}
"""The formats of results: first those of SPARQL, for rows and booleans, then those of RDF, for statements."""

FEDERATION_MESSAGE = "the query asks another server with SERVICE, and nothing is sent elsewhere; allow it with --service"

_HTTP_ERROR = re.compile(r"Error (\d{3}) ")
_OS_ERROR = re.compile(r"^[\w ,'()/-]+ \(os error \d+\)$")  # of a connection: the name of an errno
_LOOKUP_ERROR = "failed to lookup address information"

_FORM_DESCRIPTIONS = {
    "select": "a SELECT query has rows",
    "ask": "an ASK query has a yes or no",
    "construct": "a CONSTRUCT or DESCRIBE query has statements",
}


class QueryResult:
    """The result of a query, for one thread. It can be read once, by a loop or by ``write``; only ``boolean`` stays.

    Its items are the rows of a SELECT, as ``SolutionMapping``, or the statements of a CONSTRUCT or DESCRIBE, as ``pyoxigraph.Triple``.

    Args:
        results: the result of pyoxigraph, or statements from anywhere.
        prefixes: the namespaces by prefix that IRIs may be compressed with.
        source: the name of the store in errors.
        is_federated: whether other servers may be asked while it is read.

    Attributes:
        query_form: ``"select"``, ``"ask"`` or ``"construct"``, which is also that of a DESCRIBE.
        variables: the names of a SELECT's variables, in their order.
        prefixes: the namespaces by prefix that IRIs may be compressed with.
    """

    def __init__(
        self,
        results: QuerySolutions | QueryBoolean | Iterator[Triple],
        prefixes: Mapping[str, str],
        source: str,
        *,
        is_federated: bool = False,
    ) -> None:
        self._results = results
        self._source = source
        self._is_federated = is_federated
        self.prefixes = prefixes
        self.variables: tuple[str, ...] = ()
        if isinstance(results, QuerySolutions):
            self.query_form = "select"
            self.variables = tuple(variable.value for variable in results.variables)
        else:
            self.query_form = "ask" if isinstance(results, QueryBoolean) else "construct"

    @property
    def boolean(self) -> bool:
        """The boolean of an ASK.

        Raises:
            StoreError: it is another query form.
        """
        if not isinstance(self._results, QueryBoolean):
            raise StoreError(f"{_FORM_DESCRIPTIONS[self.query_form]}, not a yes or no")
        return bool(self._results)

    def __iter__(self) -> Iterator[Any]:
        """The rows, or the statements.

        Raises:
            StoreError: it is an ASK, which has none; or the store fails meanwhile.
        """
        if isinstance(self._results, QueryBoolean):
            raise StoreError(f"{_FORM_DESCRIPTIONS['ask']}, no rows")
        with map_query_errors(self._source, is_federated=self._is_federated):
            if not isinstance(self._results, QuerySolutions):
                yield from self._results
                return
            for solution in self._results:
                values = zip(self.variables, solution, strict=True)
                yield {name: value for name, value in values if value is not None}

    def write(self, file: IO[bytes], format_name: str) -> None:
        """Write it to a binary file, in a format of ``QUERY_RESULT_FORMATS``.

        Raises:
            StoreError: the format is unknown or does not fit the query form, or the store fails meanwhile.
        """
        pyoxigraph_format = self._select_format(canonical_format_name(format_name))
        with map_query_errors(self._source, is_federated=self._is_federated):
            if self.query_form == "construct":
                pyoxigraph.serialize(cast("Iterator[Triple]", self._results), file, pyoxigraph_format, prefixes=dict(self.prefixes))
            else:
                cast("QuerySolutions | QueryBoolean", self._results).serialize(file, cast("QueryResultsFormat", pyoxigraph_format))

    def _select_format(self, name: str) -> Any:
        fitting = [key for key, value in QUERY_RESULT_FORMATS.items() if value.is_rdf == (self.query_form == "construct")]
        if name not in fitting:
            raise StoreError(
                f"{_FORM_DESCRIPTIONS[self.query_form]}, which cannot be written as {name}; take {', '.join(fitting[:-1])} or {fitting[-1]}"
            )
        return QUERY_RESULT_FORMATS[name].pyoxigraph_format


@contextlib.contextmanager
def map_query_errors(source: str, *, is_federated: bool = False) -> Iterator[None]:
    """Map errors of the evaluation of a query to ``StoreError``; those of the file that is written to pass."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        if is_federated and _is_denied(error):
            raise FederationError(FEDERATION_MESSAGE) from None
        reason = _service_failure(error) if is_federated else str(error)
        raise StoreError(f"{source}: the query cannot be answered: {reason}") from None


def _is_denied(error: Exception) -> bool:
    """Whether the system has refused a connection of the query engine, since this thread has no network."""
    return (isinstance(error, PermissionError) or str(error).startswith(_LOOKUP_ERROR)) and not has_network()


def _service_failure(error: Exception) -> str:
    """What went wrong with another server, without a word of its answer: that may be of an internal network."""
    text = str(error)
    if status := _HTTP_ERROR.match(text):
        return f"the server that it asks with SERVICE gave status {status[1]}"
    if _OS_ERROR.search(text) or text.startswith(_LOOKUP_ERROR):
        return text
    return "what it asks with SERVICE is no server of SPARQL, or its answer cannot be read"
