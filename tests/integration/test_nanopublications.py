"""Nanopublications of figures: what they state, and the checks of the library nanopub."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, RdfFormat, parse
from tests.support.records import ROOT

from pfocr2rdf import Release, create_nanopublications, export, load
from pfocr2rdf.cli import main
from pfocr2rdf.errors import MissingExtraError, OptionError, SourceError
from pfocr2rdf.pipeline.release import Creator

nanopub = pytest.importorskip("nanopub.nanopub", reason="nanopub is not installed: pip install 'pfocr2rdf[nanopub]'")

PERSON = Creator("https://orcid.org/0000-0002-1825-0097", "Josiah Carberry")
RELEASE = Release("2025-01", "2025-01-31", (PERSON,))
FIGURES = ("PMC7378365__fimmu-11-01424-g0002", "PMC10031380__sc1")
VOCABULARY = "https://pfocr.wikipathways.org/vocab#"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nanopub") / "export"
    export([ROOT / "examples"], folder, formats=["turtle", "jsonld"])
    return folder


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from Crypto.PublicKey import RSA

    path = tmp_path_factory.mktemp("key") / "key.pem"
    rsa = RSA.generate(1024)
    path.write_bytes(rsa.export_key())
    path.with_name("public.pem").write_bytes(rsa.public_key().export_key())
    path.with_name("protected.pem").write_bytes(rsa.export_key(passphrase="secret", pkcs=8))
    return path


def read_publications(path: Path) -> list[nanopub.Nanopub]:
    """The nanopublications of a file, as the library reads them, one by one."""
    from rdflib import ConjunctiveGraph

    publications = []
    for text in path.read_text(encoding="utf-8").split("@prefix sub: ")[1:]:
        graph = ConjunctiveGraph()
        graph.parse(data=f"@prefix sub: {text}", format="trig")
        publications.append(nanopub.Nanopub(rdf=graph))
    return publications


def test_a_nanopublication_states_what_the_figure_mentions(exported: Path, tmp_path: Path) -> None:
    summary = create_nanopublications(exported, tmp_path / "a.trig", FIGURES, release=RELEASE)
    assert (list(summary.iris), summary.signed) == (list(FIGURES), False)
    assert [publication.is_valid for publication in read_publications(tmp_path / "a.trig")] == [True, True]
    names = {f"{VOCABULARY}{name}" for name in ("mentions", "mentionsFamily", "citedIn")}
    quads = list(parse((tmp_path / "a.trig").read_bytes(), RdfFormat.TRIG))
    asserted = {quad.triple for quad in quads if str(quad.graph_name).endswith("#assertion>") and quad.predicate.value in names}
    figures = {NamedNode(f"https://pfocr.wikipathways.org/figures/{figid}.html") for figid in FIGURES}
    graph = parse((exported / "figures.ttl").read_bytes(), RdfFormat.TURTLE)
    assert asserted == {quad.triple for quad in graph if quad.subject in figures and quad.predicate.value in names}
    assert len(asserted) > 40
    provenance = {quad.object.value for quad in quads if quad.predicate.value == "http://www.w3.org/ns/prov#wasDerivedFrom"}
    assert {"https://identifiers.org/pmc/PMC7378365", "https://pfocr.wikipathways.org/dataset"} < provenance
    creators = {quad.object.value for quad in quads if quad.predicate.value == "http://purl.org/dc/terms/creator"}
    assert creators == {PERSON.iri}


def test_figures_have_several_names_and_sources(exported: Path, tmp_path: Path) -> None:
    load(exported, tmp_path / "store")
    for number, (source, name) in enumerate(
        [
            (exported, "PMC7378365__F2"),
            (exported, f"https://pfocr.wikipathways.org/figures/{FIGURES[0]}.html"),
            (tmp_path / "store", FIGURES[0]),
            (exported / "figures.ttl", FIGURES[0]),
            (ROOT / "examples", FIGURES[0]),
        ]
    ):
        summary = create_nanopublications(source, tmp_path / f"{number}.trig", [name, FIGURES[0]], release=RELEASE)
        assert list(summary.iris) == [FIGURES[0]]
    texts = [sorted((tmp_path / f"{number}.trig").read_text(encoding="utf-8").replace(" ,", "").split()) for number in range(5)]
    assert texts[0] == texts[1]
    assert len({tuple(set(text) - {";", "."}) for text in map(tuple, map(sorted, map(set, texts)))}) == 1


def test_signed_nanopublications_have_trusty_uris(exported: Path, key: Path, tmp_path: Path) -> None:
    for name in ("a.trig", "b.trig"):
        summary = create_nanopublications(exported, tmp_path / name, FIGURES, release=RELEASE, sign_key=key)
    assert (tmp_path / "a.trig").read_bytes() == (tmp_path / "b.trig").read_bytes()
    assert all(iri.startswith("http://purl.org/np/RA") for iri in summary.iris.values())
    for publication, iri in zip(read_publications(tmp_path / "a.trig"), summary.iris.values(), strict=True):
        assert publication.source_uri == iri
        assert publication.is_valid
        assert publication.has_valid_trusty
        assert publication.has_valid_signature
    changed = tmp_path / "changed.trig"
    changed.write_text((tmp_path / "a.trig").read_text(encoding="utf-8").replace("ncbigene/6774>", "ncbigene/6775>"), encoding="utf-8")
    with pytest.raises(ValueError, match="is not valid"):
        _ = read_publications(changed)[0].has_valid_trusty


def test_what_cannot_be_written_is_refused(exported: Path, key: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.trig"
    with pytest.raises(SourceError, match=rf"has no figure 'PMC7378365__fimmu-11-01424-g0001'; did you mean {FIGURES[0]}\?"):
        create_nanopublications(exported, output, [FIGURES[1], "PMC7378365__fimmu-11-01424-g0001"])
    with pytest.raises(SourceError, match="has no figure 'x'; name a figure by its figid"):
        create_nanopublications(exported, output, ["x"])
    with pytest.raises(OptionError, match="needs a creator with an ORCID iD"):
        create_nanopublications(exported, output, FIGURES, sign_key=key)
    (tmp_path / "text").write_text("no key", encoding="utf-8")
    for path, reason in (
        (tmp_path / "missing", "there is no such file; create a key with 'openssl genpkey"),
        (tmp_path, "cannot be read: it is not a regular file but a folder"),
        (tmp_path / "text", "is not an RSA key"),
        (key.with_name("public.pem"), "is a public key; name the private key"),
        (key.with_name("protected.pem"), "is protected by a passphrase; sign with a copy without one, which 'openssl pkey"),
    ):
        with pytest.raises(OptionError, match=reason):
            create_nanopublications(exported, output, FIGURES, release=RELEASE, sign_key=path)
    assert not output.exists()


def test_without_the_library_the_error_has_the_command(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanopub", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pfocr2rdf\[nanopub\]'"):
        create_nanopublications(exported, tmp_path / "a.trig", FIGURES)


def test_the_command(exported: Path, tmp_path: Path) -> None:
    arguments = ["nanopub", str(exported), "--figure", FIGURES[0], "-o", str(tmp_path / "a.trig"), "--issued", "2025-01-31"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert f"Written to {tmp_path / 'a.trig'}, not signed" in result.output
    first = (tmp_path / "a.trig").read_bytes()
    assert json.loads(CliRunner().invoke(main, [*arguments, "--json"]).output)["signed"] is False
    assert (tmp_path / "a.trig").read_bytes() == first


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = "import pfocr2rdf.cli.nanopub, sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"nanopub", "rdflib", "Crypto", "requests"} & set(modules)
