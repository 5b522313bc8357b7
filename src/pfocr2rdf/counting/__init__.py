"""The figures of a graph: how much there is of what, counted in one pass, and drawn."""

from pfocr2rdf.counting.counter import TOP, stats
from pfocr2rdf.counting.drawing import FORMATS, draw
from pfocr2rdf.counting.numbers import Pair, Ranked, Stats

__all__ = ["FORMATS", "TOP", "Pair", "Ranked", "Stats", "draw", "stats"]
