"""What is asked: the example queries as they are, small look-ups with many parameters, and pages."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph

from benchmarks.serving.clients import Request
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME, HTML, TURTLE, Representation, address_from_iri
from pfocr2rdf.stores.querying.examples import load_examples
from pfocr2rdf.stores.querying.query_text import scan_query

EXAMPLES, MIX, HOME = "example queries", "all of these mixed", "home"
LOOKUPS = {
    "figures of a gene": "SELECT ?figure ?title {{ ?figure pfocr:mentions <{gene}> ; dcterms:title ?title }}",
    "mentions of a figure": "SELECT ?mention ?word ?thing {{ ?mention oa:hasTarget <{figure}> ; pfocr:word ?word ; oa:hasBody ?thing }}",
    "label of a gene": "SELECT ?label {{ <{gene}> rdfs:label ?label }}",
}
"""The small queries, whose prefixes are declared before they are sent."""
ABSENT = ", not found"
"""The end of the names of the same queries about what the store does not have."""

ROWS, STATEMENTS = "application/sparql-results+json", "application/n-triples"
_MOST = "SELECT ?x { ?figure pfocr:mentions ?x . ?x a pfocr:Gene } GROUP BY ?x ORDER BY DESC(COUNT(*)) ?x LIMIT 20"


class Names(NamedTuple):
    """The IRIs of what a store has: its genes and its figures, the genes in the most figures, and the symbols of genes."""

    genes: list[str]
    figures: list[str]
    common: list[str]
    symbols: list[str]


def names_in(store: Path) -> Names:
    """What there is to ask for."""
    stored = pyoxigraph.Store.read_only(str(store))

    def values(query: str) -> list[str]:
        rows = stored.query(scan_query(query).with_prologue, use_default_graph_as_union=True)
        assert isinstance(rows, pyoxigraph.QuerySolutions)
        return [term.value for (term,) in rows if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal)]

    kinds = (f"SELECT DISTINCT ?x {{ ?x a pfocr:{class_name} }} ORDER BY ?x" for class_name in ("Gene", "Figure"))
    symbols = "SELECT DISTINCT ?x { ?gene a pfocr:Gene ; rdfs:label ?x } ORDER BY ?x"
    genes, figures = map(values, kinds)
    return Names(genes, figures, values(_MOST), values(symbols))


def example_queries() -> dict[str, Request]:
    """The example queries that ask no other server, by their names; the path is the server's."""
    local = (example for example in load_examples() if not example.services)
    return {example.name: Request("", STATEMENTS if example.query_form == "construct" else ROWS, example.text) for example in local}


def lookups(names: Names, count: int, seed: int) -> dict[str, list[Request]]:
    """So many look-ups of each kind, of what there is and of what there is not; the path is the server's."""
    chance = random.Random(seed)

    def drawn(text: str, end: str) -> Request:
        gene, figure = (f"{chance.choice(iris)}{end}" for iris in (names.genes, names.figures))
        return Request("", ROWS, scan_query(text.format(gene=gene, figure=figure)).with_prologue)

    ends = {"": "", ABSENT: "-absent"}
    return {kind + suffix: [drawn(text, end) for _ in range(count)] for kind, text in LOOKUPS.items() for suffix, end in ends.items()}


def mixed(examples: Sequence[Request], small: Sequence[Request], seed: int) -> list[Request]:
    """One example to nine look-ups, in an order of chance; the p95 is then that of an example in the middle."""
    chance = random.Random(seed)
    every = [*examples, *chance.choices(small, k=9 * len(examples))]
    chance.shuffle(every)
    return every


def pages(names: Names, count: int, seed: int) -> dict[str, list[Request]]:
    """So many requests for each kind of page."""
    chance = random.Random(seed)

    def of(kind: str, iris: list[str], form: Representation) -> Callable[[], str]:
        places = [address for iri in iris if (address := address_from_iri(iri, ENTITY_TYPES_BY_NAME[kind]))]
        return lambda: f"/{chance.choice(places).url(form)}"

    made: dict[str, tuple[Callable[[], str], str]] = {HOME: (lambda: "/", HTML.media_type)}
    for form in (HTML, TURTLE):
        made |= {
            f"figure, {form.label}": (of("figure", names.figures, form), form.media_type),
            f"gene, {form.label}": (of("gene", names.genes, form), form.media_type),
            f"gene in the most figures, {form.label}": (of("gene", names.common, form), form.media_type),
        }
    made["search"] = (lambda: f"/search.html?q={quote(chance.choice(names.symbols))}", HTML.media_type)
    return {kind: [Request(path(), accept) for _ in range(count)] for kind, (path, accept) in made.items()}
