"""Exports in other IRI profiles: the same statements in every format, derived formats, runs, and what refuses such an export."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from curies import Converter
from pyoxigraph import parse
from tests.support.mutations import NO_SHARED
from tests.support.records import ROOT, SHARED, front_matter, newer, write

from pfocr2rdf import convert, diff, export, load, mentions, publish, query, stats, validate, write_records
from pfocr2rdf.cli import main
from pfocr2rdf.errors import SourceError
from pfocr2rdf.rdf.iri_profiles import IRI_PROFILES
from pfocr2rdf.rdf.iris import figure_iri
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.rdf_files import rdf_format

EXAMPLES = ROOT / "examples"
OTHER_PROFILES = [name for name in IRI_PROFILES if name != "default"]
_DERIVED = ("gmt", "sssom", "linksets", "biothings")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name[0] != "."
    }


def _statements(path: Path) -> set[str]:
    return {str(quad.triple) for quad in parse(path=str(path), format=rdf_format(path))}


@pytest.fixture(scope="module")
def export_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """An export of the examples in all formats, by the profile."""

    @cache
    def make(profile: str) -> Path:
        folder = tmp_path_factory.mktemp("profile") / profile
        export(EXAMPLES, folder, formats=(*SERIALIZERS, *_DERIVED), iris=profile, workers=1)
        return folder

    return make


@pytest.mark.parametrize("name", OTHER_PROFILES)
def test_every_format_has_the_default_statements_with_other_iris(name: str, export_in: Callable[[str], Path]) -> None:
    profile, folder = IRI_PROFILES[name], export_in(name)
    default = [line.split(" ", 2) for line in _statements(export_in("default") / "figures.nt")]
    expected = {" ".join(map(profile.map_term, terms)) for terms in default}
    for make_serializer in SERIALIZERS.values():
        assert _statements(folder / f"figures{make_serializer.suffix}") == expected, make_serializer.name


@pytest.mark.parametrize("name", OTHER_PROFILES)
def test_derived_formats_have_the_same_bytes(name: str, export_in: Callable[[str], Path], tmp_path: Path) -> None:
    folders = ("genesets/", "sssom/", "linksets/", "biothings")
    expected = {file: data for file, data in _files(export_in("default")).items() if file.startswith(folders)}
    assert len(expected) > 10
    assert {file: data for file, data in _files(export_in(name)).items() if file.startswith(folders)} == expected
    for graph_format in ("turtle", "jsonld"):
        export(EXAMPLES, tmp_path / graph_format, formats=(graph_format,), iris=name, workers=1)
        convert(tmp_path / graph_format, tmp_path / f"{graph_format}-converted", formats=_DERIVED)
        converted = _files(tmp_path / f"{graph_format}-converted")
        assert {file: data for file, data in converted.items() if file != "conversion.json"} == expected


def test_the_sidecars_have_the_namespaces_of_the_profile(export_in: Callable[[str], Path]) -> None:
    for name in OTHER_PROFILES:
        folder = export_in(name)
        gene = IRI_PROFILES[name].map_iri("https://identifiers.org/ncbigene/6772")
        assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["iris"] == name
        context = json.loads((folder / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        prefixes = json.loads((folder / "prefixes.jsonld").read_text(encoding="utf-8"))["@context"]
        assert context["ncbigene"] + "6772" == prefixes["ncbigene"]["@id"] + "6772" == gene
        converter = Converter.from_prefix_map({key: value["@id"] for key, value in prefixes.items() if key[0] != "@"})
        assert converter.compress(gene) == "ncbigene:6772"
        assert f'void:uriSpace "{gene.removesuffix("6772")}"' in (folder / "dataset.ttl").read_text(encoding="utf-8")
    assert "iris" not in json.loads((export_in("default") / "manifest.json").read_text(encoding="utf-8"))


def test_workers_partitions_and_earlier_exports_change_nothing(export_in: Callable[[str], Path], tmp_path: Path) -> None:
    formats = ("turtle", "jsonld", "ntriples")
    names = [f"figures{SERIALIZERS[name].suffix}" for name in formats]
    expected = {name: (export_in("obo") / name).read_bytes() for name in names}
    export(EXAMPLES, tmp_path / "out", formats=formats, workers=1)
    summary = export(EXAMPLES, tmp_path / "out", formats=formats, iris="obo", workers=2)
    assert summary.reused == 0
    assert {name: (tmp_path / "out" / name).read_bytes() for name in names} == expected
    assert export(EXAMPLES, tmp_path / "out", formats=formats, iris="obo", workers=2).unchanged
    records = shutil.copytree(EXAMPLES, tmp_path / "records")
    export(records, tmp_path / "updated", formats=formats, iris="obo", workers=1)
    record = next(path for path in sorted(records.rglob("*.md")))
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("papertitle: ", "papertitle: Changed "), encoding="utf-8")
    export(records, tmp_path / "updated", formats=formats, iris="obo", workers=1)
    export(records, tmp_path / "fresh", formats=formats, iris="obo", workers=1)
    assert (tmp_path / "updated" / "figures.nt").read_bytes() != expected["figures.nt"]
    for name in names:
        assert (tmp_path / "updated" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    export(EXAMPLES, tmp_path / "parts", formats=formats, iris="obo", partition_size=2, workers=1)
    for make_serializer in map(SERIALIZERS.__getitem__, formats):
        parts = [
            path
            for path in (tmp_path / "parts").iterdir()
            if path.name.startswith(("part-", "entities.")) and path.suffix == make_serializer.suffix
        ]
        assert set().union(*map(_statements, parts)) == _statements(export_in("obo") / "figures.nt")


def test_merged_partitions(export_in: Callable[[str], Path], tmp_path: Path) -> None:
    for graph_format in ("turtle", "jsonld", "rdfxml"):
        export(EXAMPLES, tmp_path / graph_format, formats=(graph_format,), iris="ncbi", partition_size=2, merge=True, workers=1)
        suffix = SERIALIZERS[graph_format].suffix
        assert _statements(tmp_path / graph_format / f"figures{suffix}") == _statements(export_in("ncbi") / "figures.nt")


def test_records_come_back_from_every_profile(export_in: Callable[[str], Path], tmp_path: Path) -> None:
    for name in IRI_PROFILES:
        write_records(export_in(name), tmp_path / name)
    expected = _files(tmp_path / "default")
    for name in OTHER_PROFILES:
        records = _files(tmp_path / name)
        assert {file: data for file, data in records.items() if file != "records.json"} == {
            file: data for file, data in expected.items() if file != "records.json"
        }


@pytest.mark.parametrize("value", ["https://identifiers.org/ncbigene/6772", "https://identifiers.org/ncbigene/6772/x", "urn:x:1"])
def test_iris_of_the_records_own_jsonld(value: str, tmp_path: Path) -> None:
    block = {"@context": "https://schema.org/", "@id": figure_iri("PMC1__F1"), "@type": "ImageObject", "about": {"@id": value}}
    figure = newer("PMC1__F1", f"schema-jsonld: {json.dumps(block)}")
    write(tmp_path / "records", {"_figures/PMC1__F1.md": front_matter(figure)})
    export(tmp_path / "records", tmp_path / "default", formats=("ntriples",), workers=1)
    export(tmp_path / "records", tmp_path / "obo", formats=tuple(SERIALIZERS), iris="obo", workers=1)
    terms = [line.split(" ", 2) for line in _statements(tmp_path / "default" / "figures.nt")]
    for make_serializer in SERIALIZERS.values():
        expected = {" ".join(map(IRI_PROFILES["obo"].map_term, line)) for line in terms}
        assert _statements(tmp_path / "obo" / f"figures{make_serializer.suffix}") == expected
    assert f"<{value.replace('https:', 'http:') if value.endswith('2') else value}>" in " ".join(expected)


def test_real_records(tmp_path: Path) -> None:
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED)
    sources = [SHARED / name for name in ("corpus-gen1", "real-gen2", "seed")]
    export(sources, tmp_path / "default", formats=("ntriples",))
    export(sources, tmp_path / "portal", formats=("ntriples", "turtle"), iris="rdfportal")
    profile = IRI_PROFILES["rdfportal"]
    default, statements = (_statements(tmp_path / name) for name in ("default/figures.nt", "portal/figures.ttl"))
    assert statements == _statements(tmp_path / "portal" / "figures.nt")
    assert {" ".join(map(profile.unmap_term, line.split(" ", 2))) for line in statements} == default


def test_what_needs_default_iris_refuses_and_names_the_remedy(export_in: Callable[[str], Path], tmp_path: Path) -> None:
    folder = export_in("rdfportal")
    for refuse in (
        lambda: stats(folder),
        lambda: list(mentions(folder)),
        lambda: validate(folder),
        lambda: publish(folder, tmp_path / "site"),
        lambda: load(folder, tmp_path / "store"),
    ):
        with pytest.raises(SourceError, match="the IRIs are those of the profile rdfportal; export to another folder with --iris default"):
            refuse()
    with pytest.raises(SourceError, match=r"has the IRIs of the profile default, .* those of rdfportal; export both with the same --iris"):
        diff(export_in("default"), folder)
    assert not diff(folder, folder).removed
    assert not (tmp_path / "site").exists()
    load(export_in("default"), tmp_path / "store")
    assert len(list(query(tmp_path / "store", "SELECT * { ?gene a pfocr:Gene } LIMIT 1"))) == 1


@pytest.mark.parametrize("name", OTHER_PROFILES)
def test_a_file_without_its_manifest_is_not_converted(name: str, export_in: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a default IRI; name the export directory, whose manifest has the IRI profile"):
        convert(export_in(name) / "figures.ttl", tmp_path / "converted", formats=["gmt"])
    assert not (tmp_path / "converted" / "genesets").exists()


@pytest.mark.parametrize("name", OTHER_PROFILES)
def test_a_file_of_a_graph_without_genes_is_not_converted_either(name: str, tmp_path: Path) -> None:
    yaml = newer("PMC100__f1", "organisms: [Homo sapiens]")
    export([write(tmp_path, {"PMC100__f1.md": front_matter(yaml)}) / "PMC100__f1.md"], tmp_path / "out", iris=name)
    for command in (partial(convert, formats=["kgx"]), write_records):
        with pytest.raises(SourceError, match=r"pmc/.*> is not a default IRI; name the export directory|taxonomy/.*> is not a default IRI"):
            command(tmp_path / "out" / "figures.ttl", tmp_path / "converted")


def test_an_unknown_profile(export_in: Callable[[str], Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export", str(EXAMPLES), "--output", str(tmp_path / "out"), "--iris", "wikidata"])
    assert (result.exit_code, "'wikidata' is not one of 'default', 'rdfportal', 'obo', 'ncbi'" in result.output) == (2, True)
    with pytest.raises(ValueError, match="'wikidata' is not an IRI profile; choose from default, rdfportal, obo, ncbi"):
        export(EXAMPLES, tmp_path / "out", iris="wikidata")
    copy = shutil.copytree(export_in("obo"), tmp_path / "copy")
    manifest = (copy / "manifest.json").read_text(encoding="utf-8")
    (copy / "manifest.json").write_text(manifest.replace('"iris": "obo"', '"iris": "new"'), encoding="utf-8")
    with pytest.raises(SourceError, match="the unknown profile new; use a newer pfocr2rdf"):
        convert(copy, tmp_path / "converted", formats=["gmt"])
