"""The bars of the benchmarks: what each asks for, and what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from benchmarks.pairs import Spread

HEAD = ("bar", "asked", "got", "minimum", "maximum", "verdict", "benchmark")


class Bar(NamedTuple):
    """A limit, and the measured number; ``got`` is the median of pairs where ``low`` and ``high`` are there.

    Attributes:
        title: what is compared with what.
        limit: the bar.
        got: what was measured; nothing where it was not.
        at_least: whether the limit is the least that is good, and not the most.
        spec: how the numbers are written, as in ``format``.
        unit: what stands behind them.
    """

    title: str
    limit: float
    got: float | None = None
    low: float | None = None
    high: float | None = None
    at_least: bool = False
    spec: str = ".2f"
    unit: str = ""

    @property
    def is_held(self) -> bool:
        """Whether the median is within the limit; what was not measured is not."""
        return self.got is not None and (self.got >= self.limit if self.at_least else self.got <= self.limit)

    @property
    def verdict(self) -> str:
        """The verdict in a word or two."""
        return "not measured" if self.got is None else "held" if self.is_held else "missed"

    def with_ratio(self, ratio: Spread) -> Bar:
        """The bar with what was measured."""
        return self._replace(got=ratio.median, low=ratio.low, high=ratio.high)

    def cells(self) -> tuple[str, ...]:
        """What a table has of it.

        >>> Bar("a to b", 0.5, 0.4, 0.3, 0.6, spec=".0%").cells()
        ('a to b', 'at most 50%', '40%', '30%', '60%', 'held')
        """
        asked = f"at {'least' if self.at_least else 'most'} {self._write(self.limit)}"
        return self.title, asked, *map(self._write, (self.got, self.low, self.high)), self.verdict

    def _write(self, value: float | None) -> str:
        return "–" if value is None else f"{value:{self.spec}}{self.unit}"


def table(bars: Mapping[str, Iterable[Bar]]) -> str:
    """The bars of each benchmark as a table in Markdown; one without any has a line that says so."""
    lines = [HEAD, ("---",) * len(HEAD)]
    for name, members in bars.items():
        lines += [(*bar.cells(), name) for bar in members] or [("all bars of this benchmark", *"––––", "not measured", name)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
