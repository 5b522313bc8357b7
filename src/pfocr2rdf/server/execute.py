"""One question, answered into a file. It is done in a process that can be killed: everything that reads the question is here."""

from __future__ import annotations

import errno
import os
from typing import IO, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Store

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.iris import is_absolute
from pfocr2rdf.server.content_negotiation import ROWS, STATEMENTS, choose
from pfocr2rdf.server.result_pages import write_answer
from pfocr2rdf.stores.embedded import Kept
from pfocr2rdf.stores.querying.query_text import PADDING, Question, misread, read
from pfocr2rdf.stores.querying.result import Answer, answering

_LONGEST = 2000


class Asked(NamedTuple):
    """What somebody asks.

    Attributes:
        text: the query.
        accept: the media types in which it may be answered, as the header has them.
        default: the graphs that make up the default graph.
        named: the named graphs. Without both, it is asked as ``pfocr2rdf query`` asks.
    """

    text: str
    accept: str = ""
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Reply(NamedTuple):
    """What came of it.

    Attributes:
        status: as in HTTP; the file has the answer where it is 200.
        said: the media type of the answer, or the sentence that says why there is none.
    """

    status: int
    said: str


def answer_into(file: IO[bytes], store: Kept[Store], asked: Asked, *, service: bool = False, rows: int = 1000) -> Reply:
    """Answer a question into a file, or say why not. It raises nothing that the question or the store could bring about.

    Args:
        file: where to.
        store: the store.
        asked: the question.
        service: whether it may ask other servers.
        rows: how many rows a table for people has.
    """
    try:
        reply = _answered(file, store, asked, service, rows)
        file.flush()
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Reply(500, "the answer is larger than this service gives; ask for less, such as with LIMIT")
        return Reply(500, f"the answer cannot be kept: {os.strerror(error.errno or errno.EIO)}")
    except MemoryError:
        return Reply(500, "the query needs more memory than it may have; ask for less")
    return Reply(reply.status, reply.said[:_LONGEST])


def _answered(file: IO[bytes], store: Kept[Store], asked: Asked, service: bool, rows: int) -> Reply:
    strange = next((graph for graph in (*asked.default, *asked.named) if not is_absolute(graph)), None)
    if strange is not None:
        return Reply(400, f"{strange!r} is no absolute IRI of a graph")
    try:
        question = read(asked.text)
    except StoreError as error:
        return Reply(400, str(error))
    if not service and question.asks_elsewhere:
        return Reply(403, "the query asks another server with SERVICE, and this service sends nothing elsewhere")
    try:
        with store.borrowed() as found:
            return _written(file, found, question, asked, rows)
    except SyntaxError as error:
        return Reply(400, str(misread(question, str(error))))
    except StoreError as error:
        return Reply(503, str(error))


def _written(file: IO[bytes], store: Store, question: Question, asked: Asked, rows: int) -> Reply:
    """The answer in the form that is liked best.

    Raises:
        SyntaxError: the question is wrong.
        StoreError: the store fails before it has an answer.
    """
    answer = _ask(store, question, asked)
    offered = STATEMENTS if answer.kind == "construct" else ROWS
    kind = choose(asked.accept, list(offered))
    if kind is None:
        return Reply(406, f"the answer cannot be given as {asked.accept}; there is {', '.join(offered)}")
    try:
        if kind == "text/html":
            write_answer(file, answer, asked.text, rows)
        else:
            answer.write(file, offered[kind])
    except StoreError as error:
        return Reply(500, str(error))
    return Reply(200, kind)


def _ask(store: Store, question: Question, asked: Asked) -> Answer:
    """Ask a store as ``pfocr2rdf query`` does, or the graphs that the protocol names."""
    # With the one or the other, the protocol means these graphs and no others.
    chosen = bool(asked.default or asked.named)
    default: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(graph) for graph in asked.default]
    named: list[NamedNode | BlankNode] = [NamedNode(graph) for graph in asked.named]
    with answering("the store"):
        results = store.query(
            question.text + PADDING, use_default_graph_as_union=not chosen and not question.has_from,
            default_graph=default if chosen else None, named_graphs=named if chosen else None,
        )  # fmt: skip
    return Answer(results, question.prefixes, "the store")
