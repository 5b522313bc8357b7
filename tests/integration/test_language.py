"""Plain technical English: no phrase of ``tests/data/words.toml`` in documentation, help, shapes, queries, pages and source code."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from typing import TYPE_CHECKING

import click
import pytest
from tests.support.records import ROOT

from pfocr2rdf.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = tomllib.loads((ROOT / "tests" / "data" / "words.toml").read_text(encoding="utf-8"))["replacements"]
PATTERNS = {re.compile(rf"\b(?:{pattern})\b".replace(" ", r"\s+"), re.IGNORECASE): use for pattern, use in WORDS.items()}
PAGES = sorted({
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "queries").glob("*.rq"),
    *(ROOT / "shapes").glob("*.ttl"),
    *(path for path in (ROOT / "src").rglob("templates/**/*") if path.is_file()),
    *(ROOT / "src").rglob("assets/*.js"),
})  # fmt: skip
MODULES = sorted((ROOT / "src").rglob("*.py"))


def phrases_to_avoid(text: str, first_line: int = 1) -> list[str]:
    """The phrases with their line and what to write instead, for the message of a failure; a phrase may go over the end of a line."""
    return [
        f"line {first_line + text.count(chr(10), 0, match.start())}: {' '.join(match[0].split())!r}: write {use!r}"
        for pattern, use in PATTERNS.items()
        for match in pattern.finditer(text)
    ]


def strings_and_comments(code: str) -> Iterator[tuple[int, str]]:
    """The text that a person reads in a module, with its first line: messages, docstrings, and comments, adjacent ones as one text."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 1:
            yield node.lineno, node.value
    first, comments = 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            if comments and token.start[0] == first + len(comments):
                comments.append(token.string.lstrip("# "))
                continue
            yield first, "\n".join(comments)
            first, comments = token.start[0], [token.string.lstrip("# ")]
    yield first, "\n".join(comments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_are_in_plain_english(page: Path) -> None:
    assert phrases_to_avoid(page.read_text(encoding="utf-8")) == []


def test_source_code_is_in_plain_english() -> None:
    faults = [
        f"{module.relative_to(ROOT)}: {phrase}"
        for module in MODULES
        for line, text in strings_and_comments(module.read_text(encoding="utf-8"))
        for phrase in phrases_to_avoid(text, line)
    ]
    assert faults == []


def test_help_is_in_plain_english() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert phrases_to_avoid(command.get_help(click.Context(command, info_name=name))) == [], name


def test_a_phrase_is_found_wherever_it_breaks() -> None:
    assert phrases_to_avoid("A file\nin the\nplace of another one") == ["line 2: 'in the place of': write 'instead of'"]


def test_phrases_are_found_in_docstrings_messages_and_comments() -> None:
    code = '"""Start\n\nanew."""\nx = f"{x} goes on"\n# in\n# silence\n'
    assert [phrases_to_avoid(text, line) for line, text in strings_and_comments(code) if phrases_to_avoid(text)] == [
        ["line 3: 'anew': write 'again, from the beginning'"],
        ["line 4: 'goes on': write 'continues, resumes'"],
        ["line 5: 'in silence': write 'silently'"],
    ]
