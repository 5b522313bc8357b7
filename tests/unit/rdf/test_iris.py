"""IRIs: whatever a record holds, what is minted of it is an absolute IRI; and what is one is what RFC 3987 says."""

from __future__ import annotations

import importlib
import ipaddress
import re
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.vocabulary import ALIGNMENT_PREFIXES, CLASSES, EVIDENCE_TYPES, PREFIXES, PROPERTIES, expand_curie

SITE = "https://pfocr.wikipathways.org/"

MANY = settings(max_examples=example_count(150), deadline=None)

FORBIDDEN = [chr(code) for code in (*range(9), 0xB, 0xC, *range(0xE, 0x20), 0x7F, 0xFFFE, 0xFFFF)]

NASTY = [
    "", ".", "..", "/..", "../..", "%", "%2", "%zz", "%2F..%2F", "#", "a#b#c", "?", "//", "//evil.example/", "http://evil.example/",
    "[", "]", "javascript:alert(1)", "a b", "\u00a0", "\ufeff", "\U000fffff", "\U0001fffe", "e\u0301", "%ED%A0%80", "%FF", "a" * 2000,
]  # fmt: skip

HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=FORBIDDEN), max_size=20),
    st.text("<>\"{}|\\^`%#?[]@:/;=&+$,!'()*~._- \n\tAé中𝛼\ue000\u202e\ufdd0", max_size=20),
    st.sampled_from(NASTY),
)


# -- what is minted ----------------------------------------------------------------------------------------------------------


def assert_minted(iri: str, start: str) -> None:
    """An absolute IRI below ``start``, by every validator there is, and plain ASCII: safe in every format and on every server."""
    assert iris.is_absolute_iri(iri)
    assert pyoxigraph.NamedNode(iri).value == iri
    assert iri.startswith(start)
    assert iri.isascii()
    assert re.search(r"[\x00-\x20<>\"{}|\\^`\x7f]", iri) is None
    assert re.search(r"%(?![0-9A-F]{2})", iri) is None


@given(HOSTILE)
@MANY
def test_everything_that_is_named_by_a_figid_is_an_iri(text: str) -> None:
    try:
        figid = iris.check_figid(text)
    except RecordError:
        assume(False)
    assert figid == text
    assert_minted(iris.figure_iri(figid), f"{SITE}figures/")
    assert_minted(iris.figure_graph_iri(figid), f"{SITE}graphs/")
    assert_minted(iris.skolem_iri(figid, text), f"{SITE}.well-known/genid/")
    assert unquote(iris.figure_iri(figid)) == f"{SITE}figures/{figid}.html"
    assert iris.figure_iri(figid).count("/") == SITE.count("/") + 1
    assert not {".", ".."} & set(urlsplit(iris.figure_graph_iri(figid)).path.split("/"))
    assert iris.is_figure_iri(iris.figure_iri(figid), figid)


@pytest.mark.parametrize("text", ["", "a/b", "a\\b", "..", "a..b", ".a", " a", "a ", "\u00a0a", "a\n", "a\x00", "a\x7f", "a" * 201])
def test_a_figid_that_is_not_safe_as_a_name_of_a_file_is_refused(text: str) -> None:
    with pytest.raises(RecordError) as error:
        iris.check_figid(text)
    assert error.value.field == "figid"


@given(HOSTILE)
@MANY
def test_two_figids_have_two_iris(text: str) -> None:
    other = quote(text, safe="")
    assume(other != text)
    try:
        pair = [iris.check_figid(text), iris.check_figid(other)]
    except RecordError:
        assume(False)
    assert iris.figure_iri(pair[0]) != iris.figure_iri(pair[1])
    assert iris.figure_graph_iri(pair[0]) != iris.figure_graph_iri(pair[1])


def test_a_figure_may_be_named_with_its_letters_as_they_are() -> None:
    """``is_figure_iri`` says: percent-encoded or not."""
    assert iris.is_figure_iri(f"{SITE}figures/PMC1__é.html", "PMC1__é")


def test_another_figure_is_not_the_same_figure() -> None:
    for other in ("PMC1__F2.html", "PMC1__F1", "PMC1__F1.html#a", "PMC1__F1.html ", "../PMC1__F1.html", "PMC1__f1.html", ""):
        assert not iris.is_figure_iri(f"{SITE}figures/{other}", "PMC1__F1")
    assert iris.is_figure_iri(f"{SITE}figures/a b.html", "a b")
    assert not iris.is_figure_iri(f"{SITE}figures/a%2520b.html", "a b")


