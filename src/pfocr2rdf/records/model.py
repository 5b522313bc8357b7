"""The typed record: the same data model for both record schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Mention(NamedTuple):
    """One row of a record: a word that OCR read, and the entity that it was matched to.

    Text fields are ``""`` for no value.

    Attributes:
        entity_type: ``gene``, ``chemical`` or ``disease``.
        word: the word, exactly as OCR read it.
        match: the lexicon entry that the word was matched to.
        lexicon_source: the lexicon, as the record names it.
        entity: the matched entity, as a CURIE: ``ncbigene:6772``, ``mesh:D002784``, ``chebi:17997``, ``doid:0060239``.
        label: the name of the entity.
        xref: a second identifier of the entity (``chebi:..`` or ``doid:..`` in addition to a MeSH id).
        alt_label: the name in the second vocabulary.
        taxon: the NCBI Taxonomy id of a gene's organism.
        organism: the organism's name.
        family: the family, if the word is the name of a family.
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
        source: the location of the record, for messages.
        figid_aliases: further ids of the figure.
        ndex_ids: UUIDs of its networks at NDEx.
        wpids: WikiPathways ids of the pathways that were drawn from it.
        jsonld: the record's own JSON-LD block, with all scalars as strings, or ``None``.
        organisms: names of the organisms, first those of the paper, then those from named-entity recognition.
        annotations: (type, value) pairs from curators.
        notes: warnings from reading the record.
        image_url: the template for the URL of its image, if the image is not at Europe PMC.
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
