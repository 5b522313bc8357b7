"""Which transfers are dropped when all of them take too much."""

from __future__ import annotations

import asyncio

from pfocr2rdf.server.transfers import Transfer, TransferTable


def run_transfers(*plan: tuple[str, int, int], max_bytes: int = 100) -> list[bool]:
    """Begin transfers (client, size, bytes that were taken) one after the other; for each, whether it was dropped."""

    async def transfer(table: TransferTable, client: str, size: int, taken: int) -> bool:
        try:
            async with asyncio.timeout(30) as deadline:
                transfer = Transfer(client, size, deadline)
                with table.register(transfer):
                    transfer.progress(taken, 30)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return True
        return False

    async def run() -> list[bool]:
        table, tasks = TransferTable(max_bytes), []
        for row in plan:
            tasks.append(asyncio.create_task(transfer(table, *row)))
            await asyncio.sleep(0.002)
        return await asyncio.gather(*tasks)

    return asyncio.run(run())


def test_as_much_as_there_is_room_for_is_sent() -> None:
    assert run_transfers(("a", 50, 0), ("a", 50, 0)) == [False, False]


def test_the_slowest_of_a_client_is_dropped_for_a_new_one() -> None:
    assert run_transfers(("a", 50, 40), ("a", 50, 0), ("a", 50, 0)) == [False, True, False]


def test_the_client_that_takes_most_room_loses() -> None:
    assert run_transfers(("a", 30, 20), ("b", 10, 0), ("a", 40, 20), ("b", 50, 0)) == [True, False, False, False]


def test_one_that_is_larger_than_all_room_is_sent_alone() -> None:
    assert run_transfers(("a", 10, 0), ("b", 200, 0)) == [True, False]
    assert run_transfers(("b", 200, 0)) == [False]
