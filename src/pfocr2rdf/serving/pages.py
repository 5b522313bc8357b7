"""The page with the form for queries, and answers as tables. Every word that comes from elsewhere is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import islice
from typing import IO
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from pfocr2rdf.stores.answers import Answer, Term
from pfocr2rdf.stores.examples import Example

STYLE = """\
:root { color-scheme: light dark; --edge: #767c85; --soft: #f1f3f5; --link: #1a4fb4; --wrong: #a11212; }
@media (prefers-color-scheme: dark) { :root { --edge: #8b929c; --soft: #22262c; --link: #8ab4ff; --wrong: #ff9a9a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
a { color: var(--link); }
label { display: block; font-weight: 600; }
textarea { width: 100%; min-height: 14rem; font: 0.95rem/1.4 ui-monospace, monospace; border: 1px solid var(--edge); padding: 0.5rem; }
select, button { font: inherit; padding: 0.4rem 0.8rem; margin: 0.5rem 0.5rem 0.5rem 0; border: 1px solid var(--edge); border-radius: 4px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.wrong { color: var(--wrong); font-weight: 600; overflow-wrap: anywhere; }
.rows { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--edge); padding: 0.2rem 0.5rem; text-align: left; vertical-align: top; }
th, td { max-width: 40rem; overflow-wrap: anywhere; }
th { background: var(--soft); }
small { opacity: 0.8; }
"""
"""How the pages look."""

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""What a page may load and do: nothing but its own style and its own form."""

_FIRST = "SELECT ?figure ?title WHERE {\n  ?figure a pfocr:Figure ;\n    dcterms:title ?title .\n}\nORDER BY ?figure\nLIMIT 20\n"
_CHOICES = {"html": "a table here", "csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML", "turtle": "Turtle", "ntriples": "N-Triples"}
_LOCAL = re.compile(r"\w(?:[\w.-]*[\w-])?", re.ASCII).fullmatch
_LINKED = re.compile(r"https?://", re.IGNORECASE).match


def query_page(text: str = "", examples: Iterable[Example] = (), problem: str = "") -> str:
    """The page with the form.

    Args:
        text: the query in it; a first one where there is none.
        examples: those to choose from.
        problem: what was wrong with the query.
    """
    return "".join((*_head("Ask with SPARQL"), *_form(text or _FIRST, problem), *_examples(examples), _END))


def _head(title: str) -> Iterator[str]:
    yield f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
"""


_END = "</main>\n</body>\n</html>\n"


def _form(text: str, problem: str = "") -> Iterator[str]:
    # The line break after the tag is not a part of the text; without it, one at the beginning of the text would be lost.
    if problem:
        yield f'<p class="wrong" role="alert" id="problem">{escape(problem)}</p>\n'
    about = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    yield f"""<form method="get">
<label for="query">Query</label>
<textarea id="query" name="query" rows="14" required spellcheck="false" autocapitalize="off"{about}>
{escape(text)}</textarea>
<label for="format">Answer as</label>
<select id="format" name="format">
"""
    yield from (f'<option value="{name}">{said}</option>\n' for name, said in _CHOICES.items())
    yield "</select>\n<button>Ask</button>\n</form>\n"
    yield "<p><small>The prefixes of the project need not be declared. Nothing can be changed here.</small></p>\n"


def _examples(examples: Iterable[Example]) -> Iterator[str]:
    rows = [
        f'<li><a href="?{escape(urlencode({"example": one.name}))}">{escape(one.title)}</a>: {escape(one.description)}</li>\n'
        for one in examples
    ]
    if rows:
        yield from ("<h2>Examples</h2>\n<ul>\n", *rows, "</ul>\n")


def write_answer(file: IO[bytes], answer: Answer, text: str, most: int) -> None:
    """Write an answer as a page with a table. It says so where it does not have all rows.

    Args:
        file: where to.
        answer: the answer.
        text: the query.
        most: how many rows it has at most.

    Raises:
        StoreError: the store fails on the way.
    """
    for part in _answer(answer, text, most):
        file.write(part.encode())


def _answer(answer: Answer, text: str, most: int) -> Iterator[str]:
    yield from _head("Answer")
    if answer.kind == "ask":
        yield f"<p><strong>{'yes' if answer.boolean else 'no'}</strong></p>\n"
    else:
        yield from _table(answer, text, most)
    yield "<h2>The query</h2>\n"
    yield from _form(text)
    yield _END


def _table(answer: Answer, text: str, most: int) -> Iterator[str]:
    names: tuple[str, ...] = answer.variables
    rows = ([row.get(name) for name in names] for row in answer)
    if answer.kind == "construct":
        names = ("subject", "predicate", "object")
        rows = ([one.subject, one.predicate, one.object] for one in answer)
    shown = list(islice(rows, most))
    more = next(rows, None) is not None
    yield f"<p>{'The first ' if more else ''}{len(shown):,} {'row' if len(shown) == 1 else 'rows'}"
    yield ", and there are more: take a file to have them all" if more else ""
    choices = ("turtle", "ntriples", "jsonld", "rdfxml") if answer.kind == "construct" else ("csv", "tsv", "json", "xml")
    links = (f'<a href="?{escape(urlencode({"query": text, "format": name}))}">{name}</a>' for name in choices)
    yield f" ({', '.join(links)}).</p>\n"
    yield '<div class="rows" role="region" aria-label="Rows" tabindex="0">\n<table>\n<thead><tr>'
    yield from (f'<th scope="col">{escape(name)}</th>' for name in names)
    yield "</tr></thead>\n<tbody>\n"
    for row in shown:
        yield f"<tr>{''.join(f'<td>{_cell(value, answer.prefixes)}</td>' for value in row)}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _cell(value: Term | None, prefixes: Mapping[str, str]) -> str:
    """A value as people read it, which cannot turn around the text beside it."""
    if value is None:
        return ""
    if isinstance(value, NamedNode):
        said = f"<bdi>{escape(_short(value.value, prefixes))}</bdi>"
        link = escape(value.value)
        return f'<a href="{link}" title="{link}" rel="noreferrer noopener">{said}</a>' if _LINKED(value.value) else said
    if isinstance(value, Literal):
        language = f" <small>{escape(value.language)}</small>" if value.language else ""
        return f"<bdi>{escape(value.value)}</bdi>{language}"
    return f"<bdi>{escape(str(value))}</bdi>"


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    """An IRI with the prefix of the longest name space that fits."""
    fitting = [
        (len(space), name) for name, space in prefixes.items() if space and iri.startswith(space) and _LOCAL(iri[len(space) :])
    ]  # fmt: skip
    if not fitting:
        return iri
    size, name = max(fitting)
    return f"{name}:{iri[size:]}"
