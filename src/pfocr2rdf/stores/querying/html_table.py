"""A result as an HTML table for notebooks. Every text is escaped; only web addresses are links."""

from __future__ import annotations

import html
import re
from itertools import islice

from pyoxigraph import Literal, NamedNode, Triple

from pfocr2rdf.rdf.prefixes import READABLE_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.text import escape_controls, truncate
from pfocr2rdf.stores.querying.result import ResultStream
from pfocr2rdf.stores.store import SolutionTerm

MAX_HTML_ROWS = 20
_MAX_CELL_CHARS = 300
_is_web_url = re.compile(r"https?://", re.IGNORECASE).match


def result_as_html(stream: ResultStream, length: int) -> str:
    """The first ``MAX_HTML_ROWS`` of this number of rows or triples."""
    names: tuple[str, ...] = stream.variables
    rows = ([row.get(name) for name in names] for row in stream.terms())
    unit = "row"
    if stream.query_form == "construct":
        names, unit = ("subject", "predicate", "object"), "triple"
        rows = (list(triple) for triple in stream.terms())
    prefixes = PrefixMap(stream.prefixes, READABLE_LOCAL_NAME)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(term, prefixes) for term in row)}</tr>" for row in islice(rows, MAX_HTML_ROWS))
    count = f"{length:,} {unit}{'' if length == 1 else 's'}"
    note = f"the first {MAX_HTML_ROWS} of {count}" if length > MAX_HTML_ROWS else count
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{note}</p>"


def _cell(term: SolutionTerm | Triple | None, prefixes: PrefixMap) -> str:
    if term is None:
        return "<td></td>"
    if not isinstance(term, NamedNode):
        return f"<td>{_text(term.value if isinstance(term, Literal) else str(term))}</td>"
    label = _text(prefixes.compress(term.value) or term.value)
    if not _is_web_url(term.value):
        return f"<td>{label}</td>"
    return f'<td><a href="{html.escape(term.value)}" target="_blank" rel="noopener noreferrer">{label}</a></td>'


def _text(text: str) -> str:
    return html.escape(truncate(escape_controls(text), _MAX_CELL_CHARS))
