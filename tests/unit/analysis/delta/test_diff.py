"""The laws of deltas: applied to the old graph, a delta gives the new one, in each format, for any two graphs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store
from tests.support.profiles import example_count

from pfocr2rdf import DiffSummary, diff

IRIS = (
    "urn:x:a", "urn:x:b%20c", "http://e/é", "http://e/(a)'b;c,d", "http://e/a?b=c&d=_:e#f", "tag:a,b:c", "http://[::1]/", "urn:x:--ltr",
)  # fmt: skip

TEXTS = (
    "", 'say "hi"', "a\\b", "a\nb\r\tc", "\n;\n", "} ;\nINSERT DATA {", " _:b .", '"a _:b', "<<( x", '"@en--ltr .', "\\u0041",
    "\x00\x08\x0b", "\x7f", "\ufffe\uffff", "\x85\u2028", "é→Ạ", "\U0001f9ec",
)  # fmt: skip

INTEGER, CUSTOM_TYPE = NamedNode("http://www.w3.org/2001/XMLSchema#integer"), NamedNode("urn:x:type")

nodes = st.sampled_from(IRIS).map(NamedNode)

texts = st.sampled_from(TEXTS) | st.text(max_size=8)

literals = st.one_of(
    texts.map(Literal),
    st.builds(Literal, texts, language=st.sampled_from(("en", "en-GB", "EN-gb"))),
    st.builds(Literal, texts, datatype=st.just(CUSTOM_TYPE)),
    st.integers(-3, 3).map(lambda number: Literal(str(number), datatype=INTEGER)),
)

triples = st.sets(st.builds(Quad, nodes, nodes, nodes | literals), max_size=12)

quads = st.sets(st.builds(Quad, nodes, nodes, nodes | literals, nodes), max_size=12)

pairs = st.tuples(triples, triples) | st.tuples(quads, quads)

Quads = frozenset[Quad] | set[Quad]


def canonical(graph: Iterable[Quad]) -> set[bytes]:
    return set(pyoxigraph.serialize(graph, format=RdfFormat.N_QUADS).splitlines(keepends=True))


def written(folder: Path, name: str, graph: Quads) -> Path:
    named = any(quad.graph_name != DefaultGraph() for quad in graph)
    path = folder / f"{name}{'.nq' if named else '.nt'}"
    path.write_bytes(b"".join(sorted(canonical(graph), reverse=True)))
    return path


class Applied:
    """A delta of two graphs, read back from each of its forms."""

    def __init__(self, old: Quads, new: Quads, **options: int) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            paths = written(folder, "old", old), written(folder, "new", new)
            self.delta: DiffSummary = diff(*paths, folder / "out", sort_bytes=100, chunk=3, **options)
            suffix = "nq" if self.delta.has_graph_names else "nt"
            self.removed, self.added = (
                (folder / "out" / f"{name}.{suffix}").read_bytes().splitlines(keepends=True) for name in ("removed", "added")
            )
            self.update = (folder / "out" / "delta.ru").read_text(encoding="utf-8")
            self.patch = (folder / "out" / "delta.rdfp").read_bytes()


def patch_rows(patch: bytes) -> Iterator[tuple[str, bytes]]:
    """A reader of RDF Patch: its rows, of which those that change something must stand in one transaction."""
    rows = [(row[:2].strip().decode(), row[2:].lstrip()) for row in patch.splitlines(keepends=True)]
    codes = " ".join(code for code, _ in rows)
    assert re.fullmatch(r"H H TX( D)*( A)* TC", codes), codes
    return iter(rows)


def patched(graph: set[bytes], patch: bytes) -> set[bytes]:
    result = set(graph)
    for code, statement in patch_rows(patch):
        if code == "D":
            result.remove(statement)
        elif code == "A":
            assert statement not in result
            result.add(statement)
    return result


def updated(graph: Quads, operations: Iterable[str]) -> set[bytes]:
    store = Store()
    store.extend(graph)
    for operation in operations:
        store.update(operation)
    return canonical(store)


@settings(deadline=None, max_examples=example_count(150), suppress_health_check=[HealthCheck.too_slow])
@given(pairs)
@example((set(), {Quad(NamedNode("urn:x:a"), NamedNode("urn:x:a"), Literal(text)) for text in TEXTS}))
@example(({Quad(NamedNode("urn:x:a"), NamedNode("urn:x:a"), NamedNode(iri), NamedNode(iri)) for iri in IRIS}, set()))
def test_applied_to_the_old_graph_a_delta_gives_the_new_one_in_each_format(graphs: tuple[Quads, Quads]) -> None:
    old, new = graphs
    forward, backward = Applied(old, new), Applied(new, old)
    old_lines, new_lines = canonical(old), canonical(new)
    assert (old_lines - set(forward.removed)) | set(forward.added) == new_lines
    assert set(forward.removed) <= old_lines
    assert not set(forward.added) & old_lines
    assert patched(old_lines, forward.patch) == new_lines
    assert updated(old, [forward.update]) == new_lines
    assert updated(old, re.split(r"^;\n", forward.update, flags=re.MULTILINE)) == new_lines
    assert (forward.removed, forward.added) == (backward.added, backward.removed)
    assert patched(new_lines, backward.patch) == old_lines
    assert forward.removed == sorted(forward.removed)
    assert forward.added == sorted(forward.added)
    delta = forward.delta
    assert (delta.removed, delta.added, delta.unchanged) == (
        len(old_lines - new_lines),
        len(new_lines - old_lines),
        len(old_lines & new_lines),
    )
    assert (delta.old["statements"], delta.new["statements"]) == (len(old_lines), len(new_lines))


@settings(deadline=None, max_examples=example_count(30))
@given(triples | quads)
def test_a_graph_does_not_differ_from_itself(graph: Quads) -> None:
    same = Applied(graph, graph)
    assert not same.delta.differs
    assert (same.removed, same.added, same.update) == ([], [], "")
    assert [code for code, _ in patch_rows(same.patch)] == ["H", "H", "TX", "TC"]


def test_patches_chain() -> None:
    graphs = [{Quad(NamedNode("urn:x:a"), NamedNode("urn:x:b"), Literal(text))} for text in ("one", "two", "three")]
    first, second = Applied(graphs[0], graphs[1]), Applied(graphs[1], graphs[2])
    (name, _), (_, previous_identity) = ((code, value) for code, value in list(patch_rows(second.patch))[:2])
    assert name == "H"
    identity = next(value for code, value in patch_rows(first.patch) if value.startswith(b"id "))
    assert previous_identity.removeprefix(b"prev ") == identity.removeprefix(b"id ")
    assert re.fullmatch(rb"id <uuid:[0-9a-f-]{36}> \.\n", identity)
