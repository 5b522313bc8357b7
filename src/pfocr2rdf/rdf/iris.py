"""IRI minting: one function for each type of entity, with the namespaces that other graphs use; and the check of absolute IRIs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL

DATASET_IRI = f"{SITE_URL}dataset"
CC0_IRI = "http://creativecommons.org/publicdomain/zero/1.0/"
WIKIPATHWAYS_IRI = "https://www.wikipathways.org/"
PMC_SITE = "https://www.ncbi.nlm.nih.gov/"
MENTION_NAMESPACE = PREFIXES["mention"]
NDEX_SITE = "https://www.ndexbio.org/viewer/networks/"
DOI_SITE = "https://doi.org/"
SKOLEM_NAMESPACE = f"{SITE_URL}.well-known/genid/"

_CC0_NAMES = ("CC0", "CC0-1.0", "CC0 1.0")
_is_unreserved = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch  # RFC 3986, section 2.3
_match_number = re.compile(r"[0-9]+").fullmatch
_match_positive_number = re.compile(r"[1-9][0-9]*").fullmatch
_match_pmcid = re.compile(r"PMC[1-9][0-9]*").fullmatch
_match_mesh = re.compile(r"[A-Z][0-9]{3,12}").fullmatch
_match_wpid = re.compile(r"WP[1-9][0-9]*").fullmatch
_match_doi = re.compile(r"10\.[0-9]{4,9}/\S+").fullmatch
_MAX_FIGID_BYTES = 200  # it is the name of a folder, and a part of names of files
# Names that end like the documents of a figure, or are those of its folder: a redirect from there would hide the document.
_is_file_name = re.compile(r"(?s:.*)\.(?:html|ttl|jsonld|gz)|index|page-[0-9]+", re.IGNORECASE).fullmatch
_find_unsafe_step = re.compile(r"[/\\\x00-\x1f\x7f]|\.\.|^\.|^\s|\s$").search


def is_absolute_iri(text: str) -> bool:
    """Whether the text is an absolute IRI as RFC 3987 defines it (section 2.2), with a scheme.

    >>> is_absolute_iri("https://doi.org/10.1000/182"), is_absolute_iri("CC0"), is_absolute_iri("http://a b")
    (True, False, False)
    """
    try:
        NamedNode(text)
    except ValueError:  # also of a lone surrogate
        return False
    return True


def _percent_encode(text: str) -> str:
    return text if _is_unreserved(text) else quote(text, safe="")


def check_absolute(iri: str, field: str) -> str:
    """The IRI itself, if it is absolute; ``RecordError`` where it is not."""
    if not is_absolute_iri(iri):
        raise RecordError(f"{iri!r} is not an absolute IRI", field=field, remedy="correct the value in the record")
    return iri


def _check_identifier(text: str, match: Callable[[str], object], field: str, description: str) -> str:
    if not match(text):
        raise RecordError(f"{text!r} is not {description}", field=field, remedy="correct the identifier in the record")
    return text


def check_figid(text: str) -> str:
    """The id of a figure, if it is a safe path segment.

    One that is empty or too long, or holds a slash, ``..``, a control character, or a blank at an end raises ``RecordError``.
    """
    if not text:
        raise RecordError("there is no figure id", field="figid", remedy="give the record a figid")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > _MAX_FIGID_BYTES:
        reason = f"the figure id is {size:,} bytes long, more than the {_MAX_FIGID_BYTES} that file names allow"
        raise RecordError(reason, field="figid", remedy="give the record a shorter figid")
    if _find_unsafe_step(text):
        raise RecordError(
            f"{text[:80]!r} is not a figure id", field="figid", remedy="use letters, digits, '.', '-' and '_', as in PMC100008__F9"
        )
    return text


def is_figid(text: str) -> bool:
    """Whether a figure can have this id."""
    try:
        return bool(check_figid(text))
    except RecordError:
        return False


def alias_fault(text: str) -> str:
    """Why an alias of a figure can be no address, in one clause; ``""`` where it can.

    >>> alias_fault("PMC7378365__F2"), alias_fault("PMC7378365__F2.ttl")
    ('', 'it has the name of a file of the site')
    """
    if not is_figid(text):
        faults = "a slash, a backslash, '..', a control character, a leading dot, or a leading or trailing space"
        return f"it has {faults}, or more than {_MAX_FIGID_BYTES} bytes"
    return "it has the name of a file of the site" if _is_file_name(text) else ""


@lru_cache(256)  # more than the records of a batch
def figure_iri(figid: str) -> str:
    """A figure, by its page on the PFOCR site.

    >>> figure_iri("PMC7378365__fimmu-11-01424-g0002")
    'https://pfocr.wikipathways.org/figures/PMC7378365__fimmu-11-01424-g0002.html'
    """
    return check_absolute(f"{SITE_URL}figures/{_percent_encode(figid)}.html", "figid")


def is_figure_iri(iri: str, figid: str) -> bool:
    """Whether an IRI names this figure, percent-encoded or not."""
    return iri == figure_iri(figid) or unquote(iri) == f"{SITE_URL}figures/{figid}.html"


def license_iri(name: str) -> str:
    """A licence, by its IRI or as CC0; ``""`` where the name is neither.

    >>> license_iri("CC0")
    'http://creativecommons.org/publicdomain/zero/1.0/'
    """
    return CC0_IRI if name in _CC0_NAMES else name if is_absolute_iri(name) else ""


def figure_graph_iri(figid: str) -> str:
    """The named graph of one figure's statements."""
    return f"{SITE_URL}graphs/{_percent_encode(figid)}"


