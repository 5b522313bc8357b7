"""The targets, and the one function that writes a plan for any of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, cast

from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.inputs import QUADS, graph_files
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.stores.bulk_scripts import graphdb, jena, neptune, oxigraph, qlever, stardog, virtuoso
from pfocr2rdf.stores.bulk_scripts.directory import SCRIPT, PlanDirectory
from pfocr2rdf.stores.bulk_scripts.inputs import Inputs, Job, job_of
from pfocr2rdf.stores.description import as_ntriples, triples_of
from pfocr2rdf.stores.graph_layout import GRAPHS

_ALL = {"dataset": ("nt", "ttl"), "figure": ("nq", "trig"), "default": ("nt", "ttl")}
_LINES = {**_ALL, "dataset": ("nt",)}  # the script makes quads of them, line by line
_NO_TRIG = {**_ALL, "figure": ("nq",)}
_NO_DEFAULT: dict[str, tuple[str, ...]] = {**_ALL, "default": ()}


class Target(NamedTuple):
    """A store that a plan can be made for.

    Attributes:
        title: its name for people.
        kinds: the syntaxes that it can load, the best first, for each of the ways to put statements into graphs.
        files: what makes the files of the plan, as texts by their names.
    """

    title: str
    kinds: Mapping[str, tuple[str, ...]]
    files: Callable[[Job], dict[str, str]]


TARGETS: dict[str, Target] = {
    "graphdb": Target("GraphDB", _LINES, graphdb.files),
    "jena": Target("Apache Jena", _LINES, jena.files),
    "neptune": Target("Amazon Neptune", _NO_TRIG, neptune.files),
    "oxigraph": Target("Oxigraph", _ALL, oxigraph.files),
    "qlever": Target("QLever", _NO_TRIG, qlever.files),
    "stardog": Target("Stardog", _ALL, stardog.files),
    "virtuoso": Target("Virtuoso", _NO_DEFAULT, virtuoso.files),
}
"""The stores that a plan can be made for, by the names that the command line takes."""


def plan(target: str, release: Inputs, output: Path) -> list[str]:
    """Write the script that loads a release with a store's own loader, and the files that it needs.

    Nothing is run, and no store is asked.

    Args:
        target: a name of ``TARGETS``.
        release: what is to be loaded, and how.
        output: the folder of the plan. It is made where it is missing; what is in it and no earlier plan's is not touched.

    Returns:
        The names of the files written, the script first.

    Raises:
        SourceError: there is no such target, or it cannot load what the release has.
        OutputError: the files cannot be written, or would replace somebody else's.
    """
    if target not in TARGETS:
        raise SourceError(f"{target}: there is no plan for such a store; choose one of {', '.join(TARGETS)}")
    chosen = TARGETS[target]
    files = chosen.files(job_of(release, chosen.title, chosen.kinds[release.graphs], output))
    names = sorted(files, key=lambda name: (name != SCRIPT, name))
    with PlanDirectory(output) as folder:
        for name in names:
            folder.write_text(name, files[name])
        folder.publish()
    return names


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
