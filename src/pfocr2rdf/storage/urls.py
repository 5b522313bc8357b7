"""URLs instead of paths, and messages without their secrets."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote

_USERINFO = re.compile(r"(?<=[\w+.-]{2})(:/{1,3})((?:[^/?#\s]*|[^/?#\s:@]*:(?!\d*(?:[/?#\s]|$))\S{0,200})@)")
"""The part before a host. A password that was not percent-encoded may have a slash; a path made of a URL has one slash only."""

_SECRET_PARAMETER = re.compile(
    r"([?&;][\w.%-]*(?:token|key|sign?|signature|secret|password|passwd|pwd|auth|credential)=)[^&;\s]+", re.IGNORECASE
)
_MIN_SECRET_CHARS = 4  # a shorter part of a URL is not looked for in messages, where it would be a part of words


def is_url(name: str) -> bool:
    """Whether a name is a URL that fsspec opens, and no path.

    >>> is_url("s3://bucket/pfocr"), is_url("records/a.md")
    (True, False)
    """
    return "://" in name


_is_malformed = re.compile(r"https?:(?!//)", re.IGNORECASE).match


def is_malformed_url(name: str) -> bool:
    """Whether a name begins as the URL of a server and has not its two slashes, so that it would be the path of a file.

    >>> is_malformed_url("http:me:secret@host"), is_malformed_url("http://host"), is_malformed_url("http")
    (True, False, False)
    """
    return _is_malformed(name) is not None


_match_url_path = re.compile(r"([A-Za-z][\w+.-]+):/+(?=[^/])").match


def restore_url(path: str | os.PathLike[str]) -> str:
    """The URL, for messages, that a path was made of, which has one slash only; ``""`` for another path.

    >>> restore_url("s3:/me:secret@bucket/a"), restore_url("C:/records"), restore_url("records/a.md")
    ('s3://bucket/a', '', '')
    """
    name = os.fspath(path)
    matched = _match_url_path(name)
    return redact_url(f"{matched[1]}://{name[matched.end() :]}") if matched else ""


is_address_without_scheme = re.compile(r"(?:[\w-]+\.)*[\w-]+:\d+(?:/\S*)?|localhost(?:/\S*)?").fullmatch
"""Whether a name is that of a host with a port (``localhost:7878``), so that a URL was probably meant, not a folder."""


def redact_url(url: str) -> str:
    """The URL or path for messages and files: without user, password and query, which may hold a token, and as ``printable_path``.

    >>> redact_url("ftp://me:secret@host/a@b"), redact_url("https://host/a.zip?signature=abc"), redact_url("records/a@b?.md")
    ('ftp://host/a@b', 'https://host/a.zip', 'records/a@b?.md')
    """
    for secret in _secrets(url):
        url = url.replace(secret, "")
    return printable_path(url)


def printable_path(name: str) -> str:
    """A file's name as text that can be written anywhere, also if it is no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def redact_message(error: Exception, url: str) -> str:
    """The text of an error, without the secrets of the URL that it is about, in any form in which a library shows them."""
    text = str(error)
    for secret in _secrets(url):
        text = text.replace(secret, "")
        for part in re.split(r"[?@:&=/]", secret):
            for spelling in (part, unquote(part), quote(unquote(part), safe="")):
                text = text.replace(spelling, "***") if len(spelling) >= _MIN_SECRET_CHARS else text
    return redact_text(text)


def redact_text(text: str) -> str:
    """A text without user names, passwords and tokens of the URLs in it.

    >>> redact_text("cannot read https://me:secret@host/a?token=abc&page=2, nor s3://bucket/a@b")
    'cannot read https://host/a?token=***&page=2, nor s3://bucket/a@b'
    """
    return _SECRET_PARAMETER.sub(r"\1***", _USERINFO.sub(r"\1", text))


def require_public_url(url: str, remedy: str) -> None:
    """Refuse the URL of a server or a site that may hold a secret: it would be seen in lists of processes, logs and messages.

    Raises:
        ValueError: it has a user name, a password, a query or a fragment; the remedy ends its sentence.
    """
    if _USERINFO.search(url):
        raise ValueError(f"{redact_url(url)}: other users can see a password in a URL; {remedy}")
    if "?" in url or "#" in url:
        shown = re.split(r"[?#]", url)[0]
        raise ValueError(f"{shown}: what follows '?' or '#' is not sent to a server, and may be a secret; {remedy}")


def _secrets(url: str) -> list[str]:
    if not is_url(url):
        return []
    _, mark, query = url.partition("?")
    return [match[2] for match in _USERINFO.finditer(url)] + ([mark + query] if query else [])
