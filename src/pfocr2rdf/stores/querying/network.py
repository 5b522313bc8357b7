"""A result as a network of NetworkX, which is optional."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, NamedNode

from pfocr2rdf.errors import StoreError, require_extra
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.stores.querying.python_values import python_value
from pfocr2rdf.stores.querying.result import FORM_DESCRIPTIONS, ResultStream

if TYPE_CHECKING:
    import networkx

_RESOURCES = (NamedNode, BlankNode)


def result_as_network(stream: ResultStream) -> networkx.MultiDiGraph[str]:
    """A directed network with an edge for each row of a SELECT, or for each triple of a CONSTRUCT or DESCRIBE between two resources.

    A SELECT has two columns of IRIs, source and target, or three, source, relation and target, in this order. Its other columns
    are attributes of the edge. A row without a source or a target is no edge: the one that it has is a node.
    A triple with a literal is an attribute of its subject, named by the CURIE of the predicate: the value, or a list of several.

    Raises:
        StoreError: the result has no such columns.
        MissingExtraError: NetworkX is not installed.
    """
    with require_extra("to_networkx", "networkx"):
        import networkx
    network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    if stream.query_form == "construct":
        _add_triples(network, stream)
    elif stream.query_form == "select":
        _add_rows(network, stream)
    else:
        raise StoreError(f"{FORM_DESCRIPTIONS['ask']}, not a network; use bool(result)")
    return network


def _add_triples(network: networkx.MultiDiGraph[str], stream: ResultStream) -> None:
    prefixes = PrefixMap(stream.prefixes)
    for triple in stream.terms():
        subject, predicate = str(python_value(triple.subject)), triple.predicate.value
        name = prefixes.compress(predicate) or predicate
        value = python_value(triple.object)
        if isinstance(triple.object, _RESOURCES):
            network.add_edge(subject, str(value), key=name)
            continue
        network.add_node(subject)
        attributes = network.nodes[subject]
        if name not in attributes:
            attributes[name] = value
        elif isinstance(attributes[name], list):
            attributes[name].append(value)
        else:
            attributes[name] = [attributes[name], value]


def _add_rows(network: networkx.MultiDiGraph[str], stream: ResultStream) -> None:
    rows = list(stream.terms())
    names = [name for name in stream.variables if _has_resources(name, rows)]
    if rows and len(names) not in (2, 3):
        columns = ", ".join(f"?{name}" for name in names) or "none"
        raise StoreError(
            f"to_networkx needs a SELECT with two columns of IRIs (source, target) or three (source, relation, target), or a CONSTRUCT; "
            f"the columns of IRIs in this result: {columns}"
        )
    prefixes = PrefixMap(stream.prefixes)
    for row in rows:
        values = {name: python_value(term) for name, term in row.items()}
        source, target = values.get(names[0]), values.get(names[-1])
        for node in (source, target):
            if node is not None:
                network.add_node(str(node))
        if source is not None and target is not None:
            attributes: dict[str, Any] = {name: value for name, value in values.items() if name not in names}
            relation = str(values.get(names[1])) if len(names) == 3 and names[1] in values else None
            key = (prefixes.compress(relation) or relation) if relation else None
            network.add_edge(str(source), str(target), key=_free_key(network, str(source), str(target), key), **attributes)


def _free_key(network: networkx.MultiDiGraph[str], source: str, target: str, key: str | None) -> Any:
    """The key of an edge; a number, which NetworkX chooses, where there is none, or another row has it: no row replaces another."""
    return key if key is not None and not network.has_edge(source, target, key) else None


def _has_resources(name: str, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a column has resources, and nothing else."""
    terms = [row[name] for row in rows if name in row]
    return bool(terms) and all(isinstance(term, _RESOURCES) for term in terms)
