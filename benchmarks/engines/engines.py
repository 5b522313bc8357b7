"""The engines: what each is installed as, which files it wants beside the tables, how it is run, and what it writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
OUTPUT = "made"
LITERALS = ("pfocr:word", "dcterms:title", "dcterms:identifier", "rdfs:label")


class Engine(NamedTuple):
    """One way to run an engine, in a folder that has the tables.

    Attributes:
        name: what the table calls it.
        environment: the folder of its virtual environment.
        requirement: what is installed there: the release that was tried.
        files: the files that it wants, by name.
        command: what stands behind the environment's Python.
        variables: environment variables.
        processes: what it does at once.
        alters: properties whose texts it is known to change.
        needs: what must be there beside the package.
        slow: whether it takes several times longer than all others: then it is run once only, and only where that is asked for.
    """

    name: str
    environment: str
    requirement: str
    files: Mapping[str, str]
    command: tuple[str, ...]
    variables: Mapping[str, str] = {}
    processes: int = 1
    alters: tuple[str, ...] = ()
    needs: str = ""
    slow: bool = False


def text_of(name: str) -> str:
    """A file of this package."""
    return (HERE / name).read_text(encoding="utf-8")


def rml(form: str) -> str:
    """The RML rules for tables in ``csv`` or ``json``."""
    rules = text_of("core.rml.ttl")
    if form == "csv":
        return rules
    source = r'rml:source "\1.json" ; rml:referenceFormulation ql:JSONPath ; rml:iterator "$[*]"'
    return re.sub(r'rml:source "(\w+)\.csv" ; rml:referenceFormulation ql:CSV', source, rules)


def morph_kgc(form: str, processes: int) -> Engine:
    """Morph-KGC. Nothing but an empty text is no value, since words like ``nan`` are gene names here."""
    settings = (
        f"[CONFIGURATION]\nna_values: ,\noutput_dir: {OUTPUT}\noutput_format: N-TRIPLES\n"
        f"number_of_processes: {processes}\nlogging_level: ERROR\n\n[core]\nmappings: core.rml.ttl\n"
    )
    files = {"core.rml.ttl": rml(form), "morph-kgc.ini": settings}
    name = f"Morph-KGC, {form.upper()}"
    return Engine(name, "morph-kgc", "morph-kgc==2.10.0", files, ("-m", "morph_kgc", "morph-kgc.ini"), {}, processes)


def sdm_rdfizer(form: str) -> Engine:
    """SDM-RDFizer. It strips texts, alters the quotes that OCR is full of, and takes digits in JSON for numbers."""
    settings = (
        "[default]\nmain_directory: .\n\n"
        f"[datasets]\nnumber_of_datasets: 1\noutput_folder: {OUTPUT}\nall_in_one_file: no\nremove_duplicate: yes\n"
        "enrichment: yes\nname: core\nordered: no\nlarge_file: no\n\n[dataset1]\nname: core\nmapping: core.rml.ttl\n"
    )
    files = {"core.rml.ttl": rml(form), "rdfizer.ini": settings}
    name, needs = f"SDM-RDFizer, {form.upper()}", "unixODBC (Debian: apt-get install libodbc2)"
    command = ("-m", "rdfizer", "-c", "rdfizer.ini")
    return Engine(name, "rdfizer", "rdfizer==4.7.5.15.4.1", files, command, {}, 1, LITERALS, needs)


def maplib(processes: int) -> Engine:
    """maplib: OTTR templates on data frames, in Rust."""
    files = {"core.stottr": text_of("core.stottr"), "run_maplib.py": text_of("run_maplib.py")}
    variables = dict.fromkeys(("POLARS_MAX_THREADS", "RAYON_NUM_THREADS"), str(processes))
    return Engine("maplib, CSV", "maplib", "maplib==0.20.26", files, ("run_maplib.py", OUTPUT), variables, processes)


def linkml() -> Engine:
    """LinkML: objects of a schema's classes, each dumped to a graph of rdflib."""
    files = {"core.linkml.yaml": text_of("core.linkml.yaml"), "run_linkml.py": text_of("run_linkml.py")}
    return Engine("LinkML, CSV", "linkml", "linkml==1.12.1", files, ("run_linkml.py", OUTPUT), slow=True)


def engines(workers: int) -> list[Engine]:
    """All of them, in the order of the table; those that can use several processes with one and with ``workers``."""
    several = [1, workers] if workers > 1 else [1]
    return [
        *(morph_kgc("csv", count) for count in several),
        morph_kgc("json", 1),
        sdm_rdfizer("csv"),
        sdm_rdfizer("json"),
        *(maplib(count) for count in several),
        linkml(),
    ]
