"""The plan of an update: which records of the previous export have changed, gone, or come, in the order of all records."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.previous_export import PreviousExport
from pfocr2rdf.pipeline.results import NUMBER_STEP, IndexedRecord, RecordResult, build_refusal_result, index_record
from pfocr2rdf.pipeline.state import BEFORE_ALL, StoredFingerprint
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS

MIN_UPDATE_RECORDS = 64
"""Up to this number, changes are always few; above, up to one record in eight."""

_MAX_SHARE = 8
_MAX_DOCUMENT_BYTES = 64 << 20  # of changed documents of streams, which are in memory until they are mapped


class NotUpdatableError(Exception):
    """The previous export cannot be updated; it is written as a whole."""


class RecordChange(NamedTuple):
    """A change: the number of the record, and the record as it is now, or the refusal of what is none; ``None`` where it has gone."""

    number: int
    item: IndexedRecord | RecordResult | None


class UpdatePlan(NamedTuple):
    """All changes, by number, and how many items were read, and how many of these are no records."""

    changes: list[RecordChange]
    read: int
    unreadable: int


class ItemPosition(NamedTuple):
    """The position of an item: a running number, the number of the last record that was found, and whether that is its own."""

    ordinal: int
    number: int | None
    is_known: bool


class ChangeLog:
    """Compares the items of the sources with the records of the previous export, in order; both must have the same order.

    ``follow`` comes first for each item, and finds its record; ``add`` comes for those that are not as they were.
    """

    def __init__(self, previous: PreviousExport) -> None:
        self._previous = previous
        self._record_count = len(previous.state)
        self._max_changes = max(MIN_UPDATE_RECORDS, self._record_count // _MAX_SHARE)
        self._last: int | None = None  # the number of the last record that was found
        self._items: list[tuple[ItemPosition, RecordRef | RecordError]] = []
        self._removed: list[int] = []
        self._found = self._read = self._unreadable = self._document_bytes = 0
        self._is_updatable = True

    def follow(self, fingerprint: StoredFingerprint | None) -> ItemPosition:
        """The position of the next item."""
        self._read += 1
        if fingerprint:
            self._is_updatable = self._is_updatable and self._find(fingerprint)
        return ItemPosition(self._read, self._last, fingerprint is not None)

    def _find(self, fingerprint: StoredFingerprint) -> bool:
        """Advance to a record of the previous export; false if it is before the last one, or the state is damaged."""
        last = BEFORE_ALL if self._last is None else self._last
        if fingerprint.number <= last:
            return False
        if not fingerprint.is_next:
            try:
                self._removed += self._previous.state.list_numbers(last, fingerprint.number)
            except DATABASE_ERRORS:
                return False
        self._found += 1
        self._last = fingerprint.number
        return True

    def follow_error(self, error: RecordError, fingerprint: StoredFingerprint | None) -> None:
        """An item that is no record; it must be refused as it was."""
        self._unreadable += 1
        position = self.follow(fingerprint)
        if not fingerprint or self._previous.find_result(fingerprint.number) != build_refusal_result(
            fingerprint.number, RecordRef(error.source), error
        ):
            self.add(position, error)

    def add(self, position: ItemPosition, item: RecordRef | RecordError) -> None:
        """Note that an item has changed, or has come."""
        if isinstance(item, RecordRef) and item.document:
            self._document_bytes += len(item.document.data) + len(item.document.body)
        self._is_updatable &= len(self._items) < self._max_changes and self._document_bytes < _MAX_DOCUMENT_BYTES
        if self._is_updatable:
            self._items.append((position, item))
        else:
            self._items = []

    def plan(self) -> UpdatePlan:
        """The plan, after all items; ``NotUpdatableError`` where too much has changed, or the order, or the state is damaged."""
        if not self._is_updatable or self._record_count - self._found > self._max_changes:
            raise NotUpdatableError
        try:
            return self._make_plan()
        except DATABASE_ERRORS:
            raise NotUpdatableError from None

    def _make_plan(self) -> UpdatePlan:
        items = sorted(self._items, key=lambda entry: entry[0].ordinal)
        numbers = self._assign_numbers([position for position, _ in items])
        changes: dict[int, RecordChange] = {number: RecordChange(number, None) for number in self._list_removed()}
        for number, (_, item) in zip(numbers, items, strict=True):
            changes[number] = RecordChange(number, index_record(number, item))
        return UpdatePlan([changes[number] for number in sorted(changes)], self._read, self._unreadable)

    def _list_removed(self) -> list[int]:
        """The numbers of the records that have gone."""
        after_last = self._previous.state.list_numbers(BEFORE_ALL if self._last is None else self._last)
        return [*self._removed, *after_last]

    def _assign_numbers(self, positions: list[ItemPosition]) -> list[int]:
        """The number of each item: its own, or one behind that of the record before it."""
        numbers: list[int] = []
        for (previous_number, is_known), group in groupby(positions, itemgetter(1, 2)):
            if is_known and previous_number is not None:
                numbers.append(previous_number)
                continue
            count = len(list(group))
            numbers += self._number_between(previous_number, count)
        return numbers

    def _number_between(self, previous_number: int | None, count: int) -> Iterable[int]:
        """The numbers for this many new records after another one, or before all; ``NotUpdatableError`` if there is no room."""
        following = next(iter(self._previous.state.list_numbers(BEFORE_ALL if previous_number is None else previous_number)), None)
        if following is None:
            begin, step = previous_number or 0, NUMBER_STEP
        elif previous_number is None:
            begin, step = following - NUMBER_STEP * (count + 1), NUMBER_STEP
        else:
            begin, step = previous_number, (following - previous_number) // (count + 1)
        if not step:
            raise NotUpdatableError
        return range(begin + step, begin + step * (count + 1), step)
