"""URLs in the place of paths, and messages that show none of their secrets."""

from __future__ import annotations

import re


def is_url(name: str) -> bool:
    """Whether a name is a URL that fsspec opens, and no path.

    >>> is_url("s3://bucket/pfocr"), is_url("records/a.md")
    (True, False)
    """
    return "://" in name


def redact_url(url: str) -> str:
    """The URL for messages: without user and password, and without the signature that may be in a query.

    >>> redact_url("ftp://me:secret@host/a@b"), redact_url("https://host/a.zip?signature=abc"), redact_url("records/a@b?.md")
    ('ftp://host/a@b', 'https://host/a.zip', 'records/a@b?.md')
    """
    for secret in _secrets(url):
        url = url.replace(secret, "")
    return url


def redact_message(error: Exception, url: str) -> str:
    """The text of an error, without the secrets of the URL that it is about."""
    text = str(error)
    for secret in _secrets(url):
        text = text.replace(secret, "").replace(secret.strip("?@"), "...")
    return text


def _secrets(url: str) -> list[str]:
    if not is_url(url):
        return []
    users = [match[1] for match in re.finditer(r"://([^/]*@)", url)]
    query = re.search(r"https?://[^?]*(\?.+)", url)
    return users + ([query[1]] if query else [])
