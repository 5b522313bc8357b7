"""YAML in which every scalar is text: two fast readers, a careful one, and the proof that they agree.

YAML's own typing destroys words (``NO``, ``010``, ``1_000``, ``12:30:45``), so no reader types anything. ``read_careful``
is the reference: it builds plain dicts and lists from PyYAML's events, with every scalar as it was written. ``load_yaml`` first
tries ``block_yaml``, which knows the subset that most records are written in. Then it lets a Rust parser do the work, which types
plain numbers, and takes its answer only if the original text can be derived from it; otherwise the careful reader
decides. Records need no anchors, aliases, tags or repeated keys, so all of them are refused.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from itertools import chain
from typing import Any

import yaml
import yaml_rs

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.block_yaml import read_blocks

MAX_YAML_LEVELS = 32
_ONLY_TEXT, _ONLY_MAPPINGS = frozenset((str,)), frozenset((dict,))
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_ALIASES = yaml_rs.AliasLimits(max_total_replayed_events=0)
# What the two readers may see differently: each of these sends a record to the careful reader. Control characters and
# Unicode's line breaks; tabs, which only one of them takes for blanks; directives; anchors and tags, which the careful reader
# refuses by name; empty block texts; marks at the begin of words in flow style; escaped surrogates; and long lines on which
# thousands of nested blocks could overflow a parser's stack.
_WINDOW_CHARS = 250  # a line of twice this length fills one of the text's windows
_CONTROL_BYTES = bytes(code for code in (*range(32), 127) if code != 10)
_C1_LEAD_BYTE, _C1_TRAIL_BYTES = b"\xc2", range(0x80, 0xA0)
_UNICODE_BREAKS = "\u2028\u2029\ufeff\ufffe\uffff"
_PROPERTY = re.compile(r"(?m:^[ \-?]*|[:,\[{?] +|[\[{])(?:!|[&*]\S)").search
_NESTED = re.compile(r"(?:[-?:] +){16}").search
_SURROGATE_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_PAIR_SURPLUS_CHARS = len(r"\ud835\udefc") - len(r"\U0001d6fc")
_MAX_INTEGER = 10**1000  # Python prints no integer of more than 4,300 digits
_EMPTY_BLOCK = re.compile(r"[|>][^\n|>]*\n[ \t]*(?:\n|\Z)").search  # or another line that ends so
_BEFORE_VALUES = b"\n:-?,[{|>"
_MAX_BLANKS_BYTES = 40
_MAX_TYPED_KEYS = 64  # each is looked for in the whole text; real records have two
_ODD_FLOW = re.compile(r"[\[{,:]\s*\?\S|[\[{,]\s*:\S").search
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search


def load_yaml(text: str, row_lists: Collection[str] = ()) -> Any:
    r"""The document as dicts, lists and text, by whichever reader is the quickest that can be trusted with it.

    The text is one document, without its ``---`` line. ``row_lists`` are the keys of lists whose rows repeat from record to record.
    What is no YAML, or uses what records must not, raises ``RecordError``.

    >>> load_yaml("word: NO\nscore: 0.50\nyear:")
    {'word': 'NO', 'score': '0.50', 'year': ''}
    """
    blocks = read_blocks(text, row_lists)
    if blocks is not None:
        return blocks
    if not is_risky(text):
        fast = read_fast(text)
        if fast is not None:
            return fast
    return read_careful(text)


def is_risky(text: str) -> bool:
    """Whether the two readers might differ on this text; rare bytes are looked for first, which is quick, then what they mean."""
    data = text.encode("utf-8", "surrogatepass")
    return (
        len(data) != len(data.translate(None, _CONTROL_BYTES))
        or (not text.isascii() and (_has_c1_control(data) or any(char in text for char in _UNICODE_BREAKS)))
        or (b"%" in data and (data.startswith(b"%") or b"\n%" in data))
        or (any(_begins_value(data, mark) for mark in b"&*!") and _PROPERTY(text) is not None)
        or (any(_begins_value(data, mark) for mark in b"|>") and _EMPTY_BLOCK(text) is not None)
        or (any(_begins_value(data, mark) for mark in b"[{") and _ODD_FLOW(text) is not None)
        or (b"\\" in data and (b"\\ud" in data or b"\\uD" in data))
        or (
            any("\n" not in text[at : at + _WINDOW_CHARS] for at in range(0, len(text) - _WINDOW_CHARS, _WINDOW_CHARS))
            and _NESTED(text) is not None
        )
    )


def _has_c1_control(data: bytes) -> bool:
    at = data.find(_C1_LEAD_BYTE)
    while at >= 0:
        if data[at + 1] in _C1_TRAIL_BYTES:
            return True
        at = data.find(_C1_LEAD_BYTE, at + 2)
    return False


def _begins_value(data: bytes, mark: int) -> bool:
    """Whether the mark is anywhere where a value may begin; an empty list or mapping is none."""
    at = data.find(mark)
    while at >= 0:
        prefix = data[max(0, at - _MAX_BLANKS_BYTES) : at].rstrip(b" ")
        if (not prefix or prefix[-1] in _BEFORE_VALUES) and data[at : at + 2] not in (b"[]", b"{}"):
            return True
        at = data.find(mark, at + 1)
    return False


def read_fast(text: str) -> Any | None:
    """The Rust parser's result with all scalars as text, or ``None`` if it cannot be trusted."""
    try:
        value = yaml_rs.loads(text, parse_datetime=False, alias_limits=_NO_ALIASES)
    except (ValueError, TypeError, RecursionError):  # it refuses the text, or cannot make a dictionary of it
        return None
    if type(value) is not dict:
        return None
    typed: list[tuple[Any, Any, Any]] = []
    if not _collect_typed(value, typed, 0):
        return None
    return value if not typed or _restore(text, typed) else None


