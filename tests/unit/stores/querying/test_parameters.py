"""Parameters of queries: declared in comments, set in VALUES, and looked up in a store."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, Store

from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.querying.parameter_types import PARAMETER_TYPES
from pfocr2rdf.stores.querying.parameter_values import set_parameters
from pfocr2rdf.stores.querying.parameters import bind_parameters, default_term, parse_parameters

TEXT = """\
# title: Any
# parameter: gene (gene): the gene in the figures
# parameter: other_gene (gene): the gene beside it
# parameter: word (text): a word
# parameter: least (number): how many at least
SELECT * {
  VALUES ?gene { ncbigene:6774 }
  values  ?other_gene {<https://identifiers.org/ncbigene/1>}
  VALUES ?word { "receptor" } VALUES ?least { 0.91 }
  { SELECT ?x { VALUES ?gene { ncbigene:6774 } ?x pfocr:mentions ?gene } }
}
"""

GENES = """
<https://identifiers.org/ncbigene/6774> a pfocr:Gene ; rdfs:label "STAT3" ; pfocr:organism taxon:9606 .
<https://identifiers.org/ncbigene/20848> a pfocr:Gene ; rdfs:label "Stat3" ; pfocr:organism taxon:10090 .
<https://identifiers.org/ncbigene/5> a pfocr:Gene ; rdfs:label "MYC" ; pfocr:organism taxon:9606 .
<https://identifiers.org/ncbigene/6> a pfocr:Gene ; rdfs:label "MYC" ; pfocr:organism taxon:9031 .
<https://identifiers.org/ncbigene/7> a pfocr:Gene ; rdfs:label "a\\"b\\\\c" .
taxon:9606 a pfocr:Organism ; rdfs:label "Homo sapiens" . taxon:9031 a pfocr:Organism ; rdfs:label "Gallus gallus" .
fam:NF-%CE%BAB a pfocr:Family ; skos:prefLabel "NF-κB" .
mesh:D000431 a pfocr:Chemical ; rdfs:label "Ethanol"@en ; skos:closeMatch chebi:16236 .
chebi:5 a pfocr:Chemical .
figure:PMC1__F1.html a pfocr:Figure ; dcterms:identifier "PMC1__F1" , "PMC1__old" .
pmc:PMC1 a pfocr:Paper ; bibo:doi "10.1/a" .
"""

Select = Callable[[str], Iterator[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def select() -> Select:
    store = Store()
    store.update(f"INSERT DATA {{ {GENES} }}", prefixes=PREFIXES)

    def run(text: str) -> Iterator[Mapping[str, Any]]:
        solutions: Any = store.query(text, prefixes=PREFIXES)
        names = [variable.value for variable in solutions.variables]
        return ({name: row[name] for name in names} for row in solutions)

    return run


def no_lookup(text: str) -> list[Any]:
    raise AssertionError(f"nothing needs to be looked up: {text}")


def set_value(select: Any, type_name: str, value: str) -> str:
    """The term that a value becomes, as the query has it."""
    text = f'# parameter: x ({type_name}): any\nASK {{ VALUES ?x {{ "" }} }}'
    match = re.search(r"VALUES \?x \{ (.*) \}", set_parameters(text, {"x": value}, select))
    assert match
    return match[1].removesuffix(" }")


# -- declarations ----------------------------------------------------------------------------------------------------------


def test_comments_declare_parameters_and_the_query_has_their_defaults() -> None:
    parameters = parse_parameters(TEXT)
    assert [(parameter.name, parameter.type_name, parameter.default) for parameter in parameters] == [
        ("gene", "gene", "ncbigene:6774"), ("other_gene", "gene", "https://identifiers.org/ncbigene/1"),
        ("word", "text", "receptor"), ("least", "number", "0.91"),
    ]  # fmt: skip
    assert (parameters[1].description, parameters[1].label) == ("the gene beside it", "other gene")
    assert [default_term(TEXT, parameter) for parameter in parameters] == [
        NamedNode("https://identifiers.org/ncbigene/6774"), NamedNode("https://identifiers.org/ncbigene/1"),
        Literal("receptor"), Literal("0.91", datatype=NamedNode(f"{PREFIXES['xsd']}decimal")),
    ]  # fmt: skip
    assert parse_parameters("ASK {} # parameter: gene (gene): behind the query\n") == ()


@pytest.mark.parametrize(("text", "message"), [
    ("# parameter: a (thing): any\nASK { VALUES ?a { 1 } }", "the parameter a has the unknown type thing; the types are gene, "),
    ("# parameter: a (number): any\nASK { VALUES ?b { 1 } }", "the parameter a needs one value in the query, in VALUES ?a { ... }"),
    ("# parameter: a (number): any\nASK { VALUES ?a { 1 } VALUES ?a { 2 } }", "the parameter a needs one value"),
])  # fmt: skip
def test_a_declaration_that_fits_no_block_is_refused(text: str, message: str) -> None:
    with pytest.raises(StoreError, match=f"^{re.escape(message)}"):
        parse_parameters(text)


# -- values ----------------------------------------------------------------------------------------------------------------


def test_a_value_is_set_wherever_the_parameter_is_and_the_others_keep_their_defaults() -> None:
    text = set_parameters(TEXT, {"gene": "3717", "least": 2}, no_lookup)
    assert text.count("VALUES ?gene { <https://identifiers.org/ncbigene/3717> }") == 2
    assert "VALUES ?least { 2 }" in text
    text = set_parameters(text, {"word": 'a "b"\\'}, no_lookup)
    assert [parameter.default for parameter in parse_parameters(text)] == [
        "https://identifiers.org/ncbigene/3717", "https://identifiers.org/ncbigene/1", 'a "b"\\', "2",
    ]  # fmt: skip
    assert set_parameters(TEXT, {}, no_lookup) == TEXT


GENE, MESH = "<https://identifiers.org/ncbigene/", "<http://id.nlm.nih.gov/mesh/"


@pytest.mark.parametrize(("type_name", "value", "term"), [
    ("gene", "STAT3", f"{GENE}6774>"), ("gene", "Stat3", f"{GENE}20848>"), ("gene", " 6774 ", f"{GENE}6774>"),
    ("gene", "NCBIGene:6774", f"{GENE}6774>"), ("gene", "https://identifiers.org/ncbigene/9", f"{GENE}9>"),
    ("gene", f"{GENE}9>", f"{GENE}9>"), ("gene", "hgnc.symbol:MYC", f"{GENE}5>"), ("gene", "HGNC:myc", f"{GENE}5>"),
    ("gene", 'A"B\\C', f"{GENE}7>"), ("organism", "homo sapiens", "<http://purl.obolibrary.org/obo/NCBITaxon_9606>"),
    ("family", "nf-κb", "<https://pfocr.wikipathways.org/families/NF-%CE%BAB>"),
    ("family", "fam:NF-κB", "<https://pfocr.wikipathways.org/families/NF-%CE%BAB>"),
    ("chemical", "Ethanol", f"{MESH}D000431>"), ("chemical", "CHEBI:16236", f"{MESH}D000431>"), ("chemical", "D000431", f"{MESH}D000431>"),
    ("chemical", "chebi:CHEBI:5", "<https://identifiers.org/chebi/CHEBI:5>"),
    ("figure", "PMC1__old", "<https://pfocr.wikipathways.org/figures/PMC1__F1.html>"),
    ("paper", "10.1/a", "<https://identifiers.org/pmc/PMC1>"), ("paper", "PMC7", "<https://identifiers.org/pmc/PMC7>"),
    ("pathway", "WP4868", "<https://identifiers.org/wikipathways/WP4868>"),
    ("text", "a { } b", '"a { } b"'), ("number", "-0.5", "-0.5"),
])  # fmt: skip
def test_a_name_an_identifier_and_an_iri_become_a_term(select: Select, type_name: str, value: str, term: str) -> None:
    assert set_value(select, type_name, value) == term


@pytest.mark.parametrize(("type_name", "value", "message"), [
    ("gene", "STATT3", "there is no gene 'STATT3' in the store; similar names: STAT3"),
    ("gene", "xyz", "there is no gene 'xyz' in the store; write x as STAT3, 6774 or ncbigene:6774"),
    ("gene", "MYC", "MYC is the name of 2 resources; set x to one of them: https://identifiers.org/ncbigene/5 (Homo sapiens), "
        "https://identifiers.org/ncbigene/6 (Gallus gallus)"),
    ("gene", "stat3", "stat3 is the name of 2 resources; set x to one of them: https://identifiers.org/ncbigene/20848, "
        "https://identifiers.org/ncbigene/6774 (Homo sapiens)"),
    ("gene", "HGNC:11364", "HGNC:11364 is an HGNC id, which the graph does not contain; write x as STAT3, 6774 or ncbigene:6774"),
    ("gene", "mesh:D000431", "http://id.nlm.nih.gov/mesh/D000431 is not a valid gene IRI; write x as STAT3, 6774 or ncbigene:6774"),
    ("gene", "https://identifiers.org/ncbigene/1> } #", "https://identifiers.org/ncbigene/1> } # is not a valid gene IRI; write x as "),
    ("gene", "", "x needs a value of 1 to 1,000 characters, such as STAT3, 6774 or ncbigene:6774"),
    ("text", "a" * 1001, "x needs a value of 1 to 1,000 characters, such as any text"),
    ("text", "\\u0022", "x has a control character, or a backslash before a u, which no parameter can have"),
    ("gene", "ncbigene:\udcff", "x has a character that is not valid Unicode"),
    ("text", "a\ud800", "x has a character that is not valid Unicode"),
    ("number", "2 }", "x needs a number such as 2 or 0.5, not '2 }'"),
    ("pathway", "glycolysis", "'glycolysis' is not a valid pathway id; write x as WP4868"),
])  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_with_a_way_out(select: Select, type_name: str, value: str, message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(message)}"):
        set_value(select, type_name, value)


@pytest.mark.parametrize(("text", "name", "message"), [
    (TEXT, "gen", "there is no parameter gen; the query has gene"),
    (TEXT, "xyz", "there is no parameter xyz; the query has gene, other_gene, word, least"),
    ("ASK {}", "gene", "there is no parameter gene: the query has no parameters"),
])  # fmt: skip
def test_an_unknown_parameter_is_refused(text: str, name: str, message: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(message)}$"):
        set_parameters(text, {name: "1"}, no_lookup)


# -- no value changes the query --------------------------------------------------------------------------------------------

HOSTILE = st.text() | st.text(alphabet="\"'\\u0{}<>#?\n\r\t nt5Cc2SERVICE") | st.from_regex(r"\\{1,5}[uU]?[0-9a-fA-F]{0,8}\"? *\} *#?")
PROBE = "# parameter: x (text): any\nSELECT ?x ?y { VALUES ?x { \"\" } VALUES ?y { 'untouched' } }"


@settings(max_examples=50, deadline=None)  # rdflib is slow, and the first time slower
@given(HOSTILE)
def test_any_text_is_one_literal_in_two_engines_or_is_refused(value: str) -> None:
    try:
        text = set_parameters(PROBE, {"x": value}, no_lookup)
    except OptionError:
        return
    (row,) = json_rows(text)
    assert row == {"x": value.strip(), "y": "untouched"}
    ((x, y),) = rdflib.Graph().query(text)
    assert (str(x), str(y)) == (value.strip(), "untouched")


@settings(deadline=None)
@given(st.sampled_from(sorted(PARAMETER_TYPES)), HOSTILE, st.sampled_from(["", "https://identifiers.org/ncbigene/", "fam:", "<", "mesh:"]))
def test_any_value_of_any_type_is_one_term_or_is_refused(type_name: str, value: str, prefix: str) -> None:
    text = PROBE.replace("(text)", f"({type_name})")
    try:
        text = set_parameters(text, {"x": prefix + value}, lambda lookup: iter(Store().query(lookup, prefixes=PREFIXES)))  # type: ignore[arg-type]
    except OptionError:
        return
    (row,) = json_rows(text)
    assert row["y"] == "untouched"


@given(st.text(alphabet="https:/.ex<>{}\\u03 \"'#%é\u202e", max_size=20))
def test_any_iri_is_one_iri(value: str) -> None:
    try:
        node = NamedNode(f"https://identifiers.org/{value}")
    except ValueError:
        return
    (row,) = json_rows(bind_parameters(PROBE, {"x": node}))
    assert row == {"x": node.value, "y": "untouched"}


TWO_TEXTS = '# parameter: a (text): one\n# parameter: b (text): two\nSELECT ?a ?b { VALUES ?a { "x" } VALUES ?b { "y" } }'


@pytest.mark.parametrize("block", ["VALUES ?b { z }", "values ?b { <urn:z> }", "VALUES ?a { z } VALUES ?b{z}"])
@pytest.mark.parametrize("injected", ["} UNION { BIND (1 AS ?a)", '"', "VALUES ?a { q }"])
def test_a_value_that_looks_like_the_block_of_another_parameter_stays_a_text(block: str, injected: str) -> None:
    for values in ({"a": block, "b": injected}, {"b": injected, "a": block}):
        assert json_rows(set_parameters(TWO_TEXTS, values, no_lookup)) == [values]


def test_only_the_variable_of_a_parameter_is_set_which_differs_from_one_in_capitals() -> None:
    text = "# parameter: x (number): any\nSELECT ?x ?X { values ?X { 1 } Values ?x { 2 } }"
    assert json_rows(set_parameters(text, {"x": "3"}, no_lookup)) == [{"x": "3", "X": "1"}]


@pytest.mark.parametrize(("written", "default"), [
    (r'"it\'s"', "it's"), ('"a\tb"', "a\tb"), (r'"a\tb\"\\"', 'a\tb"\\'), (r'"\u03ba\U0001F600"', "κ\U0001f600"),
])  # fmt: skip
def test_a_default_text_can_have_all_escapes_of_sparql(written: str, default: str) -> None:
    text = f"# parameter: x (text): any\nSELECT ?x {{ VALUES ?x {{ {written} }} }}"
    assert [parameter.default for parameter in parse_parameters(text)] == [default]
    assert json_rows(text) == [{"x": default}]


@pytest.mark.parametrize("written", [r'"\ud800"', r'"\U00110000"'])
def test_a_default_that_is_no_unicode_text_is_refused(written: str) -> None:
    with pytest.raises(StoreError, match=r"^the parameter x has the default value .*, which is not valid Unicode$"):
        parse_parameters(f"# parameter: x (text): any\nASK {{ VALUES ?x {{ {written} }} }}")


def json_rows(text: str) -> list[dict[str, str]]:
    results: Any = Store().query(text)
    answer = json.loads(results.serialize(format=QueryResultsFormat.JSON))
    return [{name: value["value"] for name, value in row.items()} for row in answer["results"]["bindings"]]
