"""Tables on standard output and in files."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import IO

from pyoxigraph import Literal, NamedNode, Triple

from pfocr2rdf.rdf.prefixes import READABLE_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.text import escape_controls
from pfocr2rdf.stores.querying.result import ResultStream
from pfocr2rdf.stores.store import SolutionTerm

_ROWS_PER_BLOCK = 1000


def join_file_names(names: Iterable[str]) -> str:
    """The names of files on one line, with those in a folder, and the partitions, as one.

    >>> join_file_names(["part-00000.ttl", "part-00001.ttl", "a.ttl", "kgx/nodes.tsv", "kgx/edges.tsv"])
    '2 parts (part-00000.ttl to part-00001.ttl), a.ttl, kgx/ (2 files)'
    """
    names = list(names)
    parts = [name for name in names if name.startswith("part-")]
    folders = Counter(name.partition("/")[0] for name in names if "/" in name)
    return ", ".join([
        *([f"{len(parts)} parts ({parts[0]} to {parts[-1]})"] if parts else []),
        *(name for name in names if not name.startswith("part-") and "/" not in name),
        *(f"{folder}/ ({count:,} {'file' if count == 1 else 'files'})" for folder, count in folders.items()),
    ])  # fmt: skip


def print_summary(rows: Iterable[Sequence[str]]) -> None:
    """Print rows of a name and a number; a row of one cell is a heading, and an empty one a blank line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text  # here, for a quick start

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*map(Text, row))  # as text: a name may look like mark-up
    Console(highlight=False).print(table)


def write_table(result: ResultStream, file: IO[bytes]) -> bool:
    """Write rows in columns that are as wide as they must be, or a yes or no; nothing in it moves the cursor of a terminal.

    Returns:
        whether there was anything but the heading to write.
    """
    if result.query_form == "ask":
        file.write(b"yes\n" if result.boolean else b"no\n")
        return True
    from rich.cells import cell_len  # here, for a quick start

    names, prefixes = result.variables, PrefixMap(result.prefixes, READABLE_LOCAL_NAME)
    widths = [cell_len(name) for name in names]
    rows = ([format_term(row[name], prefixes) if name in row else "" for name in names] for row in result.terms())
    heading, is_empty = [list(names)], True
    while block := list(itertools.islice(rows, _ROWS_PER_BLOCK)) or heading:
        widths = [max(width, *(cell_len(row[column]) for row in block)) for column, width in enumerate(widths)]
        is_empty &= block is heading
        if heading:
            block = [*heading, ["-" * width for width in widths], *(block if block is not heading else [])]
            heading = []
        for row in block:
            padded = (f"{text}{' ' * (width - cell_len(text))}" for text, width in zip(row, widths, strict=True))
            file.write(f"{'  '.join(padded).rstrip()}\n".encode())
    return not is_empty


def format_term(term: SolutionTerm | Triple, prefixes: PrefixMap) -> str:
    r"""A term as people read it: an IRI short where a prefix fits, a literal as its text.

    >>> format_term(NamedNode("https://identifiers.org/ncbigene/6772"), PrefixMap({"ncbigene": "https://identifiers.org/ncbigene/"}))
    'ncbigene:6772'
    >>> format_term(Literal("STAT\x1b[2J", language="en"), PrefixMap({}))
    'STAT\\x1b[2J'
    """
    if isinstance(term, Literal):
        return escape_controls(term.value)
    if isinstance(term, NamedNode) and (curie := prefixes.compress(term.value)):
        return curie
    return escape_controls(str(term))
