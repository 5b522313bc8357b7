"""Graphs of figures with one or more faults, for every test of validation.

``small_graph`` gives graphs in which every class and property occurs; ``mutants`` puts one fault at a time into a graph:
a property dropped, given twice, of another datatype, an IRI for a literal, a reference to a resource of another class, and so on.
``compounds`` puts several into one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import yaml
from benchmarks.corpus import SHARED
from benchmarks.corpus import records as made_records

from pfocr2rdf.mapping.figure_graph import FigureGraph, build_figure_graph
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import CLASSES, PREFIXES
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import read_records

NO_SHARED = "the shared data (../shared/data) is not here"

INLINE = {
    "figid": "PMC1234567__made-01-g001",
    "figid_alias": "PMC1234567__F1",
    "figlink": "/pmc/articles/PMC1234567/figure/F1/",
    "number": "F1",
    "figtype": "Figure",
    "caption": 'A made caption: "quoted", C:\\path, β-catenin.',
    "pmcid": "PMC1234567",
    "papertitle": "A made paper.",
    "reftext": "Ada B. Maker, et al. J Made Pathw. 2020;1:1.",
    "pathway_score": "0.95",
    "filename": "made-01-g001.jpg",
    "figtitle": "A made figure",
    "year": "2020",
    "organisms": "Homo sapiens",
    "ndex": "01234567-deb4-11ea-99da-0ac135e8bacf",
    "wpid": "WP4659",
    "annotations": [{"type": "Pathway Ontology", "value": "signaling pathway"}],
    "schema-jsonld": {
        "@context": "https://schema.org/",
        "@id": "https://pfocr.wikipathways.org/figures/PMC1234567__made-01-g001.html",
        "@type": "Dataset",
        "description": "A made caption",
        "license": "CC0",
        "name": "CreativeWork",
        "creator": {"@type": "Organization", "name": "WikiPathways"},
        "keywords": ["STAT3", "aspirin"],
    },
    "genes": [
        {"word": "(STAT", "symbol": "STAT", "source": "bioentities_symbol", "hgnc_symbol": "STAT3", "entrez": "6774"},
        {"word": "p53", "symbol": "TP53", "source": "hgnc_alias_symbol", "hgnc_symbol": "TP53", "entrez": "7157"},
        {"word": "Notch", "symbol": "NOTCH", "source": "bioentities_symbol", "hgnc_symbol": "NOTCH1", "entrez": "4851"},
    ],
    "chemicals": [{"word": "aspirin", "source": "MESH", "identifier": "D001241"}],
    "diseases": [{"word": "swelling", "source": "NA", "identifier": "NA"}],
}
"""A record of 2021 that says all that such records can say."""

TABLED = {
    "figid": "PMC7654321__made-02-g002",
    "figtitle": "Another made figure",
    "organisms": ["Homo sapiens"],
    "organisms_ner": ["Mus musculus"],
    "pmcid": "PMC7654321",
    "filename": "made-02-g002.jpg",
    "figlink": "pmc/articles/PMC7654321/figure/F2",
    "number": "F2",
    "caption": "Another caption.",
    "papertitle": "Another made paper.",
    "reftext": "Ada B. Maker, et al. J Made Pathw. 2023;4:5.",
    "year": "2023",
    "doi": "10.5555/jmp.2023.04.7654321",
    "journal_title": "Journal of Made Pathways",
    "journal_nlm_ta": "J Made Pathw",
    "publisher_name": "Example Press",
    "keywords": "signaling | β-catenin",
    "automl_pathway": "0.5",
    "schema-jsonld": {"@context": "https://schema.org/", "@type": "Dataset", "name": "CreativeWork", "license": "CC0"},
}
TABLES = {
    "genes": [
        "organism_id organism_name organism_group word match ncbigene_symbol ncbigene_id source count_direct count_synonym count_match",
        "10090|Mus musculus|Rodents|Pik3|PI3K|Pik3ca|18706|famplex_relations|0|0|1",
    ],
    "chemicals": ["word mesh match name chebi", "NO|mesh:D009569|Nitric Oxide|nitrogen monoxide|chebi:16480"],
    "diseases": ["word mesh match name doid", "flu|mesh:D007251|Influenza, Human|influenza|doid:8469"],
}
"""A record of 2023 and its side tables: likewise."""


class Mutant(NamedTuple):
    """A graph with a fault in it, and the fault in words. The graph is made when it is asked for: there are many."""

    fault: str
    make: Callable[[], list[Resource]]


def write_record(folder: Path, record: dict[str, object], tables: dict[str, list[str]] | None = None) -> Path:
    """The record as a file of its own below the folder, laid out as in a checkout of PFOCR."""
    path = folder / "_figures" / f"{record['figid']}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{yaml.safe_dump(record, sort_keys=False, allow_unicode=True)}---\n", encoding="utf-8")
    for name, (header, *rows) in (tables or {}).items():
        table = folder / "_data" / f"{record['figid']}-{name}.tsv"
        table.parent.mkdir(exist_ok=True)
        lines = [header.replace(" ", "\t"), *(row.replace("|", "\t") for row in rows), ""]
        table.write_text("\n".join(lines), encoding="utf-8")
    return path


def ntriples(nodes: Iterable[Resource]) -> str:
    """The graph of these nodes."""
    return "".join(f"{node.subject} {predicate} {value} .\n" for node in nodes for predicate, value in node.pairs)


# -- graphs that conform ---------------------------------------------------------------------------------------------------


def lessened(record: FigureRecord) -> FigureRecord:
    """The record with one row of each sort: a graph that a slow engine can look at a thousand times."""
    rows = {(row.entity_type, bool(row.entity), bool(row.family), row.lexicon_source, bool(row.xref)): row for row in record.mentions}
    return record._replace(mentions=tuple(list(rows.values())[:4]))


@cache
def shared_records() -> tuple[FigureRecord, ...]:
    """The real records, or none where the shared data is not here."""
    folders = [SHARED / name for name in ("real-gen2", "seed", "corpus-gen1") if (SHARED / name).is_dir()]
    return tuple(read_records(*folders)) if folders else ()


@cache
def made_figures() -> tuple[FigureGraph, ...]:
    """The two records that say everything, then three of the corpus maker's, with few mentions."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_record(folder / "1", INLINE)
        write_record(folder / "2", TABLED, TABLES)
        for path, text in made_records(3, generation="mixed", seed=7, source=None):
            (folder / "3" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "3" / path).write_text(text, encoding="utf-8")
        records = list(read_records(folder))
    return (*map(build_figure_graph, records[:2]), *(build_figure_graph(lessened(record)) for record in records[2:]))


