"""What a client likes best, said in regular expressions: all that the configuration of a web server has to reckon with."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.site.pages.urls import FORMS, Form

NONE, FULL = "0", "1"
"""The weight of what is not accepted, and of what is and says no more."""

_DIGITS = "|".join(rf"{digit}[0-9]*:\1[{digit + 1}-9]" for digit in range(9))

LESS = rf"^([0-9]*)(?::\1[0-9]*[1-9]|{_DIGITS})"
"""Matches two weights with a colon between them where the first is the smaller one. A weight is its digits without the point."""

_SPACE = r"[ \t]*"
_OTHERS = rf"(?:;(?!{_SPACE}q{_SPACE}=)[^,;]*)*"
_WEIGHT = rf";{_SPACE}q{_SPACE}={_SPACE}(0|1(?!\.[0-9]*[1-9]))(?:\.([0-9]{{0,3}}))?{_SPACE}(?=[;,]|$)"


class Range(NamedTuple):
    """A range of media types that may stand in a header ``Accept``.

    Attributes:
        plain: matches a header that has it without a weight; letters of both cases are the same.
        weighted: matches a header that has it with a weight, whose digits before and behind the point are the two groups.
        forms: the forms that are in it.
    """

    plain: str
    weighted: str
    forms: tuple[Form, ...]


def ranges() -> list[Range]:
    """The ranges that the forms are in, the more exact ones last, so that what they say counts."""
    exact = [form.media_type for form in FORMS]
    wide = dict.fromkeys(f"{kind.partition('/')[0]}/*" for kind in exact)
    return [_range(text) for text in ("*/*", *wide, *exact)]


def _range(text: str) -> Range:
    begin = "" if text == "*/*" else text.removesuffix("*")
    forms = tuple(form for form in FORMS if (form.media_type.startswith(begin) if text.endswith("*") else form.media_type == text))
    found = rf"(?:^|,){_SPACE}{''.join(f'[{one}]' if one in '*+.' else one for one in text)}{_SPACE}{_OTHERS}"
    return Range(rf"{found}(?:,|$)", found + _WEIGHT, forms)
