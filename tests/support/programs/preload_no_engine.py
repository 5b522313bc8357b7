"""For workers of dask: they cannot import what does the work."""

import sys

sys.modules["pfocr2rdf.pipeline.executors.dask"] = None
