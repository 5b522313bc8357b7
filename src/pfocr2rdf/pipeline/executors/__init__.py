"""Executors: where tasks run. In this process, in worker processes, on a dask cluster."""
