"""The formats: each of the six holds the same graph, whatever it is made of, and two parsers that share no code agree on it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import string
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph
import pytest
import rdflib
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyld import jsonld
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from tests.support.profiles import example_count
from tests.support.records import SHARED

from pfocr2rdf.errors import RecordError
from pfocr2rdf.mapping.jsonld.expansion import expand_jsonld
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.terms import Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import PFOCR, PREFIXES, PROPERTIES, expand_curie
from pfocr2rdf.records.model import FigureRecord

SITE = "https://pfocr.wikipathways.org/"

XSD = "http://www.w3.org/2001/XMLSchema#"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

SUFFIXES = {name: make().suffix for name, make in SERIALIZERS.items()}

QUADS = ("nquads", "trig")

pytestmark = [pytest.mark.filterwarnings("ignore:Parsing weird boolean"), pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]

Term = tuple[str, ...]

Quad = tuple[str, Term, Term, Term]
"""A statement with the name of its graph, ``""`` for the default graph. Languages are compared as RDF does: in small letters."""


def iri(value: str) -> Term:
    return ("iri", value)


def text(value: str, datatype: str = "", language: str = "") -> Term:
    datatype = f"{RDF}langString" if language else datatype or f"{XSD}string"
    return ("literal", value, datatype, language.lower())


# -- readers ---------------------------------------------------------------------------------------------------------------


_OXIGRAPH = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}

_RDFLIB = {"turtle": "turtle", "jsonld": "json-ld", "ntriples": "nt", "nquads": "nquads", "trig": "trig", "rdfxml": "xml"}

_TOOLS = {
    "rapper": {"turtle": "turtle", "ntriples": "ntriples", "nquads": "nquads", "rdfxml": "rdfxml"},
    "serdi": {"turtle": "turtle", "ntriples": "ntriples", "nquads": "nquads", "trig": "trig"},
}


def by_pyoxigraph(fmt: str, data: bytes) -> Iterator[Quad]:
    """``pyoxigraph.parse``, which keeps every literal as it is written; its ``Store`` would not."""
    terms: dict[Any, Term] = {}

    def taken(part: Any) -> Term:
        term = terms.get(part)
        if term is None:
            assert not isinstance(part, pyoxigraph.BlankNode), "a blank node"
            is_iri = isinstance(part, pyoxigraph.NamedNode)
            term = iri(part.value) if is_iri else text(part.value, part.datatype.value, part.language or "")
            terms[part] = term
        return term

    for quad in pyoxigraph.parse(data, format=_OXIGRAPH[fmt]):
        graph = "" if isinstance(quad.graph_name, pyoxigraph.DefaultGraph) else quad.graph_name.value
        yield graph, taken(quad.subject), taken(quad.predicate), taken(quad.object)


def by_rdflib(fmt: str, data: bytes) -> Iterator[Quad]:
    dataset = rdflib.Dataset()
    dataset.parse(data=data, format=_RDFLIB[fmt])
    for subject, predicate, value, graph in dataset.quads():
        name = "" if graph in (None, DATASET_DEFAULT_GRAPH_ID) else str(graph)
        yield name, _of_rdflib(subject), _of_rdflib(predicate), _of_rdflib(value)


def _of_rdflib(part: Any) -> Term:
    assert not isinstance(part, rdflib.BNode), "a blank node"
    if isinstance(part, rdflib.Literal):
        return text(str(part), str(part.datatype or ""), part.language or "")
    return iri(str(part))


def by_pyld(fmt: str, data: bytes) -> Iterator[Quad]:
    def never(url: str, options: object) -> Any:
        raise AssertionError(f"the document wants {url} from the network")

    for name, triples in jsonld.to_rdf(json.loads(data), {"documentLoader": never}).items():
        for triple in triples:
            parts = [_of_pyld(triple[role]) for role in ("subject", "predicate", "object")]
            yield "" if name == "@default" else name, *parts  # type: ignore[misc]


def _of_pyld(part: dict[str, str]) -> Term:
    assert part["type"] != "blank node", "a blank node"
    return iri(part["value"]) if part["type"] == "IRI" else text(part["value"], part["datatype"], part.get("language", ""))


def by_tool(tool: str) -> Callable[[str, bytes], Iterator[Quad]]:
    """A program that says the same as N-Triples: raptor and serd are parsers in C that share no code with the others."""

    def read(fmt: str, data: bytes) -> Iterator[Quad]:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed: apt-get install raptor2-utils serdi")
        output_format = "nquads" if fmt in QUADS else "ntriples"
        base = ["-I", "http://base.invalid/"] if tool == "rapper" else []
        source = ["-", "http://base.invalid/"] if tool == "rapper" else ["-"]
        flags = ["-q"] if tool == "rapper" else []
        command = [tool, *flags, "-i", _TOOLS[tool][fmt], *base, "-o", output_format, *source]
        process = subprocess.run(command, input=data, capture_output=True, check=False)
        assert process.returncode == 0, process.stderr.decode()
        yield from by_pyoxigraph(output_format, process.stdout)

    return read


READERS: dict[str, Callable[[str, bytes], Iterator[Quad]]] = {
    "pyoxigraph": by_pyoxigraph,
    "rdflib": by_rdflib,
    "PyLD": by_pyld,
    "rapper": by_tool("rapper"),
    "serdi": by_tool("serdi"),
}

LIBRARIES = [("pyoxigraph", form) for form in SERIALIZERS] + [("rdflib", form) for form in SERIALIZERS] + [("PyLD", "jsonld")]

PROGRAMS = [(tool, form) for tool, forms in _TOOLS.items() for form in forms]


@pytest.fixture(autouse=True)
def _exact_rdflib(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib as a reader of what is written: no ``"01"`` becomes ``"1"``, no ill-formed literal a page of warnings."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    monkeypatch.setattr(logging.getLogger("rdflib.term"), "disabled", True)


def triples(quads: Iterable[Quad]) -> set[tuple[Term, Term, Term]]:
    return {quad[1:] for quad in quads}


def assert_same(actual: set[Any], expected: set[Any]) -> None:
    """The same sets; where they are not, the first few that differ."""
    missing, added = sorted(expected - actual)[:3], sorted(actual - expected)[:3]
    assert (missing, added) == ([], [])


# -- exports of real records -------------------------------------------------------------------------------------------------


def real(*parts: str) -> list[Path]:
    if not SHARED.is_dir():
        pytest.skip("the shared data (../shared/data) is not here")
    return [SHARED / part for part in parts]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of an export of the seed, all records of 2023, and every tenth of 2021."""
    output = tmp_path_factory.mktemp("sample")
    corpus = sorted(real("corpus-gen1")[0].glob("*.md"))[::10]
    summary = export([*real("seed", "real-gen2"), *corpus], output, formats=SERIALIZERS)
    assert (summary.exported, summary.read) == (13 + len(corpus), 13 + len(corpus))
    assert len(corpus) >= 60
    return {fmt: (output / f"figures{suffix}").read_bytes() for fmt, suffix in SUFFIXES.items()}


