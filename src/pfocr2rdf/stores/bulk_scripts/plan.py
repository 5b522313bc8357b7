"""The plan of a bulk load: the script and its files, written to a directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, cast

from pfocr2rdf.errors import OptionError, OutputError, SourceError
from pfocr2rdf.pipeline.inputs import QUAD_FORMATS, is_export, list_graph_files
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.storage.staging import StagedDirectory
from pfocr2rdf.stores.bulk_scripts.inputs import EXAMPLES_FILE, BulkInputs, build_bulk_job
from pfocr2rdf.stores.bulk_scripts.loaders import BULK_LOADERS, SCRIPT_NAME
from pfocr2rdf.stores.bulk_scripts.templates import SCRIPT_MARK
from pfocr2rdf.stores.description import extract_triple_count, read_as_ntriples
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH, GRAPH_LAYOUTS
from pfocr2rdf.stores.querying.examples import serialize_examples

_GENERATED_NAMES = (
    SCRIPT_NAME,
    "load.sql",
    "repository.ttl",
    "Qleverfile",
    "vocabulary.nq",
    "description.nq",
    EXAMPLES_FILE,
)  # by any of the loaders


def write_bulk_script(loader: str, inputs: BulkInputs, output: Path) -> list[str]:
    """Write the script that loads a release with a store's own loader, and the files that it needs; nothing is run.

    The output directory is made where it is missing; what is in it and no earlier plan's is not touched. Returns the names of the files,
    the script first.

    Raises:
        SourceError: there is no such loader, or it cannot load what the release has.
        OutputError: the files cannot be written, or would replace foreign files.
    """
    if loader not in BULK_LOADERS:
        raise SourceError(f"{loader}: there is no plan for this store; choose from {', '.join(BULK_LOADERS)}")
    chosen = BULK_LOADERS[loader]
    job = build_bulk_job(inputs, chosen.title, chosen.syntaxes[inputs.graph_layout], output)
    files = chosen.render(job) | {name: f"# {SCRIPT_MARK} {loader}\n{text}" for name, text in job.plan_files.items()}
    names = sorted(files, key=lambda name: (name != SCRIPT_NAME, name))
    _check_output(output, names)
    with StagedDirectory(output, SCRIPT_NAME, _find_generated) as directory:
        for name in names:
            directory.write_text(name, files[name])
        with map_os_errors(output):
            (directory.staging / SCRIPT_NAME).chmod(0o755)
        directory.publish()
    return names


def _check_output(folder: Path, names: list[str]) -> None:
    if is_export(folder):
        raise OutputError(f"{folder}: contains an export; name another folder for the plan")
    with map_os_errors(folder):
        for name in sorted(names):
            if os.path.lexists(folder / name) and not _is_generated(folder / name):
                raise OutputError(f"{folder / name}: was not written by pfocr2rdf; remove it, or name another folder")


def _find_generated(folder: Path) -> list[str]:
    return [name for name in _GENERATED_NAMES if _is_generated(folder / name)]


def _is_generated(path: Path) -> bool:
    """Whether a file says in its first two lines that it was generated here."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return any(SCRIPT_MARK.encode() in file.readline(1000) for _ in range(2))


def plan_bulk_load(
    loader: str,
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    graphs: str = "dataset",
    graph: str = DATASET_IRI,
    endpoint: str = "",
) -> list[str]:
    """Write the script that loads an export with the own loader of a store, a name of ``BULK_LOADERS``, and the files that it needs.

    It also loads the vocabulary, the dataset description and the example queries, whose target is the URL ``endpoint``, if there is one.
    Returns the names of the files in the output directory, the script first.

    Raises:
        SourceError: it is no export, or the store cannot load what it has.
        OutputError: the files cannot be written, or would replace foreign files.
        ValueError: an unknown way to name graphs.
    """
    if graphs not in GRAPH_LAYOUTS:
        raise OptionError(f"{graphs!r} is not a graph layout; choose from {', '.join(GRAPH_LAYOUTS)}")
    folder = Path(source).absolute()
    files = [folder / name for name in sorted(list_graph_files(Path(source)))]
    quads = [path for path in files if rdf_format(path) in QUAD_FORMATS]
    vocabulary, description = (path if (path := folder / name).is_file() else None for name in ("vocabulary.ttl", "dataset.ttl"))
    statements = extract_triple_count(read_as_ntriples(description)) if description else None
    graph_layout = cast("Literal['dataset', 'figure', 'default']", graphs)
    triples = [path for path in files if path not in quads]
    examples = serialize_examples(endpoint).decode().replace(" .\n", f" <{EXAMPLES_GRAPH}> .\n")  # a line break in a literal is escaped
    inputs = BulkInputs(
        folder=folder,
        triples=triples,
        quads=quads,
        vocabulary=vocabulary,
        description=description,
        graph_layout=graph_layout,
        graph=graph,
        statements=statements,
        examples=examples,
    )
    return write_bulk_script(loader, inputs, Path(output))
