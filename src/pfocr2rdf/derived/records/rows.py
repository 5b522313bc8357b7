"""The rows of a record from the mentions of its figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pfocr2rdf.derived.nodes import Node, expand_id, local_id, node_id, parse_integer, value
from pfocr2rdf.derived.records.facts import SOURCES_2021, EntityNames, Gene, GraphFacts
from pfocr2rdf.rdf import iris

HUMAN = "taxon:9606"
_HUMAN_NAME = "Homo sapiens"
_SOURCES_2023 = frozenset(("ncbigene_symbol", "ncbigene_synonym", "famplex_relations"))
_MAX_OCCURRENCES = 100_000  # of a mention: a record lists each of them, so a wrong number would fill the memory
_NO_GENE, _NO_NAMES = Gene("", ()), EntityNames((), (), ())
_GROUPS = {"9606": "Primates", "10090": "Rodents", "7955": "Vertebrates", "7227": "Invertebrates"}
"""The groups of organisms in published tables, which name no others."""

GENE_COLUMNS = (
    "organism_id", "organism_name", "organism_group", "word", "match", "ncbigene_symbol", "ncbigene_id", "source",
    "count_direct", "count_synonym", "count_match",
)  # fmt: skip
_XREF_COLUMNS = {"chemical": "chebi", "disease": "doid"}


class Row(NamedTuple):
    """The row of a mention, which a record has as often as it occurs. Fields are ``""`` for no value; ``entity`` is a CURIE."""

    entity_type: str
    word: str
    match: str
    source: str
    entity: str
    occurrences: int


def restore_rows(figid: str, mentions: Iterable[Node]) -> list[Row]:
    """The rows of mentions. Whether a mention without an entity is of a chemical or a disease, its identifier proves, which is a hash."""
    rows = []
    for mention in mentions:
        entity, word, match, source = (value(mention, term) for term in ("hasBody", "word", "match", "lexiconSource"))
        entity_types = ["chemical", "disease", "gene"] if value(mention, "evidence") == "pfocr:viaNer" else ["gene", "chemical", "disease"]
        entity_iri, name = expand_id(entity) if entity else "", local_id(node_id(mention))
        names = iris.mention_names(figid, [iris.mention_key(entity_type, word, match, source, entity_iri) for entity_type in entity_types])
        entity_type = entity_types[names.index(name)] if name in names else entity_types[0]
        count = parse_integer(value(mention, "occurrences"))
        rows.append(Row(entity_type, word, match, source, entity, count if count is not None and count <= _MAX_OCCURRENCES else 1))
    return rows


def choose_schema(rows: Iterable[Row], facts: GraphFacts, has_newer_fields: bool) -> str:
    """The schema of a record: the one that can have all of its rows; else the one whose lexicons its rows name."""
    fits_2021 = fits_2023 = True
    votes: Counter[str] = Counter()
    for row in rows:
        if row.entity_type == "gene":
            votes["2021"] += row.source in SOURCES_2021
            votes["2023"] += row.source in _SOURCES_2023
            organisms = facts.genes.get(row.entity, _NO_GENE).organisms
            fits_2021 = fits_2021 and not (row.entity and HUMAN not in organisms)
            has_newer_fields = has_newer_fields or len(organisms) > 1 or (bool(organisms) and facts.taxa.get(HUMAN) != _HUMAN_NAME)
        else:
            votes["2021"] += bool(row.source)
            votes["2023"] += not row.source
            fits_2021 = fits_2021 and not row.match and row.entity[:5] in ("", "mesh:")
            fits_2023 = fits_2023 and not row.source
        fits_2023 = fits_2023 and not any(mark in text for text in (row.word, row.match, row.source) for mark in "\t\n\r")
    if fits_2021 != fits_2023:
        return "2021" if fits_2021 else "2023"
    votes["2023"] += has_newer_fields and not votes.total()
    return "2023" if votes["2023"] > votes["2021"] else "2021"


def build_lists(rows: Iterable[Row], facts: GraphFacts) -> dict[str, list[dict[str, str]]]:
    """The lists of a record of 2021."""
    lists: dict[str, list[dict[str, str]]] = {"genes": [], "chemicals": [], "diseases": []}
    for row in rows:
        if row.entity_type == "gene":
            symbol = facts.genes.get(row.entity, _NO_GENE).label
            entry = {"word": row.word, "symbol": row.match, "source": row.source, "hgnc_symbol": symbol, "entrez": local_id(row.entity)}
        else:
            entry = {"word": row.word, "source": row.source, "identifier": local_id(row.entity)}
            if row.entity and row.source.upper() != "MESH":
                entry["identifier"] = f"MESH:{entry['identifier']}"
        lists[f"{row.entity_type}s"] += [{key: text or "NA" for key, text in entry.items()}] * row.occurrences
    return lists


def build_tables(
    rows: Iterable[Row], facts: GraphFacts, names: list[str], organisms: list[str], taxon_by_name: Mapping[str, str]
) -> dict[str, list[tuple[str, ...]]]:
    """The side tables of a record of 2023, each with its header; ``names`` and ``organisms`` are those of the figure."""
    expanded = [row for row in rows for _ in range(row.occurrences)]
    genes = [row for row in expanded if row.entity_type == "gene"]
    taxa = _choose_taxa(genes, facts)
    name_by_taxon = _choose_organism_names(dict.fromkeys(filter(None, taxa)), facts, names, organisms, taxon_by_name)
    remaining = [taxon for taxon in name_by_taxon if taxon not in taxa]
    for index, row in enumerate(genes):
        if remaining and not row.entity:
            taxa[index] = remaining.pop(0)
    tables = {"genes": _gene_table(genes, taxa, name_by_taxon, facts)} if genes else {}
    for entity_type, column in _XREF_COLUMNS.items():
        if chosen := [row for row in expanded if row.entity_type == entity_type]:
            tables[f"{entity_type}s"] = [("word", "mesh", "match", "name", column), *(_ner_cells(row, column, facts) for row in chosen)]
    return {name: [tuple(cell or "NA" for cell in row) for row in table] for name, table in tables.items()}


def _choose_taxa(genes: Iterable[Row], facts: GraphFacts) -> list[str]:
    """The organism of each row. Figures with a gene of several organisms have one after the other; human is last, as rows of 2021 have it.

    A figure with two organisms of a gene violates the shapes, so its rows have different ones only where there are too few figures.
    """
    taxa = []
    organism_by_gene: dict[str, str] = {}
    for row in genes:
        organisms = facts.genes.get(row.entity, _NO_GENE).organisms
        if len(organisms) > 1:
            if row.entity not in organism_by_gene or facts.figures_by_gene[row.entity] < len(organisms):
                choices = sorted(organisms, key=lambda taxon: (taxon == HUMAN, taxon))
                organism_by_gene[row.entity] = facts.rotation.pick(row.entity, choices)
            taxa.append(organism_by_gene[row.entity])
        else:
            taxa.append("".join(organisms))
    return taxa


def _choose_organism_names(
    taxa: Iterable[str], facts: GraphFacts, names: list[str], organisms: list[str], taxon_by_name: Mapping[str, str]
) -> dict[str, str]:
    """The name of each organism in the rows, so that the names in the figure lead to the organisms of the figure, and to no others."""
    name_by_taxon = {}
    for taxon in taxa:
        label = facts.taxa.get(taxon, "")
        name_by_taxon[taxon] = label if label not in names or taxon in organisms else ""
    known = {**taxon_by_name, **{name: local_id(taxon) for taxon, name in name_by_taxon.items() if name}}
    missing = [taxon for taxon in organisms if local_id(taxon) not in {known[name] for name in names if name in known}]
    unknown = [name for name in names if name not in known]
    for taxon in missing:
        label = facts.taxa.get(taxon, "")
        if unknown:
            name_by_taxon[taxon] = unknown.pop(unknown.index(label) if label in unknown else 0)
    return name_by_taxon


def _gene_table(genes: list[Row], taxa: list[str], name_by_taxon: Mapping[str, str], facts: GraphFacts) -> list[tuple[str, ...]]:
    """The table of genes. Its counts are those of the rows of an organism, and of their distinct words."""
    counts = Counter((taxon, row.source) for row, taxon in zip(genes, taxa, strict=True))
    words = Counter(taxon for taxon, _ in {(taxon, row.word) for row, taxon in zip(genes, taxa, strict=True)})
    table: list[tuple[str, ...]] = [GENE_COLUMNS]
    for row, taxon in zip(genes, taxa, strict=True):
        identifier = local_id(taxon)
        numbers = (counts[taxon, "ncbigene_symbol"], counts[taxon, "ncbigene_synonym"], words[taxon])
        table.append((
            identifier, name_by_taxon.get(taxon, ""), _GROUPS.get(identifier, ""), row.word, row.match,
            facts.genes.get(row.entity, _NO_GENE).label, local_id(row.entity), row.source, *(str(number or "") for number in numbers),
        ))  # fmt: skip
    return table


def _ner_cells(row: Row, scheme: str, facts: GraphFacts) -> tuple[str, ...]:
    names, prefix = facts.names.get(row.entity, _NO_NAMES), f"{scheme}:"
    if row.match:
        match = row.match.casefold()
        name = facts.rotation.pick(row.entity, [name for name in names.names if name.casefold() != match])
    else:
        name = facts.rotation.pick(row.entity, names.labels)
    if not row.entity.startswith("mesh:"):
        return (row.word, "", row.match, name, row.entity)
    xref = facts.rotation.pick(row.entity, [xref for xref in names.xrefs if xref.startswith(prefix)])
    return (row.word, row.entity, row.match, name, xref)