@pytest.fixture(scope="module")
def graph(sample: dict[str, bytes]) -> set[tuple[Term, Term, Term]]:
    """The statements of the sample, as pyoxigraph reads them from N-Triples."""
    statements = triples(by_pyoxigraph("ntriples", sample["ntriples"]))
    assert len(statements) > 10_000
    return statements


@pytest.mark.parametrize(("reader", "fmt"), LIBRARIES)
def test_every_library_reads_the_same_graph_from_every_format(
    reader: str, fmt: str, sample: dict[str, bytes], graph: set[tuple[Term, Term, Term]]
) -> None:
    assert_same(triples(READERS[reader](fmt, sample[fmt])), graph)


@pytest.mark.parametrize(("reader", "fmt"), PROGRAMS)
def test_every_program_reads_the_same_graph_from_every_format(
    reader: str, fmt: str, sample: dict[str, bytes], graph: set[tuple[Term, Term, Term]]
) -> None:
    assert_same(triples(READERS[reader](fmt, sample[fmt])), graph)


@pytest.mark.parametrize("fmt", ["ntriples", "nquads"])
def test_no_statement_is_written_twice(fmt: str, sample: dict[str, bytes], graph: set[tuple[Term, Term, Term]]) -> None:
    lines = sample[fmt].decode().splitlines(keepends=True)
    assert [line for line, count in Counter(lines).items() if count > 1] == []
    assert len(lines) == len(graph)


def assert_canonical(data: bytes) -> None:
    """The canonical form of RDF 1.2 N-Triples: one blank between terms, no comment, no empty line, no escape but those that must be.

    So the lines of two files can be sorted and compared.
    """
    name, word = r'<[^<>"{}|^`\\\x00-\x20]+>', r'"(?:[^"\\\n\r\t]|\\[\\"nrt])*"'
    line = re.compile(rf"{name} {name} (?:{name}|{word}(?:@[A-Za-z-]+|\^\^{name})?) \.").fullmatch
    lines = data.decode().split("\n")
    assert lines.pop() == ""
    assert [text_line for text_line in lines if not line(text_line)] == []


