"""The derived formats ``parquet`` and ``csv``, and ``tables`` for the first of them that is available."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, Node, expand_id, local_id, node_id, value, values
from pfocr2rdf.derived.tables.csv_files import CsvWriter
from pfocr2rdf.derived.tables.descriptors import DataFile, make_croissant, make_data_package
from pfocr2rdf.derived.tables.mention_rows import FigureCells, MentionBatch, entity_name
from pfocr2rdf.derived.tables.parquet_files import ParquetWriter, is_available
from pfocr2rdf.derived.tables.rows import RowReader, iter_statements, make_statement, to_integer
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
from pfocr2rdf.rdf.iris import is_figure_iri
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
        self._mentions = MentionBatch(entities)
        self._memberships: list[tuple[str, str]] = []  # until the names of all families are known

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
        tables = [_TABLES_BY_CLASS[name] for name in values(entity, "type") if name in _TABLES_BY_CLASS]
        for table in tables:
            cells: dict[str, Cell] = {"identifier": identifier, "entity": expand_id(identifier)}
            self._add(table, [self._readers[table.name].read(entity, cells, statements)])
        if not tables:
            statements.extend(iter_statements(entity, [term for term in entity if term != "id"]))
        self._memberships.extend((identifier, family) for family in values(entity, "memberOf"))
        self._add(STATEMENTS, dict.fromkeys(statements))  # without those that two tables leave out

    def add_figure(self, nodes: FigureNodes) -> None:
        """Add the rows of a figure and its mentions."""
        figure, statements = nodes.figure, list[Row]()
        iri, names = expand_id(node_id(figure)), sorted(values(figure, "identifier"))
        figid = next((name for name in names if is_figure_iri(iri, name)), names[0] if names else local_id(node_id(figure)))
        paper = value(figure, "citedIn")
        summary = self.entities.get(paper, UNKNOWN_ENTITY)
        cells = FigureCells(figid, iri, summary.identifier or local_id(paper) or None, to_integer(summary.year))
        computed: dict[str, Cell] = {**cells._asdict(), "aliases": [name for name in names if name != figid]}
        self._add(FIGURES, [self._readers[FIGURES.name].read(figure, computed, statements)])
        plain_mentions = self._mentions.add(cells, nodes.mentions, statements)
        if len(self._mentions) >= MENTIONS.batch_rows:
            self._flush_mentions()
        known: dict[str, set[str | None]] = {
            "mentions": {mention.get("hasBody") for mention in plain_mentions},
            "mentionsFamily": {mention.get("family") for mention in plain_mentions},
            "citedIn": {paper},
        }
        for term, objects in known.items():
            statements.extend(make_statement(figure, term, other) for other in values(figure, term) if other not in objects)
        self._add(STATEMENTS, statements)

    def finish(self) -> None:
        """Write the memberships, what is left of the other rows, and the descriptors."""
        for gene, family in self._memberships:
            name = entity_name(family, self.entities.get(family, UNKNOWN_ENTITY))
            self._add(MEMBERSHIPS, [(gene, name)])
        self._flush_mentions()
        for table in TABLES:
            self._flush(table)
        data_files = [DataFile(writer.table, writer.media_type, writer.close()) for writers in self._writers.values() for writer in writers]
        for file_name, content in (("datapackage.json", make_data_package(data_files)), ("croissant.json", make_croissant(data_files))):
            self.files.create(f"{FOLDER}/{file_name}").write((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())

    def _create(self, table: Table, writer: type[TableWriter]) -> TableWriter:
        file = HashingWriter(self.files.create(f"{FOLDER}/{table.name}{writer.suffix}"))
        return self.files.keep(writer(table, file, self.warn))

    def _add(self, table: Table, rows: Iterable[Row]) -> None:
        self._rows[table.name].extend(rows)
        if len(self._rows[table.name]) >= table.batch_rows:
            self._flush(table)

    def _flush(self, table: Table) -> None:
        rows, self._rows[table.name] = self._rows[table.name], []
        if rows:
            self._write(table, list(zip(*rows, strict=True)))

    def _flush_mentions(self) -> None:
        mentions, self._mentions = self._mentions, MentionBatch(self.entities)
        if len(mentions):
            self._write(MENTIONS, mentions.columns())

    def _write(self, table: Table, columns: Sequence[Cells]) -> None:
        for writer in self._writers[table.name]:
            writer.write(columns)


def _choose_writers(names: Iterable[str]) -> list[type[TableWriter]]:
    """The writers; ``tables`` means Parquet where pyarrow is installed, and CSV elsewhere."""
    default = "parquet" if is_available() else "csv"
    return list(dict.fromkeys(_WRITERS[default if name == Tables.name else name] for name in names))
