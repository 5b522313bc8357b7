"""Clients take turns, and the client that has most requests in the queue goes without first."""

from __future__ import annotations

import asyncio

import pytest

from pfocr2rdf.server.fair_queue import FairQueue, QueueFullError


async def wait_for_turn(queue: FairQueue[int], client: str, turns: list[str]) -> None:
    """Take an item, and note whose turn it was."""
    await queue.get(client)
    turns.append(client)


def test_clients_take_turns() -> None:
    async def run() -> list[str]:
        queue, turns = FairQueue[int](10), list[str]()
        tasks = [asyncio.create_task(wait_for_turn(queue, client, turns)) for client in "aaaabac"]
        await asyncio.sleep(0)
        for number in range(7):
            queue.put(number)
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return turns

    assert "".join(asyncio.run(run())) == "abcaaaa"


def test_the_largest_client_makes_room() -> None:
    async def run() -> tuple[list[str], int]:
        queue, turns = FairQueue[int](3), list[str]()
        tasks = [asyncio.create_task(wait_for_turn(queue, client, turns)) for client in "aaab"]
        await asyncio.sleep(0)
        with pytest.raises(QueueFullError):
            await queue.get("a")
        with pytest.raises(QueueFullError):
            await queue.get("b")  # it would have as many as the other
        for number in range(3):
            queue.put(number)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        return sorted(turns), sum(isinstance(outcome, QueueFullError) for outcome in outcomes)

    assert asyncio.run(run()) == (["a", "a", "b"], 1)


def test_nobody_waits_where_there_is_no_room() -> None:
    async def run() -> None:
        with pytest.raises(QueueFullError):
            await FairQueue[int](0).get("a")

    asyncio.run(run())


def test_an_item_of_a_client_that_has_left_is_for_the_next_one() -> None:
    async def run() -> int | None:
        queue = FairQueue[int](3)
        leaving, waiting = asyncio.create_task(queue.get("a")), asyncio.create_task(queue.get("b"))
        await asyncio.sleep(0)
        queue.put(1)  # for "a", which is cancelled before it can take it
        leaving.cancel()
        assert await waiting == 1
        late = asyncio.create_task(queue.get("a"))
        await asyncio.sleep(0)
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        queue.put(2)
        return queue.get_nowait()

    assert asyncio.run(run()) == 2


def test_the_item_that_was_used_last_is_the_next_one_and_a_new_one_the_last() -> None:
    queue = FairQueue[int](1)
    for number in (1, 2):
        queue.put(number, is_new=True)
    assert queue.get_nowait() == 1
    queue.put(3, is_new=True)
    queue.put(1)
    assert [queue.get_nowait() for _ in range(4)] == [1, 2, 3, None]
