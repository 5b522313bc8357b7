"""What an embedded store says of one thing after another, term by term: nothing is asked that grows with the store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from pfocr2rdf.errors import StoreError
from pfocr2rdf.pipeline.dataset_description import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.ordering import sort_pairs
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, lexical_form, literal
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER, ENTITY_TYPES_BY_NAME, HTML, EntityType, address_from_iri
from pfocr2rdf.stores.description import extract_graphs, fetch_description, is_in_default_graph
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX


def read_release_name(reader: DatasetReader) -> str:
    """The name of the release, or its date; ``""`` where it has neither."""
    values = {pair for node in reader.graph_resources(DESCRIPTION_GRAPH) if node.subject == iri_term(DATASET_IRI) for pair in node.pairs}
    said = {predicate: lexical_form(value) for predicate, value in sorted(values)}
    return said.get(DESCRIPTION_PREFIXES.expand_term("pav:version")) or said.get(expand_term("dcterms:issued"), "")


DESCRIPTION_GRAPH = f"{DATASET_IRI}/description"
"""The graph of what describes the dataset, which is also the name of the description."""

LABEL_PREDICATES = tuple(map(expand_term, ("dcterms:title", "rdfs:label", "skos:prefLabel", "schema:name")))
"""The properties that say what a thing is called, the first one that there is."""

_CACHE_SIZE = 100_000  # things that many pages name


class DatasetReader:
    """The dataset in an embedded store, which nobody changes meanwhile. What other people keep beside it is not seen.

    Args:
        store: the store.
        page_folders: the folders of the kinds of things that have pages; ``None`` for all.

    Raises:
        StoreError: there is no dataset in the store.
    """

    def __init__(self, store: EmbeddedStore, page_folders: frozenset[str] | None = None) -> None:
        self._store = store
        self.description = fetch_description(store, DESCRIPTION_GRAPH)
        self._page_folders = frozenset(ENTITY_TYPES_BY_FOLDER) if page_folders is None else page_folders
        self._dataset_graphs = extract_graphs(self.description)
        self._foreign_graphs = self._find_foreign_graphs()
        # Mostly there is one graph, and asking it saves a look at the graph of each statement.
        self._single_graph = (
            NamedNode(self._dataset_graphs[0])
            if len(self._dataset_graphs) == 1 and self._dataset_graphs[0] != FIGURE_GRAPHS_PREFIX
            else None
        )
        self.cached_label = lru_cache(_CACHE_SIZE)(self._label)
        self.cached_values = lru_cache(_CACHE_SIZE)(self.values)

    def _find_foreign_graphs(self) -> frozenset[NamedNode | DefaultGraph]:
        """The graphs that are not the dataset's."""
        ours = self._dataset_graphs
        default = is_in_default_graph(self.description)
        if not ours and not default:
            raise StoreError(f"{self._store.location}: holds no dataset that 'pfocr2rdf load' loaded; load an export into it")
        names = [
            name
            for name in self._store.graph_names()
            if name not in ours and not (FIGURE_GRAPHS_PREFIX in ours and name.startswith(FIGURE_GRAPHS_PREFIX))
        ]
        return frozenset([*map(NamedNode, names), *([] if default else [DefaultGraph()])])

    def quads(self, subject: str = "", predicate: str = "", value: str = "") -> Iterator[Quad]:
        """The statements with these terms, each as N-Triples writes it; ``""`` for any. One in two graphs comes twice.

        A literal that is asked for is plain text.
        """
        quads = self._store.quads(_node(subject), _node(predicate), _value(value), self._single_graph)
        return quads if self._single_graph else (quad for quad in quads if quad.graph_name not in self._foreign_graphs)

    def pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        """All that is said of a thing, in the order in which it is written; nothing where it is not known."""
        return sort_pairs({(f"<{quad.predicate.value}>", _term_text(quad.object)) for quad in self.quads(subject)})

    def find_resource(self, subject: str) -> Resource | None:
        """The same as a node, if there is one."""
        pairs = self.pairs(subject)
        return Resource(subject, pairs) if pairs else None

    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        """All things that have this value, with all that is said of them, in the order of their IRIs."""
        if self._single_graph is None:
            return [Resource(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]
        # One query for them all is four times quicker than a look-up for each.
        said: dict[str, set[PredicateObject]] = {}
        for row in self._store.select(f"SELECT ?s ?p ?o {{ ?s {predicate} {value} ; ?p ?o }}", default_graph=self._single_graph):
            said.setdefault(_term_text(row["s"]), set()).add((_term_text(row["p"]), _term_text(row["o"])))
        return [Resource(subject, sort_pairs(said[subject])) for subject in sorted(said, key=lambda one: one[1:-1])]

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property, sorted."""
        return sorted({_term_text(quad.object) for quad in self.quads(subject, predicate)})

    def query_rows(self, query: str) -> list[dict[str, str]]:
        """The answer to a query about the dataset, each value without its datatype."""
        union = FIGURE_GRAPHS_PREFIX in self._dataset_graphs
        ours: list[NamedNode | BlankNode | DefaultGraph] = [*map(NamedNode, self._dataset_graphs)] or [DefaultGraph()]
        rows = self._store.select(query, use_default_graph_as_union=union, default_graph=None if union else ours)
        return [{name: term.value for name, term in row.items()} for row in rows]

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The things that have this value, sorted."""
        found = {quad.subject.value for quad in self.quads("", predicate, value) if isinstance(quad.subject, NamedNode)}
        return [f"<{iri}>" for iri in sorted(found)]

    def is_instance_of(self, subject: str, cls: str) -> bool:
        """Whether a thing is of a class."""
        return cls in self.cached_values(subject, RDF_TYPE)

    def graph_resources(self, name: str) -> list[Resource]:
        """A small named graph, as nodes in the order of their subjects."""
        said: dict[str, set[PredicateObject]] = {}
        for quad in self._store.quads(None, None, None, NamedNode(name)):
            said.setdefault(_term_text(quad.subject), set()).add((f"<{quad.predicate.value}>", _term_text(quad.object)))
        return [Resource(subject, sort_pairs(pairs)) for subject, pairs in sorted(said.items())]

    def _label(self, subject: str) -> PredicateObject | None:
        """What people call a thing, and the property that says so."""
        for predicate in LABEL_PREDICATES:
            if found := self.values(subject, predicate):
                return predicate, found[0]
        return None

    def display_name(self, subject: str) -> str:
        """What people call a thing; the end of its IRI where nobody calls it anything."""
        found = self.cached_label(subject)
        return (lexical_form(found[1]).strip() if found else "") or subject[1:-1].rpartition("/")[2].rpartition("#")[2] or subject[1:-1]

    def page_url(self, subject: str, entity_type: EntityType | str) -> str:
        """The page of a thing, relative to the root; its IRI where it has none.

        Args:
            subject: the thing.
            entity_type: its kind, or the name of it.
        """
        entity_type = ENTITY_TYPES_BY_NAME[entity_type] if isinstance(entity_type, str) else entity_type
        place = address_from_iri(subject[1:-1], entity_type) if entity_type.folder in self._page_folders else None
        return place.url(HTML) if place else subject[1:-1]


def _node(text: str) -> NamedNode | None:
    return NamedNode(text[1:-1]) if text else None


def _value(text: str) -> NamedNode | pyoxigraph.Literal | None:
    return pyoxigraph.Literal(lexical_form(text)) if text.startswith('"') else _node(text)


def _term_text(value: NamedNode | BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> str:
    """A term as the writers of this package take it."""
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    text = str(value)
    if isinstance(value, pyoxigraph.Literal) and "\\" in text:  # the library escapes in a way of its own
        return literal(value.value) + text[text.rindex('"') + 1 :]
    return text
