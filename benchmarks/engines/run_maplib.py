"""The core statements by maplib, from the tables in the current folder; it is run in the engine's own environment."""

import sys
from pathlib import Path

import polars
from maplib import Model

SITE, IDENTIFIERS = "https://pfocr.wikipathways.org/", "https://identifiers.org/"


def iri(begin: str, column: str, name: str, end: str = "") -> polars.Expr:
    """A column of IRIs."""
    return polars.concat_str([polars.lit(begin), polars.col(column), polars.lit(end)]).alias(name)


FIGURE = iri(f"{SITE}figures/", "figid", "figure", ".html")
GENE = iri(f"{IDENTIFIERS}ncbigene/", "gene", "gene")
PAPER = iri(f"{IDENTIFIERS}pmc/", "pmcid", "paper")
FAMILY = iri(f"{SITE}families/", "family", "family")  # of letters that need no encoding in this data; the proof would tell
COLUMNS = {
    "figures": (FIGURE, "figid", "title", PAPER),
    "aliases": (FIGURE, "alias"),
    "mentions": (iri(f"{SITE}mentions/", "mention", "mention"), FIGURE, GENE, "word"),
    "genes": (GENE, polars.col("gene").alias("id"), "label"),
    "members": (GENE, FAMILY),
    "papers": (PAPER, "title", "year"),
}


def main(output: Path) -> None:
    """Map every table, and write N-Triples to the folder."""
    model = Model()
    model.add_template(Path("core.stottr").read_text(encoding="utf-8"))
    for name, columns in COLUMNS.items():
        table = polars.read_csv(f"{name}.csv", infer_schema=False)
        model.map(f"urn:map:{name}", table.select(*columns))
    output.mkdir()
    model.write(output / "core.nt", format="ntriples")


main(Path(sys.argv[1]))
