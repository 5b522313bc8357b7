"""What a client likes best, said in regular expressions: all that the configuration of a web server has to reckon with."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.site.pages.urls import REPRESENTATIONS, Representation

WEIGHT_NONE, WEIGHT_FULL = "0", "1"  # the weight of what is not accepted, and of what is and says no more
_DIGITS = "|".join(rf"{digit}[0-9]*:\1[{digit + 1}-9]" for digit in range(9))

WEIGHT_LESS_THAN = rf"^([0-9]*)(?::\1[0-9]*[1-9]|{_DIGITS})"
"""Matches two weights with a colon between them where the first is the smaller one. A weight is its digits without the point."""

_SPACE = r"[ \t]*"
_OTHER_PARAMETERS = rf"(?:;(?!{_SPACE}q{_SPACE}=)[^,;]*)*"
_WEIGHT = rf";{_SPACE}q{_SPACE}={_SPACE}(0|1(?!\.[0-9]*[1-9]))(?:\.([0-9]{{0,3}}))?{_SPACE}(?=[;,]|$)"


class AcceptRange(NamedTuple):
    """A range of media types that may stand in a header ``Accept``."""

    unweighted_pattern: str  # matches a header that has it without a weight; letters of both cases are the same
    weighted_pattern: str  # matches a header that has it with a weight, whose digits before and behind the point are the two groups
    representations: tuple[Representation, ...]  # the forms that are in it


def accept_ranges() -> list[AcceptRange]:
    """The ranges that the forms are in, the more exact ones last, so that what they say counts."""
    exact = [form.media_type for form in REPRESENTATIONS]
    wide = dict.fromkeys(f"{kind.partition('/')[0]}/*" for kind in exact)
    return [_accept_range(text) for text in ("*/*", *wide, *exact)]


def _accept_range(text: str) -> AcceptRange:
    begin = "" if text == "*/*" else text.removesuffix("*")
    forms = tuple(
        form for form in REPRESENTATIONS if (form.media_type.startswith(begin) if text.endswith("*") else form.media_type == text)
    )
    range_pattern = (
        rf"(?:^|,){_SPACE}{''.join(f'[{character}]' if character in '*+.' else character for character in text)}{_SPACE}{_OTHER_PARAMETERS}"
    )
    return AcceptRange(rf"{range_pattern}(?:,|$)", range_pattern + _WEIGHT, forms)
