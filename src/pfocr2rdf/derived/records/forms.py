"""What of a record does not come back as it was: the documentation shows this table, and a test compares records with it."""

from __future__ import annotations

from typing import NamedTuple


class RestoredForm(NamedTuple):
    """A part of records that comes back in another form: its name for readers, how, and the fields that differ."""

    part: str
    form: str
    fields: tuple[str, ...]


RESTORED_FORMS = (
    RestoredForm(
        "the position of a repeated row",
        "next to the first such row, since a mention has the number of its occurrences",
        ("order of mentions",),
    ),
    RestoredForm(
        "the symbol of a gene, the name and second identifier of a chemical or disease, the name of an organism",
        "those of the entity, which all its rows share; a value that another record overrides is in `conflicts` of the report",
        ("mention label", "mention xref", "mention alt_label", "mention organism", "mention taxon"),
    ),
    RestoredForm(
        "a name of a chemical or disease that is also the word that was read most often for it",
        "`NA`, since the word gives the entity the same `skos:altLabel`",
        ("mention alt_label",),
    ),
    RestoredForm(
        "a `name` that differs from `match` only in case",
        "`NA`; only the match is exported",
        (),
    ),
    RestoredForm("fields of the paper", "those of the paper, which all its figures share", ("paper",)),
    RestoredForm(
        "the schema of a record without rows, or with unknown lexicons only",
        "2023 if its paper has a DOI or a journal, or if a row needs it; else 2021",
        ("schema_version",),
    ),
    RestoredForm("`figlink`", "with a slash at its beginning", ("figlink",)),
    RestoredForm("`organisms` and `organisms_ner` of 2023", "`organisms_ner` has all names", ()),
    RestoredForm("a score with an exponent, or with more than 18 decimals", "the exported decimal number", ("score",)),
    RestoredForm("an annotation whose type or value contains a colon and a space", "the type ends at the first colon", ("annotations",)),
    RestoredForm(
        "`schema-jsonld`",
        "without missing and repeated values, with standard forms of its licence and context, and with nested nodes under `@included`. "
        "Caption and description are one statement if their words are the same: both fields have it",
        ("jsonld", "jsonld keywords", "jsonld description", "caption"),
    ),
)
