"""Lookup of NCBI Taxonomy ids of the organisms that PFOCR records name, where the record gives only the name."""

from __future__ import annotations

TAXON_BY_NAME: dict[str, str] = {
    "Anopheles gambiae": "7165",
    "Arabidopsis thaliana": "3702",
    "Bos taurus": "9913",
    "Caenorhabditis elegans": "6239",
    "Canis lupus familiaris": "9615",
    "Danio rerio": "7955",
    "Drosophila melanogaster": "7227",
    "Equus caballus": "9796",
    "Escherichia coli": "562",
    "Gallus gallus": "9031",
    "Homo sapiens": "9606",
    "Macaca mulatta": "9544",
    "Mus musculus": "10090",
    "Oryza sativa": "4530",
    "Pan troglodytes": "9598",
    "Rattus norvegicus": "10116",
    "Saccharomyces cerevisiae": "4932",
    "Sus scrofa": "9823",
    "Xenopus tropicalis": "8364",
    "Zea mays": "4577",
}
