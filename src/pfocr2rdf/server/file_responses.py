"""Responses with files: results and pages that are whole, with entity tags, and the pictures of a folder."""

from __future__ import annotations

import asyncio
import io
import os
from typing import IO

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from pfocr2rdf.server.content_negotiation import add_charset
from pfocr2rdf.server.middleware import LOG
from pfocr2rdf.server.transfers import Transfer, TransferTable
from pfocr2rdf.site.pages.pictures import PICTURE_SUFFIXES

_BLOCK_BYTES = 1 << 16
_STALL_TIMEOUT_SECONDS = 30.0  # for a client to accept one block


def file_response(request: Request, file: IO[bytes], media_type: str, etag: str, transfers: TransferTable) -> Response:
    """A response with a file, or 304 for a client that has what has its entity tag."""
    headers = {"ETag": etag, "Cache-Control": "no-cache"} if etag else {}
    if etag and _is_known(request, etag):
        file.close()
        return Response(status_code=304, headers=headers)
    return _FileResponse(file, media_type, headers, transfers)


def _is_known(request: Request, etag: str) -> bool:
    """Whether the client has what has this entity tag (RFC 9110, section 13.1.2)."""
    known = request.headers.get("if-none-match", "").strip()
    return known == "*" or etag.removeprefix("W/") in {tag.strip().removeprefix("W/") for tag in known.split(",")}


class _FileResponse(Response):
    """Streams a file. A client that stalls is disconnected."""

    def __init__(self, file: IO[bytes], media_type: str, headers: dict[str, str], transfers: TransferTable) -> None:
        super().__init__(headers=headers, media_type=add_charset(media_type))
        self._file = file
        self._transfers = transfers
        self._size = file.seek(0, os.SEEK_END)
        self.headers["Content-Length"] = str(self._size)
        file.seek(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = str((scope.get("client") or ("",))[0])
        try:
            with self._file:
                async with asyncio.timeout(_STALL_TIMEOUT_SECONDS) as deadline:
                    transfer = Transfer(client, self._size, deadline)
                    with self._transfers.register(transfer):
                        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                        left = 0 if scope["method"] == "HEAD" else self._size
                        more = True
                        while more:  # an empty body is sent as well
                            block = await self._read_block(min(left, _BLOCK_BYTES))
                            left -= len(block)
                            more = left > 0
                            await send({"type": "http.response.body", "body": block, "more_body": more})
                            transfer.progress(len(block), _STALL_TIMEOUT_SECONDS)
        except TimeoutError:
            LOG.info("%s read its response too slowly and was disconnected", client)

    async def _read_block(self, size: int) -> bytes:
        """A block of the file; a disk can take longer than the event loop should wait."""
        return self._file.read(size) if isinstance(self._file, io.BytesIO) else await asyncio.to_thread(self._file.read, size)


class PictureFiles(StaticFiles):
    """The pictures of a folder, and none of its other files."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The path of a file and its status, if it is a picture."""
        return super().lookup_path(path) if path.lower().endswith(PICTURE_SUFFIXES) else ("", None)
