"""Reading: every form of source and every generation of record arrive as one typed ``FigureRecord``."""

from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.records.reading import RANK, Raw, digest_of, fetch, interpret, load, read_one, read_records
from pfocr2rdf.records.sources import Located, Sources

__all__ = [
    "RANK",
    "FigureRecord",
    "Located",
    "Mention",
    "Paper",
    "Raw",
    "Sources",
    "digest_of",
    "fetch",
    "interpret",
    "load",
    "read_one",
    "read_records",
]
