"""The fields of a record: values in any of the forms that releases use, and a note of all that is not read.

A key counts as known by being read, so no list of keys can be out of date. ``UNEXPORTED_FIELDS`` has those that are left out on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pfocr2rdf.records.unknown_names import describe_unknown
from pfocr2rdf.records.values import get_items, get_text, get_texts


class UnexportedField(NamedTuple):
    """A part of a record that is not exported, why, and what records have instead that are written from a graph."""

    name: str
    part: str  # ``key`` of a record, ``column`` of a table, or ``""``
    reason: str
    restored: str = "nothing"


UNEXPORTED_FIELDS = (
    UnexportedField(
        "organism_group",
        "column",
        "it follows from the organism: `Primates` for each human gene, `Rodents` for each gene of the mouse",
        "the group of human, mouse, zebrafish and fruit fly; else `NA`",
    ),
    *(
        UnexportedField(
            name,
            "column",
            "a total for one figure and organism, repeated in every row; it is not about this word, and the graph's own mentions can be "
            "counted",
            "the same totals, counted again",
        )
        for name in ("count_direct", "count_synonym", "count_match")
    ),
    UnexportedField("pmc_ranked_result_index", "key", "the place in the answer to one search at PubMed Central, on one day"),
    UnexportedField(
        "redirect_from",
        "key",
        "an address of the web site; the alias in it is kept as `dcterms:identifier`, and another one gets a warning",
        "the address of each alias",
    ),
    UnexportedField("seo", "key", "a setting of the web site's pages; it is always the same text", "this text"),
    UnexportedField("pictures next to a record, and hidden files", "", "the graph links the picture at Europe PMC"),
    UnexportedField("the lexicon source of a row without word, match and identifier", "", "it names a lexicon in which nothing was found"),
)
"""What is left out on purpose; the documentation shows this table."""

UNEXPORTED_KEYS = frozenset(field.name for field in UNEXPORTED_FIELDS if field.part == "key")
UNEXPORTED_COLUMNS = frozenset(field.name for field in UNEXPORTED_FIELDS if field.part == "column")


class RecordFields:
    """Reads fields of a record by name, and has ``notes`` of what could not be read as it was written."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._names_read = set(UNEXPORTED_KEYS)
        self.notes: list[str] = []

    def raw(self, name: str) -> Any:
        """The value as it is, ``""`` for a missing key."""
        self._names_read.add(name)
        return self._data.get(name, "")

    def text(self, name: str) -> str:
        """The text of a field that has one value; of a longer list the first item, with a note of the others."""
        self._names_read.add(name)
        value = self._data.get(name, "")
        if value == "":
            return ""
        if type(value) is not list:
            return get_text(self._data, name)
        texts = get_texts(self._data, name)
        if len(texts) > 1:
            self.notes.append(f"{name}: has {len(texts)} values, of which the first was used; ignored: {'; '.join(texts[1:])}")
        return texts[0] if texts else ""

    def identity(self, name: str) -> str:
        """The text of a field whose value must be unique: ``RecordError`` where there are several."""
        self._names_read.add(name)
        return get_text(self._data, name)

    def texts(self, name: str, separator: str = "") -> tuple[str, ...]:
        """The texts of a field that may have several values, in a list or in one text with separators."""
        self._names_read.add(name)
        return get_texts(self._data, name, separator)

    def items(self, name: str) -> list[Any]:
        """The items of a list; a text or a mapping is a list with one item."""
        value = self.raw(name)
        return get_items(self._data if type(value) is list else {name: [value]}, name)

    def note_unread_keys(self) -> None:
        """Note the keys that were not read."""
        if unread := self._data.keys() - self._names_read:
            self.notes += describe_unknown("key", (key for key in self._data if key in unread), self._names_read)
