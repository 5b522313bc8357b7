"""pfocr2rdf: records of Pathway Figure OCR in, a validated RDF knowledge graph out.

>>> from pfocr2rdf import read_records, to_graph
>>> graph = to_graph(next(read_records("examples")))
>>> len(graph) > 100
True
"""

from pfocr2rdf.checking import Checked, validate
from pfocr2rdf.conversion import to_graph, to_jsonld
from pfocr2rdf.counting import Stats, stats
from pfocr2rdf.dataset import Release
from pfocr2rdf.delta import Delta, diff
from pfocr2rdf.errors import EngineError, OutputError, PfocrError, RecordError, ShapesError, SourceError, StoppedError, StoreError
from pfocr2rdf.pipeline import export
from pfocr2rdf.records import FigureRecord, Mention, Paper, read_records
from pfocr2rdf.site import Published, publish
from pfocr2rdf.stores import Answer, Applied, Connection, Loaded, apply, load, query
from pfocr2rdf.summary import Summary
from pfocr2rdf.validation import Result

__all__ = [
    "Answer",
    "Applied",
    "Checked",
    "Connection",
    "Delta",
    "EngineError",
    "FigureRecord",
    "Loaded",
    "Mention",
    "OutputError",
    "Paper",
    "PfocrError",
    "Published",
    "RecordError",
    "Release",
    "Result",
    "ShapesError",
    "SourceError",
    "Stats",
    "StoppedError",
    "StoreError",
    "Summary",
    "apply",
    "diff",
    "export",
    "load",
    "publish",
    "query",
    "read_records",
    "stats",
    "to_graph",
    "to_jsonld",
    "validate",
]
