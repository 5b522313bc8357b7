"""The text of a SPARQL query: a scan without parsing, and the explanation of a syntax error."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.text import truncate
from pfocr2rdf.rdf.vocabulary import PREFIXES

_TOKEN = re.compile(
    r"""
    (?P<iri> <(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
  | (?P<aside> \#[^\r\n]*
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
"""Put behind a query: the parser looks ahead by whole keywords, and its complaint is about the end where the text is too short for one."""

_SEPARATOR = r"(?:\s|\#[^\r\n]*[\r\n])"
_SERVICE_CLAUSE = re.compile(
    rf"\bSERVICE(?:{_SEPARATOR}*(?:SILENT{_SEPARATOR}*)?[<?$]|{_SEPARATOR}+(?:SILENT{_SEPARATOR}+)?[\w.-]*:)", re.IGNORECASE
)  # fmt: skip
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_EXCERPT_MAX_CHARS = 30


class QueryText(NamedTuple):
    """A query, read as far as it takes to know what it wants.

    Attributes:
        text: the query, with the project's prefixes that it uses and does not declare.
        prologue_chars: how many characters were put before its first line for that.
        prefixes: the project's and its own.
        undeclared_prefixes: the prefixes that it uses and nobody declares, with their places in the text.
        verb: its first keyword, such as ``"SELECT"``, or nothing where none was found.
        has_from: whether it names its graphs itself.
        has_graph: whether it asks named graphs by GRAPH.
        uses_service: whether it sends a part of itself to another server, or looks as if it did.
    """

    text: str
    prologue_chars: int
    prefixes: dict[str, str]
    undeclared_prefixes: dict[str, int]
    verb: str
    has_from: bool
    has_graph: bool
    uses_service: bool

    @property
    def returns_triples(self) -> bool:
        """Whether it is answered with statements."""
        return self.verb in ("CONSTRUCT", "DESCRIBE")


def scan_query(text: str) -> QueryText:
    """Read a query as far as it takes to ask it.

    Raises:
        StoreError: it is no query: it is empty, or an update.
    """
    declared: dict[str, str] = {}
    used: dict[str, int] = {}
    words: list[str] = []
    declaring: str | None = None
    verb = ""
    for token in _TOKEN.finditer(text):
        said = token[0]
        if token.lastgroup == "word":
            words.append(said.upper())
            if not verb and words[-1] not in ("PREFIX", "BASE"):
                verb = words[-1]
        elif token.lastgroup == "name":
            prefix = said.partition(":")[0]
            if not verb and words[-1:] == ["PREFIX"]:
                declaring = prefix
            else:
                used.setdefault(prefix, token.start())
        elif token.lastgroup == "iri" and declaring is not None:
            declared[declaring], declaring = said[1:-1], None
    if not verb and not text.strip():
        raise StoreError("the query is empty")
    if verb in _UPDATE_KEYWORDS:
        raise StoreError(f"{verb} changes a store, and a query only reads; 'pfocr2rdf load' brings an export into a store")
    wanted = [prefix for prefix in used if prefix not in declared]
    head = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in wanted if prefix in PREFIXES)
    unknown = {prefix: used[prefix] for prefix in wanted if prefix not in PREFIXES}
    return QueryText(
        head + text, len(head), {**PREFIXES, **declared}, unknown, verb, "FROM" in words, "GRAPH" in words,
        "SERVICE" in words or _may_use_service(text),
    )  # fmt: skip


def _may_use_service(text: str) -> bool:
    """Whether there could be a SERVICE, also in what looks like a comment or a text: to be mistaken there would open a door."""
    return _SERVICE_CLAUSE.search(_ESCAPE.sub(lambda found: _decode_code_point(int(found[1] or found[2], 16)), text)) is not None


def _decode_code_point(code: int) -> str:
    return chr(code) if code < 0x110000 else ""


def explain_syntax_error(query_text: QueryText, parser_message: str) -> StoreError:
    """What pyoxigraph's parser says of a query, in one sentence about the text of the user."""
    found = _SYNTAX_ERROR.match(parser_message)
    if not found:
        return StoreError(f"the query cannot be understood: {parser_message}")
    lines = query_text.text.split("\n")
    place = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
    expected = [item.strip() for item in _QUOTED_TOKEN.sub("", found[3]).split(",") if item.strip()]
    if expected and ", ".join(expected) == found[3] and all(map(str.isupper, expected)):
        place -= min(map(len, expected))  # where it looked for a keyword it says where that would have ended
    prose = next((item for item in expected if " " in item and not item.isupper()), "")
    place = max(place - query_text.prologue_chars, 0)
    text = query_text.text[query_text.prologue_chars :].rstrip()
    strange = [item for item in query_text.undeclared_prefixes.items() if prose == "Prefix not found" or item[1] == place]
    if strange:
        prefix, place = strange[0]
        reason = f"the prefix {prefix}: is not declared; write PREFIX {prefix}: <its IRI> before the query"
    elif prose:
        reason = prose[0].lower() + prose[1:]
    elif rest := " ".join(text[place:].split()):
        reason = f"it cannot be understood from here on: {truncate(rest, _EXCERPT_MAX_CHARS)}"
    else:
        reason = "it ends too early"
    before = text[:place]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return StoreError(f"the query, line {line}, column {column}: {reason}")
