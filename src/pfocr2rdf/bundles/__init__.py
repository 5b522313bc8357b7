"""Releases that can be cited: bundles with metadata, checksums and signatures, and nanopublications."""
