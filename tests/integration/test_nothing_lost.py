"""The law that nothing is lost in silence: each value of a record is in the graph, in the report, or in the table of what is not exported.

Every value that is put into a record, a table or a file's name holds a marker, a word that is nowhere else. Set
``PFOCR2RDF_EXAMPLES`` to try more records.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import shutil
from itertools import count
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import yaml
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.records import CHEMICAL_COLUMNS, DISEASE_COLUMNS, GENE_COLUMNS

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.records.fields import UNEXPORTED_COLUMNS, UNEXPORTED_KEYS

EXAMPLES = int(os.environ.get("PFOCR2RDF_EXAMPLES", "60"))
FIGID = "PMC1__f1"
FIGURE = f"https://pfocr.wikipathways.org/figures/{FIGID}.html"
COLUMNS = {"genes": GENE_COLUMNS, "chemicals": CHEMICAL_COLUMNS, "diseases": DISEASE_COLUMNS}
ROW_KEYS = {
    "genes": ("word", "symbol", "source", "hgnc_symbol", "entrez"),
    "chemicals": ("word", "source", "identifier"),
    "diseases": ("word", "source", "identifier"),
}
TEXT_KEYS = (
    "figid_alias", "figtitle", "number", "caption", "papertitle", "reftext", "filename", "figlink", "figtype", "organisms", "organisms_ner",
    "keywords", "doi", "journal_title", "journal_nlm_ta", "publisher_name", "year", "pathway_score", "automl_pathway", "annotations",
    "redirect_from", "seo", "pmc_ranked_result_index",
)  # fmt: skip
PAPER_KEYS = ("filename", "papertitle", "reftext", "year", "doi", "journal_title", "journal_nlm_ta", "publisher_name", "keywords")
ID_KEYS = ("ndex", "wpid", "pmcid", "schema-jsonld")
DECOMPRESSORS = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress, ".zst": zstandard.decompress}
COMPRESSORS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress}


class Markers:
    """Makes markers, and remembers each one that must be found again, with names that may stand for it in a warning."""

    def __init__(self) -> None:
        self._count = count(100)
        self.names: dict[str, tuple[str, ...]] = {}

    def word(self, *names: str) -> str:
        return self._add(f"zq{next(self._count)}x", names)

    def number(self, *names: str) -> str:
        return self._add(f"77{next(self._count)}77", names)

    def _add(self, marker: str, names: tuple[str, ...]) -> str:
        self.names[marker] = names
        return marker

    def keep_written(self, files: dict[str, bytes]) -> None:
        """Forget markers that were made and never written."""
        contents = (DECOMPRESSORS.get(Path(name).suffix, bytes)(content) for name, content in files.items())
        written = b"\n".join([*map(str.encode, files), *contents])
        self.forget({marker for marker in self.names if marker.encode() not in written})

    def forget(self, names: set[str]) -> None:
        """Markers that stand for themselves no more, as those of what is left out on purpose."""
        for name in names:
            self.names.pop(name, None)


def text_values(markers: Markers, key: str, *names: str) -> st.SearchStrategy[Any]:
    """A value in one of the forms in which somebody may write it."""
    if key in PAPER_KEYS:
        names = (*names, "pmcid: missing, so the record has no paper")

    def word() -> str:
        return markers.word(*names)

    def pair() -> dict[str, str]:
        name = markers.word(*names)
        return {name: markers.word(*names, name)}

    forms = {
        "text": word,
        "blanks": lambda: f"  {word()} \n",
        "list of one": lambda: [word()],
        "list": lambda: [word(), word()],
        "list with nothing": lambda: [word(), "NA", None],
        "commas": lambda: f"{word()}, {word()}",
        "bars": lambda: f"{word()} | {word()}",
        "lines": lambda: f"{word()}\n{word()}",
        "number": lambda: int(markers.number(*names)),
        "URL": lambda: f"https://example.org/{word()}",
    }
    if key in ("annotations", "about", ""):
        forms |= {
            "mapping": pair,
            "type and value": lambda: {"type": word(), "value": word()},
            "list of mappings": lambda: [pair(), {"type": word(), "value": [word(), word()], "by": markers.word(*names, "'by'")}],
            "type alone": lambda: [{"type": word()}],
        }
    if key == "":
        forms["nested list"] = lambda: [[word()]]
    return st.sampled_from(sorted(forms)).map(lambda name: forms[name]())


@st.composite
def ids(draw: st.DrawFn, markers: Markers, key: str) -> Any:
    number = markers.number()
    uuid = f"0{number}-deb4-11ea-99da-0ac135e8bacf"
    values = {
        "ndex": [uuid, [uuid], f"https://www.ndexbio.org/viewer/networks/{uuid}", f"ndex:{uuid}"],
        "wpid": [f"WP{number}", [f"WP{number}", "WP1"], f"https://www.wikipathways.org/pathways/WP{number}", f"WP1, WP{number}"],
        "pmcid": [f"PMC{number}", [f"PMC{number}"], f"https://pmc.ncbi.nlm.nih.gov/articles/PMC{number}/"],
    }
    return draw(st.sampled_from(values[key]) if key == "pmcid" else st.sampled_from(values[key]) | text_values(markers, key))


@st.composite
def jsonld(draw: st.DrawFn, markers: Markers) -> Any:
    def block(context: Any = "https://schema.org/") -> dict[str, Any]:
        names = ["name", "description", "keywords", "about", "@index", "@odd", "creator", "version"]
        keys = draw(st.lists(st.sampled_from(names), unique=True, max_size=5))
        content = {key: draw(text_values(markers, key, *([f"'{key}'"] if key[0] == "@" else [f"'{key}' is not a term"]))) for key in keys}
        if draw(st.booleans()):
            name = markers.word()
            content[name] = markers.word(name)
        head = {"@id": FIGURE} if draw(st.booleans()) else {}
        return {**({"@context": context} if context else {}), **head, "@type": "Dataset", **content}

    forms = {
        "block": block,
        "list": lambda: [block()],
        "blocks": lambda: [block(), block()],
        "JSON": lambda: json.dumps(block()),
        "JSON list": lambda: json.dumps([block()]),
        "no context": lambda: block(""),
        "null term": lambda: block(["https://schema.org/", {"keywords": None}]),
        "other block": lambda: [block(), {"@id": "https://example.org/", "name": markers.word("schema-jsonld[1]")}],
    }
    return forms[draw(st.sampled_from(sorted(forms)))]()


@st.composite
def inline_rows(draw: st.DrawFn, markers: Markers, name: str) -> Any:
    rows: list[Any] = []
    for _ in range(draw(st.integers(0, 3))):
        row: dict[str, Any] = {}
        for key in draw(st.lists(st.sampled_from(ROW_KEYS[name]), unique=True)):
            if key in ("entrez", "identifier"):
                number = markers.number()
                row[key] = draw(
                    st.sampled_from(
                        [number, [number], number, markers.word()] if key == "entrez" else [f"MESH:D{number}", f"chebi:{number}"]
                    )
                )
            else:
                row[key] = draw(st.sampled_from([markers.word(), [markers.word()], int(markers.number())]))
            if key == "source":  # without a word it is left out on purpose
                row["word"] = markers.word()
            if key == "source" and draw(st.booleans()):
                row[key] = "MESH" if name != "genes" else "hgnc_symbol"
        if draw(st.booleans()):
            extra = markers.word()
            row[extra] = markers.word(extra)
        rows.append(row)
    if rows and draw(st.integers(0, 9)) == 0:
        return rows[0]
    return rows


@st.composite
def table(draw: st.DrawFn, markers: Markers, name: str) -> bytes:
    columns = list(COLUMNS[name])
    if draw(st.booleans()):
        extra = draw(st.sampled_from([markers.word(), columns[3]]))
        columns.insert(draw(st.integers(0, len(columns))), extra)
    if draw(st.integers(0, 5)) == 0:
        columns = draw(st.permutations(columns))
    lines = [columns]
    for _ in range(draw(st.integers(0, 3))):
        row = []
        for column in columns:
            names = (f"column {column!r}",)
            number = markers.number(*names)
            ids = {
                "organism_id": number,
                "ncbigene_id": number,
                "mesh": f"mesh:D{number}",
                "chebi": f"chebi:{number}",
                "doid": f"DOID:{number}",
            }
            row.append(draw(st.sampled_from([*[ids.get(column, markers.word(*names))] * 9, "NA", "", markers.word(*names)])))
            if column in UNEXPORTED_COLUMNS:
                row[-1] = "1"
            if column == "word":
                row[-1] = markers.word(*names)
        lines.append(row)
    if draw(st.integers(0, 5)) == 0:
        lines[-1] = [*lines[-1], draw(st.sampled_from(["", markers.word()]))]
    if draw(st.integers(0, 5)) == 0:
        lines.append([draw(st.sampled_from(["  ", "\t\t", ""]))])
    quote = '"' if draw(st.integers(0, 5)) == 0 else ""
    text = draw(st.sampled_from(["\n", "\r\n"])).join("\t".join(f"{quote}{value}{quote}" for value in line) for line in lines)
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@st.composite
def folders(draw: st.DrawFn, markers: Markers) -> dict[str, bytes]:
    """The files of a checkout with one record."""
    record: dict[str, Any] = {"figid": FIGID}
    if draw(st.integers(0, 4)):
        record["pmcid"] = "PMC1"
    is_inline = draw(st.booleans())
    for key in draw(st.lists(st.sampled_from(TEXT_KEYS + ID_KEYS), unique=True, max_size=8)):
        known_before = set(markers.names)
        record[key] = draw(
            jsonld(markers) if key == "schema-jsonld" else ids(markers, key) if key in ID_KEYS else text_values(markers, key)
        )
        if key in UNEXPORTED_KEYS:
            markers.forget(set(markers.names) - known_before)
    if draw(st.booleans()):
        name = markers.word()
        record[name] = draw(text_values(markers, "", name))
    files: dict[str, bytes] = {}
    for name in draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True)):
        if is_inline:
            record[name] = draw(inline_rows(markers, name))
        else:
            suffix = draw(st.sampled_from(["", "", *COMPRESSORS]))
            ending = draw(st.sampled_from([f"-{name}.tsv", f"-{name}.tsv", f"-{name}.TSV", f"-{name.title()}.tsv"]))
            files[f"_data/{FIGID}{ending}{suffix}"] = COMPRESSORS.get(suffix, bytes)(draw(table(markers, name)))
    for folder in draw(st.lists(st.sampled_from(["_data", "_figures"]), max_size=2)):
        ending = draw(st.sampled_from(["-proteins-{}.tsv", "-genes.{}", ".{}.json", "-genes.tsv.{}", "_{}.txt", " ({}).csv"]))
        files[f"{folder}/{FIGID}{ending.format(markers.word())}"] = b"x"
    body = f"{markers.word()}\n" if draw(st.integers(0, 5)) == 0 else ""
    text = f"---\n{yaml.safe_dump(record, allow_unicode=True, sort_keys=False)}---\n{body}"
    return {f"_figures/{FIGID}.md": text.encode(), **files}


def export_and_report(scratch: Path, files: dict[str, bytes]) -> tuple[str, dict[str, Any]]:
    """The text of all terms of the graph, and the report."""
    source, output = scratch / "source", scratch / "output"
    shutil.rmtree(scratch, ignore_errors=True)
    for name, content in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    export([source], output, formats=["ntriples"], on_violation="keep", workers=1)
    terms = (str(term) for triple in pyoxigraph.parse(path=output / "figures.nt") for term in triple)
    return "\n".join(terms), json.loads((output / "report.json").read_text(encoding="utf-8"))


def lost_markers(scratch: Path, files: dict[str, bytes], markers: Markers) -> list[str]:
    """The markers that are neither in the graph nor in the report."""
    graph, report = export_and_report(scratch, files)
    if report["refusals"]:
        return []
    text = graph + json.dumps([report["warnings"], report["results"], report["conflicts"]])
    return [marker for marker, names in markers.names.items() if marker not in text and not any(name in text for name in names)]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_value_is_in_the_graph_or_in_the_report(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    markers = Markers()
    files = data.draw(folders(markers))
    markers.keep_written(files)
    lost = lost_markers(tmp_path_factory.getbasetemp() / "nothing-lost", files, markers)
    assert not lost, f"{lost} in\n{files[f'_figures/{FIGID}.md'].decode()}\n{files}"
