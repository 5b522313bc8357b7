"""What records need to know of the whole graph: its entities, and which of their names no row of a record gives by itself."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from pfocr2rdf.derived.nodes import FigureNodes, Node, expand_id, kind, node_id, parse_integer, value, values
from pfocr2rdf.derived.records.statements import OpenNode, as_list, expand_statements, put_texts, take_texts
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES

_TERMS_BY_KIND = {
    "gene": ("identifier", "label", "organism", "memberOf"),
    "family": ("prefLabel", "exactMatch", "closeMatch"),
    "chemical": ("identifier", "label", "altLabel", "closeMatch"),
    "disease": ("identifier", "label", "altLabel", "closeMatch"),
    "organism": ("identifier", "label"),
    "paper": (
        "title", "identifier", "citation", "issued", "doi", "sameAs", "journal", "journalAbbreviation", "publisher", "keyword",
    ),
    "pathway": ("identifier",),
}  # fmt: skip
_CLASSES = frozenset(
    ("pfocr:Gene", "wp:GeneProduct", "pfocr:Family", "pfocr:Chemical", "pfocr:Disease", "pfocr:Organism", "pfocr:Paper",
     "schema:ScholarlyArticle", "pfocr:Pathway")
)  # fmt: skip
_MATCH_TERMS, _MATCH_STARTS = ("exactMatch", "closeMatch"), ("fplx:", "chebi:", "doid:")  # of links that come from rows
_GENERATED_TERMS = frozenset(("mentions", "mentionsFamily", "citedIn", "organism", "pathway"))
"""The terms of figures whose objects their rows and fields describe."""

SOURCES_2021 = frozenset(("hgnc_symbol", "hgnc_alias_symbol", "hgnc_prev_symbol", "bioentities_symbol"))
"""The lexicons of records of 2021, whose genes are human."""

_MAX_VALUES = 200  # of entities that no figure refers to, in one block: a record may have 500 nodes
_TABLES = """
CREATE TABLE nodes (id TEXT PRIMARY KEY, node TEXT) WITHOUT ROWID;
CREATE TABLE words (id TEXT, word TEXT, count INTEGER, PRIMARY KEY (id, word)) WITHOUT ROWID;"""
_ADD_WORD = "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT (id, word) DO UPDATE SET count = count + excluded.count"


class Gene(NamedTuple):
    """A gene: its symbol and the CURIEs of its organisms."""

    label: str
    organisms: tuple[str, ...]


class _Names(NamedTuple):
    """The label, further names and second identifiers of a chemical or disease, and whether MeSH has a name for it."""

    label: str
    names: tuple[str, ...]
    xrefs: tuple[str, ...]
    is_in_mesh: bool


class EntityNames(NamedTuple):
    """The names and second identifiers of a chemical or disease, each of which one of its rows must have: it would be lost otherwise."""

    labels: Sequence[str]  # for rows without a match, whose name is the label
    names: Sequence[str]  # for rows with a match
    xrefs: Sequence[str]


class Rotation:
    """Picks from choices in turn: rows with the same key get the one that was picked least often."""

    def __init__(self) -> None:
        self._picked: Counter[tuple[str, str]] = Counter()  # how often by key and choice

    def pick(self, key: str, choices: Iterable[str]) -> str:
        """The first of the choices that were picked least often; ``""`` where there is none."""
        choice = min(choices, key=lambda choice: self._picked[key, choice], default="")
        if choice:
            self._picked[key, choice] += 1
        return choice


class GraphFacts:
    """The entities of a graph, and what all of its figures together say of them. Most of it is in a database.

    Args:
        database: an empty one.
        mesh_name: returns the name that MeSH gives the entity of an IRI, ``""`` for none.
    """

    def __init__(self, database: sqlite3.Connection, mesh_name: Callable[[str], str]) -> None:
        self._database, self._mesh_name = database, mesh_name
        database.executescript(_TABLES)
        self.genes: dict[str, Gene] = {}
        self.figures_by_gene: Counter[str] = Counter()  # how many organisms figures can give a gene of several
        self._older_genes: set[str] = set()  # those in figures of 2021, which all give the same organism
        self.taxa: dict[str, str] = {}
        self.jsonld_nodes: dict[str, OpenNode] = {}  # entities with the statements that only JSON-LD of records can have
        self._named: dict[str, _Names] = {}
        self._unexplained: dict[str, set[str]] = {}
        self._referenced: set[str] = set()
        self._undescribed: set[str] = set()
        self._memberships: dict[str, set[str]] = {}  # the families of genes that no mention gives
        self._unreferenced: list[str] = []  # the entities with JSON-LD that no figure refers to
        self.names: dict[str, EntityNames] = {}
        self.rotation = Rotation()

    def add_entity(self, entity: Node) -> None:
        """Add an entity."""
        identifier, entity_kind = node_id(entity), kind(entity)
        self._database.execute("INSERT OR IGNORE INTO nodes VALUES (?, ?)", (identifier, json.dumps(entity)))
        self._undescribed.add(identifier)
        if entity_kind == "gene":
            self.genes[identifier] = Gene(value(entity, "label"), tuple(values(entity, "organism")))
            if families := values(entity, "memberOf"):
                self._memberships[identifier] = set(families)
        elif entity_kind == "organism":
            self.taxa[identifier] = value(entity, "label")
        elif entity_kind in ("chemical", "disease"):
            label, names = value(entity, "label"), tuple(values(entity, "altLabel"))
            mesh_name = self._mesh_name(expand_id(identifier))
            self._named[identifier] = _Names(label, names, tuple(values(entity, "closeMatch")), bool(mesh_name))
            self._unexplained[identifier] = {*names, *(() if mesh_name == label else (label,))} - {""}
        rest = dict(entity)
        if types := [item for item in as_list(rest.pop("type", [])) if item not in _CLASSES]:
            rest["type"] = types
        for term in _TERMS_BY_KIND.get(entity_kind, ()):
            texts = take_texts(rest, term)
            if term in _MATCH_TERMS:
                put_texts(rest, term, [text for text in texts if not text.startswith(_MATCH_STARTS)])
        if len(rest) > 1:
            self.jsonld_nodes[identifier] = rest

    def add_figure(self, nodes: FigureNodes) -> None:
        """Add a figure, after all entities."""
        if self.jsonld_nodes:
            jsonld = {term: content for term, content in nodes.figure.items() if term not in _GENERATED_TERMS}
            self._referenced.update(identifier for identifier in iter_references(jsonld) if identifier in self.jsonld_nodes)
        words, genes = [], set[str]()
        for term in ("citedIn", "organism", "pathway"):
            self._undescribed.difference_update(values(nodes.figure, term))
        for mention in nodes.mentions:
            families = values(mention, "family")
            self._undescribed.difference_update(families)
            for body in values(mention, "hasBody"):
                self._undescribed.discard(body)
                if families and (memberships := self._memberships.get(body)):
                    memberships.difference_update(families)
                if unexplained := self._unexplained.get(body):
                    named = self._named[body]  # without a name by MeSH, only one match is kept, as the label
                    unexplained.difference_update(match for match in values(mention, "match") if named.is_in_mesh or match == named.label)
                    words.append((body, value(mention, "word"), parse_integer(value(mention, "occurrences")) or 1))
                if body in self.genes and len(self.genes[body].organisms) > 1:
                    genes.add(body)
        if genes and any(value(mention, "lexiconSource") in SOURCES_2021 for mention in nodes.mentions):
            self._older_genes |= genes
        else:
            self.figures_by_gene.update(genes)
        self._database.executemany(_ADD_WORD, words)

    def finish(self) -> None:
        """Conclude what only the JSON-LD and the names of rows can give, after all figures."""
        self.figures_by_gene.update(self._older_genes)
        for identifier, gene in self.genes.items():
            if identifier not in self._undescribed:
                self._undescribed.difference_update(gene.organisms)
        for identifier, families in self._memberships.items():
            if families and identifier not in self._undescribed:
                self.jsonld_nodes.setdefault(identifier, {"id": identifier})["memberOf"] = sorted(families)
        for identifier in sorted(self._undescribed):
            self.jsonld_nodes[identifier] = self.find(identifier) or {}
        self._undescribed, self._memberships = set(), {}
        referenced = self.list_reachable(self._referenced)
        self._unreferenced = [identifier for identifier in self.jsonld_nodes if identifier not in referenced]
        for identifier, (label, names, xrefs, is_in_mesh) in self._named.items():
            unexplained = self._unexplained[identifier]
            word = self._most_frequent_word(identifier) if unexplained else ""
            needed = [name for name in names if name in unexplained and name != word]
            labels = [label] if label in unexplained else []
            if is_in_mesh:  # MeSH's name is the label, so that each name in a record is a further one
                labels += needed
            if labels or needed or xrefs:
                self.names[identifier] = EntityNames(labels, needed, xrefs)
        self._named, self._unexplained = {}, {}

    def list_reachable(self, identifiers: Iterable[str]) -> dict[str, None]:
        """The entities with such statements among these, and those that they refer to, in the order in which they are reached."""
        reached: dict[str, None] = {}
        pending = [identifier for identifier in identifiers if identifier in self.jsonld_nodes]
        while pending:
            identifier = pending.pop(0)
            if identifier not in reached:
                reached[identifier] = None
                pending += [other for other in iter_references(self.jsonld_nodes[identifier]) if other in self.jsonld_nodes]
        return reached

    def take_unreferenced(self) -> list[str]:
        """Some of the entities that no figure refers to, as many as a block can describe; each is returned once."""
        values_left, taken = _MAX_VALUES, []
        while self._unreferenced and values_left > 0:
            taken.append(self._unreferenced.pop(0))
            values_left -= sum(len(as_list(content)) for content in self.jsonld_nodes[taken[-1]].values())
        return taken

    def _most_frequent_word(self, identifier: str) -> str:
        query = "SELECT word FROM words WHERE id = ? AND word <> '' ORDER BY count DESC, word LIMIT 1"
        row = self._database.execute(query, (identifier,)).fetchone()
        return row[0] if row else ""

    def find(self, identifier: str) -> OpenNode | None:
        """A copy of the node of an entity."""
        row = self._database.execute("SELECT node FROM nodes WHERE id = ?", (identifier,)).fetchone()
        return json.loads(row[0]) if row else None

    def pop(self, identifier: str) -> OpenNode | None:
        """Remove the node of an entity and return it."""
        node = self.find(identifier)
        self._database.execute("DELETE FROM nodes WHERE id = ?", (identifier,))
        return node

    def iter_nodes(self) -> Iterator[OpenNode]:
        """The nodes of all entities that were not removed."""
        return (json.loads(row[0]) for row in self._database.execute("SELECT node FROM nodes ORDER BY id"))


def iter_references(node: Node) -> Iterable[str]:
    """The identifiers of the nodes that a node refers to."""
    for items in expand_statements(dict(node)).values():
        for item in items:
            if "@id" in item:
                yield compact_id(item["@id"])


def compact_id(iri: str) -> str:
    """The CURIE of an IRI, as nodes have it."""
    return DEFAULT_PREFIXES.compress(iri) or iri
