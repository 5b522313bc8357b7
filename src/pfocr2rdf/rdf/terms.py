"""RDF terms as N-Triples text, and resources made of them: how statements travel through the package.

A term is the very text that N-Triples writes (``<iri>``, ``"text"``, ``"2020"^^<...gYear>``). It is hashable, compares as RDF
terms do, costs nothing to write, and serializers can cache their output. There are IRIs and literals only: no blank
node is ever made.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES, LINKED_DATASETS, PREFIXES, PROPERTIES, expand_curie

PredicateObject = tuple[str, str]  # a predicate and an object, both as N-Triples text
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
STRING_KIND, _LANG_STRING_KIND = f"^^<{XSD_STRING}>", f"^^<{PREFIXES['rdf']}langString>"
_LINKED_PREFIXES = tuple((prefix, f"<{namespace}") for prefix, namespace in LINKED_DATASETS.items())
_LINKED_NAMESPACES = tuple(start for _, start in _LINKED_PREFIXES)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_UNESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_CONTROL_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


class Resource(NamedTuple):
    """A subject with its statements in the order in which they are written, those of one predicate side by side.

    ``pairs_interned`` are the last ones, the same tuple object in many resources, so that derived values (text, a verdict) can be
    cached. No predicate is both there and in ``pairs_own``. ``kind`` is its ``object_kind``, where that was computed with it.
    """

    subject: str  # an IRI, as N-Triples text
    pairs_own: tuple[PredicateObject, ...]  # the first statements; most resources have no others
    pairs_interned: tuple[PredicateObject, ...] = ()
    kind: str = ""

    @property
    def pairs(self) -> tuple[PredicateObject, ...]:
        """All statements."""
        return self.pairs_own + self.pairs_interned if self.pairs_interned else self.pairs_own

    @property
    def values_by_predicate(self) -> dict[str, list[str]]:
        """The values of each predicate."""
        return group_by_predicate(self.pairs)


class GroupedResource(NamedTuple):
    """A subject with the values of each of its predicates, in the order in which they are written: a figure, which has many."""

    subject: str
    values_by_predicate: dict[str, list[str]]

    @property
    def pairs(self) -> tuple[PredicateObject, ...]:
        """All statements."""
        return tuple([(predicate, value) for predicate, values in self.values_by_predicate.items() for value in values])


def group_by_predicate(pairs: Iterable[PredicateObject]) -> dict[str, list[str]]:
    """The values of each predicate."""
    values: dict[str, list[str]] = {}
    for predicate, value in pairs:
        if predicate in values:
            values[predicate].append(value)
        else:
            values[predicate] = [value]
    return values


def list_classes(pairs: Iterable[PredicateObject]) -> str:
    """The classes of a resource with these statements, with blanks between them."""
    return " ".join([value for predicate, value in pairs if predicate == RDF_TYPE])


class PredicateObjectList:
    """An interned predicate-object list, which many resources have. It is hashed by identity: a quick key for derived values.

    Its ``characteristic_set`` has a line for each statement: the predicate, a tab and the ``object_kind``. ``object_kinds`` are the kinds
    of the objects that are entities.
    """

    __slots__ = ("characteristic_set", "object_keys", "pairs")

    def __init__(self, pairs: tuple[PredicateObject, ...], object_kinds: Mapping[str, str] = MappingProxyType({})) -> None:
        self.pairs = pairs
        lines, objects = [], []
        for predicate, value in pairs:
            if not (kind := COMMON_KINDS.get(value) or object_kinds.get(value)):
                kind = STRING_KIND if value[-1] == '"' else object_kind(value)
                objects.append(value)
            lines.append(f"{predicate}\t{kind}")
        self.characteristic_set = sys.intern("\n".join(lines))
        self.object_keys = pack_objects(objects)


def object_kind(value: str, classes: str = "") -> str:
    """What statements are counted by: ``^^`` and the datatype of a literal; of an IRI, the prefix of its dataset, and its classes.

    >>> object_kind('"9606"'), object_kind("<http://purl.obolibrary.org/obo/NCBITaxon_9606>", "<urn:C> <urn:D>"), object_kind("<urn:x>")
    ('^^<http://www.w3.org/2001/XMLSchema#string>', 'taxon <urn:C> <urn:D>', '')
    """
    if value[0] == '"':
        if value[-1] == '"':
            return STRING_KIND
        datatype = value[value.rindex('"') + 1 :]
        return datatype if datatype[0] == "^" else _LANG_STRING_KIND
    if value.startswith(_LINKED_NAMESPACES):
        for prefix, start in _LINKED_PREFIXES:
            if value.startswith(start):
                return f"{prefix} {classes}"
    return f" {classes}" if classes else ""


def entity_kind(entity: Resource) -> str:
    """The ``object_kind`` of statements about an entity."""
    return entity.kind or object_kind(entity.subject, list_classes(entity.pairs))


def pack_objects(values: Iterable[str]) -> bytes:
    """Hashes of objects that are the same in every process, as 8 bytes each: odd for literals, even for IRIs."""
    return array("Q", [xxh3_64_intdigest(value.encode()) & -2 | (value[0] == '"') for value in values]).tobytes()


class ResourceColumns(NamedTuple):
    """Resources that differ in little, in columns: the mentions of one figure. No predicate is in two columns."""

    namespace: str
    local_names: list[str]  # their names in it: letters and digits only, so that every format can write them behind a prefix
    common: tuple[PredicateObject, ...]  # the first statements, which are those of all of them
    bodies: Sequence[PredicateObjectList]  # the next statements of each, at least one
    trailers: list[PredicateObjectList]  # the last statement of each; there are few different ones

    def resources(self) -> Iterator[Resource]:
        """The resources one by one."""
        for name, body, trailer in zip(self.local_names, self.bodies, self.trailers, strict=True):
            yield Resource(f"<{self.namespace}{name}>", self.common + body.pairs + trailer.pairs)


class ParsedTerm(NamedTuple):
    """The parts of a term: ``term_type`` is ``iri`` or ``literal``; ``datatype`` is an IRI, ``language`` a tag, or ``""``."""

    term_type: str
    value: str
    datatype: str = ""
    language: str = ""


def iri_term(iri: str) -> str:
    """The term of an IRI."""
    return f"<{iri}>"


@cache
def expand_term(curie: str) -> str:
    """The term of a CURIE of the vocabulary.

    >>> expand_term("rdfs:label")
    '<http://www.w3.org/2000/01/rdf-schema#label>'
    """
    return f"<{expand_curie(curie)}>"


def is_iri_or_literal(term: str) -> bool:
    """Whether N-Triples text is neither a blank node nor a triple term, also one without ``<<( )>>``, as pyoxigraph writes it.

    >>> is_iri_or_literal("<urn:a>"), is_iri_or_literal('"a b"'), is_iri_or_literal("_:b"), is_iri_or_literal("<urn:a> <urn:b> <urn:c>")
    (True, True, False, False)
    """
    return term[0] == '"' or (term[0] == "<" and " " not in term)


def is_literal_type(pair: PredicateObject) -> bool:
    """Whether the class in an ``rdf:type`` statement is a literal, which RDF allows, and JSON-LD cannot have as ``@type``."""
    return pair[0] == RDF_TYPE and pair[1][0] == '"'


def literal(text: str, datatype: str = "") -> str:
    r"""The term of a literal; ``datatype`` is a CURIE, none for a string.

    >>> literal('say "hi"')
    '"say \\"hi\\""'
    >>> literal("2020", "xsd:gYear")
    '"2020"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    if '"' in text or "\\" in text or "\n" in text or "\r" in text or "\t" in text:  # five quick searches: most texts have none
        text = text.translate(_ESCAPES)
    return f'"{text}"^^<{expand_curie(datatype)}>' if datatype else f'"{text}"'


