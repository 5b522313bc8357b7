"""The stream of a result: rows, triples or a boolean, read once and never in memory together."""

from __future__ import annotations

import contextlib
import re
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import IO, Any, NamedTuple, Self, cast

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from pfocr2rdf.errors import FederationError, StoreError
from pfocr2rdf.rdf.format_names import canonical_format_name
from pfocr2rdf.stores.network_guard import has_network
from pfocr2rdf.stores.querying.python_values import PythonValue, python_value


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

FEDERATION_MESSAGE = "the query sends a request to another server with SERVICE; to allow this, use --service"

_HTTP_ERROR = re.compile(r"Error (\d{3}) ")
_OS_ERROR = re.compile(r"^[\w ,'()/-]+ \(os error \d+\)$")  # of a connection: the name of an errno
_LOOKUP_ERROR = "failed to lookup address information"

FORM_DESCRIPTIONS = {
    "select": "a SELECT query returns rows",
    "ask": "an ASK query returns yes or no",
    "construct": "a CONSTRUCT or DESCRIBE query returns statements",
}
"""What the result of each query form is, for errors."""


class Statement(NamedTuple):
    """A triple of a CONSTRUCT or DESCRIBE as values of Python."""

    subject: PythonValue
    predicate: PythonValue
    object: PythonValue


class ResultStream:
    """The result of a query, read once while the query runs, for one thread.

    A loop gives a dictionary by variable for each row of a SELECT, ``None`` where a variable is not bound, and a ``Statement`` for each
    triple of a CONSTRUCT or DESCRIBE; all values are those of Python. ``terms`` gives RDF terms instead. The truth value of a stream is
    the answer of an ASK; of another query it is an error, since only reading would show it.

    Args:
        results: the result of pyoxigraph, or triples from anywhere.
        prefixes: the namespaces by prefix that IRIs may be compressed with.
        source: the name of the store in errors.
        is_federated: whether other servers may be queried while it is read.

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
        self._results: QuerySolutions | QueryBoolean | Iterator[Triple] | None = results
        self._source = source
        self._is_federated = is_federated
        self._resources = ExitStack()
        self.prefixes = prefixes
        self.variables: tuple[str, ...] = ()
        if isinstance(results, QuerySolutions):
            self.query_form = "select"
            self.variables = tuple(variable.value for variable in results.variables)
        else:
            self.query_form = "ask" if isinstance(results, QueryBoolean) else "construct"

    def own(self, resources: ExitStack) -> None:
        """Keep resources open while the stream is read: they are closed with it, or when it is garbage-collected."""
        self._resources = resources
        weakref.finalize(self, resources.close)

    def close(self) -> None:
        """Release the store before the end of the stream."""
        self._results = None
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def boolean(self) -> bool:
        """The boolean of an ASK.

        Raises:
            StoreError: it is another query form.
        """
        results = self._open_results()
        if not isinstance(results, QueryBoolean):
            raise StoreError(f"{FORM_DESCRIPTIONS[self.query_form]}, not yes or no")
        return bool(results)

    def __bool__(self) -> bool:
        return self.boolean

    def terms(self) -> Iterator[Any]:
        """The rows as ``SolutionMapping``, without variables that are not bound, or the triples as ``pyoxigraph.Triple``.

        Raises:
            StoreError: it is an ASK, which has none; the store fails meanwhile; or the stream is closed.
        """
        results = self._open_results()
        if isinstance(results, QueryBoolean):
            raise StoreError(f"{FORM_DESCRIPTIONS['ask']}, not rows")
        with map_query_errors(self._source, is_federated=self._is_federated):
            if not isinstance(results, QuerySolutions):
                yield from results
                return
            for solution in results:
                values = zip(self.variables, solution, strict=True)
                yield {name: value for name, value in values if value is not None}

    def __iter__(self) -> Iterator[Any]:
        if self.query_form == "construct":
            return (Statement(*map(python_value, triple)) for triple in self.terms())
        return ({name: python_value(row[name]) if name in row else None for name in self.variables} for row in self.terms())

    def _open_results(self) -> QuerySolutions | QueryBoolean | Iterator[Triple]:
        if self._results is None:
            raise StoreError("the stream is closed; run the query again")
        return self._results

    def write(self, file: IO[bytes], format_name: str) -> None:
        """Write it to a binary file, in a format of ``QUERY_RESULT_FORMATS``.

        Raises:
            StoreError: the format is unknown or does not fit the query form, or the store fails meanwhile.
        """
        pyoxigraph_format = self._select_format(canonical_format_name(format_name))
        results = self._open_results()
        with map_query_errors(self._source, is_federated=self._is_federated):
            if self.query_form == "construct":
                pyoxigraph.serialize(cast("Iterator[Triple]", results), file, pyoxigraph_format, prefixes=dict(self.prefixes))
            else:
                cast("QuerySolutions | QueryBoolean", results).serialize(file, cast("QueryResultsFormat", pyoxigraph_format))

    def _select_format(self, name: str) -> Any:
        fitting = [key for key, value in QUERY_RESULT_FORMATS.items() if value.is_rdf == (self.query_form == "construct")]
        if name not in fitting:
            raise StoreError(
                f"{FORM_DESCRIPTIONS[self.query_form]}, which cannot be written as {name};"
                f" choose {', '.join(fitting[:-1])} or {fitting[-1]}"
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
        return f"the server of the SERVICE clause responded with status {status[1]}"
    if _OS_ERROR.search(text) or text.startswith(_LOOKUP_ERROR):
        return text
    return "the URL of the SERVICE clause is not a SPARQL endpoint, or its response cannot be read"
