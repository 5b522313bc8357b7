"""Drawing figures from a pool.

How many rows a figure has, how often a word repeats, and how slowly new rows and genes keep turning up follow what was
counted on real figures, because caching and merging cost what they cost only then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.corpus_pool import Gene, Pool, Term, invented_group

# Counted on 602 real figures: distinct gene rows of a figure at 0 %, 5 %, ... 95 %, then 97 %, 98 %, 99 %, 100 %.
SPREAD = (0, 1, 1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22, 25, 28, 35, 47, 54, 63, 76, 187)
STEPS = (*(i / 20 for i in range(20)), 0.97, 0.98, 0.99, 1.0)
SPREAD_MEAN = 17.6  # the mean of that curve, with what whole groups add past the count drawn
REPEATS = 2.4  # an inline list says a row once per sighting of its word; a side table says it once
NOISY, RARE = 0.16, 0.2  # share of words that OCR spoils, share of invented genes among real ones

BEFORE = ("(", "→", "|", "p-", "\\", "*", "pro", "anti-")
AFTER = (")", ",", ".", "↓", "↑↑", "*", " ", "-P", ":", "'", "|T", "²⁺")
ODD_WORDS = (
    "NO",
    "ON",
    "010",
    "1_000",
    "12:30:45",
    "5E3",
    "- a",
    "#1",
    "Ca2+ ",
    "[Ca²*]i",
    "a: b",
    "HỌXA2",
    "~",
    '"ab"',
)
JOURNALS = (  # title, NLM abbreviation, publisher, DOI prefix, file stem
    ("Journal of Made Pathways", "J Made Pathw", "Example Press", "10.5555/jmp", "jmp"),
    ("Frontiers in Examples", "Front Ex", "Example Media S.A.", "10.5555/fex", "fex"),
    ("Annals of Signal & Noise: Part B", "Ann Signal Noise B", "Example & Sons", "10.5555/asn", "asn"),
    ("Invented Metabolism", "Invent Metab", "Made University Press", "10.5555/im", "im"),
)


class Paper(NamedTuple):
    """What the figures of one paper share."""

    pmcid: str
    generation: str
    stem: str
    fields: dict[str, str]


class Figure(NamedTuple):
    """Everything drawn for one figure, before it is written in its generation's layout."""

    paper: Paper
    figid: str
    place: int
    title: str
    caption: str
    genes: list[Gene]
    chemicals: list[Term]
    diseases: list[Term]
    rng: random.Random


def draw_group(groups: list[list[Gene]], rng: random.Random) -> list[Gene]:
    """A gene group; now and then a rare gene's, now and then with a word that OCR spoiled."""
    group = rng.choice(groups) if groups and rng.random() > RARE else invented_group(rng)
    if rng.random() > NOISY:
        return group
    word = group[0].word
    word = rng.choice(BEFORE) + word if rng.random() < 0.5 else word
    word = word + rng.choice(AFTER) if rng.random() < 0.5 else word.lower()
    word = rng.choice(ODD_WORDS) if rng.random() < 0.01 else word
    return [gene._replace(word=word) for gene in group]


def draw_count(mean: float, rng: random.Random) -> int:
    """How many different gene rows a figure has, on the real curve scaled to `mean`."""
    position = rng.random()
    i = next(i for i in range(len(STEPS) - 1) if position < STEPS[i + 1])
    share = (position - STEPS[i]) / (STEPS[i + 1] - STEPS[i])
    return round((SPREAD[i] + share * (SPREAD[i + 1] - SPREAD[i])) * mean / SPREAD_MEAN)


def draw_genes(pool: Pool, generation: str, rows: float, rng: random.Random) -> list[Gene]:
    """A figure's gene rows: each sighting of a word in 2021, each row once and by organism in 2023."""
    row_count = draw_count(rows / REPEATS, rng)
    genes = pool.human if generation == "2021" else pool.all_species
    groups, seen = [], set[Gene]()
    for _ in range(row_count):  # a bound: each turn adds a row, or meets a group again
        group = draw_group(genes, rng)
        if len(seen) >= row_count:
            break
        if group[0] not in seen:
            seen.update(group)
            groups.append(group)
    if generation == "2023":
        return sorted(seen, key=lambda gene: (gene.organism[1], *gene))
    left = round(len(seen) * (REPEATS - 1) * rng.uniform(0.4, 1.6))
    again = []
    while left > 0 and groups:
        again.append(rng.choice(groups))
        left -= len(again[-1])
    return [gene for group in groups + again for gene in group]


def draw_terms(pool: list[Term], share: float, max_count: int, rng: random.Random) -> list[Term]:
    """Chemicals or diseases: none for `1 - share` of the figures, else up to `most`."""
    return [rng.choice(pool) for _ in range(rng.randint(1, max_count))] if rng.random() < share else []


def draw_paper(number: int, generation: str, pool: Pool, rng: random.Random) -> Paper:
    """Paper number `place`; its number alone makes its PMC id, so that none comes twice."""
    year, volume, page = str(rng.randint(1998, 2025)), rng.randint(1, 60), rng.randint(1, 9999)
    title, short, publisher, doi, stem = rng.choice(JOURNALS)
    reftext = f"Ada B. Maker, et al. {short}. {year};{volume}:{page}."
    fields = {"papertitle": rng.choice(pool.texts)[2], "reftext": reftext, "year": year if rng.random() > 0.01 else ""}
    is_known = rng.random() < 0.6
    words = " | ".join(rng.sample(("signaling", "cancer", "β-catenin", "metabolism", "stress: heat", "review"), 4))
    gone = ".na.character"
    fields["doi"] = f"{doi}.{year}.{volume:02d}.{1_000_000 + number}" if is_known else gone
    fields["journal_title"], fields["journal_nlm_ta"] = (title, short) if is_known else (gone, gone)
    fields["publisher_name"] = publisher if is_known else gone
    fields["keywords"] = rng.choice((words, words, "")) if is_known else gone
    return Paper(f"PMC{1_000_000 + number}", generation, f"{stem}-{volume:02d}-{page:05d}", fields)


def figures(generation: str, seed: int, pool: Pool, rows: float) -> Iterator[Figure]:
    """Figures without end, about 1.2 a paper."""
    rng = random.Random(f"{generation}/{seed}")
    position = 0
    while True:
        age = rng.choice(("2021", "2023")) if generation == "mixed" else generation
        paper = draw_paper(position, age, pool, rng)
        for number in range(1, 1 + rng.choice((1,) * 17 + (2, 2, 3))):
            title, caption, _ = rng.choice(pool.texts)
            genes = draw_genes(pool, age, rows, rng)
            chemicals = draw_terms(pool.chemicals, 0.6, 9, rng)
            diseases = draw_terms(pool.diseases, 0.3, 4, rng)
            figid = f"{paper.pmcid}__{paper.stem}-g{number:03d}"
            yield Figure(paper, figid, number, title, caption, genes, chemicals, diseases, rng)
        position += 1
