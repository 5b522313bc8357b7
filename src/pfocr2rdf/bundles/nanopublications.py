"""Nanopublications: what one figure mentions as a small citable unit, with its provenance and its publication information.

A nanopublication has four named graphs (https://nanopub.net/guidelines/): head, assertion, provenance and publication information.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph

from pfocr2rdf.bundles.description import SOFTWARE_URL, complete_release
from pfocr2rdf.derived.graph import NodeGraph
from pfocr2rdf.derived.nodes import Node, expand_id, local_id, node_id, value, values
from pfocr2rdf.errors import OptionError, SourceError, describe_os_error, require_extra
from pfocr2rdf.pipeline.described_release import read_described_release
from pfocr2rdf.pipeline.licenses import LICENSES
from pfocr2rdf.pipeline.release import Creator, Release
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.files import atomic_write, map_os_errors
from pfocr2rdf.storage.layout import DATASET_FILE, TOOL
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.regular_files import open_regular
from pfocr2rdf.storage.urls import redact_url
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.node_graphs import read_nodes

_TEMPORARY = "http://purl.org/nanopub/temp/"  # IRIs of nanopublications that are not signed; a signature replaces them
_remove_style = re.compile("\x1b\\[[0-9;]*m").sub  # of a terminal, which messages of the library have
_MAX_KEY_BYTES = 1 << 16
_PREFIXES = {
    "np": "http://www.nanopub.org/nschema#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "npx": "http://purl.org/nanopub/x/",
    "pfocr": "https://pfocr.wikipathways.org/vocab#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_ASSERTED = ("mentions", "mentionsFamily", "citedIn")
_DEFAULT = Release()

_Term = pyoxigraph.NamedNode | pyoxigraph.Literal


class NanopublicationSummary(NamedTuple):
    """What was written: the IRI of each nanopublication by its figure, and whether they are signed."""

    iris: dict[str, str]
    signed: bool


def create_nanopublications(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    figures: Sequence[str],
    *,
    release: Release = _DEFAULT,
    sign_key: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> NanopublicationSummary:
    """Write a nanopublication for each of some figures, as TriG. Nothing is sent to a server.

    Args:
        source: an export directory, an embedded store, the URL of a server, an RDF file, or records, which are exported first.
        output: the file, which is complete or not there.
        figures: figids, aliases or IRIs of figures.
        release: the creators, the license and the date; the dataset description of an export has what it leaves out.
        sign_key: the file of an RSA key in PEM. Signed nanopublications have trusty URIs.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        MissingExtraError: the library nanopub is not installed.
        SourceError: the source cannot be read, or a figure is not in it.
        OptionError: the key cannot be used, or no creator has an ORCID iD.
        OutputError: the file cannot be written.
    """
    _require_nanopub()
    described = Path(source, DATASET_FILE)
    completed, _ = complete_release(release, read_described_release(described) if described.is_file() else _DEFAULT, TOOL)
    profile = _read_profile(Path(sign_key), completed) if sign_key is not None else None
    nodes, _ = read_nodes(source, lambda graph: _find_figures(graph, figures, os.fspath(source)), ConnectionOptions(), progress)
    iris: dict[str, str] = {}
    path = Path(output)
    with map_os_errors(path), atomic_write(path) as partial, partial.open("xb") as file:
        for node in nodes:
            figid = local_id(node_id(node)).removesuffix(".html")
            iri, quads = _check_and_sign(_build(node, figid, completed), profile)
            iris[figid] = iri
            namespaces = {"this": iri.removesuffix("#"), "sub": f"{iri.removesuffix('#')}#", **_PREFIXES}
            file.write(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.TRIG, prefixes=namespaces) or b"")
    return NanopublicationSummary(iris, profile is not None)


def _require_nanopub() -> None:
    with require_extra("a nanopublication", "nanopub"):
        import nanopub  # noqa: F401


def _find_figures(graph: NodeGraph, figures: Sequence[str], label: str) -> list[Node]:
    """The figures in the order in which they are wanted, each once."""
    found_nodes: dict[str, Node] = {}
    known: list[str] = []
    wanted = dict.fromkeys(figures)
    for nodes in graph.iter_figures():
        node = nodes.figure
        names = [expand_id(node_id(node)), local_id(node_id(node)).removesuffix(".html"), *values(node, "identifier")]
        known += names[1:]
        for name in wanted.keys() & set(names):
            found_nodes[name] = node
    for name in wanted:
        if name not in found_nodes:
            similar = difflib.get_close_matches(name, known, n=1)
            remedy = f"did you mean {similar[0]}?" if similar else "name a figure by its figid"
            raise SourceError(f"{redact_url(label)}: has no figure {name!r}; {remedy}")
    return list({node_id(found_nodes[name]): found_nodes[name] for name in wanted}.values())


def _build(node: Node, figid: str, release: Release) -> tuple[str, list[pyoxigraph.Quad]]:
    """The IRI of a nanopublication, which depends on the figure alone, and its statements in the order of its graphs."""
    iri = f"{_TEMPORARY}{hashlib.sha256(figid.encode()).hexdigest()[:24]}#"  # letters of a figid could look like a trusty URI
    figure = _iri(expand_id(node_id(node)))
    this, activity = _iri(iri), _iri(f"{iri}export")
    assertion, provenance, pubinfo = (_iri(f"{iri}{name}") for name in ("assertion", "provenance", "pubinfo"))
    graphs: list[tuple[str, Iterable[tuple[pyoxigraph.NamedNode, str, _Term]]]] = [
        ("Head", [
            (this, "rdf:type", _term("np:Nanopublication")),
            (this, "np:hasAssertion", assertion),
            (this, "np:hasProvenance", provenance),
            (this, "np:hasPublicationInfo", pubinfo),
        ]),
        ("assertion", _assert(figure, node)),
        ("provenance", [
            *((assertion, "prov:wasDerivedFrom", _iri(expand_id(text))) for text in (*values(node, "citedIn"), *values(node, "image"))),
            (assertion, "prov:wasDerivedFrom", _iri(DATASET_IRI)),
            (assertion, "prov:wasGeneratedBy", activity),
            (activity, "rdf:type", _term("prov:Activity")),
            (activity, "rdfs:label", pyoxigraph.Literal("Genes, chemicals and diseases read in the figure by OCR, exported as RDF")),
            (activity, "prov:wasAssociatedWith", _iri(SOFTWARE_URL)),
        ]),
        ("pubinfo", _describe_publication(this, figid, release)),
    ]  # fmt: skip
    quads = [
        pyoxigraph.Quad(subject, _term(predicate), value_term, _iri(f"{iri}{name}"))
        for name, statements in graphs
        for subject, predicate, value_term in statements
    ]
    return iri, quads


def _assert(figure: pyoxigraph.NamedNode, node: Node) -> Iterator[tuple[pyoxigraph.NamedNode, str, _Term]]:
    yield figure, "rdf:type", _term("pfocr:Figure")
    if title := value(node, "title"):
        yield figure, "dcterms:title", pyoxigraph.Literal(title)
    for name in _ASSERTED:
        for text in values(node, name):
            yield figure, f"pfocr:{name}", _iri(expand_id(text))


def _describe_publication(this: pyoxigraph.NamedNode, figid: str, release: Release) -> Iterator[tuple[pyoxigraph.NamedNode, str, _Term]]:
    yield this, "rdfs:label", pyoxigraph.Literal(f"What the pathway figure {figid} mentions")
    yield this, "dcterms:created", pyoxigraph.Literal(f"{release.issued}T00:00:00Z", datatype=_term("xsd:dateTime"))
    yield this, "dcterms:license", _iri(LICENSES[release.license].iri)
    for creator in release.creators:
        yield this, "dcterms:creator", _iri(creator.iri)
        yield _iri(creator.iri), "foaf:name", pyoxigraph.Literal(creator.name)
    software = _iri(SOFTWARE_URL)
    yield this, "prov:wasGeneratedBy", software
    yield software, "rdfs:label", pyoxigraph.Literal(TOOL)


def _check_and_sign(unsigned: tuple[str, list[pyoxigraph.Quad]], profile: Any) -> tuple[str, list[pyoxigraph.Quad]]:
    """The nanopublication after the library has checked it, and signed it with a profile."""
    from nanopub.nanopub import Nanopub
    from nanopub.nanopub_conf import NanopubConf
    from nanopub.utils import MalformedNanopubError
    from rdflib import ConjunctiveGraph

    iri, quads = unsigned
    graph = ConjunctiveGraph()
    graph.parse(data=pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b"", format="nquads")
    try:
        publication = Nanopub(rdf=graph, conf=NanopubConf(profile=profile))
        if not publication.is_valid:
            raise MalformedNanopubError("it is not valid")
        if profile is None:
            return unsigned
        publication.sign()
        if not publication.has_valid_trusty:
            raise MalformedNanopubError("its trusty URI is not valid")
    except MalformedNanopubError as error:
        raise SourceError(f"{iri}: cannot be a nanopublication: {_remove_style('', str(error))}; leave this figure out") from None
    order = {str(context): number for number, context in enumerate(("Head", "assertion", "provenance", "pubinfo"))}
    signed = list(pyoxigraph.parse(publication.rdf.serialize(format="nquads"), format=pyoxigraph.RdfFormat.N_QUADS))
    signed.sort(key=lambda quad: (order[str(quad.graph_name.value).rpartition("#")[2]], str(quad)))
    return str(publication.source_uri), signed


def _read_profile(path: Path, release: Release) -> Any:
    """The key and the ORCID iD of the signer."""
    from Crypto.PublicKey import RSA
    from nanopub.profile import Profile, format_key

    signer = next((creator for creator in release.creators if creator.orcid), Creator("", ""))
    if not signer.orcid:
        raise OptionError("a signed nanopublication needs a creator with an ORCID iD; name one in the file of --metadata")
    try:
        with open_regular(path) as file:
            data = file.read(_MAX_KEY_BYTES)
    except FileNotFoundError:
        raise OptionError(f"{path}: there is no such file; create a key with 'openssl genpkey -algorithm RSA -out {path}'") from None
    except OSError as error:
        raise OptionError(f"{path}: cannot be read: {describe_os_error(error)}") from None
    try:
        key = RSA.import_key(data)
    except (ValueError, IndexError, TypeError) as error:
        if b"ENCRYPTED" in data or "passphrase" in str(error):
            remedy = f"sign with a copy without one, which 'openssl pkey -in {path} -out COPY' writes"
            raise OptionError(f"{path}: is protected by a passphrase; {remedy}") from None
        remedy = "create one with 'openssl genpkey -algorithm RSA -out KEY'"
        raise OptionError(f"{path}: is not an RSA key, with which nanopublications are signed; {remedy}") from None
    if not key.has_private():
        raise OptionError(f"{path}: is a public key; name the private key")
    return Profile(signer.orcid, signer.name, format_key(key.export_key("PEM", pkcs=8).decode()))


def _iri(text: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(text)


def _term(name: str) -> pyoxigraph.NamedNode:
    prefix, _, local = name.partition(":")
    return pyoxigraph.NamedNode(_PREFIXES[prefix] + local)
