"""Executors of tasks: in this process, in worker processes, on a dask cluster."""
