"""The page of the vocabulary, with an example of each term, as the ontology has them."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.rdf.term_examples import TERM_EXAMPLES
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, INVERSES, PFOCR, PROPERTIES, Class, Evidence, Inverse, Property, expand_curie
from pfocr2rdf.site.pages.html import PageFile, Site, render_page
from pfocr2rdf.site.pages.urls import VOCABULARY_REPRESENTATIONS
from pfocr2rdf.site.pages.view_models import Link


class VocabularyTerm(NamedTuple):
    """A term of the vocabulary on its page."""

    name: str
    fragment: str
    label: str
    definition: str
    rows: tuple[tuple[str, tuple[Link, ...]], ...]


def render_vocabulary_page(site: Site) -> PageFile:
    """The page of the vocabulary."""
    classes = [
        _vocabulary_term(row, ("Kind of", row.superclasses), ("Close to", row.close_matches), example=TERM_EXAMPLES[row.name])
        for row in CLASSES
    ]
    properties = [
        _vocabulary_term(
            row, ("Of", row.domain), ("Leads to", (row.range,)), ("Kind of", row.superproperties), ("Close to", row.close_matches),
            example=TERM_EXAMPLES[row.name],
        )
        for row in PROPERTIES
        if row.name.startswith("pfocr:")
    ]  # fmt: skip
    inverses = [_vocabulary_term(row, ("Inverse of", (row.inverse_of,)), example=TERM_EXAMPLES[row.name]) for row in INVERSES]
    evidence = [_vocabulary_term(row, example=", ".join(row.sources)) for row in EVIDENCE_TYPES]
    page = render_page(
        "vocab",
        site,
        "The vocabulary",
        namespace_iri=PFOCR,
        representations=VOCABULARY_REPRESENTATIONS,
        sections=[("Classes", classes), ("Properties", properties), ("Inverse properties", inverses), ("Evidence", evidence)],
    )
    return PageFile("vocab.html", page)


def _vocabulary_term(row: Class | Property | Inverse | Evidence, *relations: tuple[str, tuple[str, ...]], example: str) -> VocabularyTerm:
    rows = [(heading, tuple(map(_term_link, curies))) for heading, curies in relations]
    examples = (Link(example, style="word"),) if example else ()
    rows.append(("Lexicon sources" if isinstance(row, Evidence) else "Example", examples))
    return VocabularyTerm(row.name, row.name.partition(":")[2], row.label, row.definition, tuple(rows))


def _term_link(curie: str) -> Link:
    return Link(curie, f"vocab.html#{curie.partition(':')[2]}" if curie.startswith("pfocr:") else expand_curie(curie))
