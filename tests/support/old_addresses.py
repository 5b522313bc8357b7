"""Records whose figures had other addresses, some as nobody would like them."""

from __future__ import annotations

import json

from tests.support.records import front_matter, older

ALIASES = ["PMC1__F1", "two words", "a\"b'$1{2}", "50%", "κ(β)", "x.ttl", "*", "~a:b"]
"""The alias of the first figure, of the second one, and so on."""

SHARED = "PMC99__F9"
"""An alias that two further figures claim."""

FIGIDS = [f"PMC{number}__f é{number}" for number, _ in enumerate([*ALIASES, SHARED, SHARED], 1)]

RECORDS = {
    f"{figid}.md": front_matter(older(figid, f"figid_alias: {json.dumps(alias, ensure_ascii=False)}", title=f"Figure <{number}>"))
    for number, (figid, alias) in enumerate(zip(FIGIDS, [*ALIASES, SHARED, SHARED], strict=True), 1)
}
