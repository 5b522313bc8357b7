"""The derivation: one pass over the entities of a graph and one over its figures, for all derived formats together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from typing import NamedTuple

from pfocr2rdf.derived.base import OpenFile, OutputFiles
from pfocr2rdf.derived.entities import EntitySummary, summarize_entity
from pfocr2rdf.derived.formats import group_names
from pfocr2rdf.derived.graph import NodeGraph
from pfocr2rdf.derived.nodes import node_id


class Derivation(NamedTuple):
    """What was derived: the number of figures, and what the formats cannot represent, as sentences with counts."""

    figures: int
    warnings: dict[str, int]


def derive(graph: NodeGraph, format_names: Iterable[str], open_file: OpenFile) -> Derivation:
    """Write the files of derived formats.

    Args:
        graph: the graph, which is read twice.
        format_names: names of ``DERIVED_FORMATS``.
        open_file: opens the files of the output.
    """
    entities: dict[str, EntitySummary] = {}
    figures = 0
    with ExitStack() as stack:
        names_by_class = group_names(format_names)
        formats = [format_class.create(OutputFiles(open_file, stack), entities, names) for format_class, names in names_by_class.items()]
        for entity in graph.iter_entities():
            entities[node_id(entity)] = summarize_entity(entity)
            for derived_format in formats:
                derived_format.add_entity(entity)
        for nodes in graph.iter_figures():
            figures += 1
            for derived_format in formats:
                derived_format.add_figure(nodes)
        for derived_format in formats:
            derived_format.finish()
    warnings: Counter[str] = Counter()
    for derived_format, names in zip(formats, names_by_class.values(), strict=True):
        if not derived_format.files.count:
            derived_format.warn(f"derived format without a file ({', '.join(names)}), since the graph has no data for it")
        warnings.update(derived_format.warnings)
    return Derivation(figures, dict(sorted(warnings.items())))