def test_ntriples_is_canonical(sample: dict[str, bytes]) -> None:
    assert_canonical(sample["ntriples"])
    assert_canonical(serialize("ntriples", [node for node, _ in hostile_rows()], 3))


@pytest.mark.parametrize("reader", ["pyoxigraph", "rdflib"])
@pytest.mark.parametrize("fmt", QUADS)
def test_each_figure_is_a_named_graph_and_what_figures_share_is_in_the_datasets_graph(
    reader: str, fmt: str, sample: dict[str, bytes], graph: set[tuple[Term, Term, Term]]
) -> None:
    target, figid = iri(expand_curie("oa:hasTarget")), iri(expand_curie("dcterms:identifier"))
    figures = {statement[0] for statement in graph if statement[1:] == (iri(f"{RDF}type"), iri(expand_curie("pfocr:Figure")))}
    of_figure = {subject: subject for subject in figures} | {statement[0]: statement[2] for statement in graph if statement[1] == target}
    ids = defaultdict(set)
    for subject, predicate, value in graph:
        if predicate == figid:
            ids[subject].add(f"{SITE}graphs/{quote(value[1], safe='')}")

    def belongs(subject: Term) -> set[str]:
        return ids[of_figure[subject]] if subject in of_figure else {f"{SITE}dataset"}

    quads = set(READERS[reader](fmt, sample[fmt]))
    assert [quad for quad in quads if quad[0] not in belongs(quad[1])][:3] == []
    assert len({name for name, *_ in quads}) == len(figures) + 1
    assert_same(triples(quads), graph)
    assert len(quads) == len(graph), "a statement is in two graphs"


def test_all_real_records_are_the_same_graph_in_every_format(tmp_path: Path) -> None:
    summary = export(real("seed", "real-gen2", "corpus-gen1"), tmp_path, formats=SERIALIZERS)
    assert (summary.read, summary.exported) == (615, 615)
    sizes = {}
    expected: set[pyoxigraph.Triple] = set()
    for fmt in ("ntriples", *(fmt for fmt in SERIALIZERS if fmt != "ntriples")):
        parsed = [quad.triple for quad in pyoxigraph.parse(path=tmp_path / f"figures{SUFFIXES[fmt]}", format=_OXIGRAPH[fmt])]
        sizes[fmt] = len(parsed)
        if fmt == "ntriples":
            expected = set(parsed)
            assert not any(isinstance(part, pyoxigraph.BlankNode) for triple in expected for part in (triple.subject, triple.object))
        else:
            assert [str(different) for different in list(expected.symmetric_difference(parsed))[:3]] == []
    assert set(sizes.values()) == {summary.triples}


# -- writers ---------------------------------------------------------------------------------------------------------------


FORBIDDEN = [chr(code) for code in (*range(9), 0xB, 0xC, *range(0xE, 0x20), 0x7F, 0xFFFE, 0xFFFF)]
"""What no record may hold; with surrogates, which are no characters."""

NASTY_TEXTS = [
    "", " ", "  a  ", "\\", "\\\\", '\\"', "\\u0041", "\\n", '"""', "'''", "]]>", "<!-- -->", "&amp;", "&#13;", "\r\n", "\n\n", "a\\",
    '"@en', '"^^<x>', "<iri>", "_:b", "urn:pfocr:slot:name", "@id", "@value", "@type", "true", "null", "1", "(STAT", "[Ca²*]i", "a" * 300,
    "\\" * 201, '"\n' * 150, "\U0001f9ec", "e\u0301", "\u202eabc", "\ufeff", "\u00ad",
]  # fmt: skip

NASTY_NUMBERS = [
    "1", "0", "-1", "01", "-0", "+1", "--1", "-", "", "1.", ".5", "1.0", "0.90", "-0.5", "-.5", "00.5", "1e3", "1E-3", "1.5e0", "INF",
    "NaN", "١", "²", "1 ", " 1", "1_0", "1,5", "12345678901234567890123456789", "0.1234567890123456789012345", "1..2", "1.2.3", "abc",
]  # fmt: skip

NASTY_LEXICALS = [*NASTY_NUMBERS, "2020", "20", "2020-13-45", "2020-01-02", "true", "TRUE", "-0001", "2020Z"]

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=FORBIDDEN), max_size=12),
    st.text("\\\"'\n\r\t \u00a0\u0085\u2028\ufeff<>&;]{}|^`@.,/%#$uUntréκ𝛼", max_size=12),
    st.sampled_from(NASTY_TEXTS),
)

