"""No reader of outside text is quadratic: twice the input takes at most 2.6 times the CPU time.

Two lists are gone through. The first is made by the test itself: every regular expression of every module, on texts made of its own
characters. The second names the functions that read outside text, each with the kinds of text that loops like theirs are slow on.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import itertools
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from re import _parser as sre_parser  # type: ignore[attr-defined]  # the only way to the characters of an expression
from typing import Any

import pytest
from tests.support.records import older

import pfocr2rdf
from pfocr2rdf.errors import PfocrError
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.partitions import describe_partitions
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.serializers.rdfxml import split_qname
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, literal
from pfocr2rdf.records.documents import YamlDocument, extract_front_matter, iter_documents
from pfocr2rdf.records.reader import RawRecord, parse_record
from pfocr2rdf.records.tables import SideTable, read_rows
from pfocr2rdf.records.yaml import load_yaml
from pfocr2rdf.site.search.tokenizer import tokenize
from pfocr2rdf.storage.urls import redact_text
from pfocr2rdf.stores.querying.query_text import scan_query

MAX_GROWTH = 2.6
MIN_SECONDS = 0.004  # below this, a clock says nothing
MAX_SECONDS = 1.0  # of a doubt that is looked at no more
MAX_UNITS = 120


def cpu_seconds(function: Callable[[Any], object], argument: Any) -> float:
    """Without garbage collections, which visit what other tests have left in this process."""
    gc.disable()
    begin = time.process_time()
    with contextlib.suppress(PfocrError, ValueError):
        function(argument)
    seconds = time.process_time() - begin
    gc.enable()
    return seconds


def grows_too_fast(function: Callable[[Any], object], make: Callable[[int], Any], size: int) -> str:
    """What the growth is, if it is too fast. A first doubt is looked at again, at four times the size."""
    for factor in (1, 2, 4):
        small, large = make(factor * size), make(2 * factor * size)
        first = cpu_seconds(function, small)
        if first < MIN_SECONDS:
            return ""
        first = min(first, cpu_seconds(function, small))
        second = cpu_seconds(function, large)
        if second > MAX_GROWTH * first:
            second = min(second, cpu_seconds(function, large))
        if second <= MAX_GROWTH * first:
            return ""
        if second > MAX_SECONDS:
            break
    return f"twice the input takes {second / first:.1f} times as long ({second:.3f} s)"


# -- every regular expression ----------------------------------------------------------------------------------------------


def expressions() -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """The regular expressions of all modules, with the method by which each is used."""
    seen = set()
    for module_info in pkgutil.walk_packages(pfocr2rdf.__path__, "pfocr2rdf."):
        if module_info.name.endswith("__main__"):
            continue
        module = importlib.import_module(module_info.name)
        for name, value in vars(module).items():
            pattern = value if isinstance(value, re.Pattern) else getattr(value, "__self__", None)
            method = "search" if value is pattern else getattr(value, "__name__", "")
            if isinstance(pattern, re.Pattern) and (pattern, method) not in seen:
                seen.add((pattern, method))
                yield f"{module_info.name}.{name}", pattern, method


def characters(parsed: Any) -> set[str]:
    """The characters that an expression names."""
    found: set[str] = set()
    for operation, argument in parsed:
        match str(operation):
            case "LITERAL" | "NOT_LITERAL":
                found.add(chr(argument))
            case "IN":
                found.update(
                    chr(item if str(kind) == "LITERAL" else item[0]) for kind, item in argument if str(kind) in ("LITERAL", "RANGE")
                )
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                found |= characters(argument[2])
            case "SUBPATTERN":
                found |= characters(argument[3])
            case "BRANCH":
                found |= set().union(*map(characters, argument[1]))
            case "ASSERT" | "ASSERT_NOT":
                found |= characters(argument[1])
            case "ATOMIC_GROUP":
                found |= characters(argument)
    return found


def hostile_texts(pattern: re.Pattern[Any]) -> Iterator[Callable[[int], str]]:
    """Texts of any length that repeat what the expression looks for, and never end as it wants."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    letters = sorted(characters(sre_parser.parse(pattern.pattern, pattern.flags)) | set(' a0\n"'))
    words = re.findall(r"[A-Za-z]{3,}", source)[:3]
    pairs = ["".join(pair) for pair in itertools.permutations(letters, 2)]
    units = [*letters, *words, *pairs[:: len(pairs) // MAX_UNITS + 1]]
    for unit in units:
        yield lambda size, unit=unit: unit * (size // len(unit)) + "\x00"
        for word in words:
            yield lambda size, unit=unit, word=word: word + unit * (size // len(unit)) + "\x00"


EXPRESSIONS = list(expressions())


def test_the_expressions_are_found() -> None:
    assert len(EXPRESSIONS) > 50


@pytest.mark.parametrize(("name", "pattern", "method"), EXPRESSIONS, ids=[item[0] for item in EXPRESSIONS])
def test_regular_expressions_are_linear(name: str, pattern: re.Pattern[Any], method: str) -> None:
    def call(text: Any) -> None:
        getattr(pattern, method)(*(("", text) if method == "sub" else (text,)))
        for _ in pattern.finditer(text) if method in ("finditer", "sub", "split", "findall") else ():
            pass

    for make in hostile_texts(pattern):
        encoded = isinstance(pattern.pattern, bytes)
        make_any = (lambda size, make=make: make(size).encode("latin-1", "replace")) if encoded else make
        assert not (growth := grows_too_fast(call, make_any, 5_000)), f"{name}: {growth} on {make(20)!r}"


# -- every reader ----------------------------------------------------------------------------------------------------------

HEAD = "figid: PMC1__a\nfigtitle: A title\npmcid: PMC1\npapertitle: A paper\n"
ROWS = "organism_id\tword\n"


def lines(line: str) -> Callable[[int], str]:
    """Numbered lines: ``{}`` is the number."""
    return lambda size: "".join(line.format(number) for number in range(size // len(line)))


def repeat(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + unit * (size // len(unit)) + after


def write(text: str) -> None:
    """Read a record from its YAML, and write it in each format."""
    record = parse_record(RawRecord("record.md", "", YamlDocument(text.encode(), 1), {}), load_yaml(text))
    resources = list(build_figure_graph(record).resources())
    for serializer in SERIALIZERS.values():
        serializer().serialize_resources(resources, "")


def describe_classes(number: int) -> None:
    """Describe a graph of which each resource has a class and a property of its own."""
    counts = TripleCounts()
    counts.add(Resource(f"<x:{i}>", ((RDF_TYPE, f"<c:{i}>"), (f"<p:{i}>", literal("a")))) for i in range(number))
    describe_partitions(counts, DEFAULT_PROFILE)


YAML_TEXTS = (
    lines("k{}: 1\n"), lines("k{}:\n"), lines("k{}: 0x1\n"), lines("k{}: x\n"), lines("- {}\n"), repeat("k: k: "), repeat("|#", "k: "),
    repeat("[", "k: "), repeat("{", "k: "), repeat("- "), repeat("? "), repeat(": "), repeat("\t", "k: "), repeat('"', "k: "),
    repeat("'", "k: "), repeat("\\", 'k: "'), repeat("&a "), repeat("*a "), repeat("!!a "), repeat("#", "k: "), repeat("\n"), repeat("%"),
    repeat("[],", "k: ["), repeat("a: 1, ", "k: {"), repeat(">\n ", "k: "), repeat("é", "k: "), repeat("\xc2\x85", "k: "), repeat("- - "),
    repeat("k:\n - 1\n"), repeat("a: 1\n\n"),
)  # fmt: skip

RECORD_TEXTS = (
    repeat("a,", f"{HEAD}keywords: "), repeat("WP1, ", f"{HEAD}wpid: "), repeat("x" * 50 + " ", f"{HEAD}caption: "),
    repeat("- word: A\n  symbol: STAT3\n  source: hgnc_symbol\n  hgnc_symbol: STAT3\n  entrez: '6774'\n", f"{HEAD}genes:\n"),
    lambda size: f"{HEAD}genes:\n" + lines("- {{word: W{0}, symbol: S{0}, source: hgnc_symbol, hgnc_symbol: S{0}, entrez: '{0}'}}\n")(size),
    lambda size: HEAD + "annotations:\n" + lines("- value: word {}\n  type: Pathway Ontology\n  parent: x\n")(size),
    lambda size: HEAD + "schema-jsonld:\n  '@context': https://schema.org/\n  name: [" + lines("a{}, ")(size) + "b]\n",
    repeat("a", f"{HEAD}schema-jsonld:\n  '@context': https://schema.org/\n  url: https://x.example/"),
    lambda size: older("PMC1__a", *(f"unknown{number}: x" for number in range(size // 20))),
    lambda size: HEAD + "schema-jsonld: '{" + lines('"a{}": 1,')(size) + '"b": 1, "b": 2}\'\n',
    lambda size: HEAD + "schema-jsonld: [" + lines("{{name: a{}}}, ")(size) + "]\n",
    lambda size: HEAD + "schema-jsonld: [{name: [" + lines("a{}, ")(size // 2) + "]}, {name: [" + lines("b{}, ")(size // 2) + "]}]\n",
    lambda size: HEAD + "schema-jsonld:\n  '@context': https://schema.org/\n" + lines("  a{}: x\n")(size),
)  # fmt: skip

READERS: dict[str, tuple[Callable[[Any], object], tuple[Callable[[int], Any], ...], int]] = {
    "YAML": (load_yaml, YAML_TEXTS, 20_000),
    "records": (write, RECORD_TEXTS, 20_000),
    "front matter": (
        lambda text: extract_front_matter(text.encode()),
        (repeat("\n---x", "---\n"), repeat("\n", "---\n"), repeat("--- "), repeat("\n--- ", "---\n", "x"), repeat("\r", "---\n")),
        50_000,
    ),
    "documents": (
        lambda text: list(iter_documents(io.BytesIO(text.encode()))),
        (repeat("---\n"), repeat("--- a\n"), repeat("a: 1\n"), repeat("...\n"), repeat("\r"), repeat("---\r\n# \n")),
        50_000,
    ),
    "tables": (
        lambda text: read_rows(SideTable("t.tsv", text.encode()), ("organism_id", "word")),
        (repeat("1\ta\n", ROWS), repeat("\t", ROWS), repeat("\t", "organism_id\tword"), repeat("\r", ROWS), lines("organism_id{}\t")),
        50_000,
    ),
    "queries": (
        scan_query,
        (
            repeat('"""'),
            repeat("a."),
            repeat("<"),
            repeat("\\"),
            repeat("'''"),
            repeat("?"),
            repeat("a:"),
            repeat("%41", "a:"),
            repeat("#"),
            repeat("PREFIX a: <b> "),
            lines("p{}:a "),
            repeat("SERVICE "),
            repeat("\\u0053"),
            repeat("_:a."),
            repeat("@a-"),
        ),
        20_000,
    ),
    "words of the search": (
        lambda text: list(tokenize(text)),
        (repeat("a-"), repeat("é"), repeat("α"), repeat(" "), repeat("\u0301")),
        50_000,
    ),
    "partitions of the description": (
        describe_classes,
        (lambda size: size // 10,),
        5_000,
    ),
    "local names": (split_qname, (repeat("a", "http://x/", ")"), repeat("-"), repeat("/"), repeat("a.", "x#", "(")), 50_000),
    "URLs in messages": (
        redact_text,
        (repeat("http://a:b@"), repeat("://"), repeat("?token="), repeat("a:/"), repeat("&key"), repeat("a:b")),
        20_000,
    ),
}
READER_CASES = [
    pytest.param(function, make, size, id=f"{name}, {str(make(60))[-20:]!r}")
    for name, (function, texts, size) in READERS.items()
    for make in texts
]  # fmt: skip


@pytest.mark.parametrize(("function", "make", "size"), READER_CASES)
def test_readers_are_linear(function: Callable[[Any], object], make: Callable[[int], Any], size: int) -> None:
    assert not (growth := grows_too_fast(function, make, size)), growth
