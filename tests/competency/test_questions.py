"""The example queries that ask for rows get the same answers wherever the graph is loaded.

Each is a file ``queries/NAME.rq``, with its checked answer on ``examples`` in ``tests/data/queries/NAME.tsv``. Those that ask other servers
are in ``test_queries.py``. A new store is one line of ``SYSTEMS``.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from tests.support.questions import (
    _XSD,
    DATASET,
    EXAMPLES,
    MADE_UP,
    QUESTIONS,
    SYSTEMS,
    VOCABULARY,
    Ask,
    ask_rdflib,
    checked,
    export_all,
    normalised,
    parsed,
)
from tests.support.records import DATA

RARE = ("drawn-pathways", "unidentified-words")
"""Questions about what the examples lack; they are asked of a figure that was made up for them."""

ABSENT = ("drawn-pathways",)
"""Questions about what the real figures that are here lack, too."""

SLOW = ("co-mentions", "years")
"""Questions that rdflib may think about for more than five seconds."""


# -- the questions ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of the graphs."""
    return export_all(tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def graphs(exports: dict[str, Path]) -> dict[str, rdflib.Graph]:
    """The real figures, the examples and the figure that is made up, each with the vocabulary, in rdflib."""
    return {name: parsed(exports[name], exports[VOCABULARY]) for name in (DATASET, EXAMPLES, MADE_UP)}


@pytest.fixture(scope="module", params=SYSTEMS)
def ask(request: pytest.FixtureRequest, exports: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A store that holds all of it, each in a graph of its own."""
    with SYSTEMS[request.param](tmp_path_factory.mktemp(request.param), exports) as ask_store:
        yield ask_store


@pytest.fixture(scope="module")
def expected(graphs: dict[str, rdflib.Graph]) -> Callable[[str], list[Any]]:
    """What rdflib answers on the real figures, once for each question."""

    @functools.cache
    def query_rdflib(name: str) -> list[Any]:
        start = time.process_time()
        rows = normalised(ask_rdflib(graphs[DATASET], QUESTIONS[name]))
        assert name in SLOW or time.process_time() - start < 5
        return rows

    return query_rdflib


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_store_gives_the_same_answer_about_real_figures(name: str, ask: Ask, expected: Callable[[str], list[Any]]) -> None:
    rows = normalised(ask(QUESTIONS[name], [DATASET, VOCABULARY]))
    assert bool(rows) == (name not in ABSENT)
    assert rows == expected(name)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_store_gives_the_checked_answer_about_the_examples(name: str, ask: Ask, graphs: dict[str, rdflib.Graph]) -> None:
    expected = checked(DATA / "queries" / f"{name}.tsv")
    graph_name = MADE_UP if name in RARE else EXAMPLES
    assert expected
    assert normalised(ask(QUESTIONS[name], [graph_name, VOCABULARY])) == expected
    assert normalised(ask_rdflib(graphs[graph_name], QUESTIONS[name])) == expected


def test_the_questions_need_no_graph_of_their_own_and_try_what_stores_may_get_wrong() -> None:
    assert len(QUESTIONS) >= 22
    assert not re.search(r"\b(GRAPH|FROM)\b", " ".join(QUESTIONS.values()))
    all_queries = " ".join(QUESTIONS.values())
    for part in (
        "OPTIONAL",
        "HAVING",
        "MINUS",
        "NOT EXISTS",
        "REGEX",
        "BIND",
        "pfocr:evidence/rdfs:label",
        "VALUES",
        "COALESCE",
        "SELECT ?other (COUNT",
    ):
        assert part in all_queries


def test_numbers_are_compared_by_value_and_rows_without_their_order() -> None:
    two = [
        {"n": {"type": "literal", "value": text, "datatype": f"{_XSD}{datatype}"}}
        for text, datatype in (("2", "integer"), ("2.0", "decimal"))
    ]
    assert normalised(two[:1]) == normalised(two[1:])
    rows = [*two[:1], {"n": {"type": "literal", "value": "2"}}, {"n": {"type": "uri", "value": "2"}}]
    assert normalised(rows) == normalised(reversed(rows))
    assert len(set(normalised(rows))) == 3
