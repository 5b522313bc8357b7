"""The core statements by LinkML's dumper for rdflib, from the tables in the current folder; it is run in the engine's own environment."""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from linkml.generators.pythongen import PythonGenerator
from linkml_runtime.dumpers import rdflib_dumper
from linkml_runtime.utils.schemaview import SchemaView

SITE, IDENTIFIERS = "https://pfocr.wikipathways.org/", "https://identifiers.org/"
Row = dict[str, str | None]


def rows(name: str) -> list[Row]:
    """The rows of a table, without empty texts."""
    with Path(f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


def gathered(name: str, key: str, value: str) -> dict[Any, list[Any]]:
    """The values of one column by those of another, each once."""
    values_by_key: defaultdict[Any, dict[Any, None]] = defaultdict(dict)
    for row in rows(name):
        values_by_key[row[key]][row[value]] = None
    return {name: list(values) for name, values in values_by_key.items()}


def figure(row: Row) -> str:
    """The IRI of a row's figure."""
    return f"{SITE}figures/{row['figid']}.html"


def things(made: Any) -> Iterator[Any]:
    """The objects of all tables, by the classes of the schema."""
    aliases, genes, families = (
        gathered("aliases", "figid", "alias"),
        gathered("mentions", "figid", "gene"),
        gathered("members", "gene", "family"),
    )
    for row in rows("figures"):
        paper = f"{IDENTIFIERS}pmc/{row['pmcid']}" if row["pmcid"] else None
        names, mentioned = (
            [row["figid"], *aliases.get(row["figid"], ())],
            [f"{IDENTIFIERS}ncbigene/{name}" for name in genes.get(row["figid"], ())],
        )
        yield made.Figure(id=figure(row), identifiers=names, title=row["title"], paper=paper, genes=mentioned)
    for row in rows("mentions"):
        gene = f"{IDENTIFIERS}ncbigene/{row['gene']}"
        yield made.Mention(id=f"{SITE}mentions/{row['mention']}", target=figure(row), body=gene, word=row["word"])
    for row in rows("genes"):
        symbols = [f"{SITE}families/{name}" for name in families.get(row["gene"], ())]
        yield made.Gene(id=f"{IDENTIFIERS}ncbigene/{row['gene']}", number=row["gene"], label=row["label"], families=symbols)
    for row in rows("papers"):
        yield made.Paper(id=f"{IDENTIFIERS}pmc/{row['pmcid']}", title=row["title"], year=row["year"])


def main(output: Path) -> None:
    """Dump all objects, each by itself, and write N-Triples to the folder."""
    schema = Path("core.linkml.yaml").read_text(encoding="utf-8")
    view, made = SchemaView(schema), PythonGenerator(schema).compile_module()
    output.mkdir()
    with (output / "core.nt").open("w", encoding="utf-8") as file:
        for thing in things(made):
            file.write(rdflib_dumper.as_rdf_graph(thing, schemaview=view).serialize(format="nt"))


main(Path(sys.argv[1]))
