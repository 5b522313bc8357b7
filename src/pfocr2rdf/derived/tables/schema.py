"""The schemas of the tables: their columns with types and descriptions, and their keys. Writers, descriptors and pages use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pfocr2rdf.derived.nodes import expand_id, family_name, paper_name, taxon_name

Cell = str | int | float | list[str] | None
"""A value of a row; ``None`` for no value. A list of texts may be empty."""

Row = tuple[Cell, ...]
"""The values of a row in the order of the columns."""


class IndexedCells(NamedTuple):
    """The cells of a column with few different values: the values, and for each row the index of its value."""

    values: Sequence[Cell]
    indexes: Sequence[int]


Cells = Sequence[Cell] | IndexedCells
"""The cells of a column."""

STRING, INTEGER, NUMBER, LIST = "string", "integer", "number", "list"  # types of columns


def as_is(text: str) -> str:
    """The same text."""
    return text


class Column(NamedTuple):
    """A column.

    Attributes:
        name: its name.
        description: its description for readers.
        term: the JSON-LD term whose values it has; ``""`` if it is computed from several.
        type: ``STRING``, ``INTEGER``, ``NUMBER``, or ``LIST`` of strings.
        convert: makes the text of a cell from the value of the term.
        distinct: whether most values differ, so a dictionary of them saves no space.
        make_key: makes the cell from the identifier of the node, so that it is unique and never missing; the term normally has the same.
    """

    name: str
    description: str
    term: str = ""
    type: str = STRING
    convert: Callable[[str], str] = as_is
    distinct: bool = False
    make_key: Callable[[str], str] | None = None


class ForeignKey(NamedTuple):
    """A column whose values are in a column of another table."""

    column: str
    table: str
    target: str


class Table(NamedTuple):
    """A table.

    Attributes:
        name: its name, which is that of its file.
        description: its description for readers.
        columns: its columns.
        primary_key: the columns that identify a row.
        foreign_keys: references to other tables.
        batch_rows: the number of rows that are written at once, which limits memory; a row group of Parquet has as many.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    batch_rows: int = 8_192


_IDENTIFIER = Column("identifier", "The entity as a CURIE, such as ncbigene:6772.", distinct=True)
_ENTITY = Column("entity", "The IRI of the entity.", distinct=True)
_LOCAL_ID = Column("local_id", "The identifier in its database, such as 6772 in NCBI Gene or D008545 in MeSH.", "identifier", distinct=True)
_LABEL = Column("label", "The symbol or name of the entity.", "label", distinct=True)
_TYPES = Column("types", "The classes of the entity, as CURIEs.", "type", LIST)
_ALT_LABELS = Column("alt_labels", "Other names, among them words that were read in figures.", "altLabel", LIST)
_EXACT_MATCHES = Column("exact_matches", "The same concept in other databases, as CURIEs.", "exactMatch", LIST)
_CLOSE_MATCHES = Column("close_matches", "A similar concept in other databases, as CURIEs.", "closeMatch", LIST)
_SUBSTANCE_COLUMNS = (_IDENTIFIER, _ENTITY, _LOCAL_ID, _LABEL, _ALT_LABELS, _EXACT_MATCHES, _CLOSE_MATCHES, _TYPES)

FIGURES = Table(
    "figures",
    "Published pathway figures.",
    (
        Column("figid", "The identifier of the figure.", distinct=True),
        Column("figure", "The IRI of the figure.", distinct=True),
        Column("title", "The title of the figure.", "title", distinct=True),
        Column("figure_number", "The number of the figure in its paper, as the record has it.", "figureNumber"),
        Column("figure_type", "The type of figure: figure, scheme, graphical abstract.", "figureType"),
        Column("paper", "The identifier of the paper, such as PMC7378365.", distinct=True),
        Column("year", "The year of the paper.", type=INTEGER),
        Column("organism_names", "The names of the organisms in the figure, as the record has them.", "organismName", LIST),
        Column("taxa", "The organisms in the figure, by their identifiers at NCBI Taxonomy.", "organism", LIST, taxon_name),
        Column("pathway_score", "The score of the classifier that the picture is a pathway figure, from 0 to 1.", "pathwayScore", NUMBER),
        Column("image", "The URL of the picture.", "image", convert=expand_id, distinct=True),
        Column("page", "The URL of the page of the figure at PubMed Central.", "page", convert=expand_id, distinct=True),
        Column("license", "The licence of the record.", "license", convert=expand_id),
        Column("aliases", "Other identifiers of the figure.", type=LIST),
        Column("pathways", "The WikiPathways pathways that were drawn from the figure, as CURIEs.", "pathway", LIST),
        Column("see_also", "Related pages, such as the network at NDEx.", "seeAlso", LIST, expand_id),
        Column("annotations", "A curator's annotations, as 'type: value'.", "annotation", LIST),
        Column("schema_name", "The name in the record's own JSON-LD (schema:name).", "schema_name", distinct=True),
        Column("description", "The caption in the record's own JSON-LD (schema:description).", "description", distinct=True),
        Column("keywords", "The keywords in the record's own JSON-LD (schema:keywords).", "keywords", LIST),
        Column("schema_license", "The licence in the record's own JSON-LD (schema:license).", "schema_license", convert=expand_id),
        Column("creator", "The creator in the record's own JSON-LD (schema:creator).", "creator", convert=expand_id),
        Column("types", "The classes of the figure, as CURIEs.", "type", LIST),
    ),
    ("figid",),
    (ForeignKey("paper", "papers", "paper"),),
    batch_rows=1_024,
)