LEXICALS = st.one_of(st.sampled_from(NASTY_LEXICALS), TEXTS)

DATATYPES = st.sampled_from([f"xsd:{name}" for name in ("integer", "decimal", "gYear", "date", "boolean", "dateTime", "anyURI")])

LANGUAGES = st.sampled_from(["en", "en-GB", "de", "zh-Hans", "x-private", "EN"])

LITERALS = st.one_of(
    TEXTS.map(lambda value: (literal(value), text(value))),
    st.tuples(TEXTS, LANGUAGES).map(lambda row: (f"{literal(row[0])}@{row[1]}", text(row[0], "", row[1]))),
    st.tuples(LEXICALS, DATATYPES).map(lambda row: (literal(*row), text(row[0], expand_curie(row[1])))),
    TEXTS.map(lambda value: (f"{literal(value)}^^<http://example.org/type>", text(value, "http://example.org/type"))),
)

_PIECES = [*string.ascii_letters, *string.digits, *"-._~!$&'()*+,;=:@", "..", "%20", "%CE%BA", "%2F", "é", "κ", "𝛼", "中", "/", "//"]

_STARTS = [*PREFIXES.values(), "http://example.org/", "https://é.example/", "http://u@h:80/", "urn:x:", "http://e/?q=", "http://e/#"]

_ENDS = ["", "", ".", "?a=b&c='d'", "#f", "#.", "?", "#"]

IRI_VALUES = st.builds(
    lambda start, steps, end: start + "".join(steps) + end,
    st.sampled_from(_STARTS),
    st.lists(st.sampled_from(_PIECES), max_size=8),
    st.sampled_from(_ENDS),
).filter(is_absolute_iri)

IRIS = IRI_VALUES.map(lambda value: (iri_term(value), iri(value)))

OWN_PREDICATES = [expand_curie(row.name) for row in PROPERTIES]

XML_PREDICATES = [
    "http://schema.org/isBasedOn", "http://schema.org/Class_1", "http://example.org/p", "http://example.org/a/b-c", "urn:x:p",
    "http://example.org/ns#_p", "http://example.org/?q=p", "http://e/p%20q", f"{RDF}_1",
]  # fmt: skip

OTHER_PREDICATES = ["http://example.org/1", "http://example.org/", "http://example.org/%20", "http://example.org/é", "http://e/a.1"]

ExpectedResources = list[tuple[Resource, list[Term]]]

Statement = tuple[tuple[str, Term], Term]


def nodes_of(predicates: Sequence[str]) -> st.SearchStrategy[ExpectedResources]:
    """Nodes as the pipeline hands them to writers: a subject once, statements of one predicate side by side, none of them twice.

    Some of them share their last statements, as one and the same tuple; no predicate is in both parts of a node.
    """
    values = st.lists(st.one_of(LITERALS, IRIS), min_size=1, max_size=3, unique_by=lambda value: value[1])
    block = st.dictionaries(st.sampled_from(predicates[1::2]), values, max_size=3).map(_part)
    own_values = st.dictionaries(st.sampled_from(predicates[::2]), values, max_size=3)
    types = st.lists(IRIS, max_size=2, unique_by=lambda value: value[1])
    row = st.tuples(IRIS, types, own_values, st.integers(0, 2))
    rows = st.lists(row, min_size=1, max_size=5, unique_by=lambda row: row[0][1])
    return (
        st.tuples(block, block, rows)
        .map(lambda drafts: [node for row in drafts[2] if (node := _node(*row[:3], (NOTHING, *drafts[:2])[row[3]]))[0].pairs])
        .filter(bool)
    )


Part = tuple[tuple[tuple[str, str], ...], list[tuple[Term, Term]]]
"""Statements of a node without the node: as they are handed to writers, and as they are to be read back."""

NOTHING: Part = ((), [])


def _part(values_of: dict[str, list[tuple[str, Term]]]) -> Part:
    pairs = [(predicate, value) for predicate, values in values_of.items() for value in values]
    return tuple((iri_term(predicate), value[0]) for predicate, value in pairs), [(iri(predicate), value[1]) for predicate, value in pairs]


def _node(
    subject: tuple[str, Term], types: list[tuple[str, Term]], own_values: dict[str, list[tuple[str, Term]]], shared: Part = NOTHING
) -> tuple[Resource, list[Any]]:
    written_own, expected_own = _part({f"{RDF}type": types, **own_values})
    return Resource(subject[0], written_own, shared[0]), [(subject[1], *pair) for pair in (*expected_own, *shared[1])]