@cache
def complete() -> tuple[Resource, ...]:
    """One graph of the two records that say everything: every class and every property of the shapes occurs in it."""
    nodes: dict[str, Resource] = {}
    for graph in made_figures()[:2]:
        for node in graph.resources():
            existing = nodes.get(node.subject, node).pairs
            nodes[node.subject] = tidy(node.subject, (*existing, *node.pairs), node.pairs_interned)
    return tuple(nodes.values())


GRAPHS = (*(f"made-{number}" for number in range(5)), *(f"{age}-{number}" for age in ("2021", "2023") for number in range(4)))
"""The small graphs that faults are put into, by name; those named for a generation are of real records."""


def small_graph(name: str) -> list[Resource]:
    """One of ``GRAPHS``, or nothing where the shared data is not here."""
    schema, _, number = name.partition("-")
    if schema == "made":
        return made_figures()[int(number)].resources()
    records = [record for record in shared_records() if record.schema_version == schema and record.mentions]
    return build_figure_graph(lessened(records[int(number) * (len(records) // 4)])).resources() if records else []


# -- faults ----------------------------------------------------------------------------------------------------------------

_TEXTS = (
    "", " ", "x", "0", "7", "007", "-1", "12\n", "\n12", "12 ", " 12", "1\u0662", "\uff11\uff12", "1990", "19900", "x2020", "PMC0",
    "PMC12x", "WP12", "WP", "C123456", "CHEBI:7", "DOID:7", "d123", "10.1234/a", "10.1234/a b", "10.1/a", "11.1234/a", "<i>F1</i>",
    'say "a"\\b', "line\nbreak", "return\rtab\t", "e\u0301\u00e9", "\U0001d6fc", "\u2028", "x" * 300, '"^^<http://www.w3.org/2001/XMLSchema#decimal>',
)  # fmt: skip
_TYPED = (
    ("abc", "gYear"), ("2020", "gYear"), ("99", "gYear"), ("12020", "gYear"), ("-2020", "gYear"), ("2020Z", "gYear"), ("", "gYear"),
    ("2020", "integer"), ("1", "integer"), ("0", "integer"), ("-3", "integer"), ("007", "integer"), ("+3", "integer"), ("1.5", "integer"),
    ("one", "integer"), ("3\n", "integer"), ("9" * 40, "integer"), ("5", "int"), ("5", "nonNegativeInteger"), ("2020", "string"),
    ("high", "decimal"), ("", "decimal"), ("0.5", "decimal"), ("1", "decimal"), ("1.0", "decimal"), ("0", "decimal"), ("-0.0", "decimal"),
    ("1.0000000001", "decimal"), ("-0.1", "decimal"), ("1.1", "decimal"), ("5", "decimal"), (".5", "decimal"), ("1.", "decimal"),
    ("+0.5", "decimal"), (" 0.5", "decimal"), ("0.5\n", "decimal"), ("5e-1", "decimal"), ("0_5", "decimal"), ("NaN", "decimal"),
    ("0.5", "double"), ("2.5", "double"), ("NaN", "double"), ("INF", "double"), ("0.5", "float"), ("true", "boolean"),
    ("2020-01-01", "date"), ("x", "anyURI"), ("0.5", "string"),
)  # fmt: skip
_IRIS = (
    "urn:x", "https://example.org/", "http://example.org/", "https://identifiers.org/ncbigene/1", "https://identifiers.org/ncbigene/0",
    "https://identifiers.org/ncbigene/1x", "https://identifiers.org/ncbigene/", "https://identifiers.org/chebi/CHEBI:7",
    "https://identifiers.org/chebi/7", "https://identifiers.org/pmc/PMC1", "https://identifiers.org/pmc/1",
    "https://identifiers.org/wikipathways/WP1", "https://identifiers.org/wikipathways/4659", "https://identifiers.org/fplx/PI3K",
    "http://id.nlm.nih.gov/mesh/D1", "https://id.nlm.nih.gov/mesh/D1", "http://id.nlm.nih.gov/mesh/1", "http://purl.obolibrary.org/obo/DOID_7",
    "http://purl.obolibrary.org/obo/DOID_x", "http://purl.obolibrary.org/obo/NCBITaxon_9606", "http://purl.obolibrary.org/obo/NCBITaxon_0",
    "https://pfocr.wikipathways.org/figures/a.html", "https://pfocr.wikipathways.org/figures/a", "https://pfocr.wikipathways.org/figures/a/b.html",
    "https://pfocr.wikipathways.org/families/a", "https://pfocr.wikipathways.org/families/", "https://pfocr.wikipathways.org/families/\u03b1",
    "https://pfocr.wikipathways.org/mentions/" + "0" * 24, "https://pfocr.wikipathways.org/mentions/0", "https://doi.org/10.1234/a",
    "http://dx.doi.org/10.1234/a", "https://www.ndexbio.org/viewer/networks/01234567-deb4-11ea-99da-0ac135e8bacf",
    "https://www.ndexbio.org/viewer/networks/1", f"{PREFIXES['pfocr']}viaSymbol", f"{PREFIXES['pfocr']}viaNothing",
)  # fmt: skip
VALUES = (
    *map(literal, _TEXTS),
    *(literal(text, f"xsd:{name}") for text, name in _TYPED),
    '"x"@en', '"2020"@en-GB', '""@de', *map(iri_term, _IRIS),
)  # fmt: skip
"""What is put in the place of a value, or beside it."""

TYPES = (*(expand_term(row.name) for row in CLASSES), expand_term("oa:Annotation"), expand_term("wp:GeneProduct"), "<urn:Class>")


def tidy(subject: str, pairs: Iterable[PredicateObject], shared: tuple[PredicateObject, ...] = ()) -> Resource:
    """A node as the package makes them: types first, a property's values side by side, nothing twice; ``shared`` if it is still the end."""
    pairs = dict.fromkeys(pairs)
    ordered = tuple(pair for predicate in dict.fromkeys((RDF_TYPE, *(name for name, _ in pairs))) for pair in pairs if pair[0] == predicate)
    subject_pairs, tail = ordered[: len(ordered) - len(shared)], ordered[len(ordered) - len(shared) :]
    can_share = tail == shared and {predicate for predicate, _ in subject_pairs}.isdisjoint(predicate for predicate, _ in shared)
    return Resource(subject, subject_pairs, shared) if can_share else Resource(subject, ordered)


def changed(nodes: list[Resource], old: Resource, pairs: Iterable[PredicateObject]) -> list[Resource]:
    """The graph with other statements about one of its nodes."""
    return [tidy(old.subject, pairs, old.pairs_interned) if node is old else node for node in nodes]


def renamed(nodes: list[Resource], old: str, new: str, everywhere: bool) -> list[Resource]:
    """The graph with another name for one of its nodes: as subject only, or wherever it stands."""
    resources: dict[str, Resource] = {}
    for node in nodes:
        name = new if node.subject == old else node.subject
        values = {old: new} if everywhere else {}
        pairs = tuple((predicate, values.get(value, value)) for predicate, value in node.pairs)
        resources[name] = tidy(name, (*resources[name].pairs, *pairs) if name in resources else pairs, node.pairs_interned)
    return list(resources.values())


def faults_of_a_value(nodes: list[Resource], node: Resource, predicate: str) -> Iterator[Mutant]:
    """Faults in one property of one node."""
    description = f"{node.subject} {predicate}"
    other_pairs = [pair for pair in node.pairs if pair[0] != predicate]
    values = [value for key, value in node.pairs if key == predicate]
    yield Mutant(f"{description} dropped", partial(changed, nodes, node, other_pairs))
    for value in (*VALUES, *dict.fromkeys(key.subject for key in nodes)):
        new = [(predicate, value)]
        instead = [*other_pairs, *new, *((predicate, key) for key in values[1:])]
        yield Mutant(f"{description} {value} instead of {values[0]}", partial(changed, nodes, node, instead))
        yield Mutant(f"{description} {value} beside", partial(changed, nodes, node, [*node.pairs, *new]))
    if (value := values[0]).startswith("<"):
        yield Mutant(f"{description} as text", partial(changed, nodes, node, [*other_pairs, (predicate, literal(value[1:-1]))]))


def faults_of_a_node(nodes: list[Resource], node: Resource) -> Iterator[Mutant]:
    """Faults of a node as a whole."""
    subject, types = node.subject, [pair for pair in node.pairs if pair[0] == RDF_TYPE]
    untyped = [pair for pair in node.pairs if pair[0] != RDF_TYPE]
    yield Mutant(f"{subject} missing", partial(list, [other for other in nodes if other is not node]))
    yield Mutant(f"{subject} without type", partial(changed, nodes, node, untyped))
    yield Mutant(f"{subject} without a word", partial(changed, nodes, node, types))
    for name in TYPES:
        yield Mutant(f"{subject} a {name} too", partial(changed, nodes, node, [*types, (RDF_TYPE, name), *untyped]))
        yield Mutant(f"{subject} a {name} only", partial(changed, nodes, node, [(RDF_TYPE, name), *untyped]))
    for name in map(iri_term, _IRIS):
        if name != node.subject:
            yield Mutant(f"{subject} described as {name}", partial(renamed, nodes, node.subject, name, everywhere=False))
            yield Mutant(f"{subject} called {name}", partial(renamed, nodes, node.subject, name, everywhere=True))


def mutants(nodes: list[Resource]) -> Iterator[Mutant]:
    """Every fault in every property of the first node of each sort; nodes of one sort have the same properties."""
    sorts = {tuple(dict.fromkeys(pair if pair[0] == RDF_TYPE else pair[:1] for pair in node.pairs)): node for node in reversed(nodes)}
    for node in sorts.values():
        yield from faults_of_a_node(nodes, node)
        for predicate in dict.fromkeys(predicate for predicate, _ in node.pairs):
            if predicate != RDF_TYPE:
                yield from faults_of_a_value(nodes, node, predicate)


def compounds(nodes: list[Resource], seed: str) -> Iterator[Mutant]:
    """Two to four faults at once, without end."""
    rng = random.Random(seed)
    while True:
        fault, graph = "", nodes
        for _ in range(rng.randint(2, 4)):
            node = rng.choice(graph)
            predicates = [predicate for predicate, _ in node.pairs if predicate != RDF_TYPE]
            draw = rng.random()
            candidates = (
                faults_of_a_node(graph, node) if draw < 0.2 or not predicates else faults_of_a_value(graph, node, rng.choice(predicates))
            )
            mutant = next(islice(candidates, rng.randrange(200), None), None)
            if mutant and (mutated := mutant.make()):
                fault, graph = f"{fault}; {mutant.fault}", mutated
        yield Mutant(fault.removeprefix("; "), partial(list, graph))


def some_mutants(name: str, single: int, several: int) -> list[tuple[str, list[Resource]]]:
    """Mutants of a small graph, the fault in words and the graph; the same in every run.

    ``single`` have one fault, ``several`` have more.
    """
    nodes = small_graph(name)
    if not nodes:
        return []
    all_mutants = list(mutants(nodes))
    chosen = [*random.Random(name).sample(all_mutants, min(single, len(all_mutants))), *islice(compounds(nodes, name), several)]
    return [(mutant.fault, mutant.make()) for mutant in chosen]
