"""Mentions as a table: each with its figure, entity and paper, joined while the mentions are streamed."""
