"""What describes the graph - dataset.ttl, vocabulary.ttl, context.jsonld, shapes - says what is so."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
import yaml
from rdflib import PROV, RDF, RDFS, SKOS, XSD, Namespace, URIRef
from tests.support.records import SHARED

from pfocr2rdf.pipeline import single
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.release import Release
from pfocr2rdf.rdf.ontology import serialize_ontology
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.rdf.vocabulary import FUNCTIONAL_PROPERTIES, PFOCR, PREFIXES, PROPERTIES, expand_curie
from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.validation.shapes import load_shapes

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]

VOID = Namespace("http://rdfs.org/ns/void#")

DCAT = Namespace("http://www.w3.org/ns/dcat#")

DCTERMS = Namespace("http://purl.org/dc/terms/")

SPDX = Namespace("http://spdx.org/rdf/terms#")

PAV = Namespace("http://purl.org/pav/")

DATASET = URIRef("https://pfocr.wikipathways.org/dataset")

MEDIA_TYPES = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
}


def record(figid: str, block: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A record of 2021, in the fewest words."""
    own_block = {
        "@context": "https://schema.org/",
        "@id": f"https://pfocr.wikipathways.org/figures/{figid}.html",
        "@type": "Dataset",
        "name": "x",
    }
    gene = {"word": "STAT1", "symbol": "STAT1", "source": "hgnc_symbol", "hgnc_symbol": "STAT1", "entrez": "6772"}
    common = {"figid": figid, "figtitle": f"Title of {figid}", "pmcid": "PMC1", "number": "F1", "year": "2020", "organisms": "Homo sapiens"}
    return {**common, "genes": [gene], "schema-jsonld": {**own_block, **(block or {})}, **fields}


