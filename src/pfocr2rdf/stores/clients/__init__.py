"""Clients: HTTP with retries, credentials, the SPARQL 1.1 Protocol."""
