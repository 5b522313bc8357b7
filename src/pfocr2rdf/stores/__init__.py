"""SPARQL stores: loading exports into them, bringing deltas into them, and asking them."""

from pfocr2rdf.stores.answers import Answer
from pfocr2rdf.stores.applying import Applied, apply
from pfocr2rdf.stores.deltas import is_delta
from pfocr2rdf.stores.loading import Loaded, load
from pfocr2rdf.stores.planned import plan_of
from pfocr2rdf.stores.querying import query
from pfocr2rdf.stores.servers import DRIVERS
from pfocr2rdf.stores.targets import STORE, Connection

__all__ = ["DRIVERS", "STORE", "Answer", "Applied", "Connection", "Loaded", "apply", "is_delta", "load", "plan_of", "query"]