@given(HOSTILE)
@example("..")
@MANY
def test_what_is_named_by_other_text_is_an_iri(text: str) -> None:
    assert_minted(iris.family_iri(text), f"{SITE}families/")
    assert_minted(iris.famplex_iri(text), "https://identifiers.org/fplx/")
    assert_minted(iris.ndex_iri(text), "https://www.ndexbio.org/viewer/networks/")
    assert unquote(iris.family_iri(text).removeprefix(f"{SITE}families/")) == text
    for minted in (iris.family_iri(text), iris.ndex_iri(text)):
        assert not urlsplit(minted).query
        assert not urlsplit(minted).fragment


@given(st.one_of(HOSTILE, HOSTILE.map("https://".__add__)))
@example("a#b#c")
@example("http://x:y:z/")
@example("#")
@example("a?b#c")
@example("%23%23")
@example("//evil.example/")
@MANY
def test_the_page_of_a_figure_is_an_iri_at_pmc_unless_the_link_names_another_site(figlink: str) -> None:
    try:
        page = iris.figure_page_iri(figlink)
    except RecordError:
        return
    if figlink.startswith(("http://", "https://")):
        assert_minted(page, figlink.partition(":")[0])
    else:
        assert_minted(page, "https://www.ncbi.nlm.nih.gov/")
        assert urlsplit(page).hostname == "www.ncbi.nlm.nih.gov"


def test_a_link_leads_to_the_same_page_with_and_without_its_slash() -> None:
    pages = {iris.figure_page_iri(f"{site}pmc/articles/PMC7378365/figure/F2/") for site in ("", "/", "//", "https://www.ncbi.nlm.nih.gov/")}
    assert pages == {"https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7378365/figure/F2/"}


@given(st.one_of(HOSTILE, HOSTILE.map("10.1000/".__add__)))
@MANY
def test_a_doi_is_an_iri_that_names_it_or_nothing(text: str) -> None:
    iri = iris.doi_iri(text)
    if not iri:
        assert re.fullmatch(r"10\.[0-9]{4,9}/\S+", text) is None
        return
    assert_minted(iri, "https://doi.org/10.")
    assert unquote(iri) == f"https://doi.org/{text}"


IDENTIFIED = {
    "gene": (iris.gene_iri, "https://identifiers.org/ncbigene/", ["6772", "1"], ["0", "06772", "-1", "6772 ", "LOC1", "1.0", "٦", "1\n"]),
    "mesh": (
        iris.mesh_iri,
        "http://id.nlm.nih.gov/mesh/",
        ["D002784", "C535575"],
        ["d002784", "D1", "D002784\n", "mesh:D002784", "MESH:D002784"],
    ),
    "chebi": (iris.chebi_iri, "https://identifiers.org/chebi/CHEBI:", ["76072"], ["CHEBI:76072", "-1", "1\n", "٦", "7.0"]),
    "doid": (iris.doid_iri, "http://purl.obolibrary.org/obo/DOID_", ["0060239", "1"], ["DOID:1", "1\n", "x"]),
    "taxon": (iris.taxon_iri, "http://purl.obolibrary.org/obo/NCBITaxon_", ["9606"], ["0", "09606", "human", "9606\n"]),
    "paper": (
        iris.paper_iri,
        "https://identifiers.org/pmc/",
        ["PMC7378365"],
        ["7378365", "pmc1", "PMC0", "PMC", "PMC1 ", "PMC1\n", "PMC1/.."],
    ),
    "pathway": (iris.pathway_iri, "https://identifiers.org/wikipathways/", ["WP4659"], ["4659", "WP0", "wp1", "WP1\n", "WP1_r2"]),
}


@pytest.mark.parametrize(("id_type", "identifier"), [(kind, good) for kind, row in IDENTIFIED.items() for good in row[2]])
def test_an_identifier_is_made_an_iri(id_type: str, identifier: str) -> None:
    make, start, *_ = IDENTIFIED[id_type]
    assert_minted(make(identifier), start)
    assert make(identifier) == f"{start}{identifier}"


@pytest.mark.parametrize(("id_type", "identifier"), [(kind, bad) for kind, row in IDENTIFIED.items() for bad in ["", " ", "<", *row[3]]])
def test_what_is_no_identifier_is_refused(id_type: str, identifier: str) -> None:
    with pytest.raises(RecordError, match="is not a"):
        IDENTIFIED[id_type][0](identifier)


@pytest.mark.parametrize("id_type", IDENTIFIED)
@given(data=st.data())
@settings(max_examples=example_count(40), deadline=None)
def test_any_other_identifier_is_refused_or_an_iri(id_type: str, data: st.DataObject) -> None:
    make, start, good, _ = IDENTIFIED[id_type]
    places, inserted = st.integers(0, max(map(len, good))), st.characters(exclude_categories=["Cs"])
    changed = st.builds(lambda text, place, char: text[:place] + char + text[place:], st.sampled_from(good), places, inserted)
    text = data.draw(HOSTILE | st.sampled_from(good) | changed)
    try:
        iri = make(text)
    except RecordError:
        return
    assert_minted(iri, start)