def _unescape(match: re.Match[str]) -> str:
    short, long, char = match.groups()
    return chr(int(short or long, 16)) if short or long else _CONTROL_ESCAPES.get(char, char)


def parse_term(text: str) -> ParsedTerm:
    r"""Parse a term.

    >>> parse_term('"a\\"b"@en')
    ParsedTerm(term_type='literal', value='a"b', datatype='', language='en')
    """
    if text.startswith("<"):
        return ParsedTerm("iri", text[1:-1])
    end = text.rindex('"')
    value = text[1:end]
    if "\\" in value:
        value = _UNESCAPE.sub(_unescape, value)
    suffix = text[end + 1 :]
    if suffix.startswith("@"):
        return ParsedTerm("literal", value, "", suffix[1:])
    return ParsedTerm("literal", value, suffix[3:-1])


def lexical_form(text: str) -> str:
    r"""The lexical form of a literal, without its datatype or language; the IRI of an IRI.

    >>> lexical_form('"a\"b"@en'), lexical_form("<urn:x>")
    ('a"b', 'urn:x')
    """
    if text.startswith("<") or (text.endswith('"') and "\\" not in text):
        return text[1:-1]
    return parse_term(text).value


RDF_TYPE = expand_term("rdf:type")
COMMON_KINDS = {
    value: f"={value}"
    for value in (
        *(expand_term(row.name) for row in EVIDENCE_TYPES),
        *(literal(source) for row in EVIDENCE_TYPES for source in row.sources),
        *(literal(str(count), "xsd:integer") for count in range(1, 10)),
    )
}
"""The kinds of objects that most mentions have: these are counted one by one."""


# The order of statements within a subject, which all formats share.
_PREDICATE_RANKS = {RDF_TYPE: -1, **{expand_term(row.name): index for index, row in enumerate(PROPERTIES)}}
_PFOCR_TERM_START = f"<{PREFIXES['pfocr']}"


def predicate_sort_key(predicate: str) -> tuple[int, str]:
    """The rank of a property: ``rdf:type``, then properties as the vocabulary lists them, then unknown ones."""
    return _PREDICATE_RANKS.get(predicate, len(_PREDICATE_RANKS)), predicate


def pair_sort_key(pair: PredicateObject) -> tuple[int, str, bool, str]:
    """The rank of a statement among those of its subject: by its property, then terms of the vocabulary before others."""
    predicate, value = pair
    return *predicate_sort_key(predicate), not value.startswith(_PFOCR_TERM_START), value


def sort_pairs(pairs: Iterable[PredicateObject]) -> tuple[PredicateObject, ...]:
    """The statements of one subject in the order in which they are written."""
    return tuple(sorted(pairs, key=pair_sort_key))


def normalize_escapes(text: str) -> str:
    """A term that the library wrote, with the escapes of this package: the library escapes other characters."""
    if "\\" in text and text[0] == '"':
        return literal(lexical_form(text)) + text[text.rindex('"') + 1 :]
    return text
