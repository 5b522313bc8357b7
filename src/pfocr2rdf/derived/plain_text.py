"""Text for formats whose fields cannot hold every character and which have no escapes."""

from __future__ import annotations

import re

_find_unsafe = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]").search
_replace_controls = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+").sub
_replace_surrogates = re.compile(r"[\ud800-\udfff]").sub


def to_plain_text(text: str) -> tuple[str, bool]:
    r"""The text with a space for control characters and line ends and U+FFFD for lone surrogates, and whether anything was replaced.

    >>> to_plain_text("JAK and STAT"), to_plain_text("JAK\tand\r\nSTAT")
    (('JAK and STAT', False), ('JAK and STAT', True))
    """
    if not _find_unsafe(text):
        return text, False
    return replace_all_surrogates(_replace_controls(" ", text)), True


def replace_all_surrogates(text: str) -> str:
    r"""The text with U+FFFD for each surrogate, which UTF-8 cannot encode, also for those of a pair.

    >>> ascii(replace_all_surrogates("\ud835JAK"))
    "'\\ufffdJAK'"
    """
    return _replace_surrogates("\ufffd", text)