def _collect_typed(value: Any, typed: list[tuple[Any, Any, Any]], depth: int) -> bool:
    """Collect (container, key, value) of every scalar that is no text; False if a key is no text, or nesting is deep."""
    if depth > MAX_YAML_LEVELS:
        return False
    if type(value) is dict and not _ONLY_TEXT.issuperset(map(type, value)):
        return False
    if type(value) is list and depth < MAX_YAML_LEVELS and _are_rows(value):
        return True
    if _ONLY_TEXT.issuperset(map(type, value.values() if type(value) is dict else value)):
        return True
    for key, item in value.items() if type(value) is dict else enumerate(value):
        if type(item) is str:
            continue
        if type(item) is dict or type(item) is list:
            if not _collect_typed(item, typed, depth + 1):
                return False
        else:
            typed.append((value, key, item))
    return True


def _are_rows(items: list[Any]) -> bool:
    """Whether these are all mappings of text to text, as most items of lists are."""
    if not _ONLY_MAPPINGS.issuperset(map(type, items)):
        return False
    try:
        "".join(chain.from_iterable(items))  # the quickest way to find something that is no text
        "".join(chain.from_iterable(map(dict.values, items)))
    except TypeError:
        return False
    return True


def _restore(text: str, typed: list[tuple[Any, Any, Any]]) -> bool:
    """Put back the text of typed scalars, if each one is in the document as ``key: number``, and the key nowhere else.

    A number written in its canonical form is the only text that its value can be printed as; what is written otherwise
    (``010``, ``1.50``, ``1e5``, ``~``) is not found, and the careful reader decides.
    """
    expected: dict[str, Counter[str]] = {}
    for container, key, value in typed:
        if type(container) is not dict or type(value) is bool or (type(value) is int and abs(value) > _MAX_INTEGER):
            return False
        scalar = "" if value is None else repr(value)
        if key not in expected and len(expected) == _MAX_TYPED_KEYS:
            return False
        expected.setdefault(key, Counter())[scalar] += 1
        container[key] = scalar
    return all(_values_in_text(text, key) == scalars for key, scalars in expected.items())


def _values_in_text(text: str, key: str) -> Counter[str] | None:
    """The values of ``key:`` on the lines that begin with it; ``None`` if the key's name is anywhere else, too."""
    values: Counter[str] = Counter()
    at = text.find(key)
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        line = text[start : end if end >= 0 else len(text)]
        rest = line[at - start + len(key) :]
        if line[: at - start].strip(" -") or not rest.startswith(":"):
            return None
        values[rest[1:].strip(" ")] += 1
        at = text.find(key, at + len(key))
    return values