def gene_iri(identifier: str, field: str = "gene") -> str:
    """A gene by its NCBI Gene id, a number without leading zeros.

    >>> gene_iri("6772")
    'https://identifiers.org/ncbigene/6772'
    """
    return PREFIXES["ncbigene"] + _check_identifier(identifier, _match_positive_number, field, "an NCBI Gene id")


def mesh_iri(identifier: str, field: str = "mesh") -> str:
    """A MeSH descriptor or supplementary record, by its unique id (``D002784``)."""
    return PREFIXES["mesh"] + _check_identifier(identifier, _match_mesh, field, "a MeSH id")


def chebi_iri(identifier: str, field: str = "chebi") -> str:
    """A ChEBI entity, by its number."""
    return PREFIXES["chebi"] + _check_identifier(identifier, _match_number, field, "a ChEBI id")


def doid_iri(identifier: str, field: str = "doid") -> str:
    """A Disease Ontology class, by its number."""
    return PREFIXES["doid"] + _check_identifier(identifier, _match_number, field, "a Disease Ontology id")


def taxon_iri(identifier: str, field: str = "organism_id") -> str:
    """A taxon of the NCBI Taxonomy, by its number."""
    return PREFIXES["taxon"] + _check_identifier(identifier, _match_positive_number, field, "an NCBI Taxonomy id")


def paper_iri(pmcid: str) -> str:
    """A paper, by its PubMed Central id."""
    return PREFIXES["pmc"] + _check_identifier(pmcid, _match_pmcid, "pmcid", "a PubMed Central id")


def pathway_iri(wpid: str) -> str:
    """A pathway of WikiPathways, by its id (``WP4659``)."""
    return PREFIXES["wikipathways"] + _check_identifier(wpid, _match_wpid, "wpid", "a WikiPathways id")


def family_iri(symbol: str) -> str:
    """A family of genes, by its symbol in the lexicon.

    >>> family_iri("NF-κB")
    'https://pfocr.wikipathways.org/families/NF-%CE%BAB'
    """
    return check_absolute(PREFIXES["fam"] + _percent_encode(symbol), "family")


def famplex_iri(identifier: str) -> str:
    """A FamPlex entry, by its id."""
    return check_absolute(PREFIXES["fplx"] + _percent_encode(identifier), "family")


def doi_iri(text: str) -> str:
    """A DOI as IRI; ``""`` where the text is no DOI.

    >>> doi_iri("10.1000/a<b>")
    'https://doi.org/10.1000/a%3Cb%3E'
    """
    return check_absolute(DOI_SITE + quote(text, safe="/:;().-_~!$&'*+,=@"), "doi") if _match_doi(text) else ""


def figure_page_iri(figlink: str) -> str:
    """The page of a figure at PubMed Central, by its URL or its path, with or without the leading slash."""
    path = unquote(figlink)
    site = "" if figlink.startswith(("https://", "http://")) else PMC_SITE
    return check_absolute(site + quote(path.lstrip("/") if site else path, safe="/~!$&'()*+,;=:@?"), "figlink")


def ndex_iri(uuid: str) -> str:
    """A network of NDEx, by its UUID."""
    return check_absolute(NDEX_SITE + _percent_encode(uuid), "ndex")


def mention_key(entity_type: str, word: str, match: str, source: str, entity: str) -> bytes:
    """The identity of a mention within its figure; ``entity`` is an IRI, or ``""``."""
    return "\x1f".join((entity_type, word, match, source, entity)).encode()


def mention_names(figid: str, keys: Iterable[bytes]) -> list[str]:
    """The local names of a figure's mentions in ``MENTION_NAMESPACE``: hashes of the figure and the key, the same in every run.

    >>> mention_names("PMC1__F1", [mention_key("gene", "JAK", "JAK", "bioentities_symbol", "https://identifiers.org/ncbigene/3716")])
    ['dd1987becd518e4f2336b466']
    """
    figure_digest = hashlib.blake2b(f"{figid}\x1f".encode(), digest_size=12)
    names = []
    for key in keys:
        digest = figure_digest.copy()
        digest.update(key)
        names.append(digest.hexdigest())
    return names


def skolem_iri(figid: str, path: str) -> str:
    """The Skolem IRI (RDF 1.1, section 3.5) of a nested JSON-LD node without an ``@id``."""
    return SKOLEM_NAMESPACE + hashlib.blake2b(f"{figid}\x1f{path}".encode(), digest_size=12).hexdigest()
