"""The check of records that were made from a graph: whether an export of them gives the statements of this graph again."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping

from pfocr2rdf.derived.nodes import FigureNodes, Node, expand_id
from pfocr2rdf.derived.records.facts import GraphFacts
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.mapping.names import count_words
from pfocr2rdf.pipeline.descriptions import DescriptionEncoder, list_keys
from pfocr2rdf.pipeline.entities import EntityStore, Origin
from pfocr2rdf.pipeline.merged_entities import MergedEntities
from pfocr2rdf.pipeline.words import WORD_GROUP, WordCounts
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PROPERTIES
from pfocr2rdf.records.documents import extract_front_matter
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import SCHEMA_RANK, parse_document, parse_record
from pfocr2rdf.records.side_files import parse_table_name
from pfocr2rdf.records.tables import SideTable

_CURIES = {"type": "rdf:type", **{row.jsonld_key: row.name for row in PROPERTIES}}
_REFUSED = "statements about entities of figures that cannot be written as records"


class RecordCheck:
    """Reads each record as an export does, and compares its statements with those of the graph; at the end, those of entities.

    Args:
        database: an empty one, for the descriptions of entities.
        facts: the entities of the graph, which are removed at the end.
        image_url: the template of the URLs of pictures.
    """

    def __init__(self, database: sqlite3.Connection, facts: GraphFacts, image_url: str) -> None:
        self._facts, self._image_url = facts, image_url
        self._entities, self._words = EntityStore(database), WordCounts(database)
        self._encoder, self._serializer = DescriptionEncoder(), JsonLdSerializer()
        self._figures = 0
        self._refused: set[str] = set()  # the entities that refused figures refer to, and those that these refer to
        self.differences: Counter[str] = Counter()  # the number of statements, by sentence

    def add(self, nodes: FigureNodes, files: Mapping[str, bytes]) -> None:
        """Check a record by its files, of which the page is the first; ``RecordError`` where an export would refuse it."""
        figure = _read_record(files)._replace(image_url=self._image_url)
        graph = build_figure_graph(figure)
        expected = [nodes.figure, *nodes.mentions]
        text = self._serializer.serialize_figure(graph.figure, graph.mentions, "")
        if (actual := json.loads(f"[{text}]")) != expected:
            self._compare(expected, actual)
        keys = self._encoder.encode_keys(graph.entities.values())
        self._entities.add_descriptions(self._encoder.take_new())
        origin = Origin(SCHEMA_RANK[graph.schema_version], graph.figid, self._figures)
        self._entities.assert_given_by(list_keys(keys), origin)
        self._words.add({f"{WORD_GROUP}{curie} {word}": count for (curie, word), count in count_words(figure.mentions).items()})
        self._figures += 1

    def refuse(self, nodes: FigureNodes) -> None:
        """Take note of a figure without a record: its statements, also those about its entities, are no differences of records."""
        pending: list[Node] = [nodes.figure, *nodes.mentions]
        while pending:
            for content in pending.pop().values():
                for identifier in content if type(content) is list else [content]:
                    if type(identifier) is str and identifier not in self._refused and (entity := self._facts.find(identifier)):
                        self._refused.add(identifier)
                        pending.append(entity)

    def finish(self) -> None:
        """Check the entities, after all records."""
        for merged in MergedEntities(self._entities, self._words, lambda _resources, _source: ()):
            actual = json.loads(self._serializer.serialize_resources([merged.resource], ""))
            expected = self._facts.pop(actual["id"])
            if actual != expected:
                self._compare([expected] if expected else [], [actual])
        for node in self._facts.iter_nodes():
            self._compare([node], [])

    def _compare(self, expected: Iterable[Node], actual: Iterable[Node]) -> None:
        statements, others = (Counter(_iter_statements(nodes)) for nodes in (expected, actual))
        for subject, term, _ in (statements - others).elements():
            is_refused = subject in self._refused
            self.differences[_REFUSED if is_refused else f"{term}: no record can have this statement"] += 1
        for _, term, _ in (others - statements).elements():
            self.differences[f"{term}: an export of the records adds this statement"] += 1


def _read_record(files: Mapping[str, bytes]) -> FigureRecord:
    page, *tables = files.items()
    raw, data = parse_document(extract_front_matter(page[1]), page[0])
    side_tables = {}
    for path, content in tables:
        name = path.rpartition("/")[2]
        if table := parse_table_name(name):
            side_tables[table.kind] = SideTable(name, content)
    return parse_record(raw._replace(tables=side_tables), data)


def _iter_statements(nodes: Iterable[Node]) -> Iterable[tuple[str, str, str]]:
    for node in nodes:
        for term, content in node.items():
            if term != "id":
                name = _CURIES.get(term) or DEFAULT_PREFIXES.compress(expand_id(term)) or expand_id(term)
                for item in content if type(content) is list else [content]:
                    yield node["id"], name, json.dumps(item, sort_keys=True)
