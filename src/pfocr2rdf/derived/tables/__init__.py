"""Tables: figures, mentions and entities as Parquet and CSV, with their schemas for Frictionless and Croissant."""
