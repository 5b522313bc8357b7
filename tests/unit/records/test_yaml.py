"""The fast reader of YAML and the careful one: wherever the fast one answers, the careful one says the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count
from tests.support.records import older
from tests.support.yaml_readers import check, outcome

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.yaml import MAX_YAML_LEVELS, load_yaml, read_careful


def examples(number: int) -> settings:
    """So many examples, the same ones in every run."""
    return settings(
        max_examples=example_count(number), deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )


# -- documents as people and programs write them -----------------------------------------------------------------------------


NUMBERS = (
    *("0", "1", "-1", "+1", "10", "010", "0o10", "0x1F", "0b11", "1_000", "1,000", "007", "-0", "00", "9223372036854775808", "1" * 40),
    *("1.0", "1.50", "0.9157714", "-0.5", ".5", "5.", "+.5", "1e5", "1E5", "1e+5", "1.0e+5", "1.5e-7", "1e400", "0.1e1", "00.5", "1.0.0"),
    *(
        ".inf",
        "-.inf",
        "+.inf",
        ".Inf",
        ".INF",
        "inf",
        ".nan",
        ".NaN",
        "nan",
        "12:30:45",
        "190:20:30.15",
        "2020-01-02",
        "2020-01-02T03:04:05Z",
    ),
    *("100000000000000000.0", "123456789012345678", "1234567890123456789", "0.1234567890123456789", "1.7976931348623157e308"),
)

WORDS = (
    *(
        "NO",
        "no",
        "On",
        "ON",
        "off",
        "yes",
        "y",
        "N",
        "true",
        "True",
        "FALSE",
        "null",
        "Null",
        "NULL",
        "~",
        "",
        "NA",
        ".na.character",
        "<<",
        "=",
    ),
    *(
        "(STAT",
        "→Akt",
        "HỌXA2",
        "FOXс1",
        "MSTN↓↓",
        "\\foxa2",
        "a  b",
        "α/β",
        "a#b",
        "a:b",
        "a-b",
        "http://a/b?c#d",
        "p38 (MAPK)",
        "IL-6'",
        'IL-6"',
    ),
    *(
        "word",
        "NF-κB",
        "a, b",
        "a [b]",
        "a {b}",
        "5 #",
        "x:y",
        "-a",
        "?a",
        ":a",
        "..",
        "....",
        "--",
        "-1-2",
        "1 2",
        "12 a",
        "🧬",
        "\u00a0",
        "a\u3000",
    ),
)

PLAIN = st.sampled_from(NUMBERS + WORDS) | st.text("aZ09 .:-+_#,[]{}'\"!&*?|>%@`~=<\\/()éΩ→\u00a0", max_size=8)

TEXTS = st.text(
    st.sampled_from("aZ09 .:-+_#,[]{}'\"!&*?|>%@`~=\\/\n\n  \té→🧬\u00a0\x85\u2028\u2029\ufeff\x07\x1b\x7f\x00\u200b"), max_size=14
)

KEYS = st.sampled_from(("year", "score", "number", "word", "caption", "entrez", "note"))

ODD_KEYS = st.sampled_from(
    ("1", "010", "~", "true", "'year'", '"score"', "a b", "a.b", "<<", "?", "=", "é", "''", '"a\\tb"', "score ", "x:y")
)

COMMENTS = st.sampled_from(("", "", "", "", " # a comment", "  #", " #5", "#no comment", "   "))

ESCAPES = {
    "\n": "\\n",
    "\t": "\\t",
    "\x07": "\\a",
    "\x1b": "\\e",
    "\x85": "\\N",
    "\u00a0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
    "\x00": "\\0",
}


def double_quoted(draw: st.DrawFn, text: str) -> str:
    """The text between double quotes; what must not stand there is escaped, other letters now and then."""
    parts = []
    for char in text:
        escape_choice = draw(st.integers(0, 5))
        if char in '"\\':
            parts.append(f"\\{char}")
        elif char in ESCAPES and (escape_choice or not char.isprintable()):
            parts.append(ESCAPES[char])
        elif escape_choice == 1 or not char.isprintable():
            code = ord(char)
            parts.append(f"\\x{code:02x}" if code < 256 else f"\\u{code:04X}" if code < 65536 else f"\\U{code:08x}")
        elif char == "/" and escape_choice == 2:
            parts.append("\\/")
        elif char == " " and escape_choice == 3:
            parts.append("\n     ")
        else:
            parts.append(char)
    return '"{}"'.format("".join(parts))


def block(draw: st.DrawFn, margin: str) -> str:
    """A literal or folded text, whose lines may look like fields."""
    lines = draw(st.lists(st.builds("{}: {}".format, KEYS, PLAIN) | PLAIN | st.sampled_from(("", " ", "  indented", "- item")), max_size=4))
    header = draw(st.sampled_from(("|", ">", "|-", ">-", "|+", ">+", "|2", ">1-")))
    deeper = margin + "  "
    return f"{header}{draw(st.sampled_from(('', ' # why')))}\n" + "\n".join(deeper + line for line in lines)


@st.composite
def flow(draw: st.DrawFn, depth: int = 0) -> str:
    """A value in flow style."""
    style = draw(st.sampled_from(("plain", "plain", "single", "double", "list", "mapping"))) if depth < 3 else "plain"
    if style == "single":
        return "'{}'".format(draw(TEXTS.filter(str.isprintable)).replace("'", "''"))
    if style == "double":
        return double_quoted(draw, draw(TEXTS))
    if style == "list":
        return "[{}]".format(draw(st.sampled_from((", ", ",", " , ", ",\n    "))).join(draw(st.lists(flow(depth + 1), max_size=3))))
    if style == "mapping":
        pairs = draw(st.lists(st.tuples(KEYS | ODD_KEYS, flow(depth + 1)), max_size=3))
        return "{{{}}}".format(", ".join(f"{key}{draw(st.sampled_from((': ', ':', ' : ')))}{value}" for key, value in pairs))
    return draw(st.sampled_from(NUMBERS + WORDS))


@st.composite
def value(draw: st.DrawFn, margin: str) -> str:
    """The value after ``key:``."""
    style = draw(st.sampled_from(("plain", "plain", "plain", "folded plain", "single", "double", "block", "flow", "rows", "mapping")))
    if style == "plain":
        return f" {draw(PLAIN)}{draw(COMMENTS)}"
    if style == "folded plain":
        return " " + f"\n{margin}  ".join(draw(st.lists(PLAIN, min_size=1, max_size=3)))
    if style == "single":
        text = draw(TEXTS).replace("'", "''").replace("\n", f"\n{margin}  ")
        return f" '{text}'{draw(COMMENTS)}"
    if style == "double":
        return f" {double_quoted(draw, draw(TEXTS))}{draw(COMMENTS)}"
    if style == "block":
        return f" {block(draw, margin)}"
    if style == "flow":
        return f" {draw(flow())}{draw(COMMENTS)}"
    if len(margin) > 4:
        return ""
    if style == "rows":
        deeper = draw(st.sampled_from((margin, margin + "  ")))
        rows = draw(st.lists(fields(deeper + "  ").map(lambda text: text.removeprefix(deeper + "  ")) | PLAIN, min_size=1, max_size=3))
        return "\n" + "\n".join(f"{deeper}- {row}" for row in rows)
    return f"\n{draw(fields(margin + '  '))}"


@st.composite
def fields(draw: st.DrawFn, margin: str = "") -> str:
    """Some fields of a mapping."""
    names = draw(st.lists(KEYS, min_size=1, max_size=4, unique=draw(st.integers(0, 9)) > 0))
    if draw(st.integers(0, 9)) == 0:
        names.append(draw(ODD_KEYS))
    return "\n".join(f"{margin}{name}{draw(st.sampled_from((':', ':', ':', ' :')))}{draw(value(margin))}" for name in names)


DOCUMENTS = fields().map(lambda text: text + "\n")


@examples(1_000)
@given(DOCUMENTS)
def test_the_fast_reader_says_what_the_careful_one_says(text: str) -> None:
    check(text)


RECORD = older(
    "PMC1__F1", "number: F1", "pathway_score: 0.50", "year: '2020'", "caption: 'It''s: a caption,", "  on two lines.'", "organisms:",
    "- NA",
    "note: |", "  year: 2020", "  - word: 10", "schema-jsonld: {'@id': x, keywords: [A, 'B', NO, 010]}",
)  # fmt: skip

PIECES = st.sampled_from((
    *"'\"|>-:?#[]{},&*!%@` \n", "\n  ", "\n- ", ": ", " #", "- ", "? ", "---\n", "\t", "010", "1e5", "~", "NO",
    "null", "year:", "\\x07", "\x85", "é", "<<: ", "\ufeff",
))  # fmt: skip


@examples(1_200)
@given(st.lists(st.tuples(st.integers(0, len(RECORD)), st.integers(0, 4), PIECES), min_size=1, max_size=4))
def test_a_record_with_faults_is_the_same_to_both_readers(faults: list[tuple[int, int, str]]) -> None:
    text = RECORD
    for position, removed, piece in faults:
        text = text[:position] + piece + text[position + removed :]
    check(text)


@examples(400)
@given(st.dictionaries(KEYS, TEXTS | st.lists(st.dictionaries(KEYS, TEXTS, max_size=4), max_size=3), min_size=1, max_size=5), st.booleans())
def test_what_a_yaml_writer_writes_comes_back(record: dict[str, Any], unicode: bool) -> None:
    text = yaml.dump(record, sort_keys=False, allow_unicode=unicode)
    assume(yaml.load(text, Loader=yaml.CBaseLoader) == record)
    assert read_careful(text) == record
    assert load_yaml(text) == record
    check(text)


@examples(400)
@given(st.dictionaries(KEYS, st.sampled_from(NUMBERS + WORDS), min_size=1), st.sampled_from(("", "  ")), st.booleans())
def test_a_plain_scalar_is_the_text_that_was_written(record: dict[str, str], margin: str, comment: bool) -> None:
    plain = {key: value for key, value in record.items() if not re.search(r"^[\"'=&*!|>@`%?\-,\[\]{}#]|: | #|:$", f"{value}")}
    assume(plain)
    text = "".join(f"{key}: {margin}{value}{'  # why' if comment else ''}\n" for key, value in plain.items())
    assert read_careful(text) == plain
    assert load_yaml(text) == plain


# -- examples ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [*NUMBERS, *(word for word in WORDS if word not in ("", "#"))])
@pytest.mark.parametrize(
    "template", ["word: {}\n", "- {}\n", "a:\n  word: {}\n", "a:\n- word: {}\n  b: c\n", "a: [{}]\n", "a: {{word: {}}}\n"]
)
def test_no_word_is_taken_for_something_else(word: str, template: str) -> None:
    text = template.format(word)
    if word in ("?a", ":a") and ("[" in template or "{{" in template):
        return  # YAML 1.2 takes them for words, 1.1 does not: see DECEPTIVE
    try:
        expected = yaml.load(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        with pytest.raises(RecordError):
            load_yaml(text)
        return
    assert load_yaml(text) == expected


@pytest.mark.parametrize(("text", "value"), [
    ("a: |\n  b: 5\nb: 5\n", {"a": "b: 5\n", "b": "5"}),
    ("a: 'b: 5'\nb: 5\n", {"a": "b: 5", "b": "5"}),
    ("b: 5\na: >-\n  x\n  b: 5\n", {"b": "5", "a": "x b: 5"}),
    ("rows:\n- n: 1\n- n: 01\n- n: '1'\n- n: 1.0\n", {"rows": [{"n": "1"}, {"n": "01"}, {"n": "1"}, {"n": "1.0"}]}),
    ("rows:\n- n:\n- n: ~\n- n: ''\n", {"rows": [{"n": ""}, {"n": "~"}, {"n": ""}]}),
    ("'n': 010\n", {"n": "010"}),
    ("? n\n: 010\n", {"n": "010"}),
    ("n:\n  010\n", {"n": "010"}),
    ("{n: 010, m: [1_0, NO]}\n", {"n": "010", "m": ["1_0", "NO"]}),
    ("n: 010 # 8\n", {"n": "010"}),
    ("010: a\n", {"010": "a"}),
    ("NO: a\n~: b\n", {"NO": "a", "~": "b"}),
    ("<<: {a: b}\nc: d\n", {"<<": {"a": "b"}, "c": "d"}),
    ("n: !\n", RecordError),
    ("n: 1\n'n': 2\n", RecordError),
    ("n: {<<: *x}\n", RecordError),
])  # fmt: skip
def test_examples(text: str, value: Any) -> None:
    if value is RecordError:
        with pytest.raises(RecordError):
            load_yaml(text)
    else:
        assert load_yaml(text) == value


DECEPTIVE = (
    *("score: 010\nnote: |\n  score: 10\n", "score: +1\nnote: |\n  score: 1\n", "score: 1_000\nnote: |\n  score: 1000\n"),
    *("score: 1e2\nnote: >\n  x\n\n  score: 100.0\n", "score: 010\nnote: 'x\n\n  score: 10\n\n  '\n", "year: ~\nnote: |\n  year:\n"),
    *("? score\n: 010\nnote: |\n  score: 10\n", "genes:\n- word: a\n  genes: NULL\n", "word:\n  year: a\nrows:\n- word: ~\n"),
    *("word: |\n\n", "word: >\n\n", "word: |+\n\n", "rows:\n- word: |\n\n- word: a\n"),
    *(
        "word: !\n",
        "- !\n",
        "words: [!, a]\n",
        "words: [?a]\n",
        "words: [:a]\n",
        "words: {?a: b}\n",
        'word: "\\uD83E\\uDDEC"\n',
        'word: "\\ud83e"\n',
    ),
    *("? a: [b]\n", "? a: {b: c}\n: d\n", "x: {{a: []}: b}\n", "x: {[{a: []}]: b}\n", "? : []\n"),
)


@pytest.mark.parametrize("text", DECEPTIVE)
def test_what_a_quick_look_takes_for_something_else(text: str) -> None:
    assert outcome(load_yaml, text) == outcome(read_careful, text)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "text\n", "- a\n", "5\n", "~\n", "[]\n", "{}\n", "'a'\n", "a:\n", "? a\n"])
def test_documents_of_other_kinds(text: str) -> None:
    check(text)


@pytest.mark.parametrize("template", ["note: {open}x{close}\n", "note:\n  {open}x{close}\n", "{{note: {open}x{close}}}\n"])
def test_the_limit_of_nesting_is_the_same_for_both(template: str) -> None:
    for depth in range(MAX_YAML_LEVELS - 3, MAX_YAML_LEVELS + 4):
        check(template.format(open="[" * depth, close="]" * depth))
        check(template.format(open="{a: " * depth, close="}" * depth))
    deep = template.format(open="[" * MAX_YAML_LEVELS, close="]" * MAX_YAML_LEVELS)
    assert load_yaml(deep)
    with pytest.raises(RecordError, match=f"nesting deeper than {MAX_YAML_LEVELS}"):
        load_yaml(template.format(open="[" * (MAX_YAML_LEVELS + 1), close="]" * (MAX_YAML_LEVELS + 1)))


def test_a_writer_of_long_lines_is_read_as_well() -> None:
    record = {"caption": "word " * 10_000, "year": "2020", "genes": [{"word": "NO", "entrez": "010"} for _ in range(3)]}
    text = yaml.dump(record, width=10**9)
    assert load_yaml(text) == record


@pytest.mark.parametrize("fault", ["k3: again", "k: [a, b", "k: 'a", "k: *a", "k: &a b", "k: !a b", "? [a]\n: b", "k: a: b", "- a"])
@pytest.mark.parametrize("number", [5, 9])
def test_a_fault_is_told_with_its_line(fault: str, number: int) -> None:
    lines = [f"k{count}: value" for count in range(12)]
    lines.insert(number, fault)
    with pytest.raises(RecordError) as raised:
        load_yaml("\n".join(lines))
    found_later = ("k: [a, b", "k: 'a")  # what does not end is noticed further on
    assert raised.value.line > number if fault in found_later else raised.value.line == number + 1


# -- JSON ----------------------------------------------------------------------------------------------------------------------------

LETTER = "\U0001d6fc"

PAIRS = {
    r'a: "\ud835\udefc"': LETTER,
    r'a: "é \uD835\uDEFC\ud835\udefc b"': f"é {LETTER}{LETTER} b",
    r"a: \ud835\udefc": r"\ud835\udefc",
    r"a: '\ud835\udefc'": r"\ud835\udefc",
    "a: |-\n  \\ud835\\udefc": r"\ud835\udefc",
    r'a: "\\ud835\\udefc"': r"\ud835\udefc",
    r'a: "\\\ud835\udefc"': f"\\{LETTER}",
    'b: é \\ud835\\udefc # "\\ud835\\udefc"\nc: "\\ud835\\udefc"\na: \'x\'': "x",
    '"\\ud835\\udefc": b\na: "\\ud835\\udefc"': LETTER,
    r'{"b": "\\ud835\\udefc", "a": "\ud835\udefc"}': LETTER,
}


@pytest.mark.parametrize("text", PAIRS)
def test_two_surrogates_in_double_quotes_are_a_letter(text: str) -> None:
    assert load_yaml(text)["a"] == PAIRS[text]
    check(text)


@pytest.mark.parametrize("text", [r'a: "\ud835"', r'a: "\udefc\ud835"', r'{"a": "\ud835"}', r'a: "\ud835 \udefc"', r'a: "\ud835\udefc'])
def test_half_of_a_pair_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="broken YAML"):
        load_yaml(text)


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_what_json_writes_is_read_as_text(indent: int | str | None, ensure_ascii: bool) -> None:
    document = {"word": f"{LETTER}é/\t\n", "words": ["a", {"b": "c"}], "empty": {}}
    text = json.dumps(document, indent=indent, ensure_ascii=ensure_ascii)
    assert load_yaml(text) == document
    assert load_yaml(text.replace("/", "\\/")) == document


def test_numbers_and_words_of_json_are_as_they_were_written() -> None:
    text = '{"a":\t[1.50, 1e5, true, null, NaN, -0, 123456789012345678901234567890]}'
    assert load_yaml(text) == {"a": ["1.50", "1e5", "true", "null", "NaN", "-0", "123456789012345678901234567890"]}


@pytest.mark.parametrize(
    "text", ['{"a":\t1,\t"a":\t2}', '{"a":\t' + "[" * 40 + "]" * 40 + "}", '{"a":\t' + "[" * 100_000, '{"a":\t1', "[1,\t2"]
)
def test_json_that_yaml_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        load_yaml(text)
