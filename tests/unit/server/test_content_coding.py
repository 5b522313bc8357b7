"""Compression of responses: block by block, and right for every size."""

from __future__ import annotations

import asyncio
import random
import time
import zlib
from itertools import pairwise

import pytest
from starlette.responses import Response
from starlette.types import Message, Scope

from pfocr2rdf.server.content_coding import ContentCoding


async def send_body(body: bytes, accept_encoding: bytes) -> tuple[list[Message], float]:
    """The messages of a response, and the longest time for which the event loop had no turn, in seconds of CPU time."""
    messages: list[Message] = []
    pauses = [time.process_time()]

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def watch() -> None:
        while True:
            pauses.append(time.process_time())
            await asyncio.sleep(0)

    scope: Scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", accept_encoding)]}
    watcher = asyncio.ensure_future(watch())
    await ContentCoding(Response(body, media_type="text/turtle"))(scope, receive, send)
    pauses.append(time.process_time())
    watcher.cancel()
    return messages, max(after - before for before, after in pairwise(pauses))


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 65535, 65536, 65537, 131072, 200_000])
@pytest.mark.parametrize("accept_encoding", [b"gzip", b"identity"])
def test_a_body_arrives_whole(accept_encoding: bytes, size: int) -> None:
    body = random.Random(size).randbytes(size // 2).hex().encode().ljust(size, b"a")
    (start, *parts), _ = asyncio.run(send_body(body, accept_encoding))
    headers = dict(start["headers"])
    received = b"".join(part["body"] for part in parts)
    assert [part.get("more_body", False) for part in parts] == [True] * (len(parts) - 1) + [False]
    if b"content-encoding" in headers:
        received = zlib.decompress(received, 31)
    assert (b"content-encoding" in headers) == (accept_encoding == b"gzip" and size >= 1024)
    assert received == body
    assert headers.get(b"content-length") in (None, str(size).encode(), str(sum(len(part["body"]) for part in parts)).encode())


@pytest.mark.parametrize("accept_encoding", [b"gzip", b"br", b"zstd"])
def test_other_requests_have_their_turn(accept_encoding: bytes) -> None:
    body = random.Random(7).randbytes(1_500_000).hex().encode()
    for _ in range(3):  # a pause of the machine is none of the compression
        _, longest = asyncio.run(send_body(body, accept_encoding))
        if longest < 0.03:  # at once it takes several times as long
            return
    pytest.fail(f"the event loop was kept busy for {longest:.3f} s")
