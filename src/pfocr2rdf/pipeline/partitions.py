"""The statistics of the graph: VoID's class and property partitions, as SIB's void-generator makes them, and linksets."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from pfocr2rdf.pipeline.counts import StatementKind, TripleCounts
from pfocr2rdf.rdf.iri_profiles import IriProfile
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import LINKED_DATASETS, PREFIXES

DESCRIPTION_PREFIXES = PrefixMap({
    **PREFIXES,
    "dcat": "http://www.w3.org/ns/dcat#",
    "dctypes": "http://purl.org/dc/dcmitype/",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "part": f"{DATASET_IRI}#",
})  # fmt: skip
expand = DESCRIPTION_PREFIXES.expand_term

_TITLES = {
    "ncbigene": "NCBI Gene", "fplx": "FamPlex", "pmc": "PubMed Central", "wikipathways": "WikiPathways", "chebi": "ChEBI", "mesh": "MeSH",
    "doid": "Disease Ontology", "taxon": "NCBI Taxonomy", "doi": "DOI",
}  # fmt: skip


def integer_literal(count: int) -> str:
    """The literal of a number."""
    return literal(str(count), "xsd:integer")


def describe_totals(totals: dict[str, int]) -> list[Resource]:
    """Numbers of classes, literals and graphs, by their class: HCLS (section 6.6.1) writes them as class partitions."""
    return [_partition("total", "class", expand(name), count) for name, count in totals.items()]


def describe_partitions(counts: TripleCounts, profile: IriProfile) -> tuple[list[PredicateObject], list[Resource]]:
    """The statements of the dataset on its partitions and linksets, and these."""
    kinds = counts.statement_kinds
    kinds_by_class = _group_by_class(kinds)
    classes = [
        partition for name, count in sorted(counts.classes.items()) for partition in _describe_class(name, count, kinds_by_class[name])
    ]
    properties = [_partition("", "property", name, count) for name, count in sorted(counts.properties.items())]
    linksets = list(_describe_linksets(kinds, profile.map_namespaces(LINKED_DATASETS)))
    pairs: list[PredicateObject] = [
        *((expand("void:classPartition"), _partition_iri("", "class", name)) for name in sorted(counts.classes)),
        *((expand("void:propertyPartition"), partition.subject) for partition in properties),
        *((expand("void:subset"), resource.subject) for resource in linksets if (RDF_TYPE, expand("void:Linkset")) in resource.pairs),
    ]
    return pairs, [*classes, *properties, *linksets]


_KindsByPredicate = dict[str, list[tuple[StatementKind, int]]]


def _group_by_class(kinds: Counter[StatementKind]) -> defaultdict[str, _KindsByPredicate]:
    """The kinds of statements by each class of their subjects, and by their property."""
    kinds_by_class: defaultdict[str, _KindsByPredicate] = defaultdict(dict)
    for kind, count in kinds.items():
        for name in dict.fromkeys(kind.subject_classes):
            kinds_by_class[name].setdefault(kind.predicate, []).append((kind, count))
    return kinds_by_class


def _describe_class(cls: str, entities: int, kinds_by_predicate: _KindsByPredicate) -> Iterator[Resource]:
    """A class partition, with the property partitions of its instances, and in these the classes and datatypes of the objects."""
    predicates = sorted(kinds_by_predicate)
    name = _local_name(cls)
    partition = _partition("", "class", cls, entities)
    yield partition._replace(
        pairs_own=partition.pairs + tuple((expand("void:propertyPartition"), _partition_iri(name, "property", p)) for p in predicates)
    )
    for predicate in predicates:
        statements = kinds_by_predicate[predicate]
        by_class: Counter[str] = Counter()
        by_datatype: Counter[str] = Counter()
        for kind, count in statements:
            by_class.update(dict.fromkeys(kind.object_classes, count))
            by_datatype.update({kind.datatype: count} if kind.datatype else {})
        scope = f"{name}-{_local_name(predicate)}"
        parts = [_partition(scope, "class", term, count, "void:triples") for term, count in sorted(by_class.items())]
        datatypes = [_partition(scope, "datatype", term, count) for term, count in sorted(by_datatype.items())]
        partition = _partition(name, "property", predicate, sum(count for _, count in statements))
        yield partition._replace(
            pairs_own=partition.pairs
            + tuple((expand("void:classPartition"), part.subject) for part in parts)
            + tuple((expand("void-ext:datatypePartition"), part.subject) for part in datatypes)
        )
        yield from (*parts, *datatypes)


def _partition(scope: str, partition_type: str, term: str, count: int, count_property: str = "") -> Resource:
    """A partition; its IRI has the names of the partitions that it is in."""
    count_property = count_property or ("void:entities" if partition_type == "class" else "void:triples")
    property_name = "void-ext:datatype" if partition_type == "datatype" else f"void:{partition_type}"
    pairs = ((RDF_TYPE, expand("void:Dataset")), (expand(property_name), term), (expand(count_property), integer_literal(count)))
    return Resource(_partition_iri(scope, partition_type, term), pairs)


def _partition_iri(scope: str, partition_type: str, term: str) -> str:
    return iri_term(f"{DATASET_IRI}#{scope}{'-' if scope else ''}{partition_type}-{_local_name(term)}")


def _local_name(term: str) -> str:
    """The local name of a term, with a digest, since two terms may have the same one."""
    name = term.rstrip(">").replace("#", "/").rpartition("/")[2]
    return f"{name}-{hashlib.blake2b(term.encode(), digest_size=4).hexdigest()}"


def _describe_linksets(kinds: Counter[StatementKind], namespaces: Mapping[str, str]) -> Iterator[Resource]:
    """A linkset for each property with objects in another dataset, and these datasets with their namespaces."""
    counts: Counter[tuple[str, str]] = Counter()
    for kind, count in kinds.items():
        if kind.dataset:
            counts[kind.dataset, kind.predicate] += count
    for (prefix, predicate), count in sorted(counts.items()):
        yield Resource(
            iri_term(f"{DATASET_IRI}#links-{prefix}-{_local_name(predicate)}"),
            (
                (RDF_TYPE, expand("void:Linkset")),
                (expand("void:subjectsTarget"), iri_term(DATASET_IRI)),
                (expand("void:linkPredicate"), predicate),
                (expand("void:objectsTarget"), _target_iri(prefix)),
                (expand("void:triples"), integer_literal(count)),
            ),
        )
    for prefix in sorted({prefix for prefix, _ in counts}):
        yield Resource(
            _target_iri(prefix),
            (
                (RDF_TYPE, expand("void:Dataset")),
                (expand("dcterms:title"), english(_TITLES[prefix])),
                (expand("void:uriSpace"), literal(namespaces[prefix])),
            ),
        )


def _target_iri(prefix: str) -> str:
    return iri_term(f"{DATASET_IRI}#target-{prefix}")


def english(text: str) -> str:
    """The literal of an English text."""
    return f"{literal(text)}@en"
