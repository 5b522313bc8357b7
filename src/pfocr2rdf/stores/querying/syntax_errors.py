"""Syntax errors of queries: where the query is wrong, and what was expected there, in one sentence.

pyoxigraph names the furthest position that its parser looked at, which may be behind the mistake, since it looks ahead by whole keywords.
The query is therefore parsed once more with blanks between its tokens: then it looks no further than to the end of a token.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.text import truncate
from pfocr2rdf.stores.querying.query_text import LOOKAHEAD_PADDING, QueryText

_SYNTAX_ERROR = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_ITEM = re.compile(r'"(?P<token>(?:[^"\\]|\\.)*+)(?:"|\\?\Z)|\[(?P<chars>[^\]]*+)(?:\]|\Z)|(?P<prose>[A-Z][^,"\[]*+)')
_PART = re.compile(
    r"""
    (?P<blank> (?:[\x20\t\r\n]|\#[^\r\n]*+)++ )
  | <[^\x00-\x20<>"{}|^`\\]*+> | \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*+(?:\"{3})? | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+(?:'{3})?
  | "(?:[^"\\\r\n]|\\.)*+"? | '(?:[^'\\\r\n]|\\.)*+'?
  | (?:[^\s(){};,\[\]"'<\#\\]|\\.)++ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_MAX_PARSED_CHARS = 20_000  # of a query that is parsed again
_MAX_EXCERPT_CHARS = 30
_BASE_IRI = "http://example.org/"
_PUNCTUATION = (".", ";", ",", "{", "}", "(", ")", "*")

_KEYWORD_GROUPS = {
    "CONSTRUCT": "SELECT, ASK, CONSTRUCT or DESCRIBE",
    "OPTIONAL": "a triple pattern, a keyword such as OPTIONAL or FILTER, or '}'",
    "ENCODE_FOR_URI": "an expression",
    "NOT": "an operator, ',', ')' or AS",
    "NAMED": "an IRI or NAMED",
    "DISTINCT": "a variable, an expression, DISTINCT or *",
}
"""What can stand where the parser expects such a keyword: of keywords in one position it names the longest."""

_REASONS = {
    "IRI parsing failed": "this IRI is not valid",
    "The SELECT contains a variable that is unbound": "SELECT has a variable that is neither in GROUP BY nor in an aggregate such as COUNT",
}
_END_OF_BIND = re.compile(r"\bAS\s+(?P<variable>[?$]\w+)\s*\)\s*\Z", re.IGNORECASE)
_CONDITION = "a condition in parentheses, or a function"


def explain_syntax_error(query_text: QueryText, parser_message: str) -> StoreError:
    """A message of pyoxigraph's parser as one sentence about the text of the user."""
    match = _SYNTAX_ERROR.match(parser_message)
    if not match:
        return StoreError(f"the query cannot be understood: {parser_message}")
    text = query_text.text.rstrip()
    items = _expected_items(match[3])
    position = _first_position(query_text.text, match, items)
    prose = _find_prose(items)
    if not prose:
        position, items = _parse_spread(query_text) or (position, items)
        prose = _find_prose(items)
    unknown = [item for item in query_text.undeclared_prefixes.items() if prose == "Prefix not found" or item[1] == position]
    if unknown:
        prefix, position = unknown[0]
        reason = f"the prefix {prefix}: is not declared; write PREFIX {prefix}: <its IRI> before the query"
    elif bind := _find_repeated_bind(text[:position], items):
        position, reason = bind.start("variable"), f"{bind['variable']} has a value before this BIND; choose another variable"
    elif prose:
        reason = _REASONS.get(prose, prose[0].lower() + prose[1:])
    else:
        position = min(position, len(text))
        expected = _describe_expected(items, text[:position])
        rest = " ".join(text[position:].split())
        reason = f"expected {expected}, not: {truncate(rest, _MAX_EXCERPT_CHARS)}" if rest else f"it ends unexpectedly; expected {expected}"
    text_before = text[:position]
    line, column = text_before.count("\n") + 1, len(text_before) - text_before.rfind("\n")
    return StoreError(f"the query, line {line}, column {column}: {reason}")


def find_syntax_error(query_text: QueryText) -> StoreError | None:
    """The syntax error of a query that a server refuses; ``None`` if there is none, or it cannot be parsed here safely."""
    if query_text.may_use_service or len(query_text.text) > _MAX_PARSED_CHARS:
        return None
    message = _parse(query_text.text + LOOKAHEAD_PADDING, query_text)
    return explain_syntax_error(query_text, message) if message else None


def _parse(text: str, query_text: QueryText) -> str:
    """The message of the parser; empty for a valid query. A query without SERVICE sends no request, and the store is empty."""
    try:
        pyoxigraph.Store().query(text, prefixes=query_text.implied_prefixes, base_iri=_BASE_IRI)
    except SyntaxError as error:
        return str(error)
    except (ValueError, OSError, RuntimeError):  # of its evaluation
        return ""
    return ""


def _first_position(text: str, match: re.Match[str], items: list[str]) -> int:
    """The position that the parser names: for a keyword it names where that would have ended."""
    position = _named_position(text, match)
    return max(position - min(map(len, items)) if _are_keywords(items) else position, 0)


def _named_position(text: str, match: re.Match[str]) -> int:
    """The position that a message has as a line and a column."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: int(match[1]) - 1]) + int(match[2]) - 1


def _find_prose(items: list[str]) -> str:
    return next((item for item in items if " " in item and item[0] != "[" and not item.isupper()), "")


def _find_repeated_bind(text_before: str, items: list[str]) -> re.Match[str] | None:
    """The end of a BIND behind which nothing fits: its variable is used before."""
    return _END_OF_BIND.search(text_before) if items == ["OPTIONAL"] else None


def _are_keywords(items: list[str]) -> bool:
    return bool(items) and all(re.fullmatch("[A-Z][A-Z_]*", item) for item in items)


def _expected_items(text: str) -> list[str]:
    """Tokens, classes of characters, keywords and prose."""
    return [f"[{match['chars']}]" if match["chars"] else (match["token"] or match["prose"] or "").strip() for match in _ITEM.finditer(text)]


def _parse_spread(query_text: QueryText) -> tuple[int, list[str]] | None:
    """The position of the mistake and what was expected there; ``None`` where the query cannot be parsed again safely."""
    text = query_text.text
    if query_text.may_use_service or len(text) > _MAX_PARSED_CHARS:
        return None
    parts, padded_starts, starts, size = [], [], [], 0
    for match in _PART.finditer(text):
        if not match["blank"]:
            padded_starts.append(size)
            starts.append(match.start())
        part = f"{match[0]}{LOOKAHEAD_PADDING}"
        parts.append(part)
        size += len(part)
    padded = "".join(parts)
    match_error = _SYNTAX_ERROR.match(_parse(padded, query_text))
    if not match_error or not starts:
        return None
    items = _expected_items(match_error[3])
    padded_position = _named_position(padded, match_error)
    if padded_position >= size - 1:
        return len(text), items
    number = bisect_right(padded_starts, padded_position) - 1
    offset = 0 if _are_keywords(items) else padded_position - padded_starts[number]
    return starts[number] + offset, items


def _describe_expected(items: list[str], text_before: str) -> str:
    """What was expected, as a list in words."""
    groups = [_KEYWORD_GROUPS[item] for item in items if item in _KEYWORD_GROUPS]
    if groups and _are_keywords(items):
        is_condition = groups == [_KEYWORD_GROUPS["ENCODE_FOR_URI"]] and re.search(r"\b(?:FILTER|HAVING)\s*\Z", text_before, re.IGNORECASE)
        return _CONDITION if is_condition else groups[0]
    kinds = {
        "a variable": "?" in items,
        "an IRI": "<" in items,
        "a prefixed name": ":" in items,
        "'a'": "a" in items,
        "a string": '\\"' in items[1:],
        "a number": any(item.startswith("['0'") for item in items),
        "a blank node": "_:" in items,
        "a closing quotation mark": items[:1] == ["'"] or items[:1] == ['\\"'],
    }
    names = [name for name, is_expected in kinds.items() if is_expected]
    names += [f"'{item}'" for item in _PUNCTUATION if item in items and not (item == "." and kinds["a number"])]
    names += [item for item in items if re.fullmatch("[A-Z][A-Z_]*", item)]
    if not names:
        return "something else"
    return f"{', '.join(names[:-1])} or {names[-1]}" if names[1:] else names[0]
