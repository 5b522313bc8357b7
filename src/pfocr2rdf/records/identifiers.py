"""Identifiers of a record, taken out of the URLs and CURIEs in which some releases write them. What is none stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable

_match_doi_prefix = re.compile(r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi\.org/|info:doi/|doi:)\s*", re.IGNORECASE).match
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def _build_extractor(identifier: str, *vocabularies: str) -> Callable[[str], str]:
    """A function that takes the identifier out of a URL or CURIE that names one of the vocabularies."""
    search = re.compile(rf"[/:=#_] ?({identifier})(?:[/?#.]\S{{0,500}})?\Z").search

    def extract(text: str) -> str:
        if text.isalnum():  # as most are: no URL or CURIE
            return text
        matched = search(text)
        prefix = text[: matched.start(1)].lower() if matched else ""
        return matched[1] if matched and any(name in prefix for name in vocabularies) else text

    return extract


extract_ndex_id = _build_extractor(_UUID, "ndex")
extract_wpid = _build_extractor("WP[1-9][0-9]*", "pathway")
extract_pmcid = _build_extractor("PMC[1-9][0-9]*", "pmc", "ncbi.")
extract_gene_id = _build_extractor("[1-9][0-9]*", "gene", "entrez")
extract_taxon = _build_extractor("[1-9][0-9]*", "taxon")
extract_mesh_id = _build_extractor("[A-Z][0-9]+", "mesh")
extract_chebi_id = _build_extractor("[0-9]+", "chebi")
extract_doid = _build_extractor("[0-9]+", "doid")


def strip_doi_prefix(text: str) -> str:
    """A DOI without the text before ``10.``.

    >>> strip_doi_prefix("https://doi.org/10.1000/182"), strip_doi_prefix("DOI: 10.1000/182")
    ('10.1000/182', '10.1000/182')
    """
    prefix = _match_doi_prefix(text)
    return text[prefix.end() :] if prefix else text
