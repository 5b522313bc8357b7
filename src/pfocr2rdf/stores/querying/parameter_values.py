"""Values of parameters: an IRI, an identifier, or a name that is looked up in the store, as an RDF term."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode

from pfocr2rdf.errors import OptionError
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.querying.parameter_types import PARAMETER_TYPES, ParameterType
from pfocr2rdf.stores.querying.parameters import Parameter, ParameterTerm, bind_parameters, parse_parameters, write_term

ParameterValue = str | int | float
Select = Callable[[str], Iterable[Mapping[str, Any]]]
"""The rows of a SELECT query in the store."""

_MAX_CANDIDATES = 5
_MAX_VALUE_CHARS = 1000
_is_unicode = re.compile(r"[^\ud800-\udfff]*").fullmatch
_HUMAN = f"{PREFIXES['taxon']}9606"


def set_parameters(text: str, values: Mapping[str, ParameterValue], select: Select) -> str:
    """The text of a query with the values of some of its parameters; the others keep their defaults.

    Raises:
        OptionError: a parameter or a name is unknown, or a name is that of several resources.
        StoreError: the store cannot be read.
    """
    parameters = {parameter.name: parameter for parameter in parse_parameters(text)}
    terms: dict[str, ParameterTerm] = {}
    if not isinstance(values, Mapping):
        raise OptionError("the parameters are not a dictionary, such as {'gene': 'STAT3'}")
    for name, value in values.items():
        if name not in parameters:
            raise OptionError(_unknown_parameter_message(name, list(parameters)))
        if not isinstance(value, ParameterValue):
            raise OptionError(f"{name} needs text or a number, not {type(value).__name__}")
        terms[name] = _resolve(parameters[name], str(value).strip(), select)
    return bind_parameters(text, terms)


def _unknown_parameter_message(name: str, names: list[str]) -> str:
    if not names:
        return f"there is no parameter {name}: the query has no parameters"
    known = difflib.get_close_matches(name, names, 1) or names
    return f"there is no parameter {name}; the query has {', '.join(known)}"


def _resolve(parameter: Parameter, value: str, select: Select) -> ParameterTerm:
    parameter_type = PARAMETER_TYPES[parameter.type_name]
    if not value or len(value) > _MAX_VALUE_CHARS:
        raise OptionError(f"{parameter.name} needs a value of 1 to {_MAX_VALUE_CHARS:,} characters, such as {parameter_type.example}")
    if not _is_unicode(value):
        raise OptionError(f"{parameter.name} has a character that is not valid Unicode")
    if parameter_type.is_literal:
        return _literal(parameter, parameter_type, value)
    iri = value[1:-1] if value.startswith("<") and value.endswith(">") else value if "://" in value else ""
    if not iri:
        iri = parameter_type.iri_from_identifier(value)
    if not iri and value.partition(":")[0] in PREFIXES:
        iri = PREFIXES[value.partition(":")[0]] + value.partition(":")[2]  # of another type, which is refused
    if iri:
        return _resource(parameter, parameter_type, iri, select)
    return _find_by_name(parameter, parameter_type, value, select)


def _literal(parameter: Parameter, parameter_type: ParameterType, value: str) -> Literal:
    if parameter_type.name == "text":
        return Literal(value)
    datatype = parameter_type.number_datatype(value)
    if not datatype:
        raise OptionError(f"{parameter.name} needs a number such as {parameter_type.example}, not {value!r}")
    return Literal(value, datatype=NamedNode(datatype))


def _resource(parameter: Parameter, parameter_type: ParameterType, iri: str, select: Select) -> NamedNode:
    """The resource of an IRI, which may be that of a match in another database."""
    prefixes = (*parameter_type.prefixes, *parameter_type.match_prefixes)
    if not is_absolute_iri(iri) or not iri.startswith(tuple(PREFIXES[prefix] for prefix in prefixes)):
        raise OptionError(f"{iri} is not a valid {parameter_type.name} IRI; write {parameter.name} as {parameter_type.example}")
    if iri.startswith(tuple(PREFIXES[prefix] for prefix in parameter_type.match_prefixes)):
        query = f"SELECT DISTINCT ?x {{ ?x skos:closeMatch|skos:exactMatch {NamedNode(iri)} ; a {parameter_type.cls} }} ORDER BY ?x"
        matches = [row["x"] for row in select(query)]
        if len(matches) > 1:
            raise OptionError(_ambiguous_message(parameter, iri, matches, {}))
        return next((match for match in matches if isinstance(match, NamedNode)), NamedNode(iri))
    return NamedNode(iri)


def _find_by_name(parameter: Parameter, parameter_type: ParameterType, name: str, select: Select) -> NamedNode:
    """The one resource of a name. The case of letters counts only where names differ by nothing else."""
    prefix, colon, symbol = name.partition(":")
    is_hgnc = parameter.type_name == "gene" and bool(colon) and prefix.lower() in ("hgnc", "hgnc.symbol")
    if is_hgnc and symbol.isdecimal():
        raise OptionError(f"{name} is an HGNC id, which the graph does not contain; write {parameter.name} as {parameter_type.example}")
    if not parameter_type.label_property:
        raise OptionError(f"{name!r} is not a valid {parameter_type.name} id; write {parameter.name} as {parameter_type.example}")
    pattern = f"?x a {parameter_type.cls} ; {parameter_type.label_property} ?name ."
    if is_hgnc:
        name = symbol
        pattern += f" ?x pfocr:organism <{_HUMAN}> ."
    written = write_term(parameter.name, _literal(parameter, PARAMETER_TYPES["text"], name))
    queries = (
        f"SELECT DISTINCT ?x {{ VALUES ?name {{ {written} {written}@en }} {pattern} }} ORDER BY ?x",
        f"SELECT DISTINCT ?x {{ {pattern} FILTER (LCASE(STR(?name)) = LCASE({written})) }} ORDER BY ?x",
    )
    for query in queries:
        matches = [row["x"] for row in select(query)]
        if len(matches) == 1:
            assert isinstance(matches[0], NamedNode)  # noqa: S101 - the graph has no blank nodes
            return matches[0]
        if matches:
            raise OptionError(_ambiguous_message(parameter, name, matches, _organisms(matches, select)))
    names = {row["name"].value for row in select(f"SELECT DISTINCT ?name {{ {pattern} }}")}
    raise OptionError(_unknown_name_message(parameter, parameter_type, name, names))


def _organisms(resources: list[Any], select: Select) -> dict[str, str]:
    """The names of the organisms of genes."""
    values = " ".join(map(str, resources[:_MAX_CANDIDATES]))
    rows = select(f"SELECT ?x ?organism {{ VALUES ?x {{ {values} }} ?x pfocr:organism/rdfs:label ?organism }} ORDER BY ?x ?organism")
    return {row["x"].value: row["organism"].value for row in rows}


def _ambiguous_message(parameter: Parameter, name: str, resources: list[Any], organisms: Mapping[str, str]) -> str:
    iris = [resource.value for resource in resources[:_MAX_CANDIDATES]]
    candidates = ", ".join(f"{iri} ({organisms[iri]})" if iri in organisms else iri for iri in iris)
    more = f" and {len(resources) - len(iris):,} more" if len(resources) > len(iris) else ""
    return f"{name} is the name of {len(resources):,} resources; set {parameter.name} to one of them: {candidates}{more}"


def _unknown_name_message(parameter: Parameter, parameter_type: ParameterType, name: str, names: set[str]) -> str:
    by_folded_name = {known.lower(): known for known in sorted(names, reverse=True)}
    near = [by_folded_name[folded] for folded in difflib.get_close_matches(name.lower(), sorted(by_folded_name), 3, 0.7)]
    hint = f"similar names: {', '.join(near)}" if near else f"write {parameter.name} as {parameter_type.example}"
    return f"there is no {parameter_type.name} {name!r} in the store; {hint}"
