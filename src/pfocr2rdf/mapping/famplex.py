"""Which families of PFOCR are entries of FamPlex, by FamPlex's own list (CC0), made into package data by ``scripts/make_famplex.py``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_ENDING = re.compile(r"_(?:family|complex)$", re.IGNORECASE)


@cache
def entries() -> frozenset[str]:
    """The ids of all FamPlex entries."""
    lines = files("pfocr2rdf").joinpath("mapping/data/famplex.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _folded(name: str) -> str:
    return _ENDING.sub("", name).casefold()


@cache
def _by_folded_name() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for entry in sorted(entries()):
        names.setdefault(_folded(entry), []).append(entry)
    return names


def matches(symbol: str) -> tuple[str, tuple[str, ...]]:
    """The entry that is the symbol itself, or those that are it but for case or a ``_family``/``_complex`` ending.

    Returns:
        The relation (``skos:exactMatch``, ``skos:closeMatch``, or ``""``) and the ids of the entries.

    >>> matches("PI3K")
    ('skos:exactMatch', ('PI3K',))
    >>> matches("NOTCH"), matches("ABL")
    (('skos:closeMatch', ('Notch',)), ('skos:closeMatch', ('ABL_family',)))
    >>> matches("no such family")
    ('', ())
    """
    if symbol in entries():
        return "skos:exactMatch", (symbol,)
    close = tuple(_by_folded_name().get(_folded(symbol), ()))
    return ("skos:closeMatch", close) if close else ("", ())
