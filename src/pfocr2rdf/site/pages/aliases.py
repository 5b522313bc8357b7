"""The aliases of figures, as the dataset has them: each is an old address that leads to the figure's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pfocr2rdf.rdf.iris import alias_fault
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term, lexical_form, literal
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.urls import ALIASED_TYPE, PageAddress
from pfocr2rdf.storage.layout import ALIAS_COLUMNS

ALIASES_MEDIA_TYPE = "text/tab-separated-values"
_FIGURE_CLASS, _IDENTIFIER = expand_term(ALIASED_TYPE.cls), expand_term("dcterms:identifier")

AliasTargets = Mapping[PageAddress, Sequence[PageAddress]]
"""The addresses of aliases in code point order, each with the figures that claim it: one, unless records disagree."""


def find_alias_targets(reader: DatasetReader, alias: str) -> list[PageAddress]:
    """The figures that claim an alias; none where it is the id of a figure itself."""
    if alias_fault(alias) or reader.is_instance_of(iri_term(PageAddress(ALIASED_TYPE, alias).iri), _FIGURE_CLASS):
        return []
    subjects = (subject for subject in reader.subjects(_IDENTIFIER, literal(alias)) if reader.is_instance_of(subject, _FIGURE_CLASS))
    return [address for subject in subjects if (address := reader.page_address(subject[1:-1], ALIASED_TYPE))]


def list_aliases(reader: DatasetReader) -> AliasTargets:
    """All aliases."""
    addresses = [
        address
        for subject in reader.subjects(RDF_TYPE, _FIGURE_CLASS)
        if (address := reader.page_address(subject[1:-1], ALIASED_TYPE))
    ]  # fmt: skip
    figids = {address.name for address in addresses}
    targets: dict[str, list[PageAddress]] = {}
    for address in addresses:
        for alias in map(lexical_form, reader.values(iri_term(address.iri), _IDENTIFIER)):
            if alias not in figids and not alias_fault(alias):
                targets.setdefault(alias, []).append(address)
    return {PageAddress(ALIASED_TYPE, alias, reader.portable_names): targets[alias] for alias in sorted(targets)}


def render_alias_table(aliases: AliasTargets) -> str:
    """All aliases as tab-separated values, as an export has them."""
    rows = ((old.name, address.name, address.iri) for old, targets in aliases.items() for address in targets)
    return "".join("\t".join(row) + "\n" for row in (ALIAS_COLUMNS, *rows))