MENTIONS = Table(
    "mentions",
    "Words in figures that were recognised as genes, chemicals and diseases: a row for each mention with its figure, entity and paper.",
    (
        Column(
            "mention", "The identifier of the mention, which follows https://pfocr.wikipathways.org/mentions/ in its IRI.", distinct=True
        ),
        Column("figid", "The identifier of the figure."),
        Column("figure", "The IRI of the figure."),
        Column("kind", "gene, chemical or disease, or other for an entity of none of these classes."),
        Column("identifier", "The entity as a CURIE, such as ncbigene:6772."),
        Column("entity", "The IRI of the entity."),
        Column("label", "The symbol or name of the entity."),
        Column("word", "The word in the figure, exactly as OCR read it.", "word"),
        Column("match", "The lexicon entry that the word was matched to.", "match"),
        Column("evidence", "The type of match, such as viaSymbol or viaFamily.", "evidence"),
        Column("family", "The family, if the word is the name of a family.", "family"),
        Column("organism", "The name of the organism of a gene."),
        Column("taxon", "The identifier of the organism at NCBI Taxonomy."),
        Column("occurrences", "The number of rows of the record for this mention.", "occurrences", INTEGER),
        Column("paper", "The identifier of the paper, such as PMC7378365."),
        Column("year", "The year of the paper.", type=INTEGER),
        Column("lexicon_source", "The lexicon, or the recogniser's vocabulary, that the match comes from.", "lexiconSource"),
        Column("gene", "The identifier, where the kind is gene."),
        Column("chemical", "The identifier, where the kind is chemical."),
        Column("disease", "The identifier, where the kind is disease."),
    ),
    ("mention", "figid"),
    (
        ForeignKey("figid", "figures", "figid"),
        ForeignKey("gene", "genes", "identifier"),
        ForeignKey("chemical", "chemicals", "identifier"),
        ForeignKey("disease", "diseases", "identifier"),
        ForeignKey("family", "families", "family"),
        ForeignKey("taxon", "organisms", "taxon"),
        ForeignKey("paper", "papers", "paper"),
    ),
)

GENES = Table(
    "genes",
    "Genes that figures mention.",
    (
        _IDENTIFIER,
        _ENTITY,
        _LOCAL_ID,
        _LABEL,
        Column("taxon", "The identifier of the organism at NCBI Taxonomy.", "organism", convert=taxon_name),
        _ALT_LABELS,
        _EXACT_MATCHES,
        _CLOSE_MATCHES,
        _TYPES,
    ),
    ("identifier",),
    (ForeignKey("taxon", "organisms", "taxon"),),
)

FAMILIES = Table(
    "families",
    "Families and complexes of genes.",
    (
        Column("family", "The name of the family, as its IRI has it.", "prefLabel", distinct=True, make_key=family_name),
        _IDENTIFIER,
        _ENTITY,
        _ALT_LABELS,
        _EXACT_MATCHES,
        _CLOSE_MATCHES,
        _TYPES,
    ),
    ("family",),
)

CHEMICALS = Table("chemicals", "Chemicals that figures mention.", _SUBSTANCE_COLUMNS, ("identifier",))

DISEASES = Table("diseases", "Diseases that figures mention.", _SUBSTANCE_COLUMNS, ("identifier",))

PAPERS = Table(
    "papers",
    "Papers in which figures were published.",
    (
        Column("paper", "The identifier of the paper, such as PMC7378365.", "identifier", distinct=True, make_key=paper_name),
        _IDENTIFIER,
        _ENTITY,
        Column("title", "The title of the paper.", "title", distinct=True),
        Column("citation", "The bibliographic citation.", "citation", distinct=True),
        Column("year", "The year of publication.", "issued", INTEGER),
        Column("doi", "The DOI.", "doi", distinct=True),
        Column("journal", "The title of the journal.", "journal"),
        Column("journal_abbreviation", "The title of the journal as NLM abbreviates it.", "journalAbbreviation"),
        Column("publisher", "The name of the publisher.", "publisher"),
        Column("keywords", "The keywords that the authors gave.", "keyword", LIST),
        Column("same_as", "The same paper elsewhere, such as its DOI as a URL.", "sameAs", LIST, expand_id),
        _TYPES,
    ),
    ("paper",),
)

ORGANISMS = Table(
    "organisms",
    "Organisms of genes and figures.",
    (
        Column("taxon", "The identifier at NCBI Taxonomy.", "identifier", distinct=True, make_key=taxon_name),
        _IDENTIFIER,
        _ENTITY,
        Column("organism", "The name of the organism.", "label", distinct=True),
        _TYPES,
    ),
    ("taxon",),
)

MEMBERSHIPS = Table(
    "memberships",
    "Genes with their families: a row for each pair.",
    (Column("gene", "The gene as a CURIE, such as ncbigene:6772."), Column("family", "The name of the family.")),
    ("gene", "family"),
    (ForeignKey("gene", "genes", "identifier"), ForeignKey("family", "families", "family")),
)

STATEMENTS = Table(
    "statements",
    "The statements of the graph that no column of another table has, such as those of pathways.",
    (
        Column("subject", "The IRI of the subject."),
        Column("predicate", "The IRI of the predicate."),
        Column("object", "The IRI or text of the object."),
        Column("datatype", "The IRI of the datatype of a literal."),
        Column("language", "The language tag of a literal."),
    ),
)

TABLES = (FIGURES, MENTIONS, GENES, FAMILIES, CHEMICALS, DISEASES, PAPERS, ORGANISMS, MEMBERSHIPS, STATEMENTS)
"""All tables."""
