"""The example queries that ship with the package: questions to ask by name, as rows, and as SPARQL editors read them."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, Triple, parse_query_results

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.resources import built_in
from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL
from pfocr2rdf.stores.querying.query_text import scan_query
from pfocr2rdf.stores.querying.result import QueryResult

EXAMPLES_NAMESPACE = f"{SITE_URL}queries/"
"""What declares the prefixes of the examples, and the beginning of their IRIs."""

EXAMPLE_COLUMNS = ("name", "title", "description", "keywords", "kind", "federated")
"""What can be listed of the examples."""

_ATTRIBUTES = {"kind": "query_form", "federated": "services"}  # of columns that have another name

_HEADER = re.compile(r"# title: (?P<title>.+)\n# description: (?P<description>.+)\n# keywords: (?P<keywords>.+)\n")
_PREFIX = re.compile(r"^PREFIX (\S*): <(\S*)>$", re.MULTILINE)
_SERVICE = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<(\S*)>")
_PREFIXES = PrefixMap({
    "sh": "http://www.w3.org/ns/shacl#",
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "schema": "https://schema.org/",  # with https, as SPARQL editors have it
    **{prefix: PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "xsd")},
})  # fmt: skip


class Example(NamedTuple):
    """An example query.

    Attributes:
        name: what it is asked by.
        title: what it is called, in a few words.
        description: what it answers, in a sentence.
        keywords: what it is about.
        text: the whole file: these as comments, the prefixes that the query uses, and the query.
        query_form: ``"select"``, ``"ask"`` or ``"construct"``.
        services: the servers that it asks with SERVICE; mostly none.
    """

    name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    text: str
    query_form: str
    services: tuple[str, ...]

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that it declares, each with its name space."""
        return dict(_PREFIX.findall(self.text))

    @property
    def query(self) -> str:
        """The text without what is said about it."""
        return _HEADER.sub("", self.text)


@cache
def load_examples() -> tuple[Example, ...]:
    """All examples, in the order of their names.

    Raises:
        StoreError: a file of them is damaged.
    """
    return tuple(parse_example(path.stem, path.read_text(encoding="utf-8")) for path in sorted(built_in("queries").glob("*.rq")))


def find_example(name: str) -> Example | None:
    """The example of that name, if there is one."""
    return next((one for one in load_examples() if one.name == name), None)


def suggest_examples(name: str) -> list[str]:
    """The names of examples that look like a name, as a whole or in one of their parts, the nearest first; at most three.

    >>> suggest_examples("famly-members"), suggest_examples("years-2023"), suggest_examples("xyz")
    (['family-members'], ['years'], [])
    """
    names = [one.name for one in load_examples()]
    name = name.lower()
    like = difflib.get_close_matches(name, names, cutoff=0.7)
    if not like:
        parts = {part for one in names for part in one.split("-")}
        found = [match for part in name.split("-") for match in difflib.get_close_matches(part, parts, cutoff=0.7)]
        like = [one for match in found for one in names if match in one.split("-")]
    return list(dict.fromkeys(like))[:3]


def parse_example(name: str, text: str) -> Example:
    r"""Read an example: three lines of comment, and the query.

    >>> example = parse_example("any", "# title: Any\n# description: Is there any?\n# keywords: a, b\nASK { ?s ?p ?o }\n")
    >>> example.title, example.keywords, example.query_form, example.query
    ('Any', ('a', 'b'), 'ask', 'ASK { ?s ?p ?o }\n')

    Raises:
        StoreError: the three lines are not there, or it is no query.
    """
    header = _HEADER.match(text)
    if not header:
        raise StoreError(f"{name}: an example begins with the lines '# title: ', '# description: ' and '# keywords: '")
    keywords = tuple(word.strip() for word in header["keywords"].split(","))
    kind = scan_query(text).verb.lower()
    return Example(name, header["title"], header["description"], keywords, text, kind, tuple(_SERVICE.findall(text)))


def examples_as_rows(columns: tuple[str, ...] = EXAMPLE_COLUMNS) -> QueryResult:
    """The examples as rows, with some of ``EXAMPLE_COLUMNS``; what has several values has them with commas between."""
    rows = [
        {column: {"type": "literal", "value": _cell_text(getattr(example, _ATTRIBUTES.get(column, column)))} for column in columns}
        for example in load_examples()
    ]
    answer = json.dumps({"head": {"vars": columns}, "results": {"bindings": rows}})
    return QueryResult(parse_query_results(answer, format=QueryResultsFormat.JSON), {}, "the examples")


def _cell_text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def examples_as_rdf(target: str = "") -> QueryResult:
    """The examples as statements, each a ``sh:SPARQLExecutable`` in the form that SPARQL editors read.

    Args:
        target: the URL at which a server takes queries, if they are meant for one.
    """
    return QueryResult(_example_triples(target), _PREFIXES.namespaces, "the examples")


def _example_triples(target: str) -> Iterator[Triple]:
    """First the prefixes, then the queries. Nothing is a blank node, so that two copies in one store are one."""
    declaring = NamedNode(EXAMPLES_NAMESPACE)
    declared = {prefix: space for one in load_examples() for prefix, space in one.prefixes.items()}
    yield Triple(declaring, _node("rdf:type"), _node("owl:Ontology"))
    for prefix in sorted(declared):
        yield Triple(declaring, _node("sh:declare"), NamedNode(f"{EXAMPLES_NAMESPACE}#{prefix}"))
    for prefix, space in sorted(declared.items()):
        row = NamedNode(f"{EXAMPLES_NAMESPACE}#{prefix}")
        yield Triple(row, _node("sh:prefix"), Literal(prefix))
        yield Triple(row, _node("sh:namespace"), Literal(space, datatype=_node("xsd:anyURI")))
    for one in load_examples():
        query = NamedNode(f"{EXAMPLES_NAMESPACE}{one.name}")
        yield Triple(query, _node("rdf:type"), _node("sh:SPARQLExecutable"))
        yield Triple(query, _node("rdf:type"), _node(f"sh:SPARQL{one.query_form.title()}Executable"))
        yield Triple(query, _node("rdfs:label"), Literal(one.title, language="en"))
        yield Triple(query, _node("rdfs:comment"), Literal(one.description, language="en"))
        yield from (Triple(query, _node("schema:keywords"), Literal(word)) for word in one.keywords)
        if target:
            yield Triple(query, _node("schema:target"), NamedNode(target))
        yield from (Triple(query, _node("spex:federatesWith"), NamedNode(server)) for server in one.services)
        yield Triple(query, _node("sh:prefixes"), declaring)
        yield Triple(query, _node(f"sh:{one.query_form}"), Literal(one.query))


def _node(curie: str) -> NamedNode:
    return NamedNode(_PREFIXES.expand(curie))
