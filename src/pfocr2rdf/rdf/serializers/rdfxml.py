"""RDF/XML, for tools that read nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.prefixes import split_qname
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.terms import PredicateObject, Resource, parse_term
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES

_MAX_CACHED_CHARS = 200
_CARRIAGE_RETURN = {"\r": "&#13;"}


class RdfXmlSerializer(Serializer):
    """Serializer of RDF/XML, one ``rdf:Description`` a subject."""

    name = "rdfxml"
    suffix = ".rdf"
    media_type = "application/rdf+xml"

    def __init__(self, *, profile: IriProfile = DEFAULT_PROFILE) -> None:
        super().__init__(profile=profile)
        self._elements: LruCache[PredicateObject, str] = LruCache()

    def header(self) -> str:
        """The start tag of the root element, with the namespaces."""
        prefixes = self._profile.map_namespaces(DEFAULT_PREFIXES.namespaces)
        namespaces = "".join(f"\n    xmlns:{prefix}={quoteattr(iri)}" for prefix, iri in prefixes.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{namespaces}>\n'

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The descriptions; RDF/XML has no named graphs."""
        elements = self._elements
        texts = []
        for resource in self._map(resources):
            inner = "".join([elements.get(pair) or self._element(pair) for pair in resource.pairs])
            texts.append(f"  <rdf:Description rdf:about={quoteattr(resource.subject[1:-1])}>\n{inner}  </rdf:Description>\n")
        return "".join(texts)

    def footer(self) -> str:
        """The end tag of the root element."""
        return "</rdf:RDF>\n"

    def _element(self, pair: PredicateObject) -> str:
        term = parse_term(pair[1])
        name, declaration = _element_name(pair[0][1:-1])
        if term.term_type == "iri":
            text = f"    <{name}{declaration} rdf:resource={quoteattr(term.value)}/>\n"
        else:
            attribute = f" rdf:datatype={quoteattr(term.datatype)}" if term.datatype else ""
            attribute = f" xml:lang={quoteattr(term.language)}" if term.language else attribute
            text = f"    <{name}{declaration}{attribute}>{escape(term.value, _CARRIAGE_RETURN)}</{name}>\n"
        return text if len(text) > _MAX_CACHED_CHARS else self._elements.put(pair, text)


def _element_name(predicate: str) -> tuple[str, str]:
    """The name of a property's element, and the namespace to declare on it where it has no prefix."""
    curie = DEFAULT_PREFIXES.compress(predicate)
    if curie and curie.partition(":")[2][:1].isalpha() and "%" not in curie:
        return curie, ""
    namespace, local_name = split_qname(predicate)
    if not local_name:
        raise ValueError(f"RDF/XML cannot write the property {predicate!r}, which ends in no XML name")
    return f"ns:{local_name}", f" xmlns:ns={quoteattr(namespace)}"
