"""Two records of one figure: which of them is exported."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.batch import Seen, Warned
from pfocr2rdf.errors import RecordError


class Duplicates:
    """Judges records by figid: one of a newer generation takes the place of an older one; of one generation the first stays.

    Attributes:
        losers: by number, what is to be said of each record that lost: a warning where a newer one superseded it, else a refusal.
        late: numbers of losers that had been written before the record came that superseded them.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Seen] = {}
        self.losers: dict[int, RecordError | Warned] = {}
        self.late: set[int] = set()

    def judge(self, seen: Iterable[Seen], first: int) -> set[int]:
        """The losers among the records of a batch, which begins with the number ``first``."""
        lost: set[int] = set()
        for one in seen:
            other = self._kept.setdefault(one.figid, one)
            if other.number == one.number:
                continue
            kept, loser = (one, other) if one.rank > other.rank else (other, one)
            self._kept[one.figid] = kept
            self.losers[loser.number] = _said_of(loser, kept)
            (lost if loser.number >= first else self.late).add(loser.number)
        return lost

    def knows(self, figid: str) -> bool:
        """Whether a record of this figure was read."""
        return figid in self._kept


def _said_of(loser: Seen, kept: Seen) -> RecordError | Warned:
    if loser.rank < kept.rank:
        return Warned(loser.figid, loser.where, f"superseded by the newer record of this figure in {kept.where}")
    reason = f"the figure was read already, from {kept.where}"
    return RecordError(reason, field="figid", where=loser.where, figid=loser.figid, remedy="remove one of the two")
