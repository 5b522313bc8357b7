"""Load an export into a store: source, chunks, journal, sessions, verification."""