def test_a_node_of_a_figure_has_an_iri_of_its_own() -> None:
    skolem_iris = {iris.skolem_iri(figid, path) for figid in ("a", "b") for path in ("creator", "creator.x")}
    assert len(skolem_iris) == 4
    assert iris.skolem_iri("a", "creator") == iris.skolem_iri("a", "creator")


# -- what an absolute IRI is ------------------------------------------------------------------------------------------------------


RIGHT = [
    "http:", "a:", "urn:x:y", "tag:e,2020:a/b", "mailto:a@b.c", "http://", "http:///", "http://a", "http://a/", "http://a//b//",
    "http://a:/", "http://a:80/",
    "http://u:p@h:1/", "http://%41/", "http://é.example/é?é#é", "http://a/?\ue000", "http://a/?\U0010fffd", "http://a/𝛼",
    "http://a?b?c/d", "http://a#b?c/d", "http://a/;=,",
    "http://a/'()*!$&+", "http://a/%C3%A9", "http://a/%00", "a:b:c", "a:/b", "a:/", "a:b//c", "a:?", "a:#", "a+b-c.1:x",
    "http://1.2.3.4/", "http://999.1.1.1/",
    "http://[::1]/", "http://[2001:db8::1]:80/", "http://[::ffff:1.2.3.4]/", "http://[1:2:3:4:5:6:7:8]/", "http://a/\u200e",
    "http://a/\U000e1000", "file:///etc", "http://a/\ufeff",
]  # fmt: skip

WRONG = [
    "", ":", "a", "CC0", "//a", "/a", "?a", "#a", "1a:b", "é:b", "+a:b", "a b:c", "http://a b", "http://a/ ", " http://a", "http://a\n",
    "http://a/<", "http://a/>",
    'http://a/"', "http://a/{", "http://a/}", "http://a/|", "http://a/\\", "http://a/^", "http://a/`", "http://a/%", "http://a/%4",
    "http://a/%zz", "http://a/#a#b",
    "http://a/[", "http://a/]", "http://a/?[", "http://a:b/", "http://a:80a/", "http://a@b@c/", "http://[::1", "http://::1]/",
    "http://[]/", "http://[g::]/", "http://a/\x00",
    "http://a/\x7f", "http://a/\x80", "http://a/\x9f", "http://a/\ue000", "http://a/#\ue000", "http://a/\ufdd0", "http://a/\ufff0",
    "http://a/\ufffd", "http://a/\ufffe",
    "http://a/\U0001fffe", "http://a/\U000e0001", "http://a/\U000e0fff", "http://a/\U000f0000", "http://\ue000/", "http://[::1]a/",
    "http://a[::1]/", "a:<", "_:b", "http://a/\ud800",
]  # fmt: skip

LITERAL_ADDRESSES = {
    "http://[v1.a:b]/": True,
    "http://[vF.!$&'()*+,;=~]/": True,
    "http://[v.a]/": False,
    "http://[v1.]/": False,
    "http://[1]/": False,
    "http://[.]/": False,
    "http://[:::]/": False,
    "http://[1:2:3:4:5:6:7]/": False,
    "http://[1:2:3:4:5:6:7:8:9]/": False,
    "http://[1::2::3]/": False,
    "http://[12345::]/": False,
    "http://[::1.2.3]/": False,
    "http://[::1.2.3.256]/": False,
    "http://[fe80::1%25en1]/": False,
}
"""Addresses in brackets (RFC 3986, section 3.2.2), and whether they are right."""


@pytest.mark.parametrize("text", RIGHT)
def test_what_rfc_3987_calls_an_iri_is_one(text: str) -> None:
    assert iris.is_absolute_iri(text)
    assert by_rfc(text)
    assert by_grammar(text) or NOT_IN_GRAMMAR(text)


@pytest.mark.parametrize("text", WRONG)
def test_what_rfc_3987_does_not_call_an_iri_is_none(text: str) -> None:
    assert not iris.is_absolute_iri(text)
    assert not by_rfc(text)
    assert not by_grammar(text)


@pytest.mark.parametrize(("text", "right"), LITERAL_ADDRESSES.items())
def test_an_address_in_brackets_is_one_of_ipv6_or_of_the_future(text: str, right: bool) -> None:
    assert iris.is_absolute_iri(text) == right


