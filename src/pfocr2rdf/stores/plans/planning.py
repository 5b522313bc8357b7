"""The targets, and the one function that writes a plan for any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import SourceError
from pfocr2rdf.stores.plans import graphdb, jena, neptune, oxigraph, qlever, stardog, virtuoso
from pfocr2rdf.stores.plans.folder import SCRIPT, PlanDirectory
from pfocr2rdf.stores.plans.inputs import Inputs, Job, job_of

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
