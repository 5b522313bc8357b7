"""For workers of dask: a figure with a certain title kills the worker, or takes all of its memory."""

import os
import signal

from pfocr2rdf.mapping import figure_graph
from pfocr2rdf.mapping.figure_graph import FigureGraph
from pfocr2rdf.pipeline import worker
from pfocr2rdf.records.model import FigureRecord


def deadly(record: FigureRecord) -> FigureGraph:
    if record.title == "Deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    if record.title == "Greedy":
        raise MemoryError
    return figure_graph.build_figure_graph(record)


worker.build_figure_graph = deadly
