"""``pfocr2rdf query``."""

from __future__ import annotations

import codecs
import contextlib
import io
import itertools
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import click
from pyoxigraph import Literal, NamedNode, Triple

from pfocr2rdf.cli.errors import ask_password, handle_errors
from pfocr2rdf.cli.params import require_absolute_iri
from pfocr2rdf.errors import OutputError
from pfocr2rdf.rdf.prefixes import READABLE_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.text import C_ESCAPES, escape_controls
from pfocr2rdf.storage.files import atomic_write, map_os_errors
from pfocr2rdf.storage.urls import is_url
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions
from pfocr2rdf.stores.querying.examples import examples_as_rdf, examples_as_rows, find_example, suggest_examples
from pfocr2rdf.stores.querying.query import query
from pfocr2rdf.stores.querying.result import QUERY_RESULT_FORMATS, QueryResult
from pfocr2rdf.stores.store import SolutionTerm

_EXAMPLES = """\b
Examples:
  pfocr2rdf query --list
  pfocr2rdf query families-together
  pfocr2rdf query words.rq
  pfocr2rdf query 'SELECT ?figure { ?figure pfocr:mentions ncbigene:6772 }' --format csv
  pfocr2rdf query 'DESCRIBE fam:STAT' --store release --output stat.ttl
"""

_TABLE = "table"
_ROWS_PER_BLOCK = 1000
_TERMINAL_ESCAPES = {**C_ESCAPES, "\n": "\n", "\t": "\t"}
_QUERY_SUFFIXES = (".rq", ".sparql")
_is_query_text = re.compile(r"[\s{<]").search