def serialize(fmt: str, nodes: list[Resource], at_once: int) -> bytes:
    """The nodes as a file of the pipeline: head, batches with the separator between them, tail; each batch a graph of its own."""
    writer = SERIALIZERS[fmt]()
    batches = [nodes[start : start + at_once] for start in range(0, len(nodes), at_once)]
    body = [writer.serialize_resources(batch, f"{SITE}graphs/{number}") for number, batch in enumerate(batches)]
    return (writer.header() + writer.separator.join(body) + writer.footer()).encode()


def renumbered(statements: set[Any]) -> set[Any]:
    """What rdflib makes of Turtle's bare numbers, which it reads as numbers and not as text: ``01`` is ``1``, and ``00.5`` ``0.5``."""

    def value(part: Term) -> Term:
        if part[0] == "literal" and part[2] in (f"{XSD}integer", f"{XSD}decimal") and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", part[1], re.A):
            sign, digits = ("-", part[1][1:]) if part[1].startswith("-") else ("", part[1])
            digits = re.sub(r"^0+(?=[0-9])", "", digits)
            return text(digits if digits == "0" else sign + digits, part[2])
        return part

    return {(subject, predicate, value(object_)) for subject, predicate, object_ in statements}


def check(fmt: str, rows: ExpectedResources, at_once: int, readers: Sequence[str]) -> None:
    data = serialize(fmt, [node for node, _ in rows], at_once)
    expected = {statement for _, statements in rows for statement in statements}
    for reader in readers:
        if reader == "PyLD" and fmt != "jsonld":
            continue
        actual = triples(READERS[reader](fmt, data))
        if reader == "rdflib" and fmt in ("turtle", "trig"):
            assert_same(renumbered(actual), renumbered(expected))
        else:
            assert_same(actual, expected)


