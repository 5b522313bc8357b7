"""The typed record: the same data model for both record schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Mention(NamedTuple):
    """One row of a record: a word that OCR read, and the entity that it was recognised as.

    Text fields are ``""`` for no value.

    Attributes:
        entity_type: ``gene``, ``chemical`` or ``disease``.
        word: the word, letter for letter.
        match: the lexicon's entry that the word was matched with.
        lexicon_source: the lexicon, as the record names it.
        entity: what was recognised, as a CURIE: ``ncbigene:6772``, ``mesh:D002784``, ``chebi:17997``, ``doid:0060239``.
        label: the name of the target.
        xref: a second identifier of the target (``chebi:..`` or ``doid:..`` beside a MeSH id).
        alt_label: the name that the second vocabulary gives.
        taxon: the NCBI Taxonomy id of a gene's organism.
        organism: the organism's name.
        family: the family whose name the word is, where that is how the gene was reached.
    """

    entity_type: str
    word: str
    match: str = ""
    lexicon_source: str = ""
    entity: str = ""
    label: str = ""
    xref: str = ""
    alt_label: str = ""
    taxon: str = ""
    organism: str = ""
    family: str = ""


class Paper(NamedTuple):
    """The article a figure was published in; text fields are ``""`` for no value."""

    pmcid: str = ""
    title: str = ""
    citation: str = ""
    year: str = ""
    doi: str = ""
    journal: str = ""
    journal_abbreviation: str = ""
    publisher: str = ""
    keywords: tuple[str, ...] = ()


class FigureRecord(NamedTuple):
    """One published pathway figure. Text fields are ``""`` for no value; rows keep their order and repeats.

    Attributes:
        schema_version: ``2021`` (lists in the record) or ``2023`` (lists in side tables).
        source: the source it was read from, for messages.
        figid_aliases: further ids of the figure.
        ndex_ids: its networks at NDEx, each a UUID.
        wpids: the pathways of WikiPathways that were made of it.
        jsonld: the record's own JSON-LD block, all scalars as text, or ``None``.
        organisms: names of the organisms, first those of the paper, then those that a recogniser added.
        annotations: (type, value) of each curator's annotation.
        notes: what was noticed while reading and is worth a warning.
        image_url: the template of its picture's URL, where that is not at Europe PMC.
    """

    figid: str
    schema_version: str
    source: str = ""
    figid_aliases: tuple[str, ...] = ()
    title: str = ""
    caption: str = ""
    number: str = ""
    figure_types: tuple[str, ...] = ()
    filename: str = ""
    figlink: str = ""
    score: str = ""
    ndex_ids: tuple[str, ...] = ()
    wpids: tuple[str, ...] = ()
    paper: Paper = Paper()
    organisms: tuple[str, ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    mentions: tuple[Mention, ...] = ()
    jsonld: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    image_url: str = ""
