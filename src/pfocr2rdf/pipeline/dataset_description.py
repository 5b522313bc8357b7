"""The dataset description: VoID, DCAT-AP and the three levels of the HCLS profile, from the counts of the export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.licenses import LICENSES
from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES, describe_partitions, describe_totals, english, expand, integer_literal
from pfocr2rdf.pipeline.release import Release
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.iris import DATASET_IRI, WIKIPATHWAYS_IRI, figure_iri
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import PFOCR, SITE_URL
from pfocr2rdf.storage.files import FileInfo

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_EU_VOCABULARY = "http://publications.europa.eu/resource/authority"
_THEME, _ENGLISH = iri_term(f"{_EU_VOCABULARY}/data-theme/HEAL"), iri_term("http://lexvo.org/id/iso639-3/eng")
_SHA256 = expand("spdx:checksumAlgorithm_sha256")
_FILE_TYPES = {
    "text/turtle": "RDF_TURTLE", "application/n-triples": "RDF_N_TRIPLES", "application/n-quads": "RDF_N_QUADS",
    "application/trig": "RDF_TRIG", "application/ld+json": "JSON_LD", "application/rdf+xml": "RDF_XML",
}  # fmt: skip
_DERIVED_TYPES = {  # media type, if it is registered, and format
    ".csv": ("text/csv", f"{_EU_VOCABULARY}/file-type/CSV"),
    ".gmt": ("text/tab-separated-values", f"{_EU_VOCABULARY}/file-type/TSV"),
    ".json": ("application/json", f"{_EU_VOCABULARY}/file-type/JSON"),
    ".jsonl": ("", "https://jsonlines.org/"),
    ".nt": ("application/n-triples", f"{_EU_VOCABULARY}/file-type/RDF_N_TRIPLES"),
    ".parquet": ("application/vnd.apache.parquet", "https://parquet.apache.org/"),
    ".tsv": ("text/tab-separated-values", f"{_EU_VOCABULARY}/file-type/TSV"),
    ".ttl": ("text/turtle", f"{_EU_VOCABULARY}/file-type/RDF_TURTLE"),
}
_OTHER_TYPE = ("", f"{_EU_VOCABULARY}/file-type/BIN")
_COMPRESSION_TYPES = {".gz": "application/gzip", ".zst": "application/zstd"}
_DATASET = iri_term(DATASET_IRI)
_SUMMARY, _EXPORT, _CONTACT, _YEARS = (iri_term(f"{DATASET_IRI}#{name}") for name in ("summary", "export", "contact", "years"))


class ExportFacts(NamedTuple):
    """What an export counts, writes and reads: the numbers of distinct IRIs and literals as objects, and of graphs.

    ``files`` are those of the graph, with their media types, ``derived_files`` those in derived formats.
    ``inputs`` have a SHA-256 by name; ``years`` are those of the papers, sorted;
    ``example_figid`` is a figure in the graph, and ``profile`` that of its IRIs.
    """

    counts: TripleCounts
    distinct_iris: int
    distinct_literals: int
    graphs: int
    files: list[tuple[FileInfo, str]]
    tool: str
    inputs: dict[str, str]
    years: list[str]
    example_figid: str = ""
    derived_files: tuple[FileInfo, ...] = ()
    profile: IriProfile = DEFAULT_PROFILE


def serialize_dataset_description(facts: ExportFacts, release: Release) -> str:
    """The dataset description as Turtle."""
    serializer = TurtleSerializer(DESCRIPTION_PREFIXES, profile=facts.profile)
    return serializer.header() + serializer.serialize_resources(describe_dataset(facts, release), "")


def describe_dataset(facts: ExportFacts, release: Release) -> list[Resource]:
    """The dataset description as resources: the RDF dataset with its statistics, the three levels of HCLS, and what they name."""
    version = release.name or unnamed_version(facts.inputs["records"])
    version_iri = iri_term(f"{DATASET_IRI}#version-{quote(version, safe='')}")
    common = _CommonPairs.of(facts, release)
    statistics = _describe_statistics(facts)
    partition_pairs, partitions = describe_partitions(facts.counts, facts.profile)
    totals = describe_totals({"rdfs:Class": len(facts.counts.classes), "rdfs:Literal": facts.distinct_literals, "sd:Graph": facts.graphs})
    file_pairs = [*common.named, *common.version, (expand("pav:version"), literal(version))]
    graph_pairs = [*file_pairs, *statistics, *((expand("void:classPartition"), partition.subject) for partition in totals)]
    return [
        _describe_rdf_dataset(facts, release, common, [*statistics, *partition_pairs]),
        _describe_summary_level(release, common, version_iri),
        _describe_version_level(facts, release, common, version, version_iri),
        *partitions,
        *totals,
        *(resource for file, media_type in facts.files for resource in _describe_graph_file(file, media_type, graph_pairs, release)),
        *(resource for file in facts.derived_files for resource in _describe_derived_file(file, file_pairs, release)),
        *_describe_names(facts, release),
        *_describe_export(facts, version_iri),
    ]


class _CommonPairs(NamedTuple):
    """Statements that several levels share: on who publishes the dataset, on its version, and for catalogues."""

    named: list[PredicateObject]
    version: list[PredicateObject]
    catalogue: list[PredicateObject]

    @classmethod
    def of(cls, facts: ExportFacts, release: Release) -> _CommonPairs:
        """The statements of a release."""
        return cls(
            named=[(expand("dcterms:publisher"), iri_term(WIKIPATHWAYS_IRI)), (expand("foaf:page"), iri_term(release.homepage))],
            version=[
                *((expand("dcterms:creator"), iri_term(creator.iri)) for creator in release.creators),
                (expand("dcterms:license"), iri_term(LICENSES[release.license].iri)),
                *([(expand("dcterms:issued"), literal(release.issued, "xsd:date"))] if release.issued else []),
                (expand("dcterms:language"), _ENGLISH),
            ],
            catalogue=[
                (expand("dcat:contactPoint"), _CONTACT),
                (expand("dcat:landingPage"), iri_term(release.homepage)),
                (expand("dcat:theme"), _THEME),
                *([(expand("dcterms:temporal"), _YEARS)] if facts.years else []),
                *((expand("dcat:keyword"), english(word)) for word in release.keywords),
                (expand("prov:wasGeneratedBy"), _EXPORT),
            ],
        )


def _describe_statistics(facts: ExportFacts) -> list[PredicateObject]:
    numbers = {
        "void:triples": facts.counts.triples,
        "void:entities": facts.counts.subjects,
        "void:distinctSubjects": facts.counts.subjects,
        "void:distinctObjects": facts.distinct_iris + facts.distinct_literals,
        "void-ext:distinctIRIReferenceObjects": facts.distinct_iris,
        "void-ext:distinctLiterals": facts.distinct_literals,
        "void:classes": len(facts.counts.classes),
        "void:properties": len(facts.counts.properties),
    }
    return [(expand(name), integer_literal(number)) for name, number in numbers.items()]


def _describe_rdf_dataset(facts: ExportFacts, release: Release, common: _CommonPairs, statistics: Iterable[PredicateObject]) -> Resource:
    """The RDF dataset of VoID, with the statistics of the graph."""
    return Resource(
        _DATASET,
        (
            *_introduce(("void:Dataset", "sd:Graph"), english(release.title), english(release.description)),
            *common.named,
            *common.version,
            *common.catalogue,
            *((expand(name), literal(release.name)) for name in ("pav:version", "dcat:version") if release.name),
            (expand("pav:createdWith"), literal(facts.tool)),
            (expand("void:vocabulary"), iri_term(PFOCR)),
            (expand("void:uriSpace"), literal(f"{SITE_URL}figures/")),
            *([(expand("void:exampleResource"), iri_term(figure_iri(facts.example_figid)))] if facts.example_figid else []),
            *statistics,
        ),
    )


def _describe_summary_level(release: Release, common: _CommonPairs, version_iri: str) -> Resource:
    """The summary level of HCLS: the dataset without a version."""
    return Resource(
        _SUMMARY,
        (
            *_introduce(("dctypes:Dataset",), english(release.title), english(release.description)),
            *common.named,
            (expand("dcterms:hasVersion"), version_iri),
            (expand("pav:hasCurrentVersion"), version_iri),
        ),
    )


def _describe_version_level(facts: ExportFacts, release: Release, common: _CommonPairs, version: str, version_iri: str) -> Resource:
    """The version level of HCLS: one version of the dataset, with its files."""
    files = (*(file for file, _ in facts.files), *facts.derived_files)
    return Resource(
        version_iri,
        (
            *_introduce(("dctypes:Dataset", "dcat:Dataset"), english(release.title), english(release.description)),
            *common.named,
            *common.version,
            *common.catalogue,
            (expand("pav:version"), literal(version)),
            (expand("dcat:version"), literal(version)),
            *([(expand("dcterms:identifier"), literal(f"https://doi.org/{release.doi}"))] if release.doi else []),
            (expand("dcterms:isVersionOf"), _SUMMARY),
            (expand("prov:specializationOf"), _DATASET),
            *((expand("dcat:distribution"), _file_iri(file)) for file in files),
        ),
    )


def unnamed_version(records_sha256: str) -> str:
    """The version of a release without a name: the first digits of the digest of its records."""
    return f"records-{records_sha256[:12]}"


def _introduce(classes: Iterable[str], title: str, description: str) -> list[PredicateObject]:
    return [
        *((RDF_TYPE, expand(name)) for name in classes),
        (expand("dcterms:title"), title),
        (expand("dcterms:description"), description),
    ]


def _file_iri(file: FileInfo) -> str:
    return iri_term(f"{DATASET_IRI}#{quote(file.name)}")


def _describe_graph_file(file: FileInfo, media_type: str, common: list[PredicateObject], release: Release) -> Iterator[Resource]:
    """The distribution level of HCLS: a file of the graph, and its checksum."""
    compression = _COMPRESSION_TYPES.get(PurePath(file.name).suffix)
    file_format = f"{_EU_VOCABULARY}/file-type/{_FILE_TYPES[media_type]}"
    pairs: list[PredicateObject] = [
        *_introduce(("void:Dataset", "dcat:Distribution"), english(file.name), english(f"The graph of the release as {media_type}.")),
        *common,
        *([(expand("void:dataDump"), _download_url(file, release))] if release.downloads else []),
        *([(expand("dcat:compressFormat"), iri_term(f"{_MEDIA_TYPES}{compression}"))] if compression else []),
    ]
    yield from _describe_file(file, (media_type, file_format), pairs, release)


def _describe_derived_file(file: FileInfo, common: list[PredicateObject], release: Release) -> Iterator[Resource]:
    """A file in a derived format, and its checksum: a distribution that is no graph."""
    description = english("A file that is computed from the graph of the release.")
    yield from _describe_file(
        file, _derived_type(file), [*_introduce(("dcat:Distribution",), english(file.name), description), *common], release
    )


def _describe_file(file: FileInfo, types: tuple[str, str], pairs: list[PredicateObject], release: Release) -> Iterator[Resource]:
    media_type, file_format = types
    checksum = iri_term(f"{DATASET_IRI}#sha256-{quote(file.name)}")
    file_pairs: list[PredicateObject] = [
        (expand("dcterms:format"), iri_term(file_format)),
        (expand("dcat:accessURL"), iri_term(release.downloads or release.homepage)),
        *([(expand("dcat:downloadURL"), _download_url(file, release))] if release.downloads else []),
        *([(expand("dcat:mediaType"), iri_term(f"{_MEDIA_TYPES}{media_type}"))] if media_type else []),
        (expand("dcat:byteSize"), literal(str(file.size), "xsd:nonNegativeInteger")),
        (expand("spdx:checksum"), checksum),
    ]
    yield Resource(_file_iri(file), (*pairs, *file_pairs))
    yield _describe_checksum(checksum, file.sha256)


def _download_url(file: FileInfo, release: Release) -> str:
    return iri_term(f"{release.downloads.rstrip('/')}/{quote(file.name)}")


def _derived_type(file: FileInfo) -> tuple[str, str]:
    return _DERIVED_TYPES.get(PurePath(file.name).suffix, _OTHER_TYPE)


def _describe_checksum(subject: str, sha256: str) -> Resource:
    pairs = (
        (RDF_TYPE, expand("spdx:Checksum")),
        (expand("spdx:algorithm"), _SHA256),
        (expand("spdx:checksumValue"), literal(sha256, "xsd:hexBinary")),
    )
    return Resource(subject, pairs)


def _describe_export(facts: ExportFacts, version_iri: str) -> Iterator[Resource]:
    """The provenance: the export, the tool that ran it, and the digests of its inputs."""
    tool = iri_term(f"{DATASET_IRI}#tool")
    inputs = {name: iri_term(f"{DATASET_IRI}#input-{name}") for name in facts.inputs}
    yield Resource(
        _EXPORT,
        (
            (RDF_TYPE, expand("prov:Activity")),
            (expand("prov:wasAssociatedWith"), tool),
            *((expand("prov:used"), subject) for subject in inputs.values()),
            (expand("prov:generated"), version_iri),
        ),
    )
    yield Resource(tool, ((RDF_TYPE, expand("prov:SoftwareAgent")), (expand("foaf:name"), literal(facts.tool))))
    for name, sha256 in facts.inputs.items():
        checksum = iri_term(f"{DATASET_IRI}#sha256-input-{name}")
        yield Resource(
            inputs[name],
            ((RDF_TYPE, expand("prov:Entity")), (expand("dcterms:title"), english(name)), (expand("spdx:checksum"), checksum)),
        )
        yield _describe_checksum(checksum, sha256)


def _describe_names(facts: ExportFacts, release: Release) -> Iterator[Resource]:
    """What the description names: agents, contact, licence, pages, media types. DCAT-AP wants the class of each of them."""
    pages = {
        release.homepage: ("foaf:Document", "rdfs:Resource"),
        release.downloads or release.homepage: ("foaf:Document", "rdfs:Resource"),
    }
    agents = {WIKIPATHWAYS_IRI: "WikiPathways", **{creator.iri: creator.name for creator in release.creators}}
    for iri, name in agents.items():
        types = [(RDF_TYPE, expand(cls)) for cls in ("foaf:Agent", *pages.pop(iri, ()))]
        yield Resource(iri_term(iri), (*types, (expand("foaf:name"), literal(name))))
    yield from (Resource(iri_term(iri), tuple((RDF_TYPE, expand(cls)) for cls in types)) for iri, types in pages.items())
    reachable = [(expand("vcard:hasEmail"), iri_term(f"mailto:{quote(release.email, safe='@')}"))] if release.email else []
    contact_pairs = [(expand("vcard:fn"), literal(release.contact)), *reachable, (expand("vcard:hasURL"), iri_term(release.contact_page))]
    yield Resource(_CONTACT, ((RDF_TYPE, expand("vcard:Kind")), *contact_pairs))
    if facts.years:
        first, last = facts.years[0], facts.years[-1]
        ends = [(expand("dcat:startDate"), literal(first, "xsd:gYear")), (expand("dcat:endDate"), literal(last, "xsd:gYear"))]
        yield Resource(_YEARS, ((RDF_TYPE, expand("dcterms:PeriodOfTime")), *ends))
    yield Resource(_THEME, ((RDF_TYPE, expand("skos:Concept")), (expand("skos:prefLabel"), english("Health"))))
    classes = {
        iri_term(LICENSES[release.license].iri): "dcterms:LicenseDocument",
        _ENGLISH: "dcterms:LinguisticSystem",
        _SHA256: "spdx:ChecksumAlgorithm",
    }
    for file, media_type in facts.files:
        classes[iri_term(f"{_MEDIA_TYPES}{media_type}")] = "dcterms:MediaType"
        classes[iri_term(f"{_EU_VOCABULARY}/file-type/{_FILE_TYPES[media_type]}")] = "dcterms:MediaTypeOrExtent"
        if compression := _COMPRESSION_TYPES.get(PurePath(file.name).suffix):
            classes[iri_term(f"{_MEDIA_TYPES}{compression}")] = "dcterms:MediaType"
    for media_type, file_format in map(_derived_type, facts.derived_files):
        classes[iri_term(file_format)] = "dcterms:MediaTypeOrExtent"
        if media_type:
            classes[iri_term(f"{_MEDIA_TYPES}{media_type}")] = "dcterms:MediaType"
    yield from (Resource(subject, ((RDF_TYPE, expand(name)),)) for subject, name in sorted(classes.items()))
