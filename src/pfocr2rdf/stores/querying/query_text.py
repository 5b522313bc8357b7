"""The text of a SPARQL query: a scan that does not parse it, and the explanation of its syntax errors."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.text import truncate
from pfocr2rdf.rdf.vocabulary import PREFIXES

_TOKEN = re.compile(
    r"""
    (?P<iri> <(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
  | (?P<skipped> \#[^\r\n]*
      | \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
      | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*'
      | [?$]\w+ | @[A-Za-z][\w-]* | _:\w[\w.\-]* )
  | (?P<name> (?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:[\w:.\-\u00b7]|%[0-9A-Fa-f]{2}|\\.)* )
  | (?P<word> [^\W\d]\w* )
    """,
    re.VERBOSE | re.DOTALL,
)

_UPDATE_KEYWORDS = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"))
_SYNTAX_ERROR = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_QUOTED_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\'[^\']*\'')

LOOKAHEAD_PADDING = f"\n{' ' * 30}"
"""Appended to a query: the parser looks ahead by whole keywords, and reports an error at the end if the text is too short for one."""

_SEPARATOR = r"(?:\s|\#[^\r\n]*[\r\n])"
_SERVICE_CLAUSE = re.compile(
    rf"\bSERVICE(?:{_SEPARATOR}*(?:SILENT{_SEPARATOR}*)?[<?$]|{_SEPARATOR}+(?:SILENT{_SEPARATOR}+)?[\w.-]*:)", re.IGNORECASE
)  # fmt: skip
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_EXCERPT_MAX_CHARS = 30


class QueryText(NamedTuple):
    """A query, scanned as far as it takes to execute it."""

    text: str  # as the user wrote it
    implied_prefixes: dict[str, str]  # the namespaces of the project's prefixes that it uses and does not declare
    prefixes: dict[str, str]  # the project's and its own
    undeclared_prefixes: dict[str, int]  # those that it uses and nobody declares, with their positions in the text
    query_form: str  # its first keyword, such as SELECT, or empty
    has_from: bool  # it names its graphs itself
    has_graph: bool  # it queries named graphs by GRAPH
    uses_service: bool  # it sends a part of itself to another server, or looks as if it did

    @property
    def with_prologue(self) -> str:
        """The query with declarations of the prefixes that it implies, for a server that does not know them."""
        return "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in self.implied_prefixes.items()) + self.text

    @property
    def returns_triples(self) -> bool:
        """Whether its result is made of statements."""
        return self.query_form in ("CONSTRUCT", "DESCRIBE")


def scan_query(text: str) -> QueryText:
    """Scan a query as far as it takes to execute it; ``StoreError`` if it is empty, or an update."""
    declared: dict[str, str] = {}
    used: dict[str, int] = {}
    words: list[str] = []
    declaring: str | None = None
    verb = ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match.lastgroup == "word":
            words.append(token.upper())
            if not verb and words[-1] not in ("PREFIX", "BASE"):
                verb = words[-1]
        elif match.lastgroup == "name":
            prefix = token.partition(":")[0]
            if not verb and words[-1:] == ["PREFIX"]:
                declaring = prefix
            else:
                used.setdefault(prefix, match.start())
        elif match.lastgroup == "iri" and declaring is not None:
            declared[declaring], declaring = token[1:-1], None
    if not verb and not text.strip():
        raise StoreError("the query is empty")
    if verb in _UPDATE_KEYWORDS:
        raise StoreError(f"{verb} changes a store, and a query only reads; 'pfocr2rdf load' brings an export into a store")
    undeclared = {prefix: position for prefix, position in used.items() if prefix not in declared}
    implied = {prefix: PREFIXES[prefix] for prefix in undeclared if prefix in PREFIXES}
    unknown = {prefix: position for prefix, position in undeclared.items() if prefix not in PREFIXES}
    return QueryText(
        text, implied, {**PREFIXES, **declared}, unknown, verb, "FROM" in words, "GRAPH" in words,
        "SERVICE" in words or _may_use_service(text),
    )  # fmt: skip


def _may_use_service(text: str) -> bool:
    """Whether there could be a SERVICE, also in what looks like a comment or a string: a mistake here would be a security hole."""
    return _SERVICE_CLAUSE.search(_ESCAPE.sub(lambda match: _decode_code_point(int(match[1] or match[2], 16)), text)) is not None


def _decode_code_point(code: int) -> str:
    return chr(code) if code < 0x110000 else ""


def explain_syntax_error(query_text: QueryText, parser_message: str) -> StoreError:
    """A message of pyoxigraph's parser as one sentence about the text of the user."""
    match = _SYNTAX_ERROR.match(parser_message)
    if not match:
        return StoreError(f"the query cannot be understood: {parser_message}")
    lines = query_text.text.split("\n")
    position = sum(len(line) + 1 for line in lines[: int(match[1]) - 1]) + int(match[2]) - 1
    expected = [item.strip() for item in _QUOTED_TOKEN.sub("", match[3]).split(",") if item.strip()]
    if expected and ", ".join(expected) == match[3] and all(map(str.isupper, expected)):
        position -= min(map(len, expected))  # for a keyword the parser names the position where that would have ended
    position = max(position, 0)
    prose = next((item for item in expected if " " in item and not item.isupper()), "")
    text = query_text.text.rstrip()
    unknown = [item for item in query_text.undeclared_prefixes.items() if prose == "Prefix not found" or item[1] == position]
    if unknown:
        prefix, position = unknown[0]
        reason = f"the prefix {prefix}: is not declared; write PREFIX {prefix}: <its IRI> before the query"
    elif prose:
        reason = prose[0].lower() + prose[1:]
    elif rest := " ".join(text[position:].split()):
        reason = f"it cannot be understood from here on: {truncate(rest, _EXCERPT_MAX_CHARS)}"
    else:
        reason = "it ends too early"
    text_before = text[:position]
    line, column = text_before.count("\n") + 1, len(text_before) - text_before.rfind("\n")
    return StoreError(f"the query, line {line}, column {column}: {reason}")
