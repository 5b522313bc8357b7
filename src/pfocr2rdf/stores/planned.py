"""A plan for an export: what its folder has for a store's own loader."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, cast

from pfocr2rdf.checking import rdf_format
from pfocr2rdf.delta.sides import QUADS, graph_files
from pfocr2rdf.iris import DATASET
from pfocr2rdf.stores.contents import GRAPHS
from pfocr2rdf.stores.description import as_ntriples, triples_of
from pfocr2rdf.stores.plans import Inputs, plan


def plan_of(
    target: str, source: str | os.PathLike[str], output: str | os.PathLike[str], *, graphs: str = "dataset", graph: str = DATASET
) -> list[str]:
    """Write the script that loads an export with the own loader of a store, and the files that it needs.

    Args:
        target: the store, a name of ``plans.TARGETS``.
        source: an export directory.
        output: the folder of the plan.
        graphs: ``dataset``, ``figure`` or ``default``.
        graph: the name of the dataset's graph.

    Returns:
        The names of the files written, the script first.

    Raises:
        SourceError: it is no export, or the store cannot load what it has.
        OutputError: the files cannot be written, or would replace somebody else's.
        ValueError: an unknown way to name graphs.
    """
    if graphs not in GRAPHS:
        raise ValueError(f"{graphs!r} is no way to name graphs; choose from {', '.join(GRAPHS)}")
    folder = Path(source).absolute()
    files = [folder / name for name in sorted(graph_files(folder))]
    quads = [path for path in files if rdf_format(path) in QUADS]
    vocabulary, description = (path if (path := folder / name).is_file() else None for name in ("vocabulary.ttl", "dataset.ttl"))
    statements = triples_of(as_ntriples(description)) if description else None
    way = cast("Literal['dataset', 'figure', 'default']", graphs)
    inputs = Inputs(folder, [path for path in files if path not in quads], quads, vocabulary, description, way, graph, statements)
    return plan(target, inputs, Path(output))
