"""RDF/XML, for those who need it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.prefixes import split_qname
from pfocr2rdf.rdf.terms import GroupedResource, PredicateObject, Resource, ResourceColumns, parse_term
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES

_MAX_CACHED_CHARS = 200
_CARRIAGE_RETURN = {"\r": "&#13;"}


class RdfXmlSerializer:
    """Writes nodes as RDF/XML, one ``rdf:Description`` a subject."""

    name = "rdfxml"
    suffix = ".rdf"
    media_type = "application/rdf+xml"
    separator = ""

    def __init__(self) -> None:
        self._pairs: LruCache[PredicateObject, str] = LruCache()

    def header(self) -> str:
        """The root element, with the prefixes."""
        spaces = "".join(f"\n    xmlns:{prefix}={quoteattr(space)}" for prefix, space in PREFIXES.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The descriptions. RDF/XML has one graph, so the name goes nowhere."""
        known = self._pairs
        texts = []
        for node in resources:
            inner = "".join([known.get(pair) or self._pair(pair) for pair in node.pairs])
            texts.append(f"  <rdf:Description rdf:about={quoteattr(node.subject[1:-1])}>\n{inner}  </rdf:Description>\n")
        return "".join(texts)

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """A figure and its mentions, one by one."""
        return self.serialize_resources([Resource(figure.subject, figure.pairs), *mentions.resources()], graph)

    def footer(self) -> str:
        """The end of the root element."""
        return "</rdf:RDF>\n"

    def _pair(self, pair: PredicateObject) -> str:
        value = parse_term(pair[1])
        name, declared = self._element(pair[0][1:-1])
        if value.term_type == "iri":
            text = f"    <{name}{declared} rdf:resource={quoteattr(value.value)}/>\n"
        else:
            typed = f" rdf:datatype={quoteattr(value.datatype)}" if value.datatype else ""
            typed = f" xml:lang={quoteattr(value.language)}" if value.language else typed
            text = f"    <{name}{declared}{typed}>{escape(value.value, _CARRIAGE_RETURN)}</{name}>\n"
        return text if len(text) > _MAX_CACHED_CHARS else self._pairs.put(pair, text)

    def _element(self, predicate: str) -> tuple[str, str]:
        """The element's name, and the name space to declare on it where it has no prefix."""
        short = DEFAULT_PREFIXES.compress(predicate)
        if short and short.partition(":")[2][:1].isalpha() and "%" not in short:
            return short, ""
        space, name = split_qname(predicate)
        if not name:
            raise ValueError(f"RDF/XML cannot write the property {predicate!r}, which ends in no XML name")
        return f"ns:{name}", f" xmlns:ns={quoteattr(space)}"
