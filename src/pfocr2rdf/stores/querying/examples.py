"""The example queries that ship with the package: by name, as a table, and as RDF for SPARQL editors."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, Triple, parse_query_results

from pfocr2rdf.errors import StoreError
from pfocr2rdf.pipeline.prefix_files import NAMESPACES
from pfocr2rdf.rdf.package_data import built_in
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL, expand_curie
from pfocr2rdf.stores.querying.parameter_types import PARAMETER_TYPES
from pfocr2rdf.stores.querying.parameters import Parameter, default_term, parse_parameters
from pfocr2rdf.stores.querying.query_text import scan_query
from pfocr2rdf.stores.querying.result import ResultStream

EXAMPLES_NAMESPACE = f"{SITE_URL}queries/"
"""The IRI of the declaration of their prefixes, and the namespace of the IRIs of examples."""

LOCAL_ENDPOINT = "http://127.0.0.1:8000/sparql"
"""Where ``pfocr2rdf serve`` answers if no other address is chosen."""

EXAMPLE_COLUMNS = ("name", "title", "description", "keywords", "kind", "federated", "task", "parameters")
"""The columns of the table of examples."""

_OTHER_TASK = "Words and evidence"
_TASKS = {
    "gene": "Genes", "family": "Families", "chemical": "Chemicals and diseases", "disease": "Chemicals and diseases", "figure": "Figures",
    "paper": "Papers and years", "journal": "Papers and years", "year": "Papers and years", "organism": "Organisms", "word": _OTHER_TASK,
    "evidence": _OTHER_TASK, "pathway": "Pathways", "federated": "With data of other servers",
}  # fmt: skip
"""The tasks by the first keyword of their examples."""

_ATTRIBUTES = {"kind": "query_form", "federated": "services"}  # where the column has another name

_HEADER = re.compile(r"# title: (?P<title>.+)\n# description: (?P<description>.+)\n# keywords: (?P<keywords>.+)\n(?:# parameter: .+\n)*")
_is_name = re.compile(r"[\w.-]+").fullmatch
_PREFIX = re.compile(r"^PREFIX (\S*): <(\S*)>$", re.MULTILINE)
_SERVICE = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<(\S*)>")
_PREFIXES = PrefixMap({
    "sh": "http://www.w3.org/ns/shacl#",
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "schema": "https://schema.org/",  # with https, as SPARQL editors have it
    **{prefix: PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "xsd")},
})  # fmt: skip


class Example(NamedTuple):
    """An example query."""

    name: str
    title: str
    description: str  # what it answers, in a sentence
    keywords: tuple[str, ...]
    text: str  # of the whole file: these as comments, the prefixes that the query uses, and the query
    query_form: str  # select, ask or construct
    services: tuple[str, ...]  # the URLs of its SERVICE clauses
    parameters: tuple[Parameter, ...]  # what can be set in it

    @property
    def task(self) -> str:
        """The heading that it is listed under, by its first keyword."""
        return _TASKS.get(self.keywords[0], _OTHER_TASK)

    @property
    def prefixes(self) -> dict[str, str]:
        """The namespaces of the prefixes that it declares."""
        return dict(_PREFIX.findall(self.text))

    @property
    def query(self) -> str:
        """The text without its header."""
        return _HEADER.sub("", self.text)


@cache
def load_examples() -> tuple[Example, ...]:
    """All examples, in the order of their names."""
    return tuple(parse_example(path.stem, path.read_text(encoding="utf-8")) for path in sorted(built_in("queries").glob("*.rq")))


def find_example(name: str) -> Example | None:
    """The example of that name, if there is one."""
    return next((example for example in load_examples() if example.name == name), None)


def suggest_examples(name: str) -> list[str]:
    """The names of at most three examples that are similar to a name, or have a part that is similar to a part of it, best first.

    >>> suggest_examples("famly-members"), suggest_examples("years-2023"), suggest_examples("xyz")
    (['family-members'], ['years'], [])
    """
    names = [example.name for example in load_examples()]
    name = name.lower()
    matches = difflib.get_close_matches(name, names, cutoff=0.7)
    if not matches:
        parts = {part for example_name in names for part in example_name.split("-")}
        similar_parts = [match for part in name.split("-") for match in difflib.get_close_matches(part, parts, cutoff=0.7)]
        matches = [example_name for part in similar_parts for example_name in names if part in example_name.split("-")]
    return list(dict.fromkeys(matches))[:3]


def resolve_example(text: str) -> str:
    """The text of an example query where a text is its name; any other query as it is.

    >>> resolve_example("ASK {}"), resolve_example("family-members").startswith("# title: ")
    ('ASK {}', True)

    Raises:
        StoreError: it can only be a name, and there is no such example.
    """
    if not _is_name(text):
        return text
    if example := find_example(text):
        return example.text
    similar = ", ".join(suggest_examples(text))
    known = f"similar names: {similar}" if similar else f"the examples: {', '.join(example.name for example in load_examples())}"
    raise StoreError(f"there is no example query named {text}; {known}")


def parse_example(name: str, text: str) -> Example:
    r"""Parse an example: a header of three comments, and the query.

    >>> example = parse_example("any", "# title: Any\n# description: Is there any?\n# keywords: a, b\nASK { ?s ?p ?o }\n")
    >>> example.title, example.keywords, example.query_form, example.query
    ('Any', ('a', 'b'), 'ask', 'ASK { ?s ?p ?o }\n')

    Raises:
        StoreError: the header is missing, or it is no query.
    """
    header = _HEADER.match(text)
    if not header:
        raise StoreError(f"{name}: an example begins with the lines '# title: ', '# description: ' and '# keywords: '")
    keywords = tuple(word.strip() for word in header["keywords"].split(","))
    query_form = scan_query(text).query_form.lower()
    services = tuple(_SERVICE.findall(text))
    return Example(
        name=name,
        title=header["title"],
        description=header["description"],
        keywords=keywords,
        text=text,
        query_form=query_form,
        services=services,
        parameters=parse_parameters(text),
    )


def group_by_task(examples: Iterable[Example]) -> dict[str, list[Example]]:
    """The examples by their tasks, in the order in which both are listed."""
    groups: dict[str, list[Example]] = {task: [] for task in dict.fromkeys(_TASKS.values())}
    for example in examples:
        groups[example.task].append(example)
    return {task: members for task, members in groups.items() if members}


def examples_as_rows(columns: tuple[str, ...] = EXAMPLE_COLUMNS) -> ResultStream:
    """The examples as a table with some of ``EXAMPLE_COLUMNS``; several values in a cell are separated by commas."""
    rows = [
        {column: {"type": "literal", "value": _cell_text(getattr(example, _ATTRIBUTES.get(column, column)))} for column in columns}
        for example in load_examples()
    ]
    results = json.dumps({"head": {"vars": columns}, "results": {"bindings": rows}})
    return ResultStream(parse_query_results(results, format=QueryResultsFormat.JSON), {}, "the examples")


def _cell_text(value: str | tuple[str | Parameter, ...]) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(f"{part.name}={part.default}" if isinstance(part, Parameter) else part for part in value)


def examples_as_rdf(target: str = LOCAL_ENDPOINT) -> ResultStream:
    """The examples as RDF, each a ``sh:SPARQLExecutable`` as SPARQL editors read it; the target is the URL of their SPARQL endpoint."""
    return ResultStream(_example_triples(target), _PREFIXES.namespaces, "the examples")


def serialize_examples(target: str = LOCAL_ENDPOINT) -> bytes:
    """The same as N-Triples; without a target where it is not known."""
    return "".join(f"{triple} .\n" for triple in _example_triples(target)).encode()


def declare_prefixes(subject: NamedNode) -> Iterator[Triple]:
    """Declare the prefixes of the prefix map, which has those of the examples, as SHACL does (section 5.2.1): ``sh:declare``."""
    for prefix in sorted(NAMESPACES):
        yield Triple(subject, _node("sh:declare"), NamedNode(f"{EXAMPLES_NAMESPACE}#{prefix}"))
    for prefix, namespace in sorted(NAMESPACES.items()):
        declaration = NamedNode(f"{EXAMPLES_NAMESPACE}#{prefix}")
        yield Triple(declaration, _node("sh:prefix"), Literal(prefix))
        yield Triple(declaration, _node("sh:namespace"), Literal(namespace, datatype=_node("xsd:anyURI")))


def _example_triples(target: str) -> Iterator[Triple]:
    """First the prefixes, then the queries. There are no blank nodes, so two copies in one store are one."""
    ontology = NamedNode(EXAMPLES_NAMESPACE)
    yield Triple(ontology, _node("rdf:type"), _node("owl:Ontology"))
    yield from declare_prefixes(ontology)
    for example in load_examples():
        query = _example_node(example)
        yield Triple(query, _node("rdf:type"), _node("sh:SPARQLExecutable"))
        yield Triple(query, _node("rdf:type"), _node(f"sh:SPARQL{example.query_form.title()}Executable"))
        yield Triple(query, _node("rdfs:label"), Literal(example.title, language="en"))
        yield Triple(query, _node("rdfs:comment"), Literal(example.description, language="en"))
        yield from (Triple(query, _node("schema:keywords"), Literal(keyword)) for keyword in example.keywords)
        if target:
            yield _target_triple(example, target)
        yield from (Triple(query, _node("spex:federatesWith"), NamedNode(service)) for service in example.services)
        yield Triple(query, _node("sh:prefixes"), ontology)
        yield Triple(query, _node(f"sh:{example.query_form}"), Literal(example.query))
        for order, parameter in enumerate(example.parameters):
            yield from _parameter_triples(example, parameter, order)


def _parameter_triples(example: Example, parameter: Parameter, order: int) -> Iterator[Triple]:
    """A parameter as SHACL Advanced Features have those of functions: its name is the local name of its path."""
    node = NamedNode(f"{EXAMPLES_NAMESPACE}{example.name}#parameter-{parameter.name}")
    parameter_type = PARAMETER_TYPES[parameter.type_name]
    default = default_term(example.text, parameter)
    yield Triple(_example_node(example), _node("sh:parameter"), node)
    yield Triple(node, _node("rdf:type"), _node("sh:Parameter"))
    yield Triple(node, _node("sh:path"), NamedNode(f"{EXAMPLES_NAMESPACE}{example.name}#{parameter.name}"))
    yield Triple(node, _node("sh:name"), Literal(parameter.label, language="en"))
    yield Triple(node, _node("sh:description"), Literal(parameter.description, language="en"))
    if isinstance(default, Literal):
        yield Triple(node, _node("sh:datatype"), default.datatype)
    else:
        yield Triple(node, _node("sh:class"), NamedNode(expand_curie(parameter_type.cls)))
    yield Triple(node, _node("sh:defaultValue"), default)
    yield Triple(node, _node("sh:optional"), Literal(True))
    yield Triple(node, _node("sh:order"), Literal(order))


def declare_targets(target: str) -> Iterator[Triple]:
    """The endpoint of each example."""
    return (_target_triple(example, target) for example in load_examples())


def _target_triple(example: Example, target: str) -> Triple:
    return Triple(_example_node(example), _node("schema:target"), NamedNode(target))


def _example_node(example: Example) -> NamedNode:
    return NamedNode(f"{EXAMPLES_NAMESPACE}{example.name}")


def _node(curie: str) -> NamedNode:
    return NamedNode(_PREFIXES.expand(curie))
