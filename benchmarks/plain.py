"""The plain pipeline: PFOCR records to validated RDF with PyYAML, rdflib, PyLD and pySHACL, one graph a record.

It is what one writes first with the libraries that everybody knows, and what ``compare`` measures the exporter against. Its
mapping is written from the data model and not from the package's, so each is a test of the other; they share data only: the
shapes and the axioms, the JSON-LD context, the list of FamPlex entries and the taxa of organisms that records only name.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import pyshacl
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF

from benchmarks.plain_jsonld import add_json_ld, context
from benchmarks.plain_rows import GENE, MESH, Loader, Row, TextLoader, items, read_record, read_rows, said, several
from pfocr2rdf.mapping.organisms import TAXON_BY_NAME
from pfocr2rdf.validation.validator import subclass_axioms

SHAPES = Path(__file__).resolve().parents[1] / "shapes"
DELIMITERS = "!$&'()*+,;=:@"  # those of RFC 3987 that may stand in a path as they are
SITE = "https://pfocr.wikipathways.org/"
PMC_SITE = "https://www.ncbi.nlm.nih.gov/"
EUROPE_PMC = "https://europepmc.org/api/fulltextRepo?pmcId={}&type=FILE&fileName={}&mimeType=image/jpeg"
PFOCR = Namespace(f"{SITE}vocab#")
WP = Namespace("http://vocabularies.wikipathways.org/wp#")
OA = Namespace("http://www.w3.org/ns/oa#")
BIBO = Namespace("http://purl.org/ontology/bibo/")
SCHEMA = Namespace("http://schema.org/")  # rdflib's own is the https one
TAXON = Namespace("http://purl.obolibrary.org/obo/NCBITaxon_")
IDENTIFIERS = "https://identifiers.org/"
OWN = {"pfocr": PFOCR, "wp": WP, "oa": OA, "bibo": BIBO, "schema": SCHEMA, "taxon": TAXON}
COMMON = {"owl": OWL, "rdfs": RDFS, "skos": SKOS, "xsd": XSD, "dcterms": DCTERMS, "foaf": FOAF}
PREFIXES = {name: str(namespace) for name, namespace in (OWN | COMMON).items()}
PREFIXES |= {name: f"{SITE}{path}/" for name, path in (("fam", "families"), ("mention", "mentions"), ("figure", "figures"))}
PREFIXES |= {"mesh": MESH, "ncbigene": GENE, "pmc": f"{IDENTIFIERS}pmc/"}
EVIDENCE = {
    "hgnc_symbol": PFOCR.viaSymbol,
    "ncbigene_symbol": PFOCR.viaSymbol,
    "hgnc_alias_symbol": PFOCR.viaSynonym,
    "ncbigene_synonym": PFOCR.viaSynonym,
    "hgnc_prev_symbol": PFOCR.viaPreviousSymbol,
    "bioentities_symbol": PFOCR.viaFamily,
    "famplex_relations": PFOCR.viaFamily,
}
CLASSES = {"gene": (PFOCR.Gene, WP.GeneProduct), "chemical": (PFOCR.Chemical,), "disease": (PFOCR.Disease,)}


class Clock:
    """CPU seconds spent in each stage."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._last = time.process_time()

    def lap(self, stage: str) -> None:
        """Put what was spent since the last lap down to ``stage``."""
        now = time.process_time()
        self.spent[stage] += now - self._last
        self._last = now


class Done(NamedTuple):
    """What a run of the plain pipeline came to."""

    written: int
    refused: int
    spent: Mapping[str, float]


def run(paths: Iterable[Path], folder: Path) -> Done:
    """Take every record through the plain pipeline, into ``figures.ttl`` and ``figures.jsonld`` of ``folder``.

    Returns:
        How many records were written, how many violate the shapes and were not, and the CPU seconds of each stage.
    """
    written = refused = 0
    clock = Clock()
    with (folder / "figures.ttl").open("w", encoding="utf-8") as turtle, (folder / "figures.jsonld").open("w", encoding="utf-8") as json_ld:
        for path in paths:
            graph = plain_graph(path, clock)
            conforms = valid(graph)
            clock.lap("validate")
            if not conforms:
                refused += 1
                continue
            turtle.write(graph.serialize(format="turtle"))
            clock.lap("write Turtle")
            json_ld.write(graph.serialize(format="json-ld", context=PREFIXES, indent=None) + "\n")
            clock.lap("write JSON-LD")
            written += 1
    return Done(written, refused, clock.spent)


def valid(graph: Graph) -> bool:
    """Whether the graph conforms to the shapes, warnings aside."""
    return bool(pyshacl.validate(graph, shacl_graph=shapes(), ont_graph=subclasses(), allow_warnings=True)[0])


