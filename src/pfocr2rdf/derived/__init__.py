"""Derived formats: tables, gene sets and other files that are computed from a finished graph.

A format reads the nodes of the graph, first those of entities, then those of figures, and writes its files as they come. It needs
neither the records nor a store, so an export writes it at the end of its run, and ``convert`` from a finished export.
"""
