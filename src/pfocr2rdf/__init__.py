"""pfocr2rdf: records of Pathway Figure OCR in, a validated RDF knowledge graph out.

>>> from pfocr2rdf import read_records, to_graph
>>> graph = to_graph(next(read_records("examples")))
>>> len(graph) > 100
True
"""

from pfocr2rdf.analysis.delta.diff import diff
from pfocr2rdf.analysis.delta.model import Delta
from pfocr2rdf.analysis.stats.count import stats
from pfocr2rdf.analysis.stats.model import Stats
from pfocr2rdf.errors import EngineError, OutputError, PfocrError, RecordError, ShapesError, SourceError, StoppedError, StoreError
from pfocr2rdf.mapping.convert import to_graph, to_jsonld
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.options import Release
from pfocr2rdf.pipeline.summary import Summary
from pfocr2rdf.pipeline.validate import Checked, validate
from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.site.static.publish import Published, publish
from pfocr2rdf.stores.apply import Applied, apply
from pfocr2rdf.stores.connect import Connection
from pfocr2rdf.stores.loading.load import Loaded, load
from pfocr2rdf.stores.querying.query import query
from pfocr2rdf.stores.querying.result import Answer
from pfocr2rdf.validation.results import Result

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
