"""Links from a resource to the databases that people know it from."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.view_models import Link

_OUTLINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "ncbigene": (
        ("NCBI Gene", "https://www.ncbi.nlm.nih.gov/gene/{id}"),
        ("HGNC", "https://www.genenames.org/tools/search/#!/?query={name}"),
        ("UniProt", "https://www.uniprot.org/uniprotkb?query=(xref:geneid-{id})"),
        ("Ensembl", "https://www.ensembl.org/Multi/Search/Results?q={name}"),
        ("WikiPathways", "https://www.wikipathways.org/search.html?query={name}"),
    ),
    "fam": (
        ("FamPlex", "https://sorgerlab.github.io/famplex/{id}/"),
        ("WikiPathways", "https://www.wikipathways.org/search.html?query={name}"),
    ),
    "pmc": (
        ("Europe PMC", "https://europepmc.org/article/PMC/{id}"),
        ("PubMed Central", "https://pmc.ncbi.nlm.nih.gov/articles/{id}/"),
    ),
    "mesh": (("MeSH", "https://meshb.nlm.nih.gov/record/ui?ui={id}"), ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/?term={name}%5Bmh%5D")),
    "chebi": (("ChEBI", "https://www.ebi.ac.uk/chebi/searchId.do?chebiId=CHEBI:{id}"),),
    "doid": (("Disease Ontology", "https://disease-ontology.org/?id=DOID:{id}"),),
    "taxon": (("NCBI Taxonomy", "https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id={id}"),),
}
"""The databases of each namespace, by its prefix; ``{id}`` is the end of the IRI, and ``{name}`` the name."""


def outlinks(iri: str, name: str) -> Iterator[Link]:
    """The links of a resource.

    >>> [link.url for link in outlinks("http://purl.obolibrary.org/obo/NCBITaxon_9606", "Homo sapiens")]
    ['https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=9606']
    """
    for prefix, targets in _OUTLINKS.items():
        if iri.startswith(PREFIXES[prefix]):
            local_name = iri[len(PREFIXES[prefix]) :]
            for text, template in targets:
                yield Link(text, template.replace("{id}", local_name).replace("{name}", quote(name, safe="")))
            return
