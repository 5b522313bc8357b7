"""A record whose own JSON-LD has terms that no real record has."""

from __future__ import annotations

import json

from tests.support.records import front_matter, older

_BLOCK = {
    "@context": "https://schema.org/",
    "@type": "Dataset",
    "name": "CreativeWork",
    "about": {"@type": "Book", "name": "A book on pathways"},
    "sameAs": "https://figures.example/17",
}

FOREIGN_TERMS = frozenset(f"http://schema.org/{name}" for name in ("about", "Book", "sameAs"))
FOREIGN_IRI = "https://figures.example/17"
RECORDS_WITH_FOREIGN_JSONLD = {"1.md": front_matter(older("PMC1__f1", f"schema-jsonld: {json.dumps(json.dumps(_BLOCK))}"))}
