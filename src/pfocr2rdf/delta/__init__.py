"""Delta releases: what one graph has and another one has not, in forms that a store can apply."""

from pfocr2rdf.delta.delta import CHUNK, Delta
from pfocr2rdf.delta.diffing import diff
from pfocr2rdf.delta.forms import FORMS
from pfocr2rdf.delta.meter import Progress

__all__ = ["CHUNK", "FORMS", "Delta", "Progress", "diff"]