@pytest.mark.parametrize(("text", "right"), LITERAL_ADDRESSES.items())
def test_the_expression_of_the_rfc_knows_the_addresses_in_brackets(text: str, right: bool) -> None:
    assert by_rfc(text) == right


NOT_IN_GRAMMAR = re.compile("\\[|[\U00010000-\U0010ffff]").search
"""Where rfc3987-syntax 1.1 is wrong: its ``ucschar`` and ``iprivate`` end with the Basic Multilingual Plane, though the RFC's go on
to U+EFFFD and U+10FFFD, and its ``ipv6address`` knows no ``::`` that stands for more groups than are left out, such as ``::1``."""


@pytest.fixture(scope="module", autouse=True)
def _grammar() -> None:
    """The grammar takes two seconds to import, of those processes only that run these tests."""
    importlib.import_module("rfc3987_syntax")


def by_grammar(text: str) -> bool:
    """What the grammar of RFC 3987 says, in the form of a library that was made from it."""
    from rfc3987_syntax import is_valid_syntax

    return bool(is_valid_syntax("iri", text))


UCS_CHARS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U000e1000-\U000efffd" + "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14)
)
PRIVATE_CHARS = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
NAME = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;={UCS_CHARS}]|%[0-9A-Fa-f]{{2}})"
CHAR = rf"(?:{NAME}|[:@])"
match_iri = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:"
    rf"(?://(?:(?:{NAME}|:)*@)?(?:\[([^\]\s]*)\]|{NAME}*)(?::[0-9]*)?(?:/{CHAR}*)*|/(?:{CHAR}+(?:/{CHAR}*)*)?|{CHAR}+(?:/{CHAR}*)*|)"
    rf"(?:\?(?:{CHAR}|[/?{PRIVATE_CHARS}])*)?(?:#(?:{CHAR}|[/?])*)?"
).fullmatch
match_future_address = re.compile(r"v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+").fullmatch


def by_rfc(text: str) -> bool:
    """What section 2.2 of RFC 3987 says, as a regular expression: also of what the grammar above does not know."""
    match = match_iri(text)
    return match is not None and (match[1] is None or is_ip_literal(match[1]))


def is_ip_literal(text: str) -> bool:
    try:
        return bool(match_future_address(text)) or ("%" not in text and bool(ipaddress.IPv6Address(text)))
    except ValueError:
        return False


LETTERS = ":/?#[]@!$&'()*+,;=aZ09-._~%éF\ue000\ufdd0<\" \U000e1000\U000e0fff\ufffd"

STARTS = ["http://a/", "urn:", "a:?", "a:#", "http://a@", "http://a:", "//", "http:/"]

PARTS = ["http:", "a", ":", "/", "//", "?", "#", "@", "%41", "%", ".", "..", "é", "[::1]", "[", "]", "80", "\ue000", " "]

TEXT_OF_IRIS = st.one_of(
    st.text(LETTERS, max_size=12),
    st.text(LETTERS, max_size=10).map("http://".__add__),
    st.builds(str.__add__, st.sampled_from(STARTS), st.text(max_size=4)),
    st.lists(st.sampled_from(PARTS), max_size=7).map("".join),
)


@given(TEXT_OF_IRIS)
@settings(max_examples=example_count(200), deadline=None)
def test_an_absolute_iri_is_what_the_grammar_says(text: str) -> None:
    assume(not NOT_IN_GRAMMAR(text))
    assert iris.is_absolute_iri(text) == by_grammar(text)


@given(TEXT_OF_IRIS)
@settings(max_examples=example_count(300), deadline=None)
def test_an_absolute_iri_is_what_the_rfc_says(text: str) -> None:
    assert iris.is_absolute_iri(text) == by_rfc(text)


@given(st.ip_addresses(v=6))
@settings(max_examples=example_count(50), deadline=None)
def test_no_address_of_ipv6_is_refused(address: ipaddress.IPv6Address) -> None:
    assert iris.is_absolute_iri(f"http://[{address}]/")
    assert iris.is_absolute_iri(f"http://[{address.exploded}]/")


# -- the closed name space ----------------------------------------------------------------------------------------------------------


def test_every_term_and_name_space_is_an_absolute_iri() -> None:
    names = {row.name for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table}
    names |= {name for row in (*CLASSES, *PROPERTIES) for name in row.close_matches}
    for iri in [
        *map(expand_curie, sorted(names)),
        *PREFIXES.values(),
        *ALIGNMENT_PREFIXES.values(),
        iris.CC0_IRI,
        iris.DATASET_IRI,
        iris.WIKIPATHWAYS_IRI,
    ]:
        assert iris.is_absolute_iri(iri), iri
        assert by_rfc(iri), iri
    assert len(names) == len({expand_curie(name) for name in names})
