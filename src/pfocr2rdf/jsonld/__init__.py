"""A record's own JSON-LD as statements: PyLD with bundled contexts, offline, with the repairs that every record needs."""

from pfocr2rdf.jsonld.expansion import Expanded, expand, expand_slowly
from pfocr2rdf.jsonld.processor import CONTEXTS

__all__ = ["CONTEXTS", "Expanded", "expand", "expand_slowly"]
