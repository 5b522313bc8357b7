"""Referees: validators that were written by others, each asked what it finds in an export of the examples."""
