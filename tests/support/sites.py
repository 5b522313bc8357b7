"""Whole sites for tests, each made once for all processes of a run: of 615 real figures, and of hostile records."""

from __future__ import annotations

import fcntl
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from tests.support.records import GENE_COLUMNS, ROOT, front_matter, real_checkout, shared_data, table, write

from pfocr2rdf import load
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.site.static.publish import publish

EVIL = (
    "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=2><!-- {{ 7*7 }}{% raw %} ' \" & \u2069\u202egnp\u2066.exe"
)
"""What ends a script, begins another, hides what follows, is a template, and turns the letters around."""

LONG = "L" * 300
FAMILIES = (
    "..", ".", "A/B", "A", "a.ttl", "a", "a.ttl/x", "index", "page-2", "A/page-2", LONG, "x y?#%41&\"'<b>", "NF-κB", "CON", "-rf", "~",
    "\\..\\..\\etc", "%2e%2e", "..%2F..%2Fetc", "../../etc/passwd", "javascript:window.hacked=3", "constructor", "{{ 7*7 }}",
    "//evil.example", "a\u202egnp", "__proto__", " ",
)  # fmt: skip
"""Names of families, some of which can be no path."""

FIGIDS = (
    "PMC1__index", "PMC1__page-2", "PMC1__a b+c", "PMC1__<img src=x>", "PMC1__%2e%2e", "PMC1__é&'\"", "PMC1__a.ttl", "__proto__",
    f"PMC1__{LONG}",
)  # fmt: skip


class BuiltSite(NamedTuple):
    """A site with what it was made of.

    Attributes:
        export: the export.
        store: the same as a store; for the real figures there is none.
        site: the site.
    """

    export: Path
    store: Path
    site: Path


def build_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Path:
    """A folder that the first process of a test run fills, while others wait for it."""
    base = factory.getbasetemp()
    directory = (base.parent if base.name.startswith("popen-") else base) / name  # the processes of pytest-xdist have folders in one folder
    with directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "done").exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            make(directory)
            (directory / "done").touch()
    return directory


def _make(records: Path, folder: Path, *, stored: bool = True) -> None:
    export([records], folder / "export")
    if stored:
        load(folder / "export", folder / "store")
    publish(folder / "export", folder / "site")


def built_site(folder: Path) -> BuiltSite:
    """What is in the folder of a site."""
    return BuiltSite(folder / "export", folder / "store", folder / "site")


def _real(folder: Path) -> None:
    real_checkout(folder / "records")
    for path in shared_data("corpus-gen1").glob("*.md"):
        shutil.copy(path, folder / "records" / "_figures")
    _make(folder / "records", folder, stored=False)


def real_site(factory: pytest.TempPathFactory) -> BuiltSite:
    """A site of all real figures that there are here."""
    shared_data("corpus-gen1")  # without it the test is skipped before anything is made
    return built_site(build_once(factory, "real-site", _real))


def _small(folder: Path) -> None:
    shutil.copytree(ROOT / "examples", folder / "records")
    write(folder / "records", {"_figures/PMC9__many.md": front_matter(yaml.safe_dump(figure_of_many("PMC9__many", "MANY")))})
    _make(folder / "records", folder)


def figure_of_many(figid: str, *families: str) -> dict[str, Any]:
    """A record with more genes than a page of a list has: 201 of the first of these families, and one of each of the others."""
    names = [families[0]] * 201 + list(families[1:])
    genes = [
        {"word": name, "symbol": name, "source": "bioentities_symbol", "hgnc_symbol": f"MANY{number}", "entrez": str(900_000 + number)}
        for number, name in enumerate(names)
    ]
    figure = {"figid": figid, "figtitle": "Many genes", "pmcid": "PMC9", "papertitle": "A paper with many genes", "year": "2019"}
    return {**figure, "genes": genes, "chemicals": [], "diseases": []}


def small_site(factory: pytest.TempPathFactory) -> BuiltSite:
    """A site of the examples, and of a figure with so many genes that lists go on in further pages."""
    return built_site(build_once(factory, "small-site", _small))


def evil_records() -> dict[str, str]:
    """Hostile records, as files of a checkout."""
    genes = [
        {"word": EVIL, "symbol": name, "source": "bioentities_symbol", "hgnc_symbol": f"GENE{number}", "entrez": str(9000 + number)}
        for number, name in enumerate((*FAMILIES, EVIL))
    ]
    inline = {
        "figid": "PMC1__evil", "figtitle": EVIL, "caption": EVIL, "papertitle": EVIL, "pmcid": "PMC1", "number": EVIL, "figtype": EVIL,
        "reftext": EVIL, "filename": "\"><script>window.hacked=4</script>.jpg", "figlink": "javascript:window.hacked=5", "year": "2020",
        "organisms": EVIL, "genes": genes, "chemicals": [{"word": EVIL, "source": "MESH", "identifier": "D001241"}], "diseases": [],
        "schema-jsonld": {"@context": "https://schema.org/", "@type": "Dataset", "name": EVIL, "description": EVIL, "keywords": [EVIL]},
    }  # fmt: skip
    tabled = {
        "figid": "PMC2__evil", "figtitle": EVIL, "pmcid": "PMC2", "papertitle": EVIL, "journal_title": EVIL, "publisher_name": EVIL,
        "keywords": f"{EVIL} | b", "figlink": "data:text/html,<script>window.hacked=6</script>", "caption": EVIL, "number": "1",
        "year": "2021",
    }  # fmt: skip
    rows = [("9606", EVIL, "Primates", EVIL, "A/B", EVIL, "7157", "ncbigene_symbol", "1", "1", "1")]
    records = [inline, tabled, *({"figid": item, "figtitle": item, "pmcid": "PMC3", "papertitle": "A paper"} for item in FIGIDS)]
    pages = {f"_figures/{number}.md": front_matter(yaml.safe_dump(item, allow_unicode=True)) for number, item in enumerate(records)}
    return {**pages, "_data/PMC2__evil-genes.tsv": table(GENE_COLUMNS, *(tuple(cell.replace('"', "'") for cell in row) for row in rows))}


def _evil(folder: Path) -> None:
    write(folder / "records", evil_records())
    _make(folder / "records", folder)


def evil_site(factory: pytest.TempPathFactory) -> BuiltSite:
    """A site of hostile records."""
    return built_site(build_once(factory, "evil-site", _evil))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """A handler that writes no log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The URL under which a plain server on loopback has the files of a folder."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
