"""The ASGI application: a SPARQL 1.1 Protocol endpoint and dereferenceable resources over an embedded store.

May import ``site``, ``stores`` and below. Only ``cli`` imports it.
"""
