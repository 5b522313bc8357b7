"""The nodes of a graph in any order: an external sort puts mentions after their figures, all in the order of their IRIs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.derived.nodes import KINDS, FigureNodes, Node
from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iri_profiles import is_of_other_profile
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, is_iri_or_literal, is_literal_type, sort_pairs
from pfocr2rdf.rdf.vocabulary import PROPERTIES
from pfocr2rdf.storage.external_sort import ExternalSorter, SortedLines
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.progress import Progress, ProgressMeter

_FIGURE, _MENTION = ((RDF_TYPE, expand_term(f"pfocr:{name}")) for name in ("Figure", "Mention"))
_ENTITY_TYPES = frozenset((RDF_TYPE, expand_term(name)) for name in KINDS)
_OBJECT_PROPERTIES = frozenset(expand_term(row.name) for row in PROPERTIES if row.is_object)
_HAS_TARGET = expand_term("oa:hasTarget")
_BLANK_NODES = "statement with a blank node or a triple term is in no derived format"
_LITERAL_TYPES = "statement with a literal as a class is in no derived format"
LITERAL_OBJECTS = "statement with a literal instead of an IRI, which is not a node, edge or mapping"
_ORPHANS = "mention without a figure is in no derived format"
_ENTITY_KEY, _FIGURE_KEY = b"0", b"1"
_decode = json.JSONDecoder(strict=False).decode  # the serializer writes control characters as they are, which no record has

Subject = tuple[str, set[PredicateObject]]
"""A subject with its statements, as N-Triples text."""


class SortedNodes(NamedTuple):
    """A graph, sorted on disk.

    Attributes:
        lines: a node a line, after its sort key: entities, then each figure, followed by its mentions.
        warnings: what of the graph is in no node, as sentences with counts.
        meter: counts the figures that were read.
    """

    lines: SortedLines
    warnings: dict[str, int]
    meter: ProgressMeter

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions."""
        for key, node in _iter_lines(self.lines):
            if not key.startswith(_ENTITY_KEY):
                return
            yield node

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""
        nodes = ((key, node) for key, node in _iter_lines(self.lines) if key.startswith(_FIGURE_KEY))
        for _, group in groupby(nodes, lambda item: item[0].partition(b"\t")[0]):
            key, figure = next(group)
            if key.endswith(b"\t"):
                yield FigureNodes(figure, [mention for _, mention in group])
                self.meter.add(1)


def sort_nodes(subjects: Iterable[Subject], folder: Path, source: str, progress: Progress | None) -> SortedNodes:
    """Sort the nodes of a graph by figure, in a new folder.

    Args:
        subjects: the subjects, each once with all of its statements.
        folder: the folder, which is made.
        source: the name of the graph in errors.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: an IRI cannot be written as JSON-LD, or an entity has an IRI of another profile.
        OutputError: there is no disk space for temporary files.
    """
    with map_os_errors(folder):
        folder.mkdir()
    sorter, serializer = ExternalSorter(folder), JsonLdSerializer()
    warnings: Counter[str] = Counter()
    figures: set[str] = set()
    targets: Counter[str] = Counter()
    for subject, statements in subjects:
        pairs = {pair for pair in statements if is_iri_or_literal(pair[1])} if subject[0] == "<" else set()
        warnings[_BLANK_NODES] += len(statements) - len(pairs)
        if literal_types := {pair for pair in pairs if is_literal_type(pair)}:
            warnings[_LITERAL_TYPES] += len(literal_types)
            pairs -= literal_types
        warnings[LITERAL_OBJECTS] += sum([term[0] == '"' and predicate in _OBJECT_PROPERTIES for predicate, term in pairs])
        if not pairs:
            continue
        if not _ENTITY_TYPES.isdisjoint(pairs) and is_of_other_profile(subject[1:-1]):
            raise SourceError(f"{source}: {subject} is not a default IRI; name the export directory, whose manifest has the IRI profile")
        try:
            text = serializer.serialize_resources([Resource(subject, sort_pairs(pairs))], "")
        except ValueError as error:
            raise SourceError(f"{source}: {error}; use another IRI") from None
        if _FIGURE in pairs:
            figures.add(subject)
            keys = [f"1{subject}\t"]
        elif _MENTION in pairs:
            mentioned = [value for predicate, value in pairs if predicate == _HAS_TARGET]
            targets.update(mentioned or [""])
            keys = [f"1{target}\t{subject}" for target in mentioned]
        else:
            keys = [f"0{subject}\t"]
        for key in keys:
            sorter.write(f"{key}\t{text}\n".encode())
    warnings[_ORPHANS] = sum(count for target, count in targets.items() if target not in figures)
    return SortedNodes(sorter.finish(), dict(+warnings), ProgressMeter(progress, "converting", len(figures)))


def _iter_lines(lines: SortedLines) -> Iterator[tuple[bytes, Node]]:
    """The nodes with their sort keys."""
    for line in lines.merge():
        key, _, text = line.rpartition(b"\t")
        yield key, _decode(text.decode())
