"""Generated records: right ones, odd ones, damaged ones, and files that are no records. The same chance makes the same files."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable
from typing import Any

import yaml
import zstandard
from tests.support.records import CHEMICAL_COLUMNS, DISEASE_COLUMNS, GENE_COLUMNS

COLUMNS = {"genes": GENE_COLUMNS, "chemicals": CHEMICAL_COLUMNS, "diseases": DISEASE_COLUMNS}

KEYS = (
    "figid_alias", "figlink", "figtitle", "number", "caption", "pmcid", "papertitle", "reftext", "filename", "figtype", "organisms",
    "organisms_ner", "keywords", "doi", "journal_title", "journal_nlm_ta", "publisher_name", "year", "pathway_score",
    "automl_pathway", "annotations", "redirect_from", "seo", "pmc_ranked_result_index", "ndex", "wpid", "schema-jsonld", "genes",
    "chemicals", "diseases",
)  # fmt: skip

TEXTS = (
    "", " ", "NA", "null", "~", "yes", "0x1F", "1e400", "-0", "2020", "2020-02-30", "1:20:30", "STAT3", "p53", "9606", "MESH:D009369",
    "chebi:4167", "DOID:162", "Homo sapiens", "PMC7", "WP1", "10.1/<a>\"'{}|\\^`", "https://example.org/a b", "javascript:alert(1)",
    "urn:x", "_:b0", "<http://a>", "]]>", "&amp;&lt;", "@en", "^^", "\\", "\\u0041", '"', "'", '"""', "'''", "%00", "${HOME}",
    "{{ x }}", "a\tb", "a\nb", "a\r\nb", "\x85", "\u2028", "\u202e", "\ufeff", "\u0000", "\x07", "\x7f", "\ud7ff", "\ue000", "\ufffd",
    "\uffff", "é", "e\u0301", "ß", "İ", "𝒳", "\U0010ffff", "עברית", "漢字", "../../x", "/etc/passwd", "CON", "a" * 300, "x " * 3000,
    "=cmd()", "- a", "a: b", "# a", "---", "...", "<<", "*a", "&a b", "!!python/object:os.system x", "|", ">", "?", "%YAML 1.2", "[",
    "{", "`", "@", "true", "1_000", ".inf", ".nan",
)  # fmt: skip

IDS = {
    "pmcid": ("PMC1", "PMC100", "pmc7", "PMC", "7", "PMC1, PMC2", "https://pmc.ncbi.nlm.nih.gov/articles/PMC7/"),
    "ndex": ("04108d1c-dec4-11ea-99da-0ac135e8bacf", "ndex:04108d1c-dec4-11ea-99da-0ac135e8bacf", "x"),
    "wpid": ("WP1", "WP4301, WP1", "https://www.wikipathways.org/pathways/WP1", "1"),
    "year": ("2020", "1899", "0", "20200", "-5", "2O20", 2020, 2020.5),
    "doi": ("10.3389/fimmu.2020.01424", "https://doi.org/10.1/a", "10.1/ü", "doi"),
    "pathway_score": ("0.9", 0.97, 1, "2", "nan", "inf", "1e-400", "0,9"),
}

CELLS = {
    "organism_id": ("9606", "10090", "0", "x"),
    "ncbigene_id": ("7157", "6774", "6774", "07157", "9" * 30, "-1"),
    "mesh": ("mesh:D005947", "MESH:C1", "D1", "mesh:"),
    "chebi": ("chebi:4167", "CHEBI:4167", "chebi:x"),
    "doid": ("doid:162", "DOID:162", "162"),
    "ncbigene_symbol": ("TP53", "STAT3", "OTHER"),
    "word": ("p53", "STAT3", "glucose"),
}

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress,
}  # fmt: skip

FOREIGN = (
    b"", b"\n", b"---\n", b"---\n---\n", b"# a page\n", b"<rdf:RDF/>", b"@prefix a: <b:> .\n", b'{"a": [1, 2',
    b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", b"---\nfigid: [PMC1__x]\n---\n", b"---\n- a\n- b\n---\n", b"---\ntext\n---\n",
    b"\xff\xfe-\0-\0-\0", b"\0" * 5000, b"a: &a [*a, *a]\n",
)  # fmt: skip


def record_files(chance: random.Random, number: int) -> dict[str, bytes]:
    """The files of a record in a checkout, by their names, or of what lies there in place of it."""
    if chance.random() < 0.06:
        return {_file_name(chance, f"PMC{number}__foreign"): chance.choice(FOREIGN)}
    figid = f"PMC{number % 50}__f{number}" if chance.random() < 0.9 else f"PMC1__f{chance.randrange(9)}"
    record: dict[str, Any] = {"figid": figid, "figtitle": "A title", "pmcid": f"PMC{number % 50}", "papertitle": "A paper"}
    is_inline = chance.random() < 0.5
    files: dict[str, bytes] = {}
    for kind in COLUMNS:
        if is_inline:
            record[kind] = [_row(chance, kind) for _ in range(chance.choice((0, 1, 1, 3)))]
        elif chance.random() < 0.5:
            suffix = chance.choice(("", "", "", *COMPRESSORS))
            name = f"_data/{figid}-{kind}.tsv" if chance.random() < 0.93 else f"_data/{chance.choice(TEXTS[7:20])}_{number}-{kind}.tsv"
            files[f"{name}{suffix}"] = COMPRESSORS[suffix](_damaged(chance, _table(chance, kind), 0.1))
    while chance.random() < 0.6:
        key = chance.choice(KEYS)
        record[key] = _block(chance, figid) if key == "schema-jsonld" and chance.random() < 0.7 else _value(chance, key)
    if chance.random() < 0.05:
        record[chance.choice(TEXTS)] = _value(chance, "")
    if chance.random() < 0.05:
        record["figid"] = chance.choice((*TEXTS, None, 7, ["PMC1__a"], {"a": "b"}, f"PMC1__{chance.choice(TEXTS)}"))
    return {_file_name(chance, figid): _damaged(chance, _page(chance, record), 0.25), **files}


