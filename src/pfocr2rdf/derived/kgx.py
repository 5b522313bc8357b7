"""KGX, the exchange format of the Biolink Model: nodes and edges as tab-separated values and as JSON Lines.

A ``biolink:mentions`` edge connects a figure with an entity that it mentions, as the statements ``pfocr:mentions`` and
``pfocr:mentionsFamily`` do. KGX merges edges with the same subject, predicate and object, so an edge lists its mentions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from json.encoder import encode_basestring
from typing import BinaryIO

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.biolink import (
    IN_TAXON,
    KNOWLEDGE_SOURCE,
    MEMBER_OF,
    MENTIONS,
    PART_OF,
    RELATED_TO_ORGANISM,
    RELATED_TO_PATHWAY,
    EdgeKind,
    biolink_curie,
    categories,
)
from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, Node, expand_id, figid, iris, node_id, parse_integer, value, values
from pfocr2rdf.derived.plain_text import replace_all_surrogates, to_plain_text

NODE_COLUMNS = (
    "id", "category", "name", "synonym", "xref", "equivalent_identifiers", "iri", "description", "keywords", "license",
    "year", "journal", "publisher_name", "citation",
    "figure_number", "figure_type", "image_url", "page_url", "pathway_score", "organism_names", "annotations",
)  # fmt: skip
"""The columns of nodes. The Biolink Model defines those of the first line, the others are ours."""

EDGE_COLUMNS = (
    "id", "subject", "predicate", "object", "category", "knowledge_level", "agent_type", "primary_knowledge_source",
    "publications", "evidence_count", "has_evidence", "supporting_text", "matched_via", "occurrences",
)  # fmt: skip
"""The columns of edges. The Biolink Model defines all but the last two."""

REPLACED_TEXT = "text with '|' or control characters, which KGX TSV cannot represent; replaced by '¦' and spaces"
REPLACED_SURROGATES = "figures and entities with lone surrogates, replaced in KGX JSON Lines"
MENTION_WITHOUT_EDGE = "mentions without an identifier, which have no edge in KGX"
UNDESCRIBED_ENTITY = "entities that the graph does not describe, without a name in KGX"
UNCLASSIFIED_ENTITY = "entities of a class that is not in the Biolink Model, biolink:NamedThing in KGX"
UNREADABLE_COUNT = "numbers of occurrences that are not integers of at most 18 digits, replaced by 0 in KGX"

_encode_json = json.JSONEncoder(ensure_ascii=False).encode
_NODE_INDEX = {column: index for index, column in enumerate(NODE_COLUMNS)}


class Kgx(DerivedFormat):
    """Writes ``kgx/nodes.tsv``, ``kgx/edges.tsv``, ``kgx/nodes.jsonl`` and ``kgx/edges.jsonl``."""

    name = "kgx"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        super().__init__(files, entities)
        self._node_table, self._edge_table = _create_table(files, "nodes", NODE_COLUMNS), _create_table(files, "edges", EDGE_COLUMNS)
        self._node_lines, self._edge_lines = files.create("kgx/nodes.jsonl"), files.create("kgx/edges.jsonl")
        self._curies: dict[str, str] = {}  # of the entities that have a node
        self._targets: set[str] = set()  # of edges from entities: families and organisms, which may come later
        self._rows: list[str] = []
        self._lines: list[str] = []

    def add_entity(self, entity: Node) -> None:
        """Write the node of an entity, and its edges to families and organisms."""
        identifier = node_id(entity)
        curie = biolink_curie(identifier)
        if not (node_categories := categories(entity)):
            return
        self._curies[identifier] = curie
        self._write_node(
            id=curie,
            category=node_categories,
            name=value(entity, "prefLabel") or value(entity, "label") or value(entity, "title"),
            synonym=sorted(values(entity, "altLabel")),
            xref=_curies(entity, "closeMatch"),
            equivalent_identifiers=_curies(entity, "exactMatch", "sameAs"),
            iri=expand_id(identifier),
            keywords=sorted(values(entity, "keyword")),
            year=value(entity, "issued"),
            journal=value(entity, "journal"),
            publisher_name=value(entity, "publisher"),
            citation=value(entity, "citation"),
        )
        for kind, term in ((MEMBER_OF, "memberOf"), (IN_TAXON, "organism")):
            for target in sorted(iris(entity, term)):
                self._targets.add(target)
                self._add_edge(kind, curie, biolink_curie(target))
        self._write_edges()

    def add_figure(self, nodes: FigureNodes) -> None:
        """Write the node of a figure and its edges."""
        figure = nodes.figure
        curie = biolink_curie(node_id(figure))
        self._write_node(
            id=curie,
            category=categories(figure),
            name=value(figure, "title"),
            synonym=sorted(set(values(figure, "identifier")) - {figid(figure)}),
            xref=_curies(figure, "seeAlso"),
            iri=expand_id(node_id(figure)),
            description=value(figure, "description"),
            license=value(figure, "license"),
            figure_number=value(figure, "figureNumber"),
            figure_type=value(figure, "figureType"),
            image_url=value(figure, "image"),
            page_url=value(figure, "page"),
            pathway_score=value(figure, "pathwayScore"),
            organism_names=sorted(values(figure, "organismName")),
            annotations=sorted(values(figure, "annotation")),
        )
        papers = sorted([self._entity_curie(paper) for paper in iris(figure, "citedIn")])
        for paper in papers:
            self._add_edge(PART_OF, curie, paper)
        for organism in sorted(iris(figure, "organism")):
            self._add_edge(RELATED_TO_ORGANISM, curie, self._entity_curie(organism))
        for pathway in sorted(iris(figure, "pathway")):
            self._add_edge(RELATED_TO_PATHWAY, curie, self._entity_curie(pathway))
        self._add_mentions(curie, papers, self._group_mentions(nodes.mentions))
        self._write_edges()

    def finish(self) -> None:
        """Write nodes for the families and organisms that have none."""
        for target in sorted(self._targets.difference(self._curies)):
            self._add_named_thing(target)

    def _group_mentions(self, mentions: list[Node]) -> dict[str, list[Node]]:
        """The mentions of each entity."""
        groups: dict[str, list[Node]] = {}
        for mention in mentions:
            body = mention.get("hasBody")
            entities = [body] if type(body) is str else iris(mention, "hasBody")
            if "family" in mention:
                entities = entities + iris(mention, "family")
            for entity in entities:
                if entity in groups:
                    groups[entity].append(mention)
                else:
                    groups[entity] = [mention]
            if not entities:
                self.warn(MENTION_WITHOUT_EDGE)
        return groups

    def _add_mentions(self, figure: str, papers: list[str], groups: Mapping[str, list[Node]]) -> None:
        """Add the edges of a figure to the entities that it mentions. Most edges of an export are written here."""
        constant_row, constant_line = _constants(MENTIONS)
        publications, publication_list = _join_curies(papers)
        row_end, line_end = f"{constant_row}\t{publications}", f'{constant_line}, "publications": {publication_list}, "evidence_count"'
        for entity, mentions in sorted(groups.items()):
            target = self._entity_curie(entity)
            first = mentions[0]
            word, way, number = first.get("word"), first.get("evidence"), first.get("occurrences")
            if len(mentions) == 1 and type(word) is str and type(way) is str and type(number) is str:  # quicker than the lists below
                ids, ways, occurrences = _mention_curie(first["id"]), way, 1 if number == "1" else self._count(number)
                id_list, way_list, word_list = f'["{ids}"]', f'["{way}"]', f"[{encode_basestring(word)}]"
                words = word if word.isprintable() and "|" not in word else self._clean(word)
            else:
                ids, id_list = _join_curies([_mention_curie(mention["id"]) for mention in mentions])
                ways, way_list = _join_curies({way for mention in mentions for way in iris(mention, "evidence")})
                texts = sorted({word for mention in mentions for word in values(mention, "word")})
                words, word_list = "|".join(map(self._clean, texts)), f"[{', '.join(map(encode_basestring, texts))}]"
                occurrences = sum([self._count(number) for mention in mentions for number in values(mention, "occurrences")])
            self._rows.append(
                f"{figure}-mentions-{target}\t{figure}\tbiolink:mentions\t{target}\t{row_end}\t{len(mentions)}\t{ids}\t{words}\t{ways}"
                f"\t{occurrences}\n"
            )
            self._lines.append(
                f'{{"id": "{figure}-mentions-{target}", "subject": "{figure}", "predicate": "biolink:mentions", "object": "{target}", '
                f'{line_end}: {len(mentions)}, "has_evidence": {id_list}, "supporting_text": {word_list}, "matched_via": {way_list}, '
                f'"occurrences": {occurrences}}}\n'
            )

    def _add_edge(self, kind: EdgeKind, subject: str, target: str) -> None:
        """Add an edge without evidence. CURIEs need no escapes."""
        predicate, (constant_row, constant_line) = kind.predicate, _constants(kind)
        identifier = f"{subject}-{predicate}-{target}"
        self._rows.append(f"{identifier}\t{subject}\tbiolink:{predicate}\t{target}\t{constant_row}\t\t\t\t\t\t\n")
        self._lines.append(
            f'{{"id": "{identifier}", "subject": "{subject}", "predicate": "biolink:{predicate}", "object": "{target}", {constant_line}}}\n'
        )

    def _write_edges(self) -> None:
        if self._rows:
            self._edge_table.write("".join(self._rows).encode())
            self._edge_lines.write(self._encode_lines("".join(self._lines)))
            self._rows.clear()
            self._lines.clear()

    def _entity_curie(self, entity: str) -> str:
        return self._curies.get(entity) or self._add_named_thing(entity)

    def _add_named_thing(self, entity: str) -> str:
        """Write a node for an entity that has none, since an edge needs both its nodes, and return its CURIE."""
        curie = self._curies[entity] = biolink_curie(entity)
        self.warn(UNCLASSIFIED_ENTITY if entity in self.entities else UNDESCRIBED_ENTITY)
        label = self.entities.get(entity, UNKNOWN_ENTITY).label
        self._write_node(id=curie, category=["biolink:NamedThing"], name=label, iri=expand_id(entity))
        return curie

    def _count(self, text: str) -> int:
        """A number of occurrences."""
        count = parse_integer(text)
        if count is None:
            self.warn(UNREADABLE_COUNT)
        return count or 0

    def _write_node(self, **columns: str | list[str]) -> None:
        cells = [""] * len(NODE_COLUMNS)
        filled = {column: cell for column, cell in columns.items() if cell}
        for column, cell in filled.items():
            cells[_NODE_INDEX[column]] = self._clean(cell) if type(cell) is str else "|".join(map(self._clean, cell))
        self._node_table.write(("\t".join(cells) + "\n").encode())
        self._node_lines.write(self._encode_lines(f"{_encode_json(filled)}\n"))

    def _clean(self, text: str) -> str:
        """Text for a cell of KGX TSV, which has no escapes."""
        if text.isprintable() and "|" not in text:
            return text
        plain_text, is_changed = to_plain_text(text)
        if is_changed or "|" in text:
            self.warn(REPLACED_TEXT)
        return plain_text.replace("|", "¦")

    def _encode_lines(self, lines: str) -> bytes:
        try:
            return lines.encode()
        except UnicodeEncodeError:
            self.warn(REPLACED_SURROGATES)
            return replace_all_surrogates(lines).encode()


def _create_table(files: OutputFiles, name: str, columns: Iterable[str]) -> BinaryIO:
    table = files.create(f"kgx/{name}.tsv")
    table.write("\t".join(columns).encode() + b"\n")
    return table


def _join_curies(curies: Iterable[str]) -> tuple[str, str]:
    """CURIEs, sorted, as a cell and as a JSON array. They need no escapes in either."""
    items = sorted(curies)
    return "|".join(items), _encode_json(items)


def _curies(node: Node, *terms: str) -> list[str]:
    """The values of terms as CURIEs, sorted."""
    return sorted([biolink_curie(item) for term in terms for item in iris(node, term)])


def _mention_curie(identifier: str) -> str:
    """The CURIE of a mention; the IRI of a mention of another program."""
    return f"pfocr.{identifier}" if identifier.startswith("mention:") else biolink_curie(identifier)


@cache
def _constants(kind: EdgeKind) -> tuple[str, str]:
    """What all edges of a kind have, as cells and as members of a JSON object."""
    columns = (kind.category, kind.knowledge_level, kind.agent_type, KNOWLEDGE_SOURCE)
    line = '"category": ["{}"], "knowledge_level": "{}", "agent_type": "{}", "primary_knowledge_source": "{}"'.format(*columns)
    return "\t".join(columns), line