@cache
def shapes() -> Graph:
    """All shapes, parsed once."""
    graph = Graph()
    for path in sorted(SHAPES.glob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def subclasses() -> Graph:
    """The axioms by which shapes on a superclass fire, parsed once."""
    return Graph().parse(data=subclass_axioms(), format="nt")


def prepare() -> None:
    """Parse what is parsed once: shapes, axioms, context and list of families."""
    shapes(), subclasses(), context(), famplex()


def plain_graph(figure_path: Path, clock: Clock | None = None, loader: Loader = TextLoader) -> Graph:
    """The graph of one record: the figure, its mentions, the entities that it is about, and what its own JSON-LD says."""
    clock = clock or Clock()
    record = read_record(figure_path, loader)
    rows = read_rows(record, figure_path)
    clock.lap("read")
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    figure = URIRef(f"{SITE}figures/{quote(record['figid'], safe='')}.html")
    add_figure(graph, figure, record)
    add_organisms(graph, figure, record, rows)
    add_paper(graph, figure, record)
    add_mentions(graph, figure, record["figid"], rows)
    clock.lap("map")
    add_json_ld(graph, figure, record)
    clock.lap("own JSON-LD")
    return graph


def add_texts(graph: Graph, subject: URIRef, texts: Mapping[URIRef, str]) -> None:
    """One text for each property, but for those without."""
    for predicate, text in texts.items():
        if text:
            graph.add((subject, predicate, Literal(text)))


def add_figure(graph: Graph, figure: URIRef, record: dict[str, Any]) -> None:
    """What the record says of the figure itself."""
    get = {key: said(value) for key, value in record.items()}.get
    graph.add((figure, RDF.type, PFOCR.Figure))
    names = {DCTERMS.title: get("figtitle", ""), PFOCR.figureNumber: get("number", ""), PFOCR.figureType: get("figtype", "")}
    add_texts(graph, figure, names)
    for name in (get("figid"), get("figid_alias")):
        if name:
            graph.add((figure, DCTERMS.identifier, Literal(name)))
    if get("pmcid") and get("filename"):
        graph.add((figure, SCHEMA.image, URIRef(EUROPE_PMC.format(get("pmcid"), quote(get("filename", ""), safe="")))))
    if link := get("figlink"):
        graph.add((figure, FOAF.page, URIRef(PMC_SITE + quote(unquote(link).lstrip("/"), safe=DELIMITERS + "/?"))))
    if score := get("pathway_score") or get("automl_pathway"):
        number = f"{Decimal(score):f}" if "e" in score.lower() else score
        graph.add((figure, PFOCR.pathwayScore, Literal(number, datatype=XSD.decimal, normalize=False)))
    if ndex := get("ndex"):
        graph.add((figure, RDFS.seeAlso, URIRef(f"https://www.ndexbio.org/viewer/networks/{quote(ndex)}")))
    for wpid in several(record.get("wpid"), ","):
        pathway = URIRef(f"{IDENTIFIERS}wikipathways/{wpid}")
        graph.add((figure, PFOCR.pathway, pathway))
        graph.add((pathway, RDF.type, PFOCR.Pathway))
        graph.add((pathway, DCTERMS.identifier, Literal(wpid)))
    for annotation in items(record, "annotations"):
        kind, value = said(annotation.get("type")), said(annotation.get("value"))
        add_texts(graph, figure, {PFOCR.annotation: f"{kind}: {value}" if kind and value else value})


def add_organisms(graph: Graph, figure: URIRef, record: dict[str, Any], rows: list[Row]) -> None:
    """The organisms that the record names; as things where their taxon is known."""
    taxa = TAXON_BY_NAME | {row.organism: row.taxon for row in rows if row.taxon}
    for name in (*several(record.get("organisms"), ","), *several(record.get("organisms_ner"), ",")):
        graph.add((figure, PFOCR.organismName, Literal(name)))
        if name in taxa:
            graph.add((figure, PFOCR.organism, add_organism(graph, taxa[name], name)))


def add_organism(graph: Graph, taxon: str, name: str) -> URIRef:
    """Describe an organism, and give back its IRI."""
    organism = TAXON[taxon]
    graph.add((organism, RDF.type, PFOCR.Organism))
    add_texts(graph, organism, {DCTERMS.identifier: taxon, RDFS.label: name})
    return organism


def add_paper(graph: Graph, figure: URIRef, record: dict[str, Any]) -> None:
    """The paper that the figure was published in."""
    get = {key: said(value) for key, value in record.items()}.get
    pmcid, doi = get("pmcid", ""), re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", get("doi", ""), flags=re.IGNORECASE)
    if not pmcid:
        return
    paper = URIRef(f"{IDENTIFIERS}pmc/{pmcid}")
    graph.add((figure, PFOCR.citedIn, paper))
    graph.add((paper, RDF.type, PFOCR.Paper))
    graph.add((paper, RDF.type, SCHEMA.ScholarlyArticle))
    texts = {DCTERMS.title: "papertitle", DCTERMS.bibliographicCitation: "reftext", PFOCR.journal: "journal_title"}
    texts |= {PFOCR.journalAbbreviation: "journal_nlm_ta", PFOCR.publisher: "publisher_name"}
    add_texts(graph, paper, {predicate: get(key, "") for predicate, key in texts.items()})
    add_texts(graph, paper, {DCTERMS.identifier: pmcid, BIBO.doi: doi})
    if year := get("year"):
        graph.add((paper, DCTERMS.issued, Literal(year, datatype=XSD.gYear, normalize=False)))
    if doi.startswith("10."):
        graph.add((paper, OWL.sameAs, URIRef(f"https://doi.org/{quote(doi, safe=DELIMITERS + '/')}")))
    for keyword in several(record.get("keywords"), "|"):
        graph.add((paper, PFOCR.keyword, Literal(keyword)))


def add_mentions(graph: Graph, figure: URIRef, figid: str, rows: list[Row]) -> None:
    """A mention for each different row, with the number of times that it occurs, and what it is of."""
    counts: Counter[URIRef] = Counter()
    for row, count in Counter(rows).items():
        key = "\x1f".join((figid, row.kind, row.word, row.match, row.source, row.target))
        mention = URIRef(f"{SITE}mentions/{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}")
        counts[mention] += count
        graph.add((mention, RDF.type, PFOCR.Mention))
        graph.add((mention, OA.hasTarget, figure))
        add_texts(graph, mention, {PFOCR.word: row.word, PFOCR.match: row.match, PFOCR.lexiconSource: row.source})
        evidence = EVIDENCE.get(row.source) if row.kind == "gene" else PFOCR.viaNer
        if evidence:
            graph.add((mention, PFOCR.evidence, evidence))
        if row.family:
            family = add_family(graph, row.family)
            graph.add((mention, PFOCR.family, family))
            graph.add((figure, PFOCR.mentionsFamily, family))
        if row.target:
            graph.add((mention, OA.hasBody, URIRef(row.target)))
            graph.add((figure, PFOCR.mentions, URIRef(row.target)))
            add_target(graph, row)
    for mention, count in counts.items():
        graph.add((mention, PFOCR.occurrences, Literal(count)))
    for thing in set(graph.subjects(RDFS.label)):
        for other in sorted(map(str, graph.objects(thing, RDFS.label)))[1:]:  # rows that disagree about a name
            graph.remove((thing, RDFS.label, Literal(other)))


def add_target(graph: Graph, row: Row) -> None:
    """The gene, chemical or disease of a row."""
    target = URIRef(row.target)
    for rdf_class in CLASSES[row.kind]:
        graph.add((target, RDF.type, rdf_class))
    add_texts(graph, target, {DCTERMS.identifier: row.identifier, RDFS.label: row.label, SKOS.altLabel: row.other_label})
    if row.xref:
        graph.add((target, SKOS.closeMatch, URIRef(row.xref)))
    if row.taxon:
        graph.add((target, PFOCR.organism, add_organism(graph, row.taxon, row.organism)))
    if row.family:
        graph.add((target, PFOCR.memberOf, add_family(graph, row.family)))


def add_family(graph: Graph, symbol: str) -> URIRef:
    """Describe a family and its like in FamPlex, and give back its IRI."""
    family = URIRef(f"{SITE}families/{quote(symbol, safe='')}")
    graph.add((family, RDF.type, PFOCR.Family))
    graph.add((family, SKOS.prefLabel, Literal(symbol)))
    entries, alike = famplex()
    same = symbol in entries
    for entry in [symbol] if same else alike.get(core(symbol), []):
        graph.add((family, SKOS.exactMatch if same else SKOS.closeMatch, URIRef(f"{IDENTIFIERS}fplx/{entry}")))
    return family


def core(name: str) -> str:
    """A family's name without what FamPlex may add to it, in one case."""
    return re.sub(r"_(family|complex)$", "", name.casefold())


@cache
def famplex() -> tuple[frozenset[str], dict[str, list[str]]]:
    """The entries of FamPlex, and which of them share the core of a name."""
    lines = files("pfocr2rdf").joinpath("mapping/data/famplex.tsv").read_text(encoding="utf-8").split()
    entries = frozenset(line for line in lines if not line.startswith("#"))
    alike: dict[str, list[str]] = {}
    for entry in entries:
        alike.setdefault(core(entry), []).append(entry)
    return entries, alike
