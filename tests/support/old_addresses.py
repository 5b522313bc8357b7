"""Records whose figures had other addresses, some as nobody would like them."""

from __future__ import annotations

import json

from tests.support.records import front_matter, older

ALIASES = ["PMC1__F1", "two words", "a\"b'$1{2}", "50%", "κ(β)", "x.y\u2028\x85z", "*", "~a:b"]
"""The alias of the first figure, of the second one, and so on."""

SHARED = "PMC99__F9"
"""An alias that two further figures claim."""

FIGIDS = [f"PMC{number}__f é{number}" for number, _ in enumerate([*ALIASES, SHARED, SHARED], 1)]

FILE_NAMES = [
    f"{FIGIDS[0]}.html", f"{FIGIDS[1]}.html", f"{FIGIDS[1]}.ttl", f"{FIGIDS[2]}.jsonld", f"{FIGIDS[3]}.html.gz", f"{FIGIDS[4]}.HTML",
    "gone.ttl", "index", "Page-2",
]  # fmt: skip
"""Further aliases of the first figure, which would take the place of files."""


def _aliases(number: int, alias: str) -> str:
    return json.dumps([alias, *FILE_NAMES] if number == 1 else alias, ensure_ascii=not alias.isprintable())


RECORDS = {
    f"{figid}.md": front_matter(older(figid, f"figid_alias: {_aliases(number, alias)}", title=f"Figure <{number}>"))
    for number, (figid, alias) in enumerate(zip(FIGIDS, [*ALIASES, SHARED, SHARED], strict=True), 1)
}
