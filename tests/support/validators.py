"""What looks at a site from outside: its links, its HTML, and what several parsers read in its documents."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import rdflib
from pyld import jsonld
from pyoxigraph import RdfFormat, parse
from tests.support.browser import missing
from tests.support.servers import program

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
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in _LINKS and (url := found.get(_LINKS[tag])) is not None:
            self.links.append(url)
        if name := found.get("id"):
            self.anchors.add(name)
        self._in_data = tag == "script" and found.get("type") == "application/ld+json"
        if self._in_data:
            self.data.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data[-1] += data


def pages(site: Path) -> Iterator[Path]:
    """All HTML files of a site."""
    return (path for path in site.rglob("*") if path.name.endswith(".html") and path.is_file())


def broken_links(site: Path) -> tuple[int, list[str]]:
    """How many links there are on all pages, and those that lead to no file, to no place in it, or nowhere good."""
    anchors: dict[str, set[str]] = {}
    wanted: dict[tuple[str, str], str] = {}
    total, broken = 0, []
    for path in pages(site):
        name = path.relative_to(site).as_posix()
        page = Html(path.read_text(encoding="utf-8"))
        anchors[name] = page.anchors
        here = urljoin(ROOT, "/".join(quoted(step) for step in name.split("/")))
        for link in page.links:
            total += 1
            url = urljoin(here, link)
            if url.startswith(ROOT):
                parts = urlsplit(url)
                wanted.setdefault((unquote(parts.path)[1:], unquote(parts.fragment)), f"{name}: {link}")
            elif not url.startswith(_OUTSIDE):
                broken.append(f"{name}: {link}")
    for (target, fragment), where in wanted.items():
        if not (site / target).is_file() or (fragment and fragment not in anchors.get(target, ())):
            broken.append(where)
    return total, sorted(broken)


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
    done = subprocess.run(command, cwd=site, capture_output=True, encoding="utf-8", timeout=120, check=False)
    found = json.loads(done.stdout[done.stdout.index("{") :])["links"]
    assert found, done.stderr
    return len({one["url"] for one in found if one["state"] == "OK"}), [
        f"{one.get('parent')}: {one['url']}: {one['status']}" for one in found if one["state"] == "BROKEN"
    ]


def html_errors(files: Iterable[Path]) -> list[str]:
    """What the Nu HTML checker calls an error. What it calls info is left out: that is of taste."""
    java = program("java", "apt-get install default-jre-headless")
    options = ("--errors-only", "--exit-zero-always", "--format", "json")
    done = subprocess.run([java, "-jar", _checker(), *options, *files], capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    messages = json.loads(done.stderr)["messages"]
    return [f"{one.get('url', '')}:{one.get('lastLine', '')}: {one['message']}" for one in messages]


def _checker() -> Path:
    """The Nu HTML checker, which the npm package vnu-jar has beside its program."""
    jar = Path(program("vnu", "npm install --global --ignore-scripts vnu-jar")).resolve().parent / "build" / "dist" / "vnu.jar"
    if not jar.is_file():
        missing(f"{jar} is not there: npm install --global --ignore-scripts vnu-jar")
    return jar


# -- documents ---------------------------------------------------------------------------------------------------------------


def statements(data: bytes, form: RdfFormat) -> set[str]:
    """The statements of a document as pyoxigraph reads them, each as a line."""
    return {str(quad.triple) for quad in parse(data, form)}


def document(path: Path) -> set[str]:
    """The statements of a document of a site, by pyoxigraph."""
    return statements(path.read_bytes(), RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.JSON_LD)


def by_rdflib(path: Path) -> set[str]:
    """The same, by RDFLib."""
    graph = rdflib.Graph()
    graph.parse(path, format="turtle" if path.suffix == ".ttl" else "json-ld")
    return statements(graph.serialize(format="nt", encoding="utf-8"), RdfFormat.N_TRIPLES)


def by_rapper(path: Path) -> set[str]:
    """The same for Turtle, by Raptor."""
    command = [program("rapper", "apt-get install raptor2-utils"), "-q", "-i", "turtle", "-o", "ntriples", "-", ROOT]
    done = subprocess.run(command, input=path.read_bytes(), capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b""), (path, done.stderr)
    return statements(done.stdout, RdfFormat.N_TRIPLES)


def by_pyld(path: Path) -> set[str]:
    """The same for JSON-LD, by PyLD, which may fetch nothing."""
    said = jsonld.to_rdf(json.loads(path.read_bytes()), {"format": "application/n-quads", "documentLoader": _no_loader})
    return statements(said.encode(), RdfFormat.N_QUADS)


def _no_loader(url: str, options: Any) -> Any:
    raise AssertionError(f"{url} is fetched")


@cache
def said(export: Path) -> frozenset[str]:
    """All that an export says: of figures and what they share, of itself and of its vocabulary."""
    found: set[str] = set()
    for name in ("figures.ttl", "dataset.ttl", "vocabulary.ttl"):
        found |= document(export / name)
    return frozenset(found)


def same_trees(first: Path, second: Path) -> list[str]:
    """The files that are not the same in both folders."""
    trees = [{path.relative_to(one).as_posix(): path for path in one.rglob("*") if path.is_file()} for one in (first, second)]
    alone = trees[0].keys() ^ trees[1].keys()
    return sorted(
        alone | {name for name in trees[0].keys() & trees[1].keys() if trees[0][name].read_bytes() != trees[1][name].read_bytes()}
    )
