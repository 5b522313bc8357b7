"""Documents for BioThings: a JSON line for each figure, in the shape that BioThings' PFOCR API serves.

The API has an index for each evidence level, so there is a file for each; they differ in the genes only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.gene_evidence import LEVELS, ncbi_gene_id, numeric_order, rank_entities
from pfocr2rdf.derived.nodes import FigureNodes, Node, expand_id, figid, iris, local_id, node_id, value, values
from pfocr2rdf.derived.plain_text import replace_all_surrogates

FILE_BY_LEVEL = {"strict": "biothings.strict.jsonl", "synonyms": "biothings.synonyms.jsonl", "all": "biothings.jsonl"}

_ID_FIELDS = {"pfocr:Chemical": ("chemicals", ("mesh", "chebi")), "pfocr:Disease": ("diseases", ("mesh", "doid"))}
"""The field of ``mentions`` for a class, and its lists of identifiers, which have the names of prefixes."""


class BioThings(DerivedFormat):
    """Writes ``biothings.jsonl`` and, for the genes of a stricter level, ``biothings.synonyms.jsonl`` and ``biothings.strict.jsonl``.

    A chemical has its MeSH id and the ChEBI ids that match it, a disease its MeSH id and the DOIDs. The records have no PubMed id.
    """

    name = "biothings"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        super().__init__(files, entities)
        self._files = [files.create(FILE_BY_LEVEL[level]) for level in LEVELS]
        self._identifiers: dict[str, list[tuple[str, str, str]]] = {}  # of a chemical or disease: field, list and identifier
        self._unidentified: set[str] = set()
        self._encode = json.JSONEncoder(ensure_ascii=False).encode

    def add_entity(self, entity: Node) -> None:
        """Note the identifiers of a chemical or disease."""
        for class_name in values(entity, "type"):
            if class_name in _ID_FIELDS:
                field, lists = _ID_FIELDS[class_name]
                curies = dict.fromkeys((node_id(entity), *iris(entity, "closeMatch"), *iris(entity, "exactMatch")))
                self._identifiers.setdefault(node_id(entity), []).extend(
                    (field, prefix, local_id(curie)) for curie in curies if (prefix := curie.partition(":")[0]) in lists
                )

    def add_figure(self, nodes: FigureNodes) -> None:
        """Write the documents of a figure."""
        gene_ranks: list[tuple[str, int]] = []
        lists: dict[str, dict[str, set[str]]] = {field: {name: set() for name in names} for field, names in _ID_FIELDS.values()}
        for entity, rank in rank_entities(nodes.mentions).items():
            identifiers, gene = self._identifiers.get(entity, ()), ncbi_gene_id(entity)
            for field, name, identifier in identifiers:
                lists[field][name].add(identifier)
            if gene:
                gene_ranks.append((gene, rank))
            elif not identifiers:
                self._note_unidentified(entity)
        document = self._document(nodes.figure)
        mentions = document["associatedWith"]["mentions"] = {
            field: {name: sorted(identifiers, key=numeric_order) for name, identifiers in by_name.items()}
            for field, by_name in lists.items()
        }
        gene_ranks.sort(key=lambda item: numeric_order(item[0]))
        for level, file in enumerate(self._files):
            mentions["genes"] = {"ncbigene": [gene for gene, rank in gene_ranks if rank <= level]}
            file.write(f"{self._encode(document)}\n".encode())

    def _document(self, figure: Node) -> dict[str, Any]:
        paper, image = (min(iris(figure, term), default="") for term in ("citedIn", "image"))
        return {
            "_id": self._clean(figid(figure)),
            "associatedWith": {
                "title": self._clean(value(figure, "title")),
                "pfocrUrl": expand_id(node_id(figure)),
                **({"figureUrl": image} if image else {}),
                "pmc": local_id(paper) if paper.startswith("pmc:") else None,  # the API's parser reads the key, and removes a null
            },
        }

    def _clean(self, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            self.warn("text with lone surrogates, replaced in documents for BioThings")
            return replace_all_surrogates(text)
        return text

    def _note_unidentified(self, entity: str) -> None:
        if entity not in self._unidentified:
            self._unidentified.add(entity)
            kind = self.entities.get(entity, UNKNOWN_ENTITY).kind
            self.warn(f"mentioned entities ({kind}) without an identifier that BioThings has, left out")
