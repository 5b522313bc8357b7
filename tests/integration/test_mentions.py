"""The table of mentions has the rows that SPARQL has, whatever it is read from."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from tests.support.records import ROOT, front_matter, older, write

from pfocr2rdf import MentionRow, SourceError, export, load, mentions, query
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.mentions import readers

REAL = ROOT.parent / "shared" / "data"
PFOCR = PREFIXES["pfocr"]

ROWS = """
SELECT ?figid ?figure ?kind ?curie ?entity ?label ?word ?match ?evidence ?family ?organism ?taxon ?occurrences ?paper ?year {
  ?mention a pfocr:Mention ; oa:hasTarget ?figure ; pfocr:occurrences ?occurrences .
  ?figure dcterms:identifier ?figid FILTER (CONTAINS(STR(?figure), ?figid))
  OPTIONAL { ?mention pfocr:word ?word }
  OPTIONAL { ?mention pfocr:match ?match }
  OPTIONAL { ?mention pfocr:evidence ?how BIND (STRAFTER(STR(?how), "#") AS ?evidence) }
  OPTIONAL { ?mention pfocr:family/skos:prefLabel ?family }
  OPTIONAL {
    ?mention oa:hasBody ?entity . ?entity a ?class
    FILTER (?class IN (pfocr:Gene, pfocr:Chemical, pfocr:Disease))
    BIND (LCASE(STRAFTER(STR(?class), "#")) AS ?kind)
    OPTIONAL { ?entity rdfs:label ?label }
    OPTIONAL { ?entity pfocr:organism ?species . ?species dcterms:identifier ?taxon ; rdfs:label ?organism FILTER (?kind = "gene") }
  }
  OPTIONAL { ?figure pfocr:citedIn ?article . ?article dcterms:identifier ?paper OPTIONAL { ?article dcterms:issued ?year } }
}
"""


def by_sparql(store: Path) -> Counter[tuple[object, ...]]:
    """The rows by SPARQL, without the CURIE."""
    names = [name for name in MentionRow._fields if name != "identifier"]
    return Counter(tuple(row[name] for name in names) for row in query(store, ROWS))


def rows(source: Path) -> Counter[tuple[object, ...]]:
    return Counter((*row[:3], *row[4:]) for row in mentions(source))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mentions")
    export([ROOT / "examples"], folder / "export", formats=["turtle", "ntriples"], compress="gz")
    export([ROOT / "examples"], folder / "quads", formats=["nquads"])
    load(folder / "export", folder / "store")
    load(folder / "quads", folder / "graphs", graphs="figure")
    (folder / "file.ttl.gz").write_bytes((folder / "export" / "figures.ttl.gz").read_bytes())
    lines = (folder / "quads" / "figures.nq").read_bytes().splitlines(keepends=True)
    (folder / "disorder.nq").write_bytes(b"".join([*lines[::2], *lines[1::2], *lines[:99]]))
    return folder


@pytest.mark.parametrize("name", ["export", "quads", "store", "graphs", "file.ttl.gz", "disorder.nq", "records"])
def test_rows_are_those_of_sparql(name: str, folder: Path) -> None:
    expected = by_sparql(folder / "store")
    assert expected.total() > 150
    assert rows(ROOT / "examples" if name == "records" else folder / name) == expected


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real records beside the checkout")
def test_rows_of_real_records_are_those_of_sparql(tmp_path: Path) -> None:
    sources = [path for path in sorted(REAL.iterdir()) if path.suffix in (".md", ".gz", ".zip", ".zst") or path.is_dir()]
    summary = export(sources, tmp_path / "export", formats=["ntriples"], limit=60)
    assert summary.exported > 50
    load(tmp_path / "export", tmp_path / "store")
    expected = by_sparql(tmp_path / "store")
    assert rows(tmp_path / "export") == rows(tmp_path / "store") == expected


def test_a_table_is_read_again_and_gives_curies(folder: Path) -> None:
    whole = mentions(folder / "store")
    first, second = list(whole), list(whole)
    assert first == second
    prefixes = Counter(row.identifier.partition(":")[0] for row in first if row.identifier)
    assert set(prefixes) == {"ncbigene", "mesh"} | (set(prefixes) & {"chebi", "doid"})
    assert repr(whole) == f"MentionTable('{folder / 'store'}'): {', '.join(MentionRow._fields)}"


def test_a_statement_in_several_graphs_is_one_row(folder: Path, tmp_path: Path) -> None:
    store = pyoxigraph.Store(tmp_path)
    for graph in (pyoxigraph.NamedNode("urn:a"), pyoxigraph.NamedNode("urn:b"), pyoxigraph.DefaultGraph()):
        store.load(path=folder / "disorder.nq", format=pyoxigraph.RdfFormat.N_QUADS)
        store.bulk_extend(pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in store)
    del store
    assert rows(tmp_path) == by_sparql(folder / "store")


def test_data_frames_have_a_row_for_each_mention(folder: Path) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    whole = mentions(folder / "export")
    count = sum(1 for _ in whole)
    frame = whole.to_pandas()
    assert (len(frame), tuple(frame.columns)) == (count, MentionRow._fields)
    assert str(frame["year"].dtype) == "int64"
    assert whole.to_polars().shape == (count, len(MentionRow._fields))


def test_records_that_were_left_out_are_counted(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": front_matter(older("PMC1__F1")), "b.md": "no front matter"})
    with pytest.warns(UserWarning, match="1 records were refused and 0 quarantined; the table does not have their mentions"):
        assert {row.figid for row in mentions(tmp_path)} == {"PMC1__F1"}


def test_what_is_no_source_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder"):
        mentions(tmp_path / "nothing")
    (tmp_path / "broken.nt").write_text("<urn:a> <urn:b>\n")
    with pytest.raises(SourceError, match=r"broken\.nt"):
        list(mentions(tmp_path / "broken.nt"))


def test_a_loop_that_ends_early_leaves_nothing_open(folder: Path) -> None:
    for source in (folder / "store", folder / "export"):
        iterator = iter(mentions(source))
        assert next(iterator).figid
        iterator.close()  # type: ignore[attr-defined] # it is a generator
    pyoxigraph.Store(folder / "store")


def many_mentions(count: int) -> Iterator[str]:
    yield f"<urn:f> <{PREFIXES['rdf']}type> <{PFOCR}Figure> .\n"
    for number in range(count):
        yield f"<urn:m{number}> <{PREFIXES['rdf']}type> <{PFOCR}Mention> .\n"
        yield f"<urn:m{number}> <{PREFIXES['oa']}hasTarget> <urn:f> .\n"
        yield f'<urn:m{number}> <{PFOCR}word> "word {number}" .\n'


@pytest.mark.parametrize("kind", ["store", "file"])
def test_memory_does_not_grow_with_the_mentions(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = []
    for count in (500, 5_000):
        source = tmp_path / f"{count}.nt"
        source.write_text("".join(many_mentions(count)))
        if kind == "store":
            store = pyoxigraph.Store(tmp_path / str(count))
            store.bulk_load(path=source, format=pyoxigraph.RdfFormat.N_TRIPLES)
            del store
            source = tmp_path / str(count)
        else:  # as the file of an export, which needs no sorting
            monkeypatch.setattr(readers, "read_statements", lambda *_, source=source: source.open("rb"))
        tracemalloc.start()
        assert sum(1 for _ in mentions(source)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000, peaks
