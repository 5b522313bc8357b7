"""The dataset in an embedded store, read by look-ups whose time does not grow with the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from pfocr2rdf.errors import StoreError
from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, lexical_form, literal, sort_pairs
from pfocr2rdf.site.pages.pictures import url_origin
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER, ENTITY_TYPES_BY_NAME, HTML, EntityType, PageAddress, address_from_iri
from pfocr2rdf.stores.description import extract_graphs, fetch_description, is_in_default_graph
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX

DESCRIPTION_GRAPH = f"{DATASET_IRI}/description"  # the graph of the dataset description, and the IRI of the description
LABEL_PREDICATES = tuple(map(expand_term, ("dcterms:title", "rdfs:label", "skos:prefLabel", "schema:name", "skos:altLabel")))
"""The label properties; the first one that a resource has counts."""

_ALT_LABEL = expand_term("skos:altLabel")  # alone where neither MeSH nor a record gives a name
CITED_IN, ISSUED = expand_term("pfocr:citedIn"), expand_term("dcterms:issued")
_IMAGE = expand_term("schema:image")
_CACHE_SIZE = 100_000  # resources that many pages name


_Term = NamedNode | BlankNode | pyoxigraph.Literal | pyoxigraph.Triple


class DatasetReader:
    """Reads the dataset in a store that does not change meanwhile. Foreign graphs beside it are not seen.

    Links lead to pages of the entity types in ``page_folders``; ``None`` for all. Their paths are portable with ``portable_names``.

    Raises:
        StoreError: there is no dataset in the store.
    """

    def __init__(self, store: EmbeddedStore, page_folders: frozenset[str] | None = None, *, portable_names: bool = False) -> None:
        self._store = store
        self.description = fetch_description(store, DESCRIPTION_GRAPH)
        self._page_folders = frozenset(ENTITY_TYPES_BY_FOLDER) if page_folders is None else page_folders
        self.portable_names = portable_names
        self._dataset_graphs = extract_graphs(self.description)
        self._foreign_graphs = self._find_foreign_graphs()
        # Mostly there is one graph, and then the graph of each statement need not be looked at.
        is_single = len(self._dataset_graphs) == 1 and self._dataset_graphs[0] != FIGURE_GRAPHS_PREFIX
        self._single_graph = NamedNode(self._dataset_graphs[0]) if is_single else None
        self.cached_label = lru_cache(_CACHE_SIZE)(self._label)
        self.cached_values = lru_cache(_CACHE_SIZE)(self.values)

    def _find_foreign_graphs(self) -> frozenset[NamedNode | DefaultGraph]:
        """The graphs that are not the dataset's."""
        dataset_graphs = self._dataset_graphs
        is_default = is_in_default_graph(self.description)
        if not dataset_graphs and not is_default:
            raise StoreError(f"{self._store.location}: holds no dataset that 'pfocr2rdf load' loaded; load an export into it")
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
        return sort_pairs({(f"<{quad.predicate.value}>", _term_text(quad.object)) for quad in self.quads(subject)})

    def find_resource(self, subject: str) -> Resource | None:
        """A resource, if there are statements about it."""
        pairs = self.pairs(subject)
        return Resource(subject, pairs) if pairs else None

    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        """The resources that have this value, in the order of their IRIs."""
        if self._single_graph is None:
            return [Resource(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]
        # One query for all of them is four times quicker than a look-up for each.
        rows = self._store.select(f"SELECT ?s ?p ?o {{ ?s {predicate} {value} ; ?p ?o }}", default_graph=self._single_graph)
        return _group_by_subject((row["s"], row["p"], row["o"]) for row in rows)

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property of a resource, sorted."""
        return sorted({_term_text(quad.object) for quad in self.quads(subject, predicate)})

    def query_rows(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT query on the dataset, with the lexical forms of values."""
        is_union = FIGURE_GRAPHS_PREFIX in self._dataset_graphs
        graphs: list[NamedNode | BlankNode | DefaultGraph] = [*map(NamedNode, self._dataset_graphs)] or [DefaultGraph()]
        rows = self._store.select(query, use_default_graph_as_union=is_union, default_graph=None if is_union else graphs)
        return [{name: term.value for name, term in row.items()} for row in rows]

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The resources that have this value, sorted."""
        iris = {quad.subject.value for quad in self.quads("", predicate, value) if isinstance(quad.subject, NamedNode)}
        return [f"<{iri}>" for iri in sorted(iris)]

    def is_instance_of(self, subject: str, cls: str) -> bool:
        """Whether a resource is an instance of a class."""
        return cls in self.cached_values(subject, RDF_TYPE)

    def graph_resources(self, name: str) -> list[Resource]:
        """The resources of a small named graph, in the order of their IRIs."""
        quads = self._store.quads(None, None, None, NamedNode(name))
        return _group_by_subject((quad.subject, quad.predicate, quad.object) for quad in quads)

    def _label(self, subject: str) -> PredicateObject | None:
        for predicate in LABEL_PREDICATES:
            if labels := self.values(subject, predicate):
                return predicate, labels[0]
        return None

    def display_name(self, subject: str) -> str:
        """The label of a resource; the end of its IRI if it has none. A word that OCR read in place of a name is marked as such."""
        label = self.cached_label(subject)
        text = lexical_form(label[1]).strip() if label else ""
        if label and text and label[0] == _ALT_LABEL:
            return f"{text} (read by OCR)"
        return text or subject[1:-1].rpartition("/")[2].rpartition("#")[2] or subject[1:-1]

    def image_origin(self) -> str:
        """The origin of the picture of the first figure; ``""`` if there is none that pages can embed."""
        image = next((quad.object for quad in self.quads("", _IMAGE) if isinstance(quad.object, NamedNode)), None)
        return url_origin(image.value) if image else ""

    def publication_year(self, figure: str) -> str:
        """The year in which a figure was published; ``""`` if it is not known."""
        years = [lexical_form(year) for paper in self.cached_values(figure, CITED_IN) for year in self.cached_values(paper, ISSUED)]
        return ", ".join(dict.fromkeys(years))

    def page_address(self, iri: str, entity_type: EntityType) -> PageAddress | None:
        """The address of a resource's pages; ``None`` if the IRI is not one of the entity type, or its name can be no path."""
        return address_from_iri(iri, entity_type, has_portable_path=self.portable_names)

    def page_url(self, subject: str, entity_type: EntityType | str) -> str:
        """The URL of a resource's page, relative to the root; its IRI if it has none."""
        entity_type = ENTITY_TYPES_BY_NAME[entity_type] if isinstance(entity_type, str) else entity_type
        address = self.page_address(subject[1:-1], entity_type) if entity_type.folder in self._page_folders else None
        return address.url(HTML) if address else subject[1:-1]


def read_release_name(reader: DatasetReader) -> str:
    """The version of the release, or else its date; ``""`` if it has neither."""
    values = {
        predicate: lexical_form(value)
        for resource in reader.graph_resources(DESCRIPTION_GRAPH)
        if resource.subject == iri_term(DATASET_IRI)
        for predicate, value in sorted(resource.pairs)
    }
    return values.get(DESCRIPTION_PREFIXES.expand_term("pav:version")) or values.get(ISSUED, "")


def _iri_node(term: str) -> NamedNode | None:
    return NamedNode(term[1:-1]) if term else None


def _object_node(term: str) -> NamedNode | pyoxigraph.Literal | None:
    return pyoxigraph.Literal(lexical_form(term)) if term.startswith('"') else _iri_node(term)


def _group_by_subject(triples: Iterable[tuple[_Term, _Term, _Term]]) -> list[Resource]:
    """The resources of triples, in the order of their IRIs."""
    pairs_by_subject: dict[str, set[PredicateObject]] = {}
    for subject, predicate, value in triples:
        pairs_by_subject.setdefault(_term_text(subject), set()).add((_term_text(predicate), _term_text(value)))
    return [Resource(subject, sort_pairs(pairs_by_subject[subject])) for subject in sorted(pairs_by_subject, key=lambda term: term[1:-1])]


def _term_text(value: _Term) -> str:
    """A term as N-Triples text, with the escapes of this package."""
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    text = str(value)
    if isinstance(value, pyoxigraph.Literal) and "\\" in text:  # the library escapes other characters
        return literal(value.value) + text[text.rindex('"') + 1 :]
    return text
