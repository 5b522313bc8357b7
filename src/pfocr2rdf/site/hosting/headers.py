"""What every answer of a site says."""

from __future__ import annotations

import re

from pfocr2rdf.site.pages.urls import REPRESENTATIONS

COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""The headers beside the Content-Security-Policy."""

_OTHER_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}

DOCUMENT_CONTENT_TYPES = {
    form.suffix: f"{form.media_type}; charset=utf-8" if form.media_type.startswith("text/") else form.media_type for form in REPRESENTATIONS
}
"""The media types of documents by the endings of their files, as a header says them."""

CONTENT_TYPES = {**DOCUMENT_CONTENT_TYPES, **_OTHER_CONTENT_TYPES}  # those of all files but the downloads and pictures
HIDDEN_FILE_PATTERN = "[.](?:ht|nojekyll)"  # matches the begin of the names of files that are for servers only
NOT_FOUND_PAGE = "404.html"  # the page for what is not there
_POLICY = re.compile(r"[A-Za-z0-9 ;:'/.,*+=_-]+").fullmatch


def validate_policy(policy: str) -> None:
    """See that a policy means the same in the files of all hosts.

    Raises:
        ValueError: it has letters that one of them reads in its own way.
    """
    if not _POLICY(policy):
        raise ValueError(f"{policy!r} is no Content-Security-Policy that can stand in the file of a web server")
