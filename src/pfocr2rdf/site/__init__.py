"""Linked-data pages of a store: static site, hosting files, audit. May import ``stores`` and below."""
