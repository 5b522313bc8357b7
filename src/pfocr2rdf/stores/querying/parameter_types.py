"""The types of parameters: resources of the graph by their identifiers and names, texts and numbers."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.rdf.vocabulary import PREFIXES

_match_number = re.compile(r"[+-]?[0-9]+(?P<fraction>\.[0-9]+)?").fullmatch


class ParameterType(NamedTuple):
    """A type of parameters. The value of a text or a number is a literal, and that of any other one an IRI."""

    name: str
    cls: str = ""  # the class of the resources, as a CURIE; for a literal its datatype
    prefixes: tuple[str, ...] = ()  # of their IRIs, without those that are another resource's ``skos:closeMatch``
    match_prefixes: tuple[str, ...] = ()  # of IRIs that they may have as a ``skos:closeMatch``
    identifier: str = ""  # the pattern of the identifiers that make an IRI behind the first prefix
    label_property: str = ""  # of their names, as a property path
    example: str = ""  # what a user may write

    @property
    def is_literal(self) -> bool:
        """Whether the values are literals."""
        return not self.prefixes

    def number_datatype(self, text: str) -> str:
        """The datatype of a number; ``""`` for what is none, or of another type."""
        match = _match_number(text) if self.name == "number" else None
        return f"{PREFIXES['xsd']}{'decimal' if match['fraction'] else 'integer'}" if match else ""

    def iri_from_identifier(self, text: str) -> str:
        """The IRI of an identifier, with a prefix or without one; ``""`` for what is no identifier.

        >>> gene, chemical = PARAMETER_TYPES["gene"], PARAMETER_TYPES["chemical"]
        >>> gene.iri_from_identifier("6774"), gene.iri_from_identifier("NCBIGene:6774"), gene.iri_from_identifier("STAT3")
        ('https://identifiers.org/ncbigene/6774', 'https://identifiers.org/ncbigene/6774', '')
        >>> chemical.iri_from_identifier("MESH:D000431"), chemical.iri_from_identifier("CHEBI:16236")
        ('http://id.nlm.nih.gov/mesh/D000431', 'https://identifiers.org/chebi/CHEBI:16236')
        """
        prefix, colon, local_name = text.partition(":")
        prefix = _SYNONYMS.get(prefix.lower(), prefix.lower())
        if colon and prefix in (*self.prefixes, *self.match_prefixes):
            local_name = local_name.removeprefix("CHEBI:")  # identifiers.org has the prefix twice
            return PREFIXES[prefix] + quote(unquote(local_name), safe="")
        return PREFIXES[self.prefixes[0]] + text if self.identifier and re.fullmatch(self.identifier, text) else ""


_SYNONYMS = {"ncbitaxon": "taxon", "family": "fam", "msh": "mesh"}  # of prefixes, as other registries have them
_MESH_ID = "[A-Z][0-9]{5,12}"

PARAMETER_TYPES = {
    parameter_type.name: parameter_type
    for parameter_type in (
        ParameterType("gene", "pfocr:Gene", ("ncbigene",), (), "[1-9][0-9]*", "rdfs:label", "STAT3, 6774 or ncbigene:6774"),
        ParameterType("family", "pfocr:Family", ("fam",), ("fplx",), "", "skos:prefLabel", "STAT or fam:STAT"),
        ParameterType("chemical", "pfocr:Chemical", ("mesh", "chebi"), ("chebi",), _MESH_ID, "rdfs:label",
            "Ethanol, D000431 or mesh:D000431"),
        ParameterType("disease", "pfocr:Disease", ("mesh", "doid"), ("doid",), _MESH_ID, "rdfs:label",
            "Neoplasms, D009369 or mesh:D009369"),
        ParameterType("organism", "pfocr:Organism", ("taxon",), (), "[1-9][0-9]*", "rdfs:label", "Homo sapiens, 9606 or taxon:9606"),
        ParameterType("figure", "pfocr:Figure", ("figure",), (), "", "dcterms:identifier", "PMC10031380__sc1"),
        ParameterType("paper", "pfocr:Paper", ("pmc",), (), "PMC[1-9][0-9]*", "bibo:doi", "PMC10031380, or a DOI"),
        ParameterType("pathway", "pfocr:Pathway", ("wikipathways",), (), "WP[1-9][0-9]*", "", "WP4868"),
        ParameterType("text", "xsd:string", example="any text"),
        ParameterType("number", "xsd:decimal", example="2 or 0.5"),
    )
}  # fmt: skip
"""The types by their names."""