def write_records(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("\n---\n".join(yaml.safe_dump(document, allow_unicode=True) for document in records), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the seed, all records of 2023, and every tenth of 2021."""
    if not SHARED.is_dir():
        pytest.skip("the shared data (../shared/data) is not here")
    folder = tmp_path_factory.mktemp("out")
    corpus = sorted(SHARED.glob("corpus-gen1/*.md"))[::10]
    summary = export(
        [SHARED / "seed", SHARED / "real-gen2", *corpus], folder, formats=SERIALIZERS, release=Release("2025-01", "2025-01-31")
    )
    assert summary.exported > 70
    return folder


@pytest.fixture(scope="module")
def store(output: Path) -> pyoxigraph.Store:
    """The graph, in a store."""
    return loaded(output)


def loaded(folder: Path) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.bulk_load(path=folder / "figures.nt", format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store


def described(folder: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(folder / "dataset.ttl")


def count(store: pyoxigraph.Store, query: str) -> int:
    return int(next(iter(store.query(query)))[0].value)


def counts(store: pyoxigraph.Store, query: str) -> dict[str, int]:
    return {row[0].value: int(row[1].value) for row in store.query(query)}


def partitions(dataset: rdflib.Graph, partition_type: str, count_property: URIRef) -> dict[str, int]:
    """The numbers of the class or the property partitions; a partition that says two things is no partition."""
    counts: dict[str, int] = {}
    for part in dataset.objects(DATASET, VOID[f"{partition_type}Partition"]):
        (name,), (number,) = dataset.objects(part, VOID[partition_type]), dataset.objects(part, count_property)
        assert str(name) not in counts
        counts[str(name)] = number.toPython()
    return counts


def assert_counted(dataset: rdflib.Graph, store: pyoxigraph.Store) -> None:
    """Every number of the description is what SPARQL counts."""

    def said(predicate: str) -> int:
        return int(dataset.value(DATASET, VOID[predicate], any=False).toPython())

    assert said("triples") == count(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    subjects = count(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
    assert (said("distinctSubjects"), said("entities")) == (subjects, subjects)
    classes = counts(store, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert partitions(dataset, "class", VOID.entities) == classes
    properties = counts(store, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    assert partitions(dataset, "property", VOID.triples) == properties
    assert (said("classes"), said("properties")) == (len(classes), len(properties))
    assert said("distinctObjects") == count(store, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }")
    nested = "?c void:class ?class ; void:propertyPartition ?p . ?p void:property ?property . "
    kinds = "{ ?p void:classPartition ?k . ?k void:class ?kind } UNION { ?p ext:datatypePartition ?k . ?k ext:datatype ?kind } "
    prefixes = f"PREFIX void: <{VOID}> PREFIX ext: <http://ldf.fi/void-ext#> "
    described_kinds = dataset.query(f"{prefixes} SELECT ?class ?property ?kind ?n {{ {nested} {kinds} ?k void:triples ?n }}")
    found = store.query(
        "SELECT ?class ?p ?kind (COUNT(*) AS ?n) { ?s a ?class ; ?p ?o . OPTIONAL { ?o a ?t } "
        "BIND(COALESCE(?t, DATATYPE(?o)) AS ?kind) FILTER(BOUND(?kind)) } GROUP BY ?class ?p ?kind"
    )
    expected = {(row[0].value, row[1].value, row[2].value, int(row[3].value)) for row in found}
    assert {(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in described_kinds} == expected


# -- the dataset -----------------------------------------------------------------------------------------------------------------


def test_the_counts_are_what_sparql_counts(output: Path, store: pyoxigraph.Store) -> None:
    assert_counted(described(output), store)


def test_the_counts_are_right_where_a_record_was_superseded_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a record that was written and then superseded nothing is left, in the counts neither."""
    monkeypatch.setattr(single, "BATCH_RECORDS", 1)
    new = {key: value for key, value in record("PMC1__F1", doi="10.1000/1").items() if key != "genes"}
    summary = export(
        [write_records(tmp_path / "in.yaml", record("PMC1__F1"), record("PMC1__F2"), new)], tmp_path / "out", formats=["ntriples"]
    )
    assert (summary.exported, summary.superseded) == (2, 1)
    assert_counted(described(tmp_path / "out"), loaded(tmp_path / "out"))


def test_the_counts_are_right_where_figures_were_left_out(tmp_path: Path) -> None:
    records = [record("PMC1__F1"), record("PMC1__F2", year="20"), record("PMC1__F3", pmcid="X"), record("PMC1__F1")]
    summary = export([write_records(tmp_path / "in.yaml", *records)], tmp_path / "out", formats=["ntriples"])
    assert (summary.exported, summary.quarantined, summary.refused) == (1, 1, 2)
    assert_counted(described(tmp_path / "out"), loaded(tmp_path / "out"))


def test_the_counts_of_nothing_are_zero(tmp_path: Path) -> None:
    summary = export([write_records(tmp_path / "in.yaml", record("PMC1__F2", year="20"))], tmp_path / "out", formats=SERIALIZERS)
    assert (summary.exported, summary.triples) == (0, 0)
    assert_counted(described(tmp_path / "out"), loaded(tmp_path / "out"))
    for fmt in SERIALIZERS.values():
        data = (tmp_path / "out" / f"figures{fmt().suffix}").read_bytes()
        rdf_format = pyoxigraph.RdfFormat.from_media_type(fmt().media_type)
        assert rdf_format is not None
        assert list(pyoxigraph.parse(data, format=rdf_format)) == []


def test_the_counts_are_right_where_a_record_speaks_of_a_thing_in_two_graphs(tmp_path: Path) -> None:
    """The types of a node are counted wherever they come among its statements."""
    first = {"@id": "http://example.org/a", "@type": "Book", "name": "x", "url": "http://example.org/b"}
    second = {"@id": "http://example.org/g", "@graph": [{"@id": "http://example.org/a", "@type": "Thing", "name": "y"}]}
    source = write_records(tmp_path / "in.yaml", record("PMC1__F1", {"hasPart": [first, second]}))
    assert export([source], tmp_path / "out", formats=["ntriples"]).exported == 1
    assert_counted(described(tmp_path / "out"), loaded(tmp_path / "out"))


@pytest.mark.parametrize("nested", ["PMC1__F1", "PMC1__F2"])
def test_the_counts_are_right_where_a_record_speaks_of_a_figure(nested: str, tmp_path: Path) -> None:
    node = {"@id": f"https://pfocr.wikipathways.org/figures/{nested}.html", "http://purl.org/dc/terms/title": f"Title of {nested}"}
    source = write_records(tmp_path / "in.yaml", record("PMC1__F1", {"isBasedOn": node}), record("PMC1__F2"))
    export([source], tmp_path / "out", formats=["ntriples"])
    assert_counted(described(tmp_path / "out"), loaded(tmp_path / "out"))


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
def test_each_file_of_the_graph_is_a_distribution_with_its_size_and_digest(compress: str | None, tmp_path: Path) -> None:
    source = write_records(tmp_path / "in.yaml", record("PMC1__F1"))
    export([source], tmp_path / "out", formats=SERIALIZERS, compress=compress)
    dataset = described(tmp_path / "out")
    distributions = {}
    for part in dataset.objects(dataset.value(None, RDF.type, DCAT.Dataset, any=False), DCAT.distribution):
        assert (part, RDF.type, DCAT.Distribution) in dataset
        name = str(dataset.value(part, DCTERMS.title, any=False))
        checksum = dataset.value(part, SPDX.checksum, any=False)
        assert (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in dataset
        media = str(dataset.value(part, DCAT.mediaType, any=False)).removeprefix("https://www.iana.org/assignments/media-types/")
        packed = dataset.value(part, DCAT.compressFormat)
        size_and_digest = (
            int(dataset.value(part, DCAT.byteSize, any=False).toPython()),
            str(dataset.value(checksum, SPDX.checksumValue, any=False)),
        )
        distributions[name] = (media, str(packed).rpartition("/")[2] if packed else None, *size_and_digest)
    ending = f".{compress}" if compress else ""
    expected = {}
    for suffix, media in MEDIA_TYPES.items():
        data = (tmp_path / "out" / f"figures{suffix}{ending}").read_bytes()
        packed = {None: None, "gz": "gzip", "zst": "zstd"}[compress]
        expected[f"figures{suffix}{ending}"] = (media, packed, len(data), hashlib.sha256(data).hexdigest())
    assert distributions == expected


def test_the_description_says_what_the_publisher_said_and_no_more(output: Path, tmp_path: Path) -> None:
    dataset = described(output)
    assert str(dataset.value(DATASET, PAV.version, any=False)) == str(dataset.value(DATASET, DCAT.version, any=False)) == "2025-01"
    assert dataset.value(DATASET, DCTERMS.issued, any=False) == rdflib.Literal("2025-01-31", datatype=XSD.date)
    assert str(dataset.value(DATASET, PAV.createdWith, any=False)) == TOOL
    export([write_records(tmp_path / "in.yaml", record("PMC1__F1"))], tmp_path / "out")
    bare = described(tmp_path / "out")
    assert {PAV.version, DCAT.version, DCTERMS.issued} & set(bare.predicates(DATASET)) == set()


def test_the_description_is_whole(output: Path) -> None:
    """No blank node, nothing that is named and not described, and what HCLS wants of every level."""
    dataset = described(output)
    assert not any(isinstance(part, rdflib.BNode) for triple in dataset for part in triple)
    assert VOID.Dataset in set(dataset.objects(DATASET, RDF.type))
    (version,) = dataset.subjects(RDF.type, DCAT.Dataset)  # a portal lists the data once
    assert dataset.value(version, PROV.specializationOf, any=False) == DATASET, "the version is the more specific one"
    assert set(dataset.subjects(DCAT.distribution, None)) == {version}
    summary = dataset.value(version, DCTERMS.isVersionOf, any=False)
    assert {dataset.value(summary, DCTERMS.hasVersion, any=False), dataset.value(summary, PAV.hasCurrentVersion, any=False)} == {version}
    assert {DCTERMS.title, DCTERMS.description, DCTERMS.license, DCTERMS.publisher} <= set(dataset.predicates(DATASET))
    parts = {part for part in {*dataset.subjects(), *dataset.objects()} if str(part).startswith(f"{DATASET}#")}
    subjects = set(dataset.subjects())
    assert parts == {subject for subject in subjects if str(subject).startswith(f"{DATASET}#")}
    assert all((subject, RDF.type, None) in dataset for subject in subjects)
    assert parts == {value for value in dataset.objects() if str(value).startswith(f"{DATASET}#")}


def test_the_example_is_a_figure_of_the_graph(output: Path, store: pyoxigraph.Store) -> None:
    example = described(output).value(DATASET, VOID.exampleResource, any=False)
    assert store.query(f"ASK {{ <{example}> a <{PFOCR}Figure> }}")
    assert str(example).startswith(str(described(output).value(DATASET, VOID.uriSpace, any=False)))


def test_the_example_is_a_figure_of_this_release(tmp_path: Path) -> None:
    export([write_records(tmp_path / "records.yaml", record("PMC9__other"))], tmp_path / "out", formats=["nt"])
    example = described(tmp_path / "out").value(DATASET, VOID.exampleResource, any=False)
    assert str(example) == "https://pfocr.wikipathways.org/figures/PMC9__other.html"


def test_two_terms_of_one_local_name_have_two_partitions(output: Path) -> None:
    """``dcterms:license`` and ``schema:license`` are both in the data."""
    names = partitions(described(output), "property", VOID.triples)
    assert {"http://purl.org/dc/terms/license", "http://schema.org/license"} <= names.keys()


# -- the vocabulary ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vocabulary() -> rdflib.Graph:
    """The ontology, as rdflib reads it."""
    return rdflib.Graph().parse(data=serialize_ontology(), format="turtle")


def test_the_vocabulary_file_is_the_ontology(output: Path) -> None:
    assert (output / "vocabulary.ttl").read_text(encoding="utf-8") == serialize_ontology()


def test_every_term_of_ours_in_the_data_is_defined(output: Path, store: pyoxigraph.Store, vocabulary: rdflib.Graph) -> None:
    query = f'SELECT DISTINCT ?t {{ {{ ?s ?t ?o }} UNION {{ ?s a ?t }} UNION {{ ?s ?p ?t }} FILTER(STRSTARTS(STR(?t), "{PFOCR}")) }}'
    terms = {URIRef(row[0].value) for row in store.query(query)}
    assert len(terms) > 25
    for term in terms:
        assert vocabulary.value(term, RDFS.label, any=False), term
        assert vocabulary.value(term, SKOS.definition, any=False), term
        assert vocabulary.value(term, RDFS.isDefinedBy, any=False) == URIRef(PFOCR.rstrip("#"))


def test_the_data_keeps_to_the_vocabulary(store: pyoxigraph.Store) -> None:
    """Every property has values of its kind and datatype, on subjects of its domain, with objects of its range."""
    for row in PROPERTIES:
        predicate = f"<{expand_curie(row.name)}>"
        condition = "isIRI(?o)" if row.is_object else f"isLiteral(?o) && DATATYPE(?o) = <{expand_curie(row.range)}>"
        assert list(store.query(f"SELECT ?s ?o {{ ?s {predicate} ?o FILTER(!({condition})) }} LIMIT 3")) == [], row.name
        if row.is_object and row.range.startswith("pfocr:") and row.range != "pfocr:Evidence":
            query = f"SELECT ?o {{ ?s {predicate} ?o FILTER NOT EXISTS {{ ?o a <{expand_curie(row.range)}> }} }} LIMIT 3"
            assert list(store.query(query)) == [], row.name
        if row.domain:
            classes = ", ".join(f"<{expand_curie(name)}>" for name in row.domain)
            query = f"SELECT ?s {{ ?s {predicate} ?o FILTER NOT EXISTS {{ ?s a ?t FILTER(?t IN ({classes})) }} }} LIMIT 3"
            assert list(store.query(query)) == [], row.name


def test_the_data_uses_no_name_space_but_those_that_are_declared(store: pyoxigraph.Store) -> None:
    terms = [row[0].value for row in store.query("SELECT DISTINCT ?t { { ?s ?t ?o } UNION { ?s a ?t } }")]
    assert [term for term in terms if not term.startswith(tuple(PREFIXES.values()))] == []
    declared = {expand_curie(row.name) for row in PROPERTIES} | {str(RDF.type)}
    predicates = {row[0].value for row in store.query("SELECT DISTINCT ?p { ?s ?p ?o }")}
    assert predicates <= declared


def test_what_an_entity_has_one_of_it_has_one_of(store: pyoxigraph.Store) -> None:
    for name in sorted(FUNCTIONAL_PROPERTIES):
        query = f"SELECT ?s {{ ?s <{expand_curie(name)}> ?o }} GROUP BY ?s HAVING (COUNT(?o) > 1) LIMIT 3"
        assert list(store.query(query)) == [], name


# -- the shapes --------------------------------------------------------------------------------------------------------------------


def test_the_shapes_file_is_the_shapes_in_force(output: Path) -> None:
    assert (output / "shapes.ttl").read_text(encoding="utf-8") == load_shapes().text


# -- the context -------------------------------------------------------------------------------------------------------------------


def test_the_context_file_is_the_inlined_context(output: Path) -> None:
    with (output / "figures.jsonld").open(encoding="utf-8") as file:
        inlined = json.load(file)["@context"]
    assert json.loads((output / "context.jsonld").read_text(encoding="utf-8")) == {"@context": inlined} == {"@context": jsonld_context()}


def test_a_packed_export_has_the_same_companions(output: Path, tmp_path: Path) -> None:
    """What stands beside the graph is not packed, and the same; but for the description, which tells the sizes."""
    corpus = sorted(SHARED.glob("corpus-gen1/*.md"))[::10]
    export([SHARED / "seed", SHARED / "real-gen2", *corpus], tmp_path, formats=["turtle"], compress="gz")
    for name in ("vocabulary.ttl", "context.jsonld", "shapes.ttl", "report.json", "report.ttl"):
        assert (tmp_path / name).read_bytes() == (output / name).read_bytes(), name
    assert gzip.decompress((tmp_path / "figures.ttl.gz").read_bytes()) == (output / "figures.ttl").read_bytes()
