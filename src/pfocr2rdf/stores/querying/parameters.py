"""Parameters of a query: declared in comments before it, and set in its VALUES blocks.

As a template of the Wikidata Query Service, the text is a query that runs as it is: the block of a parameter has its default value.
Here the comments are ``# parameter: gene (gene): the gene in the figures``, and the block is ``VALUES ?gene { ncbigene:6774 }``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.rdf.terms import lexical_form
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.querying.parameter_types import PARAMETER_TYPES
from pfocr2rdf.stores.querying.query_text import scan_query

ParameterTerm = NamedNode | Literal

_LEADING_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*")
_DECLARATION = re.compile(r"^# parameter: (?P<name>[a-z][a-z_]*) \((?P<type>[a-z]+)\): (?P<description>\S.*?)\r?$", re.MULTILINE)
_TERM = r'<[^\s<>]*>|"(?:[^"\\\r\n]|\\.)*"|[^\s{}"<>]+'
_NUMBERS = (f"{PREFIXES['xsd']}integer", f"{PREFIXES['xsd']}decimal")  # SPARQL writes them without quotation marks


class Parameter(NamedTuple):
    """A parameter, which is a variable of the query."""

    name: str  # of the variable
    type_name: str  # a key of ``PARAMETER_TYPES``
    description: str
    default: str  # the value, as a user may give it

    @property
    def label(self) -> str:
        """The name as text."""
        return self.name.replace("_", " ")


def parse_parameters(text: str) -> tuple[Parameter, ...]:
    r"""The parameters that the comments before a query declare.

    >>> text = "# parameter: gene (gene): the gene in the figures\nASK { VALUES ?gene { ncbigene:6774 } ?figure pfocr:mentions ?gene }"
    >>> parse_parameters(text)
    (Parameter(name='gene', type_name='gene', description='the gene in the figures', default='ncbigene:6774'),)

    Raises:
        StoreError: a parameter has an unknown type, or no VALUES block, or blocks with different values.
    """
    header = _LEADING_COMMENTS.match(text)
    assert header  # noqa: S101 - it matches the empty text
    parameters = []
    for declaration in _DECLARATION.finditer(header[0]):
        name, type_name = declaration["name"], declaration["type"]
        if type_name not in PARAMETER_TYPES:
            raise StoreError(f"the parameter {name} has the unknown type {type_name}; the types are {', '.join(PARAMETER_TYPES)}")
        defaults = {block["term"] for block in _values_blocks(name).finditer(text)}
        if len(defaults) != 1:
            raise StoreError(f"the parameter {name} needs one value in the query, in VALUES ?{name} {{ ... }}")
        written = defaults.pop()
        try:
            default = Literal(lexical_form(written)).value if written[0] == '"' else written.strip("<>")
        except ValueError:  # an escape of half of a surrogate pair, or beyond Unicode
            raise StoreError(f"the parameter {name} has the default value {written}, which is not valid Unicode") from None
        parameters.append(Parameter(name, type_name, declaration["description"], default))
    return tuple(parameters)


def bind_parameters(text: str, terms: Mapping[str, ParameterTerm]) -> str:
    """The text with RDF terms as the values of parameters, which it must have."""
    written = {name: write_term(name, term) for name, term in terms.items()}
    if not written:
        return text
    # All at once: a text that was written looks like a block if a user wants it to.
    return _values_blocks("|".join(written)).sub(lambda block: f"{block['begin']}{written[block['name']]}{block['end']}", text)


def write_term(name: str, term: ParameterTerm) -> str:
    r"""A value of a parameter as N-Triples writes it, which SPARQL reads as the same term.

    ``OptionError`` for the one text that it reads as another: it replaces an escape like ``\u0022`` before it parses (section 19.2),
    also behind another backslash.
    """
    is_number = isinstance(term, Literal) and term.datatype.value in _NUMBERS
    written = term.value if is_number else str(term)
    if re.search(r"\\[uU]", written):
        raise OptionError(f"{name} has a control character, or a backslash before a u, which no parameter can have")
    return written


def _values_blocks(names: str) -> re.Pattern[str]:
    """The blocks of a parameter, or of several with ``|`` between their names."""
    return re.compile(rf"(?P<begin>\b(?i:VALUES)\s+\?(?P<name>{names})\s*\{{\s*)(?P<term>{_TERM})(?P<end>\s*\}})")


def default_term(text: str, parameter: Parameter) -> ParameterTerm:
    """The default value as an RDF term, as the query has it."""
    block = _values_blocks(parameter.name).search(text)
    assert block  # noqa: S101 - ``parse_parameters`` has found it
    written, prefixes = block["term"], scan_query(text).prefixes
    if written[0] == '"':
        return Literal(lexical_form(written))
    if written[0] == "<":
        return NamedNode(written[1:-1])
    datatype = PARAMETER_TYPES[parameter.type_name].number_datatype(written)
    if datatype:
        return Literal(written, datatype=NamedNode(datatype))
    prefix, _, local_name = written.partition(":")
    return NamedNode(prefixes[prefix] + local_name)
