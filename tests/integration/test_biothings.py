"""Documents for BioThings of whole exports: one that BioThings itself published, and the real records read without our code."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.real_rows import SOURCES, gene_rows, identifiers, real_records
from tests.support.records import CHEMICAL_COLUMNS, DISEASE_COLUMNS, GENE_COLUMNS, front_matter, newer, shared_data, table, write

from pfocr2rdf import convert, export

FILES = {"strict": "biothings.strict.jsonl", "synonyms": "biothings.synonyms.jsonl", "all": "biothings.jsonl"}
LEVEL_BY_SOURCE = {"hgnc_symbol": 0, "ncbigene_symbol": 0, "hgnc_alias_symbol": 1, "hgnc_prev_symbol": 1, "ncbigene_synonym": 1}


def load_data(path: Path) -> Iterator[dict[str, Any]]:
    """What the parser of BioThings' plugin makes of a file: the key ``pmc`` must be there, and is removed if it is no text."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            document = json.loads(line)
            if not isinstance(document["associatedWith"]["pmc"], str):
                del document["associatedWith"]["pmc"]
            yield document


# -- a published document ------------------------------------------------------------------------------------------------------

FIGID = "PMC10003241__ijms-24-04893-g003"
GENE_IDS_BY_SOURCE = {  # of PFOCR's table of the figure
    "ncbigene_symbol": "4040 4041 54407 440 9056 2744 860 6510 1277 6507",
    "ncbigene_synonym": "207 1374 1376 56994 566 3069 7884 10254 50865 6513 6515 6517 27165 51761 3952 4842 4843 1301 4281 121340 27 473",
    "famplex_relations": "208 10000 79109 2475 253260 64223 7471 7472 7482 7473 89780 54361 7475 7476 7477 7478 7479 7483 7484 80326 7480 "
    "7481 51384 7474 81029 8321 11211 2535 7976 8322 7855 8323 8324 8325 8326 57521 4846",
}
CHEMICAL_IDS = (
    ("D005227", "35366"), ("C108952", "73446"), ("C065987", ""), ("C528802", ""), ("C000589078", ""), ("D005947", "4167"),
    ("D005947", "4167"), ("D011773", ""), ("D000255", "15422"), ("D005978", "16856"), ("C076685", "73811"), ("C076685", "73811"),
)  # fmt: skip

# The documents of the three indices, as plugins/pfocr/mapping.py of biothings/pending.api shows them; ChEBI ids were added later.
PUBLISHED_GENES = {
    "strict": "2744 1277 4040 54407 6507 6510 9056 860 440 4041",
    "synonyms": "51761 121340 4040 6507 9056 1376 1301 2744 1277 3069 1374 6517 56994 10254 27165 4041 6515 207 4281 54407 7884 6510 "
    "860 3952 473 566 6513 50865 27 4843 440 4842",
    "all": "51761 121340 7482 80326 7481 2475 7477 7478 4040 253260 7483 6507 7484 9056 1376 57521 1301 2744 79109 7479 1277 "
    "3069 7480 1374 7472 7476 6517 56994 10254 8321 8324 4041 8326 6515 27165 207 7475 4281 7471 81029 208 54407 8322 "
    "7884 4846 8325 6510 10000 2535 54361 860 7976 8323 3952 473 64223 7474 566 7855 6513 50865 11211 51384 7473 27 "
    "89780 4843 440 4842",
}
PUBLISHED_CHEMICALS = "C076685 D005978 C065987 C528802 D005947 C108952 D005227 D000255 D011773 C000589078"


