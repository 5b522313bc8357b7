"""Counts and plots of a graph, from one pass over its statements."""
