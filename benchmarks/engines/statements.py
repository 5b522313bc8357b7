"""The core statements themselves: which of an export's they are, and whether an engine made exactly these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term

SITE, IDENTIFIERS = "https://pfocr.wikipathways.org/", "https://identifiers.org/"
GENE = f"<{IDENTIFIERS}ncbigene/"
CORE = {
    f"<{SITE}figures/": ("dcterms:identifier", "dcterms:title", "pfocr:citedIn", "pfocr:mentions"),
    f"<{SITE}mentions/": ("oa:hasTarget", "oa:hasBody", "pfocr:word"),
    GENE: ("dcterms:identifier", "rdfs:label", "pfocr:memberOf"),
    f"<{IDENTIFIERS}pmc/": ("dcterms:title", "dcterms:issued"),
}
"""The core properties of each kind of thing, which is told by how its IRI begins."""

CLASSES = frozenset(map(expand_term, ("pfocr:Figure", "pfocr:Mention", "pfocr:Gene", "pfocr:Paper")))
TO_GENES = frozenset(map(expand_term, ("pfocr:mentions", "oa:hasBody")))
CURIES = {expand_term(name): name for names in CORE.values() for name in names} | {RDF_TYPE: "rdf:type"}
PROPERTIES = {begin: frozenset(map(expand_term, names)) for begin, names in CORE.items()}

Statement = tuple[str, str, str]


def statements(path: Path) -> Iterator[Statement]:
    """The statements of an N-Triples file, each term as pyoxigraph writes it, so that only the term itself counts."""
    for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield str(quad.subject), str(quad.predicate), str(quad.object)


def is_core(statement: Statement) -> bool:
    """Whether an export's statement may be one of the core; those of a mention only are where it is one of a gene."""
    subject, predicate, value = statement
    if predicate == RDF_TYPE:
        return value in CLASSES
    begin = subject[: subject.rfind("/") + 1]
    return predicate in PROPERTIES.get(begin, ()) and (predicate not in TO_GENES or value.startswith(GENE))


def core_statements(results: Iterable[Statement]) -> set[Statement]:
    """The core of an export: what it says of figures, genes, papers, and mentions of genes, by the properties of ``CORE``."""
    core = set(filter(is_core, results))
    body, mention = expand_term("oa:hasBody"), f"<{SITE}mentions/"
    genes = {subject for subject, predicate, _ in core if predicate == body}
    return {statement for statement in core if statement[0] in genes or not statement[0].startswith(mention)}


class Verdict(NamedTuple):
    """How what an engine made differs from the core: how many statements are missing and too many, of which properties, an example."""

    core: int
    made: int
    missing: int
    more: int
    properties: tuple[str, ...]
    example: str

    @property
    def same(self) -> bool:
        """Whether exactly the core was made."""
        return not (self.missing or self.more)

    def __str__(self) -> str:
        """The verdict in a few words."""
        if self.same:
            return "the same"
        return f"{self.missing:,} of {self.core:,} missing, {self.more:,} others: {', '.join(self.properties)}"


def compare(expected: set[Statement], made: set[Statement]) -> Verdict:
    """The verdict on the statements that an engine made."""
    missing, more = expected - made, made - expected
    lost = min(missing, key=lambda statement: (len(statement[2]), statement), default=None)
    instead = next((statement for statement in sorted(more) if lost and statement[:2] == lost[:2]), None)
    properties = tuple(sorted({compact(predicate) for _, predicate, _ in missing | more}))
    example = f"`{lost[2]}` became `{instead[2] if instead else 'nothing'}`" if lost else ""
    return Verdict(len(expected), len(made), len(missing), len(more), properties, example)


def compact(predicate: str) -> str:
    """A property as a CURIE, if it is one of the vocabulary's."""
    return CURIES.get(predicate, predicate)


def verdicts(export: Path, folders: Sequence[Path]) -> tuple[int, list[Verdict]]:
    """How many statements an export has, and what each folder of N-Triples files is beside the core of them."""
    whole = set(statements(export))
    expected, count = core_statements(whole), len(whole)
    del whole
    return count, [
        compare(expected, {statement for file in sorted(folder.rglob("*.nt")) for statement in statements(file)}) for folder in folders
    ]
