"""pfocr2rdf: records of Pathway Figure OCR in, a validated RDF knowledge graph out.

>>> from pfocr2rdf import read_records, to_graph
>>> graph = to_graph(next(read_records("examples")))
>>> len(graph) > 100
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors; a test holds it equal to the table below
    from pfocr2rdf.analysis.delta.diff import diff as diff
    from pfocr2rdf.analysis.delta.model import DiffSummary as DiffSummary
    from pfocr2rdf.analysis.stats.count import stats as stats
    from pfocr2rdf.analysis.stats.model import GraphStats as GraphStats
    from pfocr2rdf.bundles.create import BundleSummary as BundleSummary
    from pfocr2rdf.bundles.create import create_release as create_release
    from pfocr2rdf.bundles.nanopublications import NanopublicationSummary as NanopublicationSummary
    from pfocr2rdf.bundles.nanopublications import create_nanopublications as create_nanopublications
    from pfocr2rdf.bundles.verify import VerificationReport as VerificationReport
    from pfocr2rdf.bundles.verify import verify_release as verify_release
    from pfocr2rdf.errors import ExecutorError as ExecutorError
    from pfocr2rdf.errors import MissingExtraError as MissingExtraError
    from pfocr2rdf.errors import OutputError as OutputError
    from pfocr2rdf.errors import PfocrError as PfocrError
    from pfocr2rdf.errors import RecordError as RecordError
    from pfocr2rdf.errors import ShapesError as ShapesError
    from pfocr2rdf.errors import SourceError as SourceError
    from pfocr2rdf.errors import StoppedError as StoppedError
    from pfocr2rdf.errors import StoreError as StoreError
    from pfocr2rdf.mapping.convert import to_graph as to_graph
    from pfocr2rdf.mapping.convert import to_jsonld as to_jsonld
    from pfocr2rdf.pipeline.export import export as export
    from pfocr2rdf.pipeline.release import Release as Release
    from pfocr2rdf.pipeline.summary import ExportSummary as ExportSummary
    from pfocr2rdf.pipeline.validate import ValidationReport as ValidationReport
    from pfocr2rdf.pipeline.validate import validate as validate
    from pfocr2rdf.records.model import FigureRecord as FigureRecord
    from pfocr2rdf.records.model import Mention as Mention
    from pfocr2rdf.records.model import Paper as Paper
    from pfocr2rdf.records.reader import read_records as read_records
    from pfocr2rdf.site.static.publish import PublishSummary as PublishSummary
    from pfocr2rdf.site.static.publish import publish as publish
    from pfocr2rdf.stores.apply import ApplyResult as ApplyResult
    from pfocr2rdf.stores.apply import apply as apply
    from pfocr2rdf.stores.connect import ConnectionOptions as ConnectionOptions
    from pfocr2rdf.stores.convert import ConversionSummary as ConversionSummary
    from pfocr2rdf.stores.convert import convert as convert
    from pfocr2rdf.stores.loading.load import LoadResult as LoadResult
    from pfocr2rdf.stores.loading.load import load as load
    from pfocr2rdf.stores.mentions.join import MentionRow as MentionRow
    from pfocr2rdf.stores.mentions.table import mentions as mentions
    from pfocr2rdf.stores.querying.query import query as query
    from pfocr2rdf.stores.querying.query import stream_query as stream_query
    from pfocr2rdf.stores.querying.query_result import QueryResult as QueryResult
    from pfocr2rdf.stores.querying.result import ResultStream as ResultStream
    from pfocr2rdf.stores.write_records import RecordsSummary as RecordsSummary
    from pfocr2rdf.stores.write_records import write_records as write_records
    from pfocr2rdf.validation.results import ValidationResult as ValidationResult

_PUBLIC = (
    "pfocr2rdf.analysis.delta.diff.diff",
    "pfocr2rdf.analysis.delta.model.DiffSummary",
    "pfocr2rdf.analysis.stats.count.stats",
    "pfocr2rdf.analysis.stats.model.GraphStats",
    "pfocr2rdf.bundles.create.BundleSummary",
    "pfocr2rdf.bundles.create.create_release",
    "pfocr2rdf.bundles.nanopublications.NanopublicationSummary",
    "pfocr2rdf.bundles.nanopublications.create_nanopublications",
    "pfocr2rdf.bundles.verify.VerificationReport",
    "pfocr2rdf.bundles.verify.verify_release",
    "pfocr2rdf.errors.ExecutorError",
    "pfocr2rdf.errors.MissingExtraError",
    "pfocr2rdf.errors.OutputError",
    "pfocr2rdf.errors.PfocrError",
    "pfocr2rdf.errors.RecordError",
    "pfocr2rdf.errors.ShapesError",
    "pfocr2rdf.errors.SourceError",
    "pfocr2rdf.errors.StoppedError",
    "pfocr2rdf.errors.StoreError",
    "pfocr2rdf.mapping.convert.to_graph",
    "pfocr2rdf.mapping.convert.to_jsonld",
    "pfocr2rdf.pipeline.export.export",
    "pfocr2rdf.pipeline.release.Release",
    "pfocr2rdf.pipeline.summary.ExportSummary",
    "pfocr2rdf.pipeline.validate.ValidationReport",
    "pfocr2rdf.pipeline.validate.validate",
    "pfocr2rdf.records.model.FigureRecord",
    "pfocr2rdf.records.model.Mention",
    "pfocr2rdf.records.model.Paper",
    "pfocr2rdf.records.reader.read_records",
    "pfocr2rdf.site.static.publish.PublishSummary",
    "pfocr2rdf.site.static.publish.publish",
    "pfocr2rdf.stores.apply.ApplyResult",
    "pfocr2rdf.stores.apply.apply",
    "pfocr2rdf.stores.connect.ConnectionOptions",
    "pfocr2rdf.stores.convert.ConversionSummary",
    "pfocr2rdf.stores.convert.convert",
    "pfocr2rdf.stores.loading.load.LoadResult",
    "pfocr2rdf.stores.loading.load.load",
    "pfocr2rdf.stores.mentions.join.MentionRow",
    "pfocr2rdf.stores.mentions.table.mentions",
    "pfocr2rdf.stores.querying.query.query",
    "pfocr2rdf.stores.querying.query.stream_query",
    "pfocr2rdf.stores.querying.query_result.QueryResult",
    "pfocr2rdf.stores.querying.result.ResultStream",
    "pfocr2rdf.stores.write_records.RecordsSummary",
    "pfocr2rdf.stores.write_records.write_records",
    "pfocr2rdf.validation.results.ValidationResult",
)
_MODULES = {name: module for module, _, name in (path.rpartition(".") for path in _PUBLIC)}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; dir({__name__}) lists its public names")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return list(__all__)
