"""Tables of the site that are made from the code when it is built, so that they cannot differ from it.

A page says ``<!-- table: properties -->`` where the table goes.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyoxigraph

from pfocr2rdf.cli import main
from pfocr2rdf.derived.records.forms import RESTORED_FORMS
from pfocr2rdf.rdf.serializers.formats import DEFAULT_FORMATS, SERIALIZERS
from pfocr2rdf.rdf.vocabulary import ALIGNMENT_PREFIXES, CLASSES, EVIDENCE_TYPES, INVERSES, PREFIXES, PROPERTIES
from pfocr2rdf.records.fields import UNEXPORTED_FIELDS

ROOT = Path(__file__).resolve().parents[1]

BORROWED: dict[str, tuple[str, str]] = {
    "dcterms:title": ("figure, paper", "The title."),
    "dcterms:identifier": (
        "figure, gene, chemical, disease, organism, paper, pathway",
        "The identifier without its prefix. A figure has its `figid`, and each `figid_alias` that is another.",
    ),
    "rdfs:label": ("gene, chemical, disease, organism", "The symbol or the name."),
    "skos:prefLabel": ("family", "The family's symbol, as the lexicon writes it."),
    "skos:altLabel": (
        "chemical, disease",
        "Another name: that of a vocabulary or a record, or the word that OCR read most often.",
    ),
    "schema:image": ("figure", "The picture, at Europe PMC unless `--image-url` says otherwise."),
    "foaf:page": ("figure", "The figure's page at PubMed Central."),
    "dcterms:license": ("figure", "The licence that the record's own JSON-LD names: CC0."),
    "rdfs:seeAlso": ("figure", "The network of the figure at NDEx."),
    "oa:hasTarget": ("mention", "The figure on which the word was read."),
    "oa:hasBody": ("mention", "What the word was recognised as; absent where the record gives no identifier."),
    "dcterms:bibliographicCitation": ("paper", "The citation in one line."),
    "dcterms:issued": ("paper", "The year."),
    "bibo:doi": ("paper", "The DOI as text."),
    "owl:sameAs": ("paper", "The DOI as an IRI."),
    "skos:exactMatch": ("family", "The FamPlex entry that has this very symbol."),
    "skos:closeMatch": ("family, chemical, disease", "An entry of FamPlex, ChEBI or the Disease Ontology that is close."),
    "schema:name": ("figure", "From the record's own JSON-LD, repaired."),
    "schema:description": ("figure", "The caption: from the record's own JSON-LD, or else from `caption`."),
    "schema:keywords": ("figure", "From the record's own JSON-LD."),
    "schema:license": ("figure", "From the record's own JSON-LD, repaired."),
    "schema:creator": ("figure", "From the record's own JSON-LD, repaired."),
}
"""Where the properties of other vocabularies stand, and what they say there."""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _short(name: str) -> str:
    return name.partition(":")[2].lower()


def classes() -> str:
    """Every class, with what it is aligned with."""
    rows = ((f"`{row.name}`", row.definition, _code(row.superclasses), _code(row.close_matches)) for row in CLASSES)
    return _table(("class", "meaning", "subclass of", "close to"), rows)


def own_properties() -> str:
    """Every property of the ``pfocr:`` vocabulary."""
    rows = (
        (
            f"`{row.name}`",
            ", ".join(map(_short, row.domain)),
            f"`{row.range}`",
            row.definition,
            _code((*row.superproperties, *row.close_matches)),
        )
        for row in PROPERTIES
        if row.name.startswith("pfocr:")
    )
    return _table(("property", "of a", "value", "meaning", "aligned with"), rows)


def inverses() -> str:
    """The properties that are the inverse of another."""
    return _table(("property", "inverse of", "meaning"), ((f"`{row.name}`", f"`{row.inverse_of}`", row.definition) for row in INVERSES))


def borrowed_properties() -> str:
    """Every property of another vocabulary."""
    rows = (
        (f"`{row.name}`", BORROWED[row.name][0], "IRI" if row.is_object else f"`{row.range}`", BORROWED[row.name][1])
        for row in PROPERTIES
        if not row.name.startswith("pfocr:")
    )
    return _table(("property", "of a", "value", "meaning"), rows)


def evidence() -> str:
    """The kinds of evidence, with the lexicon sources that mean them."""
    rows = ((f"`{row.name}`", row.definition, _code(row.sources) or "all rows of chemicals and diseases") for row in EVIDENCE_TYPES)
    return _table(("evidence", "meaning", "lexicon sources"), rows)


def unexported() -> str:
    """What a record says that is not exported, and why; names with one reason share a row."""
    names_by_reason: dict[tuple[str, str], list[str]] = defaultdict(list)
    for field in UNEXPORTED_FIELDS:
        name = f"{field.part} `{field.name}`" if field.part in ("key", "column") else field.name
        names_by_reason[field.reason, field.restored].append(name)
    rows = ((", ".join(names), *cells) for cells, names in names_by_reason.items())
    return _table(("what", "why", "in records from a graph"), rows)


def restored() -> str:
    """What of a record comes back from a graph in another form."""
    return _table(("in the record", "in the record from the graph"), ((form.part, form.form) for form in RESTORED_FORMS))


def prefixes() -> str:
    """The prefixes of the exported data, and those that only the ontology uses."""
    rows = [(f"`{prefix}:`", f"`{space}`", "data") for prefix, space in PREFIXES.items()]
    rows += [(f"`{prefix}:`", f"`{space}`", "`vocabulary.ttl` only") for prefix, space in ALIGNMENT_PREFIXES.items()]
    return _table(("prefix", "name space", "used in"), rows)


def formats() -> str:
    """The formats, with their files."""
    made = (make() for make in SERIALIZERS.values())
    rows = (
        (f"`{item.name}`", f"`figures{item.suffix}`", f"`{item.media_type}`", "yes" if item.name in DEFAULT_FORMATS else "")
        for item in made
    )
    return _table(("`--format`", "file", "media type", "written by default"), rows)


def shapes() -> str:
    """What the shapes ask for, file by file."""
    rows: list[tuple[str, ...]] = []
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE):
            value = quad.object.value if not isinstance(quad.object, pyoxigraph.Triple) else ""
            facts[str(quad.subject)][re.split("[#/]", quad.predicate.value)[-1]].append(value)
        for name, values in facts.items():
            if "message" in values:
                severity = values["severity"][0].rpartition("#")[2] if "severity" in values else "Violation"
                rows.append((f"`{path.name}`", f"`shape:{name.rpartition('#')[2].rstrip('>')}`", severity, values["message"][0]))
    return _table(("file", "shape", "severity", "what it says"), rows)


def layers() -> str:
    """The layers of the package, from the top, with the first paragraph of each docstring; layers side by side have one number."""
    listed = enumerate(_contracts()[0]["layers"], 1)
    rows = ((str(number), f"`{name}`", _first_paragraph(name)) for number, layer in listed for name in layer.split(" | "))
    return _table(("layer", "package", "what it is"), rows)


def contracts() -> str:
    """The contracts beside the layers of the package: what may not be imported, and the layers inside packages."""
    rows: list[tuple[str, ...]] = []
    for contract in _contracts()[1:]:
        if contract["type"] == "layers":
            rows += [(contract["name"], f"`{name}`", f"layers {_code(contract['layers'])}") for name in contract["containers"]]
        else:
            sources = _code(name.removeprefix("pfocr2rdf.") for name in contract["source_modules"])
            rows.append((contract["name"], sources, f"do not import {_code(contract['forbidden_modules'])}"))
    return _table(("contract", "packages", "rule"), ((name, who, rule.replace("|", "\\|")) for name, who, rule in rows))


def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def examples() -> str:
    """The examples at the end of each command's help."""
    epilogs = (command.epilog or "" for command in main.commands.values())
    lines = [line.strip() for text in epilogs for line in text.splitlines() if line.strip() not in ("", "\b", "Examples:")]
    return "\n".join(("```sh", *lines, "```", ""))


def _first_paragraph(name: str) -> str:
    path = ROOT / "src" / "pfocr2rdf" / name.strip("()")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")


TABLES: dict[str, Callable[[], str]] = {
    "classes": classes,
    "own properties": own_properties,
    "inverses": inverses,
    "borrowed properties": borrowed_properties,
    "evidence": evidence,
    "unexported": unexported,
    "restored": restored,
    "prefixes": prefixes,
    "formats": formats,
    "shapes": shapes,
    "layers": layers,
    "contracts": contracts,
    "examples": examples,
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What MkDocs calls for each page."""
    return re.sub(r"<!-- table: ([a-z ]+) -->", lambda match: TABLES[match[1]](), markdown)
