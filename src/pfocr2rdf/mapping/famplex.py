"""Lookup of families in FamPlex, by its own list (CC0), which ``scripts/make_famplex.py`` makes package data of."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_TYPE_SUFFIX = re.compile(r"_(?:family|complex)$", re.IGNORECASE)


@cache
def famplex_ids() -> frozenset[str]:
    """The ids of all FamPlex entries."""
    lines = files("pfocr2rdf").joinpath("mapping/data/famplex.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _fold_name(name: str) -> str:
    return _TYPE_SUFFIX.sub("", name).casefold()


@cache
def _ids_by_folded_name() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for entry in sorted(famplex_ids()):
        names.setdefault(_fold_name(entry), []).append(entry)
    return names


def match_family(symbol: str) -> tuple[str, tuple[str, ...]]:
    """The relation (``skos:exactMatch``, ``skos:closeMatch``, or ``""``) and the ids of the entries that it leads to.

    A close match is the symbol but for case or a ``_family``/``_complex`` ending.

    >>> match_family("PI3K")
    ('skos:exactMatch', ('PI3K',))
    >>> match_family("NOTCH"), match_family("ABL")
    (('skos:closeMatch', ('Notch',)), ('skos:closeMatch', ('ABL_family',)))
    >>> match_family("no such family")
    ('', ())
    """
    if symbol in famplex_ids():
        return "skos:exactMatch", (symbol,)
    close = tuple(_ids_by_folded_name().get(_fold_name(symbol), ()))
    return ("skos:closeMatch", close) if close else ("", ())
