"""When figures were published."""

from __future__ import annotations

import re

from pfocr2rdf.rdf.terms import expand_term, lexical_form
from pfocr2rdf.site.pages.graph_reader import DatasetReader

_CITED_IN, _ISSUED = expand_term("pfocr:citedIn"), expand_term("dcterms:issued")
_PMC_NUMBER = re.compile(r"PMC(\d+)").search


def publication_year(reader: DatasetReader, figure: str) -> str:
    """The year in which a figure was published; ``""`` if it is not known."""
    years = [lexical_form(year) for paper in reader.cached_values(figure, _CITED_IN) for year in reader.cached_values(paper, _ISSUED)]
    return ", ".join(dict.fromkeys(years))


def newest_first_key(subject: str) -> tuple[int, str]:
    """The sort key of figures and papers: PubMed Central numbers papers as they come, so the highest number is the newest.

    >>> newest_first_key("<https://pfocr.wikipathways.org/figures/PMC123__F1.html>")[0]
    -123
    """
    number = _PMC_NUMBER(subject)
    return -int(number[1]) if number else 0, subject
