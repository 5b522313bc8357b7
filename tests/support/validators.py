"""What looks at a site from outside: its links, its HTML, and what several parsers read in its documents."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import rdflib
from pyld import jsonld
from pyoxigraph import RdfFormat, parse
from tests.support.browser import skip_or_fail
from tests.support.servers import program

ENVIRONMENT = Path(__file__).parents[2] / ".venv-validators"
"""The environment with validators of other projects, which ``.ci/validators`` makes."""

ROOT = "http://site.test/"
_LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "form": "action", "iframe": "src", "object": "data", "source": "src"}
_OUTSIDE = ("http:", "https:")


class Html(HTMLParser):
    """A page: what it leads to, what can be led to in it, and what is written in it for machines.

    Attributes:
        links: the URLs that it leads to or loads, as they stand.
        anchors: the names of its places.
        tags: its elements with their attributes.
        data: what search engines read, as text.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self._in_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag in _LINKS and (url := attributes.get(_LINKS[tag])) is not None:
            self.links.append(url)
        if name := attributes.get("id"):
            self.anchors.add(name)
        self._in_data = tag == "script" and attributes.get("type") == "application/ld+json"
        if self._in_data:
            self.data.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data[-1] += data


def validator(name: str, module: str = "") -> Path:
    """A program of the validators' environment, such as ``kgx``, or ``python`` where it has a module; a skip names what is missing."""
    executable = ENVIRONMENT / "bin" / name
    if not executable.is_file() or (module and not any(ENVIRONMENT.glob(f"lib/python3*/site-packages/{module}"))):
        skip_or_fail(f"{module or name} is not in {ENVIRONMENT.name}: .ci/validators")
    return executable


def validator_version(package: str) -> str:
    """The version of a package of the validators' environment."""
    paths = [str(path) for path in ENVIRONMENT.glob("lib/python3*/site-packages")]
    return next(distribution.version for distribution in distributions(name=package, path=paths))