def _parse_iris(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - click calls it so
    return tuple(map(require_absolute_iri, values))


def _resolve_query(context: click.Context, parameter: click.Parameter, value: str | None) -> str:  # noqa: ARG001 - click calls it so
    """The text of the query: what is in the file of that name, or an example, or the argument itself; empty where examples are listed."""
    if context.params["listed"]:
        if value is not None or context.params["shown"]:
            raise click.UsageError("--list takes no query, and has none to show.")
        return ""
    if value is None:
        raise click.UsageError("name a query, or list the examples with --list.")
    try:
        if value == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        found = find_example(value)
        if value and _exists(Path(value)) and not (found and Path(value).is_dir()):
            return _read_query_file(Path(value))
        if found:
            return found.text
        if value.endswith(_QUERY_SUFFIXES) or (value and not _is_query_text(value)):
            raise click.BadParameter(_unknown_query_message(value))
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{value}: it is no UTF-8: {error.reason} at byte {error.start}.") from None
    return value


def _unknown_query_message(name: str) -> str:
    """What to say of a name that is neither of a file nor of an example."""
    like = suggest_examples(Path(name).stem)
    is_file = name.endswith(_QUERY_SUFFIXES)
    said = f"there is no file {name}" if is_file else f"there is no file and no example named {name}"
    if like:
        return f"{said}; there {'are examples' if like[1:] else 'is an example'} named {', '.join(like)}."
    return f"{said}." if is_file else f"{said}; pfocr2rdf query --list shows the examples."


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a query is seldom a possible name
        return False


def _read_query_file(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}.") from None


@click.command("query", epilog=_EXAMPLES)
@click.argument("text", metavar="QUERY", required=False, callback=_resolve_query)
@click.option(
    "--store",
    default=DEFAULT_STORE,
    show_default=True,
    metavar="STORE",
    help="The folder of an embedded store, or the URL of a SPARQL server.",
)
@click.option("--user", default="", metavar="NAME", help="The name to log in with; the password is asked for where it is not set.")
@click.option("--query-endpoint", default="", metavar="URL", help="Where the server takes queries.")
@click.option(
    "-f", "--format", "form", type=click.Choice([_TABLE, *QUERY_RESULT_FORMATS]),
    help="How to write the answer: by default a table for rows, yes or no for ASK, and Turtle for statements.",
)  # fmt: skip
@click.option("--graph", "graphs", multiple=True, metavar="IRI", callback=_parse_iris, help="Ask this graph only; repeat it for more.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write the answer to.")
@click.option("--service", is_flag=True, help="Let the query ask other servers with SERVICE.")
@click.option(
    "--list", "listed", is_flag=True, is_eager=True,
    help="List the example queries; with --format csv all about them, and with --format turtle for SPARQL editors.",
)  # fmt: skip
@click.option("--show", "shown", is_flag=True, is_eager=True, help="Print the text of the query, and ask nothing.")
@handle_errors
def query_command(
    text: str, store: str, form: str | None, output: Path | None, user: str, query_endpoint: str, shown: bool,
    listed: bool, **options: Any,
) -> int:  # fmt: skip
    """Ask a store with SPARQL.

    QUERY is a file, the name of an example, the text of a query, or - for standard input. The prefixes of the exported files need
    not be declared, and without --graph and FROM all graphs of an embedded store are asked together. Nothing in the store is changed.
    """
    ask_user = ask_password if sys.stdin.isatty() else None
    connection = ConnectionOptions(user=user, ask_password=ask_user, endpoints=Endpoints(query_endpoint))

    def ask() -> None:
        if listed:
            answer = _list_examples(form, query_endpoint or (store if is_url(store) else ""))
        else:
            answer = query(store, text, connection=connection, **options)
        chosen = form or ("turtle" if answer.query_form == "construct" else _TABLE)
        if chosen == _TABLE and answer.query_form != "construct":
            write_table(answer, file)
        else:
            answer.write(file, chosen)

    with _atomic_output(output) if output else _standard_output() as file:
        if shown:
            file.write(text.encode())
        else:
            _run_interruptibly(ask)
    return 0


def _list_examples(form: str | None, target: str) -> QueryResult:
    """The examples, as the form wants them; in a table only what a screen has room for."""
    if form in QUERY_RESULT_FORMATS and QUERY_RESULT_FORMATS[form].is_rdf:
        return examples_as_rdf(target)
    return examples_as_rows() if form in QUERY_RESULT_FORMATS else examples_as_rows(("name", "title"))


def write_table(result: QueryResult, file: IO[bytes]) -> None:
    """Write rows in columns that are as wide as they must be, or a yes or no; nothing in it moves the cursor of a terminal."""
    if result.query_form == "ask":
        file.write(b"yes\n" if result.boolean else b"no\n")
        return
    from rich.cells import cell_len  # here, for a quick start

    names, prefixes = result.variables, PrefixMap(result.prefixes, READABLE_LOCAL_NAME)
    widths = [cell_len(name) for name in names]
    rows = ([format_term(row[name], prefixes) if name in row else "" for name in names] for row in result)
    heading = [list(names)]
    while block := list(itertools.islice(rows, _ROWS_PER_BLOCK)) or heading:
        widths = [max(width, *(cell_len(row[at]) for row in block)) for at, width in enumerate(widths)]
        if heading:
            block = [*heading, ["-" * width for width in widths], *(block if block is not heading else [])]
            heading = []
        for row in block:
            padded = (f"{text}{' ' * (width - cell_len(text))}" for text, width in zip(row, widths, strict=True))
            file.write(f"{'  '.join(padded).rstrip()}\n".encode())


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


class _EscapingWriter(io.RawIOBase):
    """Passes text on to a terminal, which must not take what is in it for a command."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._last = "\n"
        self._decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Pass text on."""
        text = self._decoder.decode(bytes(data))
        self._file.write(escape_controls(text, _TERMINAL_ESCAPES).encode())
        self._last = text[-1:] or self._last
        return len(data)

    def close(self) -> None:
        """End the last line."""
        if not self.closed and self._last != "\n":
            self._file.write(b"\n")
        super().close()


def _discard_standard_output() -> None:
    """What could not be written is not tried again when Python ends: that would change the exit status."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def _standard_output() -> Iterator[IO[bytes]]:
    file = sys.stdout.buffer
    try:
        if file.isatty():
            with _EscapingWriter(file) as shown:
                yield cast("IO[bytes]", shown)
        else:
            yield file
        file.flush()
    except BrokenPipeError:
        _discard_standard_output()
        raise
    except OSError as error:
        _discard_standard_output()
        raise OutputError(f"standard output cannot be written: {error.strerror or error}") from None


@contextlib.contextmanager
def _atomic_output(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when all is in it, and not before; what is no file, such as a pipe, is written as it comes."""
    with map_os_errors(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        with atomic_write(Path(os.path.realpath(path))) as partial, partial.open("xb") as file:
            yield file


def _clear_frames(error: BaseException | None) -> None:
    """Forget the local names of where an error was raised: what pyoxigraph answers must go in the thread in which it came."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _run_interruptibly(work: Callable[[], None]) -> None:
    """Do the work in a thread: while a store thinks, Python hears no interrupt in the thread that waits for it."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            work()
            done.set_result(None)
        except BaseException as error:
            _clear_frames(error)
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    done.result()
