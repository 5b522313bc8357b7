"""Pagination of tables and lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ROWS_PER_PAGE = 100  # rows of a table on one page of a resource
ITEMS_PER_PAGE = 200  # resources on one page of a list


def count_pages(total: int, page_size: int) -> int:
    """The number of pages for so many rows; at least one.

    >>> count_pages(0, 100), count_pages(100, 100), count_pages(101, 100)
    (1, 1, 2)
    """
    return max(1, -(-total // page_size))


def slice_page(items: Sequence[T], page_number: int, page_size: int) -> Sequence[T]:
    """The rows of one page, counted from 1."""
    return items[(page_number - 1) * page_size : page_number * page_size]
