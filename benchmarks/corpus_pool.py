"""What records are drawn from: rows and texts of the shared real data, and invented ones."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
GENES = 11_300  # invented genes, beside about 2,700 real ones

SOURCES = {  # lexicon names of the two generations
    "hgnc_symbol": "ncbigene_symbol",
    "hgnc_alias_symbol": "ncbigene_synonym",
    "hgnc_prev_symbol": "ncbigene_synonym",
    "bioentities_symbol": "famplex_relations",
}
HUMAN = ("9606", "Homo sapiens", "Primates")
SUBJECTS = ("The pathway", "Loss of the receptor", "A kinase cascade", "β-oxidation", "Crosstalk: stress", "TGF-β/SMAD")
VERBS = ("activates", "represses", "(dashed line) feeds into", "is upstream of", "converges with", "phosphorylates")
OBJECTS = (
    "cell-cycle arrest",
    "apoptosis; see text",
    "NF-κB  signaling",
    "glucose uptake",
    "immune response",
    "'late' genes",
)


class Gene(NamedTuple):
    """One gene row, in words that both generations can be written from (`source` as in 2021)."""

    word: str
    match: str
    source: str
    symbol: str
    id: str
    organism: tuple[str, str, str]


class Term(NamedTuple):
    """One chemical or disease row; `xref` is the ChEBI or DOID number's CURIE."""

    word: str
    mesh: str = "NA"
    match: str = "NA"
    name: str = "NA"
    xref: str = "NA"


class Pool(NamedTuple):
    """What records are drawn from. A gene group is one word with every gene that it stands for."""

    human: list[list[Gene]]
    all_species: list[list[Gene]]
    chemicals: list[Term]
    diseases: list[Term]
    texts: list[tuple[str, str, str]]  # figure title, caption, paper title


def invented_gene(k: int) -> Gene:
    """Gene number `k`; six in a row share a stem and make a family."""
    stem, digits = "", k // 6 + 20 * 20
    while digits:
        digits, letter = divmod(digits, 20)
        stem += "BCDFGHJKLMNPQRSTVWXZ"[letter]
    symbol = f"{stem}{k % 6 + 1}"
    return Gene(symbol, symbol, "hgnc_symbol", symbol, str(900_000_000 + k), HUMAN)


def invented_group(rng: random.Random) -> list[Gene]:
    """A word and its genes: common genes far more often than rare ones, one group in five a family."""
    gene = invented_gene(int(GENES * rng.random() ** 14))
    if rng.random() < 0.2:
        first, stem = int(gene.id) - 900_000_000, gene.symbol[:-1]
        members = range(first // 6 * 6, min(first // 6 * 6 + 6, GENES))
        return [invented_gene(k)._replace(word=stem, match=stem, source="bioentities_symbol") for k in members]
    if rng.random() < 0.3:
        alias = f"p{int(gene.id) % 991 + 10}"
        return [gene._replace(word=alias, match=alias.upper(), source="hgnc_alias_symbol")]
    return [gene]


def invented_pool() -> Pool:
    """A pool without real data: `human` stays empty, and every group is invented as it is needed."""
    chemicals = [Term(f"{k % 9}-made{k} acid", f"C{k}") for k in range(700_000, 700_300)]
    chemicals += [Term(f"Madein {k}", f"D{k}", f"Madein {k}", f"madein {k}", f"chebi:{k}") for k in range(900_000, 900_300)]
    chemicals += [Term("NO", "D009569", "Nitric Oxide", "nitric oxide", "chebi:16480")]
    diseases = [Term(f"disease {k}", f"D{k}", f"Disease {k}", f"disease {k}", f"doid:{k}") for k in range(800_000, 800_060)]
    diseases += [Term(f"swelling (type {k})") for k in range(30)]
    texts = []
    for k in range(400):
        rng = random.Random(k)
        titles = [f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}" for _ in range(rng.randrange(2, 18))]
        texts.append((titles[0], ". ".join(titles) + ".", f"{titles[1]}: example no. {k}."))
    return Pool([], [], chemicals, diseases, texts)


def grouped(genes: Iterable[Gene]) -> list[list[Gene]]:
    """Rows that say the same word for the same reason, together."""
    groups: dict[tuple[str, str, str], list[Gene]] = {}
    for gene in genes:
        groups.setdefault((gene.word, gene.source, gene.organism[0]), []).append(gene)
    return list(groups.values())


@lru_cache(maxsize=1)
def real_pool(source: Path) -> Pool:
    """The real rows and texts under `source`; diseases, rare there, with invented ones."""
    human: list[list[Gene]] = []
    chemicals: list[Term] = []
    texts: list[tuple[str, str, str]] = []
    for path in sorted((source / "corpus-gen1").glob("*.md")):
        record = next(iter(yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)))
        rows = (Gene(r["word"], r["symbol"], r["source"], r["hgnc_symbol"], r["entrez"], HUMAN) for r in record["genes"])
        human += grouped(rows)
        chemicals += [Term(row["word"], row["identifier"]) for row in record["chemicals"]]
        texts.append((record["figtitle"], record["caption"], record["papertitle"]))
    other_species: list[list[Gene]] = []
    tables = source / "real-gen2" / "_data"
    for path in sorted(tables.glob("*-genes.tsv")):
        other_species += grouped(side_gene(row) for row in side_rows(path))
    chemicals += 10 * side_terms(tables, "chemicals")
    diseases = 5 * side_terms(tables, "diseases") + invented_pool().diseases
    return Pool(human, human + 10 * other_species, chemicals, diseases, texts)


def side_rows(path: Path) -> list[list[str]]:
    """The rows of one side table, without its header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def side_gene(row: list[str]) -> Gene:
    """One row of a real gene table."""
    source = next(old for old, new in SOURCES.items() if new == row[7])
    return Gene(row[3], row[4], source, row[5], row[6], (row[0], row[1], row[2]))


def side_terms(tables: Path, kind: str) -> list[Term]:
    """Every row of the real tables of one kind."""
    terms = [Term(*row) for path in sorted(tables.glob(f"*-{kind}.tsv")) for row in side_rows(path)]
    return [term._replace(mesh=term.mesh.removeprefix("mesh:")) for term in terms]