def decode_surrogate_pairs(text: str) -> str:
    r"""The text with JSON's escapes of letters beyond U+FFFF, two surrogates, in YAML's way: both can only be in double quotes.

    >>> print(decode_surrogate_pairs(r'{"a": "\ud835\udefc", "b": "\\ud835\\udefc"}'))
    {"a": "\U0001d6fc", "b": "\\ud835\\udefc"}
    """
    if not _SURROGATE_PAIR.search(text):
        return text
    replaced = _SURROGATE_PAIR.sub(_escape_letter, text)
    try:
        events = [event for event in yaml.parse(replaced, _LOADER) if isinstance(event, yaml.ScalarEvent) and event.style == '"']
    except yaml.YAMLError:
        return replaced  # which is broken in any case
    quoted = [(event.start_mark.index, event.end_mark.index) for event in events if event.start_mark and event.end_mark]
    pairs = list(_SURROGATE_PAIR.finditer(text))
    parts, end, number = [], 0, 0
    for count, pair in enumerate(pairs):
        at = pair.start(2) - count * _PAIR_SURPLUS_CHARS  # in the replaced text
        while number < len(quoted) and quoted[number][1] <= at:
            number += 1
        is_quoted = number < len(quoted) and quoted[number][0] < at
        parts += [text[end : pair.start()], _escape_letter(pair) if is_quoted else pair.group()]
        end = pair.end()
    return "".join(parts) + text[end:]


def _escape_letter(pair: re.Match[str]) -> str:
    high, low = int(pair[2], 16), int(pair[3], 16)
    return f"{pair[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def read_json(text: str) -> Any | None:
    """The document as JSON with all scalars as text, or ``None`` if it is none: YAML knows neither all of its escapes nor its tabs."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_make_mapping)
        return _json_to_text(value, 0)
    except (ValueError, RecursionError):
        return None


def _make_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key is given twice")
    return mapping


def _json_to_text(value: Any, level: int) -> Any:
    if level > MAX_YAML_LEVELS:
        raise ValueError("nesting is too deep")
    if type(value) is dict:
        return {_json_to_text(key, level + 1): _json_to_text(item, level + 1) for key, item in value.items()}
    if type(value) is list:
        return [_json_to_text(item, level + 1) for item in value]
    if type(value) is str:
        value.encode()  # half of a surrogate pair is a UnicodeEncodeError, which is a ValueError
        return value
    return json.dumps(value)  # true, false, null


def read_careful(text: str) -> Any:
    """The reference reader: PyYAML's events, all scalars as text, nothing recursive; then JSON, where that is no YAML.

    Broken YAML, an alias, a tag, a repeated key, a key that is no text, or nesting beyond ``MAX_YAML_LEVELS`` raises ``RecordError``.
    """
    if unreadable := _UNREADABLE(text):
        reason = f"contains the character U+{ord(unreadable.group()):04X}, which YAML does not allow"
        raise RecordError(reason, line=text.count("\n", 0, unreadable.start()) + 1, remedy="remove it from the record")
    try:
        return _build_from_events(decode_surrogate_pairs(text))
    except yaml.YAMLError as error:
        if (document := read_json(text)) is not None:
            return document
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise RecordError(f"broken YAML: {reason}", line=mark.line + 1 if mark else 0, remedy="correct the record") from None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _not_allowed_error(event: yaml.Event, what: str) -> RecordError:
    return RecordError(f"{what} is not allowed in a record", line=_line(event), remedy="write the value in plain YAML")


def _build_from_events(text: str) -> Any:
    root: list[Any] = []
    stack: list[tuple[Any, list[str]]] = [(root, [])]
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
            continue
        if isinstance(event, yaml.AliasEvent):
            raise _not_allowed_error(event, "an alias (*name)")
        if not isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            continue
        if event.anchor is not None:
            raise _not_allowed_error(event, "an anchor (&name)")
        if event.tag is not None:
            raise _not_allowed_error(event, f"the tag {event.tag}")
        if isinstance(event, yaml.ScalarEvent):
            _add_to_container(stack[-1], event, event.value)
            continue
        child: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        _add_to_container(stack[-1], event, child)
        stack.append((child, []))
        if len(stack) > MAX_YAML_LEVELS + 2:
            raise _not_allowed_error(event, f"nesting deeper than {MAX_YAML_LEVELS}")
    if len(root) > 1:
        raise RecordError("there is more than one document", remedy="separate documents in a .yaml stream")
    return root[0] if root else None


def _add_to_container(top: tuple[Any, list[str]], event: yaml.Event, value: Any) -> None:
    container, pending = top
    if type(container) is list:
        container.append(value)
    elif pending:
        container[pending.pop()] = value
    elif type(value) is not str:
        raise _not_allowed_error(event, "a list or mapping as a key")
    elif value in container:
        raise RecordError(f"the key {value!r} is given twice", field=value, line=_line(event), remedy="keep one of the two")
    else:
        pending.append(value)
