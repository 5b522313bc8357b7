"""The encoding of terms and posting lists in the shards of the search index; ``assets/search-index.js`` decodes the same.

A term is front-coded: the number of bytes that it shares with the term before it, the length of the rest with four bits that mark which
of its posting lists are there, the rest, and these lists. A list is the size of its bytes, with a bit for their kind, and the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

RANK_COUNT = 4
"""The number of posting lists of a term: of entries of which it is the title, a word, a part of either, and a word of the caption."""


class PostingList(NamedTuple):
    """An encoded posting list."""

    data: bytes
    is_bitmap: bool

    def numbers(self) -> Iterator[int]:
        """The numbers of the entries, ascending."""
        return _decode_bitmap(self.data) if self.is_bitmap else _decode_deltas(self.data)


class ShardTerm(NamedTuple):
    """A term of a shard, with its posting lists by rank."""

    text: str
    postings: tuple[PostingList, ...]


_EMPTY = PostingList(b"", is_bitmap=False)


def utf16_key(text: str) -> bytes:
    """The sort key of a text in the order of JavaScript."""
    return text.encode("utf-16-be", "surrogatepass")


def encode_term(text: bytes, previous: bytes, postings: Iterable[int]) -> bytes:
    """A term after the one before it, with its postings, each a number times ``RANK_COUNT`` plus a rank."""
    numbers: list[list[int]] = [[] for _ in range(RANK_COUNT)]
    for posting in postings:
        numbers[posting % RANK_COUNT].append(posting // RANK_COUNT)
    flags = sum(1 << rank for rank in range(RANK_COUNT) if numbers[rank])
    shared = count_shared(previous, text)
    head = bytes(_encode_varint(shared)) + bytes(_encode_varint((len(text) - shared) << RANK_COUNT | flags))
    return head + text[shared:] + b"".join(map(_encode_postings, filter(None, numbers)))


def count_shared(text: bytes | str, other: bytes | str) -> int:
    """The length of the common prefix.

    >>> count_shared("stat1", "star")
    3
    """
    shorter = min(len(text), len(other))
    return next((at for at in range(shorter) if text[at] != other[at]), shorter)


def _encode_postings(numbers: Sequence[int]) -> bytes:
    """Ascending numbers as deltas or as a bitmap, whichever is shorter, after their size."""
    deltas, last = bytearray(), -1
    for number in numbers:
        deltas += bytes(_encode_varint(number - last - 1))
        last = number
    if len(deltas) <= last // 8 + 1:
        return bytes(_encode_varint(len(deltas) * 2)) + deltas
    bitmap = bytearray(last // 8 + 1)
    for number in numbers:
        bitmap[number >> 3] |= 1 << (number & 7)
    return bytes(_encode_varint(len(bitmap) * 2 + 1)) + bitmap


def _encode_varint(number: int) -> Iterator[int]:
    """A number as LEB128: seven bits in each byte, the lowest first; all bytes but the last have the eighth."""
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number


def decode_shard(data: bytes) -> Iterator[ShardTerm]:
    """The terms of a shard."""
    text, at = b"", 0
    while at < len(data):
        shared, at = _decode_varint(data, at)
        head, at = _decode_varint(data, at)
        end = at + (head >> RANK_COUNT)
        text, at = text[:shared] + data[at:end], end
        postings = [_EMPTY] * RANK_COUNT
        for rank in range(RANK_COUNT):
            if head >> rank & 1:
                size, at = _decode_varint(data, at)
                postings[rank] = PostingList(data[at : at + (size >> 1)], bool(size & 1))
                at += size >> 1
        yield ShardTerm(text.decode(), tuple(postings))


def _decode_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where the next one begins."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7


def _decode_deltas(data: bytes) -> Iterator[int]:
    number, at = -1, 0
    while at < len(data):
        step, at = _decode_varint(data, at)
        number += step + 1
        yield number


def _decode_bitmap(data: bytes) -> Iterator[int]:
    for at, byte in enumerate(data):
        for bit in range(8):
            if byte >> bit & 1:
                yield at * 8 + bit