def _file_name(chance: random.Random, stem: str) -> str:
    ending = chance.choices((".md", ".yaml", ".yml", ".json", ".MD", ".md.gz", ".yaml.zst", ".txt", ".nt"), (60, 6, 2, 2, 2, 2, 2, 2, 1))[0]
    return f"_figures/{chance.choice(('', '', '', 'sub/', 'ü/'))}{stem}{ending}"


def _page(chance: random.Random, record: dict[str, Any]) -> bytes:
    """The record as a page, as YAML, or as JSON; characters that YAML cannot have are escaped."""
    if chance.random() < 0.03:
        return json.dumps(record).encode()
    text = yaml.safe_dump(
        record, allow_unicode=chance.random() < 0.7, sort_keys=False, default_flow_style=chance.choice((None, False, True))
    )
    body = chance.choice(("", "", "", "\ntext\n", "---\n", "<script>"))
    return f"---\n{text}---\n{body}".encode("utf-8", "surrogatepass")


def _value(chance: random.Random, key: str, depth: int = 0) -> Any:
    form = chance.random()
    if form < 0.35:
        return chance.choice(IDS.get(key, TEXTS))
    if form < 0.75 or depth > 3:
        return chance.choice(TEXTS)
    if form < 0.82:
        return chance.choice((0, -1, 1.5, True, None, 10**30, float("inf"), [], {}))
    if form < 0.92:
        return [_value(chance, key, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(("type", "value", "word", "@id", "name", chance.choice(TEXTS))): _value(chance, key, depth + 1) for _ in range(2)}


def _row(chance: random.Random, kind: str) -> Any:
    row: dict[str, Any] = {"word": chance.choice(("STAT3", "p53", chance.choice(TEXTS)))}
    if kind == "genes":
        symbol = chance.choice(("STAT3", "TP53", "OTHER"))
        row |= {"symbol": symbol, "source": chance.choice(("hgnc_symbol", "bioentities_symbol", "x")), "hgnc_symbol": symbol}
        row["entrez"] = chance.choice(("6774", "7157", 6774, "x", "0"))
    else:
        row |= {"source": chance.choice(("MESH", "x")), "identifier": chance.choice(("MESH:D005947", "chebi:4167", "DOID:162", "x"))}
    if chance.random() < 0.15:
        row[chance.choice((*row, "remark"))] = _value(chance, "")
    return row if chance.random() < 0.98 else _value(chance, "")


def _table(chance: random.Random, kind: str) -> bytes:
    columns = list(COLUMNS[kind])
    if chance.random() < 0.1:
        columns = chance.choice((columns[1:], [*columns, "remark"], [*columns, columns[0]], columns[::-1], []))
    rows = [
        [chance.choice(CELLS.get(name, ("1", "x"))) if chance.random() < 0.93 else chance.choice(("", "NA", *TEXTS)) for name in columns]
        for _ in range(chance.randrange(5))
    ]
    return "\n".join("\t".join(row) for row in [columns, *rows, []]).encode("utf-8", "surrogatepass")


def _block(chance: random.Random, figid: str) -> Any:
    """A JSON-LD block, right or odd."""
    block: dict[str, Any] = {
        "@context": chance.choice(
            ("https://schema.org/", "http://schema.org", {"@vocab": "http://schema.org/"}, "https://example.org/c.jsonld")
        ),
        "@id": f"https://pfocr.wikipathways.org/figures/{figid}.html",
        "@type": chance.choice(("Dataset", "ImageObject", ["Dataset"], "odd type")),
        "license": chance.choice(("CC0", "https://example.org/licence", "mine")),
    }
    if chance.random() < 0.3:
        del block[chance.choice(tuple(block))]
    while chance.random() < 0.6:
        key = chance.choice(
            ("name", "keywords", "creator", "about", "@graph", "@reverse", "@list", "@included", "@language", chance.choice(TEXTS))
        )
        nested = {"@type": "Person", "name": chance.choice(TEXTS), **({"@id": chance.choice(TEXTS)} if chance.random() < 0.3 else {})}
        block[key] = nested if chance.random() < 0.3 else _value(chance, key)
    return chance.choices((block, [block], json.dumps(block)), (8, 1, 1))[0]


def _damaged(chance: random.Random, data: bytes, probability: float) -> bytes:
    """The bytes, now and then with a few of them changed, removed, added or encoded in another way."""
    while chance.random() < probability:
        at, length = chance.randrange(len(data) + 1), chance.choice((1, 2, 9, 200))
        change = chance.randrange(6)
        if change == 0:
            data = data[:at] + data[at + length :]
        elif change == 1:
            data = data[:at] + chance.choice(TEXTS).encode("utf-8", "surrogatepass") + data[at:]
        elif change == 2:
            data = data[:at] + chance.randbytes(length) + data[at + length :]
        elif change == 3:
            data = data[:at]
        elif change == 4:
            data = data[:at] + data[max(at - length, 0) :]
        else:
            encoding = chance.choice(("utf-16", "latin-1", "utf-8-sig", "utf-32-be"))
            data = data.decode("utf-8", "replace").replace("\n", chance.choice(("\n", "\r\n", "\r"))).encode(encoding, "replace")
    return data