EVERY = settings(
    max_examples=example_count(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize("fmt", [form for form in SERIALIZERS if form != "rdfxml"])
@given(nodes_of([*OWN_PREDICATES, *XML_PREDICATES, *OTHER_PREDICATES]), st.integers(1, 4))
@EVERY
def test_two_parsers_read_back_exactly_what_was_written(fmt: str, rows: ExpectedResources, at_once: int) -> None:
    check(fmt, rows, at_once, ["pyoxigraph", "rdflib", "PyLD"])


@given(nodes_of([*OWN_PREDICATES, *XML_PREDICATES]), st.integers(1, 4))
@EVERY
def test_two_parsers_read_back_exactly_what_was_written_as_rdfxml(rows: ExpectedResources, at_once: int) -> None:
    """RDF/XML cannot write a predicate that does not end in an XML name; the others are below."""
    check("rdfxml", rows, at_once, ["pyoxigraph", "rdflib"])


HOSTILE_TEXTS = [
    "\\", '"', "\n\r\t", "a\\\"b\\n", "κ𝛼中", "é\u0301", "\u2028\u0085\ufeff", "<&>'\"]]>", "  two  blanks  ", "a" * 250, "[Ca²*]i",
    "→Akt", "|TH|T",
]  # fmt: skip

NUMBERED = {
    "pfocr:occurrences": "xsd:integer",
    "pfocr:pathwayScore": "xsd:decimal",
    "dcterms:issued": "xsd:gYear",
    "dcterms:title": "xsd:date",
    "rdfs:label": "xsd:boolean",
}

HOSTILE_NUMBERS = ["1", "01", "-0", "+1", "1.", ".5", "-0.50", "00.5", "1e3", "abc", "", "²"]

HOSTILE_IRIS = [
    "https://pfocr.wikipathways.org/families/NF-%CE%BAB",
    "https://pfocr.wikipathways.org/families/a.b.",
    "https://pfocr.wikipathways.org/families/.a",
    "https://pfocr.wikipathways.org/families/-a",
    "https://pfocr.wikipathways.org/families/a%20b",
    "https://identifiers.org/chebi/CHEBI:1(2)",
    "https://doi.org/10.1002/(SICI)1097-0134(19960101)24:1%3C1::AID-PROT1%3E3.0.CO;2-R",
    "https://doi.org/10.1/a'b&c=d,e!f$g*h+i;j@k~l_m.",
    "https://www.ncbi.nlm.nih.gov/a?b=c&d=e#f",
    "http://example.org/é中𝛼",
    "https://pfocr.wikipathways.org/figures/",
    "https://pfocr.wikipathways.org/figures/0.html",
    "urn:x:y",
]


def hostile_rows() -> ExpectedResources:
    """A graph of all that is known to break writers."""
    rows = []
    for number, value in enumerate(HOSTILE_IRIS):
        types = [(iri_term(value), iri(value))]
        values_by_predicate = {
            expand_curie("skos:closeMatch"): [(iri_term(other), iri(other)) for other in HOSTILE_IRIS[number:]],
            expand_curie("pfocr:word"): [(literal(word), text(word)) for word in HOSTILE_TEXTS],
            "http://example.org/text": [(f"{literal(word)}@en-GB", text(word, "", "en-GB")) for word in HOSTILE_TEXTS],
            **{
                expand_curie(name): [(literal(word, datatype), text(word, expand_curie(datatype))) for word in HOSTILE_NUMBERS]
                for name, datatype in NUMBERED.items()
            },
        }
        rows.append(_node((iri_term(value), iri(value)), types, values_by_predicate))
    return rows


@pytest.mark.parametrize(("reader", "fmt"), LIBRARIES + PROGRAMS)
def test_all_that_breaks_writers_is_read_back_from_every_format(reader: str, fmt: str) -> None:
    check(fmt, hostile_rows(), 3, [reader])


@pytest.mark.parametrize("predicate", OTHER_PREDICATES)
def test_rdfxml_is_well_formed_or_refused_for_a_predicate_that_ends_in_no_xml_name(predicate: str) -> None:
    """It cannot be written as RDF/XML (section 5.3 of the recommendation): an error is right, a broken file is not."""
    row = _node((iri_term("http://e/s"), iri("http://e/s")), [], {predicate: [(literal("x"), text("x"))]})
    try:
        data = serialize("rdfxml", [row[0]], 1)
    except ValueError:
        return
    assert triples(by_rdflib("rdfxml", data)) == set(row[1])


@pytest.mark.parametrize("prefix", ["doid", "oa"])
@pytest.mark.parametrize("position", ["subject", "object", "predicate", "datatype", "type"])
def test_an_iri_whose_scheme_is_a_prefix_stays_what_it_is_in_jsonld_or_is_refused(prefix: str, position: str) -> None:
    hostile = f"{prefix}:0060239"
    subject = hostile if position == "subject" else "http://e/s"
    predicate = hostile if position == "predicate" else expand_curie("skos:closeMatch") if position == "object" else "http://e/p"
    value = (iri_term(hostile), iri(hostile)) if position == "object" else (literal("x"), text("x"))
    if position == "datatype":
        value = (f'"x"^^<{hostile}>', text("x", hostile))
    row = _node((iri_term(subject), iri(subject)), [(iri_term(hostile), iri(hostile))] if position == "type" else [], {predicate: [value]})
    with contextlib.suppress(ValueError):
        check("jsonld", [row], 1, ["pyoxigraph", "PyLD"])


@given(rows=nodes_of(OWN_PREDICATES))
@example(rows=hostile_rows())
@EVERY
def test_jsonld_has_one_json_object_a_line_and_no_key_twice(rows: ExpectedResources) -> None:
    data = serialize("jsonld", [node for node, _ in rows], 2).decode()
    body = data.split('"@graph": [\n', 1)[1]
    assert body.endswith("\n]}\n")
    lines = body.removesuffix("\n]}\n").split("\n")
    assert len(lines) == len(rows)

    def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    for line in lines:
        assert "id" in json.loads(line.removesuffix(","), object_pairs_hook=unrepeated)


# -- records whose own JSON-LD is hostile ---------------------------------------------------------------------------------------


def record(figid: str = "PMC1__F1", block: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A record of 2021, in the fewest words."""
    own_block = {
        "@context": "https://schema.org/",
        "@id": f"{SITE}figures/{figid}.html",
        "@type": "Dataset",
        "name": "CreativeWork",
        "license": "CC0",
    }
    gene = {"word": "STAT1", "symbol": "STAT1", "source": "hgnc_symbol", "hgnc_symbol": "STAT1", "entrez": "6772"}
    common = {"figid": figid, "figtitle": "A title", "pmcid": "PMC1", "filename": "a.jpg", "figlink": "/pmc/articles/PMC1/figure/F1/"}
    return {
        **common,
        "number": "F1",
        "year": "2020",
        "organisms": "Homo sapiens",
        "genes": [gene],
        "schema-jsonld": {**own_block, **(block or {})},
        **fields,
    }


HOSTILE_RECORDS = {
    "nothing special": [record()],
    "text in a language": [record(block={"alternateName": {"@value": "x", "@language": "EN-us"}})],
    "a typed value": [record(block={"alternateName": {"@value": "x", "@type": "http://example.org/type"}})],
    "a relative type": [record(block={"alternateName": {"@value": "x", "@type": "CC0"}})],
    "a JSON value": [record(block={"alternateName": {"@value": {"b": [1, "é"], "a": 1e30}, "@type": "@json"}})],
    "numbers and booleans": [record(block={"position": "1", "isFamilyFriendly": "true"})],
    "a double that is none": [record(block={"alternateName": {"@value": "abc", "@type": f"{XSD}double"}})],
    "brackets in a link": [record(figlink='/pmc/a[b] c<d>"e"')],
    "an address that is none": [record(block={"isBasedOn": "http://[1]/"})],
    "a language with a blank": [record(block={"alternateName": {"@value": "x", "@language": "en us"}})],
    "a language with a bracket": [record(block={"alternateName": {"@value": "x", "@language": "e>n"}})],
    "a type that is text": [record(block={f"{RDF}type": "x"})],
    "a list item": [record(block={f"{RDF}li": "x"})],
    "a predicate that is no XML name": [record(block={"http://example.org/1": "x"})],
    "a predicate that ends in a number after a dot": [record(block={"http://example.org/a.1": "x"})],
    "a predicate that ends in a dot": [record(block={"http://example.org/a.": "x"})],
    "a language of one letter": [record(block={"alternateName": {"@value": "x", "@language": "a-b-c"}})],
    "text that looks like a slot": [record(block={"http://example.org/a": "urn:pfocr:slot:keywords"})],
    "text that looks like the slot of another key": [record(block={"http://example.org/a": "urn:pfocr:slot:name"})],
    "a predicate that begins with a number": [record(block={"http://example.org/1.a": "x"})],
    "a predicate in another alphabet": [record(block={"http://example.org/é": "x"})],
    "a predicate of RDF itself": [record(block={f"{RDF}Description": "x", f"{RDF}about": "y"})],
    "a statement the other way round": [record(block={"@reverse": {"http://example.org/1": {"@id": "http://example.org/a"}}})],
    "an IRI with a prefix as scheme": [record(block={"isBasedOn": "doid:0060239"})],
    "a licence with a prefix as scheme": [record(block={"license": "doid:0060239"})],
    "a type with a prefix as scheme": [record(block={"@type": "doid:0060239"})],
    "a datatype with a prefix as scheme": [record(block={"alternateName": {"@value": "x", "@type": "doid:0060239"}})],
    "a link that leads nowhere": [record(figlink="http://")],
    "a link to an address that is none": [record(figlink="http://[1]/")],
    "a link with two fragments": [record(figlink="/pmc/a#b#c")],
    "a nested node that is the figure itself": [record(block={"isPartOf": {"@id": f"{SITE}figures/PMC1__F1.html", "name": "A title"}})],
    "a nested node that is another figure": [
        record(block={"isBasedOn": {"@id": f"{SITE}figures/PMC1__F2.html", "http://purl.org/dc/terms/title": "A title"}}),
        record("PMC1__F2"),
    ],
    "a nested node that is described in two graphs": [
        record(
            block={
                "hasPart": [
                    {"@id": "http://example.org/a", "@type": "Book", "name": "x", "url": "http://example.org/b"},
                    {"@id": "http://example.org/g", "@graph": [{"@id": "http://example.org/a", "@type": "Thing", "name": "y"}]},
                ]
            }
        )
    ],
    "a nested node that is the paper": [record(block={"isPartOf": {"@id": "https://identifiers.org/pmc/PMC1", "name": "x"}})],
}


@pytest.mark.parametrize("case", HOSTILE_RECORDS)
def test_no_record_breaks_a_file_for_all_others(case: str, tmp_path: Path) -> None:
    """A record may be refused or quarantined; what is exported is one graph in all formats, and no statement or subject comes twice."""
    source = tmp_path / "records.yaml"
    records = [*HOSTILE_RECORDS[case], record("PMC1__F3")]
    source.write_text("\n---\n".join(yaml.safe_dump(item, allow_unicode=True) for item in records), encoding="utf-8")
    summary = export([source], tmp_path / "out", formats=SERIALIZERS)
    assert summary.exported + summary.refused + summary.quarantined == len(records)
    data = {fmt: (tmp_path / "out" / f"figures{suffix}").read_bytes() for fmt, suffix in SUFFIXES.items()}
    quads = [item[1:] for item in by_pyoxigraph("ntriples", data["ntriples"])]
    assert len(quads) == len(set(quads)) == summary.triples
    for reader, fmt in LIBRARIES:
        assert_same(triples(READERS[reader](fmt, data[fmt])), set(quads))
    texts_in_blocks = {
        text(value) for item in records for key, value in item["schema-jsonld"].items() if key.startswith("http://example.org/")
    }
    assert summary.exported < len(records) or texts_in_blocks <= {value for _, _, value in quads}
    paragraphs = re.findall(r"^(?!@)[<a-z]\S*(?= )", data["turtle"].decode(), re.M)
    assert [subject for subject, count in Counter(paragraphs).items() if count > 1] == []


PROPERTY_IRIS = st.builds(
    lambda start, steps: start + "".join(steps),
    st.sampled_from(["http://example.org/", "http://schema.org/", "urn:x:", RDF, PFOCR, "http://purl.org/dc/terms/", "http://e/?q="]),
    st.lists(
        st.sampled_from(["a", "Z", "1", ".", "-", "_", "%41", "é", "type", "li", "_1", "/", "#", ":", "'", "title", "word"]), max_size=5
    ),
)

BLOCKS = st.dictionaries(
    st.one_of(PROPERTY_IRIS, st.sampled_from(["url", "isBasedOn", "alternateName", "@type", "license", "position"])),
    st.one_of(
        TEXTS,
        IRI_VALUES,
        st.builds(lambda value, kind: {"@value": value, "@type": kind}, st.sampled_from(NASTY_LEXICALS), IRI_VALUES),
        st.builds(
            lambda value, tag: {"@value": value, "@language": tag}, TEXTS, st.sampled_from(["en", "EN-us", "", "e n", "a-b-c", "x>y"])
        ),
        st.builds(lambda name, value: {"@id": name, "name": value}, IRI_VALUES, TEXTS),
    ),
    max_size=3,
)


@given(BLOCKS)
@settings(max_examples=example_count(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_let_in_from_a_records_own_jsonld_can_be_written_in_every_format(block: dict[str, Any]) -> None:
    own_block = {"@context": "https://schema.org/", "@id": f"{SITE}figures/PMC1__F1.html", "@type": "Dataset", "license": "CC0"}
    try:
        expanded = expand_jsonld(FigureRecord(figid="PMC1__F1", schema_version="2021", jsonld={**own_block, **block}))
    except RecordError:
        return
    pairs = tuple(sorted({*expanded.figure_pairs, (iri_term(f"{RDF}type"), iri_term(expand_curie("pfocr:Figure")))}))
    nodes = [
        Resource(iri_term(f"{SITE}figures/PMC1__F1.html"), pairs),
        *(Resource(node.subject, tuple(sorted(set(node.pairs)))) for node in expanded.other_resources),
    ]
    expected = triples(by_pyoxigraph("ntriples", serialize("ntriples", nodes, 1)))
    assert len(expected) == sum(len(node.pairs) for node in nodes)
    for fmt in SERIALIZERS:
        assert_same(triples(by_pyoxigraph(fmt, serialize(fmt, nodes, 1))), expected)
    assert_same(triples(by_rdflib("rdfxml", serialize("rdfxml", nodes, 1))), expected)


@pytest.mark.parametrize(
    "block",
    [
        {"alternateName": {"@value": "x", "@type": "http://a b"}},
        {"@type": ["Dataset", {"a": "b"}]},
        {"name": {"@value": "x", "@language": ["en"]}},
        {"@context": {"@version": "2"}},
    ],
)
def test_a_block_that_pyld_refuses_is_one_refusal(block: dict[str, Any], tmp_path: Path) -> None:
    source = tmp_path / "records.yaml"
    source.write_text("\n---\n".join(yaml.safe_dump(document) for document in (record(block=block), record("PMC1__F2"))), encoding="utf-8")
    summary = export([source], tmp_path / "out")
    assert (summary.exported, summary.refused) == (1, 1)


def test_the_terms_of_a_node_are_made_once_and_written_everywhere_alike() -> None:
    """Writers remember what they wrote: the second time, and the hundredth, are as the first."""
    rows = hostile_rows()
    for fmt, make in SERIALIZERS.items():
        writer = make()
        first = writer.serialize_resources([node for node, _ in rows], f"{SITE}dataset")
        assert [writer.serialize_resources([node for node, _ in rows], f"{SITE}dataset") == first for _ in range(3)] == [True] * 3, fmt


def test_the_debian_tools_are_there_where_ci_promises_them() -> None:
    """CI sets ``PFOCR2RDF_TOOLS=1`` where it installed them, so that their tests cannot be skipped without a word."""
    if not os.environ.get("PFOCR2RDF_TOOLS"):
        pytest.skip("PFOCR2RDF_TOOLS is not set")
    assert [tool for tool in _TOOLS if not shutil.which(tool)] == []
