"""The derived formats ``parquet`` and ``csv``, and ``tables`` for the first of them that is available."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, Node, expand_id, family_name, figid, iris, node_id, paper_name, values
from pfocr2rdf.derived.tables.csv_files import CsvWriter
from pfocr2rdf.derived.tables.descriptors import DataFile, make_croissant, make_data_package
from pfocr2rdf.derived.tables.mention_rows import FigureCells, MentionBatch
from pfocr2rdf.derived.tables.parquet_files import ParquetWriter, is_available
from pfocr2rdf.derived.tables.rows import RowReader, iter_statements, make_statement, parse_canonical_integer
from pfocr2rdf.derived.tables.schema import (
    CHEMICALS,
    DISEASES,
    FAMILIES,
    FIGURES,
    GENES,
    MEMBERSHIPS,
    MENTIONS,
    ORGANISMS,
    PAPERS,
    STATEMENTS,
    TABLES,
    Cell,
    Cells,
    Row,
    Table,
)
from pfocr2rdf.derived.tables.writer import TableWriter
from pfocr2rdf.errors import MissingExtraError
from pfocr2rdf.storage.files import HashingWriter

FOLDER = "tables"
_TABLES_BY_CLASS = {
    "pfocr:Gene": GENES,
    "pfocr:Family": FAMILIES,
    "pfocr:Chemical": CHEMICALS,
    "pfocr:Disease": DISEASES,
    "pfocr:Paper": PAPERS,
    "pfocr:Organism": ORGANISMS,
}
_REFERENCED_TABLES = (FAMILIES, ORGANISMS, PAPERS)  # whose rows foreign keys name, also for entities that the graph does not describe

_WRITERS: dict[str, type[TableWriter]] = {"parquet": ParquetWriter, "csv": CsvWriter}


class Tables(DerivedFormat):
    """Writes ``tables/<table>.parquet`` or ``.csv``, or both, with ``datapackage.json`` and ``croissant.json``."""

    name = "tables"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary], names: Iterable[str] = (name,)) -> None:
        super().__init__(files, entities)
        self._writers = {table.name: [self._create(table, writer) for writer in _choose_writers(names)] for table in TABLES}
        self._rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self._readers = {table.name: RowReader(table) for table in TABLES}
        self._readers[GENES.name] = RowReader(GENES, ("memberOf",))
        self._readers[FIGURES.name] = RowReader(FIGURES, ("identifier", "citedIn", "mentions", "mentionsFamily"))
        self._shared_mentions: set[str] = set()
        self._mentions = MentionBatch(entities, self._shared_mentions)
        self._described: dict[str, set[str]] = {table.name: set() for table in _REFERENCED_TABLES}
        self._referenced: dict[str, set[str]] = {table.name: set() for table in _REFERENCED_TABLES}

    @classmethod
    def create(cls, files: OutputFiles, entities: Mapping[str, EntitySummary], names: Iterable[str]) -> Self:
        """Make the format, for one or several of its names."""
        return cls(files, entities, names)

    @classmethod
    def require_libraries(cls, name: str) -> None:
        """Raise ``MissingExtraError`` for Parquet without pyarrow."""
        if name == "parquet" and not is_available():
            raise MissingExtraError("the format parquet", "pyarrow", extra="tables")

    def add_entity(self, entity: Node) -> None:
        """Add the rows of an entity: one in the table of each of its classes."""
        statements: list[Row] = []
        identifier = node_id(entity)
        types = values(entity, "type")
        tables = [table for name, table in _TABLES_BY_CLASS.items() if name in types]
        for table in tables:
            self._add_entity_row(table, entity, statements)
        if not tables:
            statements.extend(iter_statements(entity, [term for term in entity if term != "id"]))
        if GENES in tables:
            families = iris(entity, "memberOf")
            self._add(MEMBERSHIPS, [(identifier, family_name(family)) for family in families])
            self._referenced[FAMILIES.name].update(families)
            self._referenced[ORGANISMS.name].update(iris(entity, "organism")[:1])
        self._add_statements(statements)

    def add_figure(self, nodes: FigureNodes) -> None:
        """Add the rows of a figure and its mentions."""
        figure, statements = nodes.figure, list[Row]()
        paper = min(iris(figure, "citedIn"), default="")
        year = self.entities.get(paper, UNKNOWN_ENTITY).year
        cells = FigureCells(figid(figure), expand_id(node_id(figure)), paper_name(paper) if paper else None, parse_canonical_integer(year))
        computed: dict[str, Cell] = {**cells._asdict(), "aliases": [name for name in iris(figure, "identifier") if name != cells.figid]}
        self._add(FIGURES, [self._readers[FIGURES.name].read(figure, computed, statements)])
        plain_mentions = self._mentions.add(cells, nodes.mentions, statements)
        if len(self._mentions) >= MENTIONS.batch_rows:
            self._flush_mentions()
        known: dict[str, set[str]] = {
            "mentions": {mention["hasBody"] for mention in plain_mentions if "hasBody" in mention},
            "mentionsFamily": {mention["family"] for mention in plain_mentions if "family" in mention},
            "citedIn": {paper} - {""},
        }
        for term, objects in known.items():
            statements.extend(make_statement(figure, term, other) for other in iris(figure, term) if other not in objects)
        for table, objects in ((FAMILIES, known["mentionsFamily"]), (PAPERS, known["citedIn"])):
            self._referenced[table.name] |= objects - self._described[table.name]
        self._add_statements(statements)

    def finish(self) -> None:
        """Write rows for entities that the graph does not describe, since foreign keys need them, what is left, and the descriptors."""
        for table in _REFERENCED_TABLES:
            for identifier in sorted(self._referenced[table.name] - self._described[table.name]):
                self._add_entity_row(table, {"id": identifier}, [])
        self._flush_mentions()
        for table in TABLES:
            self._flush(table)
        data_files = [DataFile(writer.table, writer.media_type, writer.close()) for writers in self._writers.values() for writer in writers]
        for file_name, content in (("datapackage.json", make_data_package(data_files)), ("croissant.json", make_croissant(data_files))):
            self.files.create(f"{FOLDER}/{file_name}").write((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())

    def _create(self, table: Table, writer: type[TableWriter]) -> TableWriter:
        file = HashingWriter(self.files.create(f"{FOLDER}/{table.name}{writer.suffix}"))
        return self.files.keep(writer(table, file, self.warn))

    def _add_entity_row(self, table: Table, entity: Node, statements: list[Row]) -> None:
        identifier = node_id(entity)
        cells: dict[str, Cell] = {"identifier": identifier, "entity": expand_id(identifier)}
        self._add(table, [self._readers[table.name].read(entity, cells, statements)])
        if table in _REFERENCED_TABLES:
            self._described[table.name].add(identifier)

    def _add_statements(self, statements: list[Row]) -> None:
        """Add rows of ``STATEMENTS``, without those that two tables leave out."""
        if statements:
            self._add(STATEMENTS, sorted(set(statements), key=repr))

    def _add(self, table: Table, rows: Iterable[Row]) -> None:
        self._rows[table.name].extend(rows)
        if len(self._rows[table.name]) >= table.batch_rows:
            self._flush(table)

    def _flush(self, table: Table) -> None:
        rows, self._rows[table.name] = self._rows[table.name], []
        if rows:
            self._write(table, list(zip(*rows, strict=True)))

    def _flush_mentions(self) -> None:
        mentions, self._mentions = self._mentions, MentionBatch(self.entities, self._shared_mentions)
        if len(mentions):
            self._write(MENTIONS, mentions.columns())

    def _write(self, table: Table, columns: Sequence[Cells]) -> None:
        for writer in self._writers[table.name]:
            writer.write(columns)


def _choose_writers(names: Iterable[str]) -> list[type[TableWriter]]:
    """The writers; ``tables`` means Parquet where pyarrow is installed, and CSV elsewhere."""
    default = "parquet" if is_available() else "csv"
    return list(dict.fromkeys(_WRITERS[default if name == Tables.name else name] for name in names))
