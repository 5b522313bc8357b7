"""The page with the form for queries, and answers as pages, for those whose browsers run no scripts and for those whose do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, NamedTuple
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from pfocr2rdf.site.pages.html import Site, parts, render
from pfocr2rdf.site.pages.query_page import query_page as values_of
from pfocr2rdf.site.pages.urls import HTML, KINDS, place_of
from pfocr2rdf.stores.querying.examples import Example
from pfocr2rdf.stores.querying.result import Answer, Term

SERVED = Site(endpoint="sparql")
"""A site that is served, as far as it is known without its store."""

POLICY = f"{SERVED.policy}; frame-ancestors 'none'"
"""What a page may load and do: nothing but what comes from the service itself."""

_ROWS, _STATEMENTS = ("csv", "tsv", "json", "xml"), ("turtle", "ntriples", "jsonld", "rdfxml")
_LOCAL = re.compile(r"\w(?:[\w.-]*[\w-])?", re.ASCII).fullmatch
_LINKED = re.compile(r"https?://", re.IGNORECASE).match


class Cell(NamedTuple):
    """A value as people read it: its text, where it leads, what is said of that, and what is said behind it."""

    text: str
    url: str = ""
    title: str = ""
    detail: str = ""


def query_page(text: str = "", examples: Iterable[Example] = (), problem: str = "", site: Site = SERVED) -> str:
    """The page with the form.

    Args:
        text: the query in it; a first one where there is none.
        examples: those to choose from.
        problem: what was wrong with the query.
        site: the site that the page is of.
    """
    return render("queries", site=site, **values_of(site.endpoint, text=text, problem=problem, chosen=examples))


def write_answer(file: IO[bytes], answer: Answer, text: str, most: int, site: Site = SERVED) -> None:
    """Write an answer as a page with a table, row by row. It says so where it does not have all rows.

    Args:
        file: where to.
        answer: the answer.
        text: the query.
        most: how many rows it has at most.
        site: the site that the page is of.

    Raises:
        StoreError: the store fails on the way.
    """
    table = {"columns": None, "truth": answer.boolean} if answer.kind == "ask" else _table(answer, text, most)
    form = {"endpoint": site.endpoint, "is_own": True, "text": text, "problem": ""}
    for part in parts("answer", site=site, root="", title="Answer", **form, **table):
        file.write(part.encode())


def _table(answer: Answer, text: str, most: int) -> dict[str, object]:
    names: tuple[str, ...] = answer.variables
    rows = ([row.get(name) for name in names] for row in answer)
    if answer.kind == "construct":
        names = ("subject", "predicate", "object")
        rows = ([one.subject, one.predicate, one.object] for one in answer)
    first = list(islice(rows, most))
    more = next(rows, None) is not None
    said = f"{'The first ' if more else ''}{len(first):,} {'row' if len(first) == 1 else 'rows'}"
    return {
        "columns": names,
        "said": f"{said}, and there are more: take a file to have them all" if more else said,
        "files": [
            (name, f"?{urlencode({'query': text, 'format': name})}") for name in (_STATEMENTS if answer.kind == "construct" else _ROWS)
        ],
        "rows": _cells(first, answer.prefixes),
    }  # fmt: skip


def _cells(rows: Iterable[list[Term | None]], prefixes: Mapping[str, str]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [_cell(value, prefixes) for value in row]


def _cell(value: Term | None, prefixes: Mapping[str, str]) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, NamedNode):
        iri = value.value
        url = _page(iri) or (iri if _LINKED(iri) else "")
        return Cell(_short(iri, prefixes), url, iri)
    if isinstance(value, Literal):
        return Cell(value.value, detail=value.language or "")
    return Cell(str(value))


def _page(iri: str) -> str:
    """The page of a thing; nothing where its IRI may be that of things of several kinds."""
    places = [place for place in (place_of(iri, kind) for kind in KINDS) if place]
    return places[0].url(HTML) if len(places) == 1 else ""


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    """An IRI with the prefix of the longest name space that fits."""
    fitting = [
        (len(space), name) for name, space in prefixes.items() if space and iri.startswith(space) and _LOCAL(iri[len(space) :])
    ]  # fmt: skip
    if not fitting:
        return iri
    size, name = max(fitting)
    return f"{name}:{iri[size:]}"
