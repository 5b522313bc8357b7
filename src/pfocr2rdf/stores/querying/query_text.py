"""The text of a SPARQL query: a scan that does not parse it."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.vocabulary import PREFIXES

# Every alternative takes the same characters whether what it begins is closed or not, so the scan is linear in hostile text too.
_TOKEN = re.compile(
    r"""
    (?P<iri> <(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+> )
  | (?P<skipped> \#[^\r\n]*
      | \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*+(?:\"{3})? | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+(?:'{3})?
      | "(?:[^"\\\r\n]|\\.)*+"? | '(?:[^'\\\r\n]|\\.)*+'?
      | [?$]\w+ | @[A-Za-z][\w-]* | _:\w[\w.\-]* )
  | (?P<words> [^\W\d][\w.\-]*+ )? (?P<local> :(?:[\w:.\-\u00b7]|%[0-9A-Fa-f]{2}|\\.)*+ )?
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d]\w*")

_UPDATE_KEYWORDS = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"))

LOOKAHEAD_PADDING = f"\n{' ' * 30}"
"""Appended to a query: the parser looks ahead by whole keywords, and reports an error at the end if the text is too short for one."""

# The keyword, and what can follow it in a query. Before it there may be a number or a boolean without a blank between; after these other
# characters it is a part of a name. A comment after it counts as a server, and names without a blank are bounded: all this is linear.
_SERVICE_CLAUSE = re.compile(
    r"""
    (?: (?<=true) | (?<=false) | (?<![?$:@\-])(?<![^\W\d]) ) SERVICE
    (?: \s*(?:[<?$\#]|SILENT) | \s+[\w.-]*: | [\w.-]{0,64}:[^\s{]{0,200}\s{0,20}[{#] )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SERVICE_OR_ESCAPE = re.compile(r"SERVICE|\\u", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class QueryText(NamedTuple):
    """A query, scanned as far as it takes to execute it."""

    text: str  # as the user wrote it
    implied_prefixes: dict[str, str]  # the namespaces of the project's prefixes that it uses and does not declare
    prefixes: dict[str, str]  # the project's and its own
    undeclared_prefixes: dict[str, int]  # those that are used but not declared, with their positions in the text
    query_form: str  # its first keyword, such as SELECT, or empty
    has_from: bool  # it names its graphs itself
    has_graph: bool  # it queries named graphs by GRAPH
    uses_service: bool  # it sends a part of itself to another server by SERVICE, or looks as if it did
    allow_service: bool  # the user has allowed that
    may_use_service: bool  # it could do so where no scan sees it: only a text without these letters and without escapes surely does not

    @property
    def needs_sandbox(self) -> bool:
        """Whether it may be executed only where it has no network."""
        return self.may_use_service and not self.allow_service

    @property
    def with_prologue(self) -> str:
        """The query with declarations of the prefixes that it implies, for a server that does not know them."""
        return "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in self.implied_prefixes.items()) + self.text

    @property
    def returns_triples(self) -> bool:
        """Whether its result is made of statements."""
        return self.query_form in ("CONSTRUCT", "DESCRIBE")


_BLANKS = re.compile(
    r"""( <[^\x00-\x20<>"{}|^`\\]*+> | \"{3}.*?\"{3} | '{3}.*?'{3} | "[^"\\\r\n]*+" | '[^'\\\r\n]*+' ) | (?:[\x20\t\r\n] | \#[^\r\n]*)++""",
    re.VERBOSE | re.DOTALL,
)


def normalize_blanks(text: str) -> str:
    r"""A query without backslashes, with one blank for all blanks and comments between two tokens.

    >>> normalize_blanks('SELECT  ?a # all\n{ ?a  <x:#b>  "c  d" }')
    'SELECT ?a { ?a <x:#b> "c  d" }'
    """
    return _BLANKS.sub(lambda match: match[1] or " ", text)


def scan_query(text: str, *, allow_service: bool = False) -> QueryText:
    """Scan a query as far as it takes to execute it; ``StoreError`` if it is empty, or an update."""
    declared: dict[str, str] = {}
    used: dict[str, int] = {}
    words: set[str] = set()
    last_word = ""
    declaring: str | None = None
    verb = ""
    for match in _TOKEN.finditer(text):
        run, local = match["words"] or "", match["local"]
        prefix = "" if local is None or run.endswith(".") else run
        if run and (local is None or not prefix):
            for word in _WORD.findall(run):
                last_word = word.upper()
                words.add(last_word)
                if not verb and last_word not in ("PREFIX", "BASE"):
                    verb = last_word
        if local is not None:
            if not verb and last_word == "PREFIX":
                declaring = prefix
            else:
                used.setdefault(prefix, match.start("local") - len(prefix))
        elif match["iri"] and declaring is not None:
            declared[declaring], declaring = match["iri"][1:-1], None
    if not verb and not text.strip():
        raise StoreError("the query is empty")
    if verb in _UPDATE_KEYWORDS:
        raise StoreError(f"{verb} changes a store, but queries are read-only; to load an export, use 'pfocr2rdf load'")
    undeclared = {prefix: position for prefix, position in used.items() if prefix not in declared}
    implied = {prefix: PREFIXES[prefix] for prefix in undeclared if prefix in PREFIXES}
    unknown = {prefix: position for prefix, position in undeclared.items() if prefix not in PREFIXES}
    plain = _ESCAPE.sub(lambda match: _decode_code_point(int(match[1] or match[2], 16)), text)
    may_use_service = _SERVICE_OR_ESCAPE.search(text) is not None
    uses_service = may_use_service and ("SERVICE" in words or bool(_SERVICE_CLAUSE.search(plain)))
    return QueryText(
        text=text,
        implied_prefixes=implied,
        prefixes={**PREFIXES, **declared},
        undeclared_prefixes=unknown,
        query_form=verb,
        has_from="FROM" in words,
        has_graph="GRAPH" in words,
        uses_service=uses_service,
        allow_service=allow_service,
        may_use_service=may_use_service,
    )


def _decode_code_point(code: int) -> str:
    return chr(code) if code < 0x110000 else ""
