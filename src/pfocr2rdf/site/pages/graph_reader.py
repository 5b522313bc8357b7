"""What an embedded store says of one thing after another, term by term: nothing is asked that grows with the store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from pfocr2rdf.errors import StoreError
from pfocr2rdf.pipeline.dataset_description import DESCRIBING
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.rdf.ordering import ordered
from pfocr2rdf.rdf.terms import TYPE, Node, Pair, lexical, literal, ref, term
from pfocr2rdf.site.pages.urls import BY_FOLDER, BY_NAME, HTML, Kind, place_of
from pfocr2rdf.stores.description import description_in, graphs_of, in_default_graph
from pfocr2rdf.stores.embedded import Local, mapped, refuse_no_store
from pfocr2rdf.stores.graph_layout import FIGURES


def release_of(reader: Reader) -> str:
    """The name of the release, or its date; ``""`` where it has neither."""
    values = {pair for node in reader.graph(DESCRIPTION) if node.subject == ref(DATASET) for pair in node.pairs}
    said = {predicate: lexical(value) for predicate, value in sorted(values)}
    return said.get(ref(f"{DESCRIBING['pav']}version")) or said.get(term("dcterms:issued"), "")


DESCRIPTION = f"{DATASET}/description"
"""The graph of what describes the dataset, which is also the name of the description."""

LABELS = tuple(map(term, ("dcterms:title", "rdfs:label", "skos:prefLabel", "schema:name")))
"""The properties that say what a thing is called, the first one that there is."""

_KNOWN = 100_000  # things that many pages name


class Reader(Local):
    """The dataset in an embedded store, which nobody changes meanwhile. What other people keep beside it is not seen.

    Args:
        path: the folder of the store.
        pages: the folders of the kinds of things that have pages; ``None`` for all.
        guarded: whether the caller keeps writers away.

    Raises:
        StoreError: there is no store, or no dataset in it, or another program changes it.
    """

    def __init__(self, path: Path, pages: frozenset[str] | None = None, *, guarded: bool = False) -> None:
        refuse_no_store(path)
        super().__init__(path, guarded=guarded)
        self.description = description_in(self, DESCRIPTION)
        self._pages = frozenset(BY_FOLDER) if pages is None else pages
        self._ours = graphs_of(self.description)
        self._others = self._foreign()
        # Mostly there is one graph, and asking it saves a look at the graph of each statement.
        self._only = NamedNode(self._ours[0]) if len(self._ours) == 1 and self._ours[0] != FIGURES else None
        self.label = lru_cache(_KNOWN)(self._label)
        self.known = lru_cache(_KNOWN)(self.values)

    def _foreign(self) -> frozenset[NamedNode | DefaultGraph]:
        """The graphs that are not the dataset's."""
        ours = self._ours
        default = in_default_graph(self.description)
        if not ours and not default:
            self.close()
            raise StoreError(f"{self.place}: holds no dataset that 'pfocr2rdf load' loaded; load an export into it")
        names = [name for name in self.graphs() if name not in ours and not (FIGURES in ours and name.startswith(FIGURES))]
        return frozenset([*map(NamedNode, names), *([] if default else [DefaultGraph()])])

    def quads(self, subject: str = "", predicate: str = "", value: str = "") -> Iterator[Quad]:
        """The statements with these terms, each as N-Triples writes it; ``""`` for any. One in two graphs comes twice.

        A literal that is asked for is plain text.
        """
        with mapped(self._path):
            for quad in self._store.quads_for_pattern(_node(subject), _node(predicate), _value(value), self._only):
                if self._only or quad.graph_name not in self._others:
                    yield quad

    def pairs(self, subject: str) -> tuple[Pair, ...]:
        """All that is said of a thing, in the order in which it is written; nothing where it is not known."""
        return ordered({(f"<{quad.predicate.value}>", _text(quad.object)) for quad in self.quads(subject)})

    def node(self, subject: str) -> Node | None:
        """The same as a node, if there is one."""
        pairs = self.pairs(subject)
        return Node(subject, pairs) if pairs else None

    def nodes(self, predicate: str, value: str) -> list[Node]:
        """All things that have this value, with all that is said of them, in the order of their IRIs."""
        if self._only is None:
            return [Node(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]
        # One query for them all is four times quicker than a look-up for each.
        said: dict[str, set[Pair]] = {}
        with mapped(self._path):
            found = self._store.query(f"SELECT ?s ?p ?o {{ ?s {predicate} {value} ; ?p ?o }}", default_graph=self._only)
            assert isinstance(found, pyoxigraph.QuerySolutions)  # only SELECT is asked here  # noqa: S101
            for subject, name, term in found:
                said.setdefault(_text(subject), set()).add((_text(name), _text(term)))
        return [Node(subject, ordered(said[subject])) for subject in sorted(said, key=lambda one: one[1:-1])]

    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property, sorted."""
        return sorted({_text(quad.object) for quad in self.quads(subject, predicate)})

    def rows(self, query: str) -> list[dict[str, str]]:
        """The answer to a query about the dataset, each value without its datatype."""
        union = FIGURES in self._ours
        ours: list[NamedNode | BlankNode | DefaultGraph] = [*map(NamedNode, self._ours)] or [DefaultGraph()]
        with mapped(self._path):
            found = self._store.query(query, use_default_graph_as_union=union, default_graph=None if union else ours)
            assert isinstance(found, pyoxigraph.QuerySolutions)  # only SELECT is asked here  # noqa: S101
            names = [variable.value for variable in found.variables]
            return [{name: row[name].value for name in names if row[name] is not None} for row in found]

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The things that have this value, sorted."""
        found = {quad.subject.value for quad in self.quads("", predicate, value) if isinstance(quad.subject, NamedNode)}
        return [f"<{iri}>" for iri in sorted(found)]

    def is_a(self, subject: str, cls: str) -> bool:
        """Whether a thing is of a class."""
        return cls in self.known(subject, TYPE)

    def graph(self, name: str) -> list[Node]:
        """A small named graph, as nodes in the order of their subjects."""
        said: dict[str, set[Pair]] = {}
        with mapped(self._path):
            for quad in self._store.quads_for_pattern(None, None, None, NamedNode(name)):
                said.setdefault(_text(quad.subject), set()).add((f"<{quad.predicate.value}>", _text(quad.object)))
        return [Node(subject, ordered(pairs)) for subject, pairs in sorted(said.items())]

    def _label(self, subject: str) -> Pair | None:
        """What people call a thing, and the property that says so."""
        for predicate in LABELS:
            if found := self.values(subject, predicate):
                return predicate, found[0]
        return None

    def name(self, subject: str) -> str:
        """What people call a thing; the end of its IRI where nobody calls it anything."""
        found = self.label(subject)
        return (lexical(found[1]).strip() if found else "") or subject[1:-1].rpartition("/")[2].rpartition("#")[2] or subject[1:-1]

    def url(self, subject: str, kind: Kind | str) -> str:
        """The page of a thing, relative to the root; its IRI where it has none.

        Args:
            subject: the thing.
            kind: its kind, or the name of it.
        """
        kind = BY_NAME[kind] if isinstance(kind, str) else kind
        place = place_of(subject[1:-1], kind) if kind.folder in self._pages else None
        return place.url(HTML) if place else subject[1:-1]


def _node(text: str) -> NamedNode | None:
    return NamedNode(text[1:-1]) if text else None


def _value(text: str) -> NamedNode | pyoxigraph.Literal | None:
    return pyoxigraph.Literal(lexical(text)) if text.startswith('"') else _node(text)


def _text(value: NamedNode | BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> str:
    """A term as the writers of this package take it."""
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    text = str(value)
    if isinstance(value, pyoxigraph.Literal) and "\\" in text:  # the library escapes in a way of its own
        return literal(value.value) + text[text.rindex('"') + 1 :]
    return text