def kgx_environment() -> dict[str, str]:
    """The environment for ``kgx``, in which it reads the Biolink Model from an installed package instead of from GitHub."""
    folder = Path(__file__).parent / "programs" / "offline_biolink"
    return {**os.environ, "PATH": f"{validator('kgx').parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(folder)}


def pages(site: Path) -> Iterator[Path]:
    """All HTML files of a site."""
    return (path for path in site.rglob("*") if path.name.endswith(".html") and path.is_file())


def broken_links(site: Path) -> tuple[int, list[str]]:
    """How many links there are on all pages, and those that lead to no file, to no place in it, or nowhere good."""
    anchors: dict[str, set[str]] = {}
    targets: dict[tuple[str, str], str] = {}
    total, errors = 0, []
    for path in pages(site):
        name = path.relative_to(site).as_posix()
        page = Html(path.read_text(encoding="utf-8"))
        anchors[name] = page.anchors
        base = urljoin(ROOT, "/".join(quoted(step) for step in name.split("/")))
        for link in page.links:
            total += 1
            url = urljoin(base, link)
            if url.startswith(ROOT):
                parts = urlsplit(url)
                targets.setdefault((unquote(parts.path)[1:], unquote(parts.fragment)), f"{name}: {link}")
            elif not url.startswith(_OUTSIDE):
                errors.append(f"{name}: {link}")
    for (target, fragment), link_text in targets.items():
        if not (site / target).is_file() or (fragment and fragment not in anchors.get(target, ())):
            errors.append(link_text)
    return total, sorted(errors)


def quoted(step: str) -> str:
    """A step of a path, as it stands in a URL."""
    return "".join(f"%{byte:02X}" for byte in step.encode())


def link_errors(site: Path) -> tuple[int, list[str]]:
    """How many files a link checker comes to from the home page, and the links that it finds broken; it asks nobody else."""
    checker = program("linkinator", "npm install --global linkinator@6")
    command = [
        checker,
        "index.html",
        "--server-root",
        ".",
        "--recurse",
        "--skip",
        "^https?://(?!localhost)",
        "--format",
        "json",
        "--concurrency",
        "50",
    ]
    process = subprocess.run(command, cwd=site, capture_output=True, encoding="utf-8", timeout=120, check=False)
    links = json.loads(process.stdout[process.stdout.index("{") :])["links"]
    assert links, process.stderr
    return len({link["url"] for link in links if link["state"] == "OK"}), [
        f"{link.get('parent')}: {link['url']}: {link['status']}" for link in links if link["state"] == "BROKEN"
    ]


def html_errors(files: Iterable[Path]) -> list[str]:
    """What the Nu HTML checker calls an error. What it calls info is left out: that is of taste."""
    java = program("java", "apt-get install default-jre-headless")
    options = ("--errors-only", "--exit-zero-always", "--format", "json")
    process = subprocess.run([java, "-jar", _checker(), *options, *files], capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    messages = json.loads(process.stderr)["messages"]
    return [f"{message.get('url', '')}:{message.get('lastLine', '')}: {message['message']}" for message in messages]


def _checker() -> Path:
    """The Nu HTML checker, which the npm package vnu-jar has beside its program."""
    jar = Path(program("vnu", "npm install --global --ignore-scripts vnu-jar")).resolve().parent / "build" / "dist" / "vnu.jar"
    if not jar.is_file():
        skip_or_fail(f"{jar} is not there: npm install --global --ignore-scripts vnu-jar")
    return jar


# -- documents ---------------------------------------------------------------------------------------------------------------


def statements(data: bytes, fmt: RdfFormat) -> set[str]:
    """The statements of a document as pyoxigraph reads them, each as a line."""
    return {str(quad.triple) for quad in parse(data, fmt)}


def document(path: Path) -> set[str]:
    """The statements of a document of a site, by pyoxigraph."""
    return statements(path.read_bytes(), RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.JSON_LD)


def by_rdflib(path: Path) -> set[str]:
    """The same, by RDFLib, which writes the time zone ``Z`` as ``+00:00``."""
    graph = rdflib.Graph()
    graph.parse(path, format="turtle" if path.suffix == ".ttl" else "json-ld")
    return statements(graph.serialize(format="nt", encoding="utf-8").replace(b'+00:00"^^', b'Z"^^'), RdfFormat.N_TRIPLES)


def by_rapper(path: Path) -> set[str]:
    """The same for Turtle, by Raptor."""
    command = [program("rapper", "apt-get install raptor2-utils"), "-q", "-i", "turtle", "-o", "ntriples", "-", ROOT]
    process = subprocess.run(command, input=path.read_bytes(), capture_output=True, timeout=60, check=False)
    assert (process.returncode, process.stderr) == (0, b""), (path, process.stderr)
    return statements(process.stdout, RdfFormat.N_TRIPLES)


def by_pyld(path: Path) -> set[str]:
    """The same for JSON-LD, by PyLD, which may fetch nothing."""
    quads = jsonld.to_rdf(json.loads(path.read_bytes()), {"format": "application/n-quads", "documentLoader": _no_loader})
    return statements(quads.encode(), RdfFormat.N_QUADS)


def _no_loader(url: str, options: Any) -> Any:
    raise AssertionError(f"{url} is fetched")


@cache
def export_statements(export: Path) -> frozenset[str]:
    """All statements of an export: figures and shared entities, dataset description and vocabulary."""
    all_statements: set[str] = set()
    for name in ("figures.ttl", "dataset.ttl", "vocabulary.ttl"):
        all_statements |= document(export / name)
    return frozenset(all_statements)


def same_trees(first: Path, second: Path) -> list[str]:
    """The files that are not the same in both folders."""
    trees = [{path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()} for folder in (first, second)]
    unmatched = trees[0].keys() ^ trees[1].keys()
    return sorted(
        unmatched | {name for name in trees[0].keys() & trees[1].keys() if trees[0][name].read_bytes() != trees[1][name].read_bytes()}
    )
