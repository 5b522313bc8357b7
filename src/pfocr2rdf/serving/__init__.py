"""A web service over an embedded store: SPARQL questions of anybody, within bounds, and nothing is changed."""

from pfocr2rdf.serving.app import application
from pfocr2rdf.serving.running import serve
from pfocr2rdf.serving.settings import Settings

__all__ = ["Settings", "application", "serve"]
