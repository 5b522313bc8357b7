"""What is wrong with a query, as its page shows it: the message of the endpoint, the place in the text, and what helps."""

from __future__ import annotations

import re
from typing import NamedTuple

_find_position = re.compile(r"\bline (\d{1,7}),? column (\d{1,7})").search
_MAX_EXCERPT_CHARS = 200

_LIMIT = "Add LIMIT 100 at the end. Without ORDER BY, the first rows are available immediately."
_OWN_COPY = "Download the release and query your own copy, which has no limits: pfocr2rdf load, then pfocr2rdf query."

ADVICE_BY_STATUS: dict[int, tuple[str, ...]] = {
    504: (
        _LIMIT,
        "Make a pattern more specific: name a gene, a class (?figure a pfocr:Figure) or a year. ?s ?p ?o reads everything.",
        _OWN_COPY,
        "If you operate this service, increase the time limit: pfocr2rdf serve --timeout 120.",
    ),
    500: (
        _LIMIT,
        "Select fewer variables. ORDER BY, GROUP BY and DISTINCT need memory for all rows.",
        _OWN_COPY,
        "If you operate this service, increase its limits (in MB): pfocr2rdf serve --memory 8192 --max-answer 2048.",
    ),
    503: ("Run the query again in a few seconds.",),
    413: ("Shorten the query: a long VALUES list can be sent in parts.",),
}
"""What helps when a query fails, by the status of HTTP."""


class QueryProblem(NamedTuple):
    """Why a query was not answered."""

    message: str
    advice: tuple[str, ...] = ()
    line: int = 0  # of a syntax error, from 1; 0 where it is not known
    line_start: str = ""  # the text of the line up to the error
    wrong_part: str = ""  # the rest of the line


def describe_problem(message: str, text: str, status: int) -> QueryProblem:
    r"""The problem that an endpoint reports with a status, with the line of the query that its message names.

    >>> describe_problem("the query, line 2, column 3: it cannot be understood", "ASK {\n  FILTR\n}", 400)[2:]
    (2, '  ', 'FILTR')
    """
    advice = ADVICE_BY_STATUS.get(status, ())
    problem = QueryProblem(message.partition(";")[0] if advice else message, advice)  # the advice says more than the end of the message
    position = _find_position(message) if status == 400 else None
    lines = text.split("\n")
    if position is None or not 1 <= int(position[1]) <= len(lines):
        return problem
    line, column = int(position[1]), int(position[2]) - 1
    content = lines[line - 1].rstrip("\r")
    start = max(0, column - _MAX_EXCERPT_CHARS)
    wrong_part = content[column : column + _MAX_EXCERPT_CHARS]
    return problem._replace(line=line, line_start=content[start:column], wrong_part=wrong_part or " ")
