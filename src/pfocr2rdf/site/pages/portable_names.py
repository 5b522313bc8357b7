"""Portable file names: those that every file system can hold in one folder, whether or not it knows case and Unicode normalization.

A path that is portable as it is stays. Any other one is cut to its plain beginning and gets a part of its digest: ``families/Notch`` is
``families/Notch~f90fa703c4b2e8e8``. The rule looks at no other path, so that a page has the same name in every release.
It is made of regular expressions and SHA-1, since Apache can compute both in ``.htaccess``; the digest keeps no secret.
"""

from __future__ import annotations

import hashlib
import re

_SUFFIXES = r"[.](?:html|ttl|jsonld|gz)$"  # a folder of further pages could have the name of another page's file
_RESERVED = r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[.]|$)"  # on Windows, with any suffix

# Of names that differ by case only, one at most is portable as it is: identifiers are in capitals, but for the end of a figure's.
PORTABLE_PATH_PATTERN = (
    rf"(?!.*{_SUFFIXES})figures/PMC[0-9]+__[0-9a-z._-]*[0-9a-z_-]"
    rf"|(?!figures/)[a-z]+/(?!{_RESERVED.upper()})(?!.*{_SUFFIXES.upper()})[0-9A-Z](?:[0-9A-Z._-]*[0-9A-Z_-])?"
    "|[a-z]+"
)
"""Matches the paths, without suffix and not percent-encoded, that are portable as they are."""

READABLE_PATTERN = "[a-z]+/[0-9A-Za-z_-]{0,100}"  # matches what stays of other paths: no dot, since Windows looks at what is before it
_DIGEST_CHARS = 16
DIGEST_PATTERN = f"[0-9a-f]{{{_DIGEST_CHARS}}}"  # matches the part of the digest

_is_portable = re.compile(PORTABLE_PATH_PATTERN).fullmatch
_readable_part = re.compile(READABLE_PATTERN).match
is_renamed_path = re.compile(rf"{READABLE_PATTERN}~{DIGEST_PATTERN}").fullmatch  # whether it looks like one with a digest


def portable_path(path: str) -> str:
    """The portable path of a page.

    >>> portable_path("genes/6772"), portable_path("families/AKT"), portable_path("families/PI3K/AKT")
    ('genes/6772', 'families/AKT', 'families/PI3K~e440d454a826acf8')
    """
    if _is_portable(path):
        return path
    digest = hashlib.sha1(path.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    readable = _readable_part(path)
    return f"{readable[0] if readable else ''}~{digest[:_DIGEST_CHARS]}"
