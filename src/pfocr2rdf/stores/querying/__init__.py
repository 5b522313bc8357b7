"""SPARQL queries: their text, their execution, their results, the example queries."""
