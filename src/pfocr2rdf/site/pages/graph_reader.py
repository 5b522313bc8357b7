"""The dataset in an embedded store, read by lookups whose time does not grow with the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from pfocr2rdf.errors import StoreError
from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, lexical_form, normalize_escapes, sort_pairs
from pfocr2rdf.site.pages.pictures import url_origin
from pfocr2rdf.site.pages.resource_reader import (
    FAMILY,
    HAS_BODY,
    HAS_EVIDENCE,
    HAS_TARGET,
    ISSUED,
    MATCH,
    MENTION_PREDICATES,
    OCCURRENCES,
    SHOWN_PREDICATES,
    SOURCE,
    VIA_SYMBOL,
    WORD,
    EntityMention,
    ResourceReader,
)
from pfocr2rdf.stores.description import extract_graphs, fetch_description, is_in_default_graph
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX

DESCRIPTION_GRAPH = f"{DATASET_IRI}/description"  # the graph of the dataset description, and the IRI of the description
_IMAGE = expand_term("schema:image")
_BATCH_STATEMENTS = 4096

_Term = NamedNode | BlankNode | pyoxigraph.Literal | pyoxigraph.Triple


class DatasetReader(ResourceReader):
    """Reads the dataset in a store that does not change meanwhile. Other graphs in the store are ignored.

    Links lead to pages of the entity types in ``page_folders``; ``None`` for all. Their paths are portable with ``portable_names``.

    Raises:
        StoreError: there is no dataset in the store.
    """

    def __init__(self, store: EmbeddedStore, page_folders: frozenset[str] | None = None, *, portable_names: bool = False) -> None:
        super().__init__(page_folders, portable_names=portable_names)
        self._store = store
        self.description = fetch_description(store, DESCRIPTION_GRAPH)
        self._dataset_graphs = extract_graphs(self.description)
        self._foreign_graphs = self._find_foreign_graphs()
        # Mostly there is one graph, and then the graph of each statement need not be looked at.
        is_single = len(self._dataset_graphs) == 1 and self._dataset_graphs[0] != FIGURE_GRAPHS_PREFIX
        self._single_graph = NamedNode(self._dataset_graphs[0]) if is_single else None

    def _find_foreign_graphs(self) -> frozenset[NamedNode | DefaultGraph]:
        """The graphs that are not the dataset's."""
        dataset_graphs = self._dataset_graphs
        is_default = is_in_default_graph(self.description)
        if not dataset_graphs and not is_default:
            raise StoreError(f"{self._store.location}: contains no dataset that 'pfocr2rdf load' loaded; load an export into it")
        names = set(self._store.graph_names()).difference(dataset_graphs)
        if FIGURE_GRAPHS_PREFIX in dataset_graphs:
            names = {name for name in names if not name.startswith(FIGURE_GRAPHS_PREFIX)}
        return frozenset([*map(NamedNode, names), *([] if is_default else [DefaultGraph()])])

    def shared_graph_names(self) -> list[str]:
        """The names of the named graphs of the store, but for those of figures, which are many."""
        return sorted(name for name in self._store.graph_names() if not name.startswith(FIGURE_GRAPHS_PREFIX))

    def quads(self, subject: str = "", predicate: str = "", value: str = "") -> Iterator[Quad]:
        """The statements that match a pattern of N-Triples terms, where ``""`` is a wildcard; a literal is matched as a plain string.

        A statement that is in two graphs comes twice.
        """
        quads = self._store.quads(_iri_node(subject), _iri_node(predicate), _object_node(value), self._single_graph)
        return quads if self._single_graph else (quad for quad in quads if quad.graph_name not in self._foreign_graphs)

    def pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        """The statements about a resource, in the order in which they are serialized."""
        if self._single_graph:  # a query makes fewer terms than a quad pattern
            rows = self._store.select_rows(f"SELECT ?p ?o {{ {_iri_node(subject)} ?p ?o }}", default_graph=self._single_graph)
            return sort_pairs({(f"<{predicate.value}>", _term_text(value)) for predicate, value in rows})
        return sort_pairs({(f"<{quad.predicate.value}>", _term_text(quad.object)) for quad in self.quads(subject)})

    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        """The resources that have this value, in the order of their IRIs."""
        if self._single_graph is None:
            return [Resource(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]
        # One query for all of them is four times quicker than a lookup for each, and text half as long as terms that are objects.
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s {predicate} {value} ; ?p ?o }}"
        return _parse_resources(self._store.construct(query, default_graph=self._single_graph).decode())

    def shown_mentions(self, figure: str) -> list[Resource]:
        """The mentions in a figure, in the order of their IRIs, with the ``SHOWN_PREDICATES`` that they have."""
        if self._single_graph is None:
            return super().shown_mentions(figure)
        rows = self._select_pairs(f"?s {HAS_TARGET} {figure}", SHOWN_PREDICATES)  # in two thirds of the time of all statements
        return sorted(_merge_pairs(rows), key=lambda mention: mention.subject[1:-1])

    def describe_mentions(self, body: str, mentions: Sequence[EntityMention]) -> list[Resource]:
        """Some mentions of an entity, in any order, with the ``SHOWN_PREDICATES`` that they have, but for the entity."""
        if self._single_graph is None:
            return super().describe_mentions(body, mentions)
        _, *predicates = MENTION_PREDICATES
        rows = [(mention, tuple([pair for pair in zip(predicates, values, strict=True) if pair[1]])) for mention, _, *values in mentions]
        names = dict.fromkeys([mention for mention, _ in rows])
        return _merge_pairs([*rows, *self._select_pairs(f"VALUES ?s {{ {' '.join(names)} }}", (MATCH, SOURCE, OCCURRENCES))])

    def _select_pairs(self, pattern: str, predicates: Sequence[str]) -> Iterator[tuple[str, tuple[PredicateObject, ...]]]:
        """The resources that match a pattern with some of their statements: one row for each combination of values."""
        columns = " ".join(f"OPTIONAL {{ ?s {predicate} ?v{number} }}" for number, predicate in enumerate(predicates))
        for subject, *values in self._store.select_rows(f"SELECT * {{ {pattern} {columns} }}", default_graph=self._single_graph):
            yield _term_text(subject), tuple([(p, _term_text(value)) for p, value in zip(predicates, values, strict=True) if value])

    def mentions(self, body: str) -> list[EntityMention]:
        """The mentions of an entity, sorted."""
        if self._single_graph is None:
            return super().mentions(body)
        target, *optional = MENTION_PREDICATES
        pattern = " ".join(f"OPTIONAL {{ ?s {predicate} ?v{number} }}" for number, predicate in enumerate(optional))
        names = " ".join(f"?v{number}" for number in range(len(optional)))
        query = f"SELECT ?s ?f {names} {{ ?s {HAS_BODY} {body} ; {target} ?f {pattern} }}"
        rows = self._store.select_rows(query, default_graph=self._single_graph)
        return sorted({EntityMention(*[_term_text(term) if term else "" for term in row]) for row in rows})

    def genes_by_symbol(self, figure: str) -> list[str]:
        """The genes whose current symbols were read in a figure, sorted."""
        if self._single_graph is None:
            return super().genes_by_symbol(figure)
        query = f"SELECT DISTINCT ?gene {{ ?s {HAS_TARGET} {figure} ; {HAS_EVIDENCE} {VIA_SYMBOL} ; {HAS_BODY} ?gene }}"
        return sorted(_term_text(gene) for (gene,) in self._store.select_rows(query, default_graph=self._single_graph))

    def family_words(self, figure: str, family: str) -> list[str]:
        """The words in a figure that were recognised as the name of a family, sorted."""
        if self._single_graph is None:
            return super().family_words(figure, family)
        query = f"SELECT DISTINCT ?word {{ ?s {HAS_TARGET} {figure} ; {FAMILY} {family} ; {WORD} ?word }}"
        return sorted(_term_text(word) for (word,) in self._store.select_rows(query, default_graph=self._single_graph))

    def linked_values(self, predicate: str, value: str, link: str) -> list[tuple[str, str]]:
        """The resources that have this value, each with its values of another property, sorted."""
        if self._single_graph is None:
            return super().linked_values(predicate, value, link)
        # As in find_resources: a gene in many figures has thousands of mentions.
        rows = self._store.select(f"SELECT ?s ?o {{ ?s {predicate} {value} ; {link} ?o }}", default_graph=self._single_graph)
        return sorted({(_term_text(row["s"]), _term_text(row["o"])) for row in rows if isinstance(row["s"], NamedNode)})

    def linked_values_unless(self, predicate: str, value: str, link: str, excluded: str) -> list[str]:
        """The values of another property of the resources that have this value and no value of ``excluded``, sorted."""
        if self._single_graph is None:
            return super().linked_values_unless(predicate, value, link, excluded)
        query = f"SELECT DISTINCT ?o {{ ?s {predicate} {value} ; {link} ?o FILTER NOT EXISTS {{ ?s {excluded} ?e }} }}"
        return sorted(_term_text(linked) for (linked,) in self._store.select_rows(query, default_graph=self._single_graph))

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property of a resource, sorted."""
        return sorted({_term_text(quad.object) for quad in self.quads(subject, predicate)})

    def dump(self) -> Iterator[bytes] | None:
        """All statements as blocks of N-Triples, those of one subject side by side; ``None`` if they are in several graphs."""
        return self._dump_graph(self._single_graph) if self._single_graph else None

    def _dump_graph(self, graph: NamedNode) -> Iterator[bytes]:
        quads = self._store.quads(None, None, None, graph)
        while batch := [quad.triple for quad in islice(quads, _BATCH_STATEMENTS)]:
            yield cast("bytes", pyoxigraph.serialize(batch, format=pyoxigraph.RdfFormat.N_TRIPLES))

    def query_rows(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT query on the dataset, with the lexical forms of values."""
        is_union = FIGURE_GRAPHS_PREFIX in self._dataset_graphs
        graphs: list[NamedNode | BlankNode | DefaultGraph] = [*map(NamedNode, self._dataset_graphs)] or [DefaultGraph()]
        rows = self._store.select(query, use_default_graph_as_union=is_union, default_graph=None if is_union else graphs)
        return [{name: term.value for name, term in row.items()} for row in rows]

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The resources that have this value, sorted."""
        if self._single_graph:
            rows = self._store.select_rows(f"SELECT ?s {{ ?s {predicate} {_object_node(value)} }}", default_graph=self._single_graph)
            subjects = (subject for (subject,) in rows)
        else:
            subjects = (quad.subject for quad in self.quads("", predicate, value))
        iris = {subject.value for subject in subjects if isinstance(subject, NamedNode)}
        return [f"<{iri}>" for iri in sorted(iris)]

    def graph_resources(self, name: str) -> list[Resource]:
        """The resources of a small named graph, in the order of their IRIs."""
        quads = self._store.quads(None, None, None, NamedNode(name))
        return _group_by_subject((quad.subject, quad.predicate, quad.object) for quad in quads)

    def image_origin(self) -> str:
        """The origin of the picture of the first figure; ``""`` if there is none that pages can embed."""
        image = next((quad.object for quad in self.quads("", _IMAGE) if isinstance(quad.object, NamedNode)), None)
        return url_origin(image.value) if image else ""


class ReleaseName(NamedTuple):
    """The release of a dataset: its name, which is its date if it has no version, and its date; ``""`` for what is not known."""

    name: str
    issued: str


def read_release_name(store: EmbeddedStore) -> ReleaseName:
    """The release of the dataset in a store."""
    quads = store.quads(NamedNode(DATASET_IRI), None, None, NamedNode(DESCRIPTION_GRAPH))
    values = dict(sorted((f"<{quad.predicate.value}>", lexical_form(_term_text(quad.object))) for quad in quads))
    issued = values.get(ISSUED, "")
    return ReleaseName(values.get(DESCRIPTION_PREFIXES.expand_term("pav:version")) or issued, issued)


def _iri_node(term: str) -> NamedNode | None:
    return NamedNode(term[1:-1]) if term else None


def _object_node(term: str) -> NamedNode | pyoxigraph.Literal | None:
    return pyoxigraph.Literal(lexical_form(term)) if term.startswith('"') else _iri_node(term)


def _group_by_subject(triples: Iterable[tuple[_Term, _Term, _Term]]) -> list[Resource]:
    """The resources of triples, in the order of their IRIs."""
    pairs_by_subject: dict[str, set[PredicateObject]] = {}
    for subject, predicate, value in triples:
        pairs_by_subject.setdefault(_term_text(subject), set()).add((_term_text(predicate), _term_text(value)))
    return _sort_resources(pairs_by_subject)


def _sort_resources(pairs_by_subject: Mapping[str, set[PredicateObject]]) -> list[Resource]:
    """Resources in the order of their IRIs."""
    subjects = sorted(pairs_by_subject, key=lambda term: term[1:-1])
    return [Resource(subject, sort_pairs(pairs_by_subject[subject])) for subject in subjects]


def _merge_pairs(rows: Iterable[tuple[str, tuple[PredicateObject, ...]]]) -> list[Resource]:
    """The resources of rows that each have some of their statements."""
    pairs_by_subject: dict[str, tuple[PredicateObject, ...]] = {}
    for subject, pairs in rows:
        others = pairs_by_subject.get(subject)
        pairs_by_subject[subject] = sort_pairs({*others, *pairs}) if others and pairs else others or pairs
    return list(map(Resource, pairs_by_subject, pairs_by_subject.values()))


def _parse_resources(lines: str) -> list[Resource]:
    """The resources of N-Triples, in the order of their IRIs."""
    pairs_by_subject: dict[str, set[PredicateObject]] = {}
    for line in lines.split("\n")[:-1]:
        subject, predicate, value = line[:-2].split(" ", 2)
        pairs_by_subject.setdefault(subject, set()).add((predicate, normalize_escapes(value)))
    return _sort_resources(pairs_by_subject)


def _term_text(value: _Term) -> str:
    """A term as N-Triples text, with the escapes of this package."""
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    text = str(value)
    return normalize_escapes(text) if isinstance(value, pyoxigraph.Literal) else text