def test_the_documents_are_those_that_biothings_published(tmp_path: Path) -> None:
    rows = [
        ("9606", "Homo sapiens", "Primates", f"word {gene}", f"MATCH{gene}", f"SYMBOL{gene}", gene, source, "10", "22", "26")
        for source, ids in GENE_IDS_BY_SOURCE.items()
        for gene in ids.split()
    ]
    chemicals = [(f"word {mesh}", f"mesh:{mesh}", "NA", "NA", f"chebi:{chebi}" if chebi else "NA") for mesh, chebi in CHEMICAL_IDS]
    title = "How bone-building cells feed themselves"
    yaml = newer(FIGID, "filename: ijms-24-04893-g003.jpg", title=title).replace("pmcid: PMC100\n", "pmcid: PMC10003241\n")
    files = {
        f"_figures/{FIGID}.md": front_matter(yaml),
        f"_data/{FIGID}-genes.tsv": table(GENE_COLUMNS, *rows),
        f"_data/{FIGID}-chemicals.tsv": table(CHEMICAL_COLUMNS, *chemicals),
        f"_data/{FIGID}-diseases.tsv": table(DISEASE_COLUMNS, ("OBS proteins", "mesh:D011488", "NA", "NA", "NA")),
    }
    export(write(tmp_path / "records", files), tmp_path / "output", formats=["biothings"])
    for level, file_name in FILES.items():
        (document,) = load_data(tmp_path / "output" / file_name)
        mentions = document["associatedWith"]["mentions"]
        for lists in mentions.values():  # the order of published lists means nothing
            for name, ids in lists.items():
                assert len(set(ids)) == len(ids)
                lists[name] = set(ids)
        assert document == {
            "_id": FIGID,
            "associatedWith": {
                "title": title,
                "pfocrUrl": f"https://pfocr.wikipathways.org/figures/{FIGID}.html",
                "figureUrl": "https://europepmc.org/api/fulltextRepo?pmcId=PMC10003241&type=FILE"
                "&fileName=ijms-24-04893-g003.jpg&mimeType=image/jpeg",
                "pmc": "PMC10003241",
                "mentions": {
                    "chemicals": {
                        "mesh": set(PUBLISHED_CHEMICALS.split()),
                        "chebi": {"35366", "73446", "4167", "15422", "16856", "73811"},
                    },
                    "diseases": {"mesh": {"D011488"}, "doid": set()},
                    "genes": {"ncbigene": set(PUBLISHED_GENES[level].split())},
                },
            },
        }


# -- real records --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    export([shared_data(name) for name in SOURCES], folder / "export", formats=["jsonld"])
    assert convert(folder / "export", folder / "documents", formats=["biothings"]).warnings == {}
    return folder / "documents"


def test_documents_of_real_records_have_the_identifiers_in_the_records(real_documents: Path) -> None:
    genes: dict[str, dict[str, int]] = defaultdict(dict)
    for row in gene_rows():
        genes[row.figid][row.gene] = min(LEVEL_BY_SOURCE.get(row.source, 2), genes[row.figid].get(row.gene, 2))
    alignments: dict[str, dict[str, set[str]]] = {"chebi": defaultdict(set), "doid": defaultdict(set)}
    for record in real_records():
        for row in map(identifiers, (*record.get("chemicals", ()), *record.get("diseases", ()))):
            for name in row.keys() - {"mesh"}:
                alignments[name][row.get("mesh", row[name])].add(row[name])
    for level, file_name in enumerate(FILES.values()):
        documents = {document["_id"]: document["associatedWith"] for document in load_data(real_documents / file_name)}
        assert len(documents) == len(real_records()) == 615
        for record in real_records():
            found = documents[record["figid"]]
            assert found["title"].strip() == record["figtitle"].strip()
            assert found["pmc"] == record["pmcid"]
            assert found["pfocrUrl"] == record["schema-jsonld"]["@id"]
            mentions = found["mentions"]
            of_level = sorted((gene for gene, rank in genes[record["figid"]].items() if rank <= level), key=int)
            assert mentions["genes"] == {"ncbigene": of_level}
            for kind, other in (("chemicals", "chebi"), ("diseases", "doid")):
                rows = [identifiers(row) for row in record.get(kind, ())]
                mesh = {row["mesh"] for row in rows if "mesh" in row}
                aligned = {identifier for row in rows if row for identifier in alignments[other][row.get("mesh", row.get(other, ""))]}
                assert (set(mentions[kind]["mesh"]), set(mentions[kind][other])) == (mesh, aligned), record["figid"]
